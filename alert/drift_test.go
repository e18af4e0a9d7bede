package alert

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// feed gives a detector a weight a day and returns the days on which it hit.
func feed(t testing.TB, r Rule, weights ...float64) (days []int) {
	t.Helper()
	d := drive(t, r)
	for i, w := range weights {
		q := vitals.UnitKg.Of(vitals.Decimal{Coef: int64(math.Round(w * 1e6)), Exp: -6})
		said := d.put(vitals.Reading{Kind: vitals.BodyWeight, Quantity: q, Device: "d", At: t0.Add(time.Duration(i) * 24 * time.Hour)})
		if strings.Contains(said[0], "hit") {
			days = append(days, i)
		}
	}
	return days
}

// baseline is ten weights of mean 80 and standard deviation sqrt(10/9).
var baseline = []float64{79, 81, 79, 81, 79, 81, 79, 81, 79, 81}

// The limits are recomputed here from the printed formulas, for the first value
// after the warm-up: the smallest that hits.
func TestDriftLimits(t *testing.T) {
	sd := math.Sqrt(10.0 / 9)
	for _, c := range []struct {
		name  string
		chart Chart
		limit float64 // of the first value
	}{
		// z = mean + w(x-mean); limit 3 sd sqrt(w/(2-w) (1-(1-w)^2)) = 3 sd w
		{"EWMA", EWMA{Weight: 0.25, Sigmas: 3, Warmup: 10}, 80 + 3*sd},
		// S = (x-mean)/sd - 0.5 > 5
		{"CUSUM", CUSUM{Warmup: 10}, 80 + 5.5*sd},
	} {
		r := Drifts(vitals.BodyWeight, Up, c.chart)
		if days := feed(t, r, append(baseline, c.limit-0.001)...); days != nil {
			t.Errorf("%s: %v kg hit, the limit is %v", c.name, c.limit-0.001, c.limit)
		}
		if days := feed(t, r, append(baseline, c.limit+0.001)...); len(days) != 1 {
			t.Errorf("%s: %v kg did not hit, the limit is %v", c.name, c.limit+0.001, c.limit)
		}
		down := Drifts(vitals.BodyWeight, Down, c.chart)
		if days := feed(t, down, append(baseline, 160-c.limit-0.001)...); len(days) != 1 {
			t.Errorf("%s: %v kg did not hit downwards", c.name, 160-c.limit-0.001)
		}
		if days := feed(t, down, append(baseline, c.limit+1)...); days != nil {
			t.Errorf("%s: a rise hit downwards", c.name)
		}
		if days := feed(t, Drifts(vitals.BodyWeight, Either, c.chart), append(baseline, 160-c.limit-0.001)...); len(days) != 1 {
			t.Errorf("%s: either way did not hit", c.name)
		}
	}
}

// A small lasting shift, which no limit on single values would find.
func TestDriftFindsASmallShift(t *testing.T) {
	shifted := append([]float64{}, baseline...)
	for i := range 20 {
		shifted = append(shifted, 81.5+float64(i%2))
	}
	for name, c := range map[string]Chart{"EWMA": EWMA{Warmup: 10}, "CUSUM": CUSUM{Warmup: 10}} {
		days := feed(t, Drifts(vitals.BodyWeight, Up, c), shifted...)
		if len(days) == 0 || days[0] > 16 {
			t.Errorf("%s: hit on days %v, want one by day 16", name, days)
		}
	}
}

