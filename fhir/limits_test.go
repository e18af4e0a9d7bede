package fhir_test

import (
	"errors"
	"strings"
	"testing"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// TestHostileJSON gives the same texts to everybody who reads: all refuse them,
// with a path and for the same reason, and repeat nothing of the payload.
func TestHostileJSON(t *testing.T) {
	const open = `{"resourceType":"Observation","status":"final","code":{"text":"DOE^JANE"}`
	for name, row := range map[string]struct {
		text string
		err  error
	}{
		"nothing":                {"", fhir.ErrSyntax},
		"white space":            {" \n\t", fhir.ErrSyntax},
		"no JSON":                {"DOE^JANE", fhir.ErrSyntax},
		"a byte order mark":      {"\ufeff" + open + "}", fhir.ErrSyntax},
		"truncated":              {open, fhir.ErrSyntax},
		"truncated in a string":  {open[:len(open)-3], fhir.ErrSyntax},
		"not UTF-8":              {open + ",\"valueString\":\"DOE^JANE\xff\"}", fhir.ErrSyntax},
		"half a surrogate":       {open + `,"valueString":"\ud83d"}`, fhir.ErrSyntax},
		"an escaped name":        {open + `,"v\u0061lueString":"a"}`, fhir.ErrSyntax},
		"a name twice":           {open + `,"status":"registered"}`, fhir.ErrDuplicate},
		"a name twice, deep":     {open + `,"subject":{"display":"DOE^JANE","display":"b"}}`, fhir.ErrDuplicate},
		"an object for a string": {`{"resourceType":"Observation","status":{"DOE^JANE":1},"code":{}}`, fhir.ErrValue},
		"a list for an object":   {`{"resourceType":"Observation","status":"final","code":["DOE^JANE"]}`, fhir.ErrValue},
		"a string for a list":    {open + `,"component":"DOE^JANE"}`, fhir.ErrValue},
		"deep":                   {open + `,"extension":` + strings.Repeat(`[{"url":"a","extension":`, 200) + `1`, fhir.ErrLimit},
		"larger than is read":    {strings.Repeat(" ", fhir.MaxBytes+1), fhir.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			var o models.Observation
			var d fhir.Document[models.Observation]
			var m fhir.Measurements
			_, readings := fhir.AppendReadings(nil, []byte(row.text))
			for reader, err := range map[string]error{
				"Unmarshal":      fhir.Unmarshal([]byte(row.text), &o),
				"Document":       fhir.Unmarshal([]byte(row.text), &d),
				"AppendReadings": readings,
				"Reader.Append":  fhir.Reader{}.Append(&m, []byte(row.text)),
			} {
				checkError(t, err)
				require.NotContains(t, err.Error(), "JANE", reader)
				require.ErrorIs(t, err, row.err, reader)
			}
			require.Zero(t, o)
			require.Zero(t, d)
			require.Zero(t, m)
		})
	}
}

// TestNoTarget gives what is no resource, or nowhere to write.
func TestNoTarget(t *testing.T) {
	text := []byte(`{"resourceType":"Patient"}`)
	for name, target := range map[string]any{
		"nil": nil, "a value": models.Patient{}, "a nil pointer": (*models.Patient)(nil),
		"a nil Document": (*fhir.Document[models.Patient])(nil), "a Document by value": fhir.Document[models.Patient]{},
		"a number": new(int), "a part of a resource": new(models.HumanName), "a Document of no resource": new(fhir.Document[int]),
	} {
		require.ErrorIs(t, fhir.Unmarshal(text, target), fhir.ErrUnsupported, name)
	}
	for name, resource := range map[string]any{
		"nil": nil, "a nil pointer": (*models.Patient)(nil), "a nil Document": (*fhir.Document[models.Patient])(nil),
		"a number": 1, "a part of a resource": models.HumanName{}, "a Document of no resource": fhir.Document[int]{},
	} {
		_, err := fhir.Marshal(resource)
		require.ErrorIs(t, err, fhir.ErrUnsupported, name)
	}
}

func errorOf[T any](_ T, err error) error { return err }

// TestNothing maps nothing at all: that is an error with a path, for every
// profile.
func TestNothing(t *testing.T) {
	for name, m := range mappers {
		for call, err := range map[string]error{
			"Observation":              errorOf(m.Observation(nil)),
			"AppendObservation":        errorOf(m.AppendObservation(nil, nil)),
			"a zero Reading":           errorOf(m.AppendObservation(nil, make([]vitals.Reading, 1))),
			"ObservationWith":          errorOf(m.ObservationWith(nil, fhir.Details{})),
			"Waveform":                 errorOf(m.Waveform()),
			"AppendWaveform":           errorOf(m.AppendWaveform(nil, vitals.Waveform{})),
			"Finding":                  errorOf(m.Finding(fhir.Finding{}, fhir.Details{})),
			"Score":                    errorOf(m.Score(fhir.Score{})),
			"CoincidentTimestamp":      errorOf(m.CoincidentTimestamp(fhir.CoincidentTimestamp{})),
			"DeviceResource":           errorOf(m.DeviceResource(fhir.Device{})),
			"DeviceMetric":             errorOf(m.DeviceMetric(fhir.Metric{})),
			"PatientResource":          errorOf(m.PatientResource(fhir.PatientStub{})),
			"Provenance":               errorOf(m.Provenance(fhir.Origin{})),
			"AuditEvent":               errorOf(m.AuditEvent(fhir.Access{})),
			"Flag":                     errorOf(m.Flag(fhir.Alarm{})),
			"RiskAssessment":           errorOf(m.RiskAssessment(fhir.Alarm{})),
			"DetectedIssue":            errorOf(m.DetectedIssue(fhir.Alarm{})),
			"Communication":            errorOf(m.Communication(fhir.Message{})),
			"MedicationAdministration": errorOf(m.MedicationAdministration(fhir.Dose{})),
			"MedicationStatement":      errorOf(m.MedicationStatement(fhir.Dose{})),
			"Encounter":                errorOf(m.Encounter(fhir.Visit{})),
			"Appointment":              errorOf(m.Appointment(fhir.Visit{})),
		} {
			var e *fhir.Error
			require.True(t, errors.As(err, &e), "%s %s: %v", name, call, err)
			require.NotEmpty(t, e.Path, "%s %s", name, call)
		}
	}
	require.Empty(t, fhir.Panels(nil))
	require.False(t, fhir.Supports(vitals.KindNone))
}
