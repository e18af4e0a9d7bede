package fhir

import "time"

// writable returns t in a zone that FHIR can write: with an offset of whole
// minutes, up to 14 hours. Others become UTC.
func writable(t time.Time) time.Time {
	if _, offset := t.Zone(); !isOffset(offset) {
		return t.UTC()
	}
	return t
}

func isOffset(seconds int) bool {
	const limit = 14 * 60 * 60
	return seconds%60 == 0 && -limit <= seconds && seconds <= limit
}

// A moment is a time in a zone that FHIR can write, taken apart as far as
// writing needs: package time would look up the zone for every part of it.
type moment struct {
	local  int64 // seconds since 1970-01-01T00:00 in the zone
	ms     int32
	offset int32 // of the zone, in seconds
	set    bool
}

// The first and the last second that FHIR can write: 0001-01-01T00:00:00 and
// 9999-12-31T23:59:59.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// momentOf returns the moment of t, and whether its year has four digits.
func momentOf(t time.Time) (m moment, ok bool) {
	_, offset := t.Zone()
	if !isOffset(offset) {
		offset = 0
	}
	m = moment{t.Unix() + int64(offset), int32(t.Nanosecond() / 1_000_000), int32(offset), true}
	return m, firstSecond <= m.local && m.local <= lastSecond
}

// appendTime appends a dateTime with milliseconds and the offset:
// 2024-05-01T10:11:12.000+02:00.
func appendTime(b []byte, t time.Time) []byte {
	m, ok := momentOf(t)
	if !ok {
		return t.AppendFormat(b, "2006-01-02T15:04:05.000Z07:00") // which callers refuse before
	}
	return m.append(b)
}

func (m moment) append(b []byte) []byte {
	const day = 24 * 60 * 60
	since := m.local - firstSecond // not negative
	days, second := since/day+firstSecond/day, uint32(since%day)
	year, month, dayOfMonth := date(days)
	ms, offset := uint32(m.ms), m.offset
	var text [29]byte
	put2(&text, 0, year/100)
	put2(&text, 2, year%100)
	text[4] = '-'
	put2(&text, 5, month)
	text[7] = '-'
	put2(&text, 8, dayOfMonth)
	text[10] = 'T'
	put2(&text, 11, second/3600)
	text[13] = ':'
	put2(&text, 14, second/60%60)
	text[16] = ':'
	put2(&text, 17, second%60)
	text[19] = '.'
	text[20] = byte('0' + ms/100)
	put2(&text, 21, ms%100)
	if offset == 0 {
		text[23] = 'Z'
		return append(b, text[:24]...)
	}
	text[23] = '+'
	if offset < 0 {
		text[23], offset = '-', -offset
	}
	put2(&text, 24, uint32(offset)/3600)
	text[26] = ':'
	put2(&text, 27, uint32(offset)/60%60)
	return append(b, text[:]...)
}

// date is the date in the Gregorian calendar, days after 1970-01-01, of a year
// from 1 to 9999. It counts from 1 March of the year 0, so that leap days come
// last.
func date(days int64) (year, month, day uint32) {
	const era = 146097 // days in 400 years
	n := uint32(days + 719468)
	d := n % era
	y := (d - d/1460 + d/36524 - d/146096) / 365
	d -= 365*y + y/4 - y/100
	m := (5*d + 2) / 153
	day = d - (153*m+2)/5 + 1
	year, month = n/era*400+y, m+3
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

const digits = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849" +
	"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

// put2 writes n, which is below 100.
func put2(b *[29]byte, i int, n uint32) {
	n *= 2
	b[i], b[i+1] = digits[n], digits[n+1]
}
