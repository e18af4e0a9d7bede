package fhir_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
)

func ptr[T any](v T) *T { return &v }

// resources has the types of the examples.
var resources = map[string]any{
	"AuditEvent":               models.AuditEvent{},
	"Bundle":                   models.Bundle{},
	"Device":                   models.Device{},
	"DeviceMetric":             models.DeviceMetric{},
	"Location":                 models.Location{},
	"MedicationAdministration": models.MedicationAdministration{},
	"Observation":              models.Observation{},
	"Patient":                  models.Patient{},
	"Practitioner":             models.Practitioner{},
	"Provenance":               models.Provenance{},
	"Subscription":             models.Subscription{},
}

// TestOfficialExamples sends every example through samply's decoder and
// Marshal. All that may be lost is what samply's decoder drops.
func TestOfficialExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(data(t, "fhir", "examples"), "*", "*.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 74)
	var ndjson []byte
	for _, file := range files {
		example, err := os.ReadFile(file)
		require.NoError(t, err)
		want := parse(t, example)
		name := want["resourceType"].(string)
		require.Contains(t, resources, name, file)
		resource := reflect.New(reflect.TypeOf(resources[name]))
		require.NoError(t, json.Unmarshal(example, resource.Interface()), file)

		got, err := fhir.Marshal(resource.Interface())
		require.NoError(t, err, file)
		require.True(t, strings.HasPrefix(string(got), `{"resourceType":"`+name+`"`))
		require.Equal(t, known(want), parse(t, got), file)

		// The three faulty examples (PROVENANCE.md) stay faulty, and one that
		// refers to a contained resource loses it in samply's decoder.
		if base := filepath.Base(file); base != "DeviceMetric-example.json" && base != "observation-satO2-fiO2.json" && base != "rtsa-example.json" &&
			want["contained"] == nil {
			ndjson = append(append(ndjson, got...), '\n')
		}
	}
	t.Run("validator", func(t *testing.T) { validate(t, ndjson) })
}

// known drops what samply has no fields for: contained resources and the
// extensions of primitives. Raw resources in a Bundle keep them.
func known(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = known(v[i])
		}
	case map[string]any:
		for name := range v {
			if name == "contained" || strings.HasPrefix(name, "_") {
				delete(v, name)
			} else if name != "resource" {
				v[name] = known(v[name])
			}
		}
	}
	return v
}

func TestRequiredChoice(t *testing.T) {
	dose := models.MedicationAdministration{
		Status:                    "completed",
		MedicationCodeableConcept: models.CodeableConcept{Text: ptr("aspirin <100 mg> & more")},
		Subject:                   models.Reference{Reference: ptr("Patient/p1")},
		EffectiveDateTime:         "2024-05-01",
	}
	b, err := fhir.Marshal(&dose)
	require.NoError(t, err)
	require.Equal(t, `{"resourceType":"MedicationAdministration","status":"completed",`+
		`"medicationCodeableConcept":{"text":"aspirin <100 mg> & more"},"subject":{"reference":"Patient/p1"},`+
		`"effectiveDateTime":"2024-05-01"}`, string(b))
	samply, err := json.Marshal(dose)
	require.NoError(t, err)
	require.Contains(t, string(samply), `"medicationReference":{}`, "samply was repaired: Marshal may become simpler")

	event := models.AuditEvent{
		Type: models.Coding{Code: ptr("rest")}, Recorded: "2024-05-01T10:11:12Z",
		Agent:  []models.AuditEventAgent{{Requestor: true}},
		Source: models.AuditEventSource{Observer: models.Reference{Reference: ptr("Device/d1")}},
		Entity: []models.AuditEventEntity{{Detail: []models.AuditEventEntityDetail{{Type: "query", ValueString: "?_id=1&x=<2>"}}}},
	}
	b, err = fhir.Marshal(event)
	require.NoError(t, err)
	require.Contains(t, string(b), `"detail":[{"type":"query","valueString":"?_id=1&x=<2>"}]`)

	form := models.Questionnaire{
		Status: models.PublicationStatusActive,
		Item: []models.QuestionnaireItem{{
			LinkId: "1", Type: models.QuestionnaireItemTypeChoice,
			AnswerOption: []models.QuestionnaireItemAnswerOption{{ValueInteger: 3}},
			Initial:      []models.QuestionnaireItemInitial{{ValueDecimal: "1.50"}},
		}},
	}
	b, err = fhir.Marshal(form)
	require.NoError(t, err)
	require.Contains(t, string(b), `"answerOption":[{"valueInteger":3}],"initial":[{"valueDecimal":1.50}]`)
}

