package fhir

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const terminology = "http://terminology.hl7.org/CodeSystem/"

// making is a resource in the making: it remembers the first thing that is
// wrong, so that a constructor reads like the resource.
type making struct {
	kind string // the type of the resource
	err  error
}

func (m *making) fail(element string, err error) {
	if m.err == nil {
		m.err = &Error{m.kind + "." + element, err}
	}
}

// need demands an element.
func (m *making) need(element string, given bool) {
	if !given {
		m.fail(element, ErrMissing)
	}
}

// id is the id of the resource: s, or a UUID of version 5 made from it if it
// is not a legal id.
func (m *making) id(s string) *string {
	switch {
	case s == "":
		return nil
	case !isID(s):
		s = string(idSpace.name(s).append(nil))
	}
	return &s
}

// identifier repeats an id that is a UUID, so that it outlives the server.
func (m *making) identifier(id *string) []models.Identifier {
	if id == nil || !isUUID(*id) {
		return nil
	}
	return []models.Identifier{{System: ptr(systemURI), Value: ptr(urnUUID + strings.ToLower(*id))}}
}

func isUUID(s string) bool {
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !isHex(s[i]) {
			return false
		}
	}
	return len(s) == 36
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// security marks test data.
func (m *making) security(test bool) *models.Meta {
	if !test {
		return nil
	}
	return &models.Meta{Security: []models.Coding{coding(systemPurpose, "HTEST", "")}}
}

// reference is nil for "". A relative reference to a type that cannot stand
// there is an error; no types are any.
func (m *making) reference(element, ref string, types ...string) *models.Reference {
	if ref == "" {
		return nil
	}
	kind, _, literal := strings.Cut(ref, "/")
	absolute := strings.Contains(ref, ":") || ref[0] == '#'
	switch {
	case absolute:
	case !literal || !isTypeName(kind), len(types) > 0 && !slices.Contains(types, kind):
		m.fail(element, ErrValue)
	}
	return &models.Reference{Reference: &ref}
}

func isTypeName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('A' <= c && c <= 'Z' || i > 0 && 'a' <= c && c <= 'z') {
			return false
		}
	}
	return s != ""
}

func (m *making) references(element string, refs []string, types ...string) (list []models.Reference) {
	for i, ref := range refs {
		path := element + "[" + strconv.Itoa(i) + "]"
		if m.need(path, ref != ""); ref != "" {
			list = append(list, *m.reference(path, ref, types...))
		}
	}
	return list
}

// patient is the reference to a patient, which every resource about one needs.
func (m *making) patient(element string, mapper *Mapper, id vitals.PatientID) models.Reference {
	if id.IsZero() {
		m.fail(element, ErrMissing)
		return models.Reference{}
	}
	return models.Reference{Reference: ptr(mapper.patient(id).String())}
}

func (m *making) device(mapper *Mapper, id vitals.DeviceID) *models.Reference {
	if id == "" {
		return nil
	}
	return &models.Reference{Reference: ptr(mapper.device(id).String())}
}

// time is nil for the zero time.
func (m *making) time(element string, t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	t = writable(t)
	if t.Year() < 1 || t.Year() > 9999 {
		m.fail(element, ErrValue)
		return nil
	}
	return ptr(string(appendTime(nil, t)))
}

// instant is a time that must be known.
func (m *making) instant(element string, t time.Time) string {
	if s := m.time(element, t); s != nil {
		return *s
	}
	m.fail(element, ErrMissing)
	return ""
}

// period is nil if neither end is known.
func (m *making) period(element string, start, end time.Time) *models.Period {
	if start.IsZero() && end.IsZero() {
		return nil
	}
	if !start.IsZero() && !end.IsZero() && end.Before(start) {
		m.fail(element, ErrValue)
	}
	return &models.Period{Start: m.time(element+".start", start), End: m.time(element+".end", end)}
}

// text is nil for "".
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func textConcept(s string) *models.CodeableConcept {
	if s == "" {
		return nil
	}
	return &models.CodeableConcept{Text: &s}
}

// given reports whether a concept says anything.
func given(c models.CodeableConcept) bool { return len(c.Coding) > 0 || c.Text != nil && *c.Text != "" }

func conceptOrNil(c models.CodeableConcept) *models.CodeableConcept {
	if !given(c) {
		return nil
	}
	return &c
}

// amount is a quantity with the digits that it has, or nil.
func amount(q vitals.Quantity) *models.Quantity {
	if q.IsZero() {
		return nil
	}
	return &models.Quantity{
		Value: ptr(json.Number(q.Value().String())), Unit: text(q.Unit().String()), System: ptr(systemUCUM), Code: text(q.Unit().UCUM()),
	}
}

// ticks is a duration in a unit, exactly: UCUM code and nanoseconds.
func ticks(d time.Duration, code string, exp int8) *models.Quantity {
	n := vitals.Decimal{Coef: int64(d), Exp: exp}
	for n.Exp < 0 && n.Coef%10 == 0 {
		n = vitals.Decimal{Coef: n.Coef / 10, Exp: n.Exp + 1}
	}
	return &models.Quantity{Value: ptr(json.Number(n.String())), System: ptr(systemUCUM), Code: &code}
}

// localID is the id that a reference to a resource of the type ends in, or nil.
func localID(ref, kind string) *string {
	i := strings.LastIndex("/"+ref, "/"+kind+"/")
	if i < 0 {
		return nil
	}
	if id := ref[i+len(kind)+1:]; isID(id) {
		return &id
	}
	return nil
}
