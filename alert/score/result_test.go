package score_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

func TestResultJSON(t *testing.T) {
	for _, c := range []struct {
		chart score.Chart
		drop  []score.Parameter
		want  string
	}{
		{
			score.QSOFA,
			[]score.Parameter{score.SystolicPressure},
			`{"score":"qSOFA","total":1,"complete":false,"band":"low","level":"not high risk",` +
				`"points":{"Glasgow coma score":0,"consciousness":0,"respiratory rate":1},"missing":["systolic pressure"],"age_s":{"respiratory rate":90}}`,
		},
		{
			score.ShockIndex, nil,
			`{"score":"shock index","total":0,"value":0.63,"complete":true,"band":"low","level":"not raised"}`,
		},
		{
			score.ROX,
			[]score.Parameter{score.SpO2},
			`{"score":"ROX","total":0,"complete":false,"band":"undefined","missing":["SpO2"],"age_s":{"respiratory rate":90}}`,
		},
	} {
		in := healthy(t)
		if err := in.Measure(score.RespiratoryRate, vitals.PerMinute(25), noon.Add(-90*time.Second)); err != nil {
			t.Fatal(err)
		}
		for _, p := range c.drop {
			in.Clear(p)
		}
		got, err := json.Marshal(c.chart.Evaluate(&in, noon, time.Hour))
		if err != nil || string(got) != c.want {
			t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
		}
	}
	if got, err := json.Marshal(score.Result{}); err != nil || string(got) != `{"score":"","total":0,"complete":true,"band":"low"}` {
		t.Errorf("zero result: %s, %v", got, err)
	}
}

func TestResultString(t *testing.T) {
	in := timed(t)
	in.Clear(score.Consciousness)
	later := noon.Add(30 * time.Minute)
	if in.Set(vitals.Reading{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(120), At: later}) == 0 {
		t.Fatal("not used")
	}
	for _, c := range []struct{ got, want string }{
		{
			score.NEWS2.Evaluate(&in, later, 0).String(),
			"NEWS2 at least 5, medium risk, urgent response threshold: respiratory rate 2, SpO2 1, pulse 2; missing consciousness; at least hourly",
		},
		{
			score.NEWS2.Evaluate(&in, later, time.Minute).String(),
			"NEWS2 at least 2, low risk: pulse 2; too old respiratory rate, SpO2, air or oxygen, systolic pressure, temperature; " +
				"missing consciousness; at least every 4 to 6 hours",
		},
		{
			score.QSOFA.Explain(&in, later, 0),
			"qSOFA at least 1, not high risk: respiratory rate 22 /min 30m0s ago = 1, systolic pressure 118 mmHg 30m0s ago = 0; missing consciousness",
		},
		{
			score.RTS.Explain(&in, later, 0),
			"RTS not defined: respiratory rate 22 /min 30m0s ago = 4, systolic pressure 118 mmHg 30m0s ago = 4; missing Glasgow coma score",
		},
		{
			score.REMS.Evaluate(&in, later, 0).String(),
			"REMS at least 2: pulse 2; missing mean pressure, Glasgow coma score, age",
		},
		{score.Result{}.String(), " not defined"},
	} {
		if c.got != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}

func TestDerived(t *testing.T) {
	for _, c := range []struct {
		name string
		get  func() (vitals.Quantity, error)
		want string
	}{
		{"mean of 120/80", func() (vitals.Quantity, error) {
			return score.MeanArterialPressure(vitals.MmHg(120), vitals.MmHg(80))
		}, "93.3 mmHg"},
		{"mean of 16/12 kPa", func() (vitals.Quantity, error) {
			return score.MeanArterialPressure(vitals.UnitKPa.Of(vitals.Decimal{Coef: 16}), vitals.UnitKPa.Of(vitals.Decimal{Coef: 12}))
		}, "100.0 mmHg"},
		{"mean without diastolic", func() (vitals.Quantity, error) {
			return score.MeanArterialPressure(vitals.MmHg(120), vitals.Quantity{})
		}, ""},
		{"mean of a pulse", func() (vitals.Quantity, error) {
			return score.MeanArterialPressure(vitals.PerMinute(1), vitals.MmHg(80))
		}, ""},
		{"coma", func() (vitals.Quantity, error) { return score.GlasgowComaScale(1, 1, 1) }, "3 points"},
		{"eyes 5", func() (vitals.Quantity, error) { return score.GlasgowComaScale(5, 5, 6) }, ""},
		{"verbal 0", func() (vitals.Quantity, error) { return score.GlasgowComaScale(4, 0, 6) }, ""},
		{"motor 7", func() (vitals.Quantity, error) { return score.GlasgowComaScale(4, 5, 7) }, ""},
		{"HbA1c 7 %", func() (vitals.Quantity, error) { return score.EstimatedAverageGlucose(vitals.Percent(7)) }, "154.2 mg/dL"},
		{"HbA1c in mmHg", func() (vitals.Quantity, error) { return score.EstimatedAverageGlucose(vitals.MmHg(7)) }, ""},
		{"HbA1c 1 %, below what the formula can do", func() (vitals.Quantity, error) { return score.EstimatedAverageGlucose(vitals.Percent(1)) }, ""},
	} {
		q, err := c.get()
		if (err != nil) != (c.want == "") || err == nil && q.String() != c.want {
			t.Errorf("%s: %v, %v; want %q", c.name, q, err, c.want)
		}
	}
}
