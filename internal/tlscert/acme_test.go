package tlscert

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

func TestEverythingThatKeepsACMEFromWorkingIsNamedAtOnce(t *testing.T) {
	_, err := NewACME(config.ACME{Domains: []string{"*.example.org", "localhost"}, Directory: "http://ca.example.org", KeyID: "town"}, Ports{}, nil)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`tls.acme.domains: "*.example.org"`, `tls.acme.domains: "localhost"`, "tls.acme.accept_terms", "tls.acme.directory", "tls.acme.key_id",
		"tls.acme.storage", "tls.acme.domains: there is neither",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
	if _, err := NewACME(config.ACME{}, Ports{HTTP: 80}, nil); err == nil || !strings.Contains(err.Error(), "tls.acme.domains: is empty") {
		t.Errorf("without a domain: %v", err)
	}
}

func TestACAFileWithoutACertificateIsRefused(t *testing.T) {
	cfg := config.ACME{
		Domains: []string{"a.example.org"}, AcceptTerms: true, Directory: "https://ca.example.org", Storage: t.TempDir(), CAFile: "acme_test.go",
	}
	if _, err := NewACME(cfg, Ports{HTTP: 80}, nil); err == nil || !strings.Contains(err.Error(), "tls.acme.ca_file: acme_test.go holds no certificate") {
		t.Errorf("got %v", err)
	}
}
