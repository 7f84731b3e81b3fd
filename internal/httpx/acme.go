package httpx

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

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3/acme"
	"go.uber.org/zap"
)

// ACMEConfig is how certificates are obtained (RFC 8555).
type ACMEConfig struct {
	// Domains are full names, without wildcards: those need a DNS challenge, which there is none here.
	Domains []string
	// Email is where the authority sends warnings; may be empty.
	Email string
	// AcceptTerms says that the operator accepts the authority's terms of service. Required.
	AcceptTerms bool
	// Directory is the authority's directory, an https:// URL.
	Directory string
	// CAFile holds the certificates (PEM) to trust when talking to Directory. Empty: the system's.
	CAFile string
	// KeyID and MACKey (base64url) bind the account to one that exists at the authority already, as authorities ask
	// for that are not open to everybody (RFC 8555 §7.3.4). Both or neither.
	KeyID, MACKey string
	// Storage is the directory for the account and the certificates. Gateways that share a name share it.
	Storage string
	// HTTPPort and HTTPSPort are those of our own listeners, which answer the authority's challenges; 0: there is
	// none. The authority asks at ports 80 and 443, whatever forwards them here.
	HTTPPort, HTTPSPort int
}

// Validate joins everything that is wrong, naming the configuration keys.
func (c *ACMEConfig) Validate() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("tls.acme.%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if len(c.Domains) == 0 {
		bad("domains", "is empty")
	}
	for _, d := range c.Domains {
		if !validName([]byte(d)) || !strings.Contains(d, ".") {
			bad("domains", "%q: want full names without wildcards", d)
		}
	}
	if !c.AcceptTerms {
		bad("accept_terms", "set it to true when you have read and accept the authority's terms of service")
	}
	if u, err := url.Parse(c.Directory); err != nil || u.Scheme != "https" || u.Host == "" {
		bad("directory", "%q is not an https:// URL", c.Directory)
	}
	if (c.KeyID == "") != (c.MACKey == "") {
		bad("key_id", "give both key_id and mac_key, or neither")
	}
	if c.Storage == "" {
		bad("storage", "is empty; want a directory")
	}
	if c.HTTPPort <= 0 && c.HTTPSPort <= 0 {
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
func NewACME(cfg ACMEConfig, log *zap.Logger) (*ACME, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if log == nil {
		log = zap.NewNop()
	}
	template := certmagic.ACMEIssuer{
		CA: cfg.Directory, Email: cfg.Email, Agreed: cfg.AcceptTerms, Logger: log,
		// certmagic opens listeners of its own at these ports unless somebody has them: we do.
		AltHTTPPort: cfg.HTTPPort, DisableHTTPChallenge: cfg.HTTPPort <= 0,
		AltTLSALPNPort: cfg.HTTPSPort, DisableTLSALPNChallenge: cfg.HTTPSPort <= 0,
	}
	if cfg.KeyID != "" {
		template.ExternalAccount = &acme.EAB{KeyID: cfg.KeyID, MACKey: cfg.MACKey}
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.acme.ca_file: %w", err)
		}
		template.TrustedRoots = x509.NewCertPool()
		if !template.TrustedRoots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.acme.ca_file: %s holds no certificate", cfg.CAFile)
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

// Config is a server's TLS configuration with these certificates; it answers the TLS-ALPN challenge (RFC 8737).
func (a *ACME) Config() *tls.Config {
	magic, cfg := a.magic.TLSConfig(), tlsConfig()
	cfg.GetCertificate = magic.GetCertificate
	cfg.NextProtos = append(cfg.NextProtos, magic.NextProtos...)
	return cfg
}

// Start obtains what is missing and keeps it fresh, in the background and until ctx ends: the gateway serves
// meanwhile, and handshakes fail until there is a certificate. It answers errors that are found at once.
func (a *ACME) Start(ctx context.Context) error { return a.magic.ManageAsync(ctx, a.domains) }

// Stop ends what NewACME began.
func (a *ACME) Stop() { a.cache.Stop() }

const challengePath = "/.well-known/acme-challenge/"

// Challenge sends visits for HTTP challenges (RFC 8555 §8.3) that are under way to the authority's satisfaction, and
// others on to next. Put it before RedirectToHTTPS.
func (a *ACME) Challenge(next Handler) Handler {
	return func(v *Visit) {
		if v.Method() != http.MethodGet || !bytes.HasPrefix(v.Path(), []byte(challengePath)) || !a.answer(v) {
			next(v)
		}
	}
}

func (a *ACME) answer(v *Visit) bool {
	r := &http.Request{
		Method: http.MethodGet, URL: &url.URL{Path: string(v.Path())}, Host: v.Host(), RequestURI: string(v.Path()),
		Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	w := challengeAnswer{status: http.StatusOK, header: http.Header{}}
	if !a.issuer.HandleHTTPChallenge(&w, r) {
		return false
	}
	v.Answer(w.status, "text/plain", w.body.Bytes())
	return true
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
