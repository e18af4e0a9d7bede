package alert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/alert/week"
	"github.com/telemed-go/sdk/vitals"
)

func exampleDocument(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/rules.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example has every condition and every member, and comes back unchanged.
func TestDocumentRoundTrip(t *testing.T) {
	text := exampleDocument(t)
	set, err := ParseRules(text, lineModel{})
	if err != nil {
		t.Fatal(err)
	}
	for when := range conditions {
		if !bytes.Contains(text, []byte(`"when": "`+when+`"`)) {
			t.Errorf("the example has no condition %q", when)
		}
	}
	for name := range memberNames() {
		if name != "$schema" && !bytes.Contains(text, []byte(`"`+name+`":`)) {
			t.Errorf("the example has no member %q", name)
		}
	}
	once, err := set.AppendDocument(nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseRules(once, lineModel{})
	if err != nil {
		t.Fatalf("what was written does not read: %v", err)
	}
	twice, err := again.AppendDocument(nil)
	if err != nil || !bytes.Equal(once, twice) {
		t.Errorf("a second round gives another document: %v", err)
	}
	for i := range set.Rules {
		if a, b := set.Rules[i].Version(), again.Rules[i].Version(); a != b {
			t.Errorf("rule %q: version %s became %s", set.Rules[i].Name(), a, b)
		}
	}
	if schemaErr := validate(t, once); schemaErr != "" {
		t.Errorf("what was written is not valid: %s", schemaErr)
	}
}

// What Go writes and what a document says are the same rules.
func TestDocumentAndGoAgree(t *testing.T) {
	set, err := ParseRules(exampleDocument(t), lineModel{})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range map[int]Rule{
		0: Below(vitals.SpO2, vitals.Percent(90)).For(1e10).ClearAt(vitals.Percent(92)).ClearAfter(3e10).Family("oxygen").Named("low SpO2"),
		2: DoseBelow(vitals.SpO2, vitals.Percent(90), vitals.Percent(50), 1e9).Named("desaturation dose"),
		6: MissingOf(vitals.GlucoseISF, 3, 3e11),
		8: FallsBy(vitals.Systolic, vitals.MmHg(30), 6e11),
	} {
		if got, want := set.Rules[i].Version(), r.Version(); got != want {
			t.Errorf("rule %d %q: version %s, in Go %s", i, set.Rules[i].Name(), got, want)
		}
	}
}

// Every change to a definition changes its version; who set it does not.
func TestVersions(t *testing.T) {
	base := Below(vitals.SpO2, vitals.Percent(90)).Named("x")
	if base.Version() != base.SetBy("somebody", "a reason", t0).Version() {
		t.Error("who set a rule changes its version")
	}
	seen := map[string]string{base.Version(): "base"}
	for name, r := range map[string]Rule{
		"limit": Below(vitals.SpO2, vitals.Percent(91)).Named("x"), "name": base.Named("y"), "for": base.For(1), "clearAt": base.ClearAt(vitals.Percent(91)),
		"clearAfter": base.ClearAfter(1e9), "count": base.Of(2, 3), "priority": base.Priority(High), "family": base.Family("f"),
		"latching": base.Latching(), "mandatory": base.NonSuppressible(), "advisory": base.Advisory(), "remind": base.Remind(1e9),
		"rearm": base.Rearm(1e9), "flapping": base.Flapping(2, 1e9), "quiet": base.After("meal", 1e9),
		"during": base.During(week.Schedule{Windows: []week.Window{{To: 1}}}),
		"dose":   DoseBelow(vitals.SpO2, vitals.Percent(90), vitals.Percent(5), 1e9).Named("x"),
		"kind":   Below(vitals.SaO2, vitals.Percent(90)).Named("x"),
		"score":  NEWS2AtLeast(5).Named("x"), "score age": NEWS2AtLeast(5).MaxAge(1e9).Named("x"),
	} {
		if err := r.Err(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if other, ok := seen[r.Version()]; ok {
			t.Errorf("%s has the version of %s", name, other)
		}
		seen[r.Version()] = name
	}
}

// Broken documents: the place and the reason, and whether the schema refuses
// them as well.
func TestBrokenDocuments(t *testing.T) {
	rule := func(members string) string { return "{\"version\": 1, \"rules\": [\n  {" + members + "}\n]}" }
	spo2 := `"when": "below", "kind": "SpO2", `
	with := func(override string) string {
		return "{\"version\": 1, \"rules\": [{\"name\": \"a\", " + spo2 + "\"limit\": \"90 %\"}],\n\"overrides\": [" + override + "]}"
	}
	who := `"by": "x", "why": "y", "since": "2026-01-01T00:00:00Z"`
	for _, c := range []struct {
		text, want string
		schemaToo  bool
	}{
		{``, "line 1, column 1: not a JSON document", true},
		{`{"version": 1, "rules": [`, "line 1, column 26: not a JSON document", true},
		{`{"version": 1, "rules": []} x`, "line 1, column 29: not a JSON document", true},
		{`[]`, "line 1, column 1: not an object", true},
		{`{"version": 1}`, "line 1, column 1: the member rules is missing", true},
		{`{"version": 1, "rules": []}`, "no rules", true},
		{`{"version": 2, "rules": []}`, "line 1, column 13: version: not a version", true},
		{rule(spo2 + `"limit": "90 %", "colour": "red"`), "line 2, column 64: rules[0]: a member that is not known here", true},
		{rule(spo2 + `"limit": "90 %", "limit": "91 %"`), "line 2, column 54: rules[0]: a member comes twice", false},
		{rule(spo2 + `"limit": 90`), `line 2, column 46: rules[0].limit: not a quantity in UCUM, such as "90 %"`, true},
		{rule(spo2 + `"limit": "90 percent"`), "rules[0].limit: not a quantity", true},
		{rule(spo2 + `"limit": "90 mm[Hg]"`), `rules[0].limit: rule "SpO2 below 90 mmHg": the limit is in mm[Hg], the kind in %`, false},
		{rule(spo2 + `"limit": "0 %"`), "rules[0].limit: rule \"SpO2 below 0 %\": no value of the kind can be below the limit", false},
		{rule(`"when": "above", "kind": "SpO2", "limit": "100 %"`), "no value of the kind can be above the limit", false},
		{rule(spo2), "", true}, // a comma too many
		{rule(`"when": "below", "kind": "SpO2"`), "line 2, column 3: rules[0]: the condition needs limit", true},
		{rule(`"when": "beneath", "kind": "SpO2"`), "rules[0].when: not a condition", true},
		{rule(`"kind": "SpO2", "limit": "90 %"`), "rules[0]: the member when is missing", true},
		{rule(`"when": "below", "kind": "Spo2", "limit": "90 %"`), "rules[0].kind: not the name of a kind", true},
		{rule(`"when": "below", "kind": "ECG", "limit": "90 %"`), "rules[0].kind: rule \"ECG below 90 %\": the kind has no numbers", false},
		{rule(spo2 + `"limit": "90 %", "within": "1m"`), "rules[0].within: the condition does not have this", true},
		{rule(spo2 + `"limit": "90 %", "for": "-1m"`), "rules[0].for: not a duration above 0", true},
		{rule(spo2 + `"limit": "90 %", "for": "9000h"`), "rules[0].for: rule", false},
		{rule(spo2 + `"limit": "90 %", "clearAt": "85 %"`), "rules[0].clearAt: rule \"SpO2 below 90 %\": the value to clear at is on the wrong side", false},
		{rule(spo2 + `"limit": "90 %", "clearAt": "101 %"`), "rules[0].clearAt: rule \"SpO2 below 90 %\": no value of the kind can reach", false},
		{rule(spo2 + `"limit": "90 %", "priority": "urgent"`), "rules[0].priority: rule", true},
		{rule(spo2 + `"limit": "90 %", "latching": false`), "rules[0].latching: not true", true},
		{rule(spo2 + `"limit": "90 %", "count": {"n": 4, "of": 3}`), "rules[0].count: rule", false},
		{rule(spo2 + `"limit": "90 %", "count": {"n": 4}`), "rules[0].count: the member of is missing", true},
		{rule(spo2 + `"limit": "90 %", "name": ""`), "rules[0].name: not a text of 1", true},
		{rule(spo2 + `"limit": "90 %", "during": {"windows": [{"from": "25:00", "to": "01:00"}]}`), "rules[0].during.windows[0].from: not a time of day", true},
		{rule(spo2 + `"limit": "90 %", "during": {"windows": [{"from": "22:00", "to": "01:00", "days": ["mo"]}]}`), "rules[0].during: rule", true},
		{rule(spo2 + `"limit": "90 %", "during": {"zone": "Mars", "windows": [{"from": "22:00", "to": "01:00"}]}`), "the time zone of the schedule is not known here", false},
		{rule(spo2 + `"limit": "90 %", "nonSuppressible": true, "quietAfter": [{"event": "meal", "for": "1h"}]`), "a non-suppressible rule has no schedule", false},
		{rule(`"when": "outside", "kind": "HeartRate", "low": "120 /min", "high": "50 /min"`), "rules[0].low: rule", false},
		{rule(`"when": "all", "parts": []`), "rules[0]: rule", true},
		{rule(`"when": "all", "parts": [{"when": "missing", "kind": "SpO2", "after": "1m"}, {"when": "below", "kind": "SpO2", "limit": "90 kg"}]`), "rules[0].parts[1].limit", false},
		{rule(`"when": "not", "part": {"when": "missing", "kind": "SpO2", "after": "1m", "priority": "low"}`), "rules[0].part.priority: the condition does not have this", true},
		{rule(`"when": "score-reaches", "score": "NEWS3", "value": 7`), "no such chart", true},
		{rule(`"when": "score-reaches", "score": "NEWS2", "value": 30`), "rules[0].value: rule", false},
		{rule(`"when": "forecast-below", "kind": "SpO2", "limit": "90 %", "ahead": "5m", "model": "oracle"`), "rules[0].model: rule", false},
		{rule(`"when": "dose-below", "kind": "SpO2", "limit": "90 %", "amount": "0.1 1", "long": "5m"`), "rules[0].amount: rule", false},
		{rule(`"when": "rises-by", "kind": "SpO2", "by": "150 %", "within": "5m"`), "rules[0].by: rule \"SpO2 rises by 150 % within 5m0s\": no two values", false},
		{rule(spo2 + `"limit": "90 %"}, {` + spo2 + `"limit": "90 %"`), "rules[1]: two rules named", false},
		{rule(spo2 + `"limit": "95 %"}, {"when": "above", "kind": "SpO2", "limit": "0.9 1"`), "rules[1].limit: rules \"SpO2 below 95 %\" and \"SpO2 above 0.9 1\": the limits cross", false},
		{rule(spo2 + `"limit": "85 %", "family": "f"}, {` + spo2 + `"limit": "90 %", "family": "f"`), "rules[1].limit: rules", false},
		{rule(`"when": "below", "kind": "HeartRate", "limit": "50 /min", "clearAt": "130 /min"}, {"when": "above", "kind": "HeartRate", "limit": "120 /min"`), "beyond the limit of the other", false},
		{with(`{"rule": "a", "patient": "p"}`), "overrides[0]: the member by is missing", true},
		{with(`{"rule": "a", ` + who + `, "off": true}`), "line 2, column 15: overrides[0]: override of rule \"a\": an override is for exactly one", false},
		{with(`{"rule": "a", "patient": "p", "device": "d", ` + who + `, "off": true}`), "an override is for exactly one", false},
		{with(`{"rule": "b", "patient": "p", ` + who + `, "off": true}`), "overrides[0].rule: override of rule \"b\": no rule of this name", false},
		{with(`{"rule": "a", "patient": "p", ` + who + `}`), "overrides[0]: override of rule \"a\": ", false},
		{with(`{"rule": "a", "cohort": "c", ` + who + `, "off": true}`), "overrides[0].cohort: override of rule \"a\": no cohort", false},
		{with(`{"rule": "a", "patient": "p", ` + who + `, "with": {"when": "above", "kind": "SpO2", "limit": "80 %"}}`), "overrides[0].with: override of rule \"a\": the replacement looks for another", false},
		{with(`{"rule": "a", "patient": "p", ` + who + `, "off": true}, {"rule": "a", "patient": "p", ` + who + `, "off": true}`), "overrides[1]: override of rule \"a\": another override", false},
		{strings.Repeat("[", 100), "nested deeper than 32", true},
		{"\xff", "not UTF-8", true},
		{`{"rules": [` + strings.Repeat("0,", 1<<18) + `0]}`, "more than 262144 values", true},
		{`{` + strings.Repeat(`"a": 0, `, 100) + `"b": 0}`, "a member comes twice", true},
		{manyMembers(), "more than 64 members", true},
	} {
		set, err := ParseRules([]byte(c.text), lineModel{})
		if err == nil {
			t.Errorf("%s\nwas read, want %q", c.text, c.want)
			continue
		}
		var de *DocumentError
		if !strings.Contains(err.Error(), c.want) || !errors.As(err, &de) || !errors.Is(err, ErrRule) {
			t.Errorf("%s\ngives %v\nwant  %s", c.text, err, c.want)
		}
		if set.Rules != nil {
			t.Errorf("%s\ngives rules beside the error", c.text)
		}
		if why := validate(t, []byte(c.text)); why != "" != c.schemaToo {
			t.Errorf("%.300s\nthe schema says %q, refused is expected to be %v", c.text, why, c.schemaToo)
		}
	}
}

func manyMembers() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `"m%d": 0, `, i)
	}
	return "{" + b.String() + `"version": 1}`
}

