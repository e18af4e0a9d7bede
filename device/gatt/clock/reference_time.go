package clock

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// The characteristics about the zone of a clock and how far to trust it.
const (
	UUIDDSTOffset            = 0x2A0D
	UUIDTimeZone             = 0x2A0E
	UUIDLocalTimeInformation = 0x2A0F
	UUIDTimeAccuracy         = 0x2A12
	UUIDTimeSource           = 0x2A13
	UUIDReferenceTime        = 0x2A14
	UUIDTimeUpdateControl    = 0x2A16
	UUIDTimeUpdateState      = 0x2A17
)

// TimeZone is characteristic 0x2A0E (Time Zone; GSS): one byte, the offset from
// UTC in steps of 15 minutes, -48 to 56, without daylight saving time.
type TimeZone int8

// TimeZoneUnknown is how a clock says that it does not know its zone.
const TimeZoneUnknown TimeZone = -128

// ParseTimeZone decodes b.
func ParseTimeZone(b []byte) (TimeZone, error) {
	r := att.NewReader(b)
	z := TimeZone(r.TimeZone())
	return z, r.Finish(0, "TimeZone", "GSS, Time Zone")
}

// AppendBinary implements [encoding.BinaryAppender].
func (z TimeZone) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(z)), nil }

// Offset is what to add to UTC, if that is known.
func (z TimeZone) Offset() (east time.Duration, ok bool) {
	if z < -48 || z > 56 {
		return 0, false
	}
	return time.Duration(z) * 15 * time.Minute, true
}

// DSTOffset is characteristic 0x2A0D (DST Offset; GSS): one byte, what is added
// for daylight saving time, as sent. All numbers but those below are reserved.
type DSTOffset uint8

// The offsets.
const (
	DSTStandard DSTOffset = 0
	DSTHalfHour DSTOffset = 2
	DSTOneHour  DSTOffset = 4
	DSTTwoHours DSTOffset = 8
	DSTUnknown  DSTOffset = 255
)

// ParseDSTOffset decodes b.
func ParseDSTOffset(b []byte) (DSTOffset, error) {
	r := att.NewReader(b)
	d := DSTOffset(r.DSTOffset())
	return d, r.Finish(0, "DSTOffset", "GSS, DST Offset")
}

// AppendBinary implements [encoding.BinaryAppender].
func (d DSTOffset) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(d)), nil }

// Offset is what to add to standard time, if that is known.
func (d DSTOffset) Offset() (by time.Duration, ok bool) {
	switch d {
	case DSTStandard, DSTHalfHour, DSTOneHour, DSTTwoHours:
		return time.Duration(d) * 15 * time.Minute, true
	}
	return 0, false
}

// String is the offset in words.
func (d DSTOffset) String() string {
	switch d {
	case DSTStandard:
		return "standard time"
	case DSTHalfHour:
		return "half an hour daylight time"
	case DSTOneHour:
		return "daylight time"
	case DSTTwoHours:
		return "double daylight time"
	case DSTUnknown:
		return "unknown"
	}
	return att.NameOf(nil, uint8(d))
}

// LocalTimeInformation is characteristic 0x2A0F (Current Time Service 1.1, 3.2).
//
//	 0           1
//	+-----------+-----+
//	| time zone | DST |
//	+-----------+-----+
type LocalTimeInformation struct {
	Zone TimeZone
	DST  DSTOffset
}

