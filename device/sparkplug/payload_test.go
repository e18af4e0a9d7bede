package sparkplug_test

import (
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/sparkplug"
	"github.com/telemed-go/sdk/vitals"
)

func parse(t testing.TB, text string) (sparkplug.Payload, error) {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return sparkplug.Parse(b)
}

func TestNumbers(t *testing.T) {
	const bad = "out of range"
	for _, tt := range []struct {
		name  string
		typ   sparkplug.Type
		field []byte
		want  string
	}{
		{"Int8 -1, 32 bits", sparkplug.Int8, num(10, 0xffffffff), "-1"},
		{"Int8 -1, 8 bits", sparkplug.Int8, num(10, 0xff), "-1"},
		{"Int8 -128", sparkplug.Int8, num(10, 0xffffff80), "-128"},
		{"Int8 300", sparkplug.Int8, num(10, 300), bad},
		{"Int16 -2", sparkplug.Int16, num(10, 0xfffe), "-2"},
		{"Int16 70000", sparkplug.Int16, num(10, 70000), bad},
		{"Int32 -1", sparkplug.Int32, num(10, 0xffffffff), "-1"},
		{"Int32 -1 as ten bytes", sparkplug.Int32, num(10, math.MaxUint64), "-1"},
		{"Int32 in the long field", sparkplug.Int32, num(11, 0xfffffffe), "-2"},
		{"Int64", sparkplug.Int64, num(11, 1<<63), "-9223372036854775808"},
		{"UInt8 255", sparkplug.UInt8, num(10, 255), "255"},
		{"UInt8 256", sparkplug.UInt8, num(10, 256), bad},
		{"UInt32", sparkplug.UInt32, num(11, math.MaxUint32), "4294967295"},
		{"UInt32 beyond", sparkplug.UInt32, num(11, 1<<32), bad},
		{"UInt64", sparkplug.UInt64, num(11, math.MaxInt64), "9223372036854775807"},
		{"UInt64 beyond", sparkplug.UInt64, num(11, 1<<63), bad},
		{"Float", sparkplug.Float, []byte{12<<3 | 5, 0x9a, 0x99, 0xb9, 0x41}, "23.2"},
		{"Float infinity", sparkplug.Float, []byte{12<<3 | 5, 0, 0, 0x80, 0x7f}, bad},
		{"Double", sparkplug.Double, []byte{13<<3 | 1, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0x42, 0x40}, "36.4"},
		{"Double too small", sparkplug.Double, []byte{13<<3 | 1, 1, 0, 0, 0, 0, 0, 0, 0}, bad},
		{"text for a number", sparkplug.Int8, str(15, "1"), "syntax"},
		{"none", sparkplug.Int8, nil, "syntax"},
	} {
		p, err := parse(t, payload(metric(tt.field)))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		d, err := p.Metrics[0].Value.Number(tt.typ)
		want := map[string]error{bad: device.ErrOutOfRange, "syntax": device.ErrSyntax}[tt.want]
		if !errors.Is(err, want) || want == nil && d.String() != tt.want || want != nil && d != (vitals.Decimal{}) {
			t.Errorf("%s: %v, %v; want %s", tt.name, d, err, tt.want)
		}
	}
}

func TestTextAndBool(t *testing.T) {
	p, err := parse(t, payload(metric(str(15, "ü")), metric(num(14, 1))))
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := p.Metrics[0].Value.Text(); !ok || s != "ü" {
		t.Errorf("%q, %v", s, ok)
	}
	if b, ok := p.Metrics[1].Value.Bool(); !ok || !b {
		t.Errorf("%v, %v", b, ok)
	}
	if _, ok := p.Metrics[1].Value.Text(); ok {
		t.Error("a boolean is text")
	}
}

