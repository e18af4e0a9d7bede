package fhir

import (
	"unicode/utf8"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// AppendObservation appends the JSON of [Mapper.Observation] to dst: the bytes
// that [Marshal] gives. It allocates nothing when dst is large enough and the
// Mapper has no functions that allocate. On an error it returns dst as it was.
func (m Mapper) AppendObservation(dst []byte, panel []vitals.Reading) ([]byte, error) {
	var p plan
	if err := m.plan(&p, panel); err != nil {
		return dst, err
	}
	return p.append(dst), nil
}

// append writes the members in the order of the FHIR specification.
func (p *plan) append(b []byte) []byte {
	text := prepared()
	whole := &text.kinds[p.whole.Kind]

	b = append(b, `{"resourceType":"Observation"`...)
	if p.known.hasID() {
		b = append(b, `,"id":"`...)
		b = appendID(b, p.known.id)
		b = append(b, '"')
	}
	b = append(b, text.meta[p.claim.guide][p.claim.vital][bit(p.test)]...)
	if p.gateway != "" {
		b = append(b, `,"extension":[{"url":"`+gatewayExtension+`","valueReference":{"reference":`...)
		b = appendString(b, p.gateway)
		b = append(b, `}}]`...)
	}
	if system, ok := p.identifierSystem(); ok {
		b = append(b, `,"identifier":[{`...)
		if system != "" {
			b = append(b, `"system":`...)
			b = appendString(b, system)
			b = append(b, ',')
		}
		b = append(b, `"value":"`...)
		start := len(b)
		if b = p.appendIdentifier(b); p.known.by == byID {
			b = append(b, '"')
		} else {
			b = closeString(b, start)
		}
		b = append(b, `}]`...)
	}
	b = append(b, statusText(p.status)...)
	b = append(b, whole.head[bit(p.claim.guide != noGuide)][p.single.codes]...)
	b = append(b, `,"subject":`...)
	b = appendReference(b, p.subject)
	b = append(b, `,"effectiveDateTime":"`...)
	b = appendTime(b, p.at)
	b = append(b, '"')
	if p.count == 0 {
		b = appendAnswer(b, text, &p.single)
	}
	b = append(b, text.notes[p.remarks]...)
	if !p.device.isZero() {
		b = append(b, `,"device":`...)
		b = appendReference(b, p.device)
	}
	for i := range p.components() {
		part := &p.parts[i]
		if i == 0 {
			b = append(b, `,"component":[{"code":`...)
		} else {
			b = append(b, `,{"code":`...)
		}
		b = append(b, text.kinds[part.kind].code[part.codes]...)
		b = appendAnswer(b, text, part)
		b = append(b, '}')
	}
	if p.count > 0 {
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendAnswer(b []byte, text *texts, a *answer) []byte {
	if a.reason != present {
		return append(b, text.reasons[a.reason]...)
	}
	b = append(b, `,"valueQuantity":{"value":`...)
	b, _ = a.value.Value().AppendText(b)
	b = append(b, text.units[a.value.Unit()]...)
	return append(b, text.interpretations[a.doubts]...)
}

func statusText(s models.ObservationStatus) string {
	switch s {
	case models.ObservationStatusPreliminary:
		return `,"status":"preliminary"`
	case models.ObservationStatusEnteredInError:
		return `,"status":"entered-in-error"`
	}
	return `,"status":"final"`
}

func appendReference(b []byte, r reference) []byte {
	b = append(b, `{"reference":"`...)
	start := len(b)
	b = closeString(r.append(b), start)
	return append(b, '}')
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := len(b)
	return closeString(append(b, s...), start)
}

// closeString makes a JSON string of the text that begins at start, behind an
// opening quotation mark. Nearly always there is nothing to escape.
func closeString(b []byte, start int) []byte {
	for _, c := range b[start:] {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(b[:start], string(b[start:]))
		}
	}
	return append(b, '"')
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
