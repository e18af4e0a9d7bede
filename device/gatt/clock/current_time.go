package clock

import (
	"time"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The characteristics that tell the time, each containing the one before.
const (
	UUIDDayOfWeek    = 0x2A09
	UUIDDayDateTime  = 0x2A0A
	UUIDExactTime256 = 0x2A0C
	UUIDCurrentTime  = 0x2A2B
)

// DayOfWeek is characteristic 0x2A09 (Day of Week; GSS), and a field of others:
// one byte, as sent. Zero is "not known"; numbers from 8 on are reserved.
type DayOfWeek uint8

// The days.
const (
	DayUnknown DayOfWeek = 0
	Monday     DayOfWeek = 1
	Tuesday    DayOfWeek = 2
	Wednesday  DayOfWeek = 3
	Thursday   DayOfWeek = 4
	Friday     DayOfWeek = 5
	Saturday   DayOfWeek = 6
	Sunday     DayOfWeek = 7
)

// ParseDayOfWeek decodes b.
func ParseDayOfWeek(b []byte) (DayOfWeek, error) {
	r := att.NewReader(b)
	d := readDayOfWeek(&r)
	return d, r.Finish(0, "DayOfWeek", "GSS, Day of Week")
}

func readDayOfWeek(r *att.Reader) DayOfWeek { return DayOfWeek(r.UpTo("DayOfWeek", uint8(Sunday))) }

// AppendBinary implements [encoding.BinaryAppender].
func (d DayOfWeek) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(d)), nil }

// String is the name of the day.
func (d DayOfWeek) String() string { return att.NameOf(daysOfWeek[:], uint8(d)) }

var daysOfWeek = [...]string{"unknown", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// DayDateTime is characteristic 0x2A0A (Day Date Time; GSS): a clock that knows
// the day of the week.
//
//	 0           7
//	+-----------+-------------+
//	| date-time | day of week |
//	+-----------+-------------+
type DayDateTime struct {
	DateTime  DateTime
	DayOfWeek DayOfWeek
}

// ParseDayDateTime decodes b.
func ParseDayDateTime(b []byte) (DayDateTime, error) {
	r := att.NewReader(b)
	d := readDayDateTime(&r)
	return d, r.Finish(0, "DayDateTime", "GSS, Day Date Time")
}

func readDayDateTime(r *att.Reader) DayDateTime {
	return DayDateTime{DateTime: DateTime(r.DateTime("DateTime")), DayOfWeek: readDayOfWeek(r)}
}

// AppendBinary implements [encoding.BinaryAppender].
func (d DayDateTime) AppendBinary(b []byte) ([]byte, error) {
	b, _ = d.DateTime.AppendBinary(b)
	return d.DayOfWeek.AppendBinary(b)
}

// ExactTime256 is characteristic 0x2A0C (Exact Time 256; GSS): a clock that
// counts the 256th parts of a second.
//
//	 0               8
//	+---------------+-----------+
//	| day date-time | fractions |
//	+---------------+-----------+
type ExactTime256 struct {
	DayDateTime
	Fractions uint8 // in 1/256 s
}

// ParseExactTime256 decodes b.
func ParseExactTime256(b []byte) (ExactTime256, error) {
	r := att.NewReader(b)
	t := readExactTime(&r)
	return t, r.Finish(0, "ExactTime256", "GSS, Exact Time 256")
}

func readExactTime(r *att.Reader) ExactTime256 {
	return ExactTime256{DayDateTime: readDayDateTime(r), Fractions: r.Uint8("Fractions256")}
}

// AppendBinary implements [encoding.BinaryAppender].
func (t ExactTime256) AppendBinary(b []byte) ([]byte, error) {
	b, _ = t.DayDateTime.AppendBinary(b)
	return append(b, t.Fractions), nil
}

// Time is t in a location, if the date is complete and exists in the calendar.
func (t ExactTime256) Time(in *time.Location) (time.Time, bool) {
	at, ok := t.DateTime.Time(in)
	if !ok {
		return at, false
	}
	return at.Add(time.Duration(t.Fractions) * time.Second / 256), true
}

// ExactTime256Of is the wall clock of t.
func ExactTime256Of(t time.Time) ExactTime256 {
	day := DayOfWeek(t.Weekday())
	if day == DayUnknown { // Go's Sunday
		day = Sunday
	}
	return ExactTime256{DayDateTime{DateTimeOf(t), day}, uint8(t.Nanosecond() * 256 / int(time.Second))}
}

// CurrentTime is characteristic 0x2A2B (Current Time Service 1.1, 3.1): what
// the clock shows and why it was set. Many devices let the collector write it.
//
//	 0                9
//	+----------------+---------------+
//	| exact time 256 | adjust reason |
//	+----------------+---------------+
type CurrentTime struct {
	ExactTime256
	Adjusted AdjustReason
}

// AdjustReason is why a clock was set, as sent. Reserved bits are kept.
type AdjustReason uint8

// The reasons.
const (
	AdjustManual    AdjustReason = 1 << 0
	AdjustReference AdjustReason = 1 << 1 // by an external reference clock
	AdjustTimeZone  AdjustReason = 1 << 2
	AdjustDST       AdjustReason = 1 << 3
)

// ParseCurrentTime decodes b.
func ParseCurrentTime(b []byte) (CurrentTime, error) {
	r := att.NewReader(b)
	t := CurrentTime{ExactTime256: readExactTime(&r), Adjusted: AdjustReason(r.Uint8("AdjustReason"))}
	return t, r.Finish(0, "CurrentTime", "CTS 1.1, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (t CurrentTime) AppendBinary(b []byte) ([]byte, error) {
	b, _ = t.ExactTime256.AppendBinary(b)
	return append(b, byte(t.Adjusted)), nil
}

// Ahead is how far the clock of a device was ahead of the true time when it
// was read at the instant at; negative if it was behind. The clock is taken to
// show the time of at's location. There is no answer if its date is not set.
func (t CurrentTime) Ahead(at time.Time) (by time.Duration, ok bool) {
	shown, ok := t.Time(at.Location())
	if !ok {
		return 0, false
	}
	return shown.Sub(at), true
}

// String lists the reasons in words.
func (a AdjustReason) String() string { return att.NamesOf(adjustReasons[:], uint32(a)) }

var adjustReasons = [...]string{"manual", "external reference", "time zone", "daylight saving time"}
