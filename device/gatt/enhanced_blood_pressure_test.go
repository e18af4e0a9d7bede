package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
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

var enhancedBloodPressures = []vector[gatt.EnhancedBloodPressure]{
	{name: "mmHg", wire: "00 7800 5000 5d00", want: gatt.EnhancedBloodPressure{Systolic: 120, Diastolic: 80, Mean: 93}},
	{
		name: "all", wire: "7f a0f0 6af0 7cf0 487fec2d 4800 02 3f00 587fec2d",
		want: gatt.EnhancedBloodPressure{
			Systolic: 0xF0A0, Diastolic: 0xF06A, Mean: 0xF07C,
			EnhancedBPDetails: gatt.EnhancedBPDetails{
				KPa: true, Epoch2000: true, Timestamp: may31Seconds, HasTimestamp: true, PulseRate: 72, HasPulseRate: true,
				User: 2, HasUser: true, Status: 0x3F, HasStatus: true, UserTime: may31Seconds + 16, HasUserTime: true,
			},
		},
	},
	{
		name: "no numbers", wire: "00 ff07 0008 fe07",
		want: gatt.EnhancedBloodPressure{Systolic: medfloat.SNaN, Diastolic: medfloat.SNRes, Mean: medfloat.SPosInf},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{
		name: "cut in the time", wire: "02 7800 5000 5d00 487fec",
		want: gatt.EnhancedBloodPressure{
			Systolic: 120, Diastolic: 80, Mean: 93, EnhancedBPDetails: gatt.EnhancedBPDetails{HasTimestamp: true},
		},
		bad: "truncated @ 7 Timestamp",
	},
	{
		name: "surplus", wire: "00 7800 5000 5d00 00", want: gatt.EnhancedBloodPressure{Systolic: 120, Diastolic: 80, Mean: 93},
		bad: "trailing_bytes @ 7",
	},
	{
		name: "reserved flag", wire: "80 7800 5000 5d00",
		want: gatt.EnhancedBloodPressure{
			Systolic: 120, Diastolic: 80, Mean: 93, EnhancedBPDetails: gatt.EnhancedBPDetails{Reserved: 0x80},
		},
		bad: "reserved_bits @ 0 Flags",
	},
}

func TestEnhancedBloodPressure(t *testing.T) {
	testVectors(t, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures)
	testAllocs(t, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures[1].wire)
	testParseAllocs(t, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures[1].wire)
	testReadings(t, gatt.UUIDEnhancedBloodPressure, []meaning{
		{"since 1900", "02 7800 5000 5d00 484104ea", []string{
			"Systolic 120 mmHg [good] 2024-05-31 12:30:00",
			"Diastolic 80 mmHg [good] 2024-05-31 12:30:00",
			"MeanPressure 93 mmHg [good] 2024-05-31 12:30:00",
		}},
		{"a failed inflation, and only the display's time", "74 ff07 ff07 ff07 ff07 0100 487fec2d", []string{
			"Systolic no value [not-a-number|motion] 2024-05-31 12:30:00",
			"Diastolic no value [not-a-number|motion] 2024-05-31 12:30:00",
			"MeanPressure no value [not-a-number|motion] 2024-05-31 12:30:00",
			"PulseRateCuff no value [not-a-number|motion] 2024-05-31 12:30:00",
		}},
		{"a clock that was never set", "46 7800 5000 5d00 00000000 4800", []string{
			"Systolic 120 mmHg [clock-unset] on arrival",
			"Diastolic 80 mmHg [clock-unset] on arrival",
			"MeanPressure 93 mmHg [clock-unset] on arrival",
			"PulseRateCuff 72 /min [clock-unset] on arrival",
		}},
		{"from the future, pulse out of range", "57 a0f0 6af0 7cf0 ffffffff c800 0800", []string{
			"Systolic 16.0 kPa [clock-unset] on arrival",
			"Diastolic 10.6 kPa [clock-unset] on arrival",
			"MeanPressure 12.4 kPa [clock-unset] on arrival",
			"PulseRateCuff 200 /min [questionable|clock-unset] on arrival",
		}},
	})
}

func FuzzParseEnhancedBloodPressure(f *testing.F) {
	fuzz(f, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures)
}

func BenchmarkEnhancedBloodPressure(b *testing.B) {
	benchmark(b, gatt.ParseEnhancedBloodPressure, enhancedBloodPressures[1].wire)
}

var enhancedCuffPressures = []vector[gatt.EnhancedCuffPressure]{
	{name: "pressure", wire: "00 d7f0", want: gatt.EnhancedCuffPressure{Pressure: 0xF0D7}},
	{
		name: "all", wire: "7f 5100 487fec2d 6400 01 0600 487fec2d",
		want: gatt.EnhancedCuffPressure{Pressure: 81, EnhancedBPDetails: gatt.EnhancedBPDetails{
			KPa: true, Epoch2000: true, Timestamp: may31Seconds, HasTimestamp: true, PulseRate: 100, HasPulseRate: true,
			User: 1, HasUser: true, Status: 6, HasStatus: true, UserTime: may31Seconds, HasUserTime: true,
		}},
	},
	{name: "cut", wire: "00 d7", bad: "truncated @ 1 Pressure"},
	{name: "unused places of 2A36", wire: "00 d7f0 0000 0000", want: gatt.EnhancedCuffPressure{Pressure: 0xF0D7}, bad: "trailing_bytes @ 3"},
}

func TestEnhancedCuffPressure(t *testing.T) {
	testVectors(t, gatt.ParseEnhancedCuffPressure, enhancedCuffPressures)
	testAllocs(t, gatt.ParseEnhancedCuffPressure, enhancedCuffPressures[1].wire)
	testReadings(t, gatt.UUIDEnhancedCuffPressure, []meaning{
		{"pressure and pulse", "04 d7f0 4800", []string{
			"CuffPressure 21.5 mmHg [ongoing] on arrival", "PulseRateCuff 72 /min [ongoing] on arrival",
		}},
	})
}

func FuzzParseEnhancedCuffPressure(f *testing.F) {
	fuzz(f, gatt.ParseEnhancedCuffPressure, enhancedCuffPressures)
}
