package alert

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

// ParseRules reads a rule document: JSON as [Schema] describes it. Forecast
// rules name one of the models. What is not known is refused, not skipped; so
// is a rule that could never be true, one with a wrong unit, and rules or
// overrides that contradict one another. The error joins up to twenty of type
// [*DocumentError], each with line, column and path; they wrap [ErrRule].
func ParseRules(text []byte, models ...Model) (RuleSet, error) {
	p := &parser{text: text}
	root := p.parse()
	if root == nil {
		return RuleSet{}, errors.Join(p.errs...)
	}
	var d setDoc
	p.decode(root, reflect.ValueOf(&d).Elem())
	if len(p.errs) == 0 && d.Version != documentVersion {
		p.complain(root.at("version"), "not a version of the format that is known here")
	}
	if len(p.errs) == 0 && len(d.Rules) > maxRules {
		p.complain(root.at("rules"), "more than 1024 rules")
	}
	if len(p.errs) > 0 {
		return RuleSet{}, errors.Join(p.errs...)
	}
	set := p.set(root, &d, models)
	if len(p.errs) > 0 {
		return RuleSet{}, errors.Join(p.errs...)
	}
	set.check(func(c complaint) { p.mistake(c.place(root), c.err) })
	if len(p.errs) > 0 {
		return RuleSet{}, errors.Join(p.errs...)
	}
	return set, nil
}

func (p *parser) set(root *node, d *setDoc, models []Model) (set RuleSet) {
	for i := range d.Rules {
		set.Rules = append(set.Rules, p.rule(root.get("rules").items[i], &d.Rules[i], models, false))
	}
	for _, c := range d.Cohorts {
		members := make([]vitals.PatientID, len(c.Members))
		for i, id := range c.Members {
			members[i] = vitals.NewPatientID(id)
		}
		set.Cohorts = append(set.Cohorts, Cohort{c.Name, members})
	}
	for i := range d.Overrides {
		o, n := &d.Overrides[i], root.get("overrides").items[i]
		override := Override{
			Patient: vitals.NewPatientID(o.Patient), Cohort: o.Cohort, Device: vitals.DeviceID(o.Device),
			Rule: o.Rule, Off: o.Off, By: o.By, Why: o.Why, Since: o.Since.Time,
		}
		if o.With != nil {
			override.With = p.rule(n.get("with"), o.With, models, false)
			if o.With.Name == "" && override.With.err == nil {
				override.With = override.With.Named(o.Rule)
			}
		}
		set.Overrides = append(set.Overrides, override)
	}
	return set
}

// rule makes the rule of a document. The first mistake in it is noted at the
// member that made it.
func (p *parser) rule(n *node, d *ruleDoc, models []Model, part bool) Rule {
	if !p.checkMembers(n, d.When, part) {
		return Rule{}
	}
	before := len(p.errs)
	r := p.condition(n, d, models)
	where := ""
	apply := func(member string, change func(Rule) Rule) {
		if n.get(member) != nil && r.err == nil {
			where = member
			r = change(r)
		}
	}
	apply("name", func(r Rule) Rule { return r.Named(d.Name) })
	apply("count", func(r Rule) Rule { return r.Of(d.Count.N, d.Count.Of) })
	apply("for", func(r Rule) Rule { return r.For(time.Duration(d.For)) })
	apply("clearAt", func(r Rule) Rule { return r.ClearAt(d.ClearAt) })
	apply("clearAfter", func(r Rule) Rule { return r.ClearAfter(time.Duration(d.ClearAfter)) })
	apply("maxAge", func(r Rule) Rule { return r.MaxAge(time.Duration(d.MaxAge)) })
	apply("maxAges", func(r Rule) Rule { return d.withMaxAges(r) })
	apply("complete", Rule.CompleteOnly)
	apply("priority", func(r Rule) Rule { return r.Priority(parsePriority(d.Priority)) })
	apply("family", func(r Rule) Rule { return r.Family(d.Family) })
	apply("latching", Rule.Latching)
	apply("nonSuppressible", Rule.NonSuppressible)
	apply("advisory", Rule.Advisory)
	apply("remind", func(r Rule) Rule { return r.Remind(time.Duration(d.Remind)) })
	apply("rearm", func(r Rule) Rule { return r.Rearm(time.Duration(d.Rearm)) })
	apply("flapping", func(r Rule) Rule { return r.Flapping(d.Flapping.N, time.Duration(d.Flapping.Within)) })
	apply("during", func(r Rule) Rule { return d.during(r) })
	apply("quietAfter", func(r Rule) Rule {
		for _, q := range d.QuietAfter {
			r = r.After(q.Event, time.Duration(q.For))
		}
		return r
	})
	apply("setBy", func(r Rule) Rule { return r.SetBy(d.SetBy.By, d.SetBy.Why, d.SetBy.Since.Time) })
	if err := r.Err(); err != nil && len(p.errs) == before {
		var mistake *ruleError
		if errors.As(err, &mistake) && mistake.member != "" {
			where = mistake.member
		}
		p.mistake(n.at(where), err)
	}
	return r
}

