package compact_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

var eleven = compact.Message{
	At: time.UnixMilli(1770000000123).UTC(), Sequence: 4711,
	Vitals: []compact.Vital{
		{Kind: vitals.HeartRate, Value: vitals.Decimal{Coef: 72}},
		{Kind: vitals.PulseRateOximeter, Value: vitals.Decimal{Coef: 71}},
		{Kind: vitals.Systolic, Value: vitals.Decimal{Coef: 121}},
		{Kind: vitals.Diastolic, Value: vitals.Decimal{Coef: 79}},
		{Kind: vitals.SpO2, Value: vitals.Decimal{Coef: 97}},
		{Kind: vitals.RespiratoryRate, Value: vitals.Decimal{Coef: 14}},
		{Kind: vitals.BodyTemperature, Value: vitals.Decimal{Coef: 3640, Exp: -2}},
		{Kind: vitals.GlucoseISF, Value: vitals.Decimal{Coef: 104}, Quality: vitals.EarlyEstimate},
	},
}

// The eleven fields of a message, by us and by fxamacker/cbor with the options
// that are as strict.
func BenchmarkDecode(b *testing.B) {
	wire, err := eleven.AppendBinary(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		var m compact.Message
		b.ReportAllocs()
		b.SetBytes(int64(len(wire)))
		for b.Loop() {
			if err := m.Decode(wire); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("fxamacker", func(b *testing.B) {
		p := newPeer(b)
		var m elevenFields
		b.ReportAllocs()
		b.SetBytes(int64(len(wire)))
		for b.Loop() {
			if err := p.dec.Unmarshal(wire, &m); err != nil {
				b.Fatal(err)
			}
		}
		if m.Temperature.Coef != 3640 || m.Sequence != eleven.Sequence || m.Glucose.Quality != uint64(vitals.EarlyEstimate) {
			b.Errorf("the peer read %+v", m)
		}
	})
	b.Run("readings", func(b *testing.B) {
		f := frame
		f.Bytes = wire
		readings := make([]vitals.Reading, 0, 8)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := (compact.Decoder{}).AppendReadings(readings, f); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eleven.AppendBinary(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBatch(b *testing.B) {
	readings := day(vitalstest.Rest, 1, eight...)[:8*60]
	batch, err := compact.NewBatch("bed-1", readings)
	if err != nil {
		b.Fatal(err)
	}
	wire, err := batch.AppendBinary(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := batch.AppendBinary(nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(readings))*float64(b.N)/b.Elapsed().Seconds(), "readings/s")
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := compact.ParseBatch(wire); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(readings))*float64(b.N)/b.Elapsed().Seconds(), "readings/s")
	})
}

func TestAllocs(t *testing.T) {
	wire, err := eleven.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	f, readings, buf := frame, make([]vitals.Reading, 0, 8), make([]byte, 0, 256)
	f.Bytes = wire
	var m compact.Message
	for name, work := range map[string]func() error{
		"Decode":         func() error { return m.Decode(wire) },
		"AppendBinary":   func() error { _, err := eleven.AppendBinary(buf); return err },
		"AppendReadings": func() error { _, err := compact.Decoder{}.AppendReadings(readings, f); return err },
	} {
		if err := work(); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { _ = work() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
	if len(wire) > 119 {
		t.Errorf("eleven fields take %d bytes, want 119 at most", len(wire))
	}
}