// Errors show neither identifiers nor names of members.
func TestDocumentErrorsKeepSecrets(t *testing.T) {
	for _, text := range []string{
		`{"version": 1, "rules": [], "DOE^JANE": 1}`,
		`{"version": 1, "rules": [], "DOE^JANE": {"a": 1, "a": 2}}`,
		`{"version": 1, "rules": [{"when": "DOE^JANE"}]}`,
		`{"version": 1, "rules": [{"when": "below", "kind": "DOE^JANE", "limit": "DOE^JANE"}]}`,
		`{"version": 1, "rules": [{"when": "below", "kind": "SpO2", "limit": "90 %"}], "overrides": [{"rule": "x", "patient": "DOE^JANE", "device": "DOE^JANE", "by": "a", "why": "b", "since": "2026-01-01T00:00:00Z"}]}`,
		`{"version": 1, "rules": [{"when": "below", "kind": "SpO2", "limit": "90 %"}], "cohorts": [{"name": "c", "members": ["DOE^JANE"]}, {"name": "c", "members": ["DOE^JANE"]}]}`,
		`{"DOE^JANE`,
	} {
		if _, err := ParseRules([]byte(text)); err == nil || strings.Contains(fmt.Sprintf("%+v", err), "DOE") {
			t.Errorf("%s\ngives %v", text, err)
		}
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add(exampleDocument(f))
	f.Add([]byte(`{"version": 1, "rules": [{"when": "not", "part": {"when": "missing", "kind": "SpO2", "after": "1m"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := ParseRules(text, lineModel{})
		if err != nil {
			if !errors.Is(err, ErrRule) {
				t.Fatalf("error %v", err)
			}
			return
		}
		once, err := set.AppendDocument(nil)
		if err != nil {
			t.Fatalf("a set that was read is not written: %v", err)
		}
		again, err := ParseRules(once, lineModel{})
		if err != nil {
			t.Fatalf("what was written does not read: %v\n%s", err, once)
		}
		if twice, err := again.AppendDocument(nil); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("a second round gives another document: %v\n%s\n%s", err, once, twice)
		}
		var any any
		if err := json.Unmarshal(once, &any); err != nil {
			t.Fatal(err)
		}
	})
}
