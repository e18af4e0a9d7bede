package serve

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/telemed-go/sdk/fhir"
)

// kinds are the types of resources that are kept, sorted.
var kinds = [...]string{"Communication", "DetectedIssue", "Flag", "Observation", "RiskAssessment"}

func isKind(s string) bool { return slices.Contains(kinds[:], s) }

// maxDocument is the largest resource that [Server.Update] takes, in bytes.
const maxDocument = 256 << 10

// documentParts are the elements that a document is found by.
type documentParts struct {
	ResourceType       string            `json:"resourceType"`
	ID                 string            `json:"id"`
	Subject            reference         `json:"subject"`
	Patient            reference         `json:"patient"` // DetectedIssue
	Code               codeableConcept   `json:"code"`
	Category           []codeableConcept `json:"category"`
	EffectiveDateTime  string            `json:"effectiveDateTime"` // Observation
	EffectivePeriod    period            `json:"effectivePeriod"`
	Period             period            `json:"period"`             // Flag
	IdentifiedDateTime string            `json:"identifiedDateTime"` // DetectedIssue
	IdentifiedPeriod   period            `json:"identifiedPeriod"`
	OccurrenceDateTime string            `json:"occurrenceDateTime"` // RiskAssessment
	OccurrencePeriod   period            `json:"occurrencePeriod"`
	Sent               string            `json:"sent"` // Communication
}

type period struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// forever ends a period without end.
const forever = 1<<63 - 1

// span is the time that the resource is about; the zero span if it says none.
func (d *documentParts) span() (span, error) {
	for _, one := range []string{d.EffectiveDateTime, d.IdentifiedDateTime, d.OccurrenceDateTime, d.Sent} {
		if one != "" {
			return parseSpan(one, time.UTC)
		}
	}
	for _, p := range []period{d.EffectivePeriod, d.Period, d.IdentifiedPeriod, d.OccurrencePeriod} {
		if p.Start == "" {
			continue
		}
		start, err := parseSpan(p.Start, time.UTC)
		if err != nil || p.End == "" {
			return span{start.lo, forever}, err
		}
		end, err := parseSpan(p.End, time.UTC)
		return span{start.lo, end.hi}, err
	}
	return span{}, nil
}

// A draft is a document that has no moment yet.
type draft struct {
	facets  *facets
	patient string // the reference
	id      string
	at      span
	members []member // without resourceType and id
	meta    []member
	plain   []byte // the JSON as it came, without white space
}

type member struct {
	name  string
	value json.RawMessage
}

// parseDocument reads a resource with an id and a patient.
func parseDocument(b []byte) (*draft, error) {
	if len(b) > maxDocument {
		return nil, &fhir.Error{Path: "$", Err: fhir.ErrLimit}
	}
	var plain bytes.Buffer
	var parts documentParts
	if json.Compact(&plain, b) != nil || json.Unmarshal(b, &parts) != nil {
		return nil, &fhir.Error{Path: "$", Err: fhir.ErrSyntax}
	}
	if !isKind(parts.ResourceType) {
		return nil, &fhir.Error{Path: "resourceType", Err: fhir.ErrUnsupported}
	}
	d := &draft{id: parts.ID, patient: parts.Subject.Reference, plain: plain.Bytes()}
	if parts.ResourceType == "DetectedIssue" {
		d.patient = parts.Patient.Reference
	}
	switch {
	case !isID(d.id):
		return nil, &fhir.Error{Path: parts.ResourceType + ".id", Err: fhir.ErrMissing}
	case d.patient == "":
		return nil, &fhir.Error{Path: parts.ResourceType + ".subject", Err: fhir.ErrMissing}
	}
	var err error
	if d.at, err = parts.span(); err != nil {
		return nil, &fhir.Error{Path: parts.ResourceType, Err: fhir.ErrValue}
	}
	if d.at == (span{}) && parts.ResourceType == "Observation" {
		return nil, &fhir.Error{Path: "Observation.effective", Err: fhir.ErrMissing}
	}
	d.facets = &facets{kind: parts.ResourceType, codes: parts.Code.Coding}
	for _, c := range parts.Category {
		d.facets.categories = append(d.facets.categories, c.Coding...)
	}
	if d.members, err = members(d.plain); err != nil {
		return nil, err
	}
	if meta := d.remove("meta"); meta != nil {
		if d.meta, err = members(meta); err != nil {
			return nil, err
		}
	}
	d.remove("resourceType")
	d.remove("id")
	d.meta = slices.DeleteFunc(d.meta, func(m member) bool { return m.name == "versionId" || m.name == "lastUpdated" })
	return d, nil
}

func (d *draft) remove(name string) (value json.RawMessage) {
	d.members = slices.DeleteFunc(d.members, func(m member) bool {
		if m.name == name {
			value = m.value
		}
		return m.name == name
	})
	return value
}

// members are those of an object, in their order.
func members(object []byte) (list []member, err error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, &fhir.Error{Path: "$", Err: fhir.ErrSyntax}
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, &fhir.Error{Path: "$", Err: fhir.ErrSyntax}
		}
		m := member{name: name.(string)} // a key is nothing else
		if slices.ContainsFunc(list, func(o member) bool { return o.name == m.name }) {
			return nil, &fhir.Error{Path: "$", Err: fhir.ErrDuplicate}
		}
		if err := d.Decode(&m.value); err != nil {
			return nil, &fhir.Error{Path: "$", Err: fhir.ErrSyntax}
		}
		list = append(list, m)
	}
	return list, nil
}

// stamped is the resource that changed at m.
func (d *draft) stamped(m moment) *resource {
	b := append([]byte(`{"resourceType":"`), d.facets.kind...)
	b = append(b, `","id":"`...)
	b = append(b, d.id...)
	b = append(b, `","meta":{`...)
	b = m.appendMeta(b)
	for _, v := range d.meta {
		b = v.append(b)
	}
	b = append(b, '}')
	for _, v := range d.members {
		b = v.append(b)
	}
	return &resource{moment: m, facets: d.facets, document: &document{id: d.id, json: append(b, '}'), at: d.at}}
}

func (m member) append(b []byte) []byte {
	b = append(b, ',')
	b = appendString(b, m.name)
	b = append(b, ':')
	return append(b, m.value...)
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	if !strings.ContainsFunc(s, isEscaped) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	text, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...) // strings have no error
	}
	return append(b, text...)
}

// isEscaped reports what may not stand in a JSON string as it is, and some more.
func isEscaped(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' }

// isID reports whether s is a FHIR id ([A-Za-z0-9.-]{1,64}).
func isID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 64
}
