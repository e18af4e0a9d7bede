package validate_test

import (
	"strings"
	"testing"

	"github.com/telemed-go/sdk/fhir/validate"
)

// Texts that are meant to harm: each is an error with a path, and no issue repeats
// a word of it.
func TestHostileJSON(t *testing.T) {
	const open = `{"resourceType":"Observation","status":"final","code":{"text":"DOE^JANE"}`
	for name, text := range map[string]string{
		"nothing":                  "",
		"white space":              " \n\t",
		"no JSON":                  "DOE^JANE",
		"a byte order mark":        "\ufeff" + open + "}",
		"truncated":                open,
		"truncated in a string":    open[:len(open)-3],
		"something behind":         open + "}DOE^JANE",
		"not UTF-8":                open + ",\"valueString\":\"DOE^JANE\xff\"}",
		"half a surrogate":         open + `,"valueString":"\ud83d"}`,
		"a name twice":             open + `,"status":"registered"}`,
		"a name twice, deep":       open + `,"subject":{"display":"DOE^JANE","display":"b"}}`,
		"an object for a string":   `{"resourceType":"Observation","status":{"DOE^JANE":1},"code":{}}`,
		"a list for an object":     `{"resourceType":"Observation","status":"final","code":["DOE^JANE"]}`,
		"a string for a list":      open + `,"component":"DOE^JANE"}`,
		"a number for a string":    open + `,"valueString":17}`,
		"a number that is too big": open + `,"valueInteger":99999999999999999999}`,
		"an unknown type":          `{"resourceType":"DOE^JANE"}`,
		"a list":                   `[` + open + `}]`,
		"deep":                     open + `,"extension":` + strings.Repeat(`[{"url":"a","extension":`, 200) + `1`,
		"deep, no resource":        strings.Repeat(`[`, 1_000_000),
		"larger than is read":      strings.Repeat(" ", validate.DefaultMaxBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			issues := validate.Resource([]byte(text))
			wrong := false
			for _, i := range issues {
				wrong = wrong || i.Severity == validate.Error || i.Severity == validate.Fatal
				if strings.Contains(i.String(), "JANE") || i.Path == "" {
					t.Errorf("issue %q", i)
				}
				if i.Offset < 0 || i.Offset > len(text) {
					t.Errorf("offset %d of %d bytes", i.Offset, len(text))
				}
			}
			if !wrong {
				t.Errorf("no error among %d issues", len(issues))
			}
		})
	}
}
