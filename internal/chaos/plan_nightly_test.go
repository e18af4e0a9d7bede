//go:build nightly

package chaos

import (
	"testing"
	"time"
)

// defaultPlan is that of each of the two runs of TestChaos.
var defaultPlan = plan{messages: 1_000_000, faults: 200, pace: 5 * time.Second, drain: 30 * time.Minute}

// soakFor is how long TestSoak takes.
func soakFor(*testing.T) time.Duration { return 30 * time.Minute }

// defaultLoad is that of TestLoad.
func defaultLoad() (devices, seconds int) { return 10_000, 600 }
