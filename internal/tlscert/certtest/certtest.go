// Package certtest makes certificates for tests: a key pair, and files of one that are renewed as an operator renews them.
package certtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// KeyPair makes a self-signed certificate for a name, and others besides, that is valid for an hour, and its key, both PEM.
func KeyPair(tb testing.TB, name string, others ...string) (cert, key []byte) {
	tb.Helper()
	return KeyPairFrom(tb, name, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), others...)
}

// KeyPairFrom is KeyPair with another time.
func KeyPairFrom(tb testing.TB, name string, from, until time.Time, others ...string) (cert, key []byte) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: append([]string{name}, others...),
		NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

// Files are a certificate and its key in files.
type Files struct {
	Cert, Key string // paths
	tb        testing.TB
	written   time.Time
}

// NewFiles writes a key pair for a name to a directory of the test.
func NewFiles(tb testing.TB, name string) *Files {
	tb.Helper()
	dir := tb.TempDir()
	f := &Files{tb: tb, Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"), written: time.Now()}
	f.Write(KeyPair(tb, name))
	return f
}

// Write replaces both files. Each write has a time of modification of its own, as a renewal has.
func (f *Files) Write(cert, key []byte) {
	f.tb.Helper()
	f.written = f.written.Add(time.Second)
	for path, text := range map[string][]byte{f.Cert: cert, f.Key: key} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			f.tb.Fatal(err)
		}
		if err := os.Chtimes(path, f.written, f.written); err != nil {
			f.tb.Fatal(err)
		}
	}
}
