package tlscert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3/acme"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
)

// Ports are those of our own listeners, which answer the authority's challenges; 0: there is none. The authority asks at
// ports 80 and 443, whatever forwards them here.
type Ports struct{ HTTP, HTTPS int }

// check joins everything without which no certificate can be obtained, naming the configuration keys. config.Load says
// more, and earlier.
func check(cfg *config.ACME, ports Ports) error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, &config.Problem{Path: "tls.acme." + key, Text: fmt.Sprintf(format, args...)})
	}
	if len(cfg.Domains) == 0 {
		bad("domains", "is empty")
	}
	for _, d := range cfg.Domains {
		if strings.ContainsAny(d, "*/: ") || !strings.Contains(d, ".") {
			bad("domains", "%q: want full names without wildcards, which need a DNS challenge", d)
		}
	}
	if !cfg.AcceptTerms {
		bad("accept_terms", "set it to true when you have read and accept the authority's terms of service")
	}
	if u, err := url.Parse(cfg.Directory); err != nil || u.Scheme != "https" || u.Host == "" {
		bad("directory", "%q is not an https:// URL", cfg.Directory)
	}
	if (cfg.KeyID == "") != (cfg.MACKey == "") {
		bad("key_id", "give both key_id and mac_key, or neither")
	}
	if cfg.Storage == "" {
		bad("storage", "is empty; want a directory")
	}
	if ports.HTTP <= 0 && ports.HTTPS <= 0 {
		bad("domains", "there is neither a plain nor a TLS listener to answer the authority's challenges")
	}
	return errors.Join(errs...)
}

// ACME obtains certificates and renews them, through certmagic. Safe for concurrent use.
type ACME struct {
	domains []string
	magic   *certmagic.Config
	cache   *certmagic.Cache
	issuer  *certmagic.ACMEIssuer
}

// NewACME makes one that does nothing yet. It owns a goroutine from now on: call Stop. log may be nil.
func NewACME(cfg config.ACME, ports Ports, log *zap.Logger) (*ACME, error) {
	if err := check(&cfg, ports); err != nil {
		return nil, err
	}
	if log == nil {
		log = zap.NewNop()
	}
	template := certmagic.ACMEIssuer{
		CA: cfg.Directory, Email: cfg.Email, Agreed: cfg.AcceptTerms, Logger: log,
		// certmagic opens listeners of its own at these ports unless they are in use, which they are: by our own.
		AltHTTPPort: ports.HTTP, DisableHTTPChallenge: ports.HTTP <= 0,
		AltTLSALPNPort: ports.HTTPS, DisableTLSALPNChallenge: ports.HTTPS <= 0,
	}
	if cfg.KeyID != "" {
		template.ExternalAccount = &acme.EAB{KeyID: cfg.KeyID, MACKey: cfg.MACKey.Reveal()}
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, &config.Problem{Path: "tls.acme.ca_file", Text: err.Error()}
		}
		template.TrustedRoots = x509.NewCertPool()
		if !template.TrustedRoots.AppendCertsFromPEM(pem) {
			return nil, &config.Problem{Path: "tls.acme.ca_file", Text: cfg.CAFile + " holds no certificate"}
		}
	}
	a := &ACME{domains: cfg.Domains}
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           log,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{Storage: &certmagic.FileStorage{Path: cfg.Storage}, Logger: log})
	a.issuer = certmagic.NewACMEIssuer(a.magic, template)
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

// TLS is a server's configuration with these certificates; it answers the TLS-ALPN challenge (RFC 8737).
func (a *ACME) TLS() *tls.Config {
	magic, cfg := a.magic.TLSConfig(), tlsConfig()
	steady := &steady{from: magic.GetCertificate, names: a.domains, now: time.Now, last: map[string]*tls.Certificate{}}
	cfg.GetCertificate = steady.get
	cfg.NextProtos = append(cfg.NextProtos, magic.NextProtos...)
	return cfg
}

// Start obtains what is missing and keeps it fresh, in the background and until ctx ends: the gateway serves
// meanwhile, and handshakes fail until there is a certificate. It answers errors that are found at once.
func (a *ACME) Start(ctx context.Context) error { return a.magic.ManageAsync(ctx, a.domains) }

// Stop ends what NewACME began.
func (a *ACME) Stop() { a.cache.Stop() }

// Challenge answers the authority's request for path (RFC 8555 §8.3). ok is false for a challenge that is not under way.
// Safe for concurrent use.
func (a *ACME) Challenge(host, path string) (status int, body []byte, ok bool) {
	r := &http.Request{
		Method: http.MethodGet, URL: &url.URL{Path: path}, Host: host, RequestURI: path,
		Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	w := challengeAnswer{status: http.StatusOK, header: http.Header{}}
	if !a.issuer.HandleHTTPChallenge(&w, r) {
		return 0, nil, false
	}
	return w.status, w.body.Bytes(), true
}

// challengeAnswer takes what certmagic, which speaks net/http, would send.
type challengeAnswer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (w *challengeAnswer) Header() http.Header         { return w.header }
func (w *challengeAnswer) WriteHeader(status int)      { w.status = status }
func (w *challengeAnswer) Write(p []byte) (int, error) { return w.body.Write(p) }
