package alert_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

// levels are rules of one family.
func levels(family string, rules ...alert.Rule) []alert.Rule {
	for i := range rules {
		rules[i] = rules[i].Family(family)
	}
	return rules
}

func decimal(coef int64, exp int8) vitals.Decimal { return vitals.Decimal{Coef: coef, Exp: exp} }

func TestConditionsAreChecked(t *testing.T) {
	hr, spo2 := vitals.HeartRate, vitals.SpO2
	low := alert.Below(spo2, vitals.Percent(90))
	deep := low
	for range 8 {
		deep = alert.Not(deep)
	}
	wide := alert.All(low, low, low, low, low, low, low, low, low, low, low, low, low, low, low, low)
	for _, c := range []struct {
		rule alert.Rule
		want string
	}{
		{alert.Above(spo2, vitals.Percent(100)), "no value of the kind can be above the limit"},
		{alert.Above(spo2, vitals.UnitOne.Of(decimal(1, 0))), "no value of the kind can be above the limit"},
		{alert.Below(hr, vitals.PerMinute(0)), "no value of the kind can be below the limit"},
		{low.ClearAt(vitals.Percent(101)), "can reach the value to clear at"},
		{alert.Outside(hr, vitals.PerMinute(120), vitals.PerMinute(120)), "not below the upper"},
		{alert.Outside(hr, vitals.PerMinute(50), vitals.UnitHertz.Of(decimal(2, 0))), "different units"},
		{alert.Outside(hr, vitals.PerMinute(-1), vitals.PerMinute(400)), "can be outside"},
		{alert.Outside(hr, vitals.PerMinute(50), vitals.Percent(90)), "the limit is in %"},
		{alert.Outside(hr, vitals.PerMinute(50), vitals.PerMinute(90)).ClearAt(vitals.PerMinute(80)), "on one side"},
		{low.Of(0, 3), "the count is not"},
		{low.Of(4, 3), "the count is not"},
		{low.Of(3, 65), "the count is not"},
		{alert.Missing(spo2, time.Minute).Of(1, 2), "only readings against a limit"},
		{alert.MissingOf(spo2, 0, time.Minute), "the cadence"},
		{alert.MissingOf(spo2, 1001, time.Minute), "the cadence"},
		{alert.MissingOf(spo2, 3, 0), "the cadence"},
		{alert.RisesBy(hr, vitals.PerMinute(0), time.Minute), "not a positive number"},
		{alert.RisesBy(hr, vitals.PerMinute(-5), time.Minute), "not a positive number"},
		{alert.RisesBy(hr, vitals.PerMinute(400), time.Minute), "can differ so much"},
		{alert.RisesBy(hr, vitals.PerMinute(30), 0), "the time is not"},
		{alert.FallsBy(vitals.ECG, vitals.PerMinute(30), time.Minute), "no numbers"},
		{alert.RisesFaster(hr, vitals.MmHg(2), time.Minute, time.Hour), "the limit is in mm[Hg]"},
		{alert.FallsFaster(hr, vitals.PerMinute(2), 0, time.Hour), "the time is not"},
		{alert.FallsFaster(hr, vitals.PerMinute(2), time.Minute, 400*24*time.Hour), "the time is not"},
		{alert.DoseBelow(spo2, vitals.Percent(90), vitals.UnitOne.Of(decimal(5, -1)), time.Minute), "different units"},
		{alert.DoseBelow(spo2, vitals.Percent(0), vitals.Percent(5), time.Minute), "can be below the limit"},
		{alert.DoseAbove(spo2, vitals.Percent(90), vitals.Percent(0), time.Minute), "not a positive number"},
		{alert.ForecastBelow(spo2, vitals.Percent(90), time.Minute, nil, 0), "no model"},
		{alert.All(low), "2 to 16 parts"},
		{alert.Any(), "2 to 16 parts"},
		{deep, "nested 8 deep"},
		{alert.All(wide, wide, wide, wide), "at most 64 conditions"},
		{alert.All(low, alert.Above(hr, vitals.MmHg(1))), `part 2: rule "HeartRate above 1 mmHg": the limit is in`},
		{alert.All(low, alert.Rule{}), "part 2: the zero Rule"},
		{alert.All(low, low.Latching()), "raises no alarm"},
		{alert.All(low, low.After("meal", time.Hour)), "belongs to the whole rule"},
		{alert.All(low, low.SetBy("x", "y", epoch)), "belongs to the whole rule"},
		{alert.Then(low, low, 0), "the time is not"},
		{low.MaxAge(time.Hour), "only a score or a composite"},
		{alert.All(low, low).MaxAge(time.Hour, score.Pulse), "only a score or a composite"},
		{alert.NEWS2AtLeast(5).MaxAge(time.Hour, score.Bilirubin), "has no such input"},
		{low.CompleteOnly(), "only a score"},
		{alert.ScoreReaches(0, decimal(5, 0)), "no such chart"},
		{alert.ScoreReaches(score.PEWS, decimal(7, 0)), "cannot reach the limit"}, // graded by people
		{alert.ScoreReaches(score.SIPA, decimal(1, 0)), "cannot reach the limit"}, // needs an age
		{alert.ScoreReaches(score.QSOFA, decimal(4, 0)), "cannot reach the limit"},
		{alert.ScoreReaches(score.NEWS2, decimal(0, 0)), "cannot reach the limit"},
		{low.SetBy(strings.Repeat("x", 513), "", epoch), "longer than 512"},
	} {
		err := c.rule.Err()
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, alert.ErrRule) {
			t.Errorf("%s: error %v, want %q", c.rule, err, c.want)
		}
	}
}

