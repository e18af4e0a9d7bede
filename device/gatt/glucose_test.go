package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
)

func ExampleParseGlucoseMeasurement() {
	m, err := gatt.ParseGlucoseMeasurement([]byte{
		0x03, 0x2A, 0x00, 0xE8, 0x07, 5, 31, 12, 30, 0, 0x3C, 0x00, 0x78, 0xB0, 0x11,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, _ := m.UserTime()
	fmt.Println("record", m.Sequence, "of", t, "from", m.Location)
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity, r.Sequence)
	}
	// Output:
	// record 42 of 2024-05-31T13:30:00 from finger
	// GlucoseCapillaryBlood 120 mg/dL 42
}

var glucoses = []vector[gatt.GlucoseMeasurement]{
	{name: "no concentration", wire: "00 0100 e807051f0c1e00", want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: may31}},
	{
		name: "unit flag without concentration", wire: "04 0100 e807051f0c1e00",
		want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: may31, Molar: true},
	},
	{
		name: "all", wire: "1f 0200 e807051f0c1e00 c4ff 5ac0 f9 ffff",
		want: gatt.GlucoseMeasurement{
			Sequence: 2, BaseTime: may31, TimeOffset: -60, HasTimeOffset: true, Concentration: 0xC05A, HasConcentration: true, Molar: true,
			Type: gatt.SampleInterstitialFluid, Location: gatt.LocationNotAvailable, Status: 0xFFFF, HasStatus: true, ContextFollows: true,
		},
	},
	{
		name: "year unknown", wire: "00 0100 0000051f0c1e00",
		want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: gatt.DateTime{0, 5, 31, 12, 30, 0}},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "cut in the sequence", wire: "00 01", bad: "truncated @ 1 Sequence"},
	{name: "cut in the time", wire: "00 0100 e807051f0c1e", want: gatt.GlucoseMeasurement{Sequence: 1}, bad: "truncated @ 3 BaseTime"},
	{
		name: "no type", wire: "02 0100 e807051f0c1e00 78b0", bad: "truncated @ 12 TypeSampleLocation",
		want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: may31, Concentration: 0xB078, HasConcentration: true},
	},
	{
		name: "day 32", wire: "00 0100 e80705200c1e00", bad: "out_of_range @ 6 Day",
		want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: gatt.DateTime{2024, 5, 32, 12, 30, 0}},
	},
	{
		name: "surplus", wire: "00 0100 e807051f0c1e00 00", want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: may31},
		bad: "trailing_bytes @ 10",
	},
	{
		name: "reserved flag", wire: "20 0100 e807051f0c1e00", want: gatt.GlucoseMeasurement{Sequence: 1, BaseTime: may31, Reserved: 0x20},
		bad: "reserved_bits @ 0 Flags",
	},
}

func TestGlucoseMeasurement(t *testing.T) { testVectors(t, gatt.ParseGlucoseMeasurement, glucoses) }

func FuzzParseGlucoseMeasurement(f *testing.F) { fuzz(f, gatt.ParseGlucoseMeasurement, glucoses) }

// Every value of the byte that holds type and location, against the table of
// the specification.
func TestGlucoseTypeAndLocation(t *testing.T) {
	for b := range 0x100 {
		typ, location := b&0xF, b>>4
		want := ""
		switch {
		case typ < 1 || typ > 10:
			want = "reserved_value @ 12 Type"
		case location < 1 || location > 4 && location != 15:
			want = "reserved_value @ 12 SampleLocation"
		}
		_, err := gatt.ParseGlucoseMeasurement(unhex(t, fmt.Sprintf("02 0100 e807051f0c1e00 78b0 %02x", b)))
		if bad := fault(err); bad != want {
			t.Errorf("type %d, location %d: %q, want %q", typ, location, bad, want)
		}
	}
}

