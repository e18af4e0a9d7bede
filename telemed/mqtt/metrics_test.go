package mqtt_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed/mqtt"
)

// The end of the own certificate is told, whether it was parsed before or not;
// without a certificate there is none to tell.
func TestCertificateExpiryMetric(t *testing.T) {
	ends := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	own := newAuthority(t).device(t, "bed-1", func(c *x509.Certificate) { c.NotAfter = ends })
	unparsed := tls.Certificate{Certificate: own.Certificate, PrivateKey: own.PrivateKey}
	for _, tt := range []struct {
		what string
		opts []mqtt.Option
		want float64
	}{
		{"parsed", []mqtt.Option{mqtt.Certificate(own)}, float64(ends.Unix())},
		{"not parsed", []mqtt.Option{mqtt.Certificate(unparsed)}, float64(ends.Unix())},
		{"of the configuration", []mqtt.Option{mqtt.TLS(&tls.Config{Certificates: []tls.Certificate{own}})}, float64(ends.Unix())},
		{"of a relay", []mqtt.Option{mqtt.Certificate(own), mqtt.Relay()}, float64(ends.Unix())},
		{"none", nil, 0},
	} {
		s, err := mqtt.NewSender("mqtts://127.0.0.1:1", openOutbox(t), append(tt.opts, mqtt.ClientID("x"))...)
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		for m := range s.Metrics {
			if m.Name == "telemed_outbox_certificate_expiry_timestamp_seconds" {
				got = m.Value
			}
		}
		if got != tt.want {
			t.Errorf("%s: the certificate expires at %v, want %v", tt.what, got, tt.want)
		}
		for range s.Metrics { // may stop early
			break
		}
	}
}
