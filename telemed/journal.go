package telemed

import (
	"context"

	"github.com/telemed-go/sdk/vitals"
)

// A Journal keeps, beside the readings, what somebody said or did: the changes of
// a census, the commands about alarms. What the entries mean is the business of
// whoever writes them.
//
// [github.com/telemed-go/sdk/telemed/store.Log] is one.
type Journal interface {
	// AppendEntry returns nil once the entry is on stable storage. Its number must
	// be greater than all before it in the journal of that name. Entries with a
	// number below oldest may be forgotten.
	AppendEntry(ctx context.Context, journal string, e Entry, oldest uint64) error

	// Entries returns the entries of a journal, by number.
	Entries(ctx context.Context, journal string) ([]Entry, error)
}

// An Entry is one entry of a [Journal].
type Entry struct {
	Number uint64 // its place, counted from 1
	// Patient is whom the entry is about, zero if nobody: a journal that is sealed
	// keeps it under the key for that patient. It does not come back.
	Patient vitals.PatientID
	// Content is nil if that key was destroyed.
	Content []byte
}
