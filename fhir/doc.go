// Package fhir writes readings as HL7 FHIR R4 Observations.
//
// The one idea: a [Mapper] decides once what a measurement means in FHIR and
// then writes it in either of two ways. [Mapper.AppendObservation] appends JSON
// to a buffer and allocates nothing; [Mapper.Observation] returns the type of
// github.com/samply/golang-fhir-models, to be completed and encoded with
// [Marshal]. Both give the same bytes. Digits are kept as the device sent
// them, a value that is missing becomes a reason, and the id of a resource is
// a function of the measurement, so that sending twice changes nothing.
//
// Samply's types are good and its encoder is not: it writes every variant of
// a mandatory choice, empty objects and the status "registered" for one that
// was forgotten. [Marshal] writes any samply resource correctly or says why it
// cannot; [Unmarshal] reads one strictly, and into a [Document] without any
// loss.
//
// Around the Observations stand the resources that a Mapper makes from small
// structs: devices ([Device], [Metric]), a [PatientStub], the [Origin] and the
// [Access] of data, an [Alarm] and the [Message] about it, a [Dose], a [Visit].
//
// The package opens no connection, invents no code (a kind that health records
// have no code for is [ErrUnsupported]) and never puts an identifier or a value
// into an error.
package fhir
