package fhir_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// The zero Mapper writes R4 Observations. Readings of one inflation become one
// Observation with components.
func ExampleMapper() {
	readings := []vitals.Reading{
		{Kind: vitals.Systolic, Quantity: vitals.MmHg(121)},
		{Kind: vitals.Diastolic, Quantity: vitals.MmHg(79)},
		{Kind: vitals.BodyTemperature, Quantity: vitals.UnitCelsius.Of(vitals.Decimal{Coef: 3640, Exp: -2})},
	}
	for i := range readings {
		readings[i].Patient = vitals.NewPatientID("17")
		readings[i].Device = "cuff-3"
		readings[i].At = time.Date(2024, 5, 1, 10, 11, 12, 0, time.FixedZone("CEST", 2*60*60))
	}

	var mapper fhir.Mapper
	var buf []byte
	for panel := range vitals.Panels(readings) {
		var err error
		if buf, err = mapper.AppendObservation(buf[:0], panel); err != nil {
			log.Fatal(err)
		}
		var o struct {
			EffectiveDateTime string
			Code              struct {
				Coding []struct{ Code, Display string }
			}
			ValueQuantity struct {
				Value json.Number
				Unit  string
			}
			Component []any
		}
		if err := json.Unmarshal(buf, &o); err != nil {
			log.Fatal(err)
		}
		fmt.Println(o.EffectiveDateTime, o.Code.Coding[0].Display, o.ValueQuantity.Value, o.ValueQuantity.Unit, len(o.Component), "components")
	}
	// Output:
	// 2024-05-01T10:11:12.000+02:00 Blood pressure panel with all children optional   2 components
	// 2024-05-01T10:11:12.000+02:00 Body temperature 36.40 °C 0 components
}

// An Observation can be completed before it is written.
func ExampleMapper_Observation() {
	reading := vitals.Reading{
		Patient: vitals.NewPatientID("17"), Kind: vitals.RespiratoryRate, Quality: vitals.NotANumber,
		At: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC),
	}
	o, err := fhir.Mapper{}.Observation([]vitals.Reading{reading})
	if err != nil {
		log.Fatal(err)
	}
	performer := "Practitioner/4"
	o.Performer = []models.Reference{{Reference: &performer}}
	fmt.Println(o.Status, *o.DataAbsentReason.Coding[0].Code, o.ValueQuantity == nil)
	// Output: final not-a-number true
}

// A transaction can be sent again: each resource keeps its id.
func ExampleMapper_AppendTransaction() {
	reading := vitals.Reading{
		Patient: vitals.NewPatientID("17"), Device: "oximeter-2", Kind: vitals.SpO2, Quantity: vitals.Percent(97),
		At: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC),
	}
	b, err := fhir.Mapper{}.AppendTransaction(nil, []vitals.Reading{reading})
	if err != nil {
		log.Fatal(err)
	}
	var bundle struct {
		Entry []struct{ Request json.RawMessage }
	}
	if err := json.Unmarshal(b, &bundle); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", bundle.Entry[0].Request)
	// Output: {"method":"PUT","url":"Observation/c50806db-a9f1-541b-bfa2-2948037497f6"}
}

// Marshal writes the one variant of a choice that is set; samply's own encoder
// writes them all.
func ExampleMarshal() {
	text, patient := "aspirin 100 mg", "Patient/17"
	dose := models.MedicationAdministration{
		Status:                    "completed",
		MedicationCodeableConcept: models.CodeableConcept{Text: &text},
		Subject:                   models.Reference{Reference: &patient},
		EffectiveDateTime:         "2024-05-01T10:11:12+02:00",
	}
	b, err := fhir.Marshal(dose)
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.String())
	// Output:
	// {
	//   "resourceType": "MedicationAdministration",
	//   "status": "completed",
	//   "medicationCodeableConcept": {
	//     "text": "aspirin 100 mg"
	//   },
	//   "subject": {
	//     "reference": "Patient/17"
	//   },
	//   "effectiveDateTime": "2024-05-01T10:11:12+02:00"
	// }
}
