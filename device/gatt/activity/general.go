package activity

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The UUIDs of the Physical Activity Monitor Service 1.0.
const (
	UUIDFeature       = 0x2B3B
	UUIDInstant       = 0x2B3C
	UUIDSummary       = 0x2B3D
	UUIDCardio        = 0x2B3E
	UUIDCardioSummary = 0x2B3F
	UUIDStepSummary   = 0x2B40
	UUIDSleep         = 0x2B41
	UUIDSleepSummary  = 0x2B42
	UUIDControl       = 0x2B43
	UUIDSession       = 0x2B44
	UUIDDescriptor    = 0x2B45
)

const pamsRef = "PAMS 1.0, 3"

// Head is what most of the activity data begins with, around the
// flags.
type Head struct {
	// Header counts the messages that a value is cut into, as sent: that the
	// top bit marks the first is all that samples show. Join the messages before
	// decoding.
	Header     uint8
	Session    uint16
	SubSession uint16
	Timestamp  uint32 // relative, as sent
	Sequence   uint32
}

func readHead(r *att.Reader, header uint8) Head {
	return Head{
		Header: header, Session: r.Uint16("SessionID"), SubSession: r.Uint16("SubSessionID"),
		Timestamp: r.Uint32("RelativeTimestamp"), Sequence: r.Uint32("Sequence"),
	}
}

func (h Head) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, h.Session)
	b = binary.LittleEndian.AppendUint16(b, h.SubSession)
	b = binary.LittleEndian.AppendUint32(b, h.Timestamp)
	return binary.LittleEndian.AppendUint32(b, h.Sequence)
}

// Fields is what the flags announce, as sent and borrowed. The widths
// and units of these fields no second source tells, so they are not taken apart:
// nothing is guessed, and nothing lost.
type Fields []byte

// readFields takes the rest of the frame. Where the flags announce nothing
// there must be no rest.
func readFields(r *att.Reader, announced bool) Fields {
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

// Instant is characteristic 0x2B3C, General Activity Instantaneous Data
// (Physical Activity Monitor Service 1.0).
//
//	 0        1             4         6             8           12          16
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//	| header | flags (24)  | session | sub-session | timestamp | sequence  | fields ...  |
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; fields unverified and raw.
type Instant struct {
	Head
	Flags  InstantFlags
	Fields Fields
}

// InstantFlags is 24 bits that say which fields follow.
type InstantFlags uint32

var activityInstantNames = [...]string{
	"normal walking energy per hour", "intensity energy per hour", "total energy per hour", "fat burned per hour",
	"metabolic equivalent", "speed", "motion cadence", "elevation", "activity count per minute", "activity level",
	"activity type", 23: "device worn",
}

// Worn is the one flag of [InstantFlags] that announces no
// field: the device is worn.
const Worn InstantFlags = 1 << 23

const activityInstantFields = 0x0007FF

// String lists the fields in words.
func (f InstantFlags) String() string { return att.NamesOf(activityInstantNames[:], uint32(f)) }

// ParseInstant decodes b, which the result borrows.
func ParseInstant(b []byte) (Instant, error) {
	var m Instant
	r := att.NewReader(b)
	header := r.Uint8("Header")
	m.Flags = InstantFlags(r.Uint24("Flags"))
	checkFlags(&r, uint32(m.Flags), ^uint32(activityInstantFields|uint32(Worn)), 1)
	m.Head = readHead(&r, header)
	m.Fields = readFields(&r, m.Flags&^Worn != 0)
	return m, r.Finish(0, "ActivityInstant", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Flags has more
// than 24 bits.
func (m Instant) AppendBinary(b []byte) ([]byte, error) {
	if m.Flags>>24 != 0 {
		return b, att.Unencodable("Flags")
	}
	b = m.Head.append(appendUint24(append(b, m.Header), uint32(m.Flags)))
	return append(b, m.Fields...), nil
}

// Summary is characteristic 0x2B3D, General Activity Summary Data
// (Physical Activity Monitor Service 1.0).
//
//	 0        1             5         7             9           13          17
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//	| header | flags (32)  | session | sub-session | timestamp | sequence  | fields ...  |
//	+--------+-------------+---------+-------------+-----------+-----------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; fields unverified and raw.
type Summary struct {
	Head
	Flags  SummaryFlags
	Fields Fields
}

// SummaryFlags says which fields follow.
type SummaryFlags uint32

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
func (f SummaryFlags) String() string { return att.NamesOf(activitySummaryNames[:], uint32(f)) }

// ParseSummary decodes b, which the result borrows.
func ParseSummary(b []byte) (Summary, error) {
	var m Summary
	r := att.NewReader(b)
	header := r.Uint8("Header")
	m.Flags = SummaryFlags(r.Uint32("Flags"))
	checkFlags(&r, uint32(m.Flags), activitySummaryReserved, 1)
	m.Head = readHead(&r, header)
	m.Fields = readFields(&r, m.Flags != 0)
	return m, r.Finish(0, "ActivitySummary", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Summary) AppendBinary(b []byte) ([]byte, error) {
	b = m.Head.append(binary.LittleEndian.AppendUint32(append(b, m.Header), uint32(m.Flags)))
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
	Head
	Flags  StepFlags
	Fields Fields
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
	m.Head = readHead(&r, header)
	m.Fields = readFields(&r, m.Flags != 0)
	return m, r.Finish(0, "StepSummary", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m StepSummary) AppendBinary(b []byte) ([]byte, error) {
	return append(m.Head.append(append(b, m.Header, byte(m.Flags))), m.Fields...), nil
}
