package mqtt

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
)

// A CertificateFault is why a certificate was refused. Its values are the
// sentinels to compare with: errors.Is(err, mqtt.ErrExpired). The text of one is
// a stable code.
type CertificateFault string

// The reasons to refuse a certificate (RFC 5280, 6).
const (
	ErrNoCertificate  CertificateFault = "no_certificate"    // the other side showed none
	ErrExpired        CertificateFault = "expired"           // of the leaf or of an authority
	ErrNotYetValid    CertificateFault = "not_yet_valid"     // look at the clocks of both sides
	ErrAuthority      CertificateFault = "unknown_authority" // no chain to a trusted authority; self-signed is one case
	ErrNotAnAuthority CertificateFault = "not_an_authority"  // the issuer may not sign certificates
	ErrPathLength     CertificateFault = "path_too_long"     // more intermediate authorities than one of them allows
	ErrNameConstraint CertificateFault = "name_constraint"   // the authority may not issue for this name
	ErrUsage          CertificateFault = "wrong_usage"       // does not say that it is for a server, or a client (extended key usage)
	ErrNameMismatch   CertificateFault = "name_mismatch"     // valid, but for another host
	ErrWeak           CertificateFault = "weak"              // RSA below 2,048 bits, or a signature with SHA-1
	ErrCertificate    CertificateFault = "invalid"           // anything else; the cause says more
	ErrTLSVersion     CertificateFault = "tls_version"       // the other side knows no TLS 1.3
	ErrRevoked        CertificateFault = "revoked"           // the function given to Revoked says so
	ErrPin            CertificateFault = "key_changed"       // the key is not the pinned one
	ErrPeerRefused    CertificateFault = "refused_by_peer"   // the other side refused ours; its log knows why
	ErrNoIdentity     CertificateFault = "no_identity"       // the certificate names no device
	ErrTwoIdentities  CertificateFault = "two_identities"    // it names more than one
	ErrBadIdentity    CertificateFault = "bad_identity"      // its name cannot be a level of a topic
)

// Error returns the code.
func (f CertificateFault) Error() string { return string(f) }

// A CertificateError reports that a connection failed because of a certificate.
type CertificateError struct {
	Fault CertificateFault
	cause error
}

// Error names the fault only: the cause would name hosts and devices.
func (e *CertificateError) Error() string { return "mqtt: certificate: " + string(e.Fault) }

// Unwrap gives the fault and the cause, for errors.Is and errors.As.
func (e *CertificateError) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Fault}
	}
	return []error{e.Fault, e.cause}
}

func refuse(f CertificateFault, cause error) error { return &CertificateError{f, cause} }

// refusal makes a [*CertificateError] of the many errors that tell of a
// certificate, and returns any other as it is.
func refusal(err error) error {
	var done *CertificateError
	var verification *tls.CertificateVerificationError
	var remote *net.OpError
	switch {
	case err == nil || errors.As(err, &done):
		return err
	case errors.As(err, &verification):
		return refuse(faultOf(verification.Err), err)
	case errors.As(err, &remote) && remote.Op == "remote error":
		// An alert of the other side (RFC 8446, 6.2), of a type that crypto/tls keeps
		// to itself.
		if strings.Contains(remote.Err.Error(), "protocol version") {
			return refuse(ErrTLSVersion, err)
		}
		return refuse(ErrPeerRefused, err)
	case strings.HasPrefix(err.Error(), "tls: ") && strings.Contains(err.Error(), "protocol version"):
		return refuse(ErrTLSVersion, err)
	}
	return err
}

// faultOf tells why crypto/x509 refused a chain.
func faultOf(err error) CertificateFault {
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid):
		return invalidFault(invalid)
	case errors.As(err, new(x509.HostnameError)):
		return ErrNameMismatch
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return authorityFault(err.Error())
	case errors.As(err, new(x509.InsecureAlgorithmError)):
		return ErrWeak
	}
	return ErrCertificate
}

func invalidFault(e x509.CertificateInvalidError) CertificateFault {
	switch e.Reason {
	case x509.Expired:
		if e.Cert != nil && time.Now().Before(e.Cert.NotBefore) {
			return ErrNotYetValid
		}
		return ErrExpired
	case x509.NotAuthorizedToSign:
		return ErrNotAnAuthority
	case x509.TooManyIntermediates:
		return ErrPathLength
	case x509.IncompatibleUsage, x509.CANotAuthorizedForExtKeyUsage:
		return ErrUsage
	case x509.CANotAuthorizedForThisName, x509.NameConstraintsWithoutSANs, x509.UnconstrainedName, x509.TooManyConstraints:
		return ErrNameConstraint
	}
	return ErrCertificate
}

// authorityFault looks for the hint of crypto/x509 why the likeliest authority
// was not good enough; it is in the text alone.
func authorityFault(text string) CertificateFault {
	if strings.Contains(text, x509.ConstraintViolationError{}.Error()) {
		return ErrNotAnAuthority
	}
	for _, reason := range []x509.InvalidReason{x509.Expired, x509.NotAuthorizedToSign, x509.TooManyIntermediates, x509.CANotAuthorizedForThisName} {
		hint := x509.CertificateInvalidError{Reason: reason}
		if strings.Contains(text, hint.Error()) {
			return invalidFault(hint)
		}
	}
	for _, a := range []x509.SignatureAlgorithm{x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.MD5WithRSA} {
		if strings.Contains(text, x509.InsecureAlgorithmError(a).Error()) {
			return ErrWeak
		}
	}
	return ErrAuthority
}

const minRSA = 2048 // bits (NIST SP 800-57 part 1, 5.6)

// inspect checks what crypto/x509 does not, in a chain that it has verified. The
// leaf must say what it is for: to crypto/x509 one that says nothing is good for
// everything, and any device could stand in for the broker.
func inspect(chain []*x509.Certificate, usage x509.ExtKeyUsage, revoked func(*x509.Certificate) error) error {
	if !slices.Contains(chain[0].ExtKeyUsage, usage) {
		return refuse(ErrUsage, nil)
	}
	for _, c := range chain {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < minRSA {
			return refuse(ErrWeak, nil)
		}
		if revoked == nil {
			continue
		}
		if err := revoked(c); err != nil {
			return refuse(ErrRevoked, err)
		}
	}
	return nil
}

// KeyPin is the SHA-256 of a certificate's public key, for [Pin] (as in RFC 7469,
// 2.4). It stays the same when a certificate is renewed with the same key.
func KeyPin(c *x509.Certificate) [sha256.Size]byte { return sha256.Sum256(c.RawSubjectPublicKeyInfo) }

// clientTLS is the configuration for connections to a broker.
func (c *config) clientTLS() *tls.Config {
	t := c.tls
	if t == nil {
		t = new(tls.Config)
	}
	t = t.Clone()
	t.MinVersion = tls.VersionTLS13
	if c.certificate != nil {
		t.Certificates = []tls.Certificate{*c.certificate}
	}
	if c.trust != nil {
		t.RootCAs = c.trust
	}
	verify := t.VerifyConnection
	t.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.VerifiedChains) > 0 {
			if err := inspect(s.VerifiedChains[0], x509.ExtKeyUsageServerAuth, c.revoked); err != nil {
				return err
			}
		}
		if len(c.pins) > 0 && !c.pins[KeyPin(s.PeerCertificates[0])] {
			return refuse(ErrPin, nil)
		}
		if verify != nil {
			return verify(s)
		}
		return nil
	}
	return t
}
