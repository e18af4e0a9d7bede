package clock

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDDateTime is the UUID of [DateTime].
const UUIDDateTime = 0x2A08

// DateTime is characteristic 0x2A08 (Date Time; GSS 3.70), and a field of
// many others: what the clock of the device showed, without a time zone.
//
//	 0      2       3     4      5        6
//	+------+-------+-----+------+--------+--------+
//	| year | month | day | hour | minute | second |
//	+------+-------+-----+------+--------+--------+
//
// Year, month and day may each be 0 for "not known".
type DateTime struct {
	Year   uint16 // 1582 to 9999, or 0
	Month  uint8  // 1 to 12, or 0
	Day    uint8  // 1 to 31, or 0
	Hour   uint8  // 0 to 23
	Minute uint8  // 0 to 59
	Second uint8  // 0 to 59
}

// ParseDateTime decodes b.
func ParseDateTime(b []byte) (DateTime, error) {
	r := att.NewReader(b)
	d := DateTime(r.DateTime("DateTime"))
	return d, r.Finish(0, "DateTime", "GSS 3.70")
}

// AppendBinary implements [encoding.BinaryAppender].
func (d DateTime) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint16(b, d.Year)
	return append(b, d.Month, d.Day, d.Hour, d.Minute, d.Second), nil
}

// Time is d in a location, if the date is complete and exists in the calendar.
func (d DateTime) Time(in *time.Location) (time.Time, bool) { return att.DateTime(d).Time(in) }

// Add is the wall clock a while later, or earlier. There is none if d is
// incomplete or the result lies beyond the years that a DateTime can hold.
func (d DateTime) Add(by time.Duration) (sum DateTime, ok bool) {
	if by == 0 {
		return d, true
	}
	t, ok := d.Time(time.UTC)
	if t = t.Add(by); !ok || t.Year() < 1582 || t.Year() > 9999 {
		return DateTime{}, false
	}
	return DateTimeOf(t), true
}

// String is "2024-05-31T12:30:00"; unknown parts are zero.
func (d DateTime) String() string {
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", d.Year, d.Month, d.Day, d.Hour, d.Minute, d.Second)
}

// DateTimeOf is the wall clock of t.
func DateTimeOf(t time.Time) DateTime {
	return DateTime{
		Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day()),
		Hour: uint8(t.Hour()), Minute: uint8(t.Minute()), Second: uint8(t.Second()),
	}
}
