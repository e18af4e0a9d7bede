package fhir

import (
	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// This file holds the decisions that need nothing but a kind, a quality or a
// unit. A plan puts them together.

// A reason is why there is no value, from the value set of data-absent-reason.
type reason uint8

const (
	present reason = iota // there is a value
	absentUnknown
	absentTemporarily
	absentError
	absentNotPerformed
	absentNotANumber
	absentPositiveInfinity
	absentNegativeInfinity
	absentUnsupported
	reasonCount
)

func (r reason) code() string {
	return [reasonCount]string{
		absentUnknown: "unknown", absentTemporarily: "temp-unknown", absentError: "error", absentNotPerformed: "not-performed",
		absentNotANumber: "not-a-number", absentPositiveInfinity: "positive-infinity", absentNegativeInfinity: "negative-infinity",
		absentUnsupported: "unsupported",
	}[r]
}

// reasonFor says why r has no value. An invalid value is none (PHD, measurement
// status): FHIR excludes a value beside a reason (obs-6).
func reasonFor(r *vitals.Reading) reason {
	if codedKind(r.Kind) {
		return reasonOfQuality(r.Quality, r.Code != 0)
	}
	return reasonOfQuality(r.Quality, !r.Quantity.IsZero())
}

// reasonOfQuality says why a measurement has no value, or that the one that
// it has may be written.
func reasonOfQuality(q vitals.Quality, value bool) reason {
	switch {
	case q.Has(vitals.Invalid):
		return absentError
	case q.Has(vitals.NotAvailable):
		return absentNotPerformed
	case q.Has(vitals.NotANumber):
		return absentNotANumber
	case q.Has(vitals.AboveRange):
		return absentPositiveInfinity
	case q.Has(vitals.BelowRange):
		return absentNegativeInfinity
	case q.Has(vitals.NotAtResolution | vitals.ReservedNumber):
		return absentError
	case value:
		return present
	case q.Has(vitals.Ongoing):
		return absentTemporarily
	}
	return absentUnknown
}

// A doubt is a set of measurement statuses (PoCD), which FHIR calls
// interpretations. They belong to a value that is there.
type doubt uint8

const (
	questionable doubt = 1 << iota
	calibrating
	early
	ongoing
	validated
	doubtCount = iota
)

func (d doubt) codes() []string {
	var codes []string
	for i, code := range [doubtCount]string{
		"questionable", "calibration-ongoing", "early-indication", "msmt-ongoing", "validated-data",
	} {
		if d>>i&1 != 0 {
			codes = append(codes, code)
		}
	}
	return codes
}

// everyDoubt is what makes a value questionable. A low battery does not: a
// device that measures worse for it says so.
const everyDoubt = vitals.Questionable | vitals.NoContact | vitals.Motion | vitals.PoorSignal | vitals.BadPosition |
	vitals.SensorFault | vitals.SampleFault | vitals.IrregularPulse | vitals.Implausible |
	vitals.Nonconforming

func doubtFor(q vitals.Quality) (d doubt) {
	if q == 0 {
		return 0
	}
	for _, row := range [...]struct {
		quality vitals.Quality
		doubt   doubt
	}{
		{everyDoubt, questionable},
		{vitals.Calibrating, calibrating},
		{vitals.EarlyEstimate, early},
		{vitals.Ongoing, ongoing},
		{vitals.Validated, validated},
	} {
		if q.Has(row.quality) {
			d |= row.doubt
		}
	}
	return d
}

// A label is a set of security labels, which say how far a measurement is to
// be trusted.
type label uint8

const (
	testData label = 1 << iota
	unreliable
	uncertain
	reliable
	labelCount = iota
)

// labelsFor follows the status table of HL7 PoCD for that profile. Elsewhere
// test data alone is labelled (PHD).
func labelsFor(p Profile, q vitals.Quality) (l label) {
	if q.Has(vitals.TestData) {
		l |= testData
	}
	if p != PoCD {
		return l
	}
	if q.Has(vitals.Invalid) {
		l |= unreliable
	}
	if q.Has(everyDoubt | vitals.Calibrating) {
		l |= uncertain
	}
	if q.Has(vitals.Validated) {
		l |= reliable
	}
	return l
}

// A remark is a set of things that FHIR has no code for and a reader must know.
type remark uint8

const (
	byHand remark = 1 << iota
	clockUnset
	remarkCount = iota
)

func (r remark) texts() []string {
	var texts []string
	for i, text := range [remarkCount]string{
		"Entered by a person.",
		"The clock of the device was not set. The time is that of reception.",
	} {
		if r>>i&1 != 0 {
			texts = append(texts, text)
		}
	}
	return texts
}

func remarkFor(q vitals.Quality) (r remark) {
	if q.Has(vitals.Manual) {
		r |= byHand
	}
	if q.Has(vitals.ClockUnset) {
		r |= clockUnset
	}
	return r
}

// statusFor is the status of an Observation with the qualities that some and
// that all of its readings have. One invalid part does not take back the others.
func statusFor(some, all vitals.Quality) models.ObservationStatus {
	switch {
	case all.Has(vitals.Invalid):
		return models.ObservationStatusEnteredInError
	case some.Has(vitals.EarlyEstimate | vitals.Ongoing):
		return models.ObservationStatusPreliminary
	}
	return models.ObservationStatusFinal
}

// A codeSet says which codes of a kind are right for a unit.
type codeSet uint8

const (
	listedCodes codeSet = iota // those for the kind's usual unit
	molarCodes                 // LOINC keeps mass and molar concentration apart
	deviceCodes                // MDC alone: the LOINC code is for the other sort of unit
	codeSetCount
)

func codesFor(k vitals.Kind, u vitals.Unit) codeSet {
	switch {
	case !isMolar(u) || isMolar(k.Unit()):
		return listedCodes
	case k.MolarLOINC().Code != "":
		return molarCodes
	}
	return deviceCodes
}

func isMolar(u vitals.Unit) bool {
	return u == vitals.UnitMmolPerL || u == vitals.UnitUmolPerL || u == vitals.UnitMolPerL
}

// allows reports whether a value under the profile p may have the unit u.
// Components are under the profile of their panel.
func allows(p vitals.Profile, u vitals.Unit) bool {
	switch p {
	case vitals.ProfileHeartRate, vitals.ProfileRespRate:
		return u == vitals.UnitPerMinute
	case vitals.ProfileBP:
		return u == vitals.UnitMmHg
	case vitals.ProfileOxygenSat:
		return u == vitals.UnitPercent
	case vitals.ProfileBodyTemp:
		return u == vitals.UnitCelsius || u == vitals.UnitFahrenheit
	case vitals.ProfileBodyWeight:
		return u == vitals.UnitKg || u == vitals.UnitGram || u == vitals.UnitPound
	case vitals.ProfileBodyHeight, vitals.ProfileHeadCircum:
		return u == vitals.UnitCm || u == vitals.UnitInch
	case vitals.ProfileBMI:
		return u == vitals.UnitKgPerM2
	}
	return p == vitals.ProfileNone
}

// isCommonUnit reports whether the components of a vital sign of R4 may have
// the unit (value set ucum-vitals-common).
func isCommonUnit(u vitals.Unit) bool {
	switch u {
	case vitals.UnitPercent, vitals.UnitCm, vitals.UnitInch, vitals.UnitKg, vitals.UnitGram, vitals.UnitPound, vitals.UnitCelsius,
		vitals.UnitFahrenheit, vitals.UnitMmHg, vitals.UnitPerMinute, vitals.UnitKgPerM2, vitals.UnitM2:
		return true
	}
	return false
}

// fit returns the value of a reading of kind k in a unit that the profile
// allows: its own if possible. A unit that no value of the kind can have is an
// error.
func fit(k vitals.Kind, q vitals.Quantity, p vitals.Profile) (vitals.Quantity, error) {
	if q.Unit() == k.Unit() {
		return q, nil
	}
	if allows(p, q.Unit()) { // and has the right dimension, though so many digits may not convert
		if _, err := k.Convert(q.Unit().Of(vitals.Decimal{Coef: 1}), k.Unit()); err == nil {
			return q, nil
		}
	}
	return k.Convert(q, k.Unit())
}

// requires reports whether the profile of its panel demands a component of
// kind k, be it without a value.
func requires(k vitals.Kind) bool { return k == vitals.Systolic || k == vitals.Diastolic }

// concernsDevice reports whether an Observation of kind k is about the device and
// not about the patient.
func concernsDevice(k vitals.Kind) bool { return k == vitals.BatteryLevel }

// claim is what an Observation says it conforms to.
type claim struct {
	guide guide
	vital vitals.Profile
}

// A guide is a profile of the PHD guide or of US Core.
type guide uint8

const (
	noGuide guide = iota
	phdAny
	phdNumeric
	phdCompound // of numbers
	phdMixed    // compound of anything
	phdCoded
	phdString
	phdBits
	phdSamples
	coreOximetry
	corePressure
	guideCount
)

// isPHD reports whether the rules of PHD hold.
func (g guide) isPHD() bool { return phdAny <= g && g <= phdSamples }

// url is the canonical URL of the profile.
func (g guide) url() string {
	return [guideCount]string{
		noGuide:      "",
		phdAny:       phdDefinition + "PhdBaseObservation",
		phdNumeric:   phdDefinition + "PhdNumericObservation",
		phdCompound:  phdDefinition + "PhdCompoundNumericObservation",
		phdMixed:     phdDefinition + "PhdCompoundObservation",
		phdCoded:     phdDefinition + "PhdCodedEnumerationObservation",
		phdString:    phdDefinition + "PhdStringObservation",
		phdBits:      phdDefinition + "PhdBitsEnumerationObservation",
		phdSamples:   phdDefinition + "PhdRtsaObservation",
		coreOximetry: coreDefinition + "us-core-pulse-oximetry",
		corePressure: coreDefinition + "us-core-blood-pressure",
	}[g]
}
