package fhir

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// maxLeads is above the leads of any electrocardiogram.
const maxLeads = 32

// Waveform maps a piece of a signal to an Observation with SampledData: the
// raw integers of the device as they are, its scale as factor and its origin.
// A sample is worth data×factor + origin. What the device could not measure is
// E, and what lay beyond its range L or U; these need the range
// ([vitals.Waveform].Lowest and Highest), and without it they are E as well.
//
// Several waveforms are the leads of one electrocardiogram. They begin at the
// same time and become components. The effective time is that of the first
// sample. Cut a stream at fixed times, so that sending it again gives the
// same pieces with the same ids.
func (m Mapper) Waveform(leads ...vitals.Waveform) (models.Observation, error) {
	var p plan
	if err := m.planWaveform(&p, leads); err != nil {
		return models.Observation{}, err
	}
	return p.signal(leads), nil
}

// AppendWaveform appends the JSON of [Mapper.Waveform] to dst: the bytes that
// [Marshal] gives. Like [Mapper.AppendObservation] it allocates nothing.
func (m Mapper) AppendWaveform(dst []byte, leads ...vitals.Waveform) ([]byte, error) {
	var p plan
	if err := m.planWaveform(&p, leads); err != nil {
		return dst, err
	}
	return p.appendWith(dst, leads), nil
}

// WaveformWith is [Mapper.Waveform] with details.
func (m Mapper) WaveformWith(d Details, leads ...vitals.Waveform) (models.Observation, error) {
	p := plan{details: &d}
	if err := m.planWaveform(&p, leads); err != nil {
		return models.Observation{}, err
	}
	o := p.signal(leads)
	if err := d.add(&o, &p); err != nil {
		return models.Observation{}, err
	}
	return o, nil
}

// planWaveform fills p except for the leads: what p holds may go to functions
// of the caller, and so the leads would go to the heap.
func (m *Mapper) planWaveform(p *plan, leads []vitals.Waveform) error {
	if len(leads) == 0 {
		return &Error{"Observation", ErrMissing}
	}
	if len(leads) > maxLeads {
		return &Error{"Observation.component", ErrLimit}
	}
	first := &leads[0]
	p.whole = vitals.Reading{
		Patient: first.Patient, Device: first.Device, Kind: first.Kind, At: first.Start, Sequence: first.Sequence,
	}
	all, some := ^vitals.Quality(0), vitals.Quality(0)
	for i := range leads {
		w := &leads[i]
		if err := checkWaveform(w); err != nil {
			if len(leads) == 1 {
				return within("Observation", err)
			}
			return within("Observation.component["+strconv.Itoa(i)+"]", err)
		}
		all &= w.Quality
		some |= w.Quality
		if i > 0 {
			if !isLead(first.Kind) || !together(leads[:i], w) {
				return &Error{"Observation", ErrPanel}
			}
			p.whole.Kind = vitals.ECG
		}
	}
	p.whole.Quality = some
	if err := m.frame(p, some, all); err != nil {
		return err
	}
	p.elsewhere = true
	code, _ := p.whole.Kind.MDC()
	if m.Profile == PHD && code != 0 {
		if err := p.requirePHD(); err != nil {
			return err
		}
		p.claim.guide = phdSamples
		if len(leads) > 1 {
			p.claim.guide = phdMixed
		}
	}
	m.identify(p)
	return nil
}

// checkWaveform checks what SampledData is made of.
func checkWaveform(w *vitals.Waveform) error {
	code, _ := w.Kind.MDC()
	switch {
	case w.Kind.Shape() != vitals.ShapeWaveform, code == 0 && w.Kind.LOINC().Code == "":
		return &Error{"code", fmt.Errorf("%w: kind %s", ErrUnsupported, w.Kind)}
	case w.Unit.UCUM() == "":
		return &Error{"valueSampledData.origin.code", ErrMissing}
	case w.Period.Coef <= 0:
		return &Error{"valueSampledData.period", ErrValue}
	case w.Scale.Coef == 0:
		return &Error{"valueSampledData.factor", ErrValue}
	}
	return nil
}

