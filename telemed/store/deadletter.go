package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// maxRejected bounds the dead letters; the oldest go first. A device that
// floods with nonsense must not fill the disk.
const maxRejected = 10_000

// letterVersion is the first byte of the content of a dead letter.
//
//	version 1 | patient | device | format uvarint | time | sequence uvarint
//	| reason | bytes
const letterVersion = 1

// Reject implements [telemed.DeadLetters]. The log keeps the newest 10,000,
// sealed like the records.
func (l *Log) Reject(ctx context.Context, letters []telemed.DeadLetter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := l.file.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketRejected)
		n := uint64(0)
		if last, _ := b.Cursor().Last(); last != nil {
			n = binary.BigEndian.Uint64(last)
		}
		for i := range letters {
			n++
			key := binary.BigEndian.AppendUint64(nil, n)
			value, err := l.safe.put(place(bucketRejected, key), appendLetter(nil, &letters[i]), letters[i].Frame.Patient)
			if err != nil {
				return err
			}
			if err := b.Put(key, value); err != nil {
				return err
			}
			if n > maxRejected {
				if err := b.Delete(binary.BigEndian.AppendUint64(nil, n-maxRejected)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: reject: %w", err)
	}
	return nil
}

// Rejected returns the newest dead letters, at most limit, newest first. Those
// whose key was destroyed are left out.
func (l *Log) Rejected(limit int) (letters []telemed.DeadLetter, err error) {
	err = l.file.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRejected).Cursor()
		var d decoder
		for k, v := c.Last(); k != nil && len(letters) < limit; k, v = c.Prev() {
			content, err := l.safe.take(place(bucketRejected, k), v, nil)
			if isShredded(err) {
				continue
			}
			var letter telemed.DeadLetter
			if err == nil {
				letter, err = d.letter(content)
			}
			if err != nil {
				return fmt.Errorf("store: dead letter %d: %w", position(k), &CorruptError{Err: err})
			}
			letters = append(letters, letter)
		}
		return nil
	})
	return letters, err
}

func appendLetter(b []byte, l *telemed.DeadLetter) []byte {
	b = append(b, letterVersion)
	b = appendString(b, l.Frame.Patient.Reveal())
	b = appendString(b, string(l.Frame.Device))
	b = binary.AppendUvarint(b, uint64(l.Frame.Format))
	b = appendTime(b, l.Frame.At)
	b = binary.AppendUvarint(b, uint64(l.Frame.Sequence))
	b = appendString(b, l.Reason)
	return appendString(b, string(l.Frame.Bytes))
}

// letter reads the content of a dead letter.
func (d *decoder) letter(content []byte) (l telemed.DeadLetter, err error) {
	if len(content) == 0 {
		return l, errShort
	}
	if content[0] != letterVersion {
		return l, errFormat
	}
	d.b, d.bad = content[1:], false
	d.patient, d.device = vitals.PatientID{}, ""
	d.who()
	l.Frame = device.Frame{Patient: d.patient, Device: d.device, Format: device.Format(d.uvarint())}
	l.Frame.At = d.time()
	l.Frame.Sequence = uint32(d.uvarint())
	l.Reason = string(d.bytes())
	l.Frame.Bytes = bytes.Clone(d.bytes())
	if d.bad || len(d.b) != 0 {
		return telemed.DeadLetter{}, errFormat
	}
	return l, nil
}