// ParseLocalTimeInformation decodes b.
func ParseLocalTimeInformation(b []byte) (LocalTimeInformation, error) {
	r := att.NewReader(b)
	i := LocalTimeInformation{Zone: TimeZone(r.TimeZone()), DST: DSTOffset(r.DSTOffset())}
	return i, r.Finish(0, "LocalTimeInformation", "CTS 1.1, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (i LocalTimeInformation) AppendBinary(b []byte) ([]byte, error) {
	return append(b, byte(i.Zone), byte(i.DST)), nil
}

// Location is the zone that the clock shows, if the device knows it: pass it
// to [DateTime.Time]. It is a fixed offset and knows no rules of a country.
func (i LocalTimeInformation) Location() (l *time.Location, ok bool) {
	zone, ok := i.Zone.Offset()
	dst, known := i.DST.Offset()
	if !ok || !known {
		return nil, false
	}
	return time.FixedZone("", int((zone + dst).Seconds())), true
}

// TimeSource is characteristic 0x2A13 (Time Source; GSS): one byte, where a
// clock has its time from, as sent. Numbers from 8 on are reserved.
type TimeSource uint8

// The sources.
const (
	TimeSourceUnknown         TimeSource = 0
	TimeSourceNTP             TimeSource = 1
	TimeSourceGPS             TimeSource = 2
	TimeSourceRadio           TimeSource = 3
	TimeSourceManual          TimeSource = 4
	TimeSourceAtomic          TimeSource = 5
	TimeSourceCellular        TimeSource = 6
	TimeSourceNotSynchronized TimeSource = 7
)

// ParseTimeSource decodes b.
func ParseTimeSource(b []byte) (TimeSource, error) {
	r := att.NewReader(b)
	s := readTimeSource(&r)
	return s, r.Finish(0, "TimeSource", "GSS, Time Source")
}

func readTimeSource(r *att.Reader) TimeSource {
	return TimeSource(r.UpTo("TimeSource", uint8(TimeSourceNotSynchronized)))
}

// AppendBinary implements [encoding.BinaryAppender].
func (s TimeSource) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(s)), nil }

// String is the source in words.
func (s TimeSource) String() string { return att.NameOf(timeSources[:], uint8(s)) }

var timeSources = [...]string{
	"unknown", "network time protocol", "GPS", "radio time signal", "manual", "atomic clock", "cellular network", "not synchronized",
}

// TimeAccuracy is characteristic 0x2A12 (Time Accuracy; GSS): one byte, how far
// a clock may be off, in 1/8 s.
type TimeAccuracy uint8

// The accuracies that are no number.
const (
	TimeAccuracyOutOfRange TimeAccuracy = 254 // worse than 31.625 s
	TimeAccuracyUnknown    TimeAccuracy = 255
)

// ParseTimeAccuracy decodes b.
func ParseTimeAccuracy(b []byte) (TimeAccuracy, error) {
	r := att.NewReader(b)
	a := TimeAccuracy(r.Uint8("Accuracy"))
	return a, r.Finish(0, "TimeAccuracy", "GSS, Time Accuracy")
}

// AppendBinary implements [encoding.BinaryAppender].
func (a TimeAccuracy) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(a)), nil }

// Drift is how far the clock may be off, in seconds, if that is known: a count
// of 253 is 31.625 s.
func (a TimeAccuracy) Drift() (q vitals.Quantity, ok bool) {
	if a >= TimeAccuracyOutOfRange {
		return vitals.Quantity{}, false
	}
	return vitals.UnitSecond.Of(vitals.Decimal{Coef: int64(a) * 125, Exp: -3}), true
}

// String is the accuracy in words.
func (a TimeAccuracy) String() string {
	switch a {
	case TimeAccuracyOutOfRange:
		return "worse than 31.625 s"
	case TimeAccuracyUnknown:
		return "unknown"
	}
	q, _ := a.Drift()
	return q.String()
}

// ReferenceTimeInformation is characteristic 0x2A14 (Current Time Service 1.1,
// 3.3): where a clock has its time from and how old that is.
//
//	 0        1          2      3
//	+--------+----------+------+-------+
//	| source | accuracy | days | hours |
//	+--------+----------+------+-------+
type ReferenceTimeInformation struct {
	Source   TimeSource
	Accuracy TimeAccuracy
	Days     uint8 // since the last update; 255: that many or more
	Hours    uint8 // 0 to 23; 255 if Days is
}

const longAgo = 255

