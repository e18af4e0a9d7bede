package compact

import (
	"iter"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Message is what one device measured at one instant: a CBOR map whose
// positive keys are the numbers of kinds and whose negative keys say what holds
// for all of them. The package comment draws it.
type Message struct {
	// At is the instant of the measurement, to the nanosecond, in UTC, from 1970
	// to 9999. The zero time says that the device has no clock.
	At time.Time
	// Arrival says that At is not the device's own time but that at which a
	// gateway near the device received the values.
	Arrival bool
	// Sequence tells apart messages of one instant. 0 is not sent.
	Sequence uint32
	// Quality holds for every value, besides its own.
	Quality vitals.Quality
	// Vitals has each kind once. Decoding gives them in ascending order of kind.
	Vitals []Vital
	// Extensions are the pairs of the map that this package does not know, which
	// have no meaning for readings. They borrow the frame.
	Extensions Extensions
}

// A Vital is one value of one kind.
type Vital struct {
	// Kind as sent; it may be one that this version of vitals does not know.
	Kind vitals.Kind
	// NoValue says that null was sent: Quality or that of the message says why.
	NoValue bool
	// Quality are doubts about this value alone, or the reason why there is none.
	Quality vitals.Quality
	// Value is the number with all its digits, or the code of a coded kind.
	Value vitals.Decimal
	// Unit is a UCUM code of at most 32 bytes, as sent. "" is the unit of the kind.
	Unit string
}

// The bounds of a message.
const (
	// MaxVitals is how many values a message may have.
	MaxVitals = 64
	// MaxExtensions is how many further pairs it may have.
	MaxExtensions = 32

	maxUnit  = 32 // bytes
	maxDepth = 4  // levels of arrays and maps within an extension
)

// Extensions are pairs of key and value in CBOR, as sent. Keys are -25 to -256,
// ascending by their bytes: -25 before -26. Values are integers, strings, arrays,
// maps of integers and text, decimal fractions, true, false and null, at most
// four levels deep.
type Extensions []byte

// All yields the keys and their values, which are CBOR and borrow e. It ends
// early at bytes that are no extension.
func (e Extensions) All() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		r := newReader(e)
		for r.off < len(e) {
			key := r.int()
			at := r.off
			r.skip(maxDepth)
			if r.err != "" || !yield(int(key), e[at:r.off:r.off]) {
				return
			}
		}
	}
}

// AppendReadings appends a reading for every value of a numeric or coded kind
// that package vitals knows. Other kinds, of a newer sender, become no reading:
// who wants them has the wire type.
//
// A value in a unit that is unknown or does not fit the kind is kept back, with
// [vitals.ReservedNumber]. So is a code that is no whole number.
//
// Without a time of its own, or with one that cannot be believed (before 2000,
// or more than five minutes ahead of f.At), a reading has the time and sequence
// of the frame; in the latter case with [vitals.ClockUnset]. Times are in the
// location of f.At. Nothing in a reading borrows the frame.
func (m *Message) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	base := vitals.Reading{Patient: f.Patient, Device: f.Device, Quality: m.Quality, At: f.At, Sequence: m.Sequence}
	switch {
	case m.At.IsZero():
		if m.Sequence == 0 {
			base.Sequence = f.Sequence
		}
	case m.At.Unix() < firstSecond || !f.At.IsZero() && m.At.Sub(f.At) > clockTolerance:
		base.Quality |= vitals.ClockUnset
		base.Sequence = f.Sequence
	default:
		at := time.Unix(m.At.Unix(), int64(m.At.Nanosecond())) // a copy of m.At would take m to the heap
		base.At, base.Stamped = at.In(f.At.Location()), !m.Arrival
	}
	for i := range m.Vitals {
		dst = m.Vitals[i].appendReading(dst, &base)
	}
	return dst
}

const (
	// firstSecond is the start of 2000: clocks that were never set are before it.
	firstSecond = 946684800
	// clockTolerance is how far the clock of a device may run ahead.
	clockTolerance = 5 * time.Minute
)
