package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
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

var spotChecks = []atttest.Vector[gatt.PLXSpotCheck]{
	{Name: "values", Wire: "00 6100 4800", Want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}}},
	{
		Name: "all", Wire: "1f cff3 4800 e807051f0c1e00 2040 220080 66e3",
		Want: gatt.PLXSpotCheck{
			PLXValues: gatt.PLXValues{SpO2: 0xF3CF, PulseRate: 72}, Timestamp: atttest.May31, HasTimestamp: true, ClockNotSet: true,
			PLXDetails: gatt.PLXDetails{
				Status: gatt.PLXOngoing | gatt.PLXQuestionable, HasStatus: true,
				Sensor: 0x800000 | gatt.PLXEquipmentMalfunction | gatt.PLXLowPerfusion, HasSensor: true,
				Amplitude: 0xE366, HasAmplitude: true,
			},
		},
	},
	{
		Name: "no numbers", Wire: "08 ff07 0008 0108",
		Want: gatt.PLXSpotCheck{
			PLXValues:  gatt.PLXValues{SpO2: medfloat.SNaN, PulseRate: medfloat.SNRes},
			PLXDetails: gatt.PLXDetails{Amplitude: medfloat.SReserved, HasAmplitude: true},
		},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "cut", Wire: "00 6100 48", Want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97}}, Bad: "truncated @ 3 PulseRate"},
	{
		Name: "two bytes of sensor status", Wire: "04 6100 4800 2200",
		Want: gatt.PLXSpotCheck{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, PLXDetails: gatt.PLXDetails{HasSensor: true},
		},
		Bad: "truncated @ 5 DeviceSensorStatus",
	},
	{
		Name: "reserved flag", Wire: "20 6100 4800",
		Want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, PLXDetails: gatt.PLXDetails{Reserved: 0x20}},
		Bad:  "reserved_bits @ 0 Flags",
	},
	{
		Name: "surplus", Wire: "00 6100 4800 00", Want: gatt.PLXSpotCheck{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}},
		Bad: "trailing_bytes @ 5",
	},
}

func TestPLXSpotCheck(t *testing.T) { atttest.Vectors(t, gatt.ParsePLXSpotCheck, spotChecks) }

func FuzzParsePLXSpotCheck(f *testing.F) { atttest.Fuzz(f, gatt.ParsePLXSpotCheck, spotChecks) }

func TestPLXSpotCheckReadings(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDPLXSpotCheck, []atttest.Meaning{
		{Name: "stamped", Wire: "01 cff3 4800 e807051f0c1e00", Want: []string{
			"SpO2 97.5 % [good] 2024-05-31 12:30:00", "PulseRateOximeter 72 /min [good] 2024-05-31 12:30:00",
		}},
		{Name: "the device's clock is not set", Wire: "11 6100 4800 e807051f0c1e00", Want: []string{
			"SpO2 97 % [clock-unset] on arrival", "PulseRateOximeter 72 /min [clock-unset] on arrival",
		}},
		{Name: "no numbers", Wire: "08 ff07 0008 0108", Want: []string{
			"SpO2 no value [not-a-number] on arrival", "PulseRateOximeter no value [not-at-resolution] on arrival",
			"PerfusionIndex no value [reserved-number] on arrival",
		}},
	})
	atttest.Allocs(t, gatt.ParsePLXSpotCheck, spotChecks[1].Wire)
}

var continuous = []atttest.Vector[gatt.PLXContinuous]{
	{Name: "values", Wire: "00 6100 4800", Want: gatt.PLXContinuous{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}}},
	{
		Name: "slow only", Wire: "02 6100 4800 6000 4700",
		Want: gatt.PLXContinuous{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, Slow: gatt.PLXValues{SpO2: 96, PulseRate: 71}, HasSlow: true,
		},
	},
	{
		Name: "all", Wire: "1f 6100 4800 6200 4900 6000 4700 8000 000001 66e3",
		Want: gatt.PLXContinuous{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72},
			Fast:      gatt.PLXValues{SpO2: 98, PulseRate: 73}, HasFast: true,
			Slow: gatt.PLXValues{SpO2: 96, PulseRate: 71}, HasSlow: true,
			PLXDetails: gatt.PLXDetails{
				Status: gatt.PLXValidated, HasStatus: true, Sensor: 0x010000, HasSensor: true, Amplitude: 0xE366, HasAmplitude: true,
			},
		},
	},
	{
		Name: "cut in the fast pair", Wire: "01 6100 4800 6200",
		Want: gatt.PLXContinuous{
			PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, Fast: gatt.PLXValues{SpO2: 98}, HasFast: true,
		},
		Bad: "truncated @ 7 PulseRateFast",
	},
	{
		Name: "reserved flag", Wire: "40 6100 4800",
		Want: gatt.PLXContinuous{PLXValues: gatt.PLXValues{SpO2: 97, PulseRate: 72}, PLXDetails: gatt.PLXDetails{Reserved: 0x40}},
		Bad:  "reserved_bits @ 0 Flags",
	},
}

