package alert

import (
	"crypto/sha256"
	_ "embed" // for the schema
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

// Schema is the JSON Schema (draft 2020-12) of rule documents, as [ParseRules]
// reads them. It cannot say everything: units that fit the kind and limits that
// fit one another are checked by ParseRules alone.
func Schema() string { return schema }

//go:embed rules.schema.json
var schema string

// documentVersion is that of the format.
const documentVersion = 1

// The types below are the document, member by member. Zero is absent.

type setDoc struct {
	Schema    string        `json:"$schema,omitempty"`
	Version   int           `json:"version"`
	Rules     []ruleDoc     `json:"rules"`
	Cohorts   []cohortDoc   `json:"cohorts,omitempty"`
	Overrides []overrideDoc `json:"overrides,omitempty"`
}

type cohortDoc struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

type overrideDoc struct {
	Rule    string   `json:"rule"`
	Patient string   `json:"patient,omitempty"`
	Cohort  string   `json:"cohort,omitempty"`
	Device  string   `json:"device,omitempty"`
	With    *ruleDoc `json:"with,omitempty"`
	Off     bool     `json:"off,omitempty"`
	By      string   `json:"by"`
	Why     string   `json:"why"`
	Since   moment   `json:"since"`
}

type ruleDoc struct {
	Name string      `json:"name,omitempty"`
	When string      `json:"when"`
	Kind vitals.Kind `json:"kind,omitzero"`

	Limit     vitals.Quantity `json:"limit,omitzero"`
	Low       vitals.Quantity `json:"low,omitzero"`
	High      vitals.Quantity `json:"high,omitzero"`
	By        vitals.Quantity `json:"by,omitzero"`
	Amount    vitals.Quantity `json:"amount,omitzero"`
	Within    span            `json:"within,omitzero"`
	Per       span            `json:"per,omitzero"`
	Window    span            `json:"window,omitzero"`
	Long      span            `json:"long,omitzero"`
	Ahead     span            `json:"ahead,omitzero"`
	After     span            `json:"after,omitzero"`
	Every     span            `json:"every,omitzero"`
	Readings  int             `json:"readings,omitempty"`
	Direction string          `json:"direction,omitempty"`
	Weight    float64         `json:"weight,omitempty"`
	Sigmas    float64         `json:"sigmas,omitempty"`
	Slack     float64         `json:"slack,omitempty"`
	Decision  float64         `json:"decision,omitempty"`
	Warmup    int             `json:"warmup,omitempty"`
	Fast      int             `json:"fast,omitempty"`
	Slow      int             `json:"slow,omitempty"`
	Model     string          `json:"model,omitempty"`
	Score     string          `json:"score,omitempty"`
	Value     vitals.Decimal  `json:"value,omitzero"`
	Complete  bool            `json:"complete,omitempty"`
	Parts     []ruleDoc       `json:"parts,omitempty"`
	Part      *ruleDoc        `json:"part,omitempty"`
	First     *ruleDoc        `json:"first,omitempty"`
	Second    *ruleDoc        `json:"second,omitempty"`
	MaxAge    span            `json:"maxAge,omitzero"`
	MaxAges   []ageDoc        `json:"maxAges,omitempty"`

	Count      *countDoc       `json:"count,omitempty"`
	For        span            `json:"for,omitzero"`
	ClearAt    vitals.Quantity `json:"clearAt,omitzero"`
	ClearAfter span            `json:"clearAfter,omitzero"`

	Priority        string       `json:"priority,omitempty"`
	Family          string       `json:"family,omitempty"`
	Latching        bool         `json:"latching,omitempty"`
	NonSuppressible bool         `json:"nonSuppressible,omitempty"`
	Advisory        bool         `json:"advisory,omitempty"`
	Remind          span         `json:"remind,omitzero"`
	Rearm           span         `json:"rearm,omitzero"`
	Flapping        *flappingDoc `json:"flapping,omitempty"`
	During          *duringDoc   `json:"during,omitempty"`
	QuietAfter      []quietDoc   `json:"quietAfter,omitempty"`
	SetBy           *setByDoc    `json:"setBy,omitempty"`
}

type countDoc struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

type ageDoc struct {
	Input string `json:"input"`
	Age   span   `json:"age"`
}

type flappingDoc struct {
	N      int  `json:"n"`
	Within span `json:"within"`
}

type duringDoc struct {
	Zone    string      `json:"zone,omitempty"`
	Windows []windowDoc `json:"windows"`
}

type windowDoc struct {
	From clock    `json:"from"`
	To   clock    `json:"to"`
	Days []string `json:"days,omitempty"`
}

type quietDoc struct {
	Event string `json:"event"`
	For   span   `json:"for"`
}

type setByDoc struct {
	By    string `json:"by"`
	Why   string `json:"why"`
	Since moment `json:"since"`
}

// A span is a duration as Go writes it: "1m30s".
type span time.Duration

func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// A clock is a minute of the day, "07:30", up to "24:00".
type clock int

func (c clock) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%02d:%02d", int(c)/60, int(c)%60), nil
}

