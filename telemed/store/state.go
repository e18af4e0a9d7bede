package store

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// state is what a log knows about itself. It changes in the transaction that
// changes what it is about, so that records which are missing are missed.
//
//	first | last | bytes | dropped | lost (8 each, big endian)
type state struct {
	first   telemed.Position // of the oldest record, last+1 if there is none
	last    telemed.Position // of the newest record ever
	bytes   uint64           // see [Stats.Bytes]
	dropped uint64
	lost    uint64
}

var stateKey = []byte("state")

const stateSize = 5 * 8

// overhead is what a record takes beside its value: its key and entry on a page
// (8 and 16), and key, value and entry in the index (28, 12 and 16).
const overhead = 80

func loadState(tx *bbolt.Tx) (s state, err error) {
	v := tx.Bucket(bucketState).Get(stateKey)
	if v == nil {
		if k, _ := tx.Bucket(bucketRecords).Cursor().First(); k != nil {
			return s, &CorruptError{Err: errMissing}
		}
		return state{first: 1}, nil
	}
	content, err := openPlain(place(bucketState, stateKey), v)
	if err != nil || len(content) != stateSize {
		return s, &CorruptError{Err: errChecksum}
	}
	field := func(i int) uint64 { return binary.BigEndian.Uint64(content[8*i:]) }
	return state{telemed.Position(field(0)), telemed.Position(field(1)), field(2), field(3), field(4)}, nil
}

func (s state) store(tx *bbolt.Tx) error {
	content := make([]byte, 0, stateSize)
	for _, f := range [...]uint64{uint64(s.first), uint64(s.last), s.bytes, s.dropped, s.lost} {
		content = binary.BigEndian.AppendUint64(content, f)
	}
	return putPlain(tx.Bucket(bucketState), bucketState, stateKey, content)
}

// putPlain stores a content that is never sealed.
func putPlain(b *bbolt.Bucket, name, key, content []byte) error {
	return b.Put(key, appendPlain(nil, place(name, key), content))
}

// Stats says how full a log is.
type Stats struct {
	Records uint64 // that are kept
	// Bytes is what these take up, with the index that knows them again. It is
	// what [Quota] bounds. The file is larger: its pages are not always full, it
	// has dead letters and the states of processors as well, and it does not
	// shrink; room that became free is used again.
	Bytes uint64
	// Dropped counts the records that went for age, number or size, and Lost
	// those among them that some sink had not had, both since the file was made.
	Dropped, Lost uint64
	// Refused counts the appends since Open that found no room.
	Refused uint64
	// File is how much of the file has ever been used, in bytes.
	File int64
}

// Stats counts. It costs little.
func (l *Log) Stats() (Stats, error) {
	s := Stats{Refused: l.refused.Load()}
	err := l.file.view(func(tx *bbolt.Tx) error {
		st, err := loadState(tx)
		s.Records, s.Bytes = uint64(st.last+1-st.first), st.bytes
		s.Dropped, s.Lost = st.dropped, st.lost
		s.File = tx.Size()
		return err
	})
	return s, err
}
