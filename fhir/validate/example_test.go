package validate_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/telemed-go/sdk/fhir/validate"
)

func ExampleResource() {
	issues := validate.Resource([]byte(`{
		"resourceType": "Observation",
		"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/heartrate"]},
		"status": "final",
		"category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
		"code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
		"subject": {"reference": "Patient/1"},
		"effectiveDateTime": "2024-05-01T10:11:12",
		"valueQuantity": {"value": 72, "unit": "beats/min", "system": "http://unitsofmeasure.org", "code": "{beats}/min"}
	}`))
	for _, i := range issues {
		fmt.Println(i)
	}
	// Output:
	// Observation.effectiveDateTime: not a dateTime: a time needs seconds and an offset from UTC
	// Observation.valueQuantity.code: must be "/min" [http://hl7.org/fhir/StructureDefinition/heartrate]
}

// A file with one resource a line.
func ExampleNDJSON() {
	file := strings.NewReader(`{"resourceType":"Patient","gender":"f"}
{"resourceType":"Patient","birthDate":"1950-02-28"}
`)
	for r, err := range validate.NDJSON(file) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Line, r.Issues.Valid(), r.Issues)
	}
	// Output:
	// 1 false [Patient.gender: not a code of the required value set http://hl7.org/fhir/ValueSet/administrative-gender]
	// 2 true []
}
