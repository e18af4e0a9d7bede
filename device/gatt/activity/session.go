package activity

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// Features is characteristic 0x2B3B, Physical Activity Monitor Features
// (Physical Activity Monitor Service 1.0): 64 bits, as sent. Reserved bits are
// kept.
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type Features uint64

var activityFeatureNames = [...]string{
	"multiple users", "user data service", "device worn", "normal walking energy", "normal walking energy per hour",
	"intensity energy", "intensity energy per hour", "total energy", "total energy per hour", "fat burned",
	"fat burned per hour", "metabolic equivalent", "distance", "speed", "duration of normal walking",
	"duration of intensity walking", "motion cadence", "floors", "positive elevation gain", "negative elevation gain",
	"elevation", "activity count", "activity count per minute", "activity level", "activity type", "worn duration",
	"time in zone 1", "time in zone 2", "time in zone 3", "time in zone 4", "time in zone 5", "VO2 max",
	"heart rate", "pulse inter-beat interval", "resting heart rate", "heart rate variability", "respiration rate",
	"resting respiration rate", "normal walking steps", "intensity steps", "floor steps", "total sleep time",
	"total wake time", "total bed time", "number of awakenings", "sleep latency", "sleep efficiency", "snooze time",
	"toss and turn events", "time of awakening after alarm", "visible light level", "UV light level", "IR light level",
	"sleep stage", "sleeping heart rate",
}

// ParseFeatures decodes b.
func ParseFeatures(b []byte) (Features, error) {
	r := att.NewReader(b)
	var f Features
	for i, v := range r.Bytes("Features", 8) {
		f |= Features(v) << (8 * i)
	}
	return f, r.Finish(0, "ActivityFeatures", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (f Features) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint64(b, uint64(f)), nil
}

// String lists the features in words.
func (f Features) String() string {
	low, high := uint32(f), uint32(f>>32)
	switch {
	case high == 0:
		return att.NamesOf(activityFeatureNames[:32], low)
	case low == 0:
		return att.NamesOf(activityFeatureNames[32:], high)
	}
	return att.NamesOf(activityFeatureNames[:32], low) + ", " + att.NamesOf(activityFeatureNames[32:], high)
}

// Control is characteristic 0x2B43, Physical Activity Monitor Control
// Point (Physical Activity Monitor Service 1.0).
//
//	 0         1
//	+---------+--------------+
//	| op code | operand ...  |
//	+---------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which leaves the operands
// alone, and so does this package.
type Control struct {
	OpCode  Op
	Operand []byte // borrowed
}

// Op is an op code of [Control].
type Op uint8

// The op codes.
const (
	EnquireSessions         Op = 0x01
	EnquireSubSessions      Op = 0x02
	GetEndedSession         Op = 0x03
	StartSession            Op = 0x04
	StopSession             Op = 0x05
	DeleteEndedSession      Op = 0x06
	SetAverageType          Op = 0x07
	GetEndedSessionDone     Op = 0xFA
	EnquireSubSessionsDone  Op = 0xFB
	EnquireSessionsDone     Op = 0xFC
	GetEndedSessionError    Op = 0xFD
	EnquireSubSessionsError Op = 0xFE
	EnquireSessionsError    Op = 0xFF
)

var activityOpNames = map[Op]string{
	EnquireSessions:         "enquire sessions",
	EnquireSubSessions:      "enquire sub-sessions",
	GetEndedSession:         "get ended session data",
	StartSession:            "start session or sub-session",
	StopSession:             "stop session",
	DeleteEndedSession:      "delete ended session",
	SetAverageType:          "set average activity type",
	GetEndedSessionDone:     "get ended session data: success",
	EnquireSubSessionsDone:  "enquire sub-sessions: success",
	EnquireSessionsDone:     "enquire sessions: success",
	GetEndedSessionError:    "get ended session data: error",
	EnquireSubSessionsError: "enquire sub-sessions: error",
	EnquireSessionsError:    "enquire sessions: error",
}

// String is the op code in words.
func (o Op) String() string { return att.CodeText(activityOpNames, o) }

// ParseControl decodes b, which the result borrows.
func ParseControl(b []byte) (Control, error) {
	r := att.NewReader(b)
	m := Control{OpCode: Op(r.Uint8("OpCode"))}
	if _, ok := activityOpNames[m.OpCode]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	m.Operand = r.Remaining("Operand")
	return m, r.Finish(0, "ActivityControl", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Control) AppendBinary(b []byte) ([]byte, error) {
	return append(append(b, byte(m.OpCode)), m.Operand...), nil
}

// Session is characteristic 0x2B44, Physical Activity Current Session
// (Physical Activity Monitor Service 1.0).
//
//	 0        1         3?
//	+--------+---------+--------+
//	| flags  | session | type ? |
//	+--------+---------+--------+
//	flags: 0 session active | 1 type
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type Session struct {
	Active   bool
	Session  uint16
	Type     SessionActivity // meaningful if HasType
	Reserved uint8           // flag bits 2 to 7 as sent: no meaning yet, and refused by ParseSession

	HasType bool
}

const (
	sessionActive   = 1 << 0
	sessionHasType  = 1 << 1
	sessionReserved = 0xFC
)

// SessionActivity is what a person does in the current session.
type SessionActivity uint8

var sessionActivityNames = map[SessionActivity]string{0: "no activity", 1: "walking", 2: "running", 3: "cycling", 4: "swimming", 0xFF: "generic"}

// String is the activity in words.
func (a SessionActivity) String() string { return att.CodeText(sessionActivityNames, a) }

// ParseSession decodes b.
func ParseSession(b []byte) (Session, error) {
	var m Session
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Active = flags&sessionActive != 0
	m.Reserved = flags & sessionReserved
	m.Session = r.Uint16("SessionID")
	if m.HasType = flags&sessionHasType != 0; m.HasType {
		m.Type = att.Listed8(&r, "ActivityType", sessionActivityNames)
	}
	return m, r.Finish(m.Reserved, "ActivitySession", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Session) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.Active, sessionActive)|att.Flag(m.HasType, sessionHasType)|m.Reserved&sessionReserved)
	b = binary.LittleEndian.AppendUint16(b, m.Session)
	if m.HasType {
		b = append(b, byte(m.Type))
	}
	return b, nil
}

