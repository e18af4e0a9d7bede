package alert

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// maxText bounds what people write in a rule, in bytes.
const maxText = 512

// SetBy tells who set the rule, why and since when; events show it
// ([Detail]). It changes neither what the rule does nor its version. Neither
// may identify a patient.
func (r Rule) SetBy(who, why string, since time.Time) Rule {
	r.origin = Provenance{By: who, Why: why, Since: since.UTC()}
	if len(who) > maxText || len(why) > maxText {
		return r.fail("who set it, or why, is longer than 512 bytes")
	}
	return r
}

// A Cohort is a group of patients who share overrides.
type Cohort struct {
	Name    string
	Members []vitals.PatientID
}

// An Override replaces one rule for a patient, a cohort or a device. Where
// several apply, that of the patient goes before that of the cohort, and that
// before the one of the device. The replacement is the whole rule: nothing of
// the default shines through, so that a later change of the default does not
// change what was decided for a patient.
type Override struct {
	// Exactly one of these says for whom.
	Patient vitals.PatientID
	Cohort  string          // the name of one in the set
	Device  vitals.DeviceID // for readings of the device

	// Rule is the name of the rule. With is the replacement: of the same name,
	// condition and kinds. A rule that is non-suppressible stays so.
	Rule string
	With Rule
	// Off, instead of With, says that the rule does not apply. It is refused if
	// the rule is non-suppressible.
	Off bool

	// Who decided it, why and since when; events show it. All are required, and
	// none may identify a patient.
	By, Why string
	Since   time.Time
}

func (o *Override) name() string {
	if o.Rule == "" {
		return o.With.name
	}
	return o.Rule
}

func (o *Override) scope() string {
	switch {
	case !o.Patient.IsZero():
		return "patient"
	case o.Cohort != "":
		return "cohort"
	}
	return "device"
}

// effective is the rule that the override puts in place of another.
func (o *Override) effective(base *Rule) *Rule {
	r := o.With
	if o.Off {
		r = Rule{name: base.name, cond: base.cond, kind: base.kind, spec: base.spec, off: true}
	}
	r.origin = Provenance{By: o.By, Why: o.Why, Scope: o.scope(), Since: o.Since.UTC()}
	r.version = r.Version()
	return &r
}

// check holds an override against the rule that it replaces.
func (o *Override) check(base *Rule) (member, why string) {
	targets := 0
	for _, set := range [...]bool{!o.Patient.IsZero(), o.Cohort != "", o.Device != ""} {
		targets += btoi(set)
	}
	switch {
	case targets != 1:
		return "", "an override is for exactly one patient, cohort or device"
	case o.By == "" || o.Why == "" || o.Since.IsZero():
		return "", "an override says who decided it, why and since when"
	case len(o.By) > maxText || len(o.Why) > maxText:
		return "", "who decided it, or why, is longer than 512 bytes"
	case base == nil:
		return "rule", "no rule of this name"
	case o.Off && (o.With.cond != 0 || o.With.err != nil):
		return "off", "either off or a replacement"
	case o.Off && base.mandatory:
		return "off", "the rule is non-suppressible"
	case o.Off:
		return "", ""
	}
	if err := o.With.Err(); err != nil {
		return "with", err.Error()
	}
	switch {
	case o.With.name != base.name:
		return "with", "the replacement has another name"
	case o.With.doc().When != base.doc().When || !sameKinds(&o.With, base):
		return "with", "the replacement looks for another condition or other kinds"
	case base.mandatory && !o.With.mandatory:
		return "with", "the rule is non-suppressible, its replacement is not"
	case o.With.origin != Provenance{}:
		return "with", "the override itself says who set it"
	}
	return "", ""
}

func sameKinds(a, b *Rule) bool {
	for k := range vitals.Kinds() {
		if a.watches(k) != b.watches(k) {
			return false
		}
	}
	return true
}

// A ruleTable is a checked set, ready for use. It is never modified.
type ruleTable struct {
	rules     []Rule
	byPatient map[vitals.PatientID][]*Rule // by rule; nil where nothing is overridden, for the patient or a cohort
	byDevice  map[vitals.DeviceID][]*Rule  // as above
}

// resolve is rule i for a reading of a device of a patient. The pointer is the
// same for the same answer, as long as the table lives.
func (t *ruleTable) resolve(i int, p vitals.PatientID, d vitals.DeviceID) *Rule {
	if rules := t.byPatient[p]; rules != nil && rules[i] != nil {
		return rules[i]
	}
	if rules := t.byDevice[d]; rules != nil && rules[i] != nil {
		return rules[i]
	}
	return &t.rules[i]
}

// table checks the set and makes it ready for use.
func (s RuleSet) table() (*ruleTable, error) {
	var errs []error
	s.check(func(c complaint) {
		if len(errs) < maxErrors {
			errs = append(errs, c.err)
		}
	})
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	t := &ruleTable{
		rules: slices.Clone(s.Rules), byPatient: make(map[vitals.PatientID][]*Rule), byDevice: make(map[vitals.DeviceID][]*Rule),
	}
	for i := range t.rules {
		t.rules[i].version = t.rules[i].Version()
	}
	for _, scope := range [...]string{"device", "cohort", "patient"} { // the later goes over the earlier
		for i := range s.Overrides {
			if o := &s.Overrides[i]; o.scope() == scope {
				t.override(s, o)
			}
		}
	}
	return t, nil
}

func (t *ruleTable) override(s RuleSet, o *Override) {
	i := slices.IndexFunc(t.rules, func(r Rule) bool { return r.name == o.name() })
	r := o.effective(&t.rules[i])
	switch {
	case !o.Patient.IsZero():
		put(t.byPatient, o.Patient, i, len(t.rules), r)
	case o.Device != "":
		put(t.byDevice, o.Device, i, len(t.rules), r)
	default:
		for _, p := range s.cohort(o.Cohort).Members {
			put(t.byPatient, p, i, len(t.rules), r)
		}
	}
	// An engine keeps state for a rule in one way for all patients.
	if !r.plain() && t.rules[i].plain() {
		t.rules[i].detected = true
		for _, rules := range t.byPatient {
			rules[i].detect()
		}
		for _, rules := range t.byDevice {
			rules[i].detect()
		}
	}
	r.detected = r.detected || t.rules[i].detected
}

func (r *Rule) detect() {
	if r != nil {
		r.detected = true
	}
}

func put[K comparable](m map[K][]*Rule, key K, i, n int, r *Rule) {
	if m[key] == nil {
		m[key] = make([]*Rule, n)
	}
	m[key][i] = r
}

func (s RuleSet) cohort(name string) *Cohort {
	for i := range s.Cohorts {
		if s.Cohorts[i].Name == name {
			return &s.Cohorts[i]
		}
	}
	return nil
}

// A complaint is a mistake in a set and where it would be in a document.
type complaint struct {
	list   string // "rules", "cohorts" or "overrides"; empty for the set
	index  int
	member string
	err    error
}

func (c complaint) place(root *node) *node {
	if c.list == "" {
		return root
	}
	return root.get(c.list).items[c.index].at(c.member)
}

func wrong(format string, args ...any) error {
	return fmt.Errorf("alert: "+format+": %w", append(args, ErrRule)...)
}
