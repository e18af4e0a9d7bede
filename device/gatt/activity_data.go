package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The UUIDs of the Physical Activity Monitor Service 1.0.
const (
	UUIDActivityFeature       = 0x2B3B
	UUIDActivityInstant       = 0x2B3C
	UUIDActivitySummary       = 0x2B3D
	UUIDCardioActivity        = 0x2B3E
	UUIDCardioActivitySummary = 0x2B3F
	UUIDStepSummary           = 0x2B40
	UUIDSleepActivity         = 0x2B41
	UUIDSleepSummary          = 0x2B42
	UUIDActivityControl       = 0x2B43
	UUIDActivitySession       = 0x2B44
	UUIDActivityDescriptor    = 0x2B45
)

const pamsRef = "PAMS 1.0, 3"

// ActivityHeader is what most of the activity data begins with, around the
// flags.
type ActivityHeader struct {
	// Header counts the messages that a value is cut into, as sent: that the
	// top bit marks the first is all that samples show. Join the messages before
	// decoding.
	Header     uint8
	Session    uint16
	SubSession uint16
	Timestamp  uint32 // relative, as sent
	Sequence   uint32
}

func readHeader(r *att.Reader, header uint8) ActivityHeader {
	return ActivityHeader{
		Header: header, Session: r.Uint16("SessionID"), SubSession: r.Uint16("SubSessionID"),
		Timestamp: r.Uint32("RelativeTimestamp"), Sequence: r.Uint32("Sequence"),
	}
}

func (h ActivityHeader) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, h.Session)
	b = binary.LittleEndian.AppendUint16(b, h.SubSession)
	b = binary.LittleEndian.AppendUint32(b, h.Timestamp)
	return binary.LittleEndian.AppendUint32(b, h.Sequence)
}

// ActivityFields is what the flags announce, as sent and borrowed. The widths
// and units of these fields no second source tells, so they are not taken apart:
// nothing is guessed, and nothing lost.
type ActivityFields []byte

// readFields takes the rest of the frame. Where the flags announce nothing
// there must be no rest.
func readFields(r *att.Reader, announced bool) ActivityFields {
	if !announced {
		return nil
	}
	return r.Remaining("Fields")
}

// checkFlags refuses flags at byte at that have a reserved bit.
func checkFlags(r *att.Reader, flags, reserved uint32, at int) {
	if flags&reserved != 0 {
		r.Reject(device.ErrReservedBits, "Flags", at)
	}
}

func appendUint24(b []byte, v uint32) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }

// ActivityInstant is characteristic 0x2B3C, General Activity Instantaneous Data
// (Physical Activity Monitor Service 1.0).
//
//	 0        1             4         6             8           12          16
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//	| header | flags (24)  | session | sub-session | timestamp | sequence  | fields ...  |
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; fields unverified and raw.
type ActivityInstant struct {
	ActivityHeader
	Flags  ActivityInstantFlags
	Fields ActivityFields
}

// ActivityInstantFlags is 24 bits that say which fields follow.
type ActivityInstantFlags uint32

var activityInstantNames = [...]string{
	"normal walking energy per hour", "intensity energy per hour", "total energy per hour", "fat burned per hour",
	"metabolic equivalent", "speed", "motion cadence", "elevation", "activity count per minute", "activity level",
	"activity type", 23: "device worn",
}

// ActivityWorn is the one flag of [ActivityInstantFlags] that announces no
// field: the device is worn.
const ActivityWorn ActivityInstantFlags = 1 << 23

const activityInstantFields = 0x0007FF

// String lists the fields in words.
func (f ActivityInstantFlags) String() string { return att.NamesOf(activityInstantNames[:], uint32(f)) }

