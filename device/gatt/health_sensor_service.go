package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// The UUIDs of the generic health sensor service.
const (
	UUIDLiveObservation   = 0x2B8B
	UUIDStoredObservation = 0x2BDD
	UUIDGHSSchedule       = 0x2BF1
	UUIDGHSFeature        = 0x2BF3
	UUIDGHSControl        = 0x2BF4
)

// LiveObservation is characteristic 0x2B8B, Live Health Observations: a
// [GHSObservation], or a part of one.
//
//	 0         1
//	+---------+-----------------------------+
//	| header  | observation, or part of it  |
//	+---------+-----------------------------+
//
// unverified layout: see [GHSObservation].
type LiveObservation struct {
	SegmentHeader
	Part        []byte         // unless Whole: to be joined; borrowed
	Observation GHSObservation // if Whole; borrowed
}

// StoredObservation is characteristic 0x2BDD, Stored Health Observations: a
// [GHSObservation] from the device's memory with its record number, or a part
// of both.
//
//	 0         1            5
//	+---------+------------+--------------+   or   +---------+--------+
//	| header  | record no. | observation  |        | header  | part   |
//	+---------+------------+--------------+        +---------+--------+
//
// unverified layout: see [GHSObservation].
type StoredObservation struct {
	SegmentHeader
	Part        []byte         // unless Whole: to be joined; borrowed
	Record      uint32         // if Whole
	Observation GHSObservation // if Whole; borrowed
}

// ParseLiveObservation decodes b, which the result borrows.
func ParseLiveObservation(b []byte) (LiveObservation, error) {
	r := att.NewReader(b)
	m := LiveObservation{SegmentHeader: SegmentHeader(r.Segment())}
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
	m := StoredObservation{SegmentHeader: SegmentHeader(r.Segment())}
	if m.Whole() {
		m.Record = r.Uint32("RecordNumber")
		m.Observation = readObservation(&r, b, ghsDepth)
	} else {
		m.Part = r.Remaining("Part")
	}
	return m, r.Finish(0, "StoredObservation", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits, or as [GHSObservation.AppendBinary] does.
func (m LiveObservation) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.SegmentHeader.AppendBinary(b)
	if err != nil || !m.Whole() {
		return append(b, m.Part...), err
	}
	return m.Observation.AppendBinary(b)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Counter has
// more than 6 bits, or as [GHSObservation.AppendBinary] does.
func (m StoredObservation) AppendBinary(b []byte) ([]byte, error) {
	b, err := m.SegmentHeader.AppendBinary(b)
	if err != nil || !m.Whole() {
		return append(b, m.Part...), err
	}
	return m.Observation.AppendBinary(binary.LittleEndian.AppendUint32(b, m.Record))
}

// AppendReadings appends those of the observation if it came whole; see
// [GHSObservation.AppendReadings].
func (m LiveObservation) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	if !m.Whole() {
		return dst
	}
	return m.Observation.AppendReadings(dst, f)
}

// AppendReadings appends those of the observation if it came whole; see
// [GHSObservation.AppendReadings]. They are [vitals.Stored]. Those without a
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

// GHSFeature is characteristic 0x2BF3, Health Sensor Features: what a sensor
// observes.
//
//	 0        1       2              ?        ?
//	+--------+-------+--------------+--------+-----------------------+
//	| flags  | count | MDC codes    | count? | specializations ?     |
//	+--------+-------+--------------+--------+-----------------------+
//	flags: 0 specializations: term (16 bits), version (8 bits)
//
// unverified layout: see [GHSObservation].
type GHSFeature struct {
	Types           GHSCodes // MDC codes, partition included
	Specializations GHSSpecializations
	Reserved        uint8 // flag bits 1 to 7 as sent: no meaning yet, and refused by ParseGHSFeature

	HasSpecializations bool
}

// GHSSpecializations is a borrowed list of up to 255 device specializations.
type GHSSpecializations struct{ raw []byte }

// Len is the number of entries.
func (s GHSSpecializations) Len() int { return len(s.raw) / 3 }

// At is entry i: the term of the MDC code within partition 8, and the version.
func (s GHSSpecializations) At(i int) (term uint16, version uint8) {
	return binary.LittleEndian.Uint16(s.raw[3*i:]), s.raw[3*i+2]
}

const (
	ghsHasSpecializations = 1 << 0
	ghsFeatureReserved    = 0xFE
)

// ParseGHSFeature decodes b, which the result borrows.
func ParseGHSFeature(b []byte) (GHSFeature, error) {
	var m GHSFeature
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
func (m GHSFeature) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasSpecializations, ghsHasSpecializations)|m.Reserved&ghsFeatureReserved)
	b = m.Types.append(b)
	if m.HasSpecializations {
		b = append(append(b, byte(m.Specializations.Len())), m.Specializations.raw...)
	}
	return b, nil
}

// GHSControl is characteristic 0x2BF4, GHS Control Point: one byte, a command to
// the sensor or its answer.
//
// unverified layout: see [GHSObservation].
type GHSControl uint8

// The commands, and the answers.
const (
	GHSStartLive GHSControl = 0x01
	GHSStopLive  GHSControl = 0x02
	GHSSuccess   GHSControl = 0x80
	GHSBusy      GHSControl = 0x81
	GHSLiveError GHSControl = 0x82
)

var ghsControlNames = map[GHSControl]string{
	0x01: "start live observations",
	0x02: "stop live observations",
	0x80: "success",
	0x81: "server busy",
	0x82: "error of live observations",
}

// String is the command or answer in words.
func (c GHSControl) String() string { return att.CodeText(ghsControlNames, c) }

// ParseGHSControl decodes b.
func ParseGHSControl(b []byte) (GHSControl, error) {
	r := att.NewReader(b)
	c := GHSControl(r.Uint8("OpCode"))
	if _, ok := ghsControlNames[c]; !ok {
		r.Reject(device.ErrOpCode, "OpCode", 0)
	}
	return c, r.Finish(0, "GHSControl", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (c GHSControl) AppendBinary(b []byte) ([]byte, error) { return append(b, byte(c)), nil }

// CheckDirection refuses an answer that went to the device, and a command that
// came from it.
func (c GHSControl) CheckDirection(fromDevice bool) error {
	if answer := c >= GHSSuccess; answer != fromDevice {
		return &device.DecodeError{Type: "GHSControl", Field: "OpCode", Ref: ghsRef, Err: device.ErrDirection}
	}
	return nil
}

// GHSSchedule is characteristic 0x2BF1, Observation Schedule Changed: how often
// a sensor observes and tells.
//
//	 0      4         8
//	+------+---------+-----------+
//	| type | period  | interval  |
//	+------+---------+-----------+
//
// unverified layout: philips-labs/BLE-GHS-Server-Simulator, of the descriptor
// that holds the same.
type GHSSchedule struct {
	Type     uint32         // MDC code, partition included
	Period   medfloat.Float // of one measurement, s
	Interval medfloat.Float // between updates, s
}

// ParseGHSSchedule decodes b.
func ParseGHSSchedule(b []byte) (GHSSchedule, error) {
	r := att.NewReader(b)
	m := GHSSchedule{Type: r.Uint32("ObservationType"), Period: r.Float("MeasurementPeriod"), Interval: r.Float("UpdateInterval")}
	return m, r.Finish(0, "GHSSchedule", ghsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m GHSSchedule) AppendBinary(b []byte) ([]byte, error) {
	b = binary.LittleEndian.AppendUint32(b, m.Type)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Period))
	return binary.LittleEndian.AppendUint32(b, uint32(m.Interval)), nil
}