func TestGlucoseReadings(t *testing.T) {
	const record = "0100 e807051f0c1e00 " // sequence and time
	rows := []meaning{
		{"kg/L", "02 " + record + "78b0 11", []string{"GlucoseCapillaryBlood 120 mg/dL [good] 2024-05-31 12:30:00"}},
		{"kg/L with a digit more", "02 " + record + "b4a4 11", []string{"GlucoseCapillaryBlood 120.4 mg/dL [good] 2024-05-31 12:30:00"}},
		{"mol/L", "06 " + record + "37c0 11", []string{"GlucoseCapillaryBlood 5.5 mmol/L [good] 2024-05-31 12:30:00"}},
		{"offset back over midnight", "03 0100 e8070501000500 f6ff 78b0 11", []string{
			"GlucoseCapillaryBlood 120 mg/dL [good] 2024-04-30 23:55:00",
		}},
		{"incomplete date", "03 0100 0000051f0c1e00 0a00 78b0 11", []string{"GlucoseCapillaryBlood 120 mg/dL [clock-unset] on arrival"}},
		{"control by type", "02 " + record + "78b0 fa", []string{"GlucoseControl 120 mg/dL [test-data] 2024-05-31 12:30:00"}},
		{"control by place", "02 " + record + "78b0 41", []string{"GlucoseControl 120 mg/dL [test-data] 2024-05-31 12:30:00"}},
		{"HI", "02 " + record + "fe07 11", []string{"GlucoseCapillaryBlood no value [above-range] 2024-05-31 12:30:00"}},
		{"LO", "02 " + record + "0208 11", []string{"GlucoseCapillaryBlood no value [below-range] 2024-05-31 12:30:00"}},
		{"NaN", "02 " + record + "ff07 11", []string{"GlucoseCapillaryBlood no value [not-a-number] 2024-05-31 12:30:00"}},
		{"NaN, too high", "0a " + record + "ff07 11 2000", []string{"GlucoseCapillaryBlood no value [above-range] 2024-05-31 12:30:00"}},
		{"NaN, too low", "0a " + record + "ff07 11 4000", []string{"GlucoseCapillaryBlood no value [below-range] 2024-05-31 12:30:00"}},
		{"no concentration, too low", "08 " + record + "4000", []string{"GlucoseGeneric no value [below-range] 2024-05-31 12:30:00"}},
		{"no concentration", "08 " + record + "0200", nil},
		{"a number that is too high", "0a " + record + "58b2 11 2000", []string{
			"GlucoseCapillaryBlood 600 mg/dL [questionable] 2024-05-31 12:30:00",
		}},
	}
	for i, kind := range []string{
		"GlucoseCapillaryBlood", "GlucoseCapillaryPlasma", "GlucoseVenousBlood", "GlucoseVenousPlasma", "GlucoseArterialBlood",
		"GlucoseArterialPlasma", "GlucoseGeneric", "GlucoseUndeterminedPlasma", "GlucoseISF",
	} {
		rows = append(rows, meaning{gatt.SampleType(i + 1).String(), fmt.Sprintf("02 %s78b0 f%x", record, i+1), []string{
			kind + " 120 mg/dL [good] 2024-05-31 12:30:00",
		}})
	}
	for bit, quality := range []string{
		"low-battery", "sensor-fault", "sample-fault", "sample-fault", "sample-fault", "questionable", "questionable", "invalid", "invalid",
		"sample-fault", "sensor-fault",
	} {
		rows = append(rows, meaning{gatt.GlucoseStatus(1 << bit).String(), fmt.Sprintf("0a %s78b0 11 %02x%02x", record, 1<<bit&0xFF, 1<<bit>>8), []string{
			"GlucoseCapillaryBlood 120 mg/dL [" + quality + "] 2024-05-31 12:30:00",
		}})
	}
	rows = append(rows, meaning{"time fault", "0a " + record + "78b0 11 0008", []string{
		"GlucoseCapillaryBlood 120 mg/dL [clock-unset] on arrival",
	}})
	testReadings(t, gatt.UUIDGlucoseMeasurement, rows)
	testAllocs(t, gatt.ParseGlucoseMeasurement, glucoses[2].wire)
}

// A record keeps its number, whatever the transport counts.
func TestGlucoseSequence(t *testing.T) {
	m := gatt.GlucoseMeasurement{Sequence: 0xFFFF, Concentration: 0xB078, HasConcentration: true, Type: gatt.SampleCapillaryBlood}
	if r := m.AppendReadings(nil, device.Frame{Sequence: 7})[0]; r.Sequence != 0xFFFF {
		t.Errorf("sequence %d, want %d", r.Sequence, 0xFFFF)
	}
}