// MACD after one step of 10 kg: the averages move by 2/(n+1) of it each.
func TestMACD(t *testing.T) {
	flat := []float64{80, 80, 80, 80, 80, 80, 80, 80, 80, 80}
	far := 10 * (2.0/4 - 2.0/11) // 3.18 kg
	for by, want := range map[float64]int{far - 0.001: 1, far + 0.001: 0} {
		q := vitals.UnitKg.Of(vitals.Decimal{Coef: int64(math.Round(by * 1e3)), Exp: -3})
		r := Drifts(vitals.BodyWeight, Up, MACD{By: q})
		if days := feed(t, r, append(flat, 90)...); len(days) != want {
			t.Errorf("by %v: hit on days %v, want %d of them", by, days, want)
		}
	}
	// What lasts is learned.
	long := flat
	for range 30 {
		long = append(long, 90)
	}
	r := Drifts(vitals.BodyWeight, Up, MACD{By: vitals.UnitKg.Of(dec(2, 0))})
	if days := feed(t, r, long...); len(days) == 0 || days[len(days)-1] > 25 {
		t.Errorf("hit on days %v, want the first days only", days)
	}
}

// A constant baseline has no deviation; the least assumed is 0.5 % of the mean.
func TestDriftOfAConstant(t *testing.T) {
	flat := []float64{80, 80, 80, 80, 80}
	r := Drifts(vitals.BodyWeight, Up, CUSUM{Warmup: 5})
	if days := feed(t, r, append(flat, 82.1)...); days != nil { // 2.1 / 0.4 - 0.5 = 4.75
		t.Errorf("hit on %v", days)
	}
	if days := feed(t, r, append(flat, 82.3)...); len(days) != 1 { // 5.25
		t.Errorf("hit on %v, want day 5", days)
	}
}

func TestDriftsAreChecked(t *testing.T) {
	for why, r := range map[string]Rule{
		"no chart":               Drifts(vitals.BodyWeight, Up, nil),
		"no such direction":      Drifts(vitals.BodyWeight, 7, EWMA{}),
		"no numbers":             Drifts(vitals.ECG, Up, EWMA{}),
		"weight is not":          Drifts(vitals.BodyWeight, Up, EWMA{Weight: 1.1}),
		"standard deviations is": Drifts(vitals.BodyWeight, Up, EWMA{Sigmas: -1}),
		"warm-up":                Drifts(vitals.BodyWeight, Up, EWMA{Warmup: 4}),
		"slack":                  Drifts(vitals.BodyWeight, Up, CUSUM{Slack: math.NaN()}),
		"decision":               Drifts(vitals.BodyWeight, Up, CUSUM{Decision: 101}),
		"fast < slow":            Drifts(vitals.BodyWeight, Up, MACD{Fast: 10, Slow: 10, By: vitals.UnitKg.Of(dec(1, 0))}),
		"has no value":           Drifts(vitals.BodyWeight, Up, MACD{}),
		"is in mm[Hg]":           Drifts(vitals.BodyWeight, Up, MACD{By: vitals.MmHg(3)}),
	} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want %q", err, why)
		}
	}
}

// The Theil-Sen slope against the definition, on values that were drawn once.
func TestTheilSen(t *testing.T) {
	r := RisesFaster(vitals.HeartRate, vitals.PerMinute(1), time.Minute, time.Hour)
	d := r.newDetector().(*sloping)
	// Slopes per minute: 2 1 4/3, 0 1, 2: sorted 0 1 1 4/3 2 2: median 7/6.
	for i, v := range []string{"60 /min", "80 /min", "80 /min", "100 /min"} {
		x := value(t, vitals.HeartRate, []float64{0, 600, 1200, 1800}[i], v)
		d.put(&x, x.At.UnixNano())
	}
	want := 7.0 / 6
	if got := d.speed * 60e9 / 1e6; !d.known || math.Abs(got-want) > 1e-12 {
		t.Errorf("slope %v per minute, known %v, want %v", got, d.known, want)
	}
	// Of one 32nd of the window only the last reading counts.
	for i := range 200 {
		x := value(t, vitals.HeartRate, 1800+float64(i)/4, "100 /min")
		d.put(&x, x.At.UnixNano())
	}
	if len(d.points) > 5 {
		t.Errorf("%d points are kept", len(d.points))
	}
}
