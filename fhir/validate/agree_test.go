package validate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/validate"
)

// absent skips the test, or fails it where nothing may be absent.
func absent(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("TELEMED_REQUIRE") == "all" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// validator is the folder of the independent validator.
func validator(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("TELEMED_FHIR_VALIDATE")
	if folder == "" {
		absent(t, "TELEMED_FHIR_VALIDATE names no installed validator")
	}
	return folder
}

// examples returns the official examples with their names. Those that are vital
// signs but claim nothing claim the profile.
func examples(t testing.TB) (names []string, all [][]byte) {
	t.Helper()
	root := os.Getenv("TELEMED_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	files, err := filepath.Glob(filepath.Join(root, "fhir", "examples", "*", "*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		absent(t, "no test data (set TELEMED_DATA)")
	}
	vital := map[string]string{
		"blood-pressure": "bp", "blood-pressure-dar": "bp", "bmi": "bmi", "body-height": "bodyheight", "body-temperature": "bodytemp",
		"head-circumference": "headcircum", "heart-rate": "heartrate", "satO2": "oxygensat",
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		name := filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))
		if rest, ok := strings.CutPrefix(name, filepath.Join("r4", "Observation-")); ok && vital[strings.TrimSuffix(rest, ".json")] != "" {
			var r map[string]any
			d := json.NewDecoder(bytes.NewReader(b))
			d.UseNumber()
			require.NoError(t, d.Decode(&r))
			r["meta"] = map[string]any{"profile": []string{"http://hl7.org/fhir/StructureDefinition/" + vital[strings.TrimSuffix(rest, ".json")]}}
			b, err = json.Marshal(r)
			require.NoError(t, err)
		}
		var one bytes.Buffer
		require.NoError(t, json.Compact(&one, b))
		names, all = append(names, name), append(all, one.Bytes())
	}
	return names, all
}

func TestOfficialExamples(t *testing.T) {
	names, all := examples(t)
	require.GreaterOrEqual(t, len(all), 74)
	wrong := map[string]string{
		"r4/DeviceMetric-example.json":       "DeviceMetric.parent",                         // a DeviceDefinition, says its reference
		"uscore/observation-satO2-fiO2.json": "Observation.component[0].valueQuantity.code", // L/min, which US Core 3.1.0 writes l/min
	}
	for i, b := range all {
		issues := validate.Resource(b)
		if path, ok := wrong[filepath.ToSlash(names[i])]; ok {
			require.True(t, slices.ContainsFunc(issues, func(i validate.Issue) bool { return i.Path == path }), "%s: %v", names[i], issues)
			continue
		}
		if err := issues.Err(); err != nil {
			t.Errorf("%s: %v", names[i], issues)
		}
	}
}

// judge has the independent validator say which of the resources it refuses.
func judge(t testing.TB, all [][]byte) []bool {
	t.Helper()
	folder := validator(t)
	cmd := exec.Command("node", filepath.Join(folder, "validate.mjs"))
	cmd.Dir = folder
	cmd.Stdin = bytes.NewReader(append(bytes.Join(all, []byte("\n")), '\n'))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	require.Contains(t, stderr.String(), strconv.Itoa(len(all))+" resources")
	refused := make([]bool, len(all))
	for line := range bytes.Lines(out) {
		number, _, _ := bytes.Cut(line, []byte(" "))
		i, err := strconv.Atoi(string(number))
		require.NoError(t, err, "%s", line)
		refused[i] = true
	}
	return refused
}

// stricter names the broken resources that only this package refuses, and why
// it is right to.
var stricter = map[string]string{
	"only-an-id":              "ele-1 counts children beside the id; the other does not evaluate ele-1",
	"duplicate-name":          "json.html: names are unique; JSON.parse takes the last",
	"duplicate-name-deep":     "as above",
	"no-such-day":             "datatypes.html: dates are valid dates; the expression alone accepts 29 February of any year",
	"period-backwards":        "per-1: the other evaluates no invariants of data types",
	"quantity-code-no-system": "qty-3, as above",
	"range-backwards":         "rng-2, as above",
	"range-comparator":        "sqty-1, as above",
	"ratio-half":              "rat-1, as above",
	"attachment-no-type":      "att-1, as above",
	"telecom-no-system":       "cpt-2, as above",
	"contained-missing":       "ref-1, as above",
	"component-code-of-value": "obs-7: the other does not find the intersection",
	"contained-unused":        "dom-3: the other leaves it out",
	"narrative-script":        "txt-1: the other does not look into narratives",
	"narrative-broken":        "as above",
	"narrative-no-namespace":  "as above",
	"entry-versioned-url":     "bdl-8: the other leaves it out",
	"vital-year-only":         "vs-1: the other gives the year a longer text",
}

