package store

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// laneCounts are what waits in each lane, in memory and in the file.
type laneCounts [len(laneBuckets)]telemed.Waiting

// load reads the counts from the file; it has none when it is new.
func (w *laneCounts) load(tx *bbolt.Tx) error {
	for lane := range w {
		v := tx.Bucket(bucketWaiting).Get([]byte{byte(lane)})
		if v == nil {
			continue
		}
		if len(v) != 24 {
			return errFormat
		}
		w[lane] = telemed.Waiting{
			Messages: binary.BigEndian.Uint64(v), Bytes: binary.BigEndian.Uint64(v[8:]), Dropped: binary.BigEndian.Uint64(v[16:]),
		}
	}
	return nil
}

// store writes them, in the transaction that changes the messages.
func (w *laneCounts) store(tx *bbolt.Tx) error {
	for lane, n := range w {
		v := binary.BigEndian.AppendUint64(nil, n.Messages)
		v = binary.BigEndian.AppendUint64(v, n.Bytes)
		v = binary.BigEndian.AppendUint64(v, n.Dropped)
		if err := tx.Bucket(bucketWaiting).Put([]byte{byte(lane)}, v); err != nil {
			return err
		}
	}
	return nil
}

// bytes is what waits in all lanes.
func (w *laneCounts) bytes() (n uint64) {
	for _, lane := range w {
		n += lane.Bytes
	}
	return n
}

func (w *laneCounts) remove(lane telemed.Lane, value []byte) {
	w[lane].Messages--
	w[lane].Bytes -= uint64(len(value))
}

// deleteFirst deletes from the start of a lane as long as the function says so.
func (w *laneCounts) deleteFirst(tx *bbolt.Tx, lane telemed.Lane, more func(key []byte) bool) (deleted uint64, err error) {
	b := tx.Bucket(laneBuckets[lane])
	var keys [][]byte // a cursor that deletes under itself skips keys
	c := b.Cursor()
	for k, v := c.First(); k != nil && more(k); k, v = c.Next() {
		w.remove(lane, v)
		keys = append(keys, k)
	}
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return 0, err
		}
	}
	return uint64(len(keys)), nil
}
