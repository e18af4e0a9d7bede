package fhir_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// validate checks one resource a line with the FHIR validator in the folder
// TELEMED_FHIR_VALIDATE, where it is installed (npm ci).
func validate(t *testing.T, ndjson []byte, options ...string) {
	t.Helper()
	folder := os.Getenv("TELEMED_FHIR_VALIDATE")
	if folder == "" {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal("TELEMED_FHIR_VALIDATE names no validator")
		}
		t.Skip("TELEMED_FHIR_VALIDATE names no installed validator")
	}
	cmd := exec.Command("node", append([]string{filepath.Join(folder, "validate.mjs")}, options...)...)
	cmd.Dir = folder
	cmd.Stdin = bytes.NewReader(ndjson)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out[:min(len(out), 4000)])
	t.Logf("%s", bytes.TrimSpace(out))
}

// TestValid has a validator judge every kind with every quality, in every
// unit, complete and incomplete, in both profiles.
func TestValid(t *testing.T) {
	var ndjson []byte
	add := func(m fhir.Mapper, panel []vitals.Reading) {
		var err error
		ndjson, err = m.AppendObservation(ndjson, panel)
		require.NoError(t, err)
		ndjson = append(ndjson, '\n')
	}
	for name, m := range mappers {
		for panel := range panels {
			// The others differ from R4 in what a few kinds and qualities claim.
			if name == "R4" || name == "PHD" || panel[0].Quality == 0 || panel[0].Kind == vitals.HeartRate || panel[0].Kind == vitals.SpO2 {
				add(m, panel)
			}
		}
		for k := range vitals.Kinds() {
			if k.Panel() == vitals.KindNone || !fhir.Supports(k) {
				continue
			}
			panel := panelOf(k, 0, k.Unit())
			for i := range panel {
				add(m, panel[i:i+1])
				mixed := slices.Clone(panel)
				mixed[i].Quality, mixed[i].Quantity = vitals.NotANumber, vitals.Quantity{}
				add(m, mixed)
			}
			unstamped := slices.Clone(panel)
			for i := range unstamped {
				unstamped[i].Stamped = false
				unstamped[i].Patient = vitals.NewPatientID("DOE^JANE|\n\"7\"")
			}
			add(m, unstamped)
		}
		bundle, err := m.AppendTransaction(nil, slices.Concat(
			panelOf(vitals.Systolic, 0, vitals.UnitMmHg), panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute), panelOf(vitals.SpO2, vitals.NotANumber, 0)))
		require.NoError(t, err)
		ndjson = append(append(ndjson, bundle...), '\n')
	}
	ndjson = append(ndjson, elaborate(t)...)
	validate(t, ndjson, "--strict") // a profile that it does not know is an error
}

// elaborate has what single readings do not make: details, findings,
// waveforms, chunks and coincident timestamps.
func elaborate(t *testing.T) (ndjson []byte) {
	t.Helper()
	add := func(o any, err error) {
		t.Helper()
		require.NoError(t, err)
		b, err := fhir.Marshal(o)
		require.NoError(t, err)
		ndjson = append(append(ndjson, b...), '\n')
	}
	for _, m := range mappers {
		for _, q := range qualities() {
			add(m.ObservationWith(panelOf(vitals.Systolic, q, vitals.UnitMmHg), everything()))
			setting := everything()
			setting.Setting, setting.HasMember = true, nil
			setting.Values[0].Kind, setting.Values[1].Kind = 0, vitals.SpO2
			add(m.ObservationWith(panelOf(vitals.SpO2, q, vitals.UnitPercent), fhir.Details{Values: setting.Values, Notes: setting.Notes}))
			if m.Profile == fhir.PHD { // in R4 a vital sign is of a patient
				add(m.ObservationWith(panelOf(vitals.GlucoseGeneric, q, vitals.UnitMgPerDL), setting))
			}
			for _, f := range findings() {
				f.Quality |= q
				add(m.Finding(f, fhir.Details{Supplemental: setting.Supplemental, Coincident: "Observation/coin-1", Duration: setting.Duration}))
			}
			w := leads()
			w[0].Quality, w[1].Quality = q, q
			add(m.Waveform(w...))
			add(m.Waveform(w[0]))
			add(m.WaveformWith(fhir.Details{Coincident: "Observation/coin-1", Supplemental: setting.Supplemental}, w[1]))
		}
		for k := range waveKinds {
			add(m.Waveform(wave(k)))
		}
		chunks, err := m.GlucoseChunks(sensor("d1", map[int]int64{10: 100, 15: 101, 5000: 120}), fhir.GlucoseChunks{Low: vitals.MgPerDL(40), Until: midnight.AddDate(0, 0, 9)})
		require.NoError(t, err)
		require.Len(t, chunks, 9)
		for _, o := range chunks {
			add(o, nil)
		}
	}
	for _, c := range coincidents() {
		add(mappers["PHD"].CoincidentTimestamp(c))
	}
	add(mappers["US Core"].Observation(oximetry()))
	add(mappers["US Core"].Observation(oximetry()[:2]))
	return ndjson
}
