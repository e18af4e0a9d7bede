package mqtt

import "time"

// Hasty makes connections anew at once and gives up after a short while.
func Hasty(patience time.Duration) Option {
	return optionFunc(func(c *config) {
		c.backoff = func(int) time.Duration { return time.Millisecond }
		c.writeTimeout, c.stall = patience, patience
	})
}

// Waits sets how long to wait before an attempt to connect.
func Waits(before func(attempt int) time.Duration) Option {
	return optionFunc(func(c *config) { c.backoff = before })
}

// Backoff is how long the wait before a number of attempts is.
var Backoff = backoff
