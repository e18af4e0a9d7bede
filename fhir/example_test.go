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

// What a reading cannot say goes into Details: how long it took, how accurate
// it is, at which limits the device gave an alarm.
func ExampleMapper_ObservationWith() {
	reading := vitals.Reading{
		Patient: vitals.NewPatientID("17"), Device: "oximeter-2", Kind: vitals.SpO2, Quantity: vitals.Percent(79), Stamped: true,
		At: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC),
	}
	mapper := fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/gateway-7"}
	o, err := mapper.ObservationWith([]vitals.Reading{reading}, fhir.Details{
		Duration: 10 * time.Second,
		Values: []fhir.ValueDetails{{
			Accuracy: vitals.Percent(2),
			Alerting: &fhir.Alerting{Limits: fhir.Interval{Low: vitals.Percent(80), High: vitals.Percent(100)}, InAlarm: true},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*o.EffectivePeriod.End, *o.Interpretation[0].Coding[0].Code, len(o.Extension), "extensions")
	// Output: 2024-05-01T10:11:22.000Z in-alarm 3 extensions
}

// A waveform keeps the integers of the device. The scale comes from the range
// of values and the samples that stand for its ends.
func ExampleMapper_AppendWaveform() {
	scale, origin, _, err := fhir.ScaleOf(vitals.Decimal{Coef: -5}, vitals.Decimal{Coef: 5}, -2000, 2000)
	if err != nil {
		log.Fatal(err)
	}
	lead := vitals.Waveform{
		Patient: vitals.NewPatientID("17"), Device: "ecg-1", Kind: vitals.ECGLeadII, Start: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC),
		Period: vitals.Decimal{Coef: 4}, Unit: vitals.UnitMV, Scale: scale, Origin: origin,
		Samples: []int32{-12, 0, 431, vitals.SampleAbove}, Lowest: -2000, Highest: 2000,
	}
	b, err := fhir.Mapper{}.AppendWaveform(nil, lead)
	if err != nil {
		log.Fatal(err)
	}
	var o struct{ ValueSampledData json.RawMessage }
	if err := json.Unmarshal(b, &o); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", o.ValueSampledData)
	// Output: {"origin":{"value":0,"unit":"mV","system":"http://unitsofmeasure.org","code":"mV"},"period":4,"factor":0.0025,"lowerLimit":-2000,"upperLimit":2000,"dimensions":1,"data":"-12 0 431 U"}
}

// A device whose clock nobody sets is 95 seconds late. What it stamped an hour
// ago is put on the gateway's timeline.
func ExampleClock_Timing() {
	since2000 := func(t time.Time) time.Duration { return t.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) }
	gateway := time.Date(2024, 5, 1, 12, 0, 0, 0, time.FixedZone("CEST", 2*60*60))
	clock := fhir.Clock{
		Now:     fhir.Stamp{Type: fhir.ClockLocal, Elapsed: since2000(time.Date(2024, 5, 1, 11, 58, 25, 0, time.UTC))},
		Gateway: gateway,
	}
	stamp := fhir.Stamp{Type: fhir.ClockLocal, Elapsed: since2000(time.Date(2024, 5, 1, 10, 58, 25, 0, time.UTC)), Current: true}
	timing := clock.Timing(stamp, 0, gateway)
	fmt.Println("row", timing.Row, timing.At.Format(time.RFC3339), "coincident:", timing.Coincident)
	// Output: row 12 2024-05-01T11:00:00+02:00 coincident: true
}

// A stream of a glucose sensor becomes one Observation a day.
func ExampleMapper_GlucoseChunks() {
	var readings []vitals.Reading
	for i := range 4 {
		readings = append(readings, vitals.Reading{
			Patient: vitals.NewPatientID("17"), Device: "sensor-4", Kind: vitals.GlucoseISF, Quantity: vitals.MgPerDL(int64(100 + i)),
			At: time.Date(2024, 5, 1, 0, 5*i, 21, 0, time.UTC),
		})
	}
	chunks, err := fhir.Mapper{Profile: fhir.HDDT}.GlucoseChunks(readings, fhir.GlucoseChunks{})
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range chunks {
		fmt.Println(o.Status, *o.EffectivePeriod.Start, *o.EffectivePeriod.End, *o.ValueSampledData.Data)
	}
	// Output: preliminary 2024-05-01T00:00:00.000Z 2024-05-02T00:00:00.000Z 100 101 102 103
}

// A status word becomes one component for each bit that says something.
func ExampleMapper_Finding() {
	status := fhir.Finding{
		Part:    fhir.Part{Code: fhir.MDC(150604, "MDC_PULS_OXIM_DEV_STATUS")},
		Patient: vitals.NewPatientID("17"), Device: "oximeter-2", At: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC),
		Bits: &fhir.Bits{Size: 16, Set: 0x0110, Events: 0xffff},
	}
	o, err := fhir.Mapper{}.Finding(status, fhir.Details{})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range o.Component {
		fmt.Println(*c.Code.Coding[0].Code, *c.ValueBoolean)
	}
	// Output:
	// 150604.7 true
	// 150604.11 true
}
