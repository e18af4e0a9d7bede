//go:build !nightly

package chaos

import (
	"os"
	"testing"
	"time"
)

// defaultPlan is that of each of the two runs of TestChaos.
var defaultPlan = plan{messages: 10_000, faults: 19, pace: 1500 * time.Millisecond, drain: 60 * time.Second}

// soakFor is how long TestSoak takes.
func soakFor(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("TELEMED_SOAK")
	if text == "" {
		t.Skip("takes its time: set TELEMED_SOAK=60s, or -tags nightly for half an hour")
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 30*time.Second {
		t.Fatalf("TELEMED_SOAK is %q, want 30s or more", text)
	}
	return d
}

// defaultLoad is that of TestLoad.
func defaultLoad() (devices, seconds int) { return 2000, 5 }
