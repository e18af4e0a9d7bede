//go:build nightly

package delivery

import "time"

// defaultPlan is that of each verb.
var defaultPlan = plan{observations: 100_000, rate: 400, kill: 5 * time.Second, kills: 100, retryAfter: time.Second}