// condition makes the rule of the members that its condition has.
func (p *parser) condition(n *node, d *ruleDoc, models []Model) Rule {
	within, per, window := time.Duration(d.Within), time.Duration(d.Per), time.Duration(d.Window)
	long, ahead := time.Duration(d.Long), time.Duration(d.Ahead)
	switch d.When {
	case "above":
		return Above(d.Kind, d.Limit)
	case "below":
		return Below(d.Kind, d.Limit)
	case "outside":
		return Outside(d.Kind, d.Low, d.High)
	case "missing":
		return Missing(d.Kind, time.Duration(d.After))
	case "missing-readings":
		return MissingOf(d.Kind, d.Readings, time.Duration(d.Every))
	case "rises-by":
		return RisesBy(d.Kind, d.By, within)
	case "falls-by":
		return FallsBy(d.Kind, d.By, within)
	case "rises-faster":
		return RisesFaster(d.Kind, d.By, per, window)
	case "falls-faster":
		return FallsFaster(d.Kind, d.By, per, window)
	case "dose-above":
		return DoseAbove(d.Kind, d.Limit, d.Amount, long)
	case "dose-below":
		return DoseBelow(d.Kind, d.Limit, d.Amount, long)
	case "drifts-ewma":
		return Drifts(d.Kind, parseDirection(d.Direction), EWMA{d.Weight, d.Sigmas, d.Warmup})
	case "drifts-cusum":
		return Drifts(d.Kind, parseDirection(d.Direction), CUSUM{d.Slack, d.Decision, d.Warmup})
	case "drifts-macd":
		return Drifts(d.Kind, parseDirection(d.Direction), MACD{d.Fast, d.Slow, d.By})
	case "forecast-above":
		return ForecastAbove(d.Kind, d.Limit, ahead, find(models, d.Model), d.Sigmas)
	case "forecast-below":
		return ForecastBelow(d.Kind, d.Limit, ahead, find(models, d.Model), d.Sigmas)
	case "score-reaches":
		c, _ := score.ParseChart(d.Score)
		return ScoreReaches(c, d.Value)
	case "not":
		return Not(p.rule(n.get("part"), d.Part, models, true))
	case "then":
		return Then(p.rule(n.get("first"), d.First, models, true), p.rule(n.get("second"), d.Second, models, true), within)
	}
	parts := make([]Rule, len(d.Parts))
	for i := range parts {
		parts[i] = p.rule(n.get("parts").items[i], &d.Parts[i], models, true)
	}
	if d.When == "any" {
		return Any(parts...)
	}
	return All(parts...)
}

func find(models []Model, name string) Model {
	for _, m := range models {
		if m != nil && m.Name() == name {
			return m
		}
	}
	return nil
}

func (d *ruleDoc) withMaxAges(r Rule) Rule {
	for _, a := range d.MaxAges {
		i := slices.IndexFunc(parameters(), func(p score.Parameter) bool { return p.String() == a.Input })
		if i < 0 {
			return r.fail("no such input of a score")
		}
		r = r.MaxAge(time.Duration(a.Age), score.Parameter(i))
	}
	return r
}

func parameters() []score.Parameter {
	all := make([]score.Parameter, score.ParameterCount)
	for i := range all {
		all[i] = score.Parameter(i)
	}
	return all
}

func (d *ruleDoc) during(r Rule) Rule {
	s := week.Schedule{Zone: d.During.Zone}
	for _, w := range d.During.Windows {
		window := week.Window{From: int(w.From), To: int(w.To)}
		for _, name := range w.Days {
			day := time.Sunday
			for day <= time.Saturday && dayName(day) != name {
				day++
			}
			if day > time.Saturday {
				return r.fail(`a day is not one of "sun" to "sat"`)
			}
			window.Days = append(window.Days, day)
		}
		s.Windows = append(s.Windows, window)
	}
	return r.During(s)
}

// parsePriority returns what no priority is for an unknown word.
func parsePriority(word string) Priority {
	p := High + 1
	_ = p.UnmarshalText([]byte(word)) // an error leaves p
	return p
}

// parseDirection returns what no direction is for an unknown word.
func parseDirection(word string) Direction {
	for d := Up; d <= Either; d++ {
		if d.word() == word {
			return d
		}
	}
	return Either + 1
}