// ParseReferenceTimeInformation decodes b.
func ParseReferenceTimeInformation(b []byte) (ReferenceTimeInformation, error) {
	r := att.NewReader(b)
	i := ReferenceTimeInformation{
		Source: readTimeSource(&r), Accuracy: TimeAccuracy(r.Uint8("Accuracy")),
		Days: r.Uint8("DaysSinceUpdate"), Hours: r.Uint8("HoursSinceUpdate"),
	}
	if i.Hours > 23 && i.Hours != longAgo {
		r.Reject(device.ErrOutOfRange, "HoursSinceUpdate", r.Offset()-1)
	}
	return i, r.Finish(0, "ReferenceTimeInformation", "CTS 1.1, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (i ReferenceTimeInformation) AppendBinary(b []byte) ([]byte, error) {
	return append(b, byte(i.Source), byte(i.Accuracy), i.Days, i.Hours), nil
}

// Age is the time since the last update to the hour, if the device can still
// readCount it.
func (i ReferenceTimeInformation) Age() (d time.Duration, ok bool) {
	if i.Days == longAgo || i.Hours > 23 {
		return 0, false
	}
	return (time.Duration(i.Days)*24 + time.Duration(i.Hours)) * time.Hour, true
}

// TimeUpdateControl is characteristic 0x2A16 (Reference Time Update Service
// 1.0, 3.1): one byte that a client writes. All other numbers are reserved.
type TimeUpdateControl uint8

// The commands.
const (
	GetReferenceUpdate    TimeUpdateControl = 1
	CancelReferenceUpdate TimeUpdateControl = 2
)

// ParseTimeUpdateControl decodes b.
func ParseTimeUpdateControl(b []byte) (TimeUpdateControl, error) {
	r := att.NewReader(b)
	c := TimeUpdateControl(r.Code("Command", uint8(CancelReferenceUpdate)))
	return c, r.Finish(0, "TimeUpdateControl", timeUpdateRef)
}

const timeUpdateRef = "RTUS 1.0, 3.1"

// CheckDirection reports a command that came from the server, with
// [device.ErrDirection]: it never sends one.
func (c TimeUpdateControl) CheckDirection(fromDevice bool) error {
	return att.CheckDirection(false, fromDevice, "TimeUpdateControl", timeUpdateRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (c TimeUpdateControl) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(c)), nil }

// String is the command in words.
func (c TimeUpdateControl) String() string { return att.NameOf(timeUpdateControls[:], uint8(c)) }

var timeUpdateControls = [...]string{1: "get reference update", 2: "cancel reference update"}

// TimeUpdateState is characteristic 0x2A17 (Reference Time Update Service 1.0,
// 3.2).
//
//	 0       1
//	+-------+--------+
//	| state | result |
//	+-------+--------+
type TimeUpdateState struct {
	State  UpdateState
	Result UpdateResult // of the last update
}

// UpdateState is what a time server is doing, as sent.
type UpdateState uint8

// The states.
const (
	UpdateIdle    UpdateState = 0
	UpdatePending UpdateState = 1
)

// UpdateResult is how an update ended, as sent.
type UpdateResult uint8

// The results.
const (
	UpdateSuccessful   UpdateResult = 0
	UpdateCanceled     UpdateResult = 1
	UpdateNoConnection UpdateResult = 2
	UpdateError        UpdateResult = 3 // the reference answered with an error
	UpdateTimeout      UpdateResult = 4
	UpdateNotAttempted UpdateResult = 5 // none since the reset
)

// ParseTimeUpdateState decodes b.
func ParseTimeUpdateState(b []byte) (TimeUpdateState, error) {
	r := att.NewReader(b)
	s := TimeUpdateState{
		State:  UpdateState(r.UpTo("CurrentState", uint8(UpdatePending))),
		Result: UpdateResult(r.UpTo("Result", uint8(UpdateNotAttempted))),
	}
	return s, r.Finish(0, "TimeUpdateState", "RTUS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender].
func (s TimeUpdateState) AppendBinary(b []byte) ([]byte, error) {
	return append(b, byte(s.State), byte(s.Result)), nil
}

// String is the state in words.
func (s UpdateState) String() string { return att.NameOf(updateStates[:], uint8(s)) }

var updateStates = [...]string{"idle", "update pending"}

// String is the result in words.
func (r UpdateResult) String() string { return att.NameOf(updateResults[:], uint8(r)) }

var updateResults = [...]string{
	"successful", "canceled", "no connection to reference", "reference responded with an error", "time-out", "not attempted after reset",
}
