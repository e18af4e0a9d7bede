package telemed

// A Metric is one number about how a part of a program is doing. It tells
// nothing about a patient or a device.
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

// Measured is a part that tells its numbers: [Gateway], the source, the log, the
// outbox below this package. Metrics is an iter.Seq:
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
	}
	for _, t := range g.troubles.list() {
		all = append(all, Metric{Name: "telemed_gateway_failing", Help: "1 while the part fails.", Part: t.Part, Value: 1})
	}
	for _, l := range g.lags() {
		all = append(all, Metric{Name: "telemed_sink_waiting_records", Help: "Records in the log that the sink does not have yet.", Part: l.sink, Value: float64(l.waiting)})
	}
	for _, m := range all {
		if !yield(m) {
			return
		}
	}
}