func TestWhatIsAllowed(t *testing.T) {
	for _, r := range []alert.Rule{
		alert.ScoreReaches(score.ROX, decimal(488, -2)),
		alert.ScoreReaches(score.RTS, decimal(4, 0)),
		alert.ScoreReaches(score.QSOFA, decimal(2, 0)),
		alert.ScoreReaches(score.NEWS2, decimal(20, 0)),
		alert.Above(vitals.Steps, vitals.UnitSteps.Of(decimal(1, 6))), // no plausible range: no opinion
		alert.Below(vitals.SpO2, vitals.Percent(90)).Of(64, 64),
	} {
		if err := r.Err(); err != nil {
			t.Error(err)
		}
	}
}

func TestRulesThatClash(t *testing.T) {
	hr := vitals.HeartRate
	high, low := alert.Above(hr, vitals.PerMinute(120)), alert.Below(hr, vitals.PerMinute(50))
	for _, c := range []struct {
		name  string
		rules []alert.Rule
		want  string
	}{
		{"levels", levels("rate", high, alert.Above(hr, vitals.PerMinute(150)).Priority(alert.High), low), ""},
		{"levels, the wrong way", levels("rate", high.Priority(alert.High), alert.Above(hr, vitals.PerMinute(150))), "the further limit"},
		{"levels of one priority", levels("rate", low, alert.Below(hr, vitals.PerMinute(40))), "the further limit"},
		{"one level twice", levels("rate", high, alert.Above(hr, vitals.UnitHertz.Of(decimal(2, 0))).Priority(alert.High)), "the further limit"},
		{"no family", []alert.Rule{high.Priority(alert.High), alert.Above(hr, vitals.PerMinute(150))}, ""},
		{"crossing", []alert.Rule{alert.Above(hr, vitals.PerMinute(50)), alert.Below(hr, vitals.PerMinute(120))}, "every value would be"},
		{"crossing, in another unit", []alert.Rule{alert.Below(hr, vitals.UnitHertz.Of(decimal(3, 0))), high}, "every value would be"},
		{"touching", []alert.Rule{alert.Above(hr, vitals.PerMinute(80)), alert.Below(hr, vitals.PerMinute(80))}, ""},
		{"clear beyond the other", []alert.Rule{high, low.ClearAt(vitals.PerMinute(121))}, "beyond the limit of the other"},
		{"clear at the other", []alert.Rule{high, low.ClearAt(vitals.PerMinute(120))}, ""},
		{"another kind", []alert.Rule{alert.Above(vitals.PulseRate, vitals.PerMinute(50)), alert.Below(hr, vitals.PerMinute(120))}, ""},
		{"at other times", []alert.Rule{
			alert.Above(hr, vitals.PerMinute(50)).During(week.Schedule{Windows: []week.Window{{From: 0, To: 60}}}),
			alert.Below(hr, vitals.PerMinute(120)),
		}, ""},
	} {
		err := alert.RuleSet{Rules: c.rules}.Check()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// An override of the patient goes before one of the cohort, that before one of
// the device, and the event says who decided.
func TestOverrides(t *testing.T) {
	low := alert.Below(vitals.SpO2, vitals.Percent(90)).Named("low").SetBy("head of ward", "standard", epoch)
	at := func(percent int64) alert.Rule { return alert.Below(vitals.SpO2, vitals.Percent(percent)).Named("low") }
	bob, carol, dave := vitals.NewPatientID("bob"), vitals.NewPatientID("carol"), vitals.NewPatientID("dave")
	set := alert.RuleSet{
		Rules:   []alert.Rule{low},
		Cohorts: []alert.Cohort{{Name: "COPD", Members: []vitals.PatientID{bob, carol}}},
		Overrides: []alert.Override{
			{Patient: carol, With: at(80), By: "Dr C", Why: "terminal", Since: epoch},
			{Cohort: "COPD", With: at(86), By: "Dr B", Why: "target 88 to 92 %", Since: epoch},
			{Device: "wrist", With: at(84), By: "engineering", Why: "reads low", Since: epoch},
			{Patient: dave, Rule: "low", Off: true, By: "Dr D", Why: "comfort care", Since: epoch},
		},
	}
	rec := new(recorder)
	e, err := alert.NewEngineSet(rec, set)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who    vitals.PatientID
		device vitals.DeviceID
		limit  int64 // 0: no rule
		by     string
		scope  string
	}{
		{alice, "monitor", 90, "head of ward", ""},
		{vitals.NewPatientID("erin"), "wrist", 84, "engineering", "device"},
		{bob, "wrist", 86, "Dr B", "cohort"},
		{carol, "monitor", 80, "Dr C", "patient"},
		{dave, "monitor", 0, "", ""},
	} {
		rec.events = nil
		for i, percent := range []int64{c.limit, max(c.limit, 60) - 1} {
			r := vitals.Reading{Patient: c.who, Device: c.device, Kind: vitals.SpO2, Quantity: vitals.Percent(percent), At: sec(i)}
			if c.limit == 0 && i == 0 {
				continue
			}
			if err := e.Put(t.Context(), []vitals.Reading{r}); err != nil {
				t.Fatal(err)
			}
			if i == 0 && len(rec.events) > 0 {
				t.Errorf("limit %d %%: the limit itself raises %v", c.limit, rec.events[0])
			}
		}
		switch {
		case c.limit == 0 && len(rec.events) > 0:
			t.Errorf("a rule that is off raises %v", rec.events[0])
		case c.limit == 0:
		case len(rec.events) != 1:
			t.Errorf("limit %d %%: %d events, want 1", c.limit, len(rec.events))
		default:
			ev := rec.events[0]
			if ev.Limit != vitals.Percent(c.limit) || ev.Detail.Limit.By != c.by || ev.Detail.Limit.Scope != c.scope {
				t.Errorf("limit %v set by %q (%s), want %d %% by %q (%s)", ev.Limit, ev.Detail.Limit.By, ev.Detail.Limit.Scope, c.limit, c.by, c.scope)
			}
		}
	}
}

// An override may have a condition that needs more state than the rule.
func TestOverrideWithACount(t *testing.T) {
	who := alert.Override{By: "Dr A", Why: "artefacts", Since: epoch}
	counted := who
	counted.Patient, counted.With = alice, alert.Below(vitals.SpO2, vitals.Percent(90)).Of(2, 3)
	counted.Rule, counted.With = "SpO2 below 90 %", counted.With.Named("SpO2 below 90 %")
	rec := new(recorder)
	e, err := alert.NewEngineSet(rec, alert.RuleSet{
		Rules: []alert.Rule{alert.Below(vitals.SpO2, vitals.Percent(90))}, Overrides: []alert.Override{counted},
	})
	if err != nil {
		t.Fatal(err)
	}
	other := spo2(0, 80)
	other.Patient = vitals.NewPatientID("bob")
	play(t, e, spo2(0, 80), other, spo2(1, 81), spo2(2, 95), spo2(3, 95))
	var got []string
	for _, ev := range rec.events {
		got = append(got, fmt.Sprintf("%v %v %v", ev.Patient == alice, ev.State, ev.At.Unix()-epoch.Unix()))
	}
	if want := "false active 0, true active 1, true ended 3"; strings.Join(got, ", ") != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestOverridesAreChecked(t *testing.T) {
	low := alert.Below(vitals.SpO2, vitals.Percent(90)).Named("low")
	full := alert.Override{Patient: alice, With: low.Priority(alert.High), By: "x", Why: "y", Since: epoch}
	change := func(f func(*alert.Override)) []alert.Override { o := full; f(&o); return []alert.Override{o} }
	device := full
	device.Patient, device.Device = vitals.PatientID{}, "d"
	for _, c := range []struct {
		name      string
		overrides []alert.Override
		want      string
	}{
		{"good", []alert.Override{full, device}, ""},
		{"nobody", change(func(o *alert.Override) { o.Patient = vitals.PatientID{} }), "exactly one"},
		{"two", change(func(o *alert.Override) { o.Device = "d" }), "exactly one"},
		{"who", change(func(o *alert.Override) { o.By = "" }), "says who"},
		{"why", change(func(o *alert.Override) { o.Why = "" }), "says who"},
		{"since when", change(func(o *alert.Override) { o.Since = time.Time{} }), "says who"},
		{"name", change(func(o *alert.Override) { o.With = o.With.Named("other") }), "no rule of this name"},
		{"another name", change(func(o *alert.Override) { o.Rule, o.With = "low", o.With.Named("other") }), "another name"},
		{"kind", change(func(o *alert.Override) { o.With = alert.Below(vitals.SaO2, vitals.Percent(90)).Named("low") }), "other kinds"},
		{"condition", change(func(o *alert.Override) { o.With = alert.Above(vitals.SpO2, vitals.Percent(90)).Named("low") }), "another condition"},
		{"wrong", change(func(o *alert.Override) { o.With = alert.Below(vitals.SpO2, vitals.MmHg(90)).Named("low") }), "mm[Hg]"},
		{"both", change(func(o *alert.Override) { o.Off = true }), "either off or"},
		{"twice", []alert.Override{full, full}, "another override"},
		{"off, mandatory", change(func(o *alert.Override) { o.Rule, o.Off, o.With = "pump", true, alert.Rule{} }), "non-suppressible"},
		{"weaker, mandatory", change(func(o *alert.Override) { o.With = alert.Missing(vitals.SpO2, time.Hour).Named("pump") }), "non-suppressible"},
		{"no cohort", change(func(o *alert.Override) { o.Patient, o.Cohort = vitals.PatientID{}, "c" }), "no cohort"},
		{"two cohorts", []alert.Override{
			change(func(o *alert.Override) { o.Patient, o.Cohort = vitals.PatientID{}, "a" })[0],
			change(func(o *alert.Override) { o.Patient, o.Cohort = vitals.PatientID{}, "b" })[0],
		}, "another override"},
		{"crossing", change(func(o *alert.Override) { o.With = alert.Below(vitals.SpO2, vitals.Percent(99)).Named("low") }), "every value would be"},
	} {
		set := alert.RuleSet{
			Rules: []alert.Rule{
				low, alert.Missing(vitals.SpO2, time.Minute).Named("pump").NonSuppressible(), alert.Above(vitals.SpO2, vitals.Percent(98)),
			},
			Cohorts:   []alert.Cohort{{Name: "a", Members: []vitals.PatientID{alice}}, {Name: "b", Members: []vitals.PatientID{alice}}},
			Overrides: c.overrides,
		}
		err := set.Check()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "alice")):
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// A composite is technical if all of its parts are.
func TestCategoryOfComposites(t *testing.T) {
	low, quiet := alert.Below(vitals.SpO2, vitals.Percent(90)), alert.Missing(vitals.HeartRate, time.Minute)
	for _, c := range []struct {
		rule alert.Rule
		want alert.Category
	}{
		{alert.Any(low, quiet), alert.Physiological},
		{alert.Any(quiet, alert.Missing(vitals.SpO2, time.Minute)), alert.Technical},
		{alert.Not(alert.Any(quiet, alert.Missing(vitals.SpO2, time.Minute))), alert.Technical},
	} {
		e, rec := engine(t, c.rule)
		play(t, e, rd(0, vitals.HeartRate, vitals.PerMinute(70), 0), spo2(1, 80), tick(200))
		if len(rec.events) == 0 || rec.events[0].Category != c.want {
			t.Errorf("%s: events %v, want the category %v", c.rule, rec.events, c.want)
		}
	}
}

func ExampleParseRules() {
	set, err := alert.ParseRules([]byte(`{
  "version": 1,
  "rules": [
    {"name": "low SpO2", "when": "below", "kind": "SpO2", "limit": "90 %", "clearAt": "92 %", "for": "10s", "priority": "high"},
    {"name": "gain of weight", "when": "rises-by", "kind": "BodyWeight", "by": "2 kg", "within": "72h"}
  ]
}`))
	fmt.Println(len(set.Rules), set.Rules[0].Version(), err)

	_, err = alert.ParseRules([]byte(`{
  "version": 1,
  "rules": [{"when": "below", "kind": "SpO2", "limit": "90 mm[Hg]"}]
}`))
	fmt.Println(err)
	// Output:
	// 2 3cfa5d46f79d <nil>
	// alert: line 3, column 56: rules[0].limit: rule "SpO2 below 90 mmHg": the limit is in mm[Hg], the kind in %: impossible rule
}

func ExampleAll() {
	rule := alert.All(
		alert.Above(vitals.HeartRate, vitals.PerMinute(110)).For(5*time.Minute),
		alert.Any(alert.Above(vitals.BodyTemperature, vitals.CelsiusTenths(380)), alert.Below(vitals.BodyTemperature, vitals.CelsiusTenths(360))),
	).Named("suspected infection").Priority(alert.Medium)
	fmt.Println(rule, rule.Err())
	// Output: suspected infection <nil>
}
