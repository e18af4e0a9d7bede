package chaos

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// What the disk of a child does, as the parent tells it.
const (
	diskWell       = "well"
	diskSlow       = "slow"        // a sync takes slowSync
	diskFailsEarly = "fails early" // the next append fails and has stored nothing
	diskFailsLate  = "fails late"  // the next append fails, and everything is there
)

const slowSync = 200 * time.Millisecond

// say makes a child say how it is doing.
const say = "say"

// A faultyLog is a log on a disk that is not always well.
type faultyLog struct {
	*store.Log
	state atomic.Pointer[string]
}

// obey takes commands, one a line. When the parent is gone, so is the child.
func (l *faultyLog) obey(r io.Reader, state func() string) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if command := lines.Text(); command == say {
			fmt.Fprintln(os.Stderr, state())
		} else {
			l.state.Store(&command)
		}
	}
	os.Exit(2)
}

var errSync = fmt.Errorf("%w: %w", telemed.ErrLogFailed, errors.New("the sync failed"))

func (l *faultyLog) Append(ctx context.Context, readings []vitals.Reading) error {
	state := l.state.Load()
	if state == nil {
		return l.Log.Append(ctx, readings)
	}
	switch *state {
	case diskSlow:
		time.Sleep(slowSync)
	case diskFailsEarly:
		return errSync
	case diskFailsLate:
		return errors.Join(l.Log.Append(ctx, readings), errSync)
	}
	return l.Log.Append(ctx, readings)
}
