package validate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/validate"
	"github.com/telemed-go/sdk/vitals"
)

// lines reads a file of testdata.
func lines(t testing.TB, name string) (all [][]byte) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	for line := range bytes.Lines(b) {
		all = append(all, bytes.TrimSpace(line))
	}
	return all
}

// A broken resource has one mistake, of our own making.
type broken struct {
	Name, Path, Code string
	Resource         json.RawMessage
}

func brokenResources(t testing.TB) (all []broken) {
	t.Helper()
	for _, line := range lines(t, "broken.ndjson") {
		var b broken
		require.NoError(t, json.Unmarshal(line, &b))
		all = append(all, b)
	}
	return all
}

func TestBroken(t *testing.T) {
	all := brokenResources(t)
	require.GreaterOrEqual(t, len(all), 150)
	for _, b := range all {
		issues := validate.Resource(b.Resource)
		if !slices.ContainsFunc(issues, func(i validate.Issue) bool {
			return i.Severity == validate.Error && i.Path == b.Path && i.Code == b.Code
		}) {
			t.Errorf("%s: want an error %s at %s, got %v", b.Name, b.Code, b.Path, issues)
		}
		if issues.Valid() || issues.Err() == nil {
			t.Errorf("%s: valid", b.Name)
		}
		for _, i := range issues {
			if i.Offset < 0 || i.Offset >= len(b.Resource) || i.Message == "" {
				t.Errorf("%s: %+v", b.Name, i)
			}
		}
	}
}

func TestValid(t *testing.T) {
	for _, line := range lines(t, "valid.ndjson") {
		if issues := validate.Resource(line); len(issues) > 0 {
			t.Errorf("%.60s: %v", line, issues)
		}
	}
}

// panels are measurements of every kind that the mapper can write.
func panels(yield func([]vitals.Reading) bool) {
	for k := range vitals.Kinds() {
		if !fhir.Supports(k) || k.Shape() != vitals.ShapeNumeric {
			continue
		}
		for _, q := range []vitals.Quality{0, vitals.NotANumber, vitals.TestData | vitals.EarlyEstimate} {
			r := vitals.Reading{
				Patient: vitals.NewPatientID("p1"), Device: "00-E5-DE-AD-77-C3", Kind: k, Quality: q, Stamped: true,
				At: time.Date(2024, 5, 1, 10, 11, 12, 0, time.FixedZone("", 2*60*60)),
			}
			if !q.Has(vitals.Absent) {
				r.Quantity = k.Unit().Of(vitals.Decimal{Coef: 3640, Exp: -2})
			}
			if !yield([]vitals.Reading{r}) {
				return
			}
		}
	}
}

// ours is what the mapper writes, one resource a line.
func ours(t testing.TB) (all [][]byte) {
	t.Helper()
	for _, m := range []fhir.Mapper{{}, {Profile: fhir.PHD, Gateway: "Device/gateway-1"}} {
		for panel := range panels {
			b, err := m.AppendObservation(nil, panel)
			if errors.Is(err, fhir.ErrUnsupported) {
				continue
			}
			require.NoError(t, err)
			all = append(all, b)
		}
	}
	return all
}

func TestMapperOutput(t *testing.T) {
	all := ours(t)
	require.GreaterOrEqual(t, len(all), 300)
	for _, b := range all {
		for _, i := range validate.Resource(b) {
			if i.Severity != validate.Warning {
				t.Errorf("%s\n%s", i, b)
			}
		}
	}
}

func TestProfilesAskedFor(t *testing.T) {
	heart := []byte(`{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},
		"subject":{"reference":"Patient/1"},"effectiveDateTime":"2024-05-01","valueQuantity":{"value":72,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}}`)
	const url = "http://hl7.org/fhir/StructureDefinition/heartrate"
	require.Empty(t, validate.Resource(heart))
	issues := validate.Resource(heart, url+"|4.0.1")
	require.Len(t, issues, 2)
	for _, i := range issues {
		require.Equal(t, "Observation.category", i.Path)
		require.Equal(t, url, i.Profile)
	}
	require.Empty(t, validate.Resource(heart, "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdDevice"), "a profile of another type")
	require.False(t, validate.Resource(heart, "http://example.org/nothing").Valid(), "a profile that nobody knows")

	claims := bytes.Replace(heart, []byte(`"status"`), []byte(`"meta":{"profile":["http://example.org/nothing"]},"status"`), 1)
	issues = validate.Resource(claims)
	require.Len(t, issues, 1)
	require.Equal(t, validate.Warning, issues[0].Severity)
	require.True(t, issues.Valid())
	require.NoError(t, issues.Err())
	require.False(t, validate.Validator{RequireProfiles: true}.Resource(claims).Valid())

	bundle := fmt.Appendf(nil, `{"resourceType":"Bundle","type":"collection","entry":[{"resource":%s}]}`, heart)
	require.Empty(t, validate.Resource(bundle))
	require.Equal(t, "Bundle.entry[0].resource.category", validate.Resource(bundle, url)[0].Path)
}

