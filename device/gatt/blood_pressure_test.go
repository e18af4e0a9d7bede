package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
)

func ExampleParseBloodPressureMeasurement() {
	m, err := gatt.ParseBloodPressureMeasurement([]byte{0x14, 0x78, 0, 0x50, 0, 0x5d, 0, 0x48, 0, 0x04, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity, r.Quality)
	}
	// Output:
	// Systolic 120 mmHg irregular-pulse
	// Diastolic 80 mmHg irregular-pulse
	// MeanPressure 93 mmHg irregular-pulse
	// PulseRateCuff 72 /min irregular-pulse
}

var bloodPressures = []vector[gatt.BloodPressureMeasurement]{
	{name: "mmHg", wire: "00 7800 5000 5d00", want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93}},
	{
		name: "fractions", wire: "00 bdf0 0b00 9ff0",
		want: gatt.BloodPressureMeasurement{Systolic: 0xF0BD, Diastolic: 11, Mean: 0xF09F},
	},
	{
		name: "all", wire: "1f a0f0 6af0 7cf0 e807051f0c1e00 4800 02 3f00",
		want: gatt.BloodPressureMeasurement{
			Systolic: 0xF0A0, Diastolic: 0xF06A, Mean: 0xF07C, KPa: true, Timestamp: may31, HasTimestamp: true,
			PulseRate: 72, HasPulseRate: true, User: 2, HasUser: true, Status: 0x3F, HasStatus: true,
		},
	},
	{
		name: "reserved status bits are kept", wire: "10 7800 5000 5d00 00ff",
		want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, Status: 0xFF00, HasStatus: true},
	},
	{
		name: "no numbers", wire: "00 ff07 0008 fe07",
		want: gatt.BloodPressureMeasurement{Systolic: medfloat.SNaN, Diastolic: medfloat.SNRes, Mean: medfloat.SPosInf},
	},
	{
		name: "year, month and day unknown", wire: "02 7800 5000 5d00 0000 00 00 0c1e00",
		want: gatt.BloodPressureMeasurement{
			Systolic: 120, Diastolic: 80, Mean: 93, Timestamp: gatt.DateTime{Hour: 12, Minute: 30}, HasTimestamp: true,
		},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{
		name: "cut in the mean", wire: "01 0203 0405 06",
		want: gatt.BloodPressureMeasurement{Systolic: 0x0302, Diastolic: 0x0504, KPa: true}, bad: "truncated @ 5 Mean",
	},
	{
		name: "cut in the date-time", wire: "02 7800 5000 5d00 e807051f0c1e",
		want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, HasTimestamp: true}, bad: "truncated @ 7 Timestamp",
	},
	{
		name: "month 13", wire: "02 7800 5000 5d00 e8070d1f0c1e00",
		want: gatt.BloodPressureMeasurement{
			Systolic: 120, Diastolic: 80, Mean: 93, Timestamp: gatt.DateTime{2024, 13, 31, 12, 30, 0}, HasTimestamp: true,
		},
		bad: "out_of_range @ 9 Month",
	},
	{
		name: "surplus", wire: "00 7800 5000 5d00 00", want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93},
		bad: "trailing_bytes @ 7",
	},
	{
		name: "reserved flag", wire: "20 7800 5000 5d00",
		want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, Reserved: 0x20},
		bad:  "reserved_bits @ 0 Flags",
	},
}

func TestBloodPressureMeasurement(t *testing.T) {
	testVectors(t, gatt.ParseBloodPressureMeasurement, bloodPressures)
}