// TestAgreement compares what this package and the independent validator accept
// and refuse.
func TestAgreement(t *testing.T) {
	validator(t)
	type set struct {
		name  string
		names []string
		all   [][]byte
	}
	sets := []set{{name: "valid, our own", all: lines(t, "valid.ndjson")}, {name: "mapper"}}
	for i, b := range ours(t) {
		if i%3 == 0 || testing.Verbose() { // TestMapperOutput has all of them
			sets[1].all = append(sets[1].all, b)
		}
	}
	names, all := examples(t)
	sets = append(sets, set{"official examples", names, all})
	mine := set{name: "broken, our own"}
	for _, b := range brokenResources(t) {
		mine.names, mine.all = append(mine.names, b.Name), append(mine.all, b.Resource)
	}
	sets = append(sets, mine)
	if b, err := os.ReadFile(filepath.Join(validator(t), "testdata", "broken.ndjson")); err == nil {
		sets = append(sets, set{name: "broken, the validator's own", all: bytes.Split(bytes.TrimSpace(b), []byte("\n"))})
	}
	var whole [][]byte
	for _, s := range sets {
		whole = append(whole, s.all...)
	}
	refused := judge(t, whole)
	seen := map[string]bool{}
	for _, s := range sets {
		accept, refuse, known := 0, 0, 0
		for i, b := range s.all {
			name := s.name + " " + strconv.Itoa(i)
			if s.names != nil {
				name = s.names[i]
			}
			issues := validate.Resource(b)
			switch ours, theirs := !issues.Valid(), refused[i]; {
			case ours && theirs:
				refuse++
			case !ours && !theirs:
				accept++
			case ours && stricter[name] != "":
				known++
				seen[name] = true
			case ours:
				t.Errorf("%s: only refused here: %v", name, issues)
			default:
				t.Errorf("%s: only refused by the independent validator", name)
			}
		}
		t.Logf("%-28s %4d: both accept %d, both refuse %d, only refused here with a reason %d", s.name, len(s.all), accept, refuse, known)
		refused = refused[len(s.all):]
	}
	for name := range stricter {
		if !seen[name] {
			t.Errorf("%s is no longer a difference", name)
		}
	}
}

// laxer says which of the other's refusals are its own mistakes.
func laxer(b []byte) string {
	switch {
	case bytes.Contains(b, []byte(`"prediction"`)) && !bytes.Contains(b, []byte(`"probability`)):
		return "ras-2 says something of probabilities only; the other takes an empty result for false"
	case bytes.Contains(b, []byte(`"signature"`)):
		return "base64Binary may have white space (datatypes.html); the other allows none"
	}
	return ""
}

// TestAgreementOnMutants changes valid resources at random: what the
// independent validator refuses is refused here.
func TestAgreementOnMutants(t *testing.T) {
	validator(t)
	r := rand.New(rand.NewPCG(7, 7))
	_, all := examples(t)
	all = append(all, lines(t, "valid.ndjson")...)
	var mutants [][]byte
	for len(mutants) < 1500 {
		b := all[r.IntN(len(all))]
		if len(b) > 6000 {
			continue
		}
		var tree map[string]any
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		require.NoError(t, d.Decode(&tree))
		delete(tree, "text")
		mutate(r, tree)
		if b, err := json.Marshal(tree); err == nil { // not if a value was put into itself
			mutants = append(mutants, b)
		}
	}
	both, neither, here := 0, 0, 0
	for i, theirs := range judge(t, mutants) {
		issues := validate.Resource(mutants[i])
		switch {
		case theirs && !issues.Valid():
			both++
		case theirs && laxer(mutants[i]) == "":
			t.Errorf("only refused by the independent validator: %s", mutants[i])
		case issues.Valid():
			neither++
		default:
			here++
		}
	}
	t.Logf("of %d mutants both refuse %d, neither %d, only this package %d", len(mutants), both, neither, here)
	require.Greater(t, both, 400)
	require.Less(t, here, 60, "stricter than the definitions?")
}

// mutate changes one random member somewhere in the tree.
func mutate(r *rand.Rand, tree map[string]any) {
	type place struct {
		in  map[string]any
		key string
	}
	var places []place
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				places = append(places, place{v, k})
				walk(v[k])
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(tree)
	p, q := places[r.IntN(len(places))], places[r.IntN(len(places))]
	v := p.in[p.key]
	switch r.IntN(7) {
	case 0:
		delete(p.in, p.key)
	case 1:
		p.in[p.key] = []any{1, "x", true, nil, map[string]any{}, []any{}, "", -1.5, "2024", map[string]any{"text": "a"}, map[string]any{"reference": "Patient/1"}}[r.IntN(11)]
	case 2:
		p.in[q.key] = v
	case 3:
		p.in[p.key] = []any{v, v}[:1+r.IntN(2)]
	case 4:
		if list, ok := v.([]any); ok {
			p.in[p.key] = list[0]
		}
	case 5:
		if s, ok := v.(string); ok {
			p.in[p.key] = []string{s + " ", strings.ToUpper(s), s + "1", strings.ReplaceAll(s, "-", "")}[r.IntN(4)]
		}
	case 6:
		p.in[p.key] = q.in[q.key]
	}
}
