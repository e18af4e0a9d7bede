package activity

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// Cardio is characteristic 0x2B3E, CardioRespiratory Activity
// Instantaneous Data (Physical Activity Monitor Service 1.0).
//
//	 0            2
//	+------------+-------------+
//	| flags (16) | fields ...  |
//	+------------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which knows of no header
// here; fields unverified and raw.
type Cardio struct {
	Flags  CardioFlags
	Fields Fields
}

// CardioFlags says which fields follow.
type CardioFlags uint16

// CardioWorn is the one flag of [CardioFlags] that announces no field: the
// device is worn.
const CardioWorn CardioFlags = 1 << 15

const cardioReserved = 0x7F80

var cardioNames = [...]string{
	"VO2 max", "heart rate", "pulse inter-beat interval", "resting heart rate", "heart rate variability",
	"respiration rate", "resting respiration rate", 15: "device worn",
}

// String lists the fields in words.
func (f CardioFlags) String() string { return att.NamesOf(cardioNames[:], uint32(f)) }

// ParseCardio decodes b, which the result borrows.
func ParseCardio(b []byte) (Cardio, error) {
	var m Cardio
	r := att.NewReader(b)
	m.Flags = CardioFlags(r.Uint16("Flags"))
	checkFlags(&r, uint32(m.Flags), cardioReserved, 0)
	m.Fields = readFields(&r, m.Flags&^CardioWorn != 0)
	return m, r.Finish(0, "CardioActivity", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Cardio) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint16(b, uint16(m.Flags)), m.Fields...), nil
}

// CardioSummary is characteristic 0x2B3F, CardioRespiratory Activity
// Summary Data (Physical Activity Monitor Service 1.0).
//
//	 0            4
//	+------------+-------------+
//	| flags (32) | fields ...  |
//	+------------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which knows of no header
// here; fields unverified and raw.
type CardioSummary struct {
	Flags  CardioSummaryFlags
	Fields Fields
}

// CardioSummaryFlags says which fields follow.
type CardioSummaryFlags uint32

const cardioSummaryReserved = 0xF8000000

var cardioSummaryNames = [...]string{
	"time in zone 1", "time in zone 2", "time in zone 3", "time in zone 4", "time in zone 5",
	"minimum VO2 max", "maximum VO2 max", "average VO2 max", "minimum heart rate", "maximum heart rate", "average heart rate",
	"minimum inter-beat interval", "maximum inter-beat interval", "average inter-beat interval",
	"minimum resting heart rate", "maximum resting heart rate", "average resting heart rate",
	"minimum variability", "maximum variability", "average variability",
	"minimum respiration rate", "maximum respiration rate", "average respiration rate",
	"minimum resting respiration", "maximum resting respiration", "average resting respiration", "worn duration",
}

// String lists the fields in words.
func (f CardioSummaryFlags) String() string { return att.NamesOf(cardioSummaryNames[:], uint32(f)) }

// ParseCardioSummary decodes b, which the result borrows.
func ParseCardioSummary(b []byte) (CardioSummary, error) {
	var m CardioSummary
	r := att.NewReader(b)
	m.Flags = CardioSummaryFlags(r.Uint32("Flags"))
	checkFlags(&r, uint32(m.Flags), cardioSummaryReserved, 0)
	m.Fields = readFields(&r, m.Flags != 0)
	return m, r.Finish(0, "CardioActivitySummary", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m CardioSummary) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint32(b, uint32(m.Flags)), m.Fields...), nil
}

// Sleep is characteristic 0x2B41, Sleep Activity Instantaneous Data
// (Physical Activity Monitor Service 1.0).
//
//	 0            2            5
//	+------------+------------+-------------+
//	| flags (16) | stage (24) | fields ...  |
//	+------------+------------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d; fields unverified and
// raw. That source reads the stage whatever the flags say, and before the
// fields of lower flags; samples show no more.
type Sleep struct {
	Flags  SleepFlags
	Stage  SleepStage
	Fields Fields // also where no flag announces them
}

// SleepFlags says which fields follow.
type SleepFlags uint16

const sleepReserved = 0x7FE0

var sleepNames = [...]string{
	"visible light level", "UV light level", "IR light level", "sleep stage", "sleeping heart rate", 15: "device worn",
}

