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
	// Metric gives the reference to the DeviceMetric by which a device measures
	// a kind, to take the place of the device, or "": for a sensor that is
	// calibrated or whose state can change ([HDDT]), and for bedside monitors
	// ([PoCD]). [PHD] does not use it.
	Metric func(vitals.DeviceID, vitals.Kind) string
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
	// USCore is R4 with the US Core profiles for pulse oximetry and blood
	// pressure; other vital signs have the R4 profiles that it builds on. A
	// reading of SpO2 may come together with one of InspiredO2 and one of
	// O2Flow of the same time, which become its components. With a flow no
	// profile is claimed: 3.1.0 wants it in l/min, a unit that the R4 profile
	// beneath does not allow. It is in L/min, as later versions have it.
	USCore
	// HDDT is the guide of gematik for personal health devices in Germany. An
	// Observation needs a device; glucose of blood, blood pressure and lung
	// function are those of R4, and continuous glucose goes into chunks
	// ([Mapper.GlucoseChunks]).
	HDDT
	// PoCD is R4 with the measurement status of HL7's Point-of-Care Device
	// guide: security labels for test data, for what is validated and for
	// what is doubtful.
	PoCD
)

// Supports reports whether a reading of the kind can become an Observation:
// it is a number or [vitals.MealContext], and there is a code that health
// records understand.
func Supports(k vitals.Kind) bool {
	code, _ := k.MDC()
	return (k.Shape() == vitals.ShapeNumeric || codedKind(k)) && (code != 0 || k.LOINC().Code != "" || k.ProfileLOINC().Code != "")
}
