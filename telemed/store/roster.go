package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// bucketRoster has the changes of a [telemed.Census] by number (8, big endian).
var bucketRoster = []byte("roster")

// changeVersion is the first byte of the content of a change.
//
//	version 1 | patient | device | operation byte | at | into | bed
//	| ahead in nanoseconds varint | cancels uvarint | by | said 0/1 [time]
const changeVersion = 1

var _ telemed.Journal = (*Log)(nil)

// AppendChange implements [telemed.Journal]. A change is sealed with the key
// for its patient; a merge also names the other one.
func (l *Log) AppendChange(ctx context.Context, c telemed.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := l.file.update(func(tx *bbolt.Tx) error {
		key := binary.BigEndian.AppendUint64(nil, c.Number)
		b := tx.Bucket(bucketRoster)
		if last, _ := b.Cursor().Last(); last != nil && string(key) <= string(last) {
			return fmt.Errorf("change %d is not the next: %w", c.Number, errFormat)
		}
		value, err := l.safe.put(place(bucketRoster, key), appendChange(nil, &c), c.Patient)
		if err != nil {
			return err
		}
		return b.Put(key, value)
	})
	if err != nil {
		return fmt.Errorf("store: append change: %w", err)
	}
	return nil
}

// Changes implements [telemed.Journal]. Changes whose key was destroyed are
// left out: that patient was never there.
func (l *Log) Changes(ctx context.Context) (changes []telemed.Change, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = l.file.view(func(tx *bbolt.Tx) error {
		var d decoder
		return tx.Bucket(bucketRoster).ForEach(func(k, v []byte) error {
			content, err := l.safe.take(place(bucketRoster, k), v, nil)
			if isShredded(err) {
				return nil
			}
			var c telemed.Change
			if err == nil {
				c, err = d.change(content)
			}
			if err != nil {
				return fmt.Errorf("store: change %d is damaged: %w", binary.BigEndian.Uint64(k), err)
			}
			c.Number = binary.BigEndian.Uint64(k)
			changes = append(changes, c)
			return nil
		})
	})
	return changes, err
}

func appendChange(b []byte, c *telemed.Change) []byte {
	b = append(b, changeVersion)
	b = appendString(b, c.Patient.Reveal())
	b = appendString(b, string(c.Device))
	b = appendTime(append(b, byte(c.Op)), c.At)
	b = appendString(b, c.Into.Reveal())
	b = appendString(b, c.Bed)
	b = binary.AppendVarint(b, int64(c.Ahead))
	b = binary.AppendUvarint(b, c.Cancels)
	b = appendString(b, c.By)
	if c.Said.IsZero() {
		return append(b, 0)
	}
	return appendTime(append(b, 1), c.Said)
}

// change reads the content of a change.
func (d *decoder) change(content []byte) (c telemed.Change, err error) {
	if len(content) == 0 {
		return c, errShort
	}
	if content[0] != changeVersion {
		return c, errFormat
	}
	d.b, d.bad = content[1:], false
	d.who()
	c.Patient, c.Device = d.patient, d.device
	c.Op = telemed.Op(d.byte())
	c.At = d.time()
	c.Into = vitals.NewPatientID(string(d.bytes()))
	c.Bed = string(d.bytes())
	c.Ahead = time.Duration(d.varint())
	c.Cancels = d.uvarint()
	c.By = string(d.bytes())
	if d.byte() != 0 {
		c.Said = d.time()
	}
	if d.bad || len(d.b) != 0 {
		return telemed.Change{}, errFormat
	}
	return c, nil
}
