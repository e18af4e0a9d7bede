package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
)

func ExampleParsePLXContinuous() {
	m, err := gatt.ParsePLXContinuous([]byte{0x08, 0x61, 0, 0x48, 0, 0x20, 0, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("sensor:", m.Sensor)
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity, r.Quality)
	}
	// Output:
	// sensor: low perfusion
	// SpO2 97 % poor-signal
	// PulseRateOximeter 72 /min poor-signal
}

var spotChecks = []vector[gatt.PLXSpotCheck]{
	{name: "values", wire: "00 6100 4800", want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}}},
	{
		name: "all", wire: "1f cff3 4800 e807051f0c1e00 2040 220080 66e3",
		want: gatt.PLXSpotCheck{
			PLXValues: gatt.PLXValues{SpO2: 0xF3CF, PulseRate: 72}, Timestamp: may31, HasTimestamp: true, ClockNotSet: true,
			PLXDetails: gatt.PLXDetails{
				Status: gatt.PLXOngoing | gatt.PLXQuestionable, HasStatus: true,
				Sensor: 0x800000 | gatt.PLXEquipmentMalfunction | gatt.PLXLowPerfusion, HasSensor: true,
				Amplitude: 0xE366, HasAmplitude: true,
			},
		},
	},
	{
		name: "no numbers", wire: "08 ff07 0008 0108",
		want: gatt.PLXSpotCheck{
			PLXValues:  gatt.PLXValues{SpO2: medfloat.SNaN, PulseRate: medfloat.SNRes},
			PLXDetails: gatt.PLXDetails{Amplitude: medfloat.SReserved, HasAmplitude: true},
		},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "cut", wire: "00 6100 48", want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97}}, bad: "truncated @ 3 PulseRate"},
	{
		name: "two bytes of sensor status", wire: "04 6100 4800 2200",
		want: gatt.PLXSpotCheck{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, PLXDetails: gatt.PLXDetails{HasSensor: true},
		},
		bad: "truncated @ 5 DeviceSensorStatus",
	},
	{
		name: "reserved flag", wire: "20 6100 4800",
		want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, PLXDetails: gatt.PLXDetails{Reserved: 0x20}},
		bad:  "reserved_bits @ 0 Flags",
	},
	{
		name: "surplus", wire: "00 6100 4800 00", want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}},
		bad: "trailing_bytes @ 5",
	},
}

func TestPLXSpotCheck(t *testing.T) { testVectors(t, gatt.ParsePLXSpotCheck, spotChecks) }

func FuzzParsePLXSpotCheck(f *testing.F) { fuzz(f, gatt.ParsePLXSpotCheck, spotChecks) }

func TestPLXSpotCheckReadings(t *testing.T) {
	testReadings(t, gatt.UUIDPLXSpotCheck, []meaning{
		{"stamped", "01 cff3 4800 e807051f0c1e00", []string{
			"SpO2 97.5 % [good] 2024-05-31 12:30:00", "PulseRateOximeter 72 /min [good] 2024-05-31 12:30:00",
		}},
		{"the device's clock is not set", "11 6100 4800 e807051f0c1e00", []string{
			"SpO2 97 % [clock-unset] on arrival", "PulseRateOximeter 72 /min [clock-unset] on arrival",
		}},
		{"no numbers", "08 ff07 0008 0108", []string{
			"SpO2 no value [not-a-number] on arrival", "PulseRateOximeter no value [not-at-resolution] on arrival",
			"PerfusionIndex no value [reserved-number] on arrival",
		}},
	})
	testAllocs(t, gatt.ParsePLXSpotCheck, spotChecks[1].wire)
}