// ParseActivityInstant decodes b, which the result borrows.
func ParseActivityInstant(b []byte) (ActivityInstant, error) {
	var m ActivityInstant
	r := att.NewReader(b)
	header := r.Uint8("Header")
	m.Flags = ActivityInstantFlags(r.Uint24("Flags"))
	checkFlags(&r, uint32(m.Flags), ^uint32(activityInstantFields|uint32(ActivityWorn)), 1)
	m.ActivityHeader = readHeader(&r, header)
	m.Fields = readFields(&r, m.Flags&^ActivityWorn != 0)
	return m, r.Finish(0, "ActivityInstant", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Flags has more
// than 24 bits.
func (m ActivityInstant) AppendBinary(b []byte) ([]byte, error) {
	if m.Flags>>24 != 0 {
		return b, att.Unencodable("Flags")
	}
	b = m.ActivityHeader.append(appendUint24(append(b, m.Header), uint32(m.Flags)))
	return append(b, m.Fields...), nil
}

// ActivitySummary is characteristic 0x2B3D, General Activity Summary Data
// (Physical Activity Monitor Service 1.0).
//
//	 0        1             5         7             9           13          17
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//	| header | flags (32)  | session | sub-session | timestamp | sequence  | fields ...  |
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; fields unverified and raw.
type ActivitySummary struct {
	ActivityHeader
	Flags  ActivitySummaryFlags
	Fields ActivityFields
}

// ActivitySummaryFlags says which fields follow.
type ActivitySummaryFlags uint32

var activitySummaryNames = [...]string{
	"normal walking energy", "intensity energy", "total energy", "fat burned", "minimum metabolic equivalent",
	"maximum metabolic equivalent", "average metabolic equivalent", "distance", "minimum speed", "maximum speed",
	"average speed", "duration of normal walking", "duration of intensity walking", "minimum motion cadence",
	"maximum motion cadence", "average motion cadence", "floors", "positive elevation gain", "negative elevation gain",
	"activity count", "minimum activity level", "maximum activity level", "average activity level", "average activity type",
	"worn duration",
}

const activitySummaryReserved = 0xFE000000

// String lists the fields in words.
func (f ActivitySummaryFlags) String() string { return att.NamesOf(activitySummaryNames[:], uint32(f)) }

// ParseActivitySummary decodes b, which the result borrows.
func ParseActivitySummary(b []byte) (ActivitySummary, error) {
	var m ActivitySummary
	r := att.NewReader(b)
	header := r.Uint8("Header")
	m.Flags = ActivitySummaryFlags(r.Uint32("Flags"))
	checkFlags(&r, uint32(m.Flags), activitySummaryReserved, 1)
	m.ActivityHeader = readHeader(&r, header)
	m.Fields = readFields(&r, m.Flags != 0)
	return m, r.Finish(0, "ActivitySummary", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m ActivitySummary) AppendBinary(b []byte) ([]byte, error) {
	b = m.ActivityHeader.append(binary.LittleEndian.AppendUint32(append(b, m.Header), uint32(m.Flags)))
	return append(b, m.Fields...), nil
}

// StepSummary is characteristic 0x2B40, Step Counter Activity Summary Data
// (Physical Activity Monitor Service 1.0).
//
//	 0        1       2         4             6           10          14
//	+--------+-------+---------+-------------+-----------+-----------+-------------+
//	| header | flags | session | sub-session | timestamp | sequence  | fields ...  |
//	+--------+-------+---------+-------------+-----------+-----------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; fields unverified and raw.
type StepSummary struct {
	ActivityHeader
	Flags  StepFlags
	Fields ActivityFields
}

// StepFlags says which fields follow.
type StepFlags uint8

var stepNames = [...]string{"normal walking steps", "intensity steps", "floor steps", "distance", "worn duration"}

const stepReserved = 0xE0

// String lists the fields in words.
func (f StepFlags) String() string { return att.NamesOf(stepNames[:], uint32(f)) }

// ParseStepSummary decodes b, which the result borrows.
func ParseStepSummary(b []byte) (StepSummary, error) {
	var m StepSummary
	r := att.NewReader(b)
	header := r.Uint8("Header")
	m.Flags = StepFlags(r.Uint8("Flags"))
	checkFlags(&r, uint32(m.Flags), stepReserved, 1)
	m.ActivityHeader = readHeader(&r, header)
	m.Fields = readFields(&r, m.Flags != 0)
	return m, r.Finish(0, "StepSummary", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m StepSummary) AppendBinary(b []byte) ([]byte, error) {
	return append(m.ActivityHeader.append(append(b, m.Header, byte(m.Flags))), m.Fields...), nil
}
