package sparkplug_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/sparkplug"
	"github.com/telemed-go/sdk/vitals"
)

var arrival = time.UnixMilli(1941000901000).UTC()

// vector is messages in order and what they come to.
type vector struct {
	ID       string
	Messages []struct {
		Topic string
		Hex   string `json:"payload_hex"`
	}
	Expect struct {
		Values   [][]any
		Last     [][]any
		Live     [][]any `json:"live_values"`
		History  [][]any `json:"history_values"`
		Accepted *int    `json:"values_accepted"`
		Gaps     int
		Action   string
		Online   *bool `json:"device_online"`
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	path := filepath.Join(cmp.Or(os.Getenv("TELEMED_DATA"), "../../../shared/data"), "ingest", "sparkplug", "sparkplug.jsonl")
	file, err := os.Open(path)
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skipf("no vectors (TELEMED_DATA names their folder): %v", err)
	}
	defer file.Close()
	var all []vector
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if len(all) < 8 {
		t.Fatalf("%d vectors", len(all))
	}
	return all
}

func frame(t testing.TB, topic, payload string) device.Frame {
	t.Helper()
	b, err := hex.DecodeString(payload)
	f := device.Frame{Bytes: b, At: arrival, Patient: vitals.NewPatientID("p1")}
	if err != nil || !sparkplug.ParseTopic(topic, &f) {
		t.Fatalf("%s: %v", topic, err)
	}
	return f
}

// values are samples as the vectors write them, by history.
func values(t *testing.T, samples []sparkplug.Sample, historical bool) string {
	t.Helper()
	out := [][]any{}
	for _, x := range samples {
		if x.Historical != historical {
			continue
		}
		d, err := x.Value.Number(x.Type)
		if err != nil {
			t.Errorf("%s: %v", x.Name, err)
		}
		out = append(out, []any{x.Name, x.At.UnixMilli(), json.Number(d.String())})
	}
	return text(t, out)
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var plain any // numbers in one form
	if err := json.Unmarshal(b, &plain); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(plain)
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		var s sparkplug.Session
		var last []sparkplug.Sample
		gaps, rebirth := 0, false
		for _, m := range v.Messages {
			samples, err := s.Take(frame(t, m.Topic, m.Hex))
			last = samples
			_, asks := errors.AsType[*sparkplug.RebirthError](err)
			rebirth = rebirth || asks
			if errors.Is(err, device.ErrSequence) {
				gaps++
			} else if err != nil && !asks {
				t.Errorf("%s: %s: %v", v.ID, m.Topic, err)
			}
		}
		if gaps != v.Expect.Gaps || rebirth != (v.Expect.Action == "request rebirth") {
			t.Errorf("%s: %d gaps, rebirth %v; want %d, %q", v.ID, gaps, rebirth, v.Expect.Gaps, v.Expect.Action)
		}
		if n := v.Expect.Accepted; n != nil && len(last) != *n {
			t.Errorf("%s: %d values, want %d", v.ID, len(last), *n)
		}
		for _, want := range [][][]any{v.Expect.Values, v.Expect.Last, v.Expect.Live} {
			if got := values(t, last, false); want != nil && got != text(t, want) {
				t.Errorf("%s: %s, want %s", v.ID, got, text(t, want))
			}
		}
		if got := values(t, last, true); v.Expect.History != nil && got != text(t, v.Expect.History) {
			t.Errorf("%s: history %s, want %s", v.ID, got, text(t, v.Expect.History))
		}
		if v.Expect.Online != nil && !*v.Expect.Online {
			_, err := s.Take(frame(t, "spBv1.0/Ward9/DDATA/gw9/bp-0007", "1803"))
			if !errors.Is(err, sparkplug.ErrNoBirth) {
				t.Errorf("%s: the device is not dead: %v", v.ID, err)
			}
		}
	}
}

