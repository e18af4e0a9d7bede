package mqtt_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed/mqtt"
)

// secured is Mosquitto as docs tell to run it: TLS 1.3, a certificate from every
// client, whose common name is the name of the user, and topics of one's own.
func secured(t *testing.T, ca *authority) (address string) {
	t.Helper()
	dir := t.TempDir()
	crt, key := write(t, dir, "broker", ca.server(t))
	authorities, _ := write(t, dir, "ca", tls.Certificate{Certificate: [][]byte{ca.cert.Raw}})
	acl := filepath.Join(dir, "acl")
	writeFile(t, acl, []byte("user gateway\ntopic read ward/#\n\npattern write ward/%u/#\n"))
	b := mosquitto.Start(t,
		"cafile "+authorities, "certfile "+crt, "keyfile "+key, "tls_version tlsv1.3",
		"require_certificate true", "use_identity_as_username true", "acl_file "+acl)
	return strings.Replace(b.Address, "mqtt:", "mqtts:", 1)
}

// A device cannot write as another, whatever its program does: the broker holds
// the topic against the certificate.
func TestDeviceCannotWriteAsAnother(t *testing.T) {
	ca := newAuthority(t)
	address := secured(t, ca)
	s, err := mqtt.Open(within(t), address, mqtt.TrustOnly(ca.pool()), mqtt.Certificate(ca.device(t, "gateway")), mqtt.Subscribe("ward/+/gatt/#"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	publish := func(name, topic string) {
		t.Helper()
		// Paho itself: our publisher would refuse.
		c := plain(t, strings.Replace(address, "mqtts:", "ssl:", 1), func(o *paho.ClientOptions) {
			o.SetClientID(name).SetTLSConfig(&tls.Config{RootCAs: ca.pool(), Certificates: []tls.Certificate{ca.device(t, name)}})
		})
		if token := c.Publish(topic, 1, false, []byte{0, 70}); !token.WaitTimeout(soon) {
			t.Fatal("the broker does not answer")
		}
	}
	for _, name := range []string{"bed-2", "+", "#", "bed-2/../bed-1", "ward", "$SYS"} {
		publish(name, topic)
	}
	publish("bed-1", topic2) // comes, and nothing before it
	d := receiveOne(t, s)
	if d.Frame.Device != "bed-1" || d.Frame.Sequence != 2 {
		t.Errorf("came from %s with %d", d.Frame.Device, d.Frame.Sequence)
	}
	d.Ack()
	if n := s.Stats().Received; n != 1 {
		t.Errorf("%d messages received, want 1", n)
	}
	// Mosquitto puts a name with a level in it into its pattern as it is. So the
	// authority must not sign what DeviceOf refuses.
	inner := ca.device(t, "bed-1/gatt")
	if _, err := mqtt.DeviceOf(inner.Leaf); !errors.Is(err, mqtt.ErrBadIdentity) {
		t.Errorf("DeviceOf: %v", err)
	}
	publish("bed-1/gatt", topic3)
	receiveOne(t, s).Ack()
}

// Mosquitto refuses certificates as well, and ours says that it was refused.
func TestMosquittoRefuses(t *testing.T) {
	ca := newAuthority(t)
	address := secured(t, ca)
	for name, shown := range map[string]tls.Certificate{
		"expired":              ca.device(t, "bed-1", expired),
		"not yet valid":        ca.device(t, "bed-1", notYet),
		"another authority":    newAuthority(t).device(t, "bed-1"),
		"issued by a device":   ca.below(t, noAuthority).device(t, "bed-1"),
		"path too long":        ca.below(t, noFurther).below(t).device(t, "bed-1"),
		"broker's certificate": ca.server(t, func(c *x509.Certificate) { c.Subject.CommonName = "bed-1" }),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			p, err := mqtt.Dial(ctx, address, mqtt.ClientID("bed-1"), mqtt.TrustOnly(ca.pool()), mqtt.Certificate(shown))
			if err == nil {
				p.Close()
			}
			// The alert may be lost when the broker resets the connection at once.
			if !errors.Is(err, mqtt.ErrPeerRefused) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
				t.Errorf("got %v, want %v", err, mqtt.ErrPeerRefused)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if _, err := mqtt.Dial(ctx, address, mqtt.ClientID("bed-1"), mqtt.TrustOnly(ca.pool())); err == nil {
			t.Error("connected without a certificate")
		}
	})
}
