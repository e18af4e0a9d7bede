package week

import "time"

// Hours are the times of a [Schedule], ready for use. The zero value is open at
// no time. They are immutable, and safe for concurrent use.
type Hours struct{ calendar *calendar }

// calendar tells for each minute of the week whether it is open.
type calendar struct {
	zone    *time.Location
	minutes [minutesOfWeek/64 + 1]uint64 // Sunday first, one bit each
	always  bool
}

// open adds a window and returns what is wrong with it.
func (c *calendar) open(w Window) string {
	if w.From < 0 || w.From >= minutesOfDay || w.To < 0 || w.To > minutesOfDay {
		return "is not within a day"
	}
	days := w.Days
	if len(days) == 0 {
		days = everyDay[:]
	}
	for _, d := range days {
		if d < time.Sunday || d > time.Saturday {
			return "has an unknown day"
		}
		from := int(d)*minutesOfDay + w.From
		for m := from; m < from+w.length(); m++ {
			c.minutes[m%minutesOfWeek/64] |= 1 << (m % minutesOfWeek % 64)
		}
	}
	return ""
}

var everyDay = [...]time.Weekday{
	time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday,
}

func (c *calendar) minute(m int) bool { return c.minutes[m/64]>>(m%64)&1 == 1 }

func (c *calendar) full() bool {
	for m := range minutesOfWeek {
		if !c.minute(m) {
			return false
		}
	}
	return true
}

// Always reports whether the windows leave no minute of the week out.
func (h Hours) Always() bool { return h.calendar != nil && h.calendar.always }

// Open tells whether at is in a window and until when that stays so, in UTC: at
// least until then, for a change of the zone's clock ends a span as well. A zero
// until is for ever. It allocates nothing.
func (h Hours) Open(at time.Time) (open bool, until time.Time) {
	c := h.calendar
	if c == nil || c.always {
		return c != nil, time.Time{}
	}
	now := at.In(c.zone)
	start := int(now.Weekday())*minutesOfDay + now.Hour()*60 + now.Minute()
	open = c.minute(start)
	n := 1
	for n < minutesOfWeek && c.minute((start+n)%minutesOfWeek) == open {
		n++
	}
	into := time.Duration(now.Second())*time.Second + time.Duration(now.Nanosecond())
	until = now.Add(time.Duration(n)*time.Minute - into)
	if _, change := now.ZoneBounds(); !change.IsZero() && change.Before(until) {
		until = change
	}
	return open, until.UTC()
}
