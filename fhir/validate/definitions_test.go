package validate

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// every calls f with every element of every definition.
func every(t testing.TB, f func(s *structure, e *element)) {
	t.Helper()
	l := definitions()
	var walk func(s *structure, e *element, depth int)
	walk = func(s *structure, e *element, depth int) {
		f(s, e)
		if depth > 12 { // contentReference makes circles
			return
		}
		for _, k := range slices.Concat(e.kids, e.slices) {
			walk(s, k, depth+1)
		}
	}
	for _, s := range l.types {
		f(s, l.root(s))
		for _, k := range l.root(s).kids {
			if s.resource || s.of == "Extension" || s.of == "Quantity" {
				walk(s, k, 8)
			}
		}
	}
	for _, s := range l.profiles {
		walk(s, l.root(s), 0)
	}
}

// TestDefinitions reads every definition, and checks that the tables are whole.
func TestDefinitions(t *testing.T) {
	l := definitions()
	if len(l.types) < 180 || len(l.profiles) < 430 || len(l.sets) < 250 || len(l.primitives) != 20 {
		t.Errorf("%d types, %d profiles, %d value sets, %d primitives", len(l.types), len(l.profiles), len(l.sets)-1, len(l.primitives))
	}
	for _, name := range strings.Fields(`Observation Bundle Device DeviceMetric Patient Provenance AuditEvent Flag DetectedIssue Communication RiskAssessment
		MedicationAdministration MedicationStatement Encounter Appointment OperationOutcome Subscription`) {
		if s := l.types[name]; s == nil || !s.resource || len(l.root(s).kids) < 5 {
			t.Errorf("no %s", name)
		}
	}
	every(t, func(s *structure, e *element) {
		for _, d := range []document{e.fixed, e.pattern} {
			if d != nil && len(d) == 0 {
				t.Errorf("%s, %s: %s is no JSON", s.url, e.name, e.json)
			}
		}
		for _, r := range e.types {
			if r.primitive == notPrimitive && r.structure == nil && r.name != "Resource" && r.name != "BackboneElement" {
				t.Errorf("%s, %s: no type %s", s.url, e.name, r.name)
			}
			if r.profURL != "" && r.profile == nil {
				t.Logf("%s, %s: no profile %s", s.url, e.name, r.profURL)
			}
		}
		for _, c := range e.rules {
			if c == nil {
				t.Errorf("%s, %s: an invariant without definition", s.url, e.name)
			}
		}
	})
	for _, v := range l.sets[1:] {
		if v.has("", "") || v.url == "" || len(v.pairs) == 0 {
			t.Errorf("value set %s: %d systems", v.url, len(v.pairs))
		}
	}
}

// TestInvariants says which invariants that may concern our resources are not
// evaluated, and why.
func TestInvariants(t *testing.T) {
	elsewhere := map[string]string{
		"dom-6": "best practice: a narrative is not required",
		"bdl-7": "in bundleRules, which names the entry",
		"txt-1": "in narrative", "txt-2": "in narrative",
		"dom-r4b": "concerns types of R4B only",
	}
	l := definitions()
	used := map[string]bool{}
	var add func(name string)
	visited := map[string]bool{}
	add = func(name string) {
		s := l.types[name]
		if s == nil || visited[name] || name == "ElementDefinition" {
			return
		}
		visited[name] = true
		var walk func(e *element, depth int)
		walk = func(e *element, depth int) {
			for _, c := range e.rules {
				used[c.key] = true
			}
			for i := range e.types {
				add(e.types[i].name)
			}
			if depth < 8 {
				for _, k := range e.kids {
					walk(k, depth+1)
				}
			}
		}
		walk(l.root(s), 0)
	}
	for _, name := range strings.Fields(`Observation Bundle Device DeviceMetric Patient Provenance AuditEvent Flag DetectedIssue Communication RiskAssessment
		MedicationAdministration MedicationStatement Encounter Appointment OperationOutcome Subscription Medication Organization Practitioner Location`) {
		add(name)
	}
	for _, p := range l.profiles {
		if p.of == "Observation" || p.of == "Device" || p.of == "DeviceMetric" || p.of == "Patient" || p.of == "Quantity" || p.of == "Extension" {
			var walk func(e *element)
			walk = func(e *element) {
				for _, c := range e.rules {
					used[c.key] = true
				}
				for _, k := range slices.Concat(e.kids, e.slices) {
					walk(k)
				}
			}
			walk(l.root(p))
		}
	}
	n := 0
	for key := range used {
		switch evaluated := l.constraints[key].holds != nil; {
		case evaluated:
			n++
		case elsewhere[key] == "":
			t.Errorf("%s is not evaluated: %s", key, l.constraints[key].human)
		}
	}
	t.Logf("%d of %d invariants are functions", n, len(used))
}

