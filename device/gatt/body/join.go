package body

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// A Record is a whole measurement of body composition.
type Record struct {
	Composition
	// Frame is the first that said something of the measurement, without its bytes.
	Frame device.Frame
	// Partial: the scale announced a second packet that did not come, or did not fit.
	Partial bool
}

// AppendReadings appends the readings of the measurement.
func (b Record) AppendReadings(dst []vitals.Reading) []vitals.Reading {
	return b.Composition.AppendReadings(dst, b.Frame)
}

// Join puts body composition measurements together that were too long for
// one packet (BCS 1.0, flag 12). Each scale has its own; the zero Join is
// ready. It is not safe for concurrent use. It holds one packet.
//
// Two packets belong together if both say that they are parts, if none has
// what the other has (save a stamp and a user that agree), and if one follows
// the other within Wait. Who comes first does not matter.
//
// unverified: that there are two packets, and that a body fat of 0xFFFF leaves
// it to the other packet, is from memory of BCS 1.0.
type Join struct {
	// Wait is how long the second packet may take; 0 means 5 s.
	Wait time.Duration

	held    Record
	holding bool
}

// Add takes the next packet as it was parsed from f, and appends what became
// whole by it: nothing, one record or two.
func (j *Join) Add(dst []Record, m Composition, f device.Frame) []Record {
	dst = j.Tick(dst, f.At)
	f.Bytes = nil
	switch {
	case j.holding && m == j.held.Composition:
		return dst // once more
	case j.holding && m.Multiple && complement(j.held.Composition, m):
		j.held.merge(m)
		j.holding = false
		return append(dst, j.held)
	case m.Multiple:
		dst = j.flush(dst)
		j.held, j.holding = Record{Composition: m, Frame: f}, true
		return dst
	}
	return append(j.flush(dst), Record{Composition: m, Frame: f})
}

// Tick appends the packet that has waited too long.
func (j *Join) Tick(dst []Record, now time.Time) []Record {
	if d := j.Deadline(); d.IsZero() || now.Before(d) {
		return dst
	}
	return j.flush(dst)
}

// Deadline is when to call Tick; zero if there is no need.
func (j *Join) Deadline() time.Time {
	if !j.holding {
		return time.Time{}
	}
	return j.held.Frame.At.Add(att.OrDefault(j.Wait, 5*time.Second))
}

func (j *Join) flush(dst []Record) []Record {
	if !j.holding {
		return dst
	}
	j.holding, j.held.Partial = false, true
	return append(dst, j.held)
}

// fields are the flags of what a packet has besides stamp and user.
func (m Composition) fields() (set [9]bool) {
	return [...]bool{
		m.HasBasal, m.HasMuscle, m.HasMuscleMass, m.HasFatFreeMass, m.HasSoftLeanMass, m.HasWaterMass, m.HasImpedance, m.HasWeight,
		m.HasHeight,
	}
}

// complement reports whether two packets can be parts of one measurement.
func complement(a, b Composition) bool {
	if a.Imperial != b.Imperial || a.HasTimestamp && b.HasTimestamp && a.Timestamp != b.Timestamp ||
		a.HasUser && b.HasUser && a.User != b.User {
		return false
	}
	first, second := a.fields(), b.fields()
	for i := range first {
		if first[i] && second[i] {
			return false
		}
	}
	return true
}

// merge adds what the second packet has. What is not sent is 0, so it can be
// added up.
func (b *Record) merge(m Composition) {
	b.Multiple = false
	b.Reserved |= m.Reserved
	if b.BodyFat == bodyUnsuccessful {
		b.BodyFat = m.BodyFat
	}
	if m.HasTimestamp {
		b.Timestamp, b.HasTimestamp = m.Timestamp, true
	}
	if m.HasUser {
		b.User, b.HasUser = m.User, true
	}
	b.Basal, b.HasBasal = b.Basal|m.Basal, b.HasBasal || m.HasBasal
	b.Muscle, b.HasMuscle = b.Muscle|m.Muscle, b.HasMuscle || m.HasMuscle
	b.MuscleMass, b.HasMuscleMass = b.MuscleMass|m.MuscleMass, b.HasMuscleMass || m.HasMuscleMass
	b.FatFreeMass, b.HasFatFreeMass = b.FatFreeMass|m.FatFreeMass, b.HasFatFreeMass || m.HasFatFreeMass
	b.SoftLeanMass, b.HasSoftLeanMass = b.SoftLeanMass|m.SoftLeanMass, b.HasSoftLeanMass || m.HasSoftLeanMass
	b.WaterMass, b.HasWaterMass = b.WaterMass|m.WaterMass, b.HasWaterMass || m.HasWaterMass
	b.Impedance, b.HasImpedance = b.Impedance|m.Impedance, b.HasImpedance || m.HasImpedance
	b.Weight, b.HasWeight = b.Weight|m.Weight, b.HasWeight || m.HasWeight
	b.Height, b.HasHeight = b.Height|m.Height, b.HasHeight || m.HasHeight
}
