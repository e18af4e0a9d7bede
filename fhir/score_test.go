package fhir_test

import (
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

func earlyWarning() fhir.Score {
	return fhir.Score{
		Patient: p1, At: onset, Name: "NEWS2", LOINC: "88330-6", SNOMED: "1104051000000101", Value: vitals.Decimal{Coef: 5},
		Level: "medium risk", Note: "NEWS2 at least 5", DerivedFrom: []string{"Observation/o1"},
		Parts: []fhir.ScorePart{
			{Name: "respiratory rate", SNOMED: "1104301000000104", Points: 3},
			{Name: "pulse", SNOMED: "1104351000000103", Points: 2},
			{Name: "temperature", SNOMED: "1104371000000107", TooOld: true},
			{Name: "consciousness", Missing: true},
		},
	}
}

func alarmStates() []fhir.AlarmState {
	return []fhir.AlarmState{
		{State: "active", At: onset},
		{State: "acknowledged", At: later, By: "Kim", Escalations: 2},
		{State: "paused", At: later, Until: later.Add(time.Minute), Inhibited: true},
	}
}

func ExampleMapper_Score() {
	o, err := fhir.Mapper{}.Score(fhir.Score{
		Patient: vitals.NewPatientID("17"), At: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC),
		Name: "NEWS2", LOINC: "88330-6", Value: vitals.Decimal{Coef: 5}, AtLeast: true,
		Parts: []fhir.ScorePart{{Name: "pulse", Points: 2}, {Name: "temperature", Missing: true}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*o.Code.Text, o.ValueQuantity.Comparator.Code(), *o.ValueQuantity.Value, *o.ValueQuantity.Code)
	fmt.Println(*o.Component[0].Code.Text, *o.Component[0].ValueQuantity.Value)
	fmt.Println(*o.Component[1].Code.Text, *o.Component[1].DataAbsentReason.Coding[0].Code)
	// Output:
	// NEWS2 >= 5 {score}
	// pulse 2
	// temperature unknown
}

// Patient, name and time are what a score is known by.
func TestScoreIdentity(t *testing.T) {
	id := func(change func(*fhir.Score)) string {
		s := earlyWarning()
		change(&s)
		o, err := fhir.Mapper{}.Score(s)
		require.NoError(t, err)
		require.Equal(t, "urn:uuid:"+*o.Id, *o.Identifier[0].Value)
		return *o.Id
	}
	first := id(func(*fhir.Score) {})
	require.Equal(t, first, id(func(s *fhir.Score) { s.Value.Coef, s.Parts = 7, nil }), "another value")
	require.Equal(t, first, id(func(s *fhir.Score) { s.At = s.At.In(time.FixedZone("", 3600)) }), "another zone")
	require.NotEqual(t, first, id(func(s *fhir.Score) { s.Patient = vitals.NewPatientID("p2") }), "another patient")
	require.NotEqual(t, first, id(func(s *fhir.Score) { s.Name = "MEWS" }), "another score")
	require.NotEqual(t, first, id(func(s *fhir.Score) { s.At = s.At.Add(1) }), "another time")
}

func TestScoreRefuses(t *testing.T) {
	for _, row := range []struct {
		path   string
		change func(*fhir.Score)
	}{
		{"Observation.subject", func(s *fhir.Score) { s.Patient = vitals.PatientID{} }},
		{"Observation.code", func(s *fhir.Score) { s.Name = "" }},
		{"Observation.effectiveDateTime", func(s *fhir.Score) { s.At = time.Time{} }},
		{"Observation.effectiveDateTime", func(s *fhir.Score) { s.At = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"Observation.component[1].code", func(s *fhir.Score) { s.Parts[1].Name = "" }},
		{"Observation.component", func(s *fhir.Score) { s.Parts = make([]fhir.ScorePart, 65) }},
		{"Observation.derivedFrom[0]", func(s *fhir.Score) { s.DerivedFrom[0] = "" }},
	} {
		s := earlyWarning()
		row.change(&s)
		_, err := fhir.Mapper{}.Score(s)
		requirePath(t, err, row.path)
	}
}

func TestAlarmStateRefuses(t *testing.T) {
	for path, s := range map[string]fhir.AlarmState{
		"extension.state": {By: jane},
		"extension.until": {State: "paused", Until: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"extension.at":    {State: "paused", At: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		a := alarm()
		a.State = s
		_, err := fhir.Mapper{}.DetectedIssue(a)
		requirePath(t, err, "DetectedIssue."+path)
		_, err = fhir.Mapper{}.Flag(a)
		requirePath(t, err, "Flag."+path)
	}
}

func requirePath(t *testing.T, err error, path string) {
	t.Helper()
	var at *fhir.Error
	require.ErrorAs(t, err, &at, path)
	require.Equal(t, path, at.Path)
	require.NotContains(t, err.Error(), jane)
}
