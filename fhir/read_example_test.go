package fhir_test

import (
	"fmt"
	"log"

	"github.com/telemed-go/sdk/fhir"
)

// An Observation of somebody else becomes readings, digits and all.
func ExampleAppendReadings() {
	readings, err := fhir.AppendReadings(nil, []byte(`{
		"resourceType": "Observation",
		"status": "final",
		"code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
		"subject": {"reference": "Patient/p1"},
		"effectiveDateTime": "2024-05-01T10:11:12+02:00",
		"component": [
			{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
			 "valueQuantity": {"value": 120.0, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
			{"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]},
			 "dataAbsentReason": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "not-a-number"}]}}
		]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range readings {
		fmt.Println(r.At.Format("15:04:05-07:00"), r.Kind, r.Quantity, r.Quality)
	}
	// Output:
	// 10:11:12+02:00 Systolic 120.0 mmHg good
	// 10:11:12+02:00 Diastolic no value not-a-number
}

// With Skip, a Bundle gives what is whole in it.
func ExampleReader() {
	bundle := []byte(`{"resourceType": "Bundle", "type": "searchset", "entry": [
		{"resource": {"resourceType": "Observation", "status": "final",
			"code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
			"effectiveDateTime": "2024-05-01T10:11:12Z",
			"valueQuantity": {"value": 72, "system": "http://unitsofmeasure.org", "code": "/min"}}},
		{"resource": {"resourceType": "Observation", "status": "final",
			"code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
			"effectiveDateTime": "2024-05-01T10:11:12",
			"valueQuantity": {"value": 72, "system": "http://unitsofmeasure.org", "code": "/min"}}}
	]}`)
	_, err := fhir.AppendReadings(nil, bundle)
	fmt.Println(err)

	reader := fhir.Reader{Skip: func(e *fhir.Error) { fmt.Println("without", e.Path) }}
	readings, err := reader.AppendReadings(nil, bundle)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(readings), "reading:", readings[0].Kind, readings[0].Quantity)
	// Output:
	// fhir: Bundle.entry[1].resource.effectiveDateTime: not an instant: a time and its offset from UTC are needed
	// without Bundle.entry[1].resource.effectiveDateTime
	// 1 reading: HeartRate 72 /min
}
