package vitals

import (
	"math"
	"time"
)

// A Waveform is a piece of a continuous signal as the device sampled it: raw
// integers, and the scale that gives them a meaning. Sample i was taken at
// Start + i×Period and is worth Samples[i]×Scale + Origin in Unit.
//
// The samples are never converted to floating point, so nothing is lost on the
// way to FHIR SampledData, which has the same four parts.
type Waveform struct {
	Patient  PatientID
	Device   DeviceID
	Kind     Kind // of [ShapeWaveform]
	Quality  Quality
	Start    time.Time
	Period   Decimal // between samples, in milliseconds
	Unit     Unit
	Scale    Decimal // one step of a raw sample, in Unit; not zero
	Origin   Decimal // the value of the raw sample 0, in Unit
	Samples  []int32 // owned by the waveform
	Sequence uint32
	// Lowest and Highest are the raw samples at the ends of what the device
	// can measure; both are 0 if they are not known.
	Lowest, Highest int32
}

// Raw samples that are no numbers. FHIR writes them E, L and U.
const (
	SampleError int32 = math.MinInt32 + iota // the device could not measure
	SampleBelow                              // below what the device can measure
	SampleAbove                              // above what the device can measure
)

// At returns sample i as a quantity and reports whether it is a number that
// fits a [Decimal].
func (w *Waveform) At(i int) (Quantity, bool) {
	raw := w.Samples[i]
	if raw <= SampleAbove {
		return Quantity{}, false
	}
	c := int64(raw) * w.Scale.Coef
	if w.Scale.Coef != 0 && c/w.Scale.Coef != int64(raw) {
		return Quantity{}, false
	}
	sum, ok := add(Decimal{c, w.Scale.Exp}, w.Origin)
	return Quantity{sum, w.Unit}, ok
}

// Duration is the time that the samples span, one period for each.
func (w *Waveform) Duration() time.Duration {
	return time.Duration(w.Period.Float64() * float64(len(w.Samples)) * float64(time.Millisecond))
}
