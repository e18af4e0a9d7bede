package mqtt

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// ErrIdentity refuses to send under the name of another device than that of the
// certificate. Nothing was sent.
var ErrIdentity = errors.New("mqtt: the topic does not belong to the device of the certificate")

// deviceURN is how a URI in a certificate names a device.
const deviceURN = "urn:telemed:device:"

// maxIdentity is the longest name of a device in a certificate, in bytes: that of
// a common name (RFC 5280, A.1).
const maxIdentity = 64

// DeviceOf returns the device that a certificate is for: its common name, its DNS
// name, or its URI urn:telemed:device:{name}. If it has several of these, they
// must agree. The common name is what brokers take for the name of the user
// (use_identity_as_username of Mosquitto), so that one name rules the topics here
// and there. The error is a [*CertificateError].
//
// The certificate must have been verified before. An authority should sign nothing
// that DeviceOf refuses: Mosquitto lets a device named "bed-1/gatt" write below the
// topics of "bed-1".
func DeviceOf(c *x509.Certificate) (vitals.DeviceID, error) {
	names := slices.Clone(c.DNSNames)
	for _, attribute := range c.Subject.Names { // CommonName is only the last of them
		if attribute.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 3}) {
			name, _ := attribute.Value.(string)
			names = append(names, name)
		}
	}
	for _, u := range c.URIs {
		if name, ok := strings.CutPrefix(u.String(), deviceURN); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case len(names) == 0:
		return "", refuse(ErrNoIdentity, nil)
	case len(names) > 1:
		return "", refuse(ErrTwoIdentities, nil)
	case len(names[0]) > maxIdentity || !isLevel(names[0]) || strings.HasPrefix(names[0], "$"):
		return "", refuse(ErrBadIdentity, nil)
	}
	return vitals.DeviceID(names[0]), nil
}

// isLevel tells whether a name can be one level of a topic that means itself
// (MQTT 3.1.1, 4.7).
func isLevel(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsAny(s, "/+#") && !strings.ContainsFunc(s, unicode.IsControl)
}

// ServerTLS is the configuration for a broker inside the program: TLS 1.3 and a
// client certificate from one of the devices' authorities that is for a client
// and names one device. Revoked, if not nil, is asked about every certificate of
// the chain. Whoever does the handshake gets a [*CertificateError].
//
// The broker must then allow a device its own topics only: take the name from
// [DeviceOf] of the connection's first peer certificate.
func ServerTLS(own tls.Certificate, devices *x509.CertPool, revoked func(*x509.Certificate) error) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{own},
		MinVersion:   tls.VersionTLS13,
		ClientAuth:   tls.RequestClientCert, // VerifyConnection, called always, requires and verifies it
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if !slices.Contains(hello.SupportedVersions, tls.VersionTLS13) {
				return nil, refuse(ErrTLSVersion, nil)
			}
			return nil, nil
		},
		VerifyConnection: func(s tls.ConnectionState) error { return verifyDevice(s.PeerCertificates, devices, revoked) },
	}
}

// verifyDevice checks the chain that a device showed.
func verifyDevice(shown []*x509.Certificate, devices *x509.CertPool, revoked func(*x509.Certificate) error) error {
	if len(shown) == 0 {
		return refuse(ErrNoCertificate, nil)
	}
	if devices == nil {
		devices = x509.NewCertPool() // nil would mean the authorities of the web
	}
	intermediates := x509.NewCertPool()
	for _, c := range shown[1:] {
		intermediates.AddCert(c)
	}
	chains, err := shown[0].Verify(x509.VerifyOptions{
		Roots: devices, Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return refuse(faultOf(err), err)
	}
	if err := inspect(chains[0], x509.ExtKeyUsageClientAuth, revoked); err != nil {
		return err
	}
	_, err = DeviceOf(shown[0])
	return err
}

// sender is the device whose certificate a publisher shows; empty if it has none
// or may send for others.
func (c *config) sender() (vitals.DeviceID, error) {
	if c.relay {
		return "", nil
	}
	leaf, err := c.leaf()
	if leaf == nil || err != nil {
		return "", err
	}
	return DeviceOf(leaf)
}

// leaf is the certificate that is shown to brokers, nil if there is none.
func (c *config) leaf() (*x509.Certificate, error) {
	own := c.certificate
	if own == nil && c.tls != nil && len(c.tls.Certificates) > 0 {
		own = &c.tls.Certificates[0]
	}
	switch {
	case own == nil:
		return nil, nil
	case own.Leaf != nil:
		return own.Leaf, nil
	case len(own.Certificate) == 0:
		return nil, refuse(ErrNoCertificate, nil)
	}
	leaf, err := x509.ParseCertificate(own.Certificate[0])
	if err != nil {
		return nil, refuse(ErrCertificate, err)
	}
	return leaf, nil
}

// mayPublish checks that a topic names the sender as its device.
func (c *config) mayPublish(sender vitals.DeviceID, topic string) error {
	if sender == "" {
		return nil
	}
	var f device.Frame
	if err := c.parse(topic, &f); err != nil {
		return err
	}
	if f.Device != sender {
		return ErrIdentity
	}
	return nil
}
