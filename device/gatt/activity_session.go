package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// ActivityFeatures is characteristic 0x2B3B, Physical Activity Monitor Features
// (Physical Activity Monitor Service 1.0): 64 bits, as sent. Reserved bits are
// kept.
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type ActivityFeatures uint64

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

// ParseActivityFeatures decodes b.
func ParseActivityFeatures(b []byte) (ActivityFeatures, error) {
	r := att.NewReader(b)
	var f ActivityFeatures
	for i, v := range r.Bytes("Features", 8) {
		f |= ActivityFeatures(v) << (8 * i)
	}
	return f, r.Finish(0, "ActivityFeatures", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (f ActivityFeatures) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint64(b, uint64(f)), nil
}

// String lists the features in words.
func (f ActivityFeatures) String() string {
	low, high := uint32(f), uint32(f>>32)
	switch {
	case high == 0:
		return att.NamesOf(activityFeatureNames[:32], low)
	case low == 0:
		return att.NamesOf(activityFeatureNames[32:], high)
	}
	return att.NamesOf(activityFeatureNames[:32], low) + ", " + att.NamesOf(activityFeatureNames[32:], high)
}

// ActivityControl is characteristic 0x2B43, Physical Activity Monitor Control
// Point (Physical Activity Monitor Service 1.0).
//
//	 0         1
//	+---------+--------------+
//	| op code | operand ...  |
//	+---------+--------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which leaves the operands
// alone, and so does this package.
type ActivityControl struct {
	OpCode  ActivityOp
	Operand []byte // borrowed
}

// ActivityOp is an op code of [ActivityControl].
type ActivityOp uint8

// The op codes.
const (
	ActivityEnquireSessions         ActivityOp = 0x01
	ActivityEnquireSubSessions      ActivityOp = 0x02
	ActivityGetEndedSession         ActivityOp = 0x03
	ActivityStartSession            ActivityOp = 0x04
	ActivityStopSession             ActivityOp = 0x05
	ActivityDeleteEndedSession      ActivityOp = 0x06
	ActivitySetAverageType          ActivityOp = 0x07
	ActivityGetEndedSessionDone     ActivityOp = 0xFA
	ActivityEnquireSubSessionsDone  ActivityOp = 0xFB
	ActivityEnquireSessionsDone     ActivityOp = 0xFC
	ActivityGetEndedSessionError    ActivityOp = 0xFD
	ActivityEnquireSubSessionsError ActivityOp = 0xFE
	ActivityEnquireSessionsError    ActivityOp = 0xFF
)

var activityOpNames = map[ActivityOp]string{
	ActivityEnquireSessions:         "enquire sessions",
	ActivityEnquireSubSessions:      "enquire sub-sessions",
	ActivityGetEndedSession:         "get ended session data",
	ActivityStartSession:            "start session or sub-session",
	ActivityStopSession:             "stop session",
	ActivityDeleteEndedSession:      "delete ended session",
	ActivitySetAverageType:          "set average activity type",
	ActivityGetEndedSessionDone:     "get ended session data: success",
	ActivityEnquireSubSessionsDone:  "enquire sub-sessions: success",
	ActivityEnquireSessionsDone:     "enquire sessions: success",
	ActivityGetEndedSessionError:    "get ended session data: error",
	ActivityEnquireSubSessionsError: "enquire sub-sessions: error",
	ActivityEnquireSessionsError:    "enquire sessions: error",
}

// String is the op code in words.
func (o ActivityOp) String() string { return att.CodeText(activityOpNames, o) }

// ParseActivityControl decodes b, which the result borrows.
func ParseActivityControl(b []byte) (ActivityControl, error) {
	r := att.NewReader(b)
	m := ActivityControl{OpCode: ActivityOp(r.Uint8("OpCode"))}
	if _, ok := activityOpNames[m.OpCode]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	m.Operand = r.Remaining("Operand")
	return m, r.Finish(0, "ActivityControl", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m ActivityControl) AppendBinary(b []byte) ([]byte, error) {
	return append(append(b, byte(m.OpCode)), m.Operand...), nil
}

// ActivitySession is characteristic 0x2B44, Physical Activity Current Session
// (Physical Activity Monitor Service 1.0).
//
//	 0        1         3?
//	+--------+---------+--------+
//	| flags  | session | type ? |
//	+--------+---------+--------+
//	flags: 0 session active | 1 type
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type ActivitySession struct {
	Active   bool
	Session  uint16
	Type     SessionActivity // meaningful if HasType
	Reserved uint8           // flag bits 2 to 7 as sent: no meaning yet, and refused by ParseActivitySession

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

// ParseActivitySession decodes b.
func ParseActivitySession(b []byte) (ActivitySession, error) {
	var m ActivitySession
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
func (m ActivitySession) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.Active, sessionActive)|att.Flag(m.HasType, sessionHasType)|m.Reserved&sessionReserved)
	b = binary.LittleEndian.AppendUint16(b, m.Session)
	if m.HasType {
		b = append(b, byte(m.Type))
	}
	return b, nil
}

// ActivityDescriptor is characteristic 0x2B45, Physical Activity Session
// Descriptor (Physical Activity Monitor Service 1.0).
//
//	 0         2        3      4
//	+---------+--------+------+-----------+
//	| session | status | type | more ...  |
//	+---------+--------+------+-----------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; what follows the type it
// leaves alone.
type ActivityDescriptor struct {
	Session uint16
	Status  SessionStatus
	Type    ActivityType
	More    []byte // borrowed
}

// SessionStatus is the state of a session: 0 complete, 1 in progress, 2 paused.
type SessionStatus uint8

var sessionStatusNames = map[SessionStatus]string{0: "complete", 1: "in progress", 2: "paused"}

// String is the state in words.
func (s SessionStatus) String() string { return att.CodeText(sessionStatusNames, s) }

// ActivityType is what a person does, of the longer of two lists.
type ActivityType uint8

var activityTypeNames = map[ActivityType]string{
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
func (a ActivityType) String() string { return att.CodeText(activityTypeNames, a) }

// ParseActivityDescriptor decodes b, which the result borrows.
func ParseActivityDescriptor(b []byte) (ActivityDescriptor, error) {
	r := att.NewReader(b)
	m := ActivityDescriptor{
		Session: r.Uint16("SessionID"), Status: att.Listed8(&r, "SessionStatus", sessionStatusNames),
		Type: att.Listed8(&r, "ActivityType", activityTypeNames), More: r.Remaining("More"),
	}
	return m, r.Finish(0, "ActivityDescriptor", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m ActivityDescriptor) AppendBinary(b []byte) ([]byte, error) {
	b = append(binary.LittleEndian.AppendUint16(b, m.Session), byte(m.Status), byte(m.Type))
	return append(b, m.More...), nil
}
