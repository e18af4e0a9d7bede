package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
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

var bloodPressures = []atttest.Vector[gatt.BloodPressureMeasurement]{
	{Name: "mmHg", Wire: "00 7800 5000 5d00", Want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93}},
	{
		Name: "fractions", Wire: "00 bdf0 0b00 9ff0",
		Want: gatt.BloodPressureMeasurement{Systolic: 0xF0BD, Diastolic: 11, Mean: 0xF09F},
	},
	{
		Name: "all", Wire: "1f a0f0 6af0 7cf0 e807051f0c1e00 4800 02 3f00",
		Want: gatt.BloodPressureMeasurement{
			Systolic: 0xF0A0, Diastolic: 0xF06A, Mean: 0xF07C, KPa: true, Timestamp: atttest.May31, HasTimestamp: true,
			PulseRate: 72, HasPulseRate: true, User: 2, HasUser: true, Status: 0x3F, HasStatus: true,
		},
	},
	{
		Name: "reserved status bits are kept", Wire: "10 7800 5000 5d00 00ff",
		Want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, Status: 0xFF00, HasStatus: true},
	},
	{
		Name: "no numbers", Wire: "00 ff07 0008 fe07",
		Want: gatt.BloodPressureMeasurement{Systolic: medfloat.SNaN, Diastolic: medfloat.SNRes, Mean: medfloat.SPosInf},
	},
	{
		Name: "year, month and day unknown", Wire: "02 7800 5000 5d00 0000 00 00 0c1e00",
		Want: gatt.BloodPressureMeasurement{
			Systolic: 120, Diastolic: 80, Mean: 93, Timestamp: clock.DateTime{Hour: 12, Minute: 30}, HasTimestamp: true,
		},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{
		Name: "cut in the mean", Wire: "01 0203 0405 06",
		Want: gatt.BloodPressureMeasurement{Systolic: 0x0302, Diastolic: 0x0504, KPa: true}, Bad: "truncated @ 5 Mean",
	},
	{
		Name: "cut in the date-time", Wire: "02 7800 5000 5d00 e807051f0c1e",
		Want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, HasTimestamp: true}, Bad: "truncated @ 7 Timestamp",
	},
	{
		Name: "month 13", Wire: "02 7800 5000 5d00 e8070d1f0c1e00",
		Want: gatt.BloodPressureMeasurement{
			Systolic: 120, Diastolic: 80, Mean: 93, Timestamp: clock.DateTime{Year: 2024, Month: 13, Day: 31, Hour: 12, Minute: 30, Second: 0}, HasTimestamp: true,
		},
		Bad: "out_of_range @ 9 Month",
	},
	{
		Name: "surplus", Wire: "00 7800 5000 5d00 00", Want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93},
		Bad: "trailing_bytes @ 7",
	},
	{
		Name: "reserved flag", Wire: "20 7800 5000 5d00",
		Want: gatt.BloodPressureMeasurement{Systolic: 120, Diastolic: 80, Mean: 93, Reserved: 0x20},
		Bad:  "reserved_bits @ 0 Flags",
	},
}

func TestBloodPressureMeasurement(t *testing.T) {
	atttest.Vectors(t, gatt.ParseBloodPressureMeasurement, bloodPressures)
}

func TestBloodPressureReadings(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDBloodPressureMeasurement, []atttest.Meaning{
		{Name: "kPa stays kPa", Wire: "01 a0f0 6af0 7cf0", Want: []string{
			"Systolic 16.0 kPa [good] on arrival",
			"Diastolic 10.6 kPa [good] on arrival",
			"MeanPressure 12.4 kPa [good] on arrival",
		}},
		{Name: "a failed inflation is a panel without values", Wire: "16 ff07 ff07 ff07 e807051f0c1e00 ff07 0000", Want: []string{
			"Systolic no value [not-a-number] 2024-05-31 12:30:00",
			"Diastolic no value [not-a-number] 2024-05-31 12:30:00",
			"MeanPressure no value [not-a-number] 2024-05-31 12:30:00",
			"PulseRateCuff no value [not-a-number] 2024-05-31 12:30:00",
		}},
		{Name: "doubts", Wire: "14 7800 fe07 0208 4800 1f00", Want: []string{
			"Systolic 120 mmHg [motion|bad-position|irregular-pulse] on arrival",
			"Diastolic no value [above-range|motion|bad-position|irregular-pulse] on arrival",
			"MeanPressure no value [below-range|motion|bad-position|irregular-pulse] on arrival",
			"PulseRateCuff 72 /min [questionable|motion|bad-position|irregular-pulse] on arrival",
		}},
		{Name: "unset clock", Wire: "02 7800 0008 0108 0000 0000 000000", Want: []string{
			"Systolic 120 mmHg [clock-unset] on arrival",
			"Diastolic no value [not-at-resolution|clock-unset] on arrival",
			"MeanPressure no value [reserved-number|clock-unset] on arrival",
		}},
	})
}

