package fhir

import (
	"reflect"
	"sync"

	"github.com/telemed-go/sdk/vitals"
)

// texts are the constant pieces of Observations, encoded. Each begins with a
// comma, or is empty, unless noted.
type texts struct {
	meta            [guideCount][vitals.ProfileVitalsPanel + 1]string // without labels
	profiles        [guideCount][vitals.ProfileVitalsPanel + 1]string // the member of meta
	security        [1 << labelCount]string                           // likewise
	kinds           []kindText                                        // by vitals.Kind
	units           [256]string                                       // by vitals.Unit: what follows the number, and the brace
	reasons         [reasonCount]string
	interpretations [1 << doubtCount]string
	notes           [1 << remarkCount]string
	meals           [len(mealCodes)]string // valueCodeableConcept
}

// The fragments between which a head stands.
const (
	statusFinal = `,"status":"final"`
	subjectOpen = `,"subject":{"reference":"`
)

type kindText struct {
	// head is the status final, category and code, and the subject until its
	// reference; by PHD.
	head  [2][codeSetCount]string
	code  [codeSetCount]string // the value of code, without a comma
	parts []vitals.Kind        // of a panel, in order
}

// prepared makes the texts on first use. They never change.
var prepared = sync.OnceValue(func() *texts {
	var t texts
	for g := range t.meta {
		for v := range t.meta[g] {
			c := claim{guide(g), vitals.Profile(v)}
			t.meta[g][v] = member("meta", metaOf(c, 0))
			t.profiles[g][v] = member("profile", profilesOf(c))
		}
	}
	for l := range t.security {
		t.security[l] = member("security", securityOf(label(l)))
	}
	t.kinds = make([]kindText, 1) // KindNone: a finding has no code of ours
	for k := range vitals.Kinds() {
		for int(k) >= len(t.kinds) {
			t.kinds = append(t.kinds, kindText{})
		}
		text := &t.kinds[k]
		for set := range codeSetCount {
			code := codeOf(k, set)
			text.code[set] = encoded(code)
			for phd := range text.head {
				text.head[phd][set] = statusFinal + member("category", categoriesOf(k, phd == 1)) + member("code", code) + subjectOpen
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
	for i := range t.meals {
		t.meals[i] = member("valueCodeableConcept", concept(codingOf(mealCodes[i].code)))
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
