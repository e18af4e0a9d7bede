package alert

import (
	"fmt"

	"github.com/telemed-go/sdk/vitals"
)

// A RuleSet is rules with their overrides: what a document holds
// ([ParseRules]). It is plain data and may be put together by hand;
// [RuleSet.Check] tells whether it makes sense. The zero value has no rules,
// which does not.
type RuleSet struct {
	Rules     []Rule
	Cohorts   []Cohort
	Overrides []Override
}

// Check tells what is wrong with the set, up to twenty mistakes: that of every
// rule, rules of one name, limits that cross or overlap, overrides that replace
// nothing or contradict one another. The errors wrap [ErrRule].
func (s RuleSet) Check() error {
	_, err := s.table()
	return err
}

// check reports the mistakes.
func (s RuleSet) check(report func(complaint)) {
	if len(s.Rules) == 0 {
		report(complaint{err: wrong("no rules")})
		return
	}
	if len(s.Rules) > maxRules {
		report(complaint{err: wrong("more than %d rules", maxRules)})
		return
	}
	byName := make(map[string]*Rule, len(s.Rules))
	for i := range s.Rules {
		r := &s.Rules[i]
		switch err := r.Err(); {
		case err != nil:
			report(complaint{"rules", i, "", err})
		case byName[r.name] != nil:
			report(complaint{"rules", i, "name", wrong("two rules named %q, see Named", r.name)})
		}
		byName[r.name] = r
		for j := range i {
			if why := clash(&s.Rules[j], r); why != "" {
				report(complaint{"rules", i, "limit", wrong("rules %q and %q: %s", s.Rules[j].name, r.name, why)})
			}
		}
	}
	s.checkCohorts(report)
	s.checkOverrides(byName, report)
}

func (s RuleSet) checkCohorts(report func(complaint)) {
	for i, c := range s.Cohorts {
		switch {
		case c.Name == "" || len(c.Name) > maxName:
			report(complaint{"cohorts", i, "name", wrong("the name of a cohort is not of 1 to %d bytes", maxName)})
		case s.cohort(c.Name) != &s.Cohorts[i]:
			report(complaint{"cohorts", i, "name", wrong("two cohorts named %q", c.Name)})
		}
		for _, p := range c.Members {
			if p.IsZero() {
				report(complaint{"cohorts", i, "members", wrong("a member of cohort %q is nobody", c.Name)})
				break
			}
		}
	}
}

// A target is whom an override of a rule is for.
type target struct {
	rule, cohort string
	patient      vitals.PatientID
	device       vitals.DeviceID
}

func (o *Override) target() target { return target{o.name(), o.Cohort, o.Patient, o.Device} }

func (s RuleSet) checkOverrides(byName map[string]*Rule, report func(complaint)) {
	if len(s.Overrides) > maxOverrides {
		report(complaint{err: wrong("more than %d overrides", maxOverrides)})
		return
	}
	with := make(map[target]*Rule, len(s.Overrides))
	for i := range s.Overrides {
		with[s.Overrides[i].target()] = &s.Overrides[i].With
	}
	seen := make(map[target]bool, len(s.Overrides))
	for i := range s.Overrides {
		o := &s.Overrides[i]
		member, why := o.check(byName[o.name()])
		if why == "" {
			member, why = s.claim(o, seen)
		}
		for j := 0; j < len(s.Rules) && why == "" && !o.Off; j++ {
			other, t := &s.Rules[j], o.target()
			if other.name == o.name() {
				continue
			}
			if t.rule = other.name; with[t] != nil {
				other = with[t]
			}
			if why = clash(other, &o.With); why != "" {
				member, why = "with", fmt.Sprintf("with rule %q: %s", other.name, why)
			}
		}
		if why != "" {
			report(complaint{"overrides", i, member, wrong("override of rule %q: %s", o.name(), why)})
		}
	}
}

// claim notes whom an override is for. A patient of two cohorts must not have
// two replacements of one rule.
func (s RuleSet) claim(o *Override, seen map[target]bool) (member, why string) {
	var all []target
	if o.Cohort == "" {
		all = []target{o.target()}
	} else if c := s.cohort(o.Cohort); c == nil {
		return "cohort", "no cohort of this name"
	} else {
		for _, p := range c.Members {
			all = append(all, target{rule: o.name(), cohort: "some", patient: p})
		}
	}
	for _, t := range all {
		if seen[t] {
			return "", "another override of the rule is for the same patient, cohort or device"
		}
		seen[t] = true
	}
	return "", ""
}

// clash is why two limits on one kind cannot stand together.
func clash(a, b *Rule) string {
	if !a.simple() || !b.simple() || a.kind != b.kind {
		return ""
	}
	limit, ok := a.inLimitUnit(b.limit)
	if !ok {
		return ""
	}
	side := limit.Cmp(a.limit.Value()) // of b's limit
	if a.cond == b.cond {
		if a.family == "" || a.family != b.family {
			return ""
		}
		// The one that is harder to reach is the more severe level.
		worse, level := a, b
		if side != 0 && side > 0 == (b.cond == above) {
			worse, level = b, a
		}
		if side == 0 || worse.priority <= level.priority {
			return "in a family, the further limit has the higher priority"
		}
		return ""
	}
	high, low := a, b
	if a.cond == below {
		high, low = b, a
		side = -side
	}
	if side > 0 { // the lower limit is above the upper
		return "the limits cross: every value would be an alarm"
	}
	for _, pair := range [...][2]*Rule{{low, high}, {high, low}} {
		if pair[0].clear.IsZero() {
			continue
		}
		back, ok := pair[1].inLimitUnit(pair[0].clear)
		if !ok {
			continue
		}
		if c := back.Cmp(pair[1].limit.Value()); c != 0 && c > 0 == (pair[1].cond == above) {
			return "the value to clear at of one is beyond the limit of the other"
		}
	}
	return ""
}

// simple reports whether the rule is a limit at all times.
func (r *Rule) simple() bool {
	return r.err == nil && (r.cond == above || r.cond == below) && r.gate == nil && !r.off
}