func TestBloodPressureMeasurementAllocs(t *testing.T) {
	atttest.Allocs(t, gatt.ParseBloodPressureMeasurement, "1f a0f0 6af0 7cf0 e807051f0c1e00 4800 02 3f00")
}

func FuzzParseBloodPressureMeasurement(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseBloodPressureMeasurement, bloodPressures)
}

func BenchmarkBloodPressure(b *testing.B) {
	b.Run("plain", func(b *testing.B) { atttest.Benchmark(b, gatt.ParseBloodPressureMeasurement, "00 7800 5000 5d00") })
	b.Run("all", func(b *testing.B) {
		atttest.Benchmark(b, gatt.ParseBloodPressureMeasurement, "1e 7800 5000 5d00 e807051f0c1e00 4800 02 0000")
	})
}

var cuffPressures = []atttest.Vector[gatt.IntermediateCuffPressure]{
	{Name: "unused slots zero", Wire: "00 d7f0 0000 0000", Want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7}},
	{
		Name: "unused slots NaN", Wire: "00 a000 ff07 ff07",
		Want: gatt.IntermediateCuffPressure{Pressure: 160, Unused: [2]medfloat.SFloat{medfloat.SNaN, medfloat.SNaN}},
	},
	{
		Name: "all", Wire: "1f 5100 0000 0000 e807051f0c1e00 6400 01 0600",
		Want: gatt.IntermediateCuffPressure{
			Pressure: 81, KPa: true, Timestamp: atttest.May31, HasTimestamp: true, PulseRate: 100, HasPulseRate: true,
			User: 1, HasUser: true, Status: gatt.BPCuffLoose | gatt.BPIrregularPulse, HasStatus: true,
		},
	},
	{Name: "cut", Wire: "00 d7", Bad: "truncated @ 1 Pressure"},
	{Name: "cut in the unused", Wire: "00 d7f0 00", Want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7}, Bad: "truncated @ 3 Unused"},
	{
		Name: "surplus", Wire: "00 d7f0 0000 0000 00", Want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7},
		Bad: "trailing_bytes @ 7",
	},
	{
		Name: "reserved flag", Wire: "80 d7f0 0000 0000", Want: gatt.IntermediateCuffPressure{Pressure: 0xF0D7, Reserved: 0x80},
		Bad: "reserved_bits @ 0 Flags",
	},
}

func TestIntermediateCuffPressure(t *testing.T) {
	atttest.Vectors(t, gatt.ParseIntermediateCuffPressure, cuffPressures)
	atttest.TestReadings(t, gatt.UUIDIntermediateCuffPressure, []atttest.Meaning{
		{Name: "pressure and pulse", Wire: "04 d7f0 0000 0000 4800", Want: []string{
			"CuffPressure 21.5 mmHg [ongoing] on arrival", "PulseRateCuff 72 /min [ongoing] on arrival",
		}},
		{Name: "no number", Wire: "01 ff07 ff07 ff07", Want: []string{"CuffPressure no value [not-a-number|ongoing] on arrival"}},
	})
	atttest.Allocs(t, gatt.ParseIntermediateCuffPressure, cuffPressures[2].Wire)
}

func FuzzParseIntermediateCuffPressure(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseIntermediateCuffPressure, cuffPressures)
}
