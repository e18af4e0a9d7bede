package mqtt_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/telemed-go/sdk/telemed/mqtt"
)

var errGone = errors.New("on the list")

func revoke(subject string) func(*x509.Certificate) error {
	return func(c *x509.Certificate) error {
		if c.Subject.CommonName == subject {
			return errGone
		}
		return nil
	}
}

// weakKey is an RSA key of 1,024 bits, made once: Go refuses smaller ones itself.
func weakKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skipf("this Go makes no such keys: %v", err)
	}
	return key
}

// tlsBroker answers CONNECT and one SUBSCRIBE behind TLS, with the configuration
// that get gives for each connection. It tells of connections without CONNECT.
func tlsBroker(t *testing.T, get func() *tls.Config) (address string, refused <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	failed := make(chan struct{}, 1)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				c := client{tls.Server(conn, get()), &scripted{}}
				if c.read() == nil {
					select {
					case failed <- struct{}{}:
					default:
					}
					return
				}
				c.write(packets.NewControlPacket(packets.Connack))
				c.suback(1)
				c.hold()
			}()
		}
	}()
	return "mqtts://" + l.Addr().String(), failed
}

// Certificates of a broker, as a source sees them.
func TestBrokerCertificates(t *testing.T) {
	ca := newAuthority(t)
	named := mqtt.TLS(&tls.Config{ServerName: "broker.ward"})
	pinned := ca.server(t)
	good := func(changes ...change) tls.Certificate { return ca.server(t, changes...) }
	for _, tt := range []struct {
		name  string
		shown tls.Certificate
		opts  []mqtt.Option
		want  error
	}{
		{"good", good(), nil, nil},
		{"good, by name", good(dns("broker.ward")), []mqtt.Option{named}, nil},
		{"good wildcard", good(dns("*.ward")), []mqtt.Option{named}, nil},
		{"good, through an intermediate", ca.below(t).server(t), nil, nil},
		{"good, pinned", pinned, []mqtt.Option{mqtt.Pin(mqtt.KeyPin(pinned.Leaf))}, nil},
		{"expired", good(expired), nil, mqtt.ErrExpired},
		{"not yet valid", good(notYet), nil, mqtt.ErrNotYetValid},
		{"expired intermediate", ca.below(t, expired).server(t), nil, mqtt.ErrExpired},
		{"another authority", newAuthority(t).server(t), nil, mqtt.ErrAuthority},
		{"self-signed", selfIssued(t), nil, mqtt.ErrAuthority},
		{"intermediate not shown", func() tls.Certificate { c := ca.below(t).server(t); c.Certificate = c.Certificate[:1]; return c }(), nil, mqtt.ErrAuthority},
		{"a device's certificate", good(usage(x509.ExtKeyUsageClientAuth)), nil, mqtt.ErrUsage},
		{"no usage", good(noUsage), nil, mqtt.ErrUsage},
		{"another name", good(dns("other.ward")), []mqtt.Option{named}, mqtt.ErrNameMismatch},
		{"wildcard too high", good(dns("*.ward")), []mqtt.Option{mqtt.TLS(&tls.Config{ServerName: "a.broker.ward"})}, mqtt.ErrNameMismatch},
		{"wildcard for all", good(dns("*")), []mqtt.Option{named}, mqtt.ErrNameMismatch},
		{"a name that looks like the address", good(dns("127.0.0.1")), nil, mqtt.ErrNameMismatch},
		{"another address", good(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} }), nil, mqtt.ErrNameMismatch},
		{"common name only", good(dns(), func(c *x509.Certificate) { c.Subject.CommonName = "broker.ward" }), []mqtt.Option{named}, mqtt.ErrNameMismatch},
		{"RSA of 1,024 bits", ca.issue(t, weakKey(t), ca.server(t).Leaf, nil), nil, mqtt.ErrWeak},
		{"signed with SHA-1", good(sha1), nil, mqtt.ErrWeak},
		{"issued by a device", ca.below(t, noAuthority).server(t), nil, mqtt.ErrNotAnAuthority},
		{"path too long", ca.below(t, noFurther).below(t).server(t), nil, mqtt.ErrPathLength},
		{"not its domain", ca.below(t, only("clinic")).server(t, dns("broker.ward")), []mqtt.Option{named}, mqtt.ErrNameConstraint},
		{"revoked", good(func(c *x509.Certificate) { c.Subject.CommonName = "gone" }), []mqtt.Option{mqtt.Revoked(revoke("gone"))}, mqtt.ErrRevoked},
		{"revoked intermediate", ca.below(t).server(t), []mqtt.Option{mqtt.Revoked(revoke("intermediate"))}, mqtt.ErrRevoked},
		{"another key than pinned", good(), []mqtt.Option{mqtt.Pin(mqtt.KeyPin(pinned.Leaf))}, mqtt.ErrPin},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address, refused := tlsBroker(t, func() *tls.Config { return &tls.Config{Certificates: []tls.Certificate{tt.shown}} })
			tryOpen(t, address, refused, tt.want, append(tt.opts, mqtt.TrustOnly(ca.pool()))...)
		})
	}
	t.Run("TLS 1.2", func(t *testing.T) {
		t.Parallel()
		address, refused := tlsBroker(t, func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{pinned}, MaxVersion: tls.VersionTLS12}
		})
		tryOpen(t, address, refused, mqtt.ErrTLSVersion, mqtt.TrustOnly(ca.pool()))
	})
	t.Run("ours is refused", func(t *testing.T) {
		t.Parallel()
		address, refused := tlsBroker(t, func() *tls.Config { return mqtt.ServerTLS(pinned, ca.pool(), nil) })
		tryOpen(t, address, refused, mqtt.ErrPeerRefused, mqtt.TrustOnly(ca.pool()), mqtt.Certificate(newAuthority(t).device(t, "bed-1")))
	})
	t.Run("ours is accepted", func(t *testing.T) {
		t.Parallel()
		address, refused := tlsBroker(t, func() *tls.Config { return mqtt.ServerTLS(pinned, ca.pool(), nil) })
		tryOpen(t, address, refused, nil, mqtt.TrustOnly(ca.pool()), mqtt.Certificate(ca.device(t, "bed-1")))
	})
}

