package fhir

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// GlucoseChunks says how a stream of continuous glucose is cut into
// Observations (gematik HDDT, HddtContinuousGlucoseMeasurement). Each covers a
// window of a fixed span, the same for everybody who cuts the same stream:
// windows begin at multiples of the span since 0001-01-01T00:00:00Z.
type GlucoseChunks struct {
	Span   time.Duration // of a window; 0 means 24 hours
	Period time.Duration // between samples; 0 means 5 minutes. The span is a multiple of it
	// From and Until is the time that is asked for: windows are there for all
	// of it, and one that Until does not reach the end of is preliminary. The
	// zero From is the first reading, the zero Until the end of the period of
	// the last one.
	From, Until time.Time
	Unit        vitals.Unit // 0 means that of the first value
	// Low and High are the ends of what the sensor measures. A reading below
	// or above is L or U, and without the limit it is E.
	Low, High vitals.Quantity
}

const (
	maxChunks  = 4096
	maxSamples = 24 * 60 * 60 // of a chunk
)

// GlucoseChunks maps readings of [vitals.GlucoseISF] of one patient, in any
// order, to chunks with SampledData. A sample stands at the multiple of the
// period that its time lies in; of two the later one counts, and E stands
// where there is none. Values keep their digits.
//
// A chunk ends early, and the next one begins, where the reference to the
// sensor changes: the DeviceMetric of the Mapper, or else the Device. A window
// without any reading has the reason temp-unknown. A reading that the device
// declared invalid is E.
//
// The id of a chunk is a function of patient, start and span, so that a
// complete chunk takes the place of a preliminary one.
func (m Mapper) GlucoseChunks(readings []vitals.Reading, c GlucoseChunks) ([]models.Observation, error) {
	series, err := m.series(readings, &c)
	if err != nil {
		return nil, err
	}
	var chunks []models.Observation
	for start := c.From.Truncate(c.Span); start.Before(c.Until); start = start.Add(c.Span) {
		end := start.Add(c.Span)
		n, _ := slices.BinarySearchFunc(series, end, func(r vitals.Reading, end time.Time) int { return r.At.Compare(end) })
		window := series[:n]
		series = series[n:]
		if chunks, err = m.window(chunks, window, &c, start, end, readings[0]); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

// series checks readings and settings, fills in what is missing, and returns
// the readings of the time that is asked for, sorted.
func (m *Mapper) series(readings []vitals.Reading, c *GlucoseChunks) ([]vitals.Reading, error) {
	if len(readings) == 0 {
		return nil, &Error{"Observation", ErrMissing} // nobody to write about
	}
	for i := range readings {
		r := &readings[i]
		switch {
		case r.Kind != vitals.GlucoseISF:
			return nil, &Error{"Observation.code", ErrUnsupported}
		case r.Patient != readings[0].Patient:
			return nil, &Error{"Observation", ErrPanel}
		case r.At.IsZero():
			return nil, &Error{"Observation.effectivePeriod", ErrMissing}
		case c.Unit == vitals.UnitNone && r.HasValue():
			c.Unit = r.Quantity.Unit()
		}
	}
	if c.Span == 0 {
		c.Span = 24 * time.Hour
	}
	if c.Period == 0 {
		c.Period = 5 * time.Minute
	}
	if c.Unit == vitals.UnitNone {
		c.Unit = vitals.GlucoseISF.Unit()
	}
	series := slices.Clone(readings)
	slices.SortStableFunc(series, func(a, b vitals.Reading) int { return a.At.Compare(b.At) })
	if c.From.IsZero() {
		c.From = series[0].At
	}
	if c.Until.IsZero() {
		c.Until = series[len(series)-1].At.Truncate(c.Period).Add(c.Period)
	}
	switch {
	case c.Span < 0 || c.Period <= 0 || c.Span%c.Period != 0 || c.Span/c.Period > maxSamples:
		return nil, &Error{"Observation.valueSampledData.period", ErrValue}
	case c.Until.Sub(c.From)/c.Span >= maxChunks:
		return nil, &Error{"Observation.effectivePeriod", ErrLimit}
	}
	for _, at := range [...]time.Time{c.From, c.Until.Add(c.Span)} {
		if _, ok := momentOf(at); !ok {
			return nil, &Error{"Observation.effectivePeriod", ErrValue}
		}
	}
	start := c.From.Truncate(c.Span)
	return slices.DeleteFunc(series, func(r vitals.Reading) bool { return r.At.Before(start) || !r.At.Before(c.Until) }), nil
}

// window appends the chunks of a window: one, or more where the sensor changes.
func (m *Mapper) window(chunks []models.Observation, readings []vitals.Reading, c *GlucoseChunks, start, end time.Time, whole vitals.Reading) ([]models.Observation, error) {
	if len(readings) == 0 {
		o, err := m.chunk(nil, c, start, end, end, whole)
		return append(chunks, o), err
	}
	for len(readings) > 0 {
		source, n := m.source(readings[0].Device, readings[0].Kind), 1
		for n < len(readings) && m.source(readings[n].Device, readings[n].Kind) == source {
			n++
		}
		stop := end
		if n < len(readings) {
			stop = readings[n].At.Truncate(c.Period)
		}
		if stop.After(start) { // else the change came within one period: the later sensor counts
			o, err := m.chunk(readings[:n], c, start, stop, end, readings[0])
			if err != nil {
				return chunks, err
			}
			chunks = append(chunks, o)
		}
		start, readings = stop, readings[n:]
	}
	return chunks, nil
}

// chunk is the Observation for the time from start to stop, in a window until
// end.
func (m *Mapper) chunk(readings []vitals.Reading, c *GlucoseChunks, start, stop, end time.Time, whole vitals.Reading) (models.Observation, error) {
	var p plan
	whole.At, whole.Sequence, whole.Quality = start.UTC(), 0, 0
	p.whole = whole
	some := vitals.Quality(0)
	for i := range readings {
		some |= readings[i].Quality
	}
	if stop.Equal(end) && c.Until.Before(end) || len(readings) == 0 {
		some |= vitals.Ongoing // preliminary
	}
	if err := m.frame(&p, some&^(vitals.Invalid|vitals.EarlyEstimate), 0); err != nil {
		return models.Observation{}, err
	}
	if err := p.until(stop.UTC()); err != nil {
		return models.Observation{}, err
	}
	whole.Device = "" // another sensor begins another chunk, at another time
	p.known = known{by: byID, id: vitals.ReadingID(idSpace.name("chunk|" + whole.ID().String() + "|" + c.Span.String()))}
	p.single = answer{kind: whole.Kind, codes: codesFor(whole.Kind, c.Unit), reason: absentTemporarily}
	o := p.observation()
	if len(readings) == 0 {
		return o, nil
	}
	data, err := c.data(readings, start, stop)
	if err != nil {
		return models.Observation{}, err
	}
	o.DataAbsentReason = nil // of a chunk without data
	o.ValueSampledData = data
	return o, nil
}

// data writes the samples of a chunk, up to its end or to the last one of a
// preliminary chunk.
func (c *GlucoseChunks) data(readings []vitals.Reading, start, stop time.Time) (*models.SampledData, error) {
	s := models.SampledData{Origin: quantityOf(c.Unit), Period: json.Number(milliseconds(c.Period)), Dimensions: 1}
	s.Origin.Value = ptr(json.Number("0"))
	for _, limit := range [...]struct {
		q  vitals.Quantity
		to **json.Number
	}{{c.Low, &s.LowerLimit}, {c.High, &s.UpperLimit}} {
		if limit.q.IsZero() {
			continue
		}
		q, err := vitals.GlucoseISF.Convert(limit.q, c.Unit)
		if err != nil {
			return nil, within("Observation.valueSampledData.lowerLimit", err)
		}
		*limit.to = ptr(json.Number(q.Value().String()))
	}
	if stop.After(c.Until) {
		stop = c.Until
	}
	tokens := make([]string, (stop.Sub(start)+c.Period-1)/c.Period)
	for i := range tokens {
		tokens[i] = "E"
	}
	for i := range readings {
		token, err := c.token(&readings[i])
		if err != nil {
			return nil, within("Observation.valueSampledData.data", err)
		}
		tokens[readings[i].At.Sub(start)/c.Period] = token
	}
	s.Data = ptr(strings.Join(tokens, " "))
	return &s, nil
}

func (c *GlucoseChunks) token(r *vitals.Reading) (string, error) {
	switch q := r.Quality; {
	case q.Has(vitals.Invalid):
		return "E", nil
	case q.Has(vitals.BelowRange) && !c.Low.IsZero():
		return "L", nil
	case q.Has(vitals.AboveRange) && !c.High.IsZero():
		return "U", nil
	case !r.HasValue():
		return "E", nil
	}
	q, err := r.Kind.Convert(r.Quantity, c.Unit)
	if err != nil {
		return "", err
	}
	return q.Value().String(), nil
}

// milliseconds is d with the digits that it needs.
func milliseconds(d time.Duration) string {
	n := vitals.Decimal{Coef: int64(d), Exp: -6}
	for n.Exp < 0 && n.Coef%10 == 0 {
		n.Coef /= 10
		n.Exp++
	}
	return n.String()
}
