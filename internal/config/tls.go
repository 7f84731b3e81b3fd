package config

import (
	"crypto/tls"
	"fmt"
	"slices"
)

// recommendedSuites are the suites of TLS 1.2 that BSI TR-02102-2 recommends and Go has: forward secrecy and AES in GCM.
var recommendedSuites = []string{
	"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
}

// acceptedSuites adds ChaCha20 with Poly1305 (RFC 7905), which is as good and not in the guideline. Suites with CBC or without
// forward secrecy are not accepted.
var acceptedSuites = append(slices.Clone(recommendedSuites),
	"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")

func (ch *checker) suites(t *TLS) {
	ch.oneOf("tls.min_version", t.MinVersion, "1.2", "1.3")
	for i, name := range t.Suites {
		ch.oneOf(fmt.Sprintf("tls.suites[%d]", i), name, acceptedSuites...)
	}
	if len(t.Suites) == 0 && t.MinVersion == "1.2" {
		ch.bad("tls.suites", "is empty; TLS 1.2 needs at least one, or set tls.min_version to \"1.3\"")
	}
}

// Restrict brings versions and suites into a server's TLS configuration, and gives it back.
func (t *TLS) Restrict(server *tls.Config) *tls.Config {
	server.MinVersion = tls.VersionTLS12
	if t.MinVersion == "1.3" {
		server.MinVersion = tls.VersionTLS13
	}
	server.CipherSuites = make([]uint16, 0, len(t.Suites))
	for _, known := range tls.CipherSuites() {
		if slices.Contains(t.Suites, known.Name) {
			server.CipherSuites = append(server.CipherSuites, known.ID)
		}
	}
	return server
}
