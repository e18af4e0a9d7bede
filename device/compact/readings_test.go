package compact_test

import (
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

var (
	zone    = time.FixedZone("clinic", 2*3600)
	arrival = instant.Add(3 * time.Second).In(zone)
	frame   = device.Frame{Format: device.Compact, Device: "hub", Patient: vitals.NewPatientID("p"), At: arrival, Sequence: 9}
)

// What a value means.
func TestVitalReadings(t *testing.T) {
	mmol := vitals.UnitMmolPerL
	for _, tt := range []struct {
		name    string
		vital   compact.Vital
		want    vitals.Quantity
		code    uint32
		quality vitals.Quality
		none    bool // no reading at all
	}{
		{name: "number", vital: compact.Vital{Kind: vitals.BodyTemperature, Value: number(3640, -2)}, want: vitals.UnitCelsius.Of(number(3640, -2))},
		{name: "doubt", vital: compact.Vital{Kind: vitals.HeartRate, Value: number(72, 0), Quality: vitals.NoContact}, want: vitals.PerMinute(72), quality: vitals.NoContact},
		{name: "unit", vital: compact.Vital{Kind: vitals.GlucoseISF, Value: number(58, -1), Unit: "mmol/L"}, want: mmol.Of(number(58, -1))},
		{name: "own unit", vital: compact.Vital{Kind: vitals.HeartRate, Value: number(72, 0), Unit: "/min"}, want: vitals.PerMinute(72)},
		{name: "unit of another quantity", vital: compact.Vital{Kind: vitals.HeartRate, Value: number(72, 0), Unit: "mm[Hg]"}, quality: vitals.ReservedNumber},
		{name: "unknown unit", vital: compact.Vital{Kind: vitals.HeartRate, Value: number(72, 0), Unit: "furlong"}, quality: vitals.ReservedNumber},
		{name: "no value", vital: compact.Vital{Kind: vitals.HeartRate, NoValue: true, Quality: vitals.AboveRange}, quality: vitals.AboveRange},
		{name: "no value, no reason", vital: compact.Vital{Kind: vitals.HeartRate, NoValue: true, Quality: vitals.Motion}, quality: vitals.Motion | vitals.NotAvailable},
		{name: "number that is none", vital: compact.Vital{Kind: vitals.HeartRate, Value: number(255, 0), Quality: vitals.NotANumber}, quality: vitals.NotANumber},
		{name: "code", vital: compact.Vital{Kind: vitals.Consciousness, Value: number(3, 0), Quality: vitals.Manual}, code: 3, quality: vitals.Manual},
		{name: "code 0", vital: compact.Vital{Kind: vitals.Consciousness}},
		{name: "largest code", vital: compact.Vital{Kind: vitals.Consciousness, Value: number(1<<32-1, 0)}, code: 1<<32 - 1},
		{name: "code of 33 bits", vital: compact.Vital{Kind: vitals.Consciousness, Value: number(1<<32, 0)}, quality: vitals.ReservedNumber},
		{name: "negative code", vital: compact.Vital{Kind: vitals.Consciousness, Value: number(-1, 0)}, quality: vitals.ReservedNumber},
		{name: "broken code", vital: compact.Vital{Kind: vitals.Consciousness, Value: number(30, -1)}, quality: vitals.ReservedNumber},
		{name: "no code", vital: compact.Vital{Kind: vitals.Consciousness, NoValue: true}, quality: vitals.NotAvailable},
		{name: "unknown kind", vital: compact.Vital{Kind: 60000, Value: number(1, 0)}, none: true},
		{name: "panel", vital: compact.Vital{Kind: vitals.BloodPressure, Value: number(1, 0)}, none: true},
		{name: "waveform", vital: compact.Vital{Kind: vitals.ECG, Value: number(1, 0)}, none: true},
	} {
		m := compact.Message{At: instant, Sequence: 4, Vitals: []compact.Vital{tt.vital}}
		got := m.AppendReadings(nil, frame)
		want := []vitals.Reading{{
			Patient: frame.Patient, Device: "hub", Kind: tt.vital.Kind, Quality: tt.quality, Quantity: tt.want, Code: tt.code,
			At: instant.In(zone), Stamped: true, Sequence: 4,
		}}
		if tt.none {
			want = nil
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, want)
		}
	}
}

