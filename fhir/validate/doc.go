// Package validate checks FHIR R4 resources against the official definitions,
// without a network and without a server.
//
// The one idea: [Resource] takes the JSON of a resource and returns every
// [Issue] with its path, such as
//
//	Observation.component[1].valueQuantity.code: must be "mm[Hg]" [http://hl7.org/fhir/StructureDefinition/bp]
//
// It checks the rules of JSON in FHIR, structure, types, cardinality, formats
// of primitive types, required value sets that can be enumerated, invariants,
// narratives, references inside Bundles and contained resources, the units of
// UCUM, check digits of LOINC and samples of waveforms; then the profiles that
// the resource claims in meta.profile and those asked for: the R4 vital signs,
// the HL7 Personal Health Device guide 0.3.0, and of US Core 3.1.0 and 5.0.1
// what the SDK writes. Extensions are checked against their definitions where
// those are part of R4 or of a guide. The tables come from the definitions
// ([Profiles] lists them; see PROVENANCE.md).
//
// It does not ask whether a code exists in LOINC, SNOMED CT or IEEE 11073,
// expands no value set that is defined by a filter, compares no display texts,
// and does not load other profiles. Invariants are evaluated for the data types
// and for the resources that the SDK writes; other resources, contained ones
// for instance, are checked in all but that.
//
// No issue has a value, an identifier or a name of a member that FHIR does not
// know: issues can be logged. Size, depth and number of issues are limited
// ([Validator]), and so are time and memory.
package validate