func TestProfilesKnown(t *testing.T) {
	known := validate.Profiles()
	for _, p := range strings.Fields(`vitalsigns vitalspanel heartrate resprate bp oxygensat bodytemp bodyheight bodyweight headcircum bmi`) {
		require.Contains(t, known, "http://hl7.org/fhir/StructureDefinition/"+p)
	}
	for _, p := range strings.Fields(`PhdBaseObservation PhdNumericObservation PhdCompoundNumericObservation PhdCompoundObservation PhdCodedEnumerationObservation
		PhdBitsEnumerationObservation PhdStringObservation PhdRtsaObservation PhdCoincidentTimeStampObservation PhdDevice PhgDevice PhdDeviceMetric PhdPatient
		Accuracy Confidence95 SimpleAlerting CoincidentTimeStampReference`) {
		require.Contains(t, known, "http://hl7.org/fhir/uv/phd/StructureDefinition/"+p)
	}
	for _, p := range strings.Fields(`us-core-pulse-oximetry us-core-blood-pressure pediatric-bmi-for-age pediatric-weight-for-height us-core-patient us-core-implantable-device`) {
		require.Contains(t, known, "http://hl7.org/fhir/us/core/StructureDefinition/"+p)
	}
}

func TestNotJSON(t *testing.T) {
	for text, want := range map[string]string{
		``:                                "not a JSON value at byte 0",
		`{`:                               "not a member's name at byte 1",
		`{"a"`:                            "no : at byte 4",
		`{"a":}`:                          "not a JSON value at byte 5",
		`{"a":1,}`:                        "not a member's name at byte 7",
		`{"a":1]`:                         "neither , nor } at byte 6",
		`[1,]`:                            "not a JSON value at byte 3",
		`[1}`:                             "neither , nor ] at byte 2",
		`{"a":01}`:                        "neither , nor } at byte 6",
		`{"a":1.}`:                        "no digit after the point at byte 7",
		`{"a":1e}`:                        "no digit in the exponent at byte 7",
		`{"a":-}`:                         "not a number at byte 6",
		`{"a":+1}`:                        "not a JSON value at byte 5",
		`{"a":NaN}`:                       "not a JSON value at byte 5",
		`{"a":"b}`:                        "string without end at byte 8",
		`{"a":"\x"}`:                      "bad escape at byte 8",
		`{"a":"\u12"}`:                    `bad \u escape at byte 8`,
		`{"a":"\ud800"}`:                  `bad \u escape at byte 12`,
		"{\"a\":\"\n\"}":                  "control character in a string at byte 6",
		"{\"a\":\"\xff\"}":                "not UTF-8 at byte 0",
		`{} {}`:                           "text after the end of the resource at byte 3",
		"\ufeff{}":                        "not a JSON value at byte 0",
		strings.Repeat(`[`, 100):          "nested deeper than the limit",
		strings.Repeat(`{"a":`, 100):      "nested deeper than the limit",
		`{"a":` + strings.Repeat(`9`, 10): "neither , nor } at byte 15",
	} {
		issues := validate.Resource([]byte(text))
		require.Len(t, issues, 1, "%q", text)
		require.Equal(t, "$", issues[0].Path)
		require.Equal(t, validate.Fatal, issues[0].Severity)
		require.Equal(t, want, issues[0].Message, "%q", text)
	}
	for _, text := range []string{`[]`, `1`, `null`, `"x"`, `{}`, `{"resourceType":7}`, `{"resourceType":"Quantity"}`, `{"resourceType":"DomainResource"}`} {
		issues := validate.Resource([]byte(text))
		require.Len(t, issues, 1, "%q", text)
		require.Equal(t, "$", issues[0].Path)
	}
}

