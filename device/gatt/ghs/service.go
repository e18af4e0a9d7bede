package ghs

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/gatt/segment"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// The UUIDs of the generic health sensor service.
const (
	UUIDLiveObservation   = 0x2B8B
	UUIDStoredObservation = 0x2BDD
	UUIDSchedule          = 0x2BF1
	UUIDFeature           = 0x2BF3
	UUIDControl           = 0x2BF4
)

// LiveObservation is characteristic 0x2B8B, Live Health Observations: a
// [Observation], or a part of one.
//
//	 0         1
//	+---------+-----------------------------+
//	| header  | observation, or part of it  |
//	+---------+-----------------------------+
//
// unverified layout: see [Observation].
type LiveObservation struct {
	segment.Header
	Part        []byte      // unless Whole: to be joined; borrowed
	Observation Observation // if Whole; borrowed
}

// StoredObservation is characteristic 0x2BDD, Stored Health Observations: a
// [Observation] from the device's memory with its record number, or a part
// of both.
//
//	 0         1            5
//	+---------+------------+--------------+   or   +---------+--------+
//	| header  | record no. | observation  |        | header  | part   |
//	+---------+------------+--------------+        +---------+--------+
//
// unverified layout: see [Observation].
type StoredObservation struct {
	segment.Header
	Part        []byte      // unless Whole: to be joined; borrowed
	Record      uint32      // if Whole
	Observation Observation // if Whole; borrowed
}

// ParseLiveObservation decodes b, which the result borrows.
func ParseLiveObservation(b []byte) (LiveObservation, error) {
	r := att.NewReader(b)
	m := LiveObservation{Header: segment.Header(r.Segment())}
	if m.Whole() {
		m.Observation = readObservation(&r, b, ghsDepth)
	} else {
		m.Part = r.Remaining("Part")
	}
	return m, r.Finish(0, "LiveObservation", ghsRef)
}

// ParseStoredObservation decodes b, which the result borrows.
func ParseStoredObservation(b []byte) (StoredObservation, error) {
	r := att.NewReader(b)
	m := StoredObservation{Header: segment.Header(r.Segment())}
	if m.Whole() {
		m.Record = r.Uint32("RecordNumber")
		m.Observation = readObservation(&r, b, ghsDepth)
	} else {
		m.Part = r.Remaining("Part")
	}
	return m, r.Finish(0, "StoredObservation", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits, or as [Observation.AppendBinary] does.
func (m LiveObservation) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.Header.AppendBinary(b)
	if err != nil || !m.Whole() {
		return append(b, m.Part...), err
	}
	return m.Observation.AppendBinary(b)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits, or as [Observation.AppendBinary] does.
func (m StoredObservation) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.Header.AppendBinary(b)
	if err != nil || !m.Whole() {
		return append(b, m.Part...), err
	}
	return m.Observation.AppendBinary(binary.LittleEndian.AppendUint32(b, m.Record))
}

// AppendReadings appends those of the observation if it came whole; see
// [Observation.AppendReadings].
func (m LiveObservation) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	if !m.Whole() {
		return dst
	}
	return m.Observation.AppendReadings(dst, f)
}

// AppendReadings appends those of the observation if it came whole; see
// [Observation.AppendReadings]. They are [vitals.Stored]. Those without a
// time of their own are told apart by the record number.
func (m StoredObservation) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	if !m.Whole() {
		return dst
	}
	n := len(dst)
	dst = m.Observation.AppendReadings(dst, f)
	for i := n; i < len(dst); i++ {
		dst[i].Quality |= vitals.Stored
		if !dst[i].Stamped {
			dst[i].Sequence += m.Record << 8
		}
	}
	return dst
}

// Feature is characteristic 0x2BF3, Health Sensor Features: what a sensor
// observes.
//
//	 0        1       2              ?        ?
//	+--------+-------+--------------+--------+-----------------------+
//	| flags  | count | MDC codes    | count? | specializations ?     |
//	+--------+-------+--------------+--------+-----------------------+
//	flags: 0 specializations: term (16 bits), version (8 bits)
//
// unverified layout: see [Observation].
type Feature struct {
	Types           Codes // MDC codes, partition included
	Specializations Specializations
	Reserved        uint8 // flag bits 1 to 7 as sent: no meaning yet, and refused by ParseFeature

	HasSpecializations bool
}

