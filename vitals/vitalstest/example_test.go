package vitalstest_test

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

func Example() {
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	p := vitalstest.NewPatient(vitalstest.Sepsis, 1, start)
	for at, s := range p.Samples(start, start.Add(9*time.Hour), 2*time.Hour) {
		fmt.Printf("%s  HR %d  RR %d  BP %d/%d  SpO2 %d %%  %v °C  %v\n",
			at.Format("15:04"), s.HeartRate, s.RespiratoryRate, s.Systolic, s.Diastolic, s.SpO2, s.Temperature, s.Consciousness)
	}
	// Output:
	// 08:00  HR 75  RR 15  BP 135/88  SpO2 98 %  36.4 °C  A
	// 10:00  HR 80  RR 16  BP 135/89  SpO2 98 %  37.1 °C  A
	// 12:00  HR 115  RR 24  BP 131/88  SpO2 96 %  38.6 °C  A
	// 14:00  HR 126  RR 28  BP 96/64  SpO2 93 %  38.5 °C  C
	// 16:00  HR 124  RR 29  BP 86/57  SpO2 92 %  36.0 °C  V
}

func ExampleOnset() {
	// For a demonstration: well for one minute, in septic shock after four.
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	p := vitalstest.NewPatient(vitalstest.Sepsis, 1, start, vitalstest.Onset(time.Minute), vitalstest.Over(3*time.Minute))
	for _, s := range p.Samples(start, start.Add(5*time.Minute), 2*time.Minute) {
		fmt.Println(s.HeartRate, s.Systolic, s.Consciousness)
	}
	// Output:
	// 75 135 A
	// 90 134 A
	// 129 91 C
}

func ExamplePatient_AppendReadings() {
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	p := vitalstest.NewPatient(vitalstest.Rest, 1, start)
	for _, r := range p.AppendReadings(nil, start, vitals.SpO2, vitals.BloodPressure, vitals.GlucoseISF) {
		fmt.Println(r.Device, r.Kind, r.Quantity)
	}
	// Output:
	// oximeter-1 SpO2 98 %
	// cuff-1 Systolic 135 mmHg
	// cuff-1 Diastolic 88 mmHg
	// cuff-1 MeanPressure 104 mmHg
	// cgm-1 GlucoseISF 133 mg/dL
}

func ExamplePatient_RR() {
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	for _, s := range []vitalstest.Scenario{vitalstest.Rest, vitalstest.AF} {
		fmt.Print(s, ":")
		for _, interval := range vitalstest.NewPatient(s, 1, start).RR(start, start.Add(6*time.Second)) {
			fmt.Print(" ", interval.Milliseconds())
		}
		fmt.Println()
	}
	// Output:
	// rest: 796 802 783 772 786 819 833 816
	// af: 540 578 675 500 481 691 598 446 389 562 451
}