func TestRefusals(t *testing.T) {
	long := make([]byte, sparkplug.MaxName+1)
	for i := range long {
		long[i] = 'a'
	}
	many := make([]byte, 0, 2*sparkplug.MaxMetrics+2)
	for range sparkplug.MaxMetrics + 1 {
		many = append(many, 2<<3|2, 0)
	}
	for _, tt := range []struct {
		name, payload string
		err           device.Fault
		offset        int
		field         string
	}{
		{"length lie", "12ffffffff0f", device.ErrTruncated, 1, "Metrics[0]"},
		{"length of 2^63", "12ffffffffffffffffff01", device.ErrTruncated, 1, "Metrics[0]"},
		{"length lie within", "12040a7f6161", device.ErrTruncated, 3, "Metrics[0]"},
		{"metric ends in a number", "120110", device.ErrTruncated, 3, "Metrics[0]"},
		{"number of 11 bytes", "08ffffffffffffffffffff01", device.ErrSyntax, 1, "Timestamp"},
		{"number of 65 bits", "08ffffffffffffffffff02", device.ErrSyntax, 1, "Timestamp"},
		{"year 10000", payload(num(1, 253402300800000)), device.ErrOutOfRange, 1, "Timestamp"},
		{"seq 256", payload(num(3, 256)), device.ErrOutOfRange, 0, "Seq"},
		{"field 0", "0000", device.ErrSyntax, 0, ""},
		{"group", "23", device.ErrSyntax, 1, ""},
		{"wrong form of a value", payload(metric(num(12, 1))), device.ErrSyntax, 2, "Metrics[0]"},
		{"wrong form of a name", payload(metric(num(1, 1))), device.ErrSyntax, 2, "Metrics[0]"},
		{"name not UTF-8", payload(metric(str(1, "\xff"))), device.ErrText, 3, "Metrics[0]"},
		{"name too long", payload(metric(str(1, string(long)))), device.ErrOutOfRange, 4, "Metrics[0]"},
		{"too many metrics", hex.EncodeToString(many), device.ErrOutOfRange, 2 * sparkplug.MaxMetrics, "Metrics[4096]"},
	} {
		_, err := parse(t, tt.payload)
		e, ok := errors.AsType[*device.DecodeError](err)
		if !ok || !errors.Is(err, tt.err) || e.Offset != tt.offset || e.Field != tt.field {
			t.Errorf("%s: %v; want byte %d, %s: %v", tt.name, err, tt.offset, tt.field, tt.err)
		}
	}
}

// Fields that are not known are passed over, whatever their form.
func TestUnknownFields(t *testing.T) {
	p, err := parse(t, payload(num(4, 7), str(5, "body"), []byte{0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xa5, 0x06, 1, 2, 3, 4},
		metric(str(8, "meta"), str(9, "properties"), str(17, "data set"), num(10, 5)), num(3, 9)))
	if err != nil || p.Seq != 9 || !p.HasSeq || len(p.Metrics) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	if d, err := p.Metrics[0].Value.Number(sparkplug.UInt8); err != nil || d.Coef != 5 {
		t.Errorf("%v, %v", d, err)
	}
}

// Every cut payload is an error or, cut between two fields, the payload so far.
func TestTruncations(t *testing.T) {
	for _, v := range vectors(t) {
		for _, m := range v.Messages {
			b, err := hex.DecodeString(m.Hex)
			if err != nil {
				t.Fatal(err)
			}
			for n := range b {
				if _, err := sparkplug.Parse(b[:n:n]); err != nil && !errors.Is(err, device.ErrTruncated) {
					t.Errorf("%s, %d bytes: %v", v.ID, n, err)
				}
			}
		}
	}
}

func TestParseTopic(t *testing.T) {
	for topic, want := range map[string]string{
		"spBv1.0/g/NBIRTH/n": "g/n sparkplug/1", "spBv1.0/g/NDEATH/n": "g/n sparkplug/2", "spBv1.0/g/NDATA/n": "g/n sparkplug/3",
		"spBv1.0/g/DBIRTH/n/d": "g/n/d sparkplug/4", "spBv1.0/g/DDEATH/n/d": "g/n/d sparkplug/5", "spBv1.0/g/DDATA/n/d": "g/n/d sparkplug/6",
		"spBv1.0/g/NCMD/n": "g/n sparkplug/7", "spBv1.0/g/DCMD/n/d": "g/n/d sparkplug/8",
		"spBv1.0/g/NBIRTH/n/d": "", "spBv1.0/g/DDATA/n": "", "spBv1.0/g/DDATA/n/d/e": "", "spBv1.0//NBIRTH/n": "", "spBv1.0/g/NBIRTH/": "",
		"spBv1.0/g/NBIRTH": "", "spBv1.0/g/nbirth/n": "", "spBv1.0/g/DDATA/n/": "", "spAv1.0/g/NBIRTH/n": "", "spBv1.0/STATE/host": "", "": "",
	} {
		var f device.Frame
		got := ""
		if sparkplug.ParseTopic(topic, &f) {
			got = string(f.Device) + " " + f.Format.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", topic, got, want)
		}
	}
}

func FuzzSession(f *testing.F) {
	f.Add(uint8(1), []byte{0x18, 0})
	for _, v := range vectors(f) {
		for _, m := range v.Messages {
			x := frame(f, m.Topic, m.Hex)
			f.Add(uint8(x.Format), x.Bytes)
		}
	}
	f.Fuzz(func(t *testing.T, message uint8, b []byte) {
		var s sparkplug.Session
		birth := payload(metric(str(1, "HR"), num(2, 3), num(4, 7), num(10, 70)), num(3, 0))
		if _, err := s.Take(frame(t, "spBv1.0/g/NBIRTH/n", birth)); err != nil {
			t.Fatal(err)
		}
		x := device.Frame{Bytes: b, Format: device.Sparkplug(uint16(message)), Device: "g/n", At: arrival}
		samples, _ := s.Take(x)
		for _, one := range samples {
			if one.Name == "" || len(one.Name) > sparkplug.MaxName || one.Type == 0 {
				t.Errorf("%x gives a sample without name or type: %+v", b, one)
			}
		}
	})
}
