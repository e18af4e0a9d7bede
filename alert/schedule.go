package alert

import (
	"fmt"
	"strings"
	"time"
)

// A Schedule is the times of the week at which a rule applies, on the clocks of
// one time zone.
type Schedule struct {
	// Zone is the name of the zone in the IANA database, such as
	// "Europe/Berlin"; empty is UTC. "Local" is refused: the rule would mean
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

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
	maxWindows    = 32
)

// During makes the rule apply at these times only. Outside of them no alarm
// begins: what is pending lapses, and a condition that holds when a window
// opens begins to count then. An alarm that was raised stays until a value ends
// it; the end of a window is no relief. It is refused for
// [Rule.NonSuppressible] rules. The default is always.
func (r Rule) During(s Schedule) Rule {
	c, why := s.compile()
	if why != "" {
		return r.fail(why)
	}
	r.gate = r.gate.clone()
	r.gate.schedule, r.gate.times = &s, c
	return r
}

// times is a Schedule ready for use.
type times struct {
	zone *time.Location
	// open tells for each minute of the week, Sunday first, one bit.
	open [minutesOfWeek/64 + 1]uint64
	all  bool
}

func (s Schedule) compile() (*times, string) {
	if s.Zone == "Local" {
		return nil, "the time zone of the schedule is that of the machine"
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, "the time zone of the schedule is not known here"
	}
	if len(s.Windows) == 0 || len(s.Windows) > maxWindows {
		return nil, fmt.Sprintf("the schedule has not 1 to %d windows", maxWindows)
	}
	c := &times{zone: zone, all: true}
	for i, w := range s.Windows {
		if w.From < 0 || w.From >= minutesOfDay || w.To < 0 || w.To > minutesOfDay {
			return nil, fmt.Sprintf("window %d of the schedule is not within a day", i+1)
		}
		days := w.Days
		if len(days) == 0 {
			days = everyDay[:]
		}
		for _, d := range days {
			if d < time.Sunday || d > time.Saturday {
				return nil, fmt.Sprintf("window %d of the schedule has an unknown day", i+1)
			}
			c.add(int(d)*minutesOfDay+w.From, w.length())
		}
	}
	for m := range minutesOfWeek {
		c.all = c.all && c.minute(m)
	}
	return c, ""
}

var everyDay = [...]time.Weekday{
	time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday,
}

// length is how many minutes the window has on the clock.
func (w Window) length() int {
	if w.To > w.From {
		return w.To - w.From
	}
	return w.To + minutesOfDay - w.From
}

func (t *times) add(from, n int) {
	for m := from; m < from+n; m++ {
		t.open[m%minutesOfWeek/64] |= 1 << (m % minutesOfWeek % 64)
	}
}

func (t *times) minute(m int) bool { return t.open[m/64]>>(m%64)&1 == 1 }

// span tells whether the schedule is open at a time, and until when that stays
// so at least: the next change, or one of the zone's clock.
func (t *times) span(at int64) (open bool, until int64) {
	if t.all {
		return true, never
	}
	now := time.Unix(0, at).In(t.zone)
	start := int(now.Weekday())*minutesOfDay + now.Hour()*60 + now.Minute()
	open = t.minute(start)
	n := 1
	for n < minutesOfWeek && t.minute((start+n)%minutesOfWeek) == open {
		n++
	}
	into := time.Duration(now.Second())*time.Second + time.Duration(now.Nanosecond())
	until = at - int64(into) + int64(n)*int64(time.Minute)
	if _, change := now.ZoneBounds(); !change.IsZero() {
		if c := change.Unix(); c < at/1e9+int64(n)*60+60 {
			until = min(until, change.UnixNano())
		}
	}
	return open, until
}

// String is the windows and the zone: "22:00-06:00 mon tue (Europe/Berlin)".
func (s Schedule) String() string {
	parts := make([]string, len(s.Windows))
	for i, w := range s.Windows {
		parts[i] = clockText(w.From) + "-" + clockText(w.To)
		for _, d := range w.Days {
			parts[i] += " " + dayName(d)
		}
	}
	zone := s.Zone
	if zone == "" {
		zone = "UTC"
	}
	return strings.Join(parts, ", ") + " (" + zone + ")"
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func dayName(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }
