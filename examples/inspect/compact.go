package main

import (
	"errors"
	"strings"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

// compactName is what a payload of package compact is asked for by.
const compactName = "COMPACT"

var compactPayload = characteristic{compactName, "CBOR map of package compact, or a batch of them", 0, decodeCompact}

// compactDecoder believes a batch which devices it is of: nobody is hurt here.
var compactDecoder = compact.Decoder{Behind: func(_, _ vitals.DeviceID) bool { return true }}

func decodeCompact(b []byte, _ hints) (layout, error) {
	if compact.IsBatch(b) {
		return decodeCompactBatch(b)
	}
	m, err := compact.Parse(b)
	l := layout{bytes: b}
	end := len(b)
	if e, ok := errors.AsType[*device.DecodeError](err); ok {
		end = e.Offset
		if strings.HasPrefix(e.Field, "Vitals[") { // the last one is not complete
			m.Vitals = m.Vitals[:len(m.Vitals)-1]
		}
	}
	l.compact(m, end)
	if err != nil {
		if end > l.end {
			l.add(end-l.end, "not_read", "", "")
		}
		l.add(max(len(b)-end, 1), "not_read", "", "")
	}
	return l, err
}

// compact lays out the pairs of a message that end before a place.
func (l *layout) compact(m compact.Message, end int) {
	head := 1
	if len(l.bytes) > 1 && l.bytes[0]&31 == 24 { // the number of pairs has a byte of its own
		head = 2
	}
	if end < head+2 {
		return
	}
	l.add(head, "pairs", framing(l.bytes[head-1]&^0xE0), "")
	l.add(2, "version", 1, "")
	var values []fields
	at := l.end
	for _, v := range m.Vitals {
		n := pairLen(compact.Message{Vitals: []compact.Vital{v}})
		if at+n > end {
			break
		}
		values = append(values, compactVital(v, at, n))
		at += n
	}
	if len(values) > 0 {
		l.fields = append(l.fields, field{"vitals", l.end, at - l.end, values, ""})
		l.end = at
	}
	l.compactRest(m, end)
}

// compactRest lays out what holds for the whole message.
func (l *layout) compactRest(m compact.Message, end int) {
	pair := func(name string, value any, meaning string, alone compact.Message, less int) {
		if n := pairLen(alone) - less; n > 0 && l.end+n <= end {
			l.add(n, name, value, meaning)
		}
	}
	ms := m.At.Truncate(time.Millisecond)
	millis := pairLen(compact.Message{At: ms})
	pair("at", m.At.Format(time.RFC3339Nano), "milliseconds since 1970", compact.Message{At: ms}, 0)
	pair("nanoseconds", m.At.Sub(ms).Nanoseconds(), "beside the milliseconds", compact.Message{At: m.At}, millis)
	pair("sequence", m.Sequence, "", compact.Message{Sequence: m.Sequence}, 0)
	pair("quality", m.Quality.String(), "of all values", compact.Message{Quality: m.Quality}, 0)
	pair("arrival", true, "the time is a gateway's", compact.Message{At: ms, Arrival: m.Arrival}, millis)
	pair("extensions", len(m.Extensions), "bytes without meaning here", compact.Message{Extensions: m.Extensions}, 0)
}

// pairLen is how long the pairs of a small message are.
func pairLen(m compact.Message) int {
	b, err := m.AppendBinary(nil)
	if err != nil {
		return 0
	}
	return len(b) - len("\xa0\x00\x01") // head and version
}

// compactVital is the key of a value and what stands behind it.
func compactVital(v compact.Vital, at, n int) fields {
	key := 1
	switch {
	case v.Kind > 0xFF:
		key = 3
	case v.Kind > 23:
		key = 2
	}
	value := any(v.Value.String())
	if v.NoValue {
		value = nil
	}
	unit := v.Unit
	if unit == "" {
		unit = v.Kind.Unit().UCUM()
	}
	name := v.Kind.Display()
	if name == "" {
		name = "not known to this version"
	}
	fs := fields{{"kind", at, key, v.Kind.String(), name}, {"value", at + key, n - key, value, unit}}
	if v.Quality != 0 {
		fs = append(fs, field{"quality", at + n, 0, v.Quality.String(), ""})
	}
	if v.Unit != "" {
		fs = append(fs, field{"unit", at + n, 0, v.Unit, ""})
	}
	return fs
}

// decodeCompactBatch shows the frame of a batch; its samples are the readings.
func decodeCompactBatch(b []byte) (layout, error) {
	batch, err := compact.ParseBatch(b)
	l := layout{bytes: b}
	if err != nil {
		l.add(max(len(b), 1), "not_read", "", "")
		return l, err
	}
	l.add(1, "parts", framing(3), "")
	l.add(1, "version", 1, "")
	l.add(1, "method", b[2], [...]string{"columns as they are", "deflated columns"}[b[2]&1])
	l.add(len(b)-l.end, "samples", len(batch.Samples), "in columns")
	if names := batch.Devices(); len(names) > 0 {
		l.also("devices", names, "besides the sender")
	}
	return l, nil
}