func TestMarshalRefuses(t *testing.T) {
	code := models.CodeableConcept{Text: ptr("x")}
	final := models.ObservationStatusFinal
	for name, row := range map[string]struct {
		resource any
		path     string
		err      error
	}{
		"nil":         {nil, "resource", fhir.ErrUnsupported},
		"nil pointer": {(*models.Patient)(nil), "resource", fhir.ErrUnsupported},
		"a datatype":  {models.Quantity{}, "resource", fhir.ErrUnsupported},
		"no code":     {models.Observation{Status: final}, "Observation.code", fhir.ErrMissing},
		"a forgotten status": {
			models.Observation{Code: code, ValueString: ptr("x")}, "Observation.status", fhir.ErrStatus,
		},
		"a forgotten status of a panel": {
			&models.Observation{Code: code, Component: make([]models.ObservationComponent, 1)}, "Observation.status", fhir.ErrStatus,
		},
		"a forgotten status of a report": {
			models.DiagnosticReport{Code: code, Conclusion: ptr("x")}, "DiagnosticReport.status", fhir.ErrStatus,
		},
		"a status that does not exist": {models.Observation{Status: 99, Code: code}, "Observation.status", fhir.ErrValue},
		"two values": {
			models.Observation{Status: final, Code: code, ValueString: ptr("x"), ValueInteger: ptr(1)}, "Observation.value[x]", fhir.ErrChoice,
		},
		"two medications": {
			models.MedicationAdministration{MedicationCodeableConcept: code, MedicationReference: models.Reference{Display: ptr("x")}},
			"MedicationAdministration.medication[x]", fhir.ErrChoice,
		},
		"no medication": {models.MedicationAdministration{}, "MedicationAdministration.medication[x]", fhir.ErrMissing},
		"a number that is none": {
			models.Observation{Status: final, Code: code, Component: []models.ObservationComponent{
				{Code: code}, {Code: code, ValueQuantity: &models.Quantity{Value: ptr(json.Number("12,5"))}},
			}},
			"Observation.component[1].valueQuantity.value", fhir.ErrValue,
		},
		"an extension without url": {
			models.Patient{Extension: []models.Extension{{ValueString: ptr("x")}}}, "Patient.extension[0].url", fhir.ErrMissing,
		},
		"a raw resource of samply's encoder": {
			models.Bundle{Entry: []models.BundleEntry{{Resource: json.RawMessage(`{"resourceType":"MedicationAdministration","medicationReference":{}}`)}}},
			"Bundle.entry[0].resource", fhir.ErrValue,
		},
		"raw nonsense": {
			models.Bundle{Entry: []models.BundleEntry{{Resource: json.RawMessage(`{"a`)}}}, "Bundle.entry[0].resource", fhir.ErrValue,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := fhir.Marshal(row.resource)
			require.ErrorIs(t, err, row.err)
			require.Nil(t, b)
			var e *fhir.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, row.path, e.Path)
		})
	}
}

func TestMarshalLeavesOut(t *testing.T) {
	p := models.Patient{
		Id: ptr(""), Active: ptr(false), Name: []models.HumanName{{}, {Family: ptr("Doe"), Given: []string{"", "J\u2028"}}},
		ManagingOrganization: &models.Reference{}, Address: []models.Address{{}},
	}
	b, err := fhir.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, `{"resourceType":"Patient","active":false,"name":[{"family":"Doe","given":["J\u2028"]}]}`, string(b))

	// A registered Observation without a result is what the word means.
	_, err = fhir.Marshal(models.Observation{Code: models.CodeableConcept{Text: ptr("x")}})
	require.NoError(t, err)

	// Elements that look like a choice and are none.
	_, err = fhir.Marshal(models.Task{
		Status: models.TaskStatusReady, Intent: "order", InstantiatesCanonical: ptr("urn:a"), InstantiatesUri: ptr("urn:b"),
		Input: []models.TaskInput{{Type: models.CodeableConcept{Text: ptr("x")}, ValueString: "y"}},
	})
	require.NoError(t, err)
}

// TestMarshalEmptyResources: what is required is named, and nothing panics.
func TestMarshalEmptyResources(t *testing.T) {
	for name, resource := range resources {
		b, err := fhir.Marshal(resource)
		if err == nil {
			require.True(t, json.Valid(b), name)
			continue
		}
		require.ErrorIs(t, err, fhir.ErrMissing, name)
	}
}
