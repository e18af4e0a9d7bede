package alarms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/telemed-go/sdk/alert"
)

// A Trail is the audit trail of alarms: a notifier that appends every event of every alarm to W, one
// JSON document a line ([alert.EventDocument]), for whoever must be able to show
// later what happened, why, and who did what. If W can Sync, as a file can, an
// event is on disk before it counts as told.
//
// After a crash the last events may be there twice, with the same id and number.
// Patients are pseudonyms of the process. The id of an alarm is not: played once
// more, the log gives the same alarms with the same ids and their patients.
type Trail struct {
	W io.Writer

	mu  sync.Mutex
	buf []byte
}

var _ alert.Notifier = (*Trail)(nil)

var errNoWriter = errors.New("alarms: nowhere to write the audit trail")

// Notify implements [alert.Notifier].
func (r *Trail) Notify(_ context.Context, e alert.Event) error {
	if r.W == nil {
		return errNoWriter
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("alarms: record an alarm: %w", err)
	}
	r.buf = append(append(r.buf[:0], line...), '\n')
	if _, err := r.W.Write(r.buf); err != nil {
		return fmt.Errorf("alarms: record an alarm: %w", err)
	}
	if f, ok := r.W.(interface{ Sync() error }); ok {
		if err := f.Sync(); err != nil {
			return fmt.Errorf("alarms: record an alarm: %w", err)
		}
	}
	return nil
}
