package mqtt

import "github.com/telemed-go/sdk/telemed"

// expiry yields when the own certificate ends, if there is one.
func (c *config) expiry(prefix string, yield func(telemed.Metric) bool) {
	if leaf, err := c.leaf(); leaf != nil && err == nil {
		yield(telemed.Metric{
			Name: prefix + "certificate_expiry_timestamp_seconds", Help: "When the own certificate expires, in seconds since 1970.",
			Value: float64(leaf.NotAfter.Unix()),
		})
	}
}
