package fhir

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"github.com/telemed-go/sdk/vitals"
)

// A codeSystem is one that a Reader understands.
type codeSystem uint8

const (
	otherSystem codeSystem = iota
	isLOINC
	isMDC
	isUCUM
	isReason
	isStatus
	isPurpose
	isReliability
)

const systemReliability = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"

// systemOf also knows the OIDs, which older resources have as URIs.
func systemOf(uri []byte) codeSystem {
	switch string(uri) {
	case systemLOINC, "urn:oid:2.16.840.1.113883.6.1":
		return isLOINC
	case systemMDC, "urn:oid:2.16.840.1.113883.6.24":
		return isMDC
	case systemUCUM:
		return isUCUM
	case systemReason:
		return isReason
	case systemStatus:
		return isStatus
	case systemPurpose:
		return isPurpose
	case systemReliability:
		return isReliability
	}
	return otherSystem
}

// mdcSupplementalTypes is the component in which PHD says how something was
// measured. It has no value of its own.
const mdcSupplementalTypes = 68193

// A heardCode is what the codings of a CodeableConcept mean.
type heardCode struct {
	mdc, loinc   vitals.Kind
	general      vitals.Kind // by a LOINC code that profiles demand beside a more specific one
	given        bool
	supplemental bool
}

// kind is the kind by MDC, or else by the most specific LOINC code.
func (h *heardCode) kind() vitals.Kind {
	switch {
	case h.mdc != vitals.KindNone:
		return h.mdc
	case h.loinc != vitals.KindNone:
		return h.loinc
	}
	return h.general
}

// add takes note of a coding. Of several codes of one sort the first known one counts.
func (h *heardCode) add(system codeSystem, code []byte) {
	switch {
	case h.mdc != vitals.KindNone:
	case system == isMDC:
		n := parseMDC(code)
		h.supplemental = h.supplemental || n == mdcSupplementalTypes
		h.mdc, _ = vitals.KindByMDC(n)
	case system == isLOINC:
		switch found := readTables().loinc[string(code)]; {
		case found.general && h.general == vitals.KindNone:
			h.general = found.kind
		case !found.general && h.loinc == vitals.KindNone:
			h.loinc = found.kind
		}
	}
}

// parseMDC is the number, or 0 for what is none.
func parseMDC(code []byte) (n uint32) {
	for _, c := range code {
		if !isDigit(c) || n > 1<<28 {
			return 0
		}
		n = n*10 + uint32(c-'0')
	}
	return n
}

type loincKind struct {
	kind    vitals.Kind
	general bool
}

type readTable struct {
	loinc   map[string]loincKind
	units   map[string]vitals.Unit
	mdc     map[uint32]vitals.Unit // of units
	remarks map[string]vitals.Quality
}

// readTables turn codes into what they mean. They never change.
var readTables = sync.OnceValue(func() *readTable {
	t := readTable{map[string]loincKind{}, map[string]vitals.Unit{}, map[uint32]vitals.Unit{}, map[string]vitals.Quality{}}
	// Where kinds share a code, the first one of the table has it, and one
	// that has it as its own before those that need it for a profile.
	add := func(code string, k vitals.Kind) {
		if _, ok := t.loinc[code]; !ok && code != "" {
			t.loinc[code] = loincKind{kind: k}
		}
	}
	for k := range vitals.Kinds() {
		add(k.LOINC().Code, k)
		add(k.MolarLOINC().Code, k)
	}
	for k := range vitals.Kinds() {
		if code := k.ProfileLOINC().Code; code != "" {
			add(code, k)
			t.loinc[code] = loincKind{t.loinc[code].kind, true}
		}
	}
	for u := range vitals.Unit(255) {
		if u.UCUM() == "" {
			continue
		}
		t.units[u.UCUM()] = u
		if u.MDC() != 0 {
			t.mdc[u.MDC()] = u
		}
	}
	for u := range vitals.Unit(255) { // UCUM has two spellings of the litre
		if l := strings.ReplaceAll(u.UCUM(), "L", "l"); t.units[l] == vitals.UnitNone && l != "" {
			t.units[l] = u
		}
	}
	t.units["1/min"], t.units["min-1"] = vitals.UnitPerMinute, vitals.UnitPerMinute
	for i := range remarkCount {
		r := remark(1) << i
		q := map[remark]vitals.Quality{byHand: vitals.Manual, clockUnset: vitals.ClockUnset}[r]
		for _, text := range r.texts() {
			t.remarks[text] = q
		}
	}
	return &t
})