func tryOpen(t *testing.T, address string, refused <-chan struct{}, want error, opts ...mqtt.Option) {
	t.Helper()
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	go func() {
		select {
		case <-refused: // Open would go on trying
			time.Sleep(quiet)
			cancel()
		case <-ctx.Done():
		}
	}()
	s, err := mqtt.Open(ctx, address, append(opts, mqtt.Subscribe("ward/#"))...)
	if s != nil {
		defer s.Close()
	}
	var why *mqtt.CertificateError
	if !errors.Is(err, want) || want != nil && (!errors.As(err, &why) || error(why.Fault) != want) {
		t.Errorf("got %v (%v), want %v", err, errors.Unwrap(err), want)
	}
	if err != nil && strings.Contains(err.Error(), "ward") {
		t.Errorf("the error names a host: %v", err)
	}
}

// selfIssued is a broker that vouches for itself.
func selfIssued(t *testing.T) tls.Certificate {
	t.Helper()
	a := newAuthority(t, func(c *x509.Certificate) {
		c.IPAddresses, c.ExtKeyUsage = []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	})
	return tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key, Leaf: a.cert}
}

// Certificates of a device, as a broker inside the program sees them.
func TestDeviceCertificates(t *testing.T) {
	ca := newAuthority(t)
	own := ca.server(t)
	named := func(name string, changes ...change) tls.Certificate { return ca.device(t, name, changes...) }
	twoNames := func(c *x509.Certificate) {
		c.Subject = pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "bed-2"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "bed-1"},
		}}
	}
	for _, tt := range []struct {
		name  string
		shown tls.Certificate
		want  error
	}{
		{"good", named("bed-1"), nil},
		{"good, by DNS name", named("", dns("bed-1")), nil},
		{"good, by URI", named("", uri(t, "urn:telemed:device:bed-1")), nil},
		{"good, all agree", named("bed-1", dns("bed-1"), uri(t, "urn:telemed:device:bed-1"), uri(t, "https://maker.example/model")), nil},
		{"none", tls.Certificate{}, mqtt.ErrNoCertificate},
		{"expired", named("bed-1", expired), mqtt.ErrExpired},
		{"not yet valid", named("bed-1", notYet), mqtt.ErrNotYetValid},
		{"another authority", newAuthority(t).device(t, "bed-1"), mqtt.ErrAuthority},
		{"self-signed", selfIssued(t), mqtt.ErrAuthority},
		{"a broker's certificate", named("bed-1", usage(x509.ExtKeyUsageServerAuth)), mqtt.ErrUsage},
		{"no usage", named("bed-1", noUsage), mqtt.ErrUsage},
		{"RSA of 1,024 bits", ca.issue(t, weakKey(t), template(t, "bed-1"), nil), mqtt.ErrWeak},
		{"signed with SHA-1", named("bed-1", sha1), mqtt.ErrWeak},
		{"issued by a device", ca.below(t, noAuthority).device(t, "bed-1"), mqtt.ErrNotAnAuthority},
		{"path too long", ca.below(t, noFurther).below(t).device(t, "bed-1"), mqtt.ErrPathLength},
		{"not its domain", ca.below(t, only("clinic")).device(t, "bed-1", dns("bed-1.ward")), mqtt.ErrNameConstraint},
		{"revoked", named("gone"), mqtt.ErrRevoked},
		{"no name", named(""), mqtt.ErrNoIdentity},
		{"another URI only", named("", uri(t, "https://maker.example/bed-1")), mqtt.ErrNoIdentity},
		{"two common names", named("", twoNames), mqtt.ErrTwoIdentities},
		{"common and DNS name differ", named("bed-1", dns("bed-2")), mqtt.ErrTwoIdentities},
		{"two DNS names", named("", dns("bed-1", "bed-2")), mqtt.ErrTwoIdentities},
		{"common name and URI differ", named("bed-1", uri(t, "urn:telemed:device:bed-2")), mqtt.ErrTwoIdentities},
		{"a level more", named("bed-1/bed-2"), mqtt.ErrBadIdentity},
		{"any one level", named("+"), mqtt.ErrBadIdentity},
		{"any levels", named("#"), mqtt.ErrBadIdentity},
		{"wildcard", named("bed+"), mqtt.ErrBadIdentity},
		{"line feed", named("bed-1\nbed-2"), mqtt.ErrBadIdentity},
		{"NUL", named("bed-1\x00bed-2"), mqtt.ErrBadIdentity},
		{"the broker's own topics", named("$SYS"), mqtt.ErrBadIdentity},
		{"too long", named(strings.Repeat("x", 65)), mqtt.ErrBadIdentity},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var certificates []tls.Certificate
			if tt.shown.PrivateKey != nil {
				certificates = []tls.Certificate{tt.shown}
			}
			err := handshake(mqtt.ServerTLS(own, ca.pool(), revoke("gone")), &tls.Config{
				Certificates: certificates, RootCAs: ca.pool(), ServerName: "127.0.0.1",
			})
			if tt.want == nil && err == nil {
				return
			}
			var refused *mqtt.CertificateError
			if !errors.Is(err, tt.want) || !errors.As(err, &refused) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "bed") || strings.Contains(err.Error(), "gone")) {
				t.Errorf("the error names a device: %v", err)
			}
			if identity := errors.Is(tt.want, mqtt.ErrNoIdentity) || errors.Is(tt.want, mqtt.ErrTwoIdentities) || errors.Is(tt.want, mqtt.ErrBadIdentity); identity {
				// The device itself is told before it connects.
				if _, err := mqtt.Dial(within(t), "mqtts://127.0.0.1:1", mqtt.ClientID("x"), mqtt.Certificate(tt.shown)); !errors.Is(err, tt.want) {
					t.Errorf("Dial: %v, want %v", err, tt.want)
				}
			}
		})
	}
	t.Run("TLS 1.2", func(t *testing.T) {
		err := handshake(mqtt.ServerTLS(own, ca.pool(), nil), &tls.Config{
			Certificates: []tls.Certificate{named("bed-1")}, RootCAs: ca.pool(), ServerName: "127.0.0.1", MaxVersion: tls.VersionTLS12,
		})
		if !errors.Is(err, mqtt.ErrTLSVersion) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no authorities", func(t *testing.T) {
		err := handshake(mqtt.ServerTLS(own, nil, nil), &tls.Config{Certificates: []tls.Certificate{named("bed-1")}, RootCAs: ca.pool(), ServerName: "127.0.0.1"})
		if !errors.Is(err, mqtt.ErrAuthority) {
			t.Errorf("got %v", err)
		}
	})
}

