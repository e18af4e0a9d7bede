package fhir

import (
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

const (
	systemURI = "urn:ietf:rfc:3986"
	urnUUID   = "urn:uuid:"
	phdBase   = "http://hl7.org/fhir/uv/phd/StructureDefinition/PhdBaseObservation"
)

// A known is how a server recognises an Observation that it has got before.
type known struct {
	by            knownBy
	id            vitals.ReadingID // by id
	system, value string           // by an identifier of the caller's own
}

type knownBy uint8

const (
	byID          knownBy = iota // and an identifier that says the same
	byIDOnly                     // PHD: there is no identifier without a time stamp of the device
	byIdentifier                 // of the caller's own
	byMeasurement                // PHD: device, patient, type and time stamp
)

func (k *known) hasID() bool { return k.by <= byIDOnly }

// identify fills in how p is known.
func (m *Mapper) identify(p *plan) {
	k := &p.known
	if m.Identifier != nil {
		if k.system, k.value = m.Identifier(p.whole); k.value != "" {
			k.by = byIdentifier
			return
		}
	}
	switch {
	case !p.claim.guide.isPHD():
		k.by = byID
	case p.whole.Stamped:
		k.by = byMeasurement
		return
	default:
		k.by = byIDOnly
	}
	if p.foreign == "" {
		k.id = p.whole.ID()
	}
}

// identifierSystem is the system of the identifier, and whether there is an
// identifier at all.
func (p *plan) identifierSystem() (system string, ok bool) {
	switch p.known.by {
	case byID:
		return systemURI, true
	case byIdentifier:
		return p.known.system, true
	case byMeasurement:
		return phdBase, true
	}
	return "", false
}

// appendIdentifier appends the value of the identifier.
func (p *plan) appendIdentifier(b []byte) []byte {
	switch p.known.by {
	case byID:
		return appendID(append(b, urnUUID...), p.known.id)
	case byIdentifier:
		return append(b, p.known.value...)
	case byMeasurement:
		return p.appendMeasurement(b)
	}
	return b
}

// appendMeasurement appends the conditional-create identifier of the PHD guide:
//
//	device-patient-type-timestamp[..duration][-supplemental][-s<sequence>]
//
// The time stamp is the device's own ([Details].Stamp); without it, the local
// time of the reading in seconds since 2000, with the digits of the fraction
// that it has, and the offset in quarters of an hour.
// The sequence is ours: the guide would take two measurements of one instant
// for one, and the second would be lost. What concerns a device names no patient.
func (p *plan) appendMeasurement(b []byte) []byte {
	const (
		epoch   = 946684800 // 2000-01-01
		quarter = 15 * 60
	)
	r := &p.whole
	b = appendSystemID(b, string(r.Device))
	b = append(b, '-')
	if !p.setting {
		b = append(b, r.Patient.Reveal()...)
		b = append(b, '-')
	}
	b = p.appendType(b)
	b = append(b, '-')
	if d := p.details; d != nil && d.Stamp.Type != NoClock {
		b = d.Stamp.append(b, d.Duration)
		return p.appendDistinction(b)
	}
	_, offset := r.At.Zone()
	if offset%quarter != 0 {
		offset = 0
	}
	b = strconv.AppendInt(b, r.At.Unix()+int64(offset)-epoch, 10)
	if ns := r.At.Nanosecond(); ns != 0 {
		b = append(b, '.')
		for unit := 100_000_000; ns > 0; unit /= 10 {
			b = append(b, byte('0'+ns/unit))
			ns %= unit
		}
	}
	if offset >= 0 {
		b = append(b, '+')
	}
	b = strconv.AppendInt(b, int64(offset/quarter), 10)
	if p.details != nil {
		b = appendDuration(b, p.details.Duration, time.Millisecond)
	}
	return p.appendDistinction(b)
}

// appendType appends the code of what was measured.
func (p *plan) appendType(b []byte) []byte {
	if p.foreign != "" {
		return append(b, p.foreign...)
	}
	code, _ := p.whole.Kind.MDC()
	return strconv.AppendUint(b, uint64(code), 10)
}

// appendDistinction appends what tells apart measurements of one instant.
func (p *plan) appendDistinction(b []byte) []byte {
	if p.details != nil {
		for i := range p.details.Supplemental {
			if code := p.details.Supplemental[i].Code; code != nil {
				b = append(append(b, '-'), *code...)
			}
		}
	}
	if p.whole.Sequence != 0 {
		b = append(b, "-s"...)
		b = strconv.AppendUint(b, uint64(p.whole.Sequence), 10)
	}
	return b
}

// appendSystemID appends an EUI-64 or an EUI-48 in capitals without
// separators, and any other name as it is.
func appendSystemID(b []byte, id string) []byte {
	start := len(b)
	for i := range len(id) {
		switch c := id[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'F':
			b = append(b, c)
		case 'a' <= c && c <= 'f':
			b = append(b, c-'a'+'A')
		case c == '-', c == ':':
		default:
			return append(b[:start], id...)
		}
	}
	if n := len(b) - start; n != 12 && n != 16 {
		return append(b[:start], id...)
	}
	return b
}

func appendID(b []byte, id vitals.ReadingID) []byte {
	b, _ = id.AppendText(b)
	return b
}

// appendSearch appends the query that finds an identifier: token escapes first
// (R4, search, escaping), then those of a URL. What neither needs is left
// readable, and understood by servers that forget to decode it.
func appendSearch(b []byte, system string, value []byte) []byte {
	b = append(b, "identifier="...)
	b = appendToken(b, system)
	b = append(b, '|')
	return appendToken(b, value)
}

func appendToken[T string | []byte](b []byte, s T) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~:/", c) >= 0:
			b = append(b, c)
			continue
		case strings.IndexByte(`\,$|`, c) >= 0:
			b = append(b, "%5C"...)
		}
		b = append(b, '%', hex[c>>4], hex[c&15])
	}
	return b
}
