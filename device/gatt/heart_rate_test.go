package gatt_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseHeartRateMeasurement() {
	m, err := gatt.ParseHeartRateMeasurement([]byte{0x16, 0x48, 0x00, 0x04})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.BPM, "bpm,", m.Contact, slices.Collect(m.RR.All()))

	_, err = gatt.ParseHeartRateMeasurement([]byte{0x16, 0x48, 0x00})
	fmt.Println(err)
	// Output:
	// 72 bpm, contact [1s]
	// HeartRateMeasurement: byte 2, RR: truncated (HRS 1.0, 3.1)
}

// A simulator or a firmware test encodes with the same type.
func ExampleHeartRateMeasurement_AppendBinary() {
	m := gatt.HeartRateMeasurement{BPM: 72, Contact: gatt.ContactGood, RR: gatt.NewRRIntervals(1024, 512)}
	b, err := m.AppendBinary(nil)
	fmt.Printf("% x %v\n", b, err)
	// Output: 16 48 00 04 00 02 <nil>
}

var heartRates = []atttest.Vector[gatt.HeartRateMeasurement]{
	{Name: "8 bit", Wire: "00 48", Want: gatt.HeartRateMeasurement{BPM: 72}},
	{Name: "16 bit", Wire: "01 2c01", Want: gatt.HeartRateMeasurement{BPM: 300, Wide: true}},
	{Name: "16 bit, small", Wire: "01 4800", Want: gatt.HeartRateMeasurement{BPM: 72, Wide: true}},
	{Name: "contact lost", Wire: "04 48", Want: gatt.HeartRateMeasurement{BPM: 72, Contact: gatt.ContactLost}},
	{Name: "contact bit without support", Wire: "02 48", Want: gatt.HeartRateMeasurement{BPM: 72, Contact: 1}},
	{Name: "energy", Wire: "08 48 1000", Want: gatt.HeartRateMeasurement{BPM: 72, Energy: 16, HasEnergy: true}},
	{Name: "energy counter full", Wire: "08 48 ffff", Want: gatt.HeartRateMeasurement{BPM: 72, Energy: 0xFFFF, HasEnergy: true}},
	{Name: "empty list", Wire: "10 48", Want: gatt.HeartRateMeasurement{BPM: 72, RR: gatt.NewRRIntervals()}},
	{
		Name: "all", Wire: "1f 4800 1000 0004 0002",
		Want: gatt.HeartRateMeasurement{
			BPM: 72, Wide: true, Contact: gatt.ContactGood, Energy: 16, HasEnergy: true, RR: gatt.NewRRIntervals(1024, 512),
		},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "no rate", Wire: "00", Bad: "truncated @ 1 BPM"},
	{Name: "half a rate", Wire: "01 48", Want: gatt.HeartRateMeasurement{Wide: true}, Bad: "truncated @ 1 BPM"},
	{
		Name: "half an interval", Wire: "10 48 0004 00", Want: gatt.HeartRateMeasurement{BPM: 72, RR: gatt.NewRRIntervals(1024)},
		Bad: "truncated @ 4 RR",
	},
	{Name: "surplus", Wire: "00 48 00", Want: gatt.HeartRateMeasurement{BPM: 72}, Bad: "trailing_bytes @ 2"},
	{Name: "reserved flag", Wire: "20 48", Want: gatt.HeartRateMeasurement{BPM: 72, Reserved: 0x20}, Bad: "reserved_bits @ 0 Flags"},
}

func TestHeartRateMeasurement(t *testing.T) {
	atttest.Vectors(t, gatt.ParseHeartRateMeasurement, heartRates)
}

func TestHeartRateReadings(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDHeartRateMeasurement, []atttest.Meaning{
		{Name: "rate", Wire: "00 48", Want: []string{"HeartRate 72 /min [good] on arrival"}},
		{Name: "contact lost keeps the value", Wire: "04 48", Want: []string{"HeartRate 72 /min [no-contact] on arrival"}},
		{Name: "contact lost, no value", Wire: "04 00", Want: []string{"HeartRate no value [not-available|no-contact] on arrival"}},
		{Name: "zero is no rate", Wire: "06 00", Want: []string{"HeartRate no value [not-available] on arrival"}},
		{Name: "intervals", Wire: "14 48 0004 9203", Want: []string{
			"HeartRate 72 /min [no-contact] on arrival",
			"RRInterval 1000.0 ms [no-contact] on arrival",
			"RRInterval 892.6 ms [no-contact] on arrival",
		}},
	})
}

// Intervals end at the arrival of the frame and follow one another.
func TestHeartRateIntervalTimes(t *testing.T) {
	m := gatt.HeartRateMeasurement{BPM: 72, RR: gatt.NewRRIntervals(1024, 512, 2048)}
	rs := m.AppendRR(nil, device.Frame{At: atttest.Noon, Sequence: 7})
	for i, want := range []time.Duration{-2500 * time.Millisecond, -2 * time.Second, 0} {
		if got := rs[i].At.Sub(atttest.Noon); got != want || rs[i].Sequence != uint32(7<<8+i) {
			t.Errorf("interval %d: %v after arrival, sequence %d; want %v, %d", i, got, rs[i].Sequence, want, 7<<8+i)
		}
	}
}

func TestHeartRateMeasurementAllocs(t *testing.T) {
	atttest.Allocs(t, gatt.ParseHeartRateMeasurement, "1f 4800 1000 0004 0002")
}

func FuzzParseHeartRateMeasurement(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseHeartRateMeasurement, heartRates)
}

func BenchmarkHeartRate(b *testing.B) {
	wire := atttest.Unhex(b, "16 48 0004")
	readings, frame := make([]vitals.Reading, 0, 4), device.Frame{}
	b.ReportAllocs()
	for b.Loop() {
		m, err := gatt.ParseHeartRateMeasurement(wire)
		if err != nil {
			b.Fatal(err)
		}
		readings = m.AppendReadings(readings[:0], frame)
	}
}
