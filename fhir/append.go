package fhir

import (
	"strconv"

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

func (p *plan) append(b []byte) []byte { return p.appendWith(b, nil) }

// appendWith writes the members in the order of the FHIR specification, with
// leads for an answer if there are any.
func (p *plan) appendWith(b []byte, leads []vitals.Waveform) []byte {
	text := prepared()
	b = append(b, `{"resourceType":"Observation"`...)
	b = p.appendNames(b, text)
	head := text.kinds[p.whole.Kind].head[bit(p.claim.guide.isPHD())][p.single.codes]
	if p.status != models.ObservationStatusFinal {
		b = append(b, statusText(p.status)...)
		head = head[len(statusFinal):]
	}
	b = append(b, head...)
	b = p.subject.appendQuoted(b)
	b = p.appendEffective(b)
	switch {
	case len(leads) == 1:
		b = appendLead(b, text, &leads[0])
	case (p.count == 0 || p.valued) && !p.elsewhere:
		b = appendAnswer(b, text, &p.single)
	}
	b = append(b, text.notes[p.remarks]...)
	if !p.device.isZero() {
		b = append(b, `,"device":{"reference":"`...)
		b = p.device.appendQuoted(b)
	}
	if len(leads) > 1 {
		b = appendLeads(b, text, leads)
	}
	return append(p.appendComponents(b, text), '}')
}

// appendNames appends what an Observation is known by and what it claims to be:
// id, meta, the gateway and the identifier.
func (p *plan) appendNames(b []byte, text *texts) []byte {
	id := 0 // where it stands
	if p.known.hasID() {
		b = append(b, `,"id":"`...)
		id = len(b)
		b = appendID(b, p.known.id)
		b = append(b, '"')
	}
	b = p.appendMeta(b, text)
	if p.gateway != "" {
		b = append(b, `,"extension":[{"url":"`+gatewayExtension+`","valueReference":{"reference":`...)
		b = appendString(b, p.gateway)
		b = append(b, `}}]`...)
	}
	switch p.known.by {
	case byID: // in the same characters once more
		b = append(b, `,"identifier":[{"system":"`+systemURI+`","value":"`+urnUUID...)
		b = append(b, b[id:id+36]...)
		b = append(b, `"}]`...)
	case byMeasurement:
		b = append(b, `,"identifier":[{"system":"`+phdBase+`","value":"`...)
		start := len(b)
		b = closeString(p.appendMeasurement(b), start)
		b = append(b, `}]`...)
	case byIdentifier:
		b = append(b, `,"identifier":[{`...)
		if p.known.system != "" {
			b = append(b, `"system":`...)
			b = appendString(b, p.known.system)
			b = append(b, ',')
		}
		b = append(b, `"value":`...)
		b = appendString(b, p.known.value)
		b = append(b, `}]`...)
	}
	return b
}

func (p *plan) appendMeta(b []byte, text *texts) []byte {
	if p.labels == 0 {
		return append(b, text.meta[p.claim.guide][p.claim.vital]...)
	}
	b = append(b, `,"meta":`...)
	start := len(b)
	b = append(b, text.profiles[p.claim.guide][p.claim.vital]...)
	b = append(b, text.security[p.labels]...)
	b[start] = '{' // for the comma
	return append(b, '}')
}

func (p *plan) appendEffective(b []byte) []byte {
	if !p.end.set {
		b = append(b, `,"effectiveDateTime":"`...)
		b = p.at.append(b)
		return append(b, '"')
	}
	b = append(b, `,"effectivePeriod":{"start":"`...)
	b = p.at.append(b)
	b = append(b, `","end":"`...)
	b = p.end.append(b)
	return append(b, `"}`...)
}

func (p *plan) appendComponents(b []byte, text *texts) []byte {
	if p.count == 0 {
		return b
	}
	for i := range p.components() {
		part := &p.parts[i]
		if i == 0 {
			b = append(b, `,"component":[{"code":`...)
		} else {
			b = append(b, `},{"code":`...)
		}
		b = append(b, text.kinds[part.kind].code[part.codes]...)
		b = appendAnswer(b, text, part)
	}
	return append(b, `}]`...)
}

func appendAnswer(b []byte, text *texts, a *answer) []byte {
	if a.reason != present {
		return append(b, text.reasons[a.reason]...)
	}
	if a.code != 0 {
		b = appendCode(b, text, a.code)
	} else {
		b = append(b, `,"valueQuantity":{"value":`...)
		b, _ = a.value.AppendText(b)
		b = append(b, text.units[a.unit]...)
	}
	return append(b, text.interpretations[a.doubts]...)
}

// appendCode appends the value of a coded kind.
func appendCode(b []byte, text *texts, code uint32) []byte {
	if i, _ := fitCode(code); i >= 0 {
		return append(b, text.meals[i]...)
	}
	b = append(b, `,"valueCodeableConcept":{"coding":[{"system":"`+systemMDC+`","code":"`...)
	b = strconv.AppendUint(b, uint64(code), 10)
	return append(b, `"}]}`...)
}

func statusText(s models.ObservationStatus) string {
	switch s {
	case models.ObservationStatusPreliminary:
		return `,"status":"preliminary"`
	case models.ObservationStatusEnteredInError:
		return `,"status":"entered-in-error"`
	}
	return statusFinal
}

// appendQuoted appends the end of a Reference, from behind the quotation mark.
func (r *reference) appendQuoted(b []byte) []byte {
	if r.kind != "" { // and so an id, in which there is nothing to escape
		b = r.append(b)
		return append(b, `"}`...)
	}
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
		if classes[c]&plainByte == 0 {
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
