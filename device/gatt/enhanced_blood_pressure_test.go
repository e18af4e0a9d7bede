package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/medfloat"
)

func ExampleParseEnhancedBloodPressure() {
	m, err := gatt.ParseEnhancedBloodPressure([]byte{0x42, 0x78, 0, 0x50, 0, 0x5d, 0, 0x48, 0x7f, 0xec, 0x2d})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity, r.At)
	}
	// Output:
	// Systolic 120 mmHg 2024-05-31 12:30:00 +0000 UTC
	// Diastolic 80 mmHg 2024-05-31 12:30:00 +0000 UTC
	// MeanPressure 93 mmHg 2024-05-31 12:30:00 +0000 UTC
}

var enhancedBloodPressures = []atttest.Vector[gatt.EnhancedBloodPressure]{
	{Name: "mmHg", Wire: "00 7800 5000 5d00", Want: gatt.EnhancedBloodPressure{Systolic: 120, Diastolic: 80, Mean: 93}},
	{
		Name: "all", Wire: "7f a0f0 6af0 7cf0 487fec2d 4800 02 3f00 587fec2d",
		Want: gatt.EnhancedBloodPressure{
			Systolic: 0xF0A0, Diastolic: 0xF06A, Mean: 0xF07C,
			EnhancedBPDetails: gatt.EnhancedBPDetails{
				KPa: true, Epoch2000: true, Timestamp: atttest.May31Seconds, HasTimestamp: true, PulseRate: 72, HasPulseRate: true,
				User: 2, HasUser: true, Status: 0x3F, HasStatus: true, UserTime: atttest.May31Seconds + 16, HasUserTime: true,
			},
		},
	},
	{
		Name: "no numbers", Wire: "00 ff07 0008 fe07",
		Want: gatt.EnhancedBloodPressure{Systolic: medfloat.SNaN, Diastolic: medfloat.SNRes, Mean: medfloat.SPosInf},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{
		Name: "cut in the time", Wire: "02 7800 5000 5d00 487fec",
		Want: gatt.EnhancedBloodPressure{
			Systolic: 120, Diastolic: 80, Mean: 93, EnhancedBPDetails: gatt.EnhancedBPDetails{HasTimestamp: true},
		},
		Bad: "truncated @ 7 Timestamp",
	},
	{
		Name: "surplus", Wire: "00 7800 5000 5d00 00", Want: gatt.EnhancedBloodPressure{Systolic: 120, Diastolic: 80, Mean: 93},
		Bad: "trailing_bytes @ 7",
	},
	{
		Name: "reserved flag", Wire: "80 7800 5000 5d00",
		Want: gatt.EnhancedBloodPressure{
			Systolic: 120, Diastolic: 80, Mean: 93, EnhancedBPDetails: gatt.EnhancedBPDetails{Reserved: 0x80},
		},
		Bad: "reserved_bits @ 0 Flags",
	},
}

func TestEnhancedBloodPressure(t *testing.T) {
	atttest.Vectors(t, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures)
	atttest.Allocs(t, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures[1].Wire)
	atttest.ParseAllocs(t, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures[1].Wire)
	atttest.TestReadings(t, gatt.UUIDEnhancedBloodPressure, []atttest.Meaning{
		{Name: "since 1900", Wire: "02 7800 5000 5d00 484104ea", Want: []string{
			"Systolic 120 mmHg [good] 2024-05-31 12:30:00",
			"Diastolic 80 mmHg [good] 2024-05-31 12:30:00",
			"MeanPressure 93 mmHg [good] 2024-05-31 12:30:00",
		}},
		{Name: "a failed inflation, and only the display's time", Wire: "74 ff07 ff07 ff07 ff07 0100 487fec2d", Want: []string{
			"Systolic no value [not-a-number|motion] 2024-05-31 12:30:00",
			"Diastolic no value [not-a-number|motion] 2024-05-31 12:30:00",
			"MeanPressure no value [not-a-number|motion] 2024-05-31 12:30:00",
			"PulseRateCuff no value [not-a-number|motion] 2024-05-31 12:30:00",
		}},
		{Name: "a clock that was never set", Wire: "46 7800 5000 5d00 00000000 4800", Want: []string{
			"Systolic 120 mmHg [clock-unset] on arrival",
			"Diastolic 80 mmHg [clock-unset] on arrival",
			"MeanPressure 93 mmHg [clock-unset] on arrival",
			"PulseRateCuff 72 /min [clock-unset] on arrival",
		}},
		{Name: "from the future, pulse out of range", Wire: "57 a0f0 6af0 7cf0 ffffffff c800 0800", Want: []string{
			"Systolic 16.0 kPa [clock-unset] on arrival",
			"Diastolic 10.6 kPa [clock-unset] on arrival",
			"MeanPressure 12.4 kPa [clock-unset] on arrival",
			"PulseRateCuff 200 /min [questionable|clock-unset] on arrival",
		}},
	})
}

func FuzzParseEnhancedBloodPressure(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures)
}

func BenchmarkEnhancedBloodPressure(b *testing.B) {
	atttest.Benchmark(b, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures[1].Wire)
}

var enhancedCuffPressures = []atttest.Vector[gatt.EnhancedCuffPressure]{
	{Name: "pressure", Wire: "00 d7f0", Want: gatt.EnhancedCuffPressure{Pressure: 0xF0D7}},
	{
		Name: "all", Wire: "7f 5100 487fec2d 6400 01 0600 487fec2d",
		Want: gatt.EnhancedCuffPressure{Pressure: 81, EnhancedBPDetails: gatt.EnhancedBPDetails{
			KPa: true, Epoch2000: true, Timestamp: atttest.May31Seconds, HasTimestamp: true, PulseRate: 100, HasPulseRate: true,
			User: 1, HasUser: true, Status: 6, HasStatus: true, UserTime: atttest.May31Seconds, HasUserTime: true,
		}},
	},
	{Name: "cut", Wire: "00 d7", Bad: "truncated @ 1 Pressure"},
	{Name: "unused places of 2A36", Wire: "00 d7f0 0000 0000", Want: gatt.EnhancedCuffPressure{Pressure: 0xF0D7}, Bad: "trailing_bytes @ 3"},
}

func TestEnhancedCuffPressure(t *testing.T) {
	atttest.Vectors(t, gatt.ParseEnhancedCuffPressure, enhancedCuffPressures)
	atttest.Allocs(t, gatt.ParseEnhancedCuffPressure, enhancedCuffPressures[1].Wire)
	atttest.TestReadings(t, gatt.UUIDEnhancedCuffPressure, []atttest.Meaning{
		{Name: "pressure and pulse", Wire: "04 d7f0 4800", Want: []string{
			"CuffPressure 21.5 mmHg [ongoing] on arrival", "PulseRateCuff 72 /min [ongoing] on arrival",
		}},
	})
}

func FuzzParseEnhancedCuffPressure(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseEnhancedCuffPressure, enhancedCuffPressures)
}