// A moment is a time of RFC 3339.
type moment struct{ time.Time }

// doc is the rule as it stands in a document.
func (r *Rule) doc() ruleDoc {
	d := ruleDoc{
		Name: r.name, When: r.cond.String(), Kind: r.kind, Limit: r.limit, After: span(r.after),
		MaxAge: span(r.maxAge), For: span(r.delay), ClearAt: r.clear, ClearAfter: span(r.clearAfter),
		Priority: r.priority.String(), Family: r.family, Latching: r.latching, NonSuppressible: r.mandatory,
		Advisory: r.advisory, Remind: span(r.remind), Rearm: span(r.rearm),
	}
	switch {
	case r.cond == outside:
		d.Limit, d.Low, d.High = vitals.Quantity{}, r.limit, r.high
	case r.every > 0:
		d.When, d.Every, d.Readings, d.After = "missing-readings", span(r.every), int(r.after/r.every), 0
	case r.spec != nil:
		r.spec.describe(&d)
	}
	if r.count.m != 0 {
		d.Count = &countDoc{int(r.count.n), int(r.count.m)}
	}
	if r.flaps != 0 {
		d.Flapping = &flappingDoc{r.flaps, span(r.flapWithin)}
	}
	if r.gate != nil {
		d.During, d.QuietAfter = newDuringDoc(r.gate.schedule), r.gate.doc()
	}
	if o := r.origin; o.By != "" || o.Why != "" || !o.Since.IsZero() {
		d.SetBy = &setByDoc{o.By, o.Why, moment{o.Since}}
	}
	return d
}

// newDuringDoc is the schedule as it stands in a document.
func newDuringDoc(s *week.Schedule) *duringDoc {
	if s == nil {
		return nil
	}
	d := &duringDoc{Zone: s.Zone}
	for _, w := range s.Windows {
		window := windowDoc{From: clock(w.From), To: clock(w.To)}
		for _, day := range w.Days {
			window.Days = append(window.Days, dayName(day))
		}
		d.Windows = append(d.Windows, window)
	}
	return d
}

// dayName is "sun" to "sat".
func dayName(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

func (g *gate) doc() (all []quietDoc) {
	for _, q := range g.quiet {
		all = append(all, quietDoc{q.label, span(q.long)})
	}
	return all
}

// Version is a short hash of what the rule is: of everything that a document
// says about it except who set it and why. Rules with one version do the same.
func (r Rule) Version() string {
	if r.version != "" {
		return r.version
	}
	d := r.doc()
	d.SetBy = nil
	text, err := json.Marshal(d)
	if err != nil || r.off {
		text = []byte("off") // an impossible rule is in no set
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// AppendDocument appends the set as a document that [ParseRules] reads back as
// an equal set. It discloses the identifiers of patients with overrides and of
// members of cohorts: keep it like a health record. It fails if the set is not
// right ([RuleSet.Check]).
func (s RuleSet) AppendDocument(dst []byte) ([]byte, error) {
	if err := s.Check(); err != nil {
		return dst, err
	}
	d := setDoc{Version: documentVersion}
	for i := range s.Rules {
		d.Rules = append(d.Rules, s.Rules[i].doc())
	}
	for _, c := range s.Cohorts {
		members := make([]string, len(c.Members))
		for i, p := range c.Members {
			members[i] = p.Reveal()
		}
		d.Cohorts = append(d.Cohorts, cohortDoc{c.Name, members})
	}
	for i := range s.Overrides {
		o := &s.Overrides[i]
		od := overrideDoc{
			Rule: o.name(), Patient: o.Patient.Reveal(), Cohort: o.Cohort, Device: string(o.Device),
			Off: o.Off, By: o.By, Why: o.Why, Since: moment{o.Since},
		}
		if !o.Off {
			with := o.With.doc()
			with.Name = ""
			od.With = &with
		}
		d.Overrides = append(d.Overrides, od)
	}
	text, err := json.MarshalIndent(d, "", "  ")
	return append(dst, text...), err
}
