package vitals_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

func Example() {
	at := time.Date(2026, 5, 1, 8, 30, 0, 0, time.UTC)
	r := vitals.Reading{
		Patient:  vitals.NewPatientID("1234567"),
		Device:   "thermometer-7",
		Kind:     vitals.TempEar,
		Quantity: vitals.UnitFahrenheit.Of(vitals.Decimal{Coef: 1004, Exp: -1}),
		At:       at,
	}
	celsius, err := r.Quantity.In(vitals.UnitCelsius)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Kind.Display(), celsius, r.Quality)
	fmt.Println(r.ID())
	// Output:
	// Ear temperature 38.00 °C good
	// 41f6febc-e0ef-5193-8ff9-9fd6d3cdadb7
}

func ExampleDecimal() {
	measured, err := vitals.ParseDecimal("36.40")
	if err != nil {
		fmt.Println(err)
		return
	}
	limit := vitals.Decimal{Coef: 364, Exp: -1}
	fmt.Println(measured, limit, measured.Cmp(limit)) // equal, yet measured more finely
	// Output:
	// 36.40 36.4 0
}

func ExampleQuantity_In() {
	pressure, err := vitals.ParseQuantity("16.0 kPa")
	if err != nil {
		fmt.Println(err)
		return
	}
	mmHg, err := pressure.In(vitals.UnitMmHg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mmHg)
	_, err = pressure.In(vitals.UnitCelsius)
	fmt.Println(err)
	// Output:
	// 120.0 mmHg
	// vitals: unknown unit, or units that do not convert
}

func ExampleQuantity_Cmp() {
	limit := vitals.MgPerDL(54)
	glucose, err := vitals.ParseQuantity("0.00052 kg/L")
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := glucose.Cmp(limit)
	fmt.Println(c < 0, err)
	// Output:
	// true <nil>
}

func ExampleKind_Convert() {
	molar, err := vitals.GlucoseISF.Convert(vitals.MgPerDL(180), vitals.UnitMmolPerL)
	fmt.Println(molar, err)
	// Output:
	// 9.99 mmol/L <nil>
}

func ExamplePatientID() {
	p := vitals.NewPatientID("DOE^JANE")
	fmt.Println(fmt.Sprintf("%+v", p) == p.String(), p.String() != p.Reveal())
	fmt.Println(p == vitals.NewPatientID("DOE^JANE"), vitals.PatientID{})
	// Output:
	// true true
	// true patient-unknown
}

func ExampleReading_ID() {
	r := vitals.Reading{
		Patient:  vitals.NewPatientID("1234567"),
		Device:   "cuff-3",
		Kind:     vitals.Systolic,
		Quantity: vitals.MmHg(128),
		At:       time.Date(2026, 5, 1, 8, 30, 0, 0, time.UTC),
	}
	again := r // the same measurement, sent again after a dropped connection
	again.Quality |= vitals.Stored
	fmt.Println(r.ID() == again.ID())
	again.Sequence++ // another measurement
	fmt.Println(r.ID() == again.ID())
	// Output:
	// true
	// false
}

func ExampleQuality() {
	q := vitals.NoContact | vitals.Motion
	fmt.Println(q, q.Has(vitals.Absent))
	b, err := json.Marshal(q)
	fmt.Println(string(b), err)
	// Output:
	// no-contact|motion false
	// "no-contact|motion" <nil>
}

func ExamplePanels() {
	at := time.Date(2026, 5, 1, 8, 30, 0, 0, time.UTC)
	readings := []vitals.Reading{
		{Kind: vitals.Systolic, Quantity: vitals.MmHg(128), At: at},
		{Kind: vitals.Diastolic, Quantity: vitals.MmHg(82), At: at},
		{Kind: vitals.PulseRateCuff, Quantity: vitals.PerMinute(71), At: at},
	}
	for parts := range vitals.Panels(readings) {
		fmt.Print(parts[0].Kind.Panel(), ":")
		for _, r := range parts {
			fmt.Print(" ", r.Kind, " ", r.Quantity)
		}
		fmt.Println()
	}
	// Output:
	// BloodPressure: Systolic 128 mmHg Diastolic 82 mmHg
	// : PulseRateCuff 71 /min
}

func ExampleWaveform() {
	w := vitals.Waveform{
		Kind:    vitals.ECGLeadII,
		Period:  vitals.Decimal{Coef: 4},
		Unit:    vitals.UnitUV,
		Scale:   vitals.Decimal{Coef: 244, Exp: -2},
		Samples: []int32{0, 100, vitals.SampleError},
	}
	for i := range w.Samples {
		q, ok := w.At(i)
		fmt.Println(q, ok)
	}
	fmt.Println(w.Duration())
	// Output:
	// 0.00 µV true
	// 244.00 µV true
	// no value false
	// 12ms
}

func ExampleACVPU() {
	r := vitals.Reading{Kind: vitals.Consciousness, Code: uint32(vitals.ACVPUConfused)}
	fmt.Println(r.Kind.Display(), vitals.ACVPU(r.Code))
	// Output:
	// Consciousness (ACVPU) C
}

func ExamplePatientID_LogValue() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("reading stored", "patient", vitals.PatientID{}, "kind", vitals.HeartRate, "quantity", vitals.PerMinute(72))
	// Output:
	// level=INFO msg="reading stored" patient=patient-unknown kind=HeartRate quantity="72 /min"
}
