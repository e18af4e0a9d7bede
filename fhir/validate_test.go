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
	for _, m := range mappers {
		for panel := range panels {
			add(m, panel)
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
	validate(t, ndjson, "--strict") // a profile that it does not know is an error
}
