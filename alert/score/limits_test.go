package score_test

import (
	"errors"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

// Charts and parameters of a newer version are none: they know nothing and
// take nothing.
func TestUnknownChartsAndParameters(t *testing.T) {
	var in score.Inputs
	if err := in.Measure(score.Pulse, vitals.PerMinute(180), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	before := in
	for _, p := range []score.Parameter{score.ParameterCount, 64, 255} {
		for name, err := range map[string]error{
			"Measure": in.Measure(p, vitals.PerMinute(1), time.Unix(2, 0)), "SetCode": in.SetCode(p, 0, time.Unix(2, 0)),
			"SetCells": in.SetCells(p, vitals.Decimal{Coef: 1}, time.Unix(2, 0)),
		} {
			if !errors.Is(err, score.ErrForm) {
				t.Errorf("%s(%v): %v, want ErrForm", name, p, err)
			}
		}
		in.Clear(p)
		_, known := in.Value(p)
		_, timed := in.At(p)
		_, aged := score.NEWS2.Evaluate(&in, time.Time{}, 0).Age(p)
		if known || timed || aged || in != before {
			t.Errorf("%v: value %t, time %t, age %t", p, known, timed, aged)
		}
		if score.NEWS2.Scores(p) || score.NEWS2.PartSNOMED(p) != "" || score.NEWS2.Inputs().Has(p) {
			t.Errorf("NEWS2 looks at %v", p)
		}
	}
	for _, c := range []score.Chart{0, 200, 255} {
		if r := c.Evaluate(&in, time.Time{}, 0); r.Defined() || r.Total != 0 || c.Inputs() != 0 || c.Explain(&in, time.Time{}, 0) != r.String() {
			t.Errorf("%v: %v", c, r)
		}
	}
	for c := range score.Charts() {
		var none score.Inputs
		if got, want := c.Evaluate(nil, time.Time{}, 0), c.Evaluate(&none, time.Time{}, 0); got != want {
			t.Errorf("%v without inputs: %v, want %v", c, got, want)
		}
	}
}
