package house_test

import (
	"testing"

	"github.com/telemed-go/sdk/internal/measure/source"
)

// longFuncs are the functions that may be longer than [source.MaxFuncLines],
// by file and name. A table or a switch reads well at any length; what else
// stands here is to be split.
var longFuncs = map[string]string{
	"device/devicetest/table.go cardiacRows":       "a table",
	"device/devicetest/table.go metabolicRows":     "a table",
	"device/devicetest/table_plain.go userRows":    "a table",
	"device/gatt/health.go appendReadings":         "a switch over the characteristics",
	"fhir/validate/invariant.go resourceInvariant": "a switch over the invariants",
}

// longFiles are the files that may be longer than [source.MaxFileLines].
var longFiles = map[string]string{}

func TestLength(t *testing.T) {
	all, err := source.Read("../..")
	if err != nil {
		t.Fatal(err)
	}
	funcs, files := map[string]bool{}, map[string]bool{}
	for _, p := range all {
		for _, f := range p.LongFuncs() {
			name := f.File + " " + f.Name
			if funcs[name] = true; longFuncs[name] == "" {
				t.Errorf("%s has %d lines, more than %d: give its parts names, or say in longFuncs why it reads better whole", name, f.Lines, source.MaxFuncLines)
			}
		}
		for _, f := range p.LongFiles() {
			if files[f.File] = true; longFiles[f.File] == "" {
				t.Errorf("%s has %d lines, more than %d: it holds a second concept", f.File, f.Lines, source.MaxFileLines)
			}
		}
	}
	for name := range longFuncs {
		if !funcs[name] {
			t.Errorf("%s is short or gone: take it off longFuncs", name)
		}
	}
	for name := range longFiles {
		if !files[name] {
			t.Errorf("%s is short or gone: take it off longFiles", name)
		}
	}
}
