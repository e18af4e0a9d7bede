package sparkplug

import (
	"strings"
	"sync"
	"time"

	"github.com/telemed-go/sdk/device"
)

// A Session follows the nodes of a broker from their births to their deaths. The
// zero Session is ready. It is safe for concurrent use; messages of one node must
// come in order.
type Session struct {
	// Metrics says what metrics are, by their whole name: "Vitals/SpO2". Others are
	// no readings.
	Metrics map[string]Measures
	// Rebirth is told when a node must be asked for a new birth. It is called by
	// AppendReadings and must not call the Session.
	Rebirth func(*RebirthError)

	mu    sync.Mutex
	nodes map[string]*node // by group and node; guarded by mu
}

// maxNodes is how many nodes are remembered, living or dead.
const maxNodes = 4096

// A node is what is known of an edge node.
type node struct {
	bdSeq   uint64 // which birth a death belongs to
	hasBD   bool
	seq     uint8 // of the last message
	last    time.Time
	devices map[string]map[string]Type // living, with their metrics; "" is the node itself
	aliases map[uint64]metricKey
	metrics int
}

type metricKey struct{ device, name string }

// A Sample is a metric with the name and type that its birth gave it.
type Sample struct {
	Metric
	Device string // "" for the node itself
	At     time.Time
	// Stamped says that At is the sender's time and not that of arrival.
	Stamped bool
}

// Why a rebirth is needed.
const (
	// ErrNoBirth: data of a node or device that was not born, or has died.
	ErrNoBirth device.Fault = "no_birth"
	// ErrUnknownMetric: a name or an alias that is in no birth.
	ErrUnknownMetric device.Fault = "unknown_metric"
	// ErrStale: a message from before the last one of its node, as one that was
	// kept while its device was not known. It changes nothing.
	ErrStale device.Fault = "stale"
)

// A RebirthError says that a node must be asked for a new birth (Sparkplug 3.0,
// 6.4.17: a command with "Node Control/Rebirth"). Its text names nobody.
type RebirthError struct {
	Group, Node string
	Err         error // ErrNoBirth, ErrUnknownMetric, or device.ErrSequence: messages were lost
}

// Error is the reason.
func (e *RebirthError) Error() string {
	return "sparkplug: the node must be asked for a new birth: " + e.Err.Error()
}

// Unwrap gives errors.Is the reason.
func (e *RebirthError) Unwrap() error { return e.Err }

