package gatt_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
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

var heartRates = []vector[gatt.HeartRateMeasurement]{
	{name: "8 bit", wire: "00 48", want: gatt.HeartRateMeasurement{BPM: 72}},
	{name: "16 bit", wire: "01 2c01", want: gatt.HeartRateMeasurement{BPM: 300, Wide: true}},
	{name: "16 bit, small", wire: "01 4800", want: gatt.HeartRateMeasurement{BPM: 72, Wide: true}},
	{name: "contact lost", wire: "04 48", want: gatt.HeartRateMeasurement{BPM: 72, Contact: gatt.ContactLost}},
	{name: "contact bit without support", wire: "02 48", want: gatt.HeartRateMeasurement{BPM: 72, Contact: 1}},
	{name: "energy", wire: "08 48 1000", want: gatt.HeartRateMeasurement{BPM: 72, Energy: 16, HasEnergy: true}},
	{name: "energy counter full", wire: "08 48 ffff", want: gatt.HeartRateMeasurement{BPM: 72, Energy: 0xFFFF, HasEnergy: true}},
	{name: "empty list", wire: "10 48", want: gatt.HeartRateMeasurement{BPM: 72, RR: gatt.NewRRIntervals()}},
	{
		name: "all", wire: "1f 4800 1000 0004 0002",
		want: gatt.HeartRateMeasurement{
			BPM: 72, Wide: true, Contact: gatt.ContactGood, Energy: 16, HasEnergy: true, RR: gatt.NewRRIntervals(1024, 512),
		},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "no rate", wire: "00", bad: "truncated @ 1 BPM"},
	{name: "half a rate", wire: "01 48", want: gatt.HeartRateMeasurement{Wide: true}, bad: "truncated @ 1 BPM"},
	{
		name: "half an interval", wire: "10 48 0004 00", want: gatt.HeartRateMeasurement{BPM: 72, RR: gatt.NewRRIntervals(1024)},
		bad: "truncated @ 4 RR",
	},
	{name: "surplus", wire: "00 48 00", want: gatt.HeartRateMeasurement{BPM: 72}, bad: "trailing_bytes @ 2"},
	{name: "reserved flag", wire: "20 48", want: gatt.HeartRateMeasurement{BPM: 72, Reserved: 0x20}, bad: "reserved_bits @ 0 Flags"},
}

func TestHeartRateMeasurement(t *testing.T) {
	testVectors(t, gatt.ParseHeartRateMeasurement, heartRates)
}

func TestHeartRateReadings(t *testing.T) {
	testReadings(t, gatt.UUIDHeartRateMeasurement, []meaning{
		{"rate", "00 48", []string{"HeartRate 72 /min [good] on arrival"}},
		{"contact lost keeps the value", "04 48", []string{"HeartRate 72 /min [no-contact] on arrival"}},
		{"contact lost, no value", "04 00", []string{"HeartRate no value [not-available|no-contact] on arrival"}},
		{"zero is no rate", "06 00", []string{"HeartRate no value [not-available] on arrival"}},
		{"intervals", "14 48 0004 9203", []string{
			"HeartRate 72 /min [no-contact] on arrival",
			"RRInterval 1000.0 ms [no-contact] on arrival",
			"RRInterval 892.6 ms [no-contact] on arrival",
		}},
	})
}

// Intervals end at the arrival of the frame and follow one another.
func TestHeartRateIntervalTimes(t *testing.T) {
	m := gatt.HeartRateMeasurement{BPM: 72, RR: gatt.NewRRIntervals(1024, 512, 2048)}
	rs := m.AppendRR(nil, device.Frame{At: noon, Sequence: 7})
	for i, want := range []time.Duration{-2500 * time.Millisecond, -2 * time.Second, 0} {
		if got := rs[i].At.Sub(noon); got != want || rs[i].Sequence != uint32(7<<8+i) {
			t.Errorf("interval %d: %v after arrival, sequence %d; want %v, %d", i, got, rs[i].Sequence, want, 7<<8+i)
		}
	}
}

func TestHeartRateMeasurementAllocs(t *testing.T) {
	testAllocs(t, gatt.ParseHeartRateMeasurement, "1f 4800 1000 0004 0002")
}

func FuzzParseHeartRateMeasurement(f *testing.F) {
	fuzz(f, gatt.ParseHeartRateMeasurement, heartRates)
}

func BenchmarkHeartRate(b *testing.B) {
	wire := unhex(b, "16 48 0004")
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