// handshake returns what the server thinks of it.
func handshake(server, client *tls.Config) error {
	here, there := net.Pipe()
	defer there.Close()
	go func() {
		c := tls.Client(there, client)
		_ = c.Handshake()
		_, _ = c.Read(make([]byte, 1)) // the alert, or the session ticket
		there.Close()
	}()
	defer here.Close()
	return tls.Server(here, server).Handshake()
}

// A broker whose certificate runs out is not connected to again; the source says
// why, and counts.
func TestCertificateRunsOut(t *testing.T) {
	ca := newAuthority(t)
	certificates := make(chan tls.Certificate, 1)
	certificates <- ca.server(t)
	late := ca.server(t, expired)
	address, _ := tlsBroker(t, func() *tls.Config {
		select {
		case c := <-certificates:
			return &tls.Config{Certificates: []tls.Certificate{c}}
		default:
			return &tls.Config{Certificates: []tls.Certificate{late}}
		}
	})
	proxy := relayTo(t, strings.TrimPrefix(address, "mqtts://"))
	s, err := mqtt.Open(within(t), "mqtts://"+proxy.address, mqtt.TrustOnly(ca.pool()), mqtt.Subscribe("ward/#"), mqtt.Hasty(soon))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if since, err := s.Probe(); err != nil || !since.IsZero() {
		t.Errorf("connected, and Probe says %v", err)
	}
	proxy.cut()
	eventually(t, "the certificate is counted", func() bool { return s.Stats().Certificates > 0 })
	since, err := s.Probe()
	if !errors.Is(err, mqtt.ErrExpired) || since.IsZero() {
		t.Errorf("Probe says %v since %v", err, since)
	}
}