// Specializations is a borrowed list of up to 255 device specializations.
type Specializations struct{ raw []byte }

// Len is the number of entries.
func (s Specializations) Len() int { return len(s.raw) / 3 }

// At is entry i: the term of the MDC code within partition 8, and the version.
func (s Specializations) At(i int) (term uint16, version uint8) {
	return binary.LittleEndian.Uint16(s.raw[3*i:]), s.raw[3*i+2]
}

const (
	ghsHasSpecializations = 1 << 0
	ghsFeatureReserved    = 0xFE
)

// ParseFeature decodes b, which the result borrows.
func ParseFeature(b []byte) (Feature, error) {
	var m Feature
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Reserved = flags & ghsFeatureReserved
	m.Types = readCodes(&r, "ObservationTypes")
	if m.HasSpecializations = flags&ghsHasSpecializations != 0; m.HasSpecializations {
		if n := int(r.Uint8("Specializations")); n > 0 {
			m.Specializations.raw = r.Bytes("Specializations", 3*n)
		}
	}
	return m, r.Finish(m.Reserved, "GHSFeature", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Feature) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasSpecializations, ghsHasSpecializations)|m.Reserved&ghsFeatureReserved)
	b = m.Types.append(b)
	if m.HasSpecializations {
		b = append(append(b, byte(m.Specializations.Len())), m.Specializations.raw...)
	}
	return b, nil
}

// Control is characteristic 0x2BF4, GHS Control Point: one byte, a command to
// the sensor or its answer.
//
// unverified layout: see [Observation].
type Control uint8

// The commands, and the answers.
const (
	StartLive Control = 0x01
	StopLive  Control = 0x02
	Success   Control = 0x80
	Busy      Control = 0x81
	LiveError Control = 0x82
)

var ghsControlNames = map[Control]string{
	0x01: "start live observations",
	0x02: "stop live observations",
	0x80: "success",
	0x81: "server busy",
	0x82: "error of live observations",
}

// String is the command or answer in words.
func (c Control) String() string { return att.CodeText(ghsControlNames, c) }

// ParseControl decodes b.
func ParseControl(b []byte) (Control, error) {
	r := att.NewReader(b)
	c := Control(r.Uint8("OpCode"))
	if _, ok := ghsControlNames[c]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	return c, r.Finish(0, "GHSControl", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (c Control) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(c)), nil }

// CheckDirection refuses an answer that went to the device, and a command that
// came from it.
func (c Control) CheckDirection(fromDevice bool) error {
	if answer := c >= Success; answer != fromDevice {
		return &device.DecodeError{Type: "GHSControl", Field: "OpCode", Ref: ghsRef, Err: device.ErrDirection}
	}
	return nil
}

// Schedule is characteristic 0x2BF1, Observation Schedule Changed: how often
// a sensor observes and tells.
//
//	 0      4         8
//	+------+---------+-----------+
//	| type | period  | interval  |
//	+------+---------+-----------+
//
// unverified layout: philips-labs/BLE-GHS-Server-Simulator, of the descriptor
// that holds the same.
type Schedule struct {
	Type     uint32         // MDC code, partition included
	Period   medfloat.Float // of one measurement, s
	Interval medfloat.Float // between updates, s
}

// ParseSchedule decodes b.
func ParseSchedule(b []byte) (Schedule, error) {
	r := att.NewReader(b)
	m := Schedule{Type: r.Uint32("ObservationType"), Period: r.Float("MeasurementPeriod"), Interval: r.Float("UpdateInterval")}
	return m, r.Finish(0, "GHSSchedule", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Schedule) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint32(b, m.Type)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Period))
	return binary.LittleEndian.AppendUint32(b, uint32(m.Interval)), nil
}