// unitByUCUM finds a unit by its UCUM code. Annotations, as in {beats}/min, mean
// nothing in UCUM.
func unitByUCUM(code []byte) (vitals.Unit, bool) {
	units := readTables().units
	if u, ok := units[string(code)]; ok {
		return u, true
	}
	if bytes.IndexByte(code, '{') < 0 {
		return 0, false
	}
	bare := make([]byte, 0, len(code))
	for len(code) > 0 {
		if code[0] == '{' {
			end := bytes.IndexByte(code, '}')
			if end < 0 {
				return 0, false
			}
			code = code[end+1:]
			continue
		}
		bare, code = append(bare, code[0]), code[1:]
	}
	if len(bare) == 0 {
		return vitals.UnitOne, true
	}
	u, ok := units[string(bare)]
	return u, ok
}

// unit finds the unit of a value of kind k.
func (q *heardQuantity) unit(k vitals.Kind) (u vitals.Unit, err error) {
	ok := false
	switch {
	case q.code == nil:
		return u, &Error{"code", ErrMissing}
	case q.system == isUCUM:
		u, ok = unitByUCUM(q.code)
	case q.system == isMDC:
		u, ok = readTables().mdc[parseMDC(q.code)]
	case !q.given:
		return u, &Error{"system", ErrMissing}
	default:
		return u, &Error{"system", ErrUnsupported}
	}
	if !ok {
		return u, &Error{"code", ErrUnsupported}
	}
	usual := k.Unit()
	if u == vitals.UnitOne && isAnnotation(usual) {
		return usual, nil
	}
	if u != usual {
		if _, err := k.Convert(u.Of(vitals.Decimal{Coef: 1}), usual); err != nil {
			return u, &Error{"code", err}
		}
	}
	return u, nil
}

// isAnnotation reports whether u is steps, points and the like, which to UCUM are the unit 1.
func isAnnotation(u vitals.Unit) bool { return strings.HasPrefix(u.UCUM(), "{") }

// absenceOf is what a data-absent-reason means: the inverse of reasonFor.
func absenceOf(code []byte) (q vitals.Quality, failed bool) {
	switch string(code) {
	case absentUnknown.code():
		return 0, false
	case absentTemporarily.code():
		return vitals.Ongoing, false
	case absentError.code():
		return vitals.NotAtResolution, true
	case absentNotANumber.code():
		return vitals.NotANumber, false
	case absentPositiveInfinity.code():
		return vitals.AboveRange, false
	case absentNegativeInfinity.code():
		return vitals.BelowRange, false
	}
	return vitals.NotAvailable, false
}

// doubtOf is what a measurement status (PoCD) means: the inverse of doubtFor.
func doubtOf(code []byte) vitals.Quality {
	switch string(code) {
	case "questionable":
		return vitals.Questionable
	case "calibration-ongoing":
		return vitals.Calibrating
	case "early-indication":
		return vitals.EarlyEstimate
	case "msmt-ongoing":
		return vitals.Ongoing
	case "validated-data":
		return vitals.Validated
	}
	return 0
}

// labelOf finds the security labels that are about the data: the inverse of labelsFor.
func labelOf(system codeSystem, code []byte) label {
	switch {
	case system == isPurpose && string(code) == "HTEST":
		return testData
	case system != isReliability:
	case string(code) == "UNCERTREL":
		return uncertain
	case string(code) == "UNRELIABLE":
		return unreliable
	case string(code) == "HRELIABLE":
		return reliable
	}
	return 0
}

// remarkOf is what a note of ours says: the inverse of remarkFor.
func remarkOf(text []byte) vitals.Quality { return readTables().remarks[string(text)] }

// componentPath is "component[2]".
func componentPath(i int) string { return "component[" + strconv.Itoa(i) + "]" }
