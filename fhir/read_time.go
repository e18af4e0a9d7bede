package fhir

import "time"

// parseInstant reads a dateTime or an instant: FHIR R4, 2.24.0.1. A date alone
// is its midnight in the location, unless that is nil.
func parseInstant(s []byte, day *time.Location) (t time.Time, err error) {
	year, month, date := digits4(s, 0), 0, 0
	if len(s) >= 7 && s[4] == '-' {
		month = digits2(s, 5)
	}
	if len(s) >= 10 && s[7] == '-' {
		date = digits2(s, 8)
	}
	switch {
	case year < 1, len(s) > 4 && !inMonth(year, month, max(date, 1)), len(s) > 7 && date < 1:
		return t, ErrValue
	case len(s) == 10 && day != nil:
		return time.Date(year, time.Month(month), date, 0, 0, 0, 0, day), nil
	case len(s) == 4, len(s) == 7, len(s) == 10:
		return t, ErrInstant
	case len(s) < 19 || s[10] != 'T' || s[13] != ':' || s[16] != ':':
		return t, ErrValue
	}
	hour, minute, second := digits2(s, 11), digits2(s, 14), digits2(s, 17)
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return t, ErrValue
	}
	ns, s, ok := fraction(s[19:])
	if !ok {
		return t, ErrValue
	}
	if len(s) == 0 {
		return t, ErrInstant
	}
	zone, ok := parseOffset(s)
	if !ok {
		return t, ErrValue
	}
	return time.Date(year, time.Month(month), date, hour, minute, second, ns, zone), nil
}

// fraction reads the digits behind the seconds, if any, and returns what
// follows. What is finer than a nanosecond is cut off.
func fraction(s []byte) (ns int, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '.' {
		return 0, s, true
	}
	i := 1
	for unit := 100_000_000; i < len(s) && isDigit(s[i]); i, unit = i+1, unit/10 {
		ns += int(s[i]-'0') * unit
	}
	return ns, s[i:], i > 1
}

// parseOffset reads Z or +hh:mm, up to 14:00.
func parseOffset(s []byte) (*time.Location, bool) {
	if string(s) == "Z" {
		return time.UTC, true
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return nil, false
	}
	hour, minute := digits2(s, 1), digits2(s, 4)
	offset := (hour*60 + minute) * 60
	if hour < 0 || minute < 0 || minute > 59 || offset > 14*60*60 {
		return nil, false
	}
	if s[0] == '-' {
		offset = -offset
	}
	if offset == 0 {
		return time.UTC, true
	}
	return time.FixedZone("", offset), true
}

func inMonth(year, month, date int) bool {
	if month < 1 || month > 12 || date < 1 {
		return false
	}
	switch time.Month(month) {
	case time.April, time.June, time.September, time.November:
		return date <= 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return date <= 29
		}
		return date <= 28
	}
	return date <= 31
}

// digits2 is the number at s[i:i+2], or -1.
func digits2(s []byte, i int) int {
	if len(s) < i+2 || !isDigit(s[i]) || !isDigit(s[i+1]) {
		return -1
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0')
}

func digits4(s []byte, i int) int {
	high, low := digits2(s, i), digits2(s, i+2)
	if high < 0 || low < 0 {
		return -1
	}
	return high*100 + low
}