// Messages are put together here by hand: a payload of fields.
func varint(n uint64) (b []byte) {
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

func num(field, n uint64) []byte { return append(varint(field<<3), varint(n)...) }

func str(field uint64, s string) []byte {
	return append(append(varint(field<<3|2), varint(uint64(len(s)))...), s...)
}

func metric(fields ...[]byte) []byte { return str(2, string(bytes.Join(fields, nil))) }

func payload(fields ...[]byte) string { return hex.EncodeToString(bytes.Join(fields, nil)) }

const ms = 1941000900000

// A step is a message, with its error and how many samples it gives.
type step struct {
	topic, payload string
	err            error
	samples        int
}

func run(t *testing.T, name string, steps []step) {
	t.Helper()
	var s sparkplug.Session
	for i, m := range steps {
		samples, err := s.Take(frame(t, "spBv1.0/g/"+m.topic, m.payload))
		if !errors.Is(err, m.err) || len(samples) != m.samples {
			t.Errorf("%s, message %d, %s: %d samples, %v; want %d, %v", name, i, m.topic, len(samples), err, m.samples, m.err)
		}
	}
}

func TestLifeOfANode(t *testing.T) {
	birth := step{"NBIRTH/n", payload(num(1, ms), metric(str(1, "bdSeq"), num(4, 8), num(11, 5)), num(3, 0)), nil, 1}
	hr := metric(str(1, "HR"), num(2, 1), num(4, 7), num(10, 71))
	data := func(seq uint64) string { return payload(num(1, ms), metric(num(2, 1), num(10, 72)), num(3, seq)) }
	device1 := step{"DBIRTH/n/d", payload(num(1, ms), hr, num(3, 1)), nil, 1}

	run(t, "a dead node has no data", []step{
		birth, device1,
		{"NDEATH/n", payload(metric(str(1, "bdSeq"), num(4, 8), num(11, 4))), nil, 0}, // of an earlier birth
		{"DDATA/n/d", data(2), nil, 1},
		{"NDEATH/n", payload(metric(str(1, "bdSeq"), num(4, 8), num(11, 5))), nil, 0},
		{"DDATA/n/d", data(3), sparkplug.ErrNoBirth, 0},
	})
	run(t, "a birth ends what was before", []step{birth, device1, birth, {"DDATA/n/d", data(1), sparkplug.ErrNoBirth, 0}})
	run(t, "a device may be born again", []step{birth, device1, {"DBIRTH/n/d", payload(hr, num(3, 2)), nil, 1}, {"DDATA/n/d", data(3), nil, 1}})
	run(t, "a device dies alone", []step{
		birth, device1,
		{"DDEATH/n/d", payload(num(3, 2)), nil, 0},
		{"DDATA/n/d", data(3), sparkplug.ErrNoBirth, 0},
		{"NDATA/n", payload(metric(str(1, "bdSeq"), num(11, 5)), num(3, 4)), nil, 1},
	})
	run(t, "aliases belong to one device", []step{birth, device1, {"NDATA/n", data(2), sparkplug.ErrUnknownMetric, 0}})
	run(t, "an alias is taken", []step{
		birth, device1,
		{"DBIRTH/n/e", payload(metric(str(1, "SpO2"), num(2, 1), num(4, 7), num(10, 97)), num(3, 2)), device.ErrSyntax, 0},
		{"DDATA/n/d", data(3), nil, 1},
	})
	run(t, "a name twice", []step{birth, {"DBIRTH/n/d", payload(hr, hr, num(3, 1)), device.ErrSyntax, 0}})
	run(t, "a birth without types", []step{{"NBIRTH/n", payload(metric(str(1, "HR"), num(10, 1)), num(3, 0)), device.ErrSyntax, 0}})
	run(t, "one unknown alias, no values", []step{
		birth, device1,
		{"DDATA/n/d", payload(metric(num(2, 1), num(10, 72)), metric(num(2, 9), num(10, 72)), num(3, 2)), sparkplug.ErrUnknownMetric, 0},
	})
	run(t, "alias and another name", []step{
		birth, device1, {"DDATA/n/d", payload(metric(str(1, "SpO2"), num(2, 1), num(10, 72)), num(3, 2)), sparkplug.ErrUnknownMetric, 0},
	})
	run(t, "another type", []step{birth, device1, {"DDATA/n/d", payload(metric(num(2, 1), num(4, 3), num(10, 72)), num(3, 2)), device.ErrSyntax, 0}})
	run(t, "no sequence number", []step{birth, {"NDATA/n", payload(num(1, ms)), device.ErrSyntax, 0}})
	run(t, "a death without a number", []step{birth, {"NDEATH/n", "", device.ErrSyntax, 0}})
	run(t, "a gap is told once", []step{birth, device1, {"DDATA/n/d", data(9), device.ErrSequence, 1}, {"DDATA/n/d", data(10), nil, 1}})
	run(t, "commands are passed over", []step{{"NCMD/n", "ff", nil, 0}, {"DCMD/n/d", "ff", nil, 0}})

	wrap := []step{birth, device1}
	for seq := uint64(2); seq < 600; seq++ {
		wrap = append(wrap, step{"DDATA/n/d", data(seq & 0xff), nil, 1})
	}
	run(t, "sequence numbers wrap", wrap)
}

// A frame that was held and comes again changes nothing.
func TestStaleFrame(t *testing.T) {
	v := vectors(t)[1]
	var s sparkplug.Session
	for _, m := range v.Messages {
		if _, err := s.Take(frame(t, m.Topic, m.Hex)); err != nil {
			t.Fatal(err)
		}
	}
	f := frame(t, "spBv1.0/Ward9/DDATA/gw9/bp-0007", payload(metric(num(2, 3), num(10, 1)), num(3, 0)))
	f.At = arrival.Add(-time.Second)
	if got, err := s.Take(f); !errors.Is(err, sparkplug.ErrStale) || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	f = frame(t, "spBv1.0/Ward9/DDATA/gw9/bp-0007", payload(metric(num(2, 3), num(10, 80)), num(3, 2)))
	if got, err := s.Take(f); err != nil || len(got) != 1 {
		t.Errorf("the message after it: %v, %v", got, err)
	}
}

func TestReadings(t *testing.T) {
	told := 0
	s := sparkplug.Session{
		Metrics: map[string]sparkplug.Measures{"HR": {Kind: vitals.HeartRate}, "T": {Kind: vitals.BodyTemperature, Unit: vitals.UnitFahrenheit}},
		Rebirth: func(e *sparkplug.RebirthError) {
			if told++; e.Group != "g" || e.Node != "n" {
				t.Errorf("rebirth of %+v", e)
			}
		},
	}
	take := func(topic, payload string) string {
		readings, err := s.AppendReadings(nil, frame(t, "spBv1.0/g/"+topic, payload))
		out := ""
		for _, r := range readings {
			out += fmt.Sprint(r.Kind, " ", r.Quantity, " ", r.Quality, " ", r.At.Sub(arrival), " ", r.Stamped, ";")
		}
		if err != nil {
			out += err.Error()
		}
		return out
	}
	take("NBIRTH/n", payload(num(3, 255)))
	for i, tt := range []struct{ topic, payload, want string }{
		{
			"DBIRTH/n/d", payload(num(1, ms), metric(str(1, "HR"), num(2, 1), num(4, 7), num(7, 1)), metric(str(1, "T"), num(2, 2), num(4, 9), []byte{12<<3 | 5, 0x33, 0x33, 0xc5, 0x42}), metric(str(1, "x"), num(4, 7)), num(3, 0)),
			"HeartRate no value not-available -1s true;BodyTemperature 98.6 °F good -1s true;",
		},
		{
			"DDATA/n/d", payload(metric(num(2, 1), num(3, ms-60000), num(5, 1), num(10, 180)), metric(num(2, 1), num(3, ms), num(10, 72)), num(3, 1)),
			"HeartRate 72 /min good -1s true;HeartRate 180 /min stored -1m1s true;",
		},
		{"DDATA/n/d", payload(metric(num(2, 1), num(5, 1), num(10, 180)), num(3, 2)), ""},
		{"DDATA/n/d", payload(metric(num(2, 1), num(10, 70)), num(3, 3)), "HeartRate 70 /min good 0s false;"},
		{"DDATA/n/d", payload(num(1, 5), metric(num(2, 1), num(10, 70)), num(3, 4)), "HeartRate 70 /min clock-unset 0s false;"},
		{"DDATA/n/d", payload(num(1, 5), metric(num(2, 1), num(5, 1), num(10, 70)), num(3, 5)), ""},
		{"DDATA/n/d", payload(metric(num(2, 2), []byte{12<<3 | 5, 0, 0, 0xc0, 0x7f}), num(3, 6)), "BodyTemperature no value not-a-number 0s false;"},
		{"DDATA/n/d", payload(metric(num(2, 2), num(10, 37)), num(3, 7)), "BodyTemperature no value reserved-number 0s false;"},
		{"DDATA/n/d", payload(metric(num(2, 1), num(10, 70)), num(3, 9)), "HeartRate 70 /min good 0s false;"},
		{"DDATA/n/d", payload(metric(num(2, 5), num(10, 70)), num(3, 10)), "sparkplug: the node must be asked for a new birth: unknown_metric"},
	} {
		if got := take(tt.topic, tt.payload); got != tt.want {
			t.Errorf("message %d: %q, want %q", i, got, tt.want)
		}
	}
	if told != 2 {
		t.Errorf("told of %d rebirths, want 2", told)
	}
	if _, err := s.AppendReadings(nil, device.Frame{Format: device.Compact}); !device.IsUnsupported(err) {
		t.Errorf("another format: %v", err)
	}
}

// Damaged messages neither panic nor lose the session.
func TestMutations(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	var frames []device.Frame
	for _, v := range vectors(t) {
		for _, m := range v.Messages {
			frames = append(frames, frame(t, m.Topic, m.Hex))
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	s := sparkplug.Session{Metrics: map[string]sparkplug.Measures{"Vitals/HeartRate": {Kind: vitals.HeartRate}}}
	for range n {
		f := frames[random.IntN(len(frames))]
		f.Bytes = bytes.Clone(f.Bytes)
		for range random.IntN(4) {
			if i := random.IntN(len(f.Bytes)); random.IntN(2) == 0 {
				f.Bytes[i] ^= 1 << random.IntN(8)
			} else {
				f.Bytes = append(f.Bytes[:i], f.Bytes[min(len(f.Bytes), i+1):]...)
			}
			if len(f.Bytes) == 0 {
				break
			}
		}
		before := []vitals.Reading{{Kind: vitals.SpO2}}
		if out, err := s.AppendReadings(before, f); err != nil && len(out) != 1 {
			t.Fatalf("%x: %d readings beside %v", f.Bytes, len(out)-1, err)
		}
	}
}