func TestPLXContinuous(t *testing.T) { atttest.Vectors(t, gatt.ParsePLXContinuous, continuous) }

func FuzzParsePLXContinuous(f *testing.F) { atttest.Fuzz(f, gatt.ParsePLXContinuous, continuous) }

func TestPLXContinuousReadings(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDPLXContinuous, []atttest.Meaning{
		{Name: "fast and slow are no readings", Wire: "03 6100 4800 6200 4900 6000 4700", Want: []string{
			"SpO2 97 % [good] on arrival", "PulseRateOximeter 72 /min [good] on arrival",
		}},
		{Name: "amplitude", Wire: "10 6100 4800 66e3", Want: []string{
			"SpO2 97 % [good] on arrival", "PulseRateOximeter 72 /min [good] on arrival", "PerfusionIndex 8.70 % [good] on arrival",
		}},
	})
	atttest.Allocs(t, gatt.ParsePLXContinuous, continuous[2].Wire)
}

// Each status bit has its meaning; those without one are still on the wire type.
func TestPLXQuality(t *testing.T) {
	rows := []atttest.Meaning{}
	for bit, quality := range map[int]string{
		0: "good", 4: "good", 5: "ongoing", 6: "early-estimate", 7: "validated", 8: "good", 9: "stored", 10: "test-data", 11: "test-data",
		12: "calibrating", 14: "questionable", 15: "invalid",
	} {
		rows = append(rows, atttest.Meaning{Name: gatt.PLXStatus(1 << bit).String(), Wire: fmt.Sprintf("04 6100 4800 %02x%02x", 1<<bit&0xFF, 1<<bit>>8), Want: []string{
			"SpO2 97 % [" + quality + "] on arrival", "PulseRateOximeter 72 /min [" + quality + "] on arrival",
		}})
	}
	rows = append(rows, atttest.Meaning{Name: "unavailable takes the number away", Wire: "04 6100 4800 0020", Want: []string{
		"SpO2 no value [not-available] on arrival", "PulseRateOximeter no value [not-available] on arrival",
	}})
	for bit, quality := range map[int]string{
		0: "good", 1: "sensor-fault", 2: "poor-signal", 3: "poor-signal", 4: "poor-signal", 5: "poor-signal", 6: "poor-signal",
		7: "poor-signal", 8: "questionable", 9: "ongoing", 10: "poor-signal", 11: "no-contact", 12: "questionable", 13: "bad-position",
		14: "sensor-fault", 15: "no-contact", 16: "good", 23: "good",
	} {
		b := 1 << bit
		rows = append(rows, atttest.Meaning{Name: gatt.PLXSensor(b).String(), Wire: fmt.Sprintf("08 6100 4800 %02x%02x%02x", b&0xFF, b>>8&0xFF, b>>16), Want: []string{
			"SpO2 97 % [" + quality + "] on arrival", "PulseRateOximeter 72 /min [" + quality + "] on arrival",
		}})
	}
	atttest.TestReadings(t, gatt.UUIDPLXContinuous, rows)
}

func TestPLXSensorTooWide(t *testing.T) {
	m := gatt.PLXContinuous{PLXDetails: gatt.PLXDetails{Sensor: 1 << 24, HasSensor: true}}
	if _, err := m.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("25 bits of sensor status: %v, want %v", err, device.ErrOutOfRange)
	}
}

func BenchmarkPLXSpotCheck(b *testing.B) {
	atttest.Benchmark(b, gatt.ParsePLXSpotCheck, "0f cff3 4800 e807051f0c1e00 2040 220000 66e3")
}

func BenchmarkPLXContinuous(b *testing.B) {
	atttest.Benchmark(b, gatt.ParsePLXContinuous, "1c 6100 4800 8000 000000 66e3")
}
