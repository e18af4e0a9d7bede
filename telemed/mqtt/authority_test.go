package mqtt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An authority issues certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	// chain is what a holder of its certificates shows besides his own.
	chain [][]byte
}

// change makes a certificate unlike the good one.
type change func(*x509.Certificate)

func newAuthority(t *testing.T, changes ...change) *authority {
	t.Helper()
	template := template(t, "authority")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage, template.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
	for _, change := range changes {
		change(template)
	}
	key := newKey(t)
	cert := sign(t, template, template, key.Public(), key)
	return &authority{cert: cert, key: key}
}

// below is an intermediate authority.
func (a *authority) below(t *testing.T, changes ...change) *authority {
	t.Helper()
	template := template(t, "intermediate")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage, template.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
	for _, change := range changes {
		change(template)
	}
	key := newKey(t)
	cert := sign(t, template, a.cert, key.Public(), a.key)
	return &authority{cert: cert, key: key, chain: append([][]byte{cert.Raw}, a.chain...)}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// server issues a certificate for a broker on this machine.
func (a *authority) server(t *testing.T, changes ...change) tls.Certificate {
	t.Helper()
	return a.issue(t, newKey(t), template(t, ""), append([]change{func(c *x509.Certificate) {
		c.IPAddresses, c.ExtKeyUsage = []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}}, changes...))
}

// device issues a certificate for a device.
func (a *authority) device(t *testing.T, name string, changes ...change) tls.Certificate {
	t.Helper()
	return a.issue(t, newKey(t), template(t, name), changes)
}

func (a *authority) issue(t *testing.T, key crypto.Signer, template *x509.Certificate, changes []change) tls.Certificate {
	t.Helper()
	for _, change := range changes {
		change(template)
	}
	leaf := sign(t, template, a.cert, key.Public(), a.key)
	return tls.Certificate{Certificate: append([][]byte{leaf.Raw}, a.chain...), PrivateKey: key, Leaf: leaf}
}

func template(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}

func newKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, public any, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// write stores a certificate and its key for a broker that reads files.
func write(t *testing.T, dir, name string, c tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	var chain []byte
	for _, der := range c.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	certFile = filepath.Join(dir, name+".crt")
	writeFile(t, certFile, chain)
	if c.PrivateKey == nil {
		return certFile, ""
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	keyFile = filepath.Join(dir, name+".key")
	writeFile(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	return certFile, keyFile
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The ways in which certificates differ.
func expired(c *x509.Certificate)     { c.NotAfter = time.Now().Add(-time.Minute) }
func notYet(c *x509.Certificate)      { c.NotBefore = time.Now().Add(time.Minute) }
func noAuthority(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature }
func noFurther(c *x509.Certificate)   { c.MaxPathLen, c.MaxPathLenZero = 0, true }
func sha1(c *x509.Certificate)        { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }
func noUsage(c *x509.Certificate)     { c.ExtKeyUsage = nil }

func usage(u x509.ExtKeyUsage) change {
	return func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{u} }
}

func dns(names ...string) change {
	return func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = names, nil }
}

func only(names ...string) change {
	return func(c *x509.Certificate) { c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = names, true }
}

func uri(t *testing.T, s string) change {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *x509.Certificate) { c.URIs = append(c.URIs, u) }
}
