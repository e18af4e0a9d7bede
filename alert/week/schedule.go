package week

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Schedule is hours of the week on the clocks of one time zone.
type Schedule struct {
	// Zone is the name of the zone in the IANA database, such as
	// "Europe/Berlin"; empty is UTC. "Local" is refused: the schedule would mean
	// something else on another machine. A program for machines without the
	// database imports time/tzdata.
	Zone string
	// Windows are the times, at least one, at most 32.
	Windows []Window
}

// A Window is a time of day on some days of the week. It is a matter of what the
// clock on the wall shows: where summer time begins, the hour that is left out
// is in no window; where it ends, the hour that comes twice is twice in its
// window.
type Window struct {
	// From and To are minutes after midnight, 0 to 1439, To also 1440. From
	// belongs to the window, To does not. With To not after From, the window
	// ends on the next day.
	From, To int
	// Days are those on which the window begins; none is every day.
	Days []time.Weekday
}

// ErrSchedule is in every refusal of a [Schedule].
var ErrSchedule = errors.New("week: impossible schedule")

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
	maxWindows    = 32
)

// Hours checks the schedule and makes it ready for use. Errors wrap
// [ErrSchedule].
func (s Schedule) Hours() (Hours, error) {
	if s.Zone == "Local" {
		return Hours{}, fault("the time zone of the schedule is that of the machine")
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return Hours{}, fault("the time zone of the schedule is not known here")
	}
	if len(s.Windows) == 0 || len(s.Windows) > maxWindows {
		return Hours{}, fault(fmt.Sprintf("the schedule has not 1 to %d windows", maxWindows))
	}
	c := &calendar{zone: zone}
	for i, w := range s.Windows {
		if why := c.open(w); why != "" {
			return Hours{}, fault(fmt.Sprintf("window %d of the schedule %s", i+1, why))
		}
	}
	c.always = c.full()
	return Hours{c}, nil
}

// String is the windows and the zone: "22:00-06:00 mon tue (Europe/Berlin)".
func (s Schedule) String() string {
	parts := make([]string, len(s.Windows))
	for i, w := range s.Windows {
		parts[i] = w.String()
	}
	zone := s.Zone
	if zone == "" {
		zone = "UTC"
	}
	return strings.Join(parts, ", ") + " (" + zone + ")"
}

// String is like "22:00-06:00 mon tue".
func (w Window) String() string {
	s := fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, w.To/60, w.To%60)
	for _, d := range w.Days {
		s += " " + strings.ToLower(d.String()[:3])
	}
	return s
}

// length is how many minutes the window has on the clock.
func (w Window) length() int {
	if w.To > w.From {
		return w.To - w.From
	}
	return w.To + minutesOfDay - w.From
}

// fault says what is wrong with a schedule.
type fault string

func (f fault) Error() string { return "week: " + string(f) }

func (f fault) Unwrap() error { return ErrSchedule }
