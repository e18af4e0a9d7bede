package fhir

import (
	"github.com/telemed-go/sdk/vitals"
)

// A Mapper turns readings into Observations. The zero Mapper works: it writes
// R4 with the vital-signs profiles, and refers to Patient/<id> and
// Device/<id>. A Mapper is a value and safe for concurrent use if its functions
// are.
//
// # Identity
//
// By default an Observation is known by its id, which is
// [vitals.Reading.ID] of the whole measurement: for the parts of a panel, that
// of the reading with the panel's kind. It does not depend on which parts
// arrived. The same id is the identifier (urn:uuid). An Observation that is
// known by another identifier, that of the Identifier function or of the
// [PHD] guide, has no id: the server gives one.
type Mapper struct {
	// Profile is the implementation guide to follow; the zero value is [R4].
	Profile Profile
	// Gateway is the reference to the Device that received the data, such as
	// "Device/gateway-7". [PHD] requires it.
	Gateway string
	// Patient gives the reference to a patient. If it is nil, the reference is
	// "Patient/" and the revealed identifier, or a UUID of version 5 computed
	// from it if it is not a legal FHIR id ([A-Za-z0-9.-]{1,64}).
	Patient func(vitals.PatientID) string
	// Device gives the reference to a device; nil means as for Patient, with "Device/".
	Device func(vitals.DeviceID) string
	// Identifier gives a measurement an identifier of the caller's own. It is
	// called with the reading, or for a panel with one of the parts and the
	// panel's kind. If it is nil, or the value is empty, the identifier is that
	// of the profile.
	Identifier func(vitals.Reading) (system, value string)
}

// A Profile is a set of rules for Observations.
type Profile uint8

const (
	// R4 is base FHIR R4 with its vital-signs profiles.
	R4 Profile = iota
	// PHD is the Personal Health Device guide of HL7 (0.3.0). It requires a
	// Gateway, and a device in every reading. A kind without a device code
	// (MDC) has no place in that guide and is written as R4.
	PHD
)

// Supports reports whether a reading of the kind can become an Observation:
// it is a number, and there is a code that health records understand.
func Supports(k vitals.Kind) bool {
	code, _ := k.MDC()
	return k.Shape() == vitals.ShapeNumeric && (code != 0 || k.LOINC().Code != "" || k.ProfileLOINC().Code != "")
}
