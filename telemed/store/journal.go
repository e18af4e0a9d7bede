package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// bucketJournals has the entries of all journals: name, number (8, big endian).
var bucketJournals = []byte("journals")

// maxJournal bounds the name of a journal, in bytes.
const maxJournal = 256

var errJournal = errors.New("the name of a journal has 1 to 256 bytes, none of them 0, and its numbers grow")

var _ telemed.Journal = (*Log)(nil)

// AppendEntry implements [telemed.Journal]. Entries are sealed like records.
func (l *Log) AppendEntry(ctx context.Context, journal string, e telemed.Entry, oldest uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	prefix, ok := journalPrefix(journal)
	err := errJournal
	if ok {
		err = l.file.update(func(tx *bbolt.Tx) error {
			b := tx.Bucket(bucketJournals)
			if lastNumber(b, prefix) >= e.Number {
				return errJournal
			}
			key := binary.BigEndian.AppendUint64(prefix, e.Number)
			value, err := l.safe.put(place(bucketJournals, key), e.Content, e.Patient)
			if err != nil {
				return err
			}
			if err := b.Put(key, value); err != nil {
				return err
			}
			return forgetEntries(b, prefix, min(oldest, e.Number))
		})
	}
	if err != nil {
		return fmt.Errorf("store: append entry: %w", err)
	}
	return nil
}

// journalPrefix is what the keys of a journal begin with; no other's do.
func journalPrefix(journal string) (prefix []byte, ok bool) {
	if journal == "" || len(journal) > maxJournal || bytes.IndexByte([]byte(journal), 0) >= 0 {
		return nil, false
	}
	return slices.Clip(append([]byte(journal), 0)), true
}

// lastNumber is that of the newest entry of a journal, 0 if there is none.
func lastNumber(b *bbolt.Bucket, prefix []byte) uint64 {
	c := b.Cursor()
	k, _ := c.Seek(binary.BigEndian.AppendUint64(prefix, ^uint64(0)))
	if k == nil {
		k, _ = c.Last()
	} else if !isEntry(k, prefix) {
		k, _ = c.Prev()
	}
	if !isEntry(k, prefix) {
		return 0
	}
	return binary.BigEndian.Uint64(k[len(prefix):])
}

func isEntry(key, prefix []byte) bool {
	return len(key) == len(prefix)+8 && bytes.HasPrefix(key, prefix)
}

// forgetEntries deletes the entries of a journal below a number.
func forgetEntries(b *bbolt.Bucket, prefix []byte, oldest uint64) error {
	c := b.Cursor()
	for k, _ := c.Seek(prefix); isEntry(k, prefix) && binary.BigEndian.Uint64(k[len(prefix):]) < oldest; k, _ = c.Seek(prefix) {
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return nil
}

// Entries implements [telemed.Journal].
func (l *Log) Entries(ctx context.Context, journal string) (entries []telemed.Entry, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	prefix, ok := journalPrefix(journal)
	if !ok {
		return nil, fmt.Errorf("store: entries: %w", errJournal)
	}
	err = l.file.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketJournals).Cursor()
		for k, v := c.Seek(prefix); isEntry(k, prefix); k, v = c.Next() {
			e := telemed.Entry{Number: binary.BigEndian.Uint64(k[len(prefix):])}
			content, err := l.safe.take(place(bucketJournals, k), v, nil)
			switch {
			case err == nil:
				e.Content = append([]byte{}, content...)
			case !isShredded(err):
				return fmt.Errorf("entry %d is damaged: %w", e.Number, err)
			}
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: entries: %w", err)
	}
	return entries, nil
}
