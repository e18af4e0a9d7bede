package alert

import (
	"errors"
	"time"
)

// Hours are the times of a [Schedule], ready for use. The zero value is open at
// no time. They are immutable, and safe for concurrent use.
type Hours struct{ times *times }

// ErrSchedule is in every refusal of a [Schedule].
var ErrSchedule = errors.New("alert: impossible schedule")

// Hours checks the schedule. Errors wrap [ErrSchedule].
func (s Schedule) Hours() (Hours, error) {
	t, why := s.compile()
	if why != "" {
		return Hours{}, scheduleError(why)
	}
	return Hours{t}, nil
}

// Always reports whether the windows leave no minute of the week out.
func (h Hours) Always() bool { return h.times != nil && h.times.all }

// Open tells whether at is in a window and until when that stays so: at least
// until then, for a change of the zone's clock ends a span as well. A zero until
// is for ever.
func (h Hours) Open(at time.Time) (open bool, until time.Time) {
	ns, ok := nanos(at)
	if h.times == nil || !ok {
		return false, time.Time{}
	}
	open, end := h.times.span(ns)
	if end == never {
		return open, time.Time{}
	}
	return open, instant(end)
}

// scheduleError says what is wrong with a schedule.
type scheduleError string

func (e scheduleError) Error() string { return "alert: " + string(e) }

func (e scheduleError) Unwrap() error { return ErrSchedule }
