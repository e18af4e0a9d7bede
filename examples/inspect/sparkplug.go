package main

import (
	"errors"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/sparkplug"
)

// sparkplugName is what a payload of Sparkplug B is asked for by.
const sparkplugName = "SPARKPLUG"

var sparkplugPayload = characteristic{sparkplugName, "payload of Sparkplug B; no readings, for a birth must say what they are", 0, decodeSparkplug}

func decodeSparkplug(b []byte, _ hints) (layout, error) {
	p, err := sparkplug.Parse(b)
	l := layout{bytes: b}
	if e, ok := errors.AsType[*device.DecodeError](err); ok {
		if e.Offset > 0 {
			l.add(e.Offset, "not_read", "", "")
		}
		l.add(max(len(b)-e.Offset, 1), "not_read", "", "")
		return l, err
	}
	l.add(len(b), "count", framing(len(p.Metrics)), "metrics")
	if p.Timestamp != 0 {
		l.also("timestamp", millis(p.Timestamp), "")
	}
	if p.HasSeq {
		l.also("seq", p.Seq, "")
	}
	metrics := make([]fields, len(p.Metrics))
	for i := range p.Metrics {
		metrics[i] = metricFields(&p.Metrics[i], len(b))
	}
	if len(metrics) > 0 {
		l.also("metrics", metrics, "")
	}
	return l, nil
}

func millis(ms uint64) string { return time.UnixMilli(int64(ms)).UTC().Format(time.RFC3339Nano) }

func metricFields(m *sparkplug.Metric, end int) (fs fields) {
	also := func(name string, value any) { fs = append(fs, field{name, end, 0, value, ""}) }
	if m.Name != "" {
		also("name", m.Name)
	}
	if m.HasAlias {
		also("alias", m.Alias)
	}
	if m.Timestamp != 0 {
		also("timestamp", millis(m.Timestamp))
	}
	if m.Type != 0 {
		also("type", m.Type.String())
	}
	if m.Historical {
		also("historical", true)
	}
	if m.Null {
		also("null", true)
	}
	also("value", m.Value.String())
	return fs
}
