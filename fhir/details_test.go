package fhir_test

import (
	"testing"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

type coding = models.Coding

func spo2() []vitals.Reading {
	r := panelOf(vitals.SpO2, 0, vitals.UnitPercent)
	r[0].Quantity = vitals.Percent(79)
	return r
}

// everything says all that details can say about a panel.
func everything() fhir.Details {
	percent := func(n int64) vitals.Quantity { return vitals.MmHg(n) }
	yes := true
	return fhir.Details{
		Coincident: "Observation/coin-1", Duration: 40 * time.Second,
		Performers: []string{"Practitioner/4", ""}, Encounter: "Encounter/9", Specimen: "Specimen/2",
		BodySite:     []coding{fhir.MDC(459024, "")},
		Method:       []coding{fhir.MDC(150588, "MDC_MODALITY_SPOT")},
		Supplemental: []coding{fhir.MDC(150588, "MDC_MODALITY_SPOT")},
		HasMember:    []string{"Observation/part-1"}, DerivedFrom: []string{"Observation/source-1"},
		Notes: []string{"after a walk <slow> & steady"},
		Values: []fhir.ValueDetails{
			{Kind: vitals.Systolic, Accuracy: percent(3), Confidence95: fhir.Interval{Low: percent(117), High: percent(123)}, ReferenceRange: fhir.Interval{High: percent(140)}},
			{Kind: vitals.Diastolic, Alerting: &fhir.Alerting{
				Limits: fhir.Interval{Low: percent(50), High: percent(70)}, InAlarm: true, State: fhir.LimitsLowOff,
				Text: "watched above", Notification: "diastolic is high",
			}},
			{Kind: vitals.HeartRate, Accuracy: vitals.PerMinute(1)}, // not in the panel
		},
		Context: []fhir.Part{
			{Code: fhir.MDC(8417864, "MDC_CTXT_GLU_MEAL"), Coding: &coding{System: ptr("urn:iso:std:iso:11073:10101"), Code: ptr("8417872")}},
			{Code: fhir.MDC(8417846, ""), Text: "somewhere on the body"},
			{Code: fhir.MDC(8417760, ""), Quality: vitals.NotAvailable},
			{Code: fhir.MDC(8417761, ""), Boolean: &yes},
			{Code: fhir.MDC(8417762, ""), Quantity: vitals.Percent(7), Quality: vitals.Questionable},
		},
	}
}

func TestDetails(t *testing.T) {
	for name, m := range mappers {
		o, err := m.ObservationWith(panelOf(vitals.Systolic, 0, vitals.UnitMmHg), everything())
		require.NoError(t, err, name)
		require.Nil(t, o.EffectiveDateTime)
		require.Equal(t, "2024-05-01T10:11:12.000+02:00", *o.EffectivePeriod.Start)
		require.Equal(t, "2024-05-01T10:11:52.000+02:00", *o.EffectivePeriod.End)
		require.Len(t, o.Component, 3+5+1, name)
		require.Len(t, o.Performer, 1)
		systolic, diastolic := o.Component[0], o.Component[1]
		require.Equal(t, "3", systolic.Extension[0].ValueQuantity.Value.String())
		require.Equal(t, "117", systolic.Extension[1].ValueRange.Low.Value.String())
		require.Nil(t, systolic.ReferenceRange[0].Low)
		require.Equal(t, "140", systolic.ReferenceRange[0].High.Value.String())
		require.Equal(t, "in-alarm", *diastolic.Interpretation[0].Coding[0].Code)
		alerting := diastolic.Extension[0].Extension
		require.Equal(t, []string{"currentLimits", "alertOperationalState", "alertOperationalText", "thresholdNotificationText"},
			[]string{alerting[0].Url, alerting[1].Url, alerting[2].Url, alerting[3].Url})
		require.Equal(t, "Limits-Low-Off", *alerting[1].ValueCodeableConcept.Coding[0].Code)
		require.Equal(t, "diastolic is high", o.Note[len(o.Note)-1].Text)
		require.Equal(t, "not-performed", *o.Component[5].DataAbsentReason.Coding[0].Code)
		require.Equal(t, "68193", *o.Component[8].Code.Coding[0].Code)
	}
}

// TestNoDetails demands that the zero Details change nothing.
func TestNoDetails(t *testing.T) {
	for _, m := range mappers {
		for _, k := range []vitals.Kind{vitals.Systolic, vitals.SpO2, vitals.BatteryLevel, vitals.MealContext} {
			want, err := m.AppendObservation(nil, panelOf(k, 0, k.Unit()))
			require.NoError(t, err)
			o, err := m.ObservationWith(panelOf(k, 0, k.Unit()), fhir.Details{})
			require.NoError(t, err)
			got, err := fhir.Marshal(o)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
	}
}

func TestSetting(t *testing.T) {
	o, err := mappers["PHD"].ObservationWith(spo2(), fhir.Details{Setting: true})
	require.NoError(t, err)
	require.Equal(t, "Device/00-E5-DE-AD-77-C3", *o.Subject.Reference)
	require.Equal(t, "00E5DEAD77C3-150456-767873472+8", *o.Identifier[0].Value, "it names no patient")
}

func TestAlarmInhibited(t *testing.T) {
	limits := fhir.Interval{Low: vitals.Percent(90), High: vitals.Percent(100)}
	d := fhir.Details{Values: []fhir.ValueDetails{{Alerting: &fhir.Alerting{Limits: limits, State: fhir.LimitsOff}}}}
	o, err := mappers["PHD"].ObservationWith(spo2(), d)
	require.NoError(t, err)
	require.Equal(t, "alarm-inhibited", *o.Interpretation[0].Coding[0].Code)
	require.Len(t, o.Note, 1)

	missing := panelOf(vitals.SpO2, vitals.NotANumber, 0)
	o, err = mappers["PHD"].ObservationWith(missing, d)
	require.NoError(t, err)
	require.Empty(t, o.Interpretation, "an interpretation belongs to a value")
}

func TestInterpretation(t *testing.T) {
	high := coding{System: ptr("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"), Code: ptr("H")}
	d := fhir.Details{Interpretation: []coding{high}}
	o, err := fhir.Mapper{}.ObservationWith(spo2(), d)
	require.NoError(t, err)
	require.Equal(t, "H", *o.Interpretation[0].Coding[0].Code)
	_, err = mappers["PHD"].ObservationWith(spo2(), d)
	require.ErrorIs(t, err, fhir.ErrUnsupported, "the guide has measurement status alone")
}

func TestDetailsRefusals(t *testing.T) {
	percent := fhir.Interval{Low: vitals.Percent(1), High: vitals.Percent(2)}
	alerting := func(a fhir.Alerting) fhir.Details {
		return fhir.Details{Values: []fhir.ValueDetails{{Alerting: &a}}}
	}
	for _, row := range []struct {
		d    fhir.Details
		path string
		err  error
	}{
		{fhir.Details{Duration: -1}, "Observation.effectivePeriod", fhir.ErrValue},
		{fhir.Details{Notes: make([]string, 1000)}, "Observation.note", fhir.ErrLimit},
		{alerting(fhir.Alerting{}), "Observation.extension(SimpleAlerting).currentLimits", fhir.ErrMissing},
		{alerting(fhir.Alerting{Limits: fhir.Interval{Low: vitals.MmHg(1), High: vitals.Percent(1)}}), "Observation.extension(SimpleAlerting).currentLimits", fhir.ErrValue},
		{alerting(fhir.Alerting{Limits: percent, State: 9}), "Observation.extension(SimpleAlerting).alertOperationalState", fhir.ErrValue},
		{fhir.Details{Context: []fhir.Part{{}}}, "Observation.component[0].code", fhir.ErrMissing},
		{fhir.Details{Context: []fhir.Part{{Code: fhir.MDC(1, ""), Text: "a", Quantity: vitals.MmHg(1)}}}, "Observation.component[0].value[x]", fhir.ErrChoice},
	} {
		_, err := fhir.Mapper{}.ObservationWith(spo2(), row.d)
		require.ErrorIs(t, err, row.err)
		var e *fhir.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, row.path, e.Path)
	}
}
