package fhir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// oximetry is a saturation with the oxygen that the patient breathes.
func oximetry() []vitals.Reading {
	panel := append(append(panelOf(vitals.InspiredO2, 0, vitals.UnitPercent), spo2()...), panelOf(vitals.O2Flow, 0, vitals.UnitLPerMin)...)
	panel[2].Device = "ventilator"
	return panel
}

func TestUSCoreOximetry(t *testing.T) {
	m := mappers["US Core"]
	o := parse(t, both(t, m, oximetry()))
	require.NotContains(t, o, "meta", "3.1.0 wants a unit for flow that R4 forbids")
	require.Equal(t, []any{
		"http://hl7.org/fhir/us/core/StructureDefinition/us-core-pulse-oximetry",
		"http://hl7.org/fhir/StructureDefinition/oxygensat",
	}, parse(t, both(t, m, oximetry()[:2]))["meta"].(map[string]any)["profile"])
	require.Contains(t, o, "valueQuantity")
	flow, fraction := o["component"].([]any)[0].(map[string]any), o["component"].([]any)[1].(map[string]any)
	require.Equal(t, "L/min", flow["valueQuantity"].(map[string]any)["code"])
	require.Equal(t, "%", fraction["valueQuantity"].(map[string]any)["code"])
	require.Equal(t, "Device/00-E5-DE-AD-77-C3", o["device"].(map[string]any)["reference"], "the oximeter's")

	alone := parse(t, both(t, m, spo2()))
	require.Equal(t, o["id"], alone["id"], "the id must not depend on the parts that arrived")

	for _, wrong := range [][]vitals.Reading{
		append(oximetry(), panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute)...),
		append(panelOf(vitals.InspiredO2, 0, vitals.UnitPercent), panelOf(vitals.O2Flow, 0, vitals.UnitLPerMin)...),
		func() []vitals.Reading { p := oximetry(); p[0].At = p[0].At.Add(1); return p }(),
	} {
		_, err := m.AppendObservation(nil, wrong)
		require.ErrorIs(t, err, fhir.ErrPanel)
	}
	_, err := fhir.Mapper{}.AppendObservation(nil, oximetry())
	require.ErrorIs(t, err, fhir.ErrPanel, "R4 has no such components")
}

// TestPoCDStatus has the 11 rows of HL7's point-of-care guide as far as a
// Quality tells them apart: test and demonstration data are one, and alarms
// are in Details.
func TestPoCDStatus(t *testing.T) {
	for _, row := range []struct {
		quality                          vitals.Quality
		security, reason, interpretation string
	}{
		{vitals.Invalid, "UNRELIABLE", "error", ""},
		{vitals.Questionable, "UNCERTREL", "", "questionable"},
		{vitals.NotAvailable, "", "not-performed", ""},
		{vitals.Calibrating, "UNCERTREL", "", "calibration-ongoing"},
		{vitals.TestData, "HTEST", "", ""},
		{vitals.Validated, "HRELIABLE", "", "validated-data"},
		{vitals.EarlyEstimate, "", "", "early-indication"},
		{vitals.Ongoing, "", "", "msmt-ongoing"},
	} {
		for name, m := range mappers {
			o, err := m.Observation(panelOf(vitals.HeartRate, row.quality, vitals.UnitPerMinute))
			require.NoError(t, err)
			var security, reason, interpretation string
			if o.Meta != nil {
				for _, s := range o.Meta.Security {
					security += *s.Code
				}
			}
			if o.DataAbsentReason != nil {
				reason = *o.DataAbsentReason.Coding[0].Code
			}
			for _, i := range o.Interpretation {
				interpretation += *i.Coding[0].Code
			}
			want := row.security
			if name != "PoCD" && want != "HTEST" {
				want = ""
			}
			require.Equal(t, [3]string{want, row.reason, row.interpretation}, [3]string{security, reason, interpretation}, "%s %s", name, row.quality)
		}
	}
	ongoing := panelOf(vitals.HeartRate, vitals.Ongoing, vitals.UnitPerMinute)
	ongoing[0].Quantity = vitals.Quantity{}
	o, err := mappers["PoCD"].Observation(ongoing)
	require.NoError(t, err)
	require.Equal(t, "temp-unknown", *o.DataAbsentReason.Coding[0].Code)
}

func TestHDDT(t *testing.T) {
	o, err := mappers["HDDT"].Observation(panelOf(vitals.GlucoseISF, 0, vitals.UnitMgPerDL))
	require.NoError(t, err)
	require.Equal(t, "DeviceMetric/00-E5-DE-AD-77-C3", *o.Device.Reference)
	for _, k := range []vitals.Kind{vitals.GlucoseVenousBlood, vitals.Systolic, vitals.PeakFlow} {
		o, err = mappers["HDDT"].Observation(panelOf(k, 0, k.Unit()))
		require.NoError(t, err)
		require.Equal(t, "Device/00-E5-DE-AD-77-C3", *o.Device.Reference)
		require.NotNil(t, o.EffectiveDateTime)
		for _, c := range o.Code.Coding {
			require.NotEqual(t, "http://snomed.info/sct", *c.System)
		}
	}
	r := spo2()
	r[0].Device = ""
	_, err = mappers["HDDT"].Observation(r)
	require.ErrorContains(t, err, "Observation.device")
}