func TestLimits(t *testing.T) {
	heart := lines(t, "valid.ndjson")[0]
	issues := validate.Validator{MaxBytes: len(heart) - 1}.Resource(heart)
	require.Equal(t, validate.Issues{{Severity: validate.Fatal, Path: "$", Code: "too-long", Message: "larger than the limit"}}, issues)
	require.Empty(t, validate.Validator{MaxBytes: len(heart)}.Resource(heart))
	require.Equal(t, "too-costly", validate.Validator{MaxDepth: 3}.Resource(heart)[0].Code)
	require.Empty(t, validate.Validator{MaxDepth: 5}.Resource(heart))

	wrong := []byte(`{"resourceType":"Observation"` + strings.Repeat(`,"x":1`, 1000) + `}`)
	issues = validate.Validator{MaxIssues: 7}.Resource(wrong)
	require.Len(t, issues, 8)
	require.Equal(t, "too-costly", issues[7].Code)
	require.Len(t, validate.Resource(wrong), validate.DefaultMaxIssues+1)

	var claims strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&claims, `,"%s"`, validate.Profiles()[i%len(validate.Profiles())])
	}
	many := []byte(`{"resourceType":"Observation","meta":{"profile":["x"` + claims.String() + `]},"status":"final","code":{"text":"x"}}`)
	start := time.Now()
	require.False(t, validate.Resource(many).Valid())
	require.Less(t, time.Since(start), 10*time.Second)
}

// TestHostile measures that no small text keeps the validator busy for long.
func TestHostile(t *testing.T) {
	repeat := func(head, one, between, tail string, n int) []byte {
		return []byte(head + strings.Repeat(one+between, n-1) + one + tail)
	}
	const n = 20000
	for name, b := range map[string][]byte{
		"codings of two codes": []byte(`{"resourceType":"Observation","status":"final","valueString":"x","code":{"coding":[` + string(repeat("", `{"code":"a"}`, ",", "", n)) +
			`]},"component":[{"valueString":"x","code":{"coding":[` + string(repeat("", `{"code":"b"}`, ",", "", n)) + `]}}]}`),
		"contained and references": []byte(`{"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[` + string(repeat("", `{"resourceType":"Patient","id":"a"}`, ",", "", n)) +
			`],"performer":[` + string(repeat("", `{"reference":"#b"}`, ",", "", n)) + `]}`),
		"components of a profile": repeat(`{"resourceType":"Observation","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/bp"]},"status":"final","code":{"text":"x"},"component":[`,
			`{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]}}`, ",", `]}`, n),
		"members":         repeat(`{"resourceType":"Patient"`, `,"_birthDate":1`, "", `}`, n),
		"samples":         repeat(`{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueSampledData":{"data":"`, `1.5 E`, " ", `"}}`, n),
		"narrative":       repeat(`{"resourceType":"Flag","text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>`, `<b>`, "", `"}}`, n),
		"long exponent":   []byte(`{"resourceType":"Observation","valueRange":{"low":{"value":1e` + strings.Repeat("9", n) + `},"high":{"value":1e-` + strings.Repeat("9", n) + `}}}`),
		"parentheses":     []byte(`{"resourceType":"Observation","valueQuantity":{"system":"http://unitsofmeasure.org","code":"` + strings.Repeat("(", n) + `"}}`),
		"entries":         repeat(`{"resourceType":"Bundle","type":"transaction","entry":[`, `{"fullUrl":"urn:uuid:x"}`, ",", `]}`, n),
		"nested arrays":   repeat(`{"resourceType":"Patient","name":[`, `[[[[]]]]`, ",", `]}`, n),
		"many extensions": repeat(`{"resourceType":"Patient","extension":[`, `{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[]}`, ",", `]}`, n),
	} {
		start := time.Now()
		issues := validate.Resource(b)
		d := time.Since(start)
		t.Logf("%s: %v for %d bytes", name, d, len(b))
		if d > 20*time.Second { // a hundred times what it takes; the race detector is slow
			t.Errorf("%s: %v", name, d)
		}
		require.False(t, issues.Valid(), name)
		require.LessOrEqual(t, len(issues), validate.DefaultMaxIssues+1, name)
	}
}