// Take takes a message whose frame [ParseTopic] has filled in. It returns the
// values in it. Values beside a [*RebirthError] are good though messages before
// them were lost; any other error comes without values.
func (s *Session) Take(f device.Frame) ([]Sample, error) {
	m, ok := messageOf(f.Format)
	if !ok {
		return nil, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	if m == NCmd || m == DCmd || m == State {
		return nil, nil
	}
	p, err := Parse(f.Bytes)
	if err != nil {
		return nil, err
	}
	parts := strings.SplitN(string(f.Device), "/", 3)
	if len(parts) < 2 || (len(parts) == 3) != m.ofDevice() {
		return nil, refusal("Device", 0, device.ErrSyntax)
	}
	dev := ""
	if len(parts) == 3 {
		dev = parts[2]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	samples, err := s.take(m, parts[0]+"/"+parts[1], dev, &p, f.At)
	if why, ok := err.(device.Fault); ok { //nolint:errorlint // our own, not wrapped
		err = &RebirthError{Group: parts[0], Node: parts[1], Err: why}
	}
	return samples, err
}

func messageOf(f device.Format) (Message, bool) {
	n, ok := f.SparkplugMessage()
	return Message(n), ok && n >= uint16(NBirth) && n <= uint16(State)
}

func refusal(field string, at int, why device.Fault) error {
	return &device.DecodeError{Type: "sparkplug.Payload", Field: field, Offset: at, Ref: "Sparkplug 3.0, 6.4", Err: why}
}

// take changes the state. An error that is a Fault asks for a rebirth.
func (s *Session) take(m Message, id, dev string, p *Payload, at time.Time) ([]Sample, error) {
	n := s.nodes[id]
	switch {
	case m == NDeath:
		return nil, s.death(id, n, p)
	case !p.HasSeq:
		return nil, refusal("Seq", 0, device.ErrSyntax)
	case m == NBirth:
		return s.nodeBirth(id, n, p, at)
	case n == nil:
		return nil, ErrNoBirth
	case !at.IsZero() && at.Before(n.last):
		return nil, refusal("", 0, ErrStale)
	}
	gap := p.Seq != n.seq+1
	n.seq, n.last = p.Seq, at
	var samples []Sample
	var err error
	switch m {
	case DBirth:
		samples, err = n.birth(dev, p, at)
	case DDeath:
		n.forget(dev)
	default:
		samples, err = n.data(dev, p, at)
	}
	if err == nil && gap {
		err = device.ErrSequence
	}
	return samples, err
}

func (s *Session) nodeBirth(id string, old *node, p *Payload, at time.Time) ([]Sample, error) {
	if old == nil && len(s.nodes) >= maxNodes {
		return nil, refusal("", 0, device.ErrOutOfRange)
	}
	if old != nil && !at.IsZero() && at.Before(old.last) {
		return nil, refusal("", 0, ErrStale)
	}
	n := &node{seq: p.Seq, last: at, devices: make(map[string]map[string]Type), aliases: make(map[uint64]metricKey)}
	n.bdSeq, n.hasBD = birthNumber(p)
	samples, err := n.birth("", p, at)
	if err != nil {
		return nil, err
	}
	if s.nodes == nil {
		s.nodes = make(map[string]*node)
	}
	s.nodes[id] = n
	return samples, nil
}

// death ends a node, unless the message is about an earlier birth: the broker
// sends the will of a lost connection after the node has come back on another.
func (s *Session) death(id string, n *node, p *Payload) error {
	number, ok := birthNumber(p)
	if !ok {
		return refusal("Metrics", 0, device.ErrSyntax)
	}
	if n != nil && n.hasBD && n.bdSeq == number {
		delete(s.nodes, id)
	}
	return nil
}

// birthNumber is the metric that joins a death with its birth.
func birthNumber(p *Payload) (uint64, bool) {
	for i := range p.Metrics {
		if m := &p.Metrics[i]; m.Name == "bdSeq" && !m.Null && (m.Value.field == valueInt || m.Value.field == valueLong) {
			return m.Value.bits, true
		}
	}
	return 0, false
}

// birth takes the metrics of a node or device in the place of those it had.
func (n *node) birth(dev string, p *Payload, at time.Time) ([]Sample, error) {
	n.forget(dev)
	if n.metrics+len(p.Metrics) > MaxMetrics {
		return nil, refusal("Metrics", 0, device.ErrOutOfRange)
	}
	names := make(map[string]Type, len(p.Metrics))
	n.devices[dev] = names
	n.metrics += len(p.Metrics)
	samples := make([]Sample, 0, len(p.Metrics))
	for i := range p.Metrics {
		m := &p.Metrics[i]
		_, twice := names[m.Name]
		_, taken := n.aliases[m.Alias]
		if m.Name == "" || m.Type == 0 || twice || m.HasAlias && taken {
			n.forget(dev)
			return nil, refusal("Metrics", m.at, device.ErrSyntax)
		}
		names[m.Name] = m.Type
		if m.HasAlias {
			n.aliases[m.Alias] = metricKey{dev, m.Name}
		}
		samples = append(samples, sample(m, dev, p, at))
	}
	return samples, nil
}

// forget takes the metrics of a node or device away.
func (n *node) forget(dev string) {
	n.metrics = 0
	delete(n.devices, dev)
	for _, names := range n.devices {
		n.metrics += len(names)
	}
	for alias, k := range n.aliases {
		if k.device == dev {
			delete(n.aliases, alias)
		}
	}
}

// data finds the names and types of the metrics: of all, or it accepts none.
func (n *node) data(dev string, p *Payload, at time.Time) ([]Sample, error) {
	names, alive := n.devices[dev]
	if !alive {
		return nil, ErrNoBirth
	}
	samples := make([]Sample, 0, len(p.Metrics))
	for i := range p.Metrics {
		x := sample(&p.Metrics[i], dev, p, at)
		if x.HasAlias {
			k, ok := n.aliases[x.Alias]
			if !ok || k.device != dev || x.Name != "" && x.Name != k.name {
				return nil, ErrUnknownMetric
			}
			x.Name = k.name
		}
		t, ok := names[x.Name]
		switch {
		case !ok:
			return nil, ErrUnknownMetric
		case x.Type != 0 && x.Type != t:
			return nil, refusal("Metrics", x.at, device.ErrSyntax)
		}
		x.Type = t
		samples = append(samples, x)
	}
	return samples, nil
}

// sample gives a metric its time: its own, that of the payload, or of arrival.
func sample(m *Metric, dev string, p *Payload, at time.Time) Sample {
	x := Sample{Metric: *m, Device: dev, At: at}
	ms := m.Timestamp
	if !m.hasTimestamp {
		ms = p.Timestamp
	}
	if x.Stamped = m.hasTimestamp || p.hasTimestamp; x.Stamped {
		x.At = time.UnixMilli(int64(ms)).In(at.Location())
	}
	return x
}