// The device of a certificate rules the topics of a publisher: nothing leaves
// under another's name.
func TestPublisherKeepsItsName(t *testing.T) {
	ca := newAuthority(t)
	b := scriptedBroker(t, func(c client) {
		for p := c.read(); p != nil; p = c.read() {
			if m, ok := p.(*packets.PublishPacket); ok {
				if !strings.HasPrefix(m.TopicName, "ward/bed-1/") {
					t.Errorf("sent to %s", m.TopicName)
				}
				c.puback(m.MessageID)
			}
		}
	})
	p, err := mqtt.Dial(within(t), b.address, mqtt.ClientID("bed-1"), mqtt.Certificate(ca.device(t, "bed-1")))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for name, want := range map[string]error{
		topic: nil,
		strings.Replace(topic, "bed-1", "bed-2", 1):       mqtt.ErrIdentity,
		strings.Replace(topic, "bed-1", "bed-1/bed-2", 1): mqtt.ErrIdentity,
		strings.Replace(topic, "bed-1", "bed-1 ", 1):      mqtt.ErrIdentity,
		strings.Replace(topic, "bed-1", "BED-1", 1):       mqtt.ErrIdentity,
		"ward/bed-1": mqtt.ErrTopic,
		"":           mqtt.ErrTopic,
	} {
		if err := p.Publish(within(t), name, nil); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
	relay, err := mqtt.Dial(within(t), scriptedBroker(t, func(c client) {
		if m, ok := c.read().(*packets.PublishPacket); ok {
			c.puback(m.MessageID)
		}
	}).address, mqtt.ClientID("gateway"), mqtt.Certificate(ca.device(t, "gateway")), mqtt.Relay())
	if err != nil {
		t.Fatal(err)
	}
	defer relay.Close()
	if err := relay.Publish(within(t), topic, nil); err != nil {
		t.Errorf("a relay may: %v", err)
	}
}

func ExampleDeviceOf() {
	certificate := &x509.Certificate{Subject: pkix.Name{Names: []pkix.AttributeTypeAndValue{
		{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "bed-1"},
	}}}
	who, err := mqtt.DeviceOf(certificate)
	fmt.Println(who, err)
	certificate.DNSNames = []string{"bed-2"}
	_, err = mqtt.DeviceOf(certificate)
	fmt.Println(err)
	// Output:
	// bed-1 <nil>
	// mqtt: certificate: two_identities
}
