package store

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// For tests of the formats in the file.

// Encode makes the value of a reading at a place.
func Encode(r *vitals.Reading, place string) []byte {
	b, _ := new(safe).put([]byte(place), appendReading(nil, r), r.Patient)
	return b
}

// Decode reads the value at a place.
func Decode(b []byte, place string) (vitals.Reading, error) {
	content, err := new(safe).take([]byte(place), b, nil)
	if err != nil {
		return vitals.Reading{}, err
	}
	return new(decoder).reading(content)
}

// Sealed puts a good checksum in front of any content.
func Sealed(content []byte, place string) []byte {
	b, _ := new(safe).put([]byte(place), content, vitals.PatientID{})
	return b
}

// SetCommit puts a fault in the place of commits; nil takes it away.
func SetCommit(l *Log, commit func(tx *bbolt.Tx) error) { l.file.commit = commit }

// Waiting is how many appends wait for their turn.
func Waiting(l *Log) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// Remove takes a record out of the file behind the back of the log.
func Remove(l *Log, at telemed.Position) error {
	return l.file.update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketRecords).Delete(binary.BigEndian.AppendUint64(nil, uint64(at)))
	})
}
