package main

import (
	"encoding/hex"
	"errors"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/senml"
	"github.com/telemed-go/sdk/vitals"
)

// senmlName is what a sensor measurement list is asked for by.
const senmlName = "SENML"

var senmlPayload = characteristic{senmlName, "Sensor Measurement List (RFC 8428), CBOR in HEX or JSON as it is", 0, decodeSenML}

// senmlDecoder takes each name for a device: nobody is hurt here.
var senmlDecoder = senml.Decoder{Device: func(_ device.Frame, name string) (vitals.DeviceID, bool) { return vitals.DeviceID(name), true }}

// decodeSenML lays out a pack record by record, with what it means after the base
// fields were applied, or why it is refused.
func decodeSenML(b []byte, _ hints) (layout, error) {
	l := layout{bytes: b}
	p, err := senml.Parse(b)
	if e, ok := errors.AsType[*device.DecodeError](err); ok {
		if e.Offset > 0 {
			l.add(e.Offset, "not_read", "", "")
		}
		l.add(max(len(b)-e.Offset, 1), "not_read", "", "")
		return l, err
	}
	l.add(p[0].Offset(), "count", framing(len(p)), "")
	measurements, err := p.Resolve(time.Unix(0, 0))
	refused, _ := errors.AsType[*device.DecodeError](err)
	records := make([]fields, len(p))
	for i := range p {
		end := len(b)
		if i+1 < len(p) {
			end = p[i+1].Offset()
		}
		at := p[i].Offset()
		records[i] = fields{{"fields", at, end - at, p[i].Has.String(), ""}}
		for e := range refused.All() {
			if e.Offset >= at && e.Offset < end {
				records[i] = append(records[i], field{"refused", end, 0, e.Err.Error(), ""})
			}
		}
	}
	for i := range measurements {
		m := &measurements[i]
		at := records[m.Record][0]
		records[m.Record] = append(records[m.Record], resolved(m, at.at+at.len)...)
	}
	l.fields = append(l.fields, field{"records", l.end, len(b) - l.end, records, ""})
	l.end = len(b)
	return l, nil
}

// resolved is a record after the base fields were applied.
func resolved(m *senml.Measurement, end int) fields {
	fs := fields{{"name", end, 0, m.Name, ""}}
	also := func(name string, value any, meaning string) { fs = append(fs, field{name, end, 0, value, meaning}) }
	switch {
	case m.Has.Has(senml.HasValue):
		also("value", m.Value.String(), m.Unit)
	case m.Has.Has(senml.HasText):
		also("text", m.Text, "")
	case m.Has.Has(senml.HasBool):
		also("boolean", m.Bool, "")
	case m.Has.Has(senml.HasData):
		also("data", hex.EncodeToString(m.Data), "")
	}
	if m.Has.Has(senml.HasSum) {
		also("sum", m.Sum.String(), m.Unit)
	}
	if m.Relative {
		also("time", time.Duration(m.At.UnixNano()).String(), "from its arrival")
	} else {
		also("time", m.At.UTC().Format(time.RFC3339Nano), "")
	}
	return fs
}