// TestNoData plants a name in every place of resources that are wrong, and
// looks for it in what is said about them.
func TestNoData(t *testing.T) {
	const canary = "DOE^JANE"
	check := func(b []byte) {
		t.Helper()
		issues := validate.Resource(b, "http://hl7.org/fhir/StructureDefinition/heartrate")
		if text := fmt.Sprintf("%v %+v %v", issues, issues, issues.Err()); strings.Contains(strings.ToUpper(text), "DOE") {
			t.Errorf("%s\nfrom %s", text, b)
		}
	}
	for _, line := range slices.Concat(lines(t, "valid.ndjson"), lines(t, "broken.ndjson")) {
		// each string of the text once, names of members too
		for i := 0; i < len(line); i++ {
			if line[i] != '"' {
				continue
			}
			end := i + 1 + bytes.IndexByte(line[i+1:], '"')
			check(slices.Concat(line[:i+1], []byte(canary), line[end:]))
			check(slices.Concat(line[:i+1], []byte("janeDoe"), line[end:]))
			i = end
		}
	}
}

func TestErr(t *testing.T) {
	err := validate.Resource([]byte(`{"resourceType":"Flag","code":{"text":"x"},"subject":{"display":"x"}}`)).Err()
	require.EqualError(t, err, "fhir: Flag.status: required and missing")
	require.ErrorIs(t, err, validate.ErrInvalid)
	var e *fhir.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "Flag.status", e.Path)
}

func TestNDJSON(t *testing.T) {
	heart := string(lines(t, "valid.ndjson")[0])
	text := heart + "\n\n  \r\n{\n" + strings.Repeat("x", 5000) + "\n" + heart + "\r\n" + `{"resourceType":"Flag"}`
	c := validate.Validator{MaxBytes: 4000}
	want := map[int]string{1: "", 4: "invalid", 5: "too-long", 6: "", 7: "required"}
	for name, r := range map[string]func() *bufio.Reader{
		"whole":   func() *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) },
		"by byte": func() *bufio.Reader { return bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(text)), 16) },
	} {
		got := map[int]string{}
		for r, err := range c.NDJSON(r()) {
			require.NoError(t, err, name)
			got[r.Line] = ""
			if len(r.Issues) > 0 {
				got[r.Line] = r.Issues[0].Code
			}
		}
		require.Equal(t, want, got, name)
	}
	n := 0
	for r, err := range validate.NDJSON(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("{}\n{}\n")))) {
		n++
		require.Equal(t, 1, r.Line)
		if err != nil {
			require.ErrorIs(t, err, iotest.ErrTimeout)
		}
	}
	require.Positive(t, n)
	for range validate.NDJSON(strings.NewReader("{}\n{}\n")) {
		break
	}
}

func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	all := lines(t, "valid.ndjson")
	for range 8 {
		wg.Go(func() {
			for _, line := range all {
				if issues := validate.Resource(line); len(issues) > 0 {
					t.Errorf("%.60s: %v", line, issues)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzResource(f *testing.F) {
	for _, line := range lines(f, "valid.ndjson") {
		f.Add(line)
	}
	for _, b := range brokenResources(f) {
		f.Add([]byte(b.Resource))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		start := time.Now()
		issues := validate.Resource(b, "http://hl7.org/fhir/StructureDefinition/vitalsigns")
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%v for %d bytes", d, len(b))
		}
		if issues.Valid() && !json.Valid(b) {
			t.Error("valid, but no JSON")
		}
		if len(issues) > validate.DefaultMaxIssues+1 || (issues.Err() == nil) != issues.Valid() {
			t.Errorf("%d issues, %v", len(issues), issues.Err())
		}
		for _, i := range issues {
			if i.Path == "" || i.Message == "" || i.Code == "" || i.Offset > len(b) {
				t.Errorf("%+v", i)
			}
		}
		// white space does not matter
		if again := validate.Resource(append([]byte(" \n"), b...), "http://hl7.org/fhir/StructureDefinition/vitalsigns"); again.Valid() != issues.Valid() {
			t.Errorf("%v\nwith white space before it\n%v", issues, again)
		}
	})
}

func BenchmarkResource(b *testing.B) {
	all := lines(b, "valid.ndjson")
	bundle := func(n int) []byte {
		text := []byte(`{"resourceType":"Bundle","type":"collection","entry":[`)
		for i := range n {
			if i > 0 {
				text = append(text, ',')
			}
			text = append(append(append(text, `{"resource":`...), all[1]...), '}')
		}
		return append(text, "]}"...)
	}
	for _, c := range []struct {
		name string
		text []byte
	}{
		{"heart rate", all[0]},
		{"blood pressure", all[1]},
		{"PHD number", all[6]},
		{"bundle of 10", bundle(10)},
		{"bundle of 100", bundle(100)},
		{"bundle of 1000", bundle(1000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				if issues := validate.Resource(c.text); len(issues) > 0 {
					b.Fatal(issues)
				}
			}
		})
	}
}