// Descriptor is characteristic 0x2B45, Physical Activity Session
// Descriptor (Physical Activity Monitor Service 1.0).
//
//	 0         2        3      4
//	+---------+--------+------+-----------+
//	| session | status | type | more ...  |
//	+---------+--------+------+-----------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; what follows the type it
// leaves alone.
type Descriptor struct {
	Session uint16
	Status  SessionStatus
	Type    Type
	More    []byte // borrowed
}

// SessionStatus is the state of a session: 0 complete, 1 in progress, 2 paused.
type SessionStatus uint8

var sessionStatusNames = map[SessionStatus]string{0: "complete", 1: "in progress", 2: "paused"}

// String is the state in words.
func (s SessionStatus) String() string { return att.CodeText(sessionStatusNames, s) }

// Type is what a person does, of the longer of two lists.
type Type uint8

var activityTypeNames = map[Type]string{
	0x00: "unspecified",
	0x01: "other",
	0x02: "sit",
	0x03: "lie",
	0x04: "stand",
	0x05: "walk",
	0x06: "shuffle",
	0x07: "run",
	0x08: "cycle indoor",
	0x09: "cycle outdoor",
	0x0A: "cycle",
	0x0B: "aerobic workout",
	0x0C: "elliptical",
	0x0D: "sports",
	0x0E: "swim",
	0xFF: "unknown",
}

// String is the activity in words.
func (a Type) String() string { return att.CodeText(activityTypeNames, a) }

// ParseDescriptor decodes b, which the result borrows.
func ParseDescriptor(b []byte) (Descriptor, error) {
	r := att.NewReader(b)
	m := Descriptor{
		Session: r.Uint16("SessionID"), Status: att.Listed8(&r, "SessionStatus", sessionStatusNames),
		Type: att.Listed8(&r, "ActivityType", activityTypeNames), More: r.Remaining("More"),
	}
	return m, r.Finish(0, "ActivityDescriptor", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Descriptor) AppendBinary(b []byte) ([]byte, error) {
	b = append(binary.LittleEndian.AppendUint16(b, m.Session), byte(m.Status), byte(m.Type))
	return append(b, m.More...), nil
}