var continuous = []vector[gatt.PLXContinuous]{
	{name: "values", wire: "00 6100 4800", want: gatt.PLXContinuous{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}}},
	{
		name: "slow only", wire: "02 6100 4800 6000 4700",
		want: gatt.PLXContinuous{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, Slow: gatt.PLXValues{SpO2: 96, PulseRate: 71}, HasSlow: true,
		},
	},
	{
		name: "all", wire: "1f 6100 4800 6200 4900 6000 4700 8000 000001 66e3",
		want: gatt.PLXContinuous{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72},
			Fast:      gatt.PLXValues{SpO2: 98, PulseRate: 73}, HasFast: true,
			Slow: gatt.PLXValues{SpO2: 96, PulseRate: 71}, HasSlow: true,
			PLXDetails: gatt.PLXDetails{
				Status: gatt.PLXValidated, HasStatus: true, Sensor: 0x010000, HasSensor: true, Amplitude: 0xE366, HasAmplitude: true,
			},
		},
	},
	{
		name: "cut in the fast pair", wire: "01 6100 4800 6200",
		want: gatt.PLXContinuous{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, Fast: gatt.PLXValues{SpO2: 98}, HasFast: true,
		},
		bad: "truncated @ 7 PulseRateFast",
	},
	{
		name: "reserved flag", wire: "40 6100 4800",
		want: gatt.PLXContinuous{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, PLXDetails: gatt.PLXDetails{Reserved: 0x40}},
		bad:  "reserved_bits @ 0 Flags",
	},
}

func TestPLXContinuous(t *testing.T) { testVectors(t, gatt.ParsePLXContinuous, continuous) }

func FuzzParsePLXContinuous(f *testing.F) { fuzz(f, gatt.ParsePLXContinuous, continuous) }

func TestPLXContinuousReadings(t *testing.T) {
	testReadings(t, gatt.UUIDPLXContinuous, []meaning{
		{"fast and slow are no readings", "03 6100 4800 6200 4900 6000 4700", []string{
			"SpO2 97 % [good] on arrival", "PulseRateOximeter 72 /min [good] on arrival",
		}},
		{"amplitude", "10 6100 4800 66e3", []string{
			"SpO2 97 % [good] on arrival", "PulseRateOximeter 72 /min [good] on arrival", "PerfusionIndex 8.70 % [good] on arrival",
		}},
	})
	testAllocs(t, gatt.ParsePLXContinuous, continuous[2].wire)
}

// Each status bit has its meaning; those without one are still on the wire type.
func TestPLXQuality(t *testing.T) {
	rows := []meaning{}
	for bit, quality := range map[int]string{
		0: "good", 4: "good", 5: "ongoing", 6: "early-estimate", 7: "validated", 8: "good", 9: "stored", 10: "test-data", 11: "test-data",
		12: "calibrating", 14: "questionable", 15: "invalid",
	} {
		rows = append(rows, meaning{gatt.PLXStatus(1 << bit).String(), fmt.Sprintf("04 6100 4800 %02x%02x", 1<<bit&0xFF, 1<<bit>>8), []string{
			"SpO2 97 % [" + quality + "] on arrival", "PulseRateOximeter 72 /min [" + quality + "] on arrival",
		}})
	}
	rows = append(rows, meaning{"unavailable takes the number away", "04 6100 4800 0020", []string{
		"SpO2 no value [not-available] on arrival", "PulseRateOximeter no value [not-available] on arrival",
	}})
	for bit, quality := range map[int]string{
		0: "good", 1: "sensor-fault", 2: "poor-signal", 3: "poor-signal", 4: "poor-signal", 5: "poor-signal", 6: "poor-signal",
		7: "poor-signal", 8: "questionable", 9: "ongoing", 10: "poor-signal", 11: "no-contact", 12: "questionable", 13: "bad-position",
		14: "sensor-fault", 15: "no-contact", 16: "good", 23: "good",
	} {
		b := 1 << bit
		rows = append(rows, meaning{gatt.PLXSensor(b).String(), fmt.Sprintf("08 6100 4800 %02x%02x%02x", b&0xFF, b>>8&0xFF, b>>16), []string{
			"SpO2 97 % [" + quality + "] on arrival", "PulseRateOximeter 72 /min [" + quality + "] on arrival",
		}})
	}
	testReadings(t, gatt.UUIDPLXContinuous, rows)
}

func TestPLXSensorTooWide(t *testing.T) {
	m := gatt.PLXContinuous{PLXDetails: gatt.PLXDetails{Sensor: 1 << 24, HasSensor: true}}
	if _, err := m.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("25 bits of sensor status: %v, want %v", err, device.ErrOutOfRange)
	}
}

func BenchmarkPLXSpotCheck(b *testing.B) {
	benchmark(b, gatt.ParsePLXSpotCheck, "0f cff3 4800 e807051f0c1e00 2040 220000 66e3")
}

func BenchmarkPLXContinuous(b *testing.B) {
	benchmark(b, gatt.ParsePLXContinuous, "1c 6100 4800 8000 000000 66e3")
}