// String lists the fields in words.
func (f SleepFlags) String() string { return att.NamesOf(sleepNames[:], uint32(f)) }

// SleepStage is 24 bits, one per stage that the device tells apart. Reserved
// bits are kept.
type SleepStage uint32

// The stages.
const (
	SleepWake         SleepStage = 1 << 0
	SleepAsleep       SleepStage = 1 << 1
	SleepREM          SleepStage = 1 << 2
	SleepNonREM       SleepStage = 1 << 3
	SleepLight        SleepStage = 1 << 4
	SleepDeep         SleepStage = 1 << 5
	SleepN1           SleepStage = 1 << 6
	SleepN2           SleepStage = 1 << 7
	SleepN3           SleepStage = 1 << 8
	SleepN4           SleepStage = 1 << 9
	SleepActive       SleepStage = 1 << 10
	SleepQuiet        SleepStage = 1 << 11
	SleepIntermediate SleepStage = 1 << 12
	SleepArousal      SleepStage = 1 << 13
	SleepUnknown      SleepStage = 1 << 23
)

var sleepStageNames = [...]string{
	"wake", "sleep", "REM", "non-REM", "light sleep", "deep sleep", "N1", "N2", "N3", "N4", "active sleep", "quiet sleep",
	"intermediate sleep", "arousal", 23: "unknown",
}

// String lists the stages in words.
func (s SleepStage) String() string { return att.NamesOf(sleepStageNames[:], uint32(s)) }

// ParseSleep decodes b, which the result borrows.
func ParseSleep(b []byte) (Sleep, error) {
	var m Sleep
	r := att.NewReader(b)
	m.Flags = SleepFlags(r.Uint16("Flags"))
	checkFlags(&r, uint32(m.Flags), sleepReserved, 0)
	m.Stage = SleepStage(r.Uint24("SleepStage"))
	m.Fields = r.Remaining("Fields")
	return m, r.Finish(0, "SleepActivity", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Stage has more
// than 24 bits.
func (m Sleep) AppendBinary(b []byte) ([]byte, error) {
	if m.Stage>>24 != 0 {
		return b, att.Unencodable("Stage")
	}
	b = appendUint24(binary.LittleEndian.AppendUint16(b, uint16(m.Flags)), uint32(m.Stage))
	return append(b, m.Fields...), nil
}

// SleepSummary is characteristic 0x2B42, Sleep Activity Summary Data (Physical
// Activity Monitor Service 1.0).
//
//	 0            3
//	+------------+-------------+
//	| flags (24) | fields ...  |
//	+------------+-------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d, which knows of no header
// here; fields unverified and raw.
type SleepSummary struct {
	Flags  SleepSummaryFlags
	Fields Fields
}

// SleepSummaryFlags is 24 bits that say which fields follow.
type SleepSummaryFlags uint32

const sleepSummaryReserved = 0xF00000

var sleepSummaryNames = [...]string{
	"total sleep time", "total wake time", "total bed time", "number of awakenings", "sleep latency", "sleep efficiency",
	"snooze time", "toss and turn events", "time of awakening after alarm", "minimum visible light", "maximum visible light",
	"average visible light", "minimum UV light", "maximum UV light", "average UV light", "minimum IR light",
	"maximum IR light", "average IR light", "average sleeping heart rate", "worn duration",
}

// String lists the fields in words.
func (f SleepSummaryFlags) String() string { return att.NamesOf(sleepSummaryNames[:], uint32(f)) }

// ParseSleepSummary decodes b, which the result borrows.
func ParseSleepSummary(b []byte) (SleepSummary, error) {
	var m SleepSummary
	r := att.NewReader(b)
	m.Flags = SleepSummaryFlags(r.Uint24("Flags"))
	checkFlags(&r, uint32(m.Flags), sleepSummaryReserved, 0)
	m.Fields = readFields(&r, m.Flags != 0)
	return m, r.Finish(0, "SleepSummary", pamsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Flags has more
// than 24 bits.
func (m SleepSummary) AppendBinary(b []byte) ([]byte, error) {
	if m.Flags>>24 != 0 {
		return b, att.Unencodable("Flags")
	}
	return append(appendUint24(b, uint32(m.Flags)), m.Fields...), nil
}
