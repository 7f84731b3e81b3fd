package config

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/tlscert/certtest"
)

func TestEverySuiteThatIsAcceptedIsKnownAndSafe(t *testing.T) {
	all := TLS{MinVersion: "1.2", Suites: acceptedSuites}
	var server tls.Config
	all.Restrict(&server)
	if len(server.CipherSuites) != len(acceptedSuites) || server.MinVersion != tls.VersionTLS12 {
		t.Errorf("of %d names %d are known", len(acceptedSuites), len(server.CipherSuites))
	}
	for _, id := range server.CipherSuites {
		if name := tls.CipherSuiteName(id); strings.Contains(name, "CBC") || !strings.Contains(name, "ECDHE") {
			t.Errorf("%s is accepted", name)
		}
	}
	three := TLS{MinVersion: "1.3"}
	if three.Restrict(&server); server.MinVersion != tls.VersionTLS13 {
		t.Errorf("version %x", server.MinVersion)
	}
}

// A client of ten years ago, that offers one suite or one version.
func TestWhatTheGuidelineDoesNotRecommendIsNotSpoken(t *testing.T) {
	pair, err := tls.X509KeyPair(certtest.KeyPair(t, "h.example"))
	if err != nil {
		t.Fatal(err)
	}
	server := &tls.Config{Certificates: []tls.Certificate{pair}}
	byDefault := Default().TLS
	byDefault.Restrict(server)
	for name, c := range map[string]struct {
		client *tls.Config
		spoken bool
	}{
		"GCM":     {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}, true},
		"CBC":     {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, false},
		"TLS 1.1": {&tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11}, false},
		"TLS 1.3": {&tls.Config{MinVersion: tls.VersionTLS13}, true},
	} {
		near, far := net.Pipe()
		failed := make(chan error, 1)
		go func() { failed <- tls.Server(near, server).HandshakeContext(t.Context()) }()
		c.client.InsecureSkipVerify = true
		err := tls.Client(far, c.client).HandshakeContext(t.Context())
		_ = far.Close()
		if serverErr := <-failed; (err == nil) != c.spoken || (serverErr == nil) != c.spoken {
			t.Errorf("%s: %v, %v", name, err, serverErr)
		}
	}
}