// TestPrimitives compares the scanners with the regular expressions of the
// definitions.
func TestPrimitives(t *testing.T) {
	beyond := map[string]bool{noSuchDay: true, "control character": true, "number of more than 32 bits": true, "white space only": true, "empty string": true}
	texts := strings.Split(`|2024|2024-05|2024-05-01|2024-05-01T10:11:12Z|2024-05-01T10:11:12.5+02:00|2024-05-01T10:11:12+14:00|2024-05-01T10:11:12+14:01|2024-05-01T23:59:60Z|`+
		`2024-05-01T24:00:00Z|2024-05-01T10:11Z|2024-05-01T10:11:12|2024-05-01T10:11:12.Z|0000|0001|9999|2024-00|2024-13|2024-05-00|2024-05-32|2023-02-29|2024-02-29|24-05-01|2024-5-1|`+
		`10:11:12|10:11:12.123|10:11|24:00:00|10:60:00|urn:oid:1.2.3|urn:oid:3.1|urn:oid:1|urn:oid:1.02|urn:oid:1..2|urn:oid:2.0|urn:uuid:11111111-1111-4111-8111-11111111111a|`+
		`urn:uuid:11111111-1111-4111-8111-11111111111A|a|a b|a  b| a|a |a	b|a.b-C9|a_b|0|1|-1|-0|01|2147483647|2147483648|-2147483648|-2147483649|99999999999|1.5|YWJj|YWI=|YQ==|YQ=|YW Jj|`+
		`true|http://example.org/a b|http://example.org/a|é|`+strings.Repeat("a", 64)+"|"+strings.Repeat("a", 65), "|")
	for name, expression := range definitions().primitives {
		p := primitiveOf(name)
		if p == notPrimitive {
			t.Fatalf("no primitive %s", name)
		}
		if expression == "" || p == decimal || p == booleanType {
			continue
		}
		re := regexp.MustCompile(`^(?:` + expression + `)$`)
		r := rand.New(rand.NewPCG(1, uint64(p)))
		check := func(s string) {
			if p.form() == number && (s == "" || !regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`).MatchString(s)) {
				return // the reader has refused it
			}
			problem := p.problem(s)
			want := re.MatchString(s)
			switch {
			case !want && problem == "":
				// base64: the expression wants groups of four, so does the scanner, with white space anywhere
				if p != base64Binary {
					t.Errorf("%s: %q passes, the definition refuses it", name, s)
				}
			case want && problem != "" && !beyond[problem] && p != base64Binary:
				t.Errorf("%s: %q: %s, the definition accepts it", name, s, problem)
			}
		}
		for _, s := range texts {
			check(s)
			for range 50 {
				b := []byte(s)
				for range 1 + r.IntN(3) {
					const letters = "0123456789-:.TZ+ abA=/_\t"
					switch at := r.IntN(len(b) + 1); {
					case at == len(b):
						b = append(b, letters[r.IntN(len(letters))])
					case r.IntN(3) == 0:
						b = slices.Delete(b, at, at+1)
					default:
						b[at] = letters[r.IntN(len(letters))]
					}
				}
				check(string(b))
			}
		}
	}
}

func TestUCUM(t *testing.T) {
	for unit := range strings.FieldsSeq(`/min % mm[Hg] cm[H2O] [degF] Cel kg g [lb_av] cm [in_i] m2 kg/m2 mg/dL mmol/L L/min l/min 10*3/uL 10*-3 10^9/L [IU]/L m[IU]/L uV mV ms us
		{beats}/min {score} 1 ug/kg/min mL/min/{1.73_m2} /mm3 kPa J kcal m/s m/s2 rad deg dB B[SPL] dB[SPL] Hz [pH] W Ohm V/m (8.h) mg/(8.h) 24{beats} m-2 m+2 m{a} {INR} [ppm] m[Hg] dag min h d wk mo a`) {
		if !isUCUM(unit) {
			t.Errorf("%s refused", unit)
		}
	}
	for _, unit := range []string{
		"", " ", "mmHg", "bpm", "beats/min", "degC", "°C", "MMOL/L", "KG", "mg//dL", "mg/", "m.", "m(s)", "(m", "m)", "{a", "a}", "{x y}", "m m", "Cel/h", "[pH]/L", "Cel2", "kmin",
		"k[lb_av]", "[", "[]", "m+", "m--1", "m12345", "{a}m", strings.Repeat("m.", 200) + "m", strings.Repeat("(", 50) + "m" + strings.Repeat(")", 50),
	} {
		if isUCUM(unit) {
			t.Errorf("%q accepted", unit)
		}
	}
}

// TestUCUMTable reads the units of the shared table.
func TestUCUMTable(t *testing.T) {
	root := os.Getenv("TELEMED_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	b, err := os.ReadFile(filepath.Join(root, "fhir", "mdc-units.csv"))
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("no test data (set TELEMED_DATA)")
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		if f := strings.Split(line, ","); len(f) > 3 && f[3] != "" && f[3] != "ucum" {
			if n++; !isUCUM(f[3]) {
				t.Errorf("%s refused", f[3])
			}
		}
	}
	if n < 130 {
		t.Errorf("%d units", n)
	}
}

func TestLOINC(t *testing.T) {
	for code, want := range map[string]bool{
		"8867-4": true, "85354-9": true, "105272-9": true, "LP12345-6": true, "LA6668-3": true,
		"8867-5": false, "8867": false, "8867-": false, "-4": false, "": false, "x8867-4": false, "12345678-1": false, "8867-44": false, "LP-1": false,
	} {
		if got := loincProblem(code) == ""; got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
}

func TestCompareDecimals(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1", "1.0", 0},
		{"1", "2", -1},
		{"10", "9", 1},
		{"-1", "1", -1},
		{"-10", "-9", -1},
		{"0", "-0.00", 0},
		{"0", "0e9", 0},
		{"1e2", "100", 0},
		{"1E-2", "0.01", 0},
		{"0.1", "0.09", 1},
		{"1.25", "1.3", -1},
		{"1e99999999999999999999", "1", 1},
		{"1e-99999999999999999999", "0", 1},
		{"-1e99999999999999999999", "1e5", -1},
		{"0.001e3", "1", 0},
		{"120", "12", 1},
		{"-0.5", "-0.50", 0},
	} {
		if got := compareDecimals(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %d", c.a, c.b, got)
		}
		if got := compareDecimals(c.b, c.a); got != -c.want {
			t.Errorf("%s and %s: %d", c.b, c.a, got)
		}
	}
}

func BenchmarkDefinitions(b *testing.B) {
	for b.Loop() {
		l := index(definitionsText)
		l.root(l.types["Observation"])
	}
}