// isLead reports whether k is one of the leads of an electrocardiogram.
func isLead(k vitals.Kind) bool {
	switch k {
	case vitals.ECG, vitals.ECGLeadI, vitals.ECGLeadII, vitals.ECGLeadIII, vitals.ECGLeadAVR, vitals.ECGLeadAVL, vitals.ECGLeadAVF,
		vitals.ECGLeadV1, vitals.ECGLeadV2, vitals.ECGLeadV3, vitals.ECGLeadV4, vitals.ECGLeadV5, vitals.ECGLeadV6:
		return true
	}
	return false
}

// together reports whether w is a further lead beside those that are there.
func together(leads []vitals.Waveform, w *vitals.Waveform) bool {
	for i := range leads {
		if leads[i].Kind == w.Kind {
			return false
		}
	}
	first := &leads[0]
	return isLead(w.Kind) && w.Patient == first.Patient && w.Device == first.Device &&
		w.Start.Equal(first.Start) && w.Sequence == first.Sequence
}

// samplesReason says why a waveform has no samples to write.
func samplesReason(w *vitals.Waveform) reason { return reasonOfQuality(w.Quality, len(w.Samples) > 0) }

// signal is the Observation of the leads.
func (p *plan) signal(leads []vitals.Waveform) models.Observation {
	o := p.observation()
	if len(leads) == 1 {
		o.ValueSampledData, o.DataAbsentReason, o.Interpretation = samplesOf(&leads[0])
		return o
	}
	for i := range leads {
		c := models.ObservationComponent{Code: codeOf(leads[i].Kind, listedCodes)}
		c.ValueSampledData, c.DataAbsentReason, c.Interpretation = samplesOf(&leads[i])
		o.Component = append(o.Component, c)
	}
	return o
}

func samplesOf(w *vitals.Waveform) (*models.SampledData, *models.CodeableConcept, []models.CodeableConcept) {
	if r := samplesReason(w); r != present {
		return nil, reasonOf(r), nil
	}
	s := models.SampledData{
		Origin:     quantityOf(w.Unit),
		Period:     json.Number(w.Period.String()),
		Factor:     ptr(json.Number(w.Scale.String())),
		Dimensions: 1,
		Data:       ptr(string(appendSamples(nil, w))),
	}
	s.Origin.Value = ptr(json.Number(w.Origin.String()))
	if hasRange(w) {
		s.LowerLimit = ptr(json.Number(strconv.FormatInt(int64(w.Lowest), 10)))
		s.UpperLimit = ptr(json.Number(strconv.FormatInt(int64(w.Highest), 10)))
	}
	return &s, nil, interpretationsOf(doubtFor(w.Quality))
}

func hasRange(w *vitals.Waveform) bool { return w.Lowest < w.Highest }

