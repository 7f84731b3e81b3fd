package main

import (
	"crypto/x509"
	"testing"
)

func TestAnRSAKeyIsWarnedOf(t *testing.T) {
	for kind, want := range map[x509.PublicKeyAlgorithm]int{x509.RSA: 1, x509.ECDSA: 0, x509.Ed25519: 0} {
		o := &opener{look: true}
		o.slowKey(&x509.Certificate{PublicKeyAlgorithm: kind})
		if len(o.warnings) != want || want > 0 && o.warnings[0].Path != "tls.cert_file" {
			t.Errorf("%s: %v, want %d", kind, o.warnings, want)
		}
	}
}