// When a value was measured, and what that is worth.
func TestMessageTimes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		message compact.Message
		frameAt time.Time
		want    vitals.Reading
	}{
		{"device clock", compact.Message{At: instant, Sequence: 4}, arrival, vitals.Reading{At: instant.In(zone), Stamped: true, Sequence: 4}},
		{"device clock, no sequence", compact.Message{At: instant}, arrival, vitals.Reading{At: instant.In(zone), Stamped: true}},
		{"gateway's clock", compact.Message{At: instant, Arrival: true}, arrival, vitals.Reading{At: instant.In(zone)}},
		{"no clock", compact.Message{}, arrival, vitals.Reading{At: arrival, Sequence: 9}},
		{"no clock, own sequence", compact.Message{Sequence: 4}, arrival, vitals.Reading{At: arrival, Sequence: 4}},
		{"never set", compact.Message{At: time.Unix(946684799, 0), Sequence: 4}, arrival, vitals.Reading{At: arrival, Sequence: 9, Quality: vitals.ClockUnset}},
		{"a little ahead", compact.Message{At: arrival.Add(5 * time.Minute)}, arrival, vitals.Reading{At: arrival.Add(5 * time.Minute), Stamped: true}},
		{"far ahead", compact.Message{At: arrival.Add(5*time.Minute + 1)}, arrival, vitals.Reading{At: arrival, Sequence: 9, Quality: vitals.ClockUnset}},
		{"arrival unknown", compact.Message{At: instant}, time.Time{}, vitals.Reading{At: instant, Stamped: true}},
		{"doubt about all", compact.Message{At: instant, Quality: vitals.Stored}, arrival, vitals.Reading{At: instant.In(zone), Stamped: true, Quality: vitals.Stored}},
	} {
		f := frame
		f.At = tt.frameAt
		tt.message.Vitals = []compact.Vital{{Kind: vitals.HeartRate, Value: number(72, 0)}}
		tt.want.Patient, tt.want.Device, tt.want.Kind, tt.want.Quantity = frame.Patient, "hub", vitals.HeartRate, vitals.PerMinute(72)
		got := tt.message.AppendReadings(nil, f)
		if len(got) != 1 || !got[0].At.Equal(tt.want.At) || got[0].At.Location().String() != tt.want.At.Location().String() {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
			continue
		}
		if got[0].At = tt.want.At; got[0] != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got[0], tt.want)
		}
	}
}

// Readings become a message and come back.
func TestNewMessage(t *testing.T) {
	base := vitals.Reading{Patient: frame.Patient, Device: "hub", At: instant.In(zone), Stamped: true, Sequence: 4, Quality: vitals.Stored}
	readings := []vitals.Reading{base, base, base, base, base}
	readings[0].Kind, readings[0].Quantity = vitals.HeartRate, vitals.PerMinute(72)
	readings[1].Kind, readings[1].Quantity, readings[1].Quality = vitals.SpO2, vitals.Percent(97), vitals.Stored|vitals.Motion
	readings[2].Kind, readings[2].Quantity = vitals.BodyTemperature, vitals.UnitFahrenheit.Of(number(986, -1))
	readings[3].Kind, readings[3].Code = vitals.Consciousness, 3
	readings[4].Kind, readings[4].Quality = vitals.GlucoseISF, vitals.Stored|vitals.BelowRange
	slices.SortFunc(readings, func(a, b vitals.Reading) int { return int(a.Kind) - int(b.Kind) })
	reversed := slices.Clone(readings)
	slices.Reverse(reversed)
	m, err := compact.NewMessage(reversed)
	if err != nil {
		t.Fatal(err)
	}
	if m.Quality != vitals.Stored {
		t.Errorf("quality of all is %v, want %v", m.Quality, vitals.Stored)
	}
	wire, err := m.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := compact.Decoder{}.AppendReadings(nil, device.Frame{Bytes: wire, Format: device.Compact, Device: "hub", Patient: frame.Patient, At: arrival})
	if err != nil || !slices.Equal(got, readings) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, readings)
	}
}

func TestNewMessageRefuses(t *testing.T) {
	base := vitals.Reading{Patient: frame.Patient, Device: "hub", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(1), At: instant, Stamped: true}
	for name, change := range map[string]func(r *vitals.Reading){
		"patient":         func(r *vitals.Reading) { r.Patient = vitals.NewPatientID("q") },
		"device":          func(r *vitals.Reading) { r.Device = "cuff" },
		"instant":         func(r *vitals.Reading) { r.At = r.At.Add(1) },
		"stamp":           func(r *vitals.Reading) { r.Stamped = false },
		"sequence":        func(r *vitals.Reading) { r.Sequence = 1 },
		"panel":           func(r *vitals.Reading) { r.Kind = vitals.BloodPressure },
		"unknown kind":    func(r *vitals.Reading) { r.Kind = 60000 },
		"no kind":         func(r *vitals.Reading) { r.Kind = vitals.KindNone },
		"number and code": func(r *vitals.Reading) { r.Code = 1 },
		"code and number": func(r *vitals.Reading) { r.Kind = vitals.Consciousness },
	} {
		second := base
		second.Kind = vitals.SpO2
		change(&second)
		if _, err := compact.NewMessage([]vitals.Reading{base, second}); err == nil {
			t.Errorf("another %s is no error", name)
		}
	}
	if _, err := compact.NewMessage(nil); err == nil {
		t.Error("a message of nothing is no error")
	}
}
