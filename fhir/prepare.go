package fhir

import (
	"reflect"
	"sync"

	"github.com/telemed-go/sdk/vitals"
)

// texts are the constant pieces of Observations, encoded. Each begins with a
// comma, or is empty, unless noted.
type texts struct {
	meta            [guideCount][vitals.ProfileVitalsPanel + 1][2]string // by test data
	kinds           []kindText                                           // by vitals.Kind
	units           [256]string                                          // by vitals.Unit: what follows the number, and the brace
	reasons         [reasonCount]string
	interpretations [1 << doubtCount]string
	notes           [1 << remarkCount]string
}

type kindText struct {
	head  [2][codeSetCount]string // category and code; by PHD
	code  [codeSetCount]string    // the value of code, without a comma
	parts []vitals.Kind           // of a panel, in order
}

// prepared makes the texts on first use. They never change.
var prepared = sync.OnceValue(func() *texts {
	var t texts
	for g := range t.meta {
		for v := range t.meta[g] {
			for test := range t.meta[g][v] {
				t.meta[g][v][test] = member("meta", metaOf(claim{guide(g), vitals.Profile(v)}, test == 1))
			}
		}
	}
	for k := range vitals.Kinds() {
		for int(k) >= len(t.kinds) {
			t.kinds = append(t.kinds, kindText{})
		}
		text := &t.kinds[k]
		for set := range codeSetCount {
			code := codeOf(k, set)
			text.code[set] = encoded(code)
			for phd := range text.head {
				text.head[phd][set] = member("category", categoriesOf(k, phd == 1)) + member("code", code)
			}
		}
	}
	for k := range vitals.Kinds() {
		if panel := k.Panel(); panel != vitals.KindNone {
			t.kinds[panel].parts = append(t.kinds[panel].parts, k)
		}
	}
	for u := range t.units {
		if unit := vitals.Unit(u); unit.UCUM() != "" {
			t.units[u] = "," + encoded(quantityOf(unit))[1:]
		}
	}
	for r := present + 1; r < reasonCount; r++ {
		t.reasons[r] = member("dataAbsentReason", reasonOf(r))
	}
	for d := range t.interpretations {
		t.interpretations[d] = member("interpretation", interpretationsOf(doubt(d)))
	}
	for r := range t.notes {
		t.notes[r] = member("note", notesOf(remark(r)))
	}
	return &t
})

// member is one member of an object with a comma before it, or nothing.
func member(name string, value any) string {
	if text := encoded(value); text != "" {
		return `,"` + name + `":` + text
	}
	return ""
}

// encoded is the JSON of a part of a resource made here, which has no faults.
func encoded(value any) string {
	b, _ := appendValue(nil, reflect.ValueOf(value))
	return string(b)
}
