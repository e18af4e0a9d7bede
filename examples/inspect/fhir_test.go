package main

import (
	"io"
	"strings"
	"testing"
)

// Each guide leaves its mark on the same frame.
func TestProfile(t *testing.T) {
	for guide, mark := range map[string]string{
		"r4": "StructureDefinition/heartrate", "PHD": "PhdNumericObservation", "uscore": "StructureDefinition/heartrate",
		"hddt": "8867-4", "pocd": "8867-4",
	} {
		var out strings.Builder
		if code := run([]string{"-fhir", "-profile", guide, "-at", "2026-05-31T12:30:00+02:00", "2A37", "0048"}, nil, &out, io.Discard); code != 0 {
			t.Errorf("%s: exit status %d", guide, code)
		}
		if !strings.Contains(out.String(), mark) {
			t.Errorf("%s: no %s in\n%s", guide, mark, &out)
		}
	}
	if code := run([]string{"-fhir", "-profile", "x", "2A37", "0048"}, nil, io.Discard, io.Discard); code != exitUsage {
		t.Errorf("an unknown guide: exit status %d, want %d", code, exitUsage)
	}
}