func appendLeads(b []byte, text *texts, leads []vitals.Waveform) []byte {
	for i := range leads {
		if i == 0 {
			b = append(b, `,"component":[{"code":`...)
		} else {
			b = append(b, `,{"code":`...)
		}
		b = append(b, text.kinds[leads[i].Kind].code[listedCodes]...)
		b = appendLead(b, text, &leads[i])
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendLead(b []byte, text *texts, w *vitals.Waveform) []byte {
	if r := samplesReason(w); r != present {
		return append(b, text.reasons[r]...)
	}
	b = append(b, `,"valueSampledData":{"origin":{"value":`...)
	b, _ = w.Origin.AppendText(b)
	b = append(b, text.units[w.Unit]...)
	b = append(b, `,"period":`...)
	b, _ = w.Period.AppendText(b)
	b = append(b, `,"factor":`...)
	b, _ = w.Scale.AppendText(b)
	if hasRange(w) {
		b = append(b, `,"lowerLimit":`...)
		b = strconv.AppendInt(b, int64(w.Lowest), 10)
		b = append(b, `,"upperLimit":`...)
		b = strconv.AppendInt(b, int64(w.Highest), 10)
	}
	b = append(b, `,"dimensions":1,"data":"`...)
	b = appendSamples(b, w)
	b = append(b, `"}`...)
	return append(b, text.interpretations[doubtFor(w.Quality)]...)
}

// appendSamples appends the samples with a space between.
func appendSamples(b []byte, w *vitals.Waveform) []byte {
	limited := hasRange(w)
	for i, sample := range w.Samples {
		if i > 0 {
			b = append(b, ' ')
		}
		switch {
		case sample > vitals.SampleAbove:
			b = strconv.AppendInt(b, int64(sample), 10)
		case sample == vitals.SampleBelow && limited:
			b = append(b, 'L')
		case sample == vitals.SampleAbove && limited:
			b = append(b, 'U')
		default:
			b = append(b, 'E')
		}
	}
	return b
}

// ScaleOf finds the scale and the origin of a waveform of which a device tells
// the range of values, from lower to upper, and the raw samples that stand for
// its ends, from scaledLower to scaledUpper (HL7 PHD 0.3.0, RTSA):
//
//	scale  = (upper - lower) / (scaledUpper - scaledLower)
//	origin = lower - scaledLower × scale
//
// Where a quotient has no end in decimals, exact is false and digits are
// added until no sample of the range is off by a thousandth of a step. It
// returns [ErrValue] for a range without extent, or one that no
// [vitals.Decimal] can scale.
func ScaleOf(lower, upper vitals.Decimal, scaledLower, scaledUpper int32) (scale, origin vitals.Decimal, exact bool, err error) {
	failed := &Error{"valueSampledData.factor", ErrValue}
	const far = 64 // of an exponent: what is beyond belongs to no device
	if scaledLower == scaledUpper || lower.Cmp(upper) == 0 || max(lower.Exp, upper.Exp) > far || min(lower.Exp, upper.Exp) < -far {
		return scale, origin, false, failed
	}
	low, high := new(big.Rat).SetInt64(int64(scaledLower)), new(big.Rat).SetInt64(int64(scaledUpper))
	step := new(big.Rat).Sub(rational(upper), rational(lower))
	step.Quo(step, new(big.Rat).Sub(high, low))
	start := new(big.Rat).Mul(step, low)
	start.Sub(rational(lower), start)

	scale, exact = finite(step)
	origin, fits := finite(start)
	if exact && fits {
		return scale, origin, true, nil
	}
	tolerance := new(big.Rat).Abs(step)
	tolerance.Mul(tolerance, big.NewRat(1, 1000))
	for exp := 0; exp >= -100; exp-- {
		if scale, fits = rounded(step, exp); !fits {
			break // more digits need more room
		}
		if origin, fits = rounded(start, exp); !fits {
			break
		}
		if scale.Coef != 0 && off(low, scale, origin, step, start).Cmp(tolerance) <= 0 && off(high, scale, origin, step, start).Cmp(tolerance) <= 0 {
			return scale, origin, false, nil
		}
	}
	return vitals.Decimal{}, vitals.Decimal{}, false, failed
}

// finite is r with the digits that it needs, if they are finite and fit.
func finite(r *big.Rat) (vitals.Decimal, bool) {
	digits, ok := r.FloatPrec()
	if !ok || digits > 100 {
		return vitals.Decimal{}, false
	}
	return rounded(r, -digits)
}

// off is the error of the sample x.
func off(x *big.Rat, scale, origin vitals.Decimal, step, start *big.Rat) *big.Rat {
	e := new(big.Rat).Sub(rational(scale), step)
	e.Mul(e, x)
	e.Add(e, rational(origin))
	e.Sub(e, start)
	return e.Abs(e)
}

// rounded is r in units of 10^exp.
func rounded(r *big.Rat, exp int) (vitals.Decimal, bool) {
	n := new(big.Rat).Mul(r, rational(vitals.Decimal{Coef: 1, Exp: int8(-exp)}))
	// Half away from zero: (2a + b) / 2b of the magnitude.
	a, b := new(big.Int).Abs(n.Num()), n.Denom()
	a.Lsh(a, 1)
	a.Add(a, b)
	a.Quo(a, new(big.Int).Lsh(b, 1))
	if !a.IsInt64() || a.Int64() == math.MaxInt64 {
		return vitals.Decimal{}, false
	}
	coef := a.Int64()
	if n.Sign() < 0 {
		coef = -coef
	}
	return vitals.Decimal{Coef: coef, Exp: int8(exp)}, true
}

// rational is d as a fraction. Its exponent is small.
func rational(d vitals.Decimal) *big.Rat {
	r := new(big.Rat).SetInt64(d.Coef)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.Exp, -d.Exp))), nil)
	if d.Exp < 0 {
		return r.Quo(r, new(big.Rat).SetInt(power))
	}
	return r.Mul(r, new(big.Rat).SetInt(power))
}
