package telemed

// A Metric is one number about how a part of a program is doing. It tells
// nothing about a patient or a device. docs/operations.md says what each is good
// for.
type Metric struct {
	// Name is in snake case, with its base unit, and "_total" at the end of a
	// counter, as Prometheus likes them: "telemed_gateway_frames_total".
	Name string
	Help string // one line
	// Part tells metrics of one name apart: the name of a sink, a lane. Empty for
	// the whole.
	Part string
	// Counter says that Value only grows while the process lives; otherwise it is
	// a gauge.
	Counter bool
	Value   float64
}

// Measured is a part that tells its numbers: [Gateway]; ward, census,
// source, the sender, the log, the outbox and the FHIR client below this package. Metrics is an
// iter.Seq:
//
//	for m := range gateway.Metrics { ... }
//
// It is cheap enough to call every second and safe for concurrent use.
type Measured interface {
	Metrics(yield func(Metric) bool)
}

var _ Measured = (*Gateway)(nil)

// Metrics implements [Measured].
func (g *Gateway) Metrics(yield func(Metric) bool) {
	s := g.Stats()
	all := []Metric{
		{Name: "telemed_gateway_frames_total", Help: "Frames received.", Counter: true, Value: float64(s.Frames)},
		{Name: "telemed_gateway_readings_total", Help: "Readings decoded and stored, repeats included.", Counter: true, Value: float64(s.Readings)},
		{Name: "telemed_gateway_rejected_total", Help: "Frames refused.", Counter: true, Value: float64(s.Rejected)},
		{Name: "telemed_gateway_unsupported_total", Help: "Frames refused because no decoder knows their format.", Counter: true, Value: float64(s.Unsupported)},
		{Name: "telemed_gateway_retries_total", Help: "Failed attempts to store or to deliver.", Counter: true, Value: float64(s.Retries)},
		{Name: "telemed_gateway_held_total", Help: "Frames that wait, or waited, until it is known whose they are.", Counter: true, Value: float64(s.Held)},
		{Name: "telemed_gateway_held_dropped_total", Help: "Frames that waited and had to go for want of room.", Counter: true, Value: float64(s.Dropped)},
		{Name: "telemed_gateway_released_total", Help: "Frames that waited and became readings or were refused.", Counter: true, Value: float64(s.Released)},
	}
	failing := map[string]bool{}
	for _, p := range g.Health() {
		failing[p.Part] = true
	}
	part := func(name string) {
		m := Metric{Name: "telemed_gateway_failing", Help: "1 while the part fails, otherwise 0.", Part: name}
		if failing[name] {
			m.Value = 1
		}
		all = append(all, m)
	}
	part("source")
	part("log")
	for _, s := range g.Sinks {
		part(s.Name())
	}
	for _, l := range g.lags() {
		all = append(all, Metric{Name: "telemed_sink_waiting_records", Help: "Records in the log that the sink does not have yet.", Part: l.sink, Value: float64(l.waiting)})
	}
	each(all, yield)
}

// each yields metrics until told to stop.
func each(all []Metric, yield func(Metric) bool) {
	for _, m := range all {
		if !yield(m) {
			return
		}
	}
}
