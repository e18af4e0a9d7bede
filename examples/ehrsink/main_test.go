package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The record is down half of the time: in the end it has everything once, and
// heard of the alarm.
func TestEhrsink(t *testing.T) {
	for _, conditional := range []bool{true, false} {
		var out strings.Builder
		o := options{down: 0.5, lost: 0.1, seed: 1, long: 5 * time.Second, patients: 5, conditional: conditional}
		require.NoError(t, run(t.Context(), o, &out))
		t.Log("\n" + out.String())
		require.Contains(t, out.String(), "ledger: 200 measured, missing 0, duplicates 0\n")
		require.Regexp(t, regexp.MustCompile(`at the end .*delivered +\d+,.* quarantined 0, alarm events [1-9]`), out.String())
	}
}

func TestOptions(t *testing.T) {
	require.Error(t, run(t.Context(), options{down: 1, long: time.Second, patients: 1}, new(strings.Builder)))
}
