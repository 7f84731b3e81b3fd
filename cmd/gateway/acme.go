package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// acme obtains and renews certificates (RFC 8555). Challenges are answered on our own listeners: TLS-ALPN on HTTPS,
// HTTP on the plain one.
type acme struct {
	magic   *certmagic.Config
	issuer  *certmagic.ACMEIssuer
	domains []string
}

func newACME(cfg *config.ACME, log *zap.Logger) (*acme, error) {
	a := &acme{domains: cfg.Domains}
	var cache *certmagic.Cache
	cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           log,
	})
	a.magic = certmagic.New(cache, certmagic.Config{Storage: &certmagic.FileStorage{Path: cfg.Storage}, Logger: log})
	template := certmagic.ACMEIssuer{CA: cfg.Directory, Email: cfg.Email, Agreed: cfg.AcceptTerms, Logger: log}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("acme.ca_file: %w", err)
		}
		template.TrustedRoots = x509.NewCertPool()
		if !template.TrustedRoots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("acme.ca_file: %s holds no certificate", cfg.CAFile)
		}
	}
	a.issuer = certmagic.NewACMEIssuer(a.magic, template)
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

func (a *acme) config() *tls.Config {
	c := a.magic.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	c.NextProtos = append([]string{"http/1.1"}, c.NextProtos...)
	return c
}

// start obtains what is missing and keeps it fresh, in the background: the gateway serves meanwhile.
func (a *acme) start(ctx context.Context) error { return a.magic.ManageAsync(ctx, a.domains) }

const challengePath = "/.well-known/acme-challenge/"

// challenge answers an HTTP challenge (RFC 8555 §8.3) if the visit is one.
func (a *acme) challenge(v *httpx.Visit) bool {
	if v.Method() != http.MethodGet || !strings.HasPrefix(string(v.Path()), challengePath) {
		return false
	}
	r := httptest.NewRequest(http.MethodGet, "http://"+v.Host()+string(v.Path()), nil)
	w := httptest.NewRecorder()
	if !a.issuer.HandleHTTPChallenge(w, r) {
		return false
	}
	v.Answer(w.Code, "text/plain", w.Body.Bytes())
	return true
}
