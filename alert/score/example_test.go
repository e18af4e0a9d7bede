package score_test

import (
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// Readings go in as they come; any chart can be asked at any time.
func Example() {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var in score.Inputs
	for _, r := range []vitals.Reading{
		{Kind: vitals.RespiratoryRate, Quantity: vitals.PerMinute(24), At: at},
		{Kind: vitals.SpO2, Quantity: vitals.Percent(93), At: at},
		{Kind: vitals.SupplementalOxygen, Code: uint32(vitals.BreathesAir), At: at},
		{Kind: vitals.Systolic, Quantity: vitals.MmHg(105), At: at},
		{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(115), At: at},
		{Kind: vitals.BodyTemperature, Quantity: vitals.CelsiusTenths(385), At: at},
	} {
		in.Set(r)
	}
	fmt.Println(score.NEWS2.Evaluate(&in, at.Add(10*time.Minute), time.Hour))
	fmt.Println(score.ShockIndex.Evaluate(&in, at.Add(10*time.Minute), time.Hour))
	// Output:
	// NEWS2 at least 8, high risk, emergency response threshold: respiratory rate 2, SpO2 2, systolic pressure 1, pulse 2, temperature 1; missing consciousness; continuous monitoring of vital signs
	// shock index 1.10, raised, above 0.7
}

// Laboratory values, findings and the age have no reading and are entered by
// their own methods.
func ExampleInputs_Measure() {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var in score.Inputs
	err := in.Measure(score.Urea, vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 82, Exp: -1}), at)
	if err != nil {
		log.Fatal(err)
	}
	if err := in.SetCode(score.Consciousness, uint32(vitals.ACVPUConfused), at); err != nil {
		log.Fatal(err)
	}
	if err := in.SetAge(71); err != nil {
		log.Fatal(err)
	}
	r := score.CURB65.Evaluate(&in, at, time.Hour)
	fmt.Println(r.Total, r.Band, r.Monitoring())
	fmt.Println("missing:", r.Missing)
	// Output:
	// 3 high urgent hospital admission
	// missing: respiratory rate, systolic pressure, diastolic pressure
}

// Between two printed steps, a value is rounded to the step first.
func ExampleChart_Explain() {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var in score.Inputs
	in.Set(vitals.Reading{Kind: vitals.BodyTemperature, Quantity: vitals.UnitCelsius.Of(vitals.Decimal{Coef: 3805, Exp: -2}), At: at})
	fmt.Println(score.NEWS2.Explain(&in, at.Add(5*time.Minute), time.Hour))
	// Output:
	// NEWS2 at least 1, low risk: temperature 38.1 °C 5m0s ago = 1; missing respiratory rate, SpO2, air or oxygen, systolic pressure, pulse, consciousness; at least every 4 to 6 hours
}

func ExampleChart_Table() {
	fmt.Print(score.BPACCAHA2017.Table())
	// Output:
	// BP ACC/AHA 2017: office blood pressure class, ACC/AHA 2017 (Whelton et al., Hypertension 2018;71:e13)
	//   systolic pressure mmHg: to 119 = 0, 120 to 129 = 1, 130 to 139 = 2, 140 to 180 = 3, from 181 = 4
	//   diastolic pressure mmHg: to 79 = 0, 80 to 89 = 2, 90 to 120 = 3, from 121 = 4
	//   from 0: normal (low)
	//   from 1: elevated (low-medium)
	//   from 2: stage 1 hypertension (medium)
	//   from 3: stage 2 hypertension (high)
	//   from 4: hypertensive crisis (critical); measure again at once
}

func ExampleChart_Evaluate() {
	var in score.Inputs
	for p, q := range map[score.Parameter]vitals.Quantity{
		score.SystolicPressure: vitals.MmHg(128), score.DiastolicPressure: vitals.MmHg(86),
	} {
		if err := in.Measure(p, q, time.Time{}); err != nil {
			log.Fatal(err)
		}
	}
	for _, c := range []score.Chart{score.BPACCAHA2017, score.BPESC2024, score.BPESC2024Home} {
		fmt.Printf("%v: %s\n", c, c.Evaluate(&in, time.Time{}, 0).Level())
	}
	// Output:
	// BP ACC/AHA 2017: stage 1 hypertension
	// BP ESC 2024 office: elevated
	// BP ESC 2024 home: hypertension
}

func ExampleMeanArterialPressure() {
	q, err := score.MeanArterialPressure(vitals.MmHg(130), vitals.MmHg(90))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(q)
	// Output: 103.3 mmHg
}
