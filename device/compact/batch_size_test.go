package compact_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

// eight are the signals of a patient on a ward, of four devices: 8 readings a
// minute, of which a pressure is three.
var eight = []vitals.Kind{
	vitals.HeartRate, vitals.RespiratoryRate, vitals.SpO2, vitals.PerfusionIndex, vitals.BloodPressure, vitals.BodyTemperature,
}

// day is every reading of 24 hours, in order.
func day(s vitalstest.Scenario, seed uint64, kinds ...vitals.Kind) []vitals.Reading {
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	p := vitalstest.NewPatient(s, seed, start)
	var readings []vitals.Reading
	for minute := range 24 * 60 {
		readings = p.AppendReadings(readings, start.Add(time.Duration(minute)*time.Minute+37*time.Second), kinds...)
	}
	return readings
}

// pack sends readings in batches of a length and checks that they come back.
func pack(t testing.TB, readings []vitals.Reading, length time.Duration) (bytes, batches int) {
	t.Helper()
	var back []vitals.Reading
	for len(readings) > 0 {
		end := readings[0].At.Truncate(length).Add(length)
		n := 0
		for n < len(readings) && readings[n].At.Before(end) {
			n++
		}
		b, err := compact.NewBatch("bed-1", readings[:n])
		if err != nil {
			t.Fatal(err)
		}
		wire, err := b.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := compact.ParseBatch(wire)
		if err != nil {
			t.Fatal(err)
		}
		back = parsed.AppendReadings(back[:0], device.Frame{Device: "bed-1", Patient: readings[0].Patient, At: end})
		if len(back) != n {
			t.Fatalf("%d readings of %d came back", len(back), n)
		}
		for i := range back {
			if !back[i].At.Equal(readings[i].At) || back[i].ID() != readings[i].ID() {
				t.Fatalf("reading %d has another identity: %+v, want %+v", i, back[i], readings[i])
			}
			if back[i].At = readings[i].At; back[i] != readings[i] {
				t.Fatalf("reading %d is %+v, want %+v", i, back[i], readings[i])
			}
		}
		bytes += len(wire)
		batches++
		readings = readings[n:]
	}
	return bytes, batches
}

func TestDaySize(t *testing.T) {
	for _, tt := range []struct {
		scenario vitalstest.Scenario
		length   time.Duration
		most     int // bytes
	}{
		{vitalstest.Rest, 5 * time.Minute, 50_000},
		{vitalstest.Rest, 15 * time.Minute, 20_000},
		{vitalstest.Rest, time.Hour, 10_000},
		{vitalstest.Rest, 24 * time.Hour, 6_000},
		{vitalstest.Sepsis, 15 * time.Minute, 20_000},
		{vitalstest.AF, 15 * time.Minute, 20_000},
		{vitalstest.Artefact, 15 * time.Minute, 25_000},
	} {
		readings := day(tt.scenario, 1, eight...)
		if len(readings) != 8*24*60 {
			t.Fatalf("%v: %d readings in a day, want 11,520", tt.scenario, len(readings))
		}
		bytes, batches := pack(t, readings, tt.length)
		t.Logf("%v: %d batches of %v: %d bytes, %.2f bits a reading", tt.scenario, batches, tt.length, bytes, float64(8*bytes)/float64(len(readings)))
		if bytes > tt.most {
			t.Errorf("%v: a day in batches of %v takes %d bytes, want %d at most", tt.scenario, tt.length, bytes, tt.most)
		}
	}
}
