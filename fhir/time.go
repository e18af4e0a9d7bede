package fhir

import "time"

// writable returns t in a zone that FHIR can write: with an offset of whole
// minutes, up to 14 hours. Others become UTC.
func writable(t time.Time) time.Time {
	const limit = 14 * 60 * 60
	if _, offset := t.Zone(); offset%60 != 0 || offset > limit || offset < -limit {
		return t.UTC()
	}
	return t
}

// appendTime appends a dateTime with milliseconds and the offset:
// 2024-05-01T10:11:12.000+02:00. It is AppendFormat with a fixed layout, at a
// third of the time.
func appendTime(b []byte, t time.Time) []byte {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append2(b, year/100)
	b = append2(b, year%100)
	b = append(b, '-')
	b = append2(b, int(month))
	b = append(b, '-')
	b = append2(b, day)
	b = append(b, 'T')
	b = append2(b, hour)
	b = append(b, ':')
	b = append2(b, minute)
	b = append(b, ':')
	b = append2(b, second)
	ms := t.Nanosecond() / 1_000_000
	b = append(b, '.', byte('0'+ms/100))
	b = append2(b, ms%100)
	_, offset := t.Zone()
	if offset == 0 {
		return append(b, 'Z')
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	b = append(b, sign)
	b = append2(b, offset/3600)
	b = append(b, ':')
	return append2(b, offset/60%60)
}

func append2(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
