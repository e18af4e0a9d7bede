package gatt

import (
	"encoding/binary"
	"iter"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// HeartRateMeasurement is characteristic 0x2A37 (Heart Rate Service 1.0, 3.1).
//
//	 0        1            2 or 3          4 or 5
//	+--------+------------+---------------+-----------------+
//	| flags  | BPM (8|16) | energy, kJ ?  | RR, 1/1024 s ?* |
//	+--------+------------+---------------+-----------------+
//	flags: 0 BPM is 16 bit | 1-2 contact | 3 energy present | 4 RR present
type HeartRateMeasurement struct {
	BPM       uint16
	Wide      bool // BPM occupies 16 bits even where 8 would do
	Contact   SensorContact
	Energy    uint16 // kJ since the last reset, 0xFFFF when the counter is full; meaningful if HasEnergy
	HasEnergy bool
	RR        RRIntervals
	Reserved  uint8 // flag bits 5 to 7 as sent: no meaning yet, and refused by ParseHeartRateMeasurement
}

// SensorContact is the two contact bits as sent.
type SensorContact uint8

// The contact states. Bit 1 alone means "not supported" just as none does.
const (
	ContactUnsupported SensorContact = 0
	ContactLost        SensorContact = 2
	ContactGood        SensorContact = 3
)

// Supported reports whether the sensor knows if it touches the skin.
func (c SensorContact) Supported() bool { return c&2 != 0 }

// String is the state in words.
func (c SensorContact) String() string {
	switch c {
	case ContactLost:
		return "no contact"
	case ContactGood:
		return "contact"
	}
	return "contact not supported"
}

const (
	hrWide      = 1 << 0
	hrContact   = 3 << 1
	hrHasEnergy = 1 << 3
	hrHasRR     = 1 << 4
	hrReserved  = 0xE0
)

// ParseHeartRateMeasurement decodes b. The result borrows b for its RR
// intervals and carries what could be read even beside an error.
func ParseHeartRateMeasurement(b []byte) (HeartRateMeasurement, error) {
	var m HeartRateMeasurement
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Contact = SensorContact(flags & hrContact >> 1)
	m.Reserved = flags & hrReserved
	if m.Wide = flags&hrWide != 0; m.Wide {
		m.BPM = r.Uint16("BPM")
	} else {
		m.BPM = uint16(r.Uint8("BPM"))
	}
	if m.HasEnergy = flags&hrHasEnergy != 0; m.HasEnergy {
		m.Energy = r.Uint16("Energy")
	}
	if flags&hrHasRR != 0 {
		m.RR = RRIntervals{r.Groups("RR", 2)}
	}
	return m, r.Finish(m.Reserved, "HeartRateMeasurement", "HRS 1.0, 3.1")
}

// AppendBinary implements [encoding.BinaryAppender].
func (m HeartRateMeasurement) AppendBinary(b []byte) ([]byte, error) {
	wide := m.Wide || m.BPM > 0xFF
	b = append(b, att.Flag(wide, hrWide)|byte(m.Contact)<<1&hrContact|
		att.Flag(m.HasEnergy, hrHasEnergy)|att.Flag(m.RR.Sent(), hrHasRR)|m.Reserved&hrReserved)
	if wide {
		b = binary.LittleEndian.AppendUint16(b, m.BPM)
	} else {
		b = append(b, byte(m.BPM))
	}
	if m.HasEnergy {
		b = binary.LittleEndian.AppendUint16(b, m.Energy)
	}
	return append(b, m.RR.raw...), nil
}

// AppendReadings appends the heart rate. Lost contact lowers the quality; it
// never hides the value. A rate of zero is no rate but the absence of one: the
// characteristic has no other way to say that the sensor does not know, and
// such sensors cannot tell an asystole from a loose strap.
//
// RR intervals are not appended: see [HeartRateMeasurement.AppendRR].
func (m HeartRateMeasurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	reading := vitals.Reading{
		Patient: f.Patient, Device: f.Device, Kind: vitals.HeartRate, At: f.At, Sequence: f.Sequence,
		Quantity: vitals.PerMinute(int64(m.BPM)),
	}
	if m.Contact == ContactLost {
		reading.Quality = vitals.NoContact
	}
	if m.BPM == 0 {
		reading.Quality |= vitals.NotAvailable
		reading.Quantity = vitals.Quantity{}
	}
	return append(dst, reading)
}

// AppendRR appends the beat-to-beat intervals in milliseconds, rounded to a
// tenth (the sensor counts 1/1024 s), each stamped with the instant of its
// last beat: the frame's time less all later intervals. Sequence numbers the
// beats of a frame.
func (m HeartRateMeasurement) AppendRR(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	at := f.At
	for rr := range m.RR.All() {
		at = at.Add(-rr)
	}
	var q vitals.Quality
	if m.Contact == ContactLost {
		q = vitals.NoContact
	}
	n := f.Sequence << 8
	for rr := range m.RR.All() {
		at = at.Add(rr)
		tenths := (rr*10 + time.Millisecond/2) / time.Millisecond
		dst = append(dst, vitals.Reading{
			Patient: f.Patient, Device: f.Device, Kind: vitals.RRInterval, At: at, Sequence: n, Quality: q,
			Quantity: vitals.UnitMs.Of(vitals.Decimal{Coef: int64(tenths), Exp: -1}),
		})
		n++
	}
	return dst
}

// RRIntervals is a borrowed list of beat-to-beat times. The zero RRIntervals is
// no list at all, which is another thing on air than an empty one.
type RRIntervals struct{ raw []byte }

// NewRRIntervals makes a list of intervals in 1/1024 s, for encoding.
func NewRRIntervals(raw ...uint16) RRIntervals {
	b := make([]byte, 0, 2*len(raw))
	for _, rr := range raw {
		b = binary.LittleEndian.AppendUint16(b, rr)
	}
	return RRIntervals{b}
}

// Sent reports whether the frame has a list, even an empty one.
func (rr RRIntervals) Sent() bool { return rr.raw != nil }

// Len is the number of intervals.
func (rr RRIntervals) Len() int { return len(rr.raw) / 2 }

// All yields the intervals, oldest first.
func (rr RRIntervals) All() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for b := rr.raw; len(b) >= 2; b = b[2:] {
			if !yield(time.Duration(binary.LittleEndian.Uint16(b)) * time.Second / 1024) {
				return
			}
		}
	}
}

// Raw yields the intervals as sent, in 1/1024 s.
func (rr RRIntervals) Raw() iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		for b := rr.raw; len(b) >= 2; b = b[2:] {
			if !yield(binary.LittleEndian.Uint16(b)) {
				return
			}
		}
	}
}
