package telemed

import (
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	refusalPause = time.Minute // between two lines of the same reason
	maxRefusals  = 64          // reasons that are told apart
)

// refusals writes at most one line a minute for each reason why frames are
// refused, with their number: one unknown device would fill a disk otherwise.
// The zero value is ready.
type refusals struct {
	mu      sync.Mutex
	reasons []refusal // by the instant of their first line
}

type refusal struct {
	format, reason string
	frames         int       // since the last line
	told           time.Time // the last line
}

func (r *refusals) add(log *slog.Logger, format, reason string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	same := func(x refusal) bool { return x.format == format && x.reason == reason }
	i := slices.IndexFunc(r.reasons, same)
	if i < 0 && len(r.reasons) >= maxRefusals-1 {
		r.forget(log, now.Add(-refusalPause))
	}
	if i < 0 && len(r.reasons) >= maxRefusals-1 {
		format, reason = "", "other reasons"
		i = slices.IndexFunc(r.reasons, same)
	}
	if i < 0 {
		i = len(r.reasons)
		r.reasons = append(r.reasons, refusal{format: format, reason: reason, told: now.Add(-refusalPause)})
	}
	x := &r.reasons[i]
	if x.frames++; now.Sub(x.told) >= refusalPause {
		x.write(log)
		x.frames, x.told = 0, now
	}
}

// forget drops the reasons whose last line is not after an instant, and writes
// how many frames came since.
func (r *refusals) forget(log *slog.Logger, until time.Time) {
	r.reasons = slices.DeleteFunc(r.reasons, func(x refusal) bool {
		old := !x.told.After(until)
		if old && x.frames > 0 {
			x.write(log)
		}
		return old
	})
}

// flush writes what was not written yet.
func (r *refusals) flush(log *slog.Logger) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget(log, time.Now())
}

func (x *refusal) write(log *slog.Logger) {
	log.Warn("frames refused", "format", x.format, "reason", x.reason, "frames", x.frames)
}
