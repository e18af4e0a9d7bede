package gatt_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// Mistakes that other decoders of these characteristics are known to make, one
// test each.

func TestPeerBiasedExponent(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDBloodPressureMeasurement, []atttest.Meaning{
		{Name: "a real cuff", Wire: "00 7800 5000 5d00", Want: []string{
			"Systolic 120 mmHg [good] on arrival", "Diastolic 80 mmHg [good] on arrival", "MeanPressure 93 mmHg [good] on arrival",
		}},
		{Name: "what a biased encoder sends", Wire: "00 7880 5080 5a80", Want: []string{
			"Systolic 0.00000120 mmHg [good] on arrival", "Diastolic 0.00000080 mmHg [good] on arrival",
			"MeanPressure 0.00000090 mmHg [good] on arrival",
		}},
	})
}

func TestPeerUnsignedMantissa(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDTemperatureMeasurement, []atttest.Meaning{
		{Name: "-2.0 is not 407.6", Wire: "00 ecffffff", Want: []string{"BodyTemperature -2.0 °C [good] on arrival"}},
	})
	if got := medfloat.SFloat(0xFFEC).String(); got != "-2.0" {
		t.Errorf("SFLOAT 0xFFEC = %s, want -2.0", got)
	}
}

func TestPeerInfinity(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDTemperatureMeasurement, []atttest.Meaning{
		{Name: "+INF", Wire: "00 feff7f00", Want: []string{"BodyTemperature no value [above-range] on arrival"}},
		{Name: "a huge negative number", Wire: "00 ffffff7f", Want: []string{
			"BodyTemperature -1" + strings.Repeat("0", 127) + " °C [good] on arrival",
		}},
	})
}

func TestPeerReservedFlagWithoutReason(t *testing.T) {
	m, err := gatt.ParseTemperatureMeasurement(atttest.Unhex(t, "80 6c0100ff"))
	if bad := atttest.Fault(err); bad != "reserved_bits @ 0 Flags" || m.Value != 0xFF00016C {
		t.Errorf("%q and %v, want reserved_bits @ 0 Flags and 36.4", bad, m.Value)
	}
}

func TestPeerResolutionTimesWeight(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDWeightMeasurement, []atttest.Meaning{
		{Name: "120 steps are 0.6 kg at any resolution", Wire: "00 7800", Want: []string{"BodyWeight 0.600 kg [good] on arrival"}},
	})
}

func TestPeerContextWithTrailingZeros(t *testing.T) {
	m, err := bgm.ParseContext(atttest.Unhex(t, "00 0100 0000000000000000000000000000"))
	if bad := atttest.Fault(err); bad != "trailing_bytes @ 3" || m.Sequence != 1 {
		t.Errorf("%q and sequence %d, want trailing_bytes @ 3 and 1", bad, m.Sequence)
	}
}

func TestPeerContactHasThreeStates(t *testing.T) {
	for wire, want := range map[string]gatt.SensorContact{
		"00 48": gatt.ContactUnsupported, "04 48": gatt.ContactLost, "06 48": gatt.ContactGood,
	} {
		if m, err := gatt.ParseHeartRateMeasurement(atttest.Unhex(t, wire)); err != nil || m.Contact != want {
			t.Errorf("%s: %v, %v; want %v", wire, m.Contact, err, want)
		}
	}
	m, _ := gatt.ParseHeartRateMeasurement(atttest.Unhex(t, "02 48"))
	if m.Contact.Supported() {
		t.Error("02 48: contact is supported, want unknown")
	}
}

func TestPeerAllSpecialsAreNaN(t *testing.T) {
	seen := map[vitals.Quality]string{}
	for _, wire := range []string{"ff07", "0008", "fe07", "0208", "0108"} {
		m, err := gatt.ParsePLXContinuous(atttest.Unhex(t, "00"+wire+"4800"))
		if err != nil {
			t.Fatal(err)
		}
		_, q := m.SpO2.Decimal()
		if other, dup := seen[q]; dup || !q.Has(vitals.Absent) {
			t.Errorf("%s: %v, like %q", wire, q, other)
		}
		seen[q] = wire
	}
}

func TestPeerSaturationCutToInteger(t *testing.T) {
	atttest.TestReadings(t, gatt.UUIDPLXContinuous, []atttest.Meaning{
		{Name: "97.5", Wire: "00 cff3 4800", Want: []string{"SpO2 97.5 % [good] on arrival", "PulseRateOximeter 72 /min [good] on arrival"}},
		{Name: "NaN is not 0", Wire: "00 ff07 4800", Want: []string{
			"SpO2 no value [not-a-number] on arrival", "PulseRateOximeter 72 /min [good] on arrival",
		}},
	})
}

func TestPeerCannotEncodeSFloat(t *testing.T) {
	s, err := medfloat.NewSFloat(vitals.Decimal{Coef: 364, Exp: -1})
	if err != nil || s != 0xF16C {
		t.Errorf("36.4 encodes to %#04x, %v; want 0xf16c", uint16(s), err)
	}
}

// Reported by users of health apps: 2047/2047 mmHg after a failed inflation.
func TestPeerFailedInflationStored(t *testing.T) {
	for _, line := range atttest.Readings(t, gatt.UUIDBloodPressureMeasurement, "16 ff07 ff07 ff07 e80706170e2f3b ff07 0000") {
		if !strings.Contains(line, "no value [not-a-number]") {
			t.Errorf("%s, want no value", line)
		}
	}
}

// Reported by users of health apps: the glucose unit flag ignored.
func TestPeerGlucoseUnitIgnored(t *testing.T) {
	atttest.TestReadings(t, bgm.UUIDMeasurement, []atttest.Meaning{
		{Name: "kg/L", Wire: "02 0100 e807051f0c1e00 63b0 11", Want: []string{"GlucoseCapillaryBlood 99 mg/dL [good] 2024-05-31 12:30:00"}},
		{Name: "mol/L", Wire: "06 0100 e807051f0c1e00 37c0 11", Want: []string{"GlucoseCapillaryBlood 5.5 mmol/L [good] 2024-05-31 12:30:00"}},
	})
}

// Reported by users of health apps: one RR interval of several, big-endian, or
// at a fixed place.
func TestPeerIntervals(t *testing.T) {
	for wire, want := range map[string][]uint16{
		"10 44 9203":                {914},
		"10 5a 0008 0010":           {2048, 4096},
		"18 5a ffff 0008 0010 0100": {2048, 4096, 1},
		"19 5a00 0000 9203":         {914},
	} {
		m, err := gatt.ParseHeartRateMeasurement(atttest.Unhex(t, wire))
		if got := slices.Collect(m.RR.Raw()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", wire, got, err, want)
		}
	}
}
