package serve

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// A span is the time that a date means: from its first nanosecond to the last
// but one, [lo, hi). "2024-05" is a month, "2024-05-01T10:00:00Z" a second
// (FHIR R4, search, 3.1.1.4.9).
type span struct{ lo, hi int64 } // Unix, ns

// A datePrefix is how a date is compared.
type datePrefix string

const (
	prefixEqual        datePrefix = "eq"
	prefixNot          datePrefix = "ne"
	prefixAfter        datePrefix = "gt"
	prefixBefore       datePrefix = "lt"
	prefixNotBefore    datePrefix = "ge"
	prefixNotAfter     datePrefix = "le"
	prefixStartsAfter  datePrefix = "sa"
	prefixEndsBefore   datePrefix = "eb"
	prefixApproximates datePrefix = "ap" // not offered: nobody says how near
)

// A dateTest compares with one date.
type dateTest struct {
	prefix datePrefix
	span   span
}

func (d *dateTest) match(t span) bool {
	s := d.span
	within := s.lo <= t.lo && t.hi <= s.hi
	switch d.prefix {
	case prefixNot:
		return !within
	case prefixAfter:
		return t.hi > s.hi
	case prefixBefore:
		return t.lo < s.lo
	case prefixNotBefore:
		return t.hi > s.hi || within
	case prefixNotAfter:
		return t.lo < s.lo || within
	case prefixStartsAfter:
		return t.lo >= s.hi
	case prefixEndsBefore:
		return t.hi <= s.lo
	}
	return within
}

var (
	errDate   = errors.New("not a date")
	errPrefix = errors.New("a prefix that is not offered")
)

// parseDates reads alternatives of dates with prefixes. A date without a zone is
// in the zone given.
func parseDates(s string, zone *time.Location) (list []dateTest, err error) {
	values, err := alternatives(s)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		d := dateTest{prefix: prefixEqual}
		if len(v) > 2 && v[0] >= 'a' {
			d.prefix, v = datePrefix(v[:2]), v[2:]
			switch d.prefix {
			case prefixEqual, prefixNot, prefixAfter, prefixBefore, prefixNotBefore, prefixNotAfter, prefixStartsAfter, prefixEndsBefore:
			case prefixApproximates:
				return nil, errPrefix
			default:
				return nil, errDate
			}
		}
		if d.span, err = parseSpan(v, zone); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// parseSpan reads YYYY, YYYY-MM, YYYY-MM-DD, and the last with Thh:mm, seconds,
// their fraction and a zone. A blank stands for the + of a zone that was not
// escaped in a URL. Years are those that nanoseconds of Unix time can count,
// 1678 to 2261.
func parseSpan(s string, zone *time.Location) (span, error) {
	if zone == nil {
		zone = time.UTC
	}
	day, clock, timed := strings.Cut(s, "T")
	if !timed {
		return parseDay(day, zone)
	}
	clock, zone, err := cutZone(clock, zone)
	if err != nil || len(day) != 10 {
		return span{}, errDate
	}
	layout, width := "2006-01-02T15:04", time.Minute
	whole, fraction, hasFraction := strings.Cut(clock, ".")
	switch len(whole) {
	case len("15:04"):
	case len("15:04:05"):
		layout, width = "2006-01-02T15:04:05", time.Second
	default:
		return span{}, errDate
	}
	if hasFraction {
		if layout == "2006-01-02T15:04" || len(fraction) == 0 || len(fraction) > 9 {
			return span{}, errDate
		}
		for range fraction {
			width /= 10
		}
		clock = whole + "." + fraction
	}
	t, err := time.ParseInLocation(layout, day+"T"+clock, zone)
	if err != nil {
		return span{}, errDate
	}
	return spanOf(t, t.Add(width))
}

func parseDay(s string, zone *time.Location) (span, error) {
	layouts := map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}
	t, err := time.ParseInLocation(layouts[len(s)], s, zone)
	if err != nil || layouts[len(s)] == "" {
		return span{}, errDate
	}
	switch len(s) {
	case 4:
		return spanOf(t, t.AddDate(1, 0, 0))
	case 7:
		return spanOf(t, t.AddDate(0, 1, 0))
	}
	return spanOf(t, t.AddDate(0, 0, 1))
}

// cutZone takes Z or an offset off the end of a time of day.
func cutZone(clock string, zone *time.Location) (string, *time.Location, error) {
	if rest, ok := strings.CutSuffix(clock, "Z"); ok {
		return rest, time.UTC, nil
	}
	n := len(clock) - len("+00:00")
	if n <= 0 || clock[n+3] != ':' || strings.IndexByte("+- ", clock[n]) < 0 {
		return clock, zone, nil
	}
	hour, err := strconv.ParseUint(clock[n+1:n+3], 10, 8)
	minute, err2 := strconv.ParseUint(clock[n+4:], 10, 8)
	if err != nil || err2 != nil || minute > 59 || hour*60+minute > 14*60 {
		return "", nil, errDate
	}
	seconds := int(hour*60+minute) * 60
	if clock[n] == '-' {
		seconds = -seconds
	}
	return clock[:n], time.FixedZone("", seconds), nil
}

func spanOf(lo, hi time.Time) (span, error) {
	if lo.Year() < 1678 || hi.Year() > 2261 {
		return span{}, errDate
	}
	return span{lo.UnixNano(), hi.UnixNano()}, nil
}