var contexts = []vector[gatt.GlucoseContext]{
	{name: "sequence", wire: "00 2a00", want: gatt.GlucoseContext{Sequence: 42}},
	{name: "meal", wire: "02 0700 02", want: gatt.GlucoseContext{Sequence: 7, Meal: gatt.MealAfter, HasMeal: true}},
	{
		name: "litres without medication", wire: "20 2a00", want: gatt.GlucoseContext{Sequence: 42, Litres: true},
	},
	{
		name: "all", wire: "ff 2a00 80 01 1ed0 05 f1 5802 3c 04 0aa0 46f0",
		want: gatt.GlucoseContext{
			Sequence: 42, ExtendedFlags: 0x80, HasExtendedFlags: true,
			CarbohydrateID: gatt.CarbohydrateBreakfast, Carbohydrate: 0xD01E, HasCarbohydrate: true,
			Meal: gatt.MealBedtime, HasMeal: true, Tester: gatt.TesterSelf, Health: gatt.HealthNotAvailable, HasTester: true,
			ExerciseDuration: 600, ExerciseIntensity: 60, HasExercise: true,
			MedicationID: gatt.MedicationLong, Medication: 0xA00A, Litres: true, HasMedication: true,
			HbA1c: 0xF046, HasHbA1c: true,
		},
	},
	{
		name: "no numbers", wire: "51 2a00 07 ff07 05 0008 0108",
		want: gatt.GlucoseContext{
			Sequence: 42, CarbohydrateID: gatt.CarbohydrateBrunch, Carbohydrate: medfloat.SNaN, HasCarbohydrate: true,
			MedicationID: gatt.MedicationPremixed, Medication: medfloat.SNRes, HasMedication: true, HbA1c: medfloat.SReserved, HasHbA1c: true,
		},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "cut in the sequence", wire: "00 01", bad: "truncated @ 1 Sequence"},
	{name: "no meal", wire: "02 0700", want: gatt.GlucoseContext{Sequence: 7, HasMeal: true}, bad: "truncated @ 3 Meal"},
	{
		name: "carbohydrate 0", wire: "01 0700 00 0000", want: gatt.GlucoseContext{Sequence: 7, HasCarbohydrate: true},
		bad: "reserved_value @ 3 CarbohydrateID",
	},
	{
		name: "carbohydrate 8", wire: "81 0700 00 08 0000", bad: "reserved_value @ 4 CarbohydrateID",
		want: gatt.GlucoseContext{Sequence: 7, HasExtendedFlags: true, CarbohydrateID: 8, HasCarbohydrate: true},
	},
	{name: "meal 0", wire: "02 0700 00", want: gatt.GlucoseContext{Sequence: 7, HasMeal: true}, bad: "reserved_value @ 3 Meal"},
	{name: "meal 6", wire: "02 0700 06", want: gatt.GlucoseContext{Sequence: 7, Meal: 6, HasMeal: true}, bad: "reserved_value @ 3 Meal"},
	{
		name: "tester 4", wire: "04 0700 14", want: gatt.GlucoseContext{Sequence: 7, Tester: 4, Health: 1, HasTester: true},
		bad: "reserved_value @ 3 Tester",
	},
	{
		name: "health 6", wire: "04 0700 61", want: gatt.GlucoseContext{Sequence: 7, Tester: 1, Health: 6, HasTester: true},
		bad: "reserved_value @ 3 Health",
	},
	{
		name: "medication 6", wire: "10 0700 06 0000", want: gatt.GlucoseContext{Sequence: 7, MedicationID: 6, HasMedication: true},
		bad: "reserved_value @ 3 MedicationID",
	},
}

func TestGlucoseContext(t *testing.T) { testVectors(t, gatt.ParseGlucoseContext, contexts) }

func FuzzParseGlucoseContext(f *testing.F) { fuzz(f, gatt.ParseGlucoseContext, contexts) }

func TestGlucoseContextReadings(t *testing.T) {
	testReadings(t, gatt.UUIDGlucoseContext, []meaning{
		{"nothing to measure", "06 0700 02 11", nil},
		{"all", "59 2a00 01 1ed0 5802 3c 04 0aa0 46f0", []string{
			"CarbohydrateIntake 30 g [good] on arrival", "ExerciseIntensity 60 % [good] on arrival", "HbA1c 7.0 % [good] on arrival",
		}},
		{"no numbers", "41 2a00 01 ff07 fe07", []string{
			"CarbohydrateIntake no value [not-a-number] on arrival", "HbA1c no value [above-range] on arrival",
		}},
	})
	testAllocs(t, gatt.ParseGlucoseContext, contexts[3].wire)
}

func TestGlucoseTooWide(t *testing.T) {
	for _, m := range []encoder{
		gatt.GlucoseMeasurement{Type: 16, HasConcentration: true},
		gatt.GlucoseMeasurement{Location: 16, HasConcentration: true},
		gatt.GlucoseContext{Tester: 16, HasTester: true},
		gatt.GlucoseContext{Health: 16, HasTester: true},
	} {
		if _, err := m.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v encodes: %v, want %v", m, err, device.ErrOutOfRange)
		}
	}
}

func BenchmarkGlucose(b *testing.B) {
	benchmark(b, gatt.ParseGlucoseMeasurement, "0b 0200 e807051f0c1e00 c4ff 78b0 11 0000")
}

func BenchmarkGlucoseContext(b *testing.B) {
	benchmark(b, gatt.ParseGlucoseContext, "7f 2a00 01 1ed0 05 f1 5802 3c 04 0aa0 46f0")
}
