package sparkplug

import (
	"math"
	"strconv"

	"github.com/telemed-go/sdk/device"
)

// A Payload is what a message carries (sparkplug_b.proto).
type Payload struct {
	Timestamp    uint64 // milliseconds since 1970; 0 if not there
	Seq          uint8
	HasSeq       bool // an NDEATH has none
	Metrics      []Metric
	hasTimestamp bool
}

// A Metric is one value, as sent.
type Metric struct {
	Name         string // "" where the alias stands for it
	Alias        uint64
	HasAlias     bool
	Timestamp    uint64 // milliseconds since 1970; 0 if not there
	Type         Type   // 0 where the birth said it
	Historical   bool   // from a memory, not live
	Transient    bool
	Null         bool // there is no value
	Value        Value
	at           int // where the metric begins
	hasTimestamp bool
}

// The numbers of fields in sparkplug_b.proto.
const (
	payloadTimestamp, payloadMetrics, payloadSeq = 1, 2, 3

	metricName, metricAlias, metricTimestamp, metricType      = 1, 2, 3, 4
	metricHistorical, metricTransient, metricNull             = 5, 6, 7
	valueInt, valueLong, valueFloat, valueDouble              = 10, 11, 12, 13
	valueBool, valueText                                      = 14, 15
	wireVarint, wireFixed64, wireLen, wireFixed32        byte = 0, 1, 2, 5
)

// The bounds of a payload.
const (
	// MaxMetrics is how many metrics a payload, or all that a node has, may have.
	MaxMetrics = 4096
	// MaxName is how long the name of a metric may be, in bytes.
	MaxName = 255

	maxMillis = 253402300799999 // the end of the year 9999
)

// Parse reads a payload. Texts are copied. Fields that are not known are passed
// over, as protobuf wants it. Errors are of type [*device.DecodeError].
func Parse(b []byte) (Payload, error) {
	r := reader{b: b, end: len(b)}
	var p Payload
	for r.off < r.end {
		at := r.off
		field, wire := r.tag()
		switch {
		case field == payloadTimestamp && wire == wireVarint:
			r.name = "Timestamp"
			p.Timestamp, p.hasTimestamp = r.millis(), true
		case field == payloadSeq && wire == wireVarint:
			r.name = "Seq"
			n := r.varint()
			if n > math.MaxUint8 {
				r.fail(at, device.ErrOutOfRange)
			}
			p.Seq, p.HasSeq = uint8(n), true
		case field == payloadMetrics && wire == wireLen:
			r.name = "Metrics[" + strconv.Itoa(len(p.Metrics)) + "]"
			if len(p.Metrics) == MaxMetrics {
				r.fail(at, device.ErrOutOfRange)
				break
			}
			p.Metrics = append(p.Metrics, r.metric())
		default:
			r.name = ""
			r.skip(wire)
		}
	}
	if r.err != "" {
		return Payload{}, &device.DecodeError{Type: "sparkplug.Payload", Field: r.fault, Offset: r.at, Ref: "sparkplug_b.proto", Err: r.err}
	}
	return p, nil
}

// metric reads a metric, whose length comes first.
func (r *reader) metric() (m Metric) {
	m.at = r.off
	outer := r.open()
	for r.off < r.end {
		at := r.off
		field, wire := r.tag()
		switch {
		case field == metricName && wire == wireLen:
			m.Name = r.text(MaxName)
		case field == metricAlias && wire == wireVarint:
			m.Alias, m.HasAlias = r.varint(), true
		case field == metricTimestamp && wire == wireVarint:
			m.Timestamp, m.hasTimestamp = r.millis(), true
		case field == metricType && wire == wireVarint:
			m.Type = Type(r.varint())
		case field == metricHistorical && wire == wireVarint:
			m.Historical = r.varint() != 0
		case field == metricTransient && wire == wireVarint:
			m.Transient = r.varint() != 0
		case field == metricNull && wire == wireVarint:
			m.Null = r.varint() != 0
		case (field == valueInt || field == valueLong || field == valueBool) && wire == wireVarint:
			m.Value = Value{field: field, bits: r.varint()}
		case field == valueFloat && wire == wireFixed32:
			m.Value = Value{field: field, bits: r.fixed(4)}
		case field == valueDouble && wire == wireFixed64:
			m.Value = Value{field: field, bits: r.fixed(8)}
		case field == valueText && wire == wireLen:
			m.Value = Value{field: field, text: r.text(len(r.b))}
		case field <= valueText && field != 8 && field != 9: // a known field of another form
			r.fail(at, device.ErrSyntax)
		default:
			r.skip(wire)
		}
	}
	r.close(outer)
	return m
}
