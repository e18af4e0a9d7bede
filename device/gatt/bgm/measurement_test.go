package bgm_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/medfloat"
)

func ExampleParseMeasurement() {
	m, err := bgm.ParseMeasurement([]byte{
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

var glucoses = []atttest.Vector[bgm.Measurement]{
	{Name: "no concentration", Wire: "00 0100 e807051f0c1e00", Want: bgm.Measurement{Sequence: 1, BaseTime: atttest.May31}},
	{
		Name: "unit flag without concentration", Wire: "04 0100 e807051f0c1e00",
		Want: bgm.Measurement{Sequence: 1, BaseTime: atttest.May31, Molar: true},
	},
	{
		Name: "all", Wire: "1f 0200 e807051f0c1e00 c4ff 5ac0 f9 ffff",
		Want: bgm.Measurement{
			Sequence: 2, BaseTime: atttest.May31, TimeOffset: -60, HasTimeOffset: true, Concentration: 0xC05A, HasConcentration: true, Molar: true,
			Type: bgm.SampleInterstitialFluid, Location: bgm.LocationNotAvailable, Status: 0xFFFF, HasStatus: true, ContextFollows: true,
		},
	},
	{
		Name: "year unknown", Wire: "00 0100 0000051f0c1e00",
		Want: bgm.Measurement{Sequence: 1, BaseTime: clock.DateTime{Year: 0, Month: 5, Day: 31, Hour: 12, Minute: 30, Second: 0}},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "cut in the sequence", Wire: "00 01", Bad: "truncated @ 1 Sequence"},
	{Name: "cut in the time", Wire: "00 0100 e807051f0c1e", Want: bgm.Measurement{Sequence: 1}, Bad: "truncated @ 3 BaseTime"},
	{
		Name: "no type", Wire: "02 0100 e807051f0c1e00 78b0", Bad: "truncated @ 12 TypeSampleLocation",
		Want: bgm.Measurement{Sequence: 1, BaseTime: atttest.May31, Concentration: 0xB078, HasConcentration: true},
	},
	{
		Name: "day 32", Wire: "00 0100 e80705200c1e00", Bad: "out_of_range @ 6 Day",
		Want: bgm.Measurement{Sequence: 1, BaseTime: clock.DateTime{Year: 2024, Month: 5, Day: 32, Hour: 12, Minute: 30, Second: 0}},
	},
	{
		Name: "surplus", Wire: "00 0100 e807051f0c1e00 00", Want: bgm.Measurement{Sequence: 1, BaseTime: atttest.May31},
		Bad: "trailing_bytes @ 10",
	},
	{
		Name: "reserved flag", Wire: "20 0100 e807051f0c1e00", Want: bgm.Measurement{Sequence: 1, BaseTime: atttest.May31, Reserved: 0x20},
		Bad: "reserved_bits @ 0 Flags",
	},
}

func TestGlucoseMeasurement(t *testing.T) { atttest.Vectors(t, bgm.ParseMeasurement, glucoses) }

func FuzzParseGlucoseMeasurement(f *testing.F) { atttest.Fuzz(f, bgm.ParseMeasurement, glucoses) }

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
		_, err := bgm.ParseMeasurement(atttest.Unhex(t, fmt.Sprintf("02 0100 e807051f0c1e00 78b0 %02x", b)))
		if bad := atttest.Fault(err); bad != want {
			t.Errorf("type %d, location %d: %q, want %q", typ, location, bad, want)
		}
	}
}

func TestGlucoseReadings(t *testing.T) {
	const record = "0100 e807051f0c1e00 " // sequence and time
	rows := []atttest.Meaning{
		{Name: "kg/L", Wire: "02 " + record + "78b0 11", Want: []string{"GlucoseCapillaryBlood 120 mg/dL [good] 2024-05-31 12:30:00"}},
		{Name: "kg/L with a digit more", Wire: "02 " + record + "b4a4 11", Want: []string{"GlucoseCapillaryBlood 120.4 mg/dL [good] 2024-05-31 12:30:00"}},
		{Name: "mol/L", Wire: "06 " + record + "37c0 11", Want: []string{"GlucoseCapillaryBlood 5.5 mmol/L [good] 2024-05-31 12:30:00"}},
		{Name: "offset back over midnight", Wire: "03 0100 e8070501000500 f6ff 78b0 11", Want: []string{
			"GlucoseCapillaryBlood 120 mg/dL [good] 2024-04-30 23:55:00",
		}},
		{Name: "incomplete date", Wire: "03 0100 0000051f0c1e00 0a00 78b0 11", Want: []string{"GlucoseCapillaryBlood 120 mg/dL [clock-unset] on arrival"}},
		{Name: "control by type", Wire: "02 " + record + "78b0 fa", Want: []string{"GlucoseControl 120 mg/dL [test-data] 2024-05-31 12:30:00"}},
		{Name: "control by place", Wire: "02 " + record + "78b0 41", Want: []string{"GlucoseControl 120 mg/dL [test-data] 2024-05-31 12:30:00"}},
		{Name: "HI", Wire: "02 " + record + "fe07 11", Want: []string{"GlucoseCapillaryBlood no value [above-range] 2024-05-31 12:30:00"}},
		{Name: "LO", Wire: "02 " + record + "0208 11", Want: []string{"GlucoseCapillaryBlood no value [below-range] 2024-05-31 12:30:00"}},
		{Name: "NaN", Wire: "02 " + record + "ff07 11", Want: []string{"GlucoseCapillaryBlood no value [not-a-number] 2024-05-31 12:30:00"}},
		{Name: "NaN, too high", Wire: "0a " + record + "ff07 11 2000", Want: []string{"GlucoseCapillaryBlood no value [above-range] 2024-05-31 12:30:00"}},
		{Name: "NaN, too low", Wire: "0a " + record + "ff07 11 4000", Want: []string{"GlucoseCapillaryBlood no value [below-range] 2024-05-31 12:30:00"}},
		{Name: "no concentration, too low", Wire: "08 " + record + "4000", Want: []string{"GlucoseGeneric no value [below-range] 2024-05-31 12:30:00"}},
		{Name: "no concentration", Wire: "08 " + record + "0200", Want: nil},
		{Name: "a number that is too high", Wire: "0a " + record + "58b2 11 2000", Want: []string{
			"GlucoseCapillaryBlood 600 mg/dL [questionable] 2024-05-31 12:30:00",
		}},
	}
	for i, kind := range []string{
		"GlucoseCapillaryBlood", "GlucoseCapillaryPlasma", "GlucoseVenousBlood", "GlucoseVenousPlasma", "GlucoseArterialBlood",
		"GlucoseArterialPlasma", "GlucoseGeneric", "GlucoseUndeterminedPlasma", "GlucoseISF",
	} {
		rows = append(rows, atttest.Meaning{Name: bgm.SampleType(i + 1).String(), Wire: fmt.Sprintf("02 %s78b0 f%x", record, i+1), Want: []string{
			kind + " 120 mg/dL [good] 2024-05-31 12:30:00",
		}})
	}
	for bit, quality := range []string{
		"low-battery", "sensor-fault", "sample-fault", "sample-fault", "sample-fault", "questionable", "questionable", "invalid", "invalid",
		"sample-fault", "sensor-fault",
	} {
		rows = append(rows, atttest.Meaning{Name: bgm.Status(1 << bit).String(), Wire: fmt.Sprintf("0a %s78b0 11 %02x%02x", record, 1<<bit&0xFF, 1<<bit>>8), Want: []string{
			"GlucoseCapillaryBlood 120 mg/dL [" + quality + "] 2024-05-31 12:30:00",
		}})
	}
	rows = append(rows, atttest.Meaning{Name: "time fault", Wire: "0a " + record + "78b0 11 0008", Want: []string{
		"GlucoseCapillaryBlood 120 mg/dL [clock-unset] on arrival",
	}})
	atttest.TestReadings(t, bgm.UUIDMeasurement, rows)
	atttest.Allocs(t, bgm.ParseMeasurement, glucoses[2].Wire)
}

// A record keeps its number, whatever the transport counts.
func TestGlucoseSequence(t *testing.T) {
	m := bgm.Measurement{Sequence: 0xFFFF, Concentration: 0xB078, HasConcentration: true, Type: bgm.SampleCapillaryBlood}
	if r := m.AppendReadings(nil, device.Frame{Sequence: 7})[0]; r.Sequence != 0xFFFF {
		t.Errorf("sequence %d, want %d", r.Sequence, 0xFFFF)
	}
}

var contexts = []atttest.Vector[bgm.Context]{
	{Name: "sequence", Wire: "00 2a00", Want: bgm.Context{Sequence: 42}},
	{Name: "meal", Wire: "02 0700 02", Want: bgm.Context{Sequence: 7, Meal: bgm.MealAfter, HasMeal: true}},
	{
		Name: "litres without medication", Wire: "20 2a00", Want: bgm.Context{Sequence: 42, Litres: true},
	},
	{
		Name: "all", Wire: "ff 2a00 80 01 1ed0 05 f1 5802 3c 04 0aa0 46f0",
		Want: bgm.Context{
			Sequence: 42, ExtendedFlags: 0x80, HasExtendedFlags: true,
			CarbohydrateID: bgm.CarbohydrateBreakfast, Carbohydrate: 0xD01E, HasCarbohydrate: true,
			Meal: bgm.MealBedtime, HasMeal: true, Tester: bgm.TesterSelf, Health: bgm.HealthNotAvailable, HasTester: true,
			ExerciseDuration: 600, ExerciseIntensity: 60, HasExercise: true,
			MedicationID: bgm.MedicationLong, Medication: 0xA00A, Litres: true, HasMedication: true,
			HbA1c: 0xF046, HasHbA1c: true,
		},
	},
	{
		Name: "no numbers", Wire: "51 2a00 07 ff07 05 0008 0108",
		Want: bgm.Context{
			Sequence: 42, CarbohydrateID: bgm.CarbohydrateBrunch, Carbohydrate: medfloat.SNaN, HasCarbohydrate: true,
			MedicationID: bgm.MedicationPremixed, Medication: medfloat.SNRes, HasMedication: true, HbA1c: medfloat.SReserved, HasHbA1c: true,
		},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "cut in the sequence", Wire: "00 01", Bad: "truncated @ 1 Sequence"},
	{Name: "no meal", Wire: "02 0700", Want: bgm.Context{Sequence: 7, HasMeal: true}, Bad: "truncated @ 3 Meal"},
	{
		Name: "carbohydrate 0", Wire: "01 0700 00 0000", Want: bgm.Context{Sequence: 7, HasCarbohydrate: true},
		Bad: "reserved_value @ 3 CarbohydrateID",
	},
	{
		Name: "carbohydrate 8", Wire: "81 0700 00 08 0000", Bad: "reserved_value @ 4 CarbohydrateID",
		Want: bgm.Context{Sequence: 7, HasExtendedFlags: true, CarbohydrateID: 8, HasCarbohydrate: true},
	},
	{Name: "meal 0", Wire: "02 0700 00", Want: bgm.Context{Sequence: 7, HasMeal: true}, Bad: "reserved_value @ 3 Meal"},
	{Name: "meal 6", Wire: "02 0700 06", Want: bgm.Context{Sequence: 7, Meal: 6, HasMeal: true}, Bad: "reserved_value @ 3 Meal"},
	{
		Name: "tester 4", Wire: "04 0700 14", Want: bgm.Context{Sequence: 7, Tester: 4, Health: 1, HasTester: true},
		Bad: "reserved_value @ 3 Tester",
	},
	{
		Name: "health 6", Wire: "04 0700 61", Want: bgm.Context{Sequence: 7, Tester: 1, Health: 6, HasTester: true},
		Bad: "reserved_value @ 3 Health",
	},
	{
		Name: "medication 6", Wire: "10 0700 06 0000", Want: bgm.Context{Sequence: 7, MedicationID: 6, HasMedication: true},
		Bad: "reserved_value @ 3 MedicationID",
	},
}

func TestGlucoseContext(t *testing.T) { atttest.Vectors(t, bgm.ParseContext, contexts) }

func FuzzParseGlucoseContext(f *testing.F) { atttest.Fuzz(f, bgm.ParseContext, contexts) }

func TestGlucoseContextReadings(t *testing.T) {
	atttest.TestReadings(t, bgm.UUIDContext, []atttest.Meaning{
		{Name: "nothing to measure", Wire: "06 0700 02 11", Want: nil},
		{Name: "all", Wire: "59 2a00 01 1ed0 5802 3c 04 0aa0 46f0", Want: []string{
			"CarbohydrateIntake 30 g [good] on arrival", "ExerciseIntensity 60 % [good] on arrival", "HbA1c 7.0 % [good] on arrival",
		}},
		{Name: "no numbers", Wire: "41 2a00 01 ff07 fe07", Want: []string{
			"CarbohydrateIntake no value [not-a-number] on arrival", "HbA1c no value [above-range] on arrival",
		}},
	})
	atttest.Allocs(t, bgm.ParseContext, contexts[3].Wire)
}

func TestGlucoseTooWide(t *testing.T) {
	for _, m := range []atttest.Encoder{
		bgm.Measurement{Type: 16, HasConcentration: true},
		bgm.Measurement{Location: 16, HasConcentration: true},
		bgm.Context{Tester: 16, HasTester: true},
		bgm.Context{Health: 16, HasTester: true},
	} {
		if _, err := m.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v encodes: %v, want %v", m, err, device.ErrOutOfRange)
		}
	}
}

func BenchmarkGlucose(b *testing.B) {
	atttest.Benchmark(b, bgm.ParseMeasurement, "0b 0200 e807051f0c1e00 c4ff 78b0 11 0000")
}

func BenchmarkGlucoseContext(b *testing.B) {
	atttest.Benchmark(b, bgm.ParseContext, "7f 2a00 01 1ed0 05 f1 5802 3c 04 0aa0 46f0")
}