func TestBloodPressureReadings(t *testing.T) {
	testReadings(t, gatt.UUIDBloodPressureMeasurement, []meaning{
		{"kPa stays kPa", "01 a0f0 6af0 7cf0", []string{
			"Systolic 16.0 kPa [good] on arrival",
			"Diastolic 10.6 kPa [good] on arrival",
			"MeanPressure 12.4 kPa [good] on arrival",
		}},
		{"a failed inflation is a panel without values", "16 ff07 ff07 ff07 e807051f0c1e00 ff07 0000", []string{
			"Systolic no value [not-a-number] 2024-05-31 12:30:00",
			"Diastolic no value [not-a-number] 2024-05-31 12:30:00",
			"MeanPressure no value [not-a-number] 2024-05-31 12:30:00",
			"PulseRateCuff no value [not-a-number] 2024-05-31 12:30:00",
		}},
		{"doubts", "14 7800 fe07 0208 4800 1f00", []string{
			"Systolic 120 mmHg [motion|bad-position|irregular-pulse] on arrival",
			"Diastolic no value [above-range|motion|bad-position|irregular-pulse] on arrival",
			"MeanPressure no value [below-range|motion|bad-position|irregular-pulse] on arrival",
			"PulseRateCuff 72 /min [questionable|motion|bad-position|irregular-pulse] on arrival",
		}},
		{"unset clock", "02 7800 0008 0108 0000 0000 000000", []string{
			"Systolic 120 mmHg [clock-unset] on arrival",
			"Diastolic no value [not-at-resolution|clock-unset] on arrival",
			"MeanPressure no value [reserved-number|clock-unset] on arrival",
		}},
	})
}

func TestBloodPressureMeasurementAllocs(t *testing.T) {
	testAllocs(t, gatt.ParseBloodPressureMeasurement, "1f a0f0 6af0 7cf0 e807051f0c1e00 4800 02 3f00")
}

func FuzzParseBloodPressureMeasurement(f *testing.F) {
	fuzz(f, gatt.ParseBloodPressureMeasurement, bloodPressures)
}

func BenchmarkBloodPressure(b *testing.B) {
	b.Run("plain", func(b *testing.B) { benchmark(b, gatt.ParseBloodPressureMeasurement, "00 7800 5000 5d00") })
	b.Run("all", func(b *testing.B) {
		benchmark(b, gatt.ParseBloodPressureMeasurement, "1e 7800 5000 5d00 e807051f0c1e00 4800 02 0000")
	})
}

var cuffPressures = []vector[gatt.IntermediateCuffPressure]{
	{name: "unused slots zero", wire: "00 d7f0 0000 0000", want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7}},
	{
		name: "unused slots NaN", wire: "00 a000 ff07 ff07",
		want: gatt.IntermediateCuffPressure{Pressure: 160, Unused: [2]medfloat.SFloat{medfloat.SNaN, medfloat.SNaN}},
	},
	{
		name: "all", wire: "1f 5100 0000 0000 e807051f0c1e00 6400 01 0600",
		want: gatt.IntermediateCuffPressure{
			Pressure: 81, KPa: true, Timestamp: may31, HasTimestamp: true, PulseRate: 100, HasPulseRate: true,
			User: 1, HasUser: true, Status: gatt.BPCuffLoose | gatt.BPIrregularPulse, HasStatus: true,
		},
	},
	{name: "cut", wire: "00 d7", bad: "truncated @ 1 Pressure"},
	{name: "cut in the unused", wire: "00 d7f0 00", want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7}, bad: "truncated @ 3 Unused"},
	{
		name: "surplus", wire: "00 d7f0 0000 0000 00", want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7},
		bad: "trailing_bytes @ 7",
	},
	{
		name: "reserved flag", wire: "80 d7f0 0000 0000", want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7, Reserved: 0x80},
		bad: "reserved_bits @ 0 Flags",
	},
}

func TestIntermediateCuffPressure(t *testing.T) {
	testVectors(t, gatt.ParseIntermediateCuffPressure, cuffPressures)
	testReadings(t, gatt.UUIDIntermediateCuffPressure, []meaning{
		{"pressure and pulse", "04 d7f0 0000 0000 4800", []string{
			"CuffPressure 21.5 mmHg [ongoing] on arrival", "PulseRateCuff 72 /min [ongoing] on arrival",
		}},
		{"no number", "01 ff07 ff07 ff07", []string{"CuffPressure no value [not-a-number|ongoing] on arrival"}},
	})
	testAllocs(t, gatt.ParseIntermediateCuffPressure, cuffPressures[2].wire)
}

func FuzzParseIntermediateCuffPressure(f *testing.F) {
	fuzz(f, gatt.ParseIntermediateCuffPressure, cuffPressures)
}
