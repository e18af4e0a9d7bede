//go:build !nightly

package delivery

import "time"

// defaultPlan is that of each verb.
var defaultPlan = plan{observations: 6000, divide: 1, rate: 300, kill: time.Second, kills: 5}
