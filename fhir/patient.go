package fhir

import (
	"crypto/hmac"
	"crypto/sha256"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A PatientStub is as much of a Patient as other resources need to refer to:
// [Mapper.PatientResource]. Whatever discloses more than the reference does
// must be asked for by name.
type PatientStub struct {
	ID vitals.PatientID
	// DiscloseIn is the system of the patient's identifier. If it is set, the
	// resource says the identifier itself.
	DiscloseIn string
	// Type of the disclosed identifier (code of v2-0203); "" is MR, a medical
	// record number.
	Type     string
	TestData bool
}

// PatientResource makes a Patient with an id, and nothing that tells who it
// is unless DiscloseIn asks for it: no name, no sex, no dates. The id is the one that m refers
// to, so it is as anonymous as m.Patient makes it: see [Pseudonyms].
// With the profile [PHD] it is a PhdPatient.
func (m Mapper) PatientResource(p PatientStub) (models.Patient, error) {
	mk := making{kind: "Patient"}
	ref := mk.patient("id", &m, p.ID)
	patient := models.Patient{Meta: mk.security(p.TestData)}
	if mk.err != nil {
		return models.Patient{}, mk.err
	}
	patient.Id = localID(*ref.Reference, "Patient")
	if m.Profile == PHD {
		patient.Meta = withProfile(patient.Meta, "PhdPatient")
	}
	if p.DiscloseIn != "" {
		code := p.Type
		if code == "" {
			code = "MR"
		}
		patient.Identifier = []models.Identifier{{
			Type: ptr(concept(coding(terminology+"v2-0203", code, ""))), System: &p.DiscloseIn, Value: ptr(p.ID.Reveal()),
		}}
	}
	mk.need("id", patient.Id != nil || len(patient.Identifier) > 0)
	if mk.err != nil {
		return models.Patient{}, mk.err
	}
	return patient, nil
}

// Pseudonyms returns a function for [Mapper].Patient that refers to patients
// by a UUID instead of their identifier: version 8, from an HMAC with SHA-256
// under the key. The same key gives the same reference on every machine and for
// ever; without it nobody can tell or guess the patient. The key must have 16 bytes
// at least ([ErrValue]).
func Pseudonyms(key []byte) (func(vitals.PatientID) string, error) {
	if len(key) < 16 {
		return nil, &Error{"key", ErrValue}
	}
	key = append([]byte(nil), key...)
	return func(id vitals.PatientID) string {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id.Reveal())) // hashed here, not disclosed
		u := uuid(mac.Sum(nil))
		u[6] = u[6]&0x0f | 0x80
		u[8] = u[8]&0x3f | 0x80
		return string(u.append([]byte("Patient/")))
	}, nil
}
