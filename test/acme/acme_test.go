// Package acme lets the boundary obtain its certificate from a real certificate authority that runs in the test: orders,
// challenges at our own listeners, issue (RFC 8555, RFC 8737).
package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/tlscert"
)

const domain = "termine.example.org"

// names answers every question for an address with the loopback address.
func names(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: ln, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg)
		a.SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			header := dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}
			a.Answer = append(a.Answer, &dns.A{Hdr: header, A: net.IPv4(127, 0, 0, 1)})
		}
		_ = w.WriteMsg(a) // the authority asks again
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return ln.Addr().String()
}

// authority is a certificate authority that asks at these ports. macKey, if not empty, is asked of new accounts.
type authority struct {
	directory string
	caFile    string         // to trust when talking to it
	roots     *x509.CertPool // of what it issues
}

const keyID, macKey = "town-hall", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"

func newAuthority(t *testing.T, httpPort, tlsPort int, closed bool) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	if err := store.AddExternalAccountKeyByID(keyID, macKey); err != nil {
		t.Fatal(err)
	}
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {}})
	validator := va.New(quiet, httpPort, tlsPort, true, names(t), store)
	front := wfe.New(quiet, store, validator, issuer, []string{"authority.example"}, true, closed, 1, 1)
	server := httptest.NewTLSServer(front.Handler())
	t.Cleanup(server.Close)
	a := &authority{
		directory: server.URL + wfe.DirectoryPath, caFile: filepath.Join(t.TempDir(), "ca.pem"), roots: x509.NewCertPool(),
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(a.caFile, block, 0o600); err != nil {
		t.Fatal(err)
	}
	a.roots.AppendCertsFromPEM(issuer.GetRootCert(0).PEM())
	return a
}

func listener(t *testing.T) (net.Listener, int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr, ok := ln.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(ln.Addr())
	}
	return ln, addr.Port
}

// certified asks the TLS listener until it has a certificate that the roots vouch for.
func certified(t *testing.T, addr string, roots *x509.CertPool) *x509.Certificate {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: domain, RootCAs: roots}}
	for {
		nc, err := dialer.DialContext(ctx, "tcp", addr)
		if err == nil {
			defer func() { _ = nc.Close() }()
			secured, ok := nc.(*tls.Conn)
			if !ok {
				t.Fatalf("%T", nc)
			}
			return secured.ConnectionState().PeerCertificates[0]
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no certificate: %v", err)
		case <-tick.C:
		}
	}
}

func TestACertificateIsObtainedFromAnAuthority(t *testing.T) {
	for name, test := range map[string]struct {
		plain, secure bool // the challenges that can be answered
		closed        bool // the authority wants an account that it knows
	}{
		"by the plain listener":                 {plain: true},
		"by the TLS listener":                   {secure: true},
		"with an account the authority granted": {plain: true, secure: true, closed: true},
	} {
		t.Run(name, func(t *testing.T) {
			plain, plainPort := listener(t)
			secure, securePort := listener(t)
			from := newAuthority(t, plainPort, securePort, test.closed)
			cfg := config.ACME{
				Domains: []string{domain}, Email: "it@town.example.org", AcceptTerms: true, Directory: from.directory,
				CAFile: from.caFile, Storage: t.TempDir(),
			}
			var ports tlscert.Ports
			if test.closed {
				cfg.KeyID, cfg.MACKey = keyID, macKey
			}
			if test.plain {
				ports.HTTP = plainPort
			}
			if test.secure {
				ports.HTTPS = securePort
			}
			obtain(t, cfg, ports, plain, secure, from)
		})
	}
}

func obtain(t *testing.T, cfg config.ACME, ports tlscert.Ports, plain, secure net.Listener, from *authority) {
	t.Helper()
	a, err := tlscert.NewACME(cfg, ports, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Stop()
	handler := func(v *httpx.Visit) { v.Answer(http.StatusOK, "text/plain", []byte("hello")) }
	server, err := httpx.New(httpx.Config{Limits: config.Default().Limits}, httpx.AnswerChallenges(a, httpx.RedirectToHTTPS("443", func(string) bool { return true }, handler)))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 2)
	go func() { served <- server.Serve(plain, false) }()
	go func() { served <- server.Serve(tls.NewListener(secure, a.TLS()), true) }()
	defer func() {
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := <-served; err != nil {
				t.Error(err)
			}
		}
	}()
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	cert := certified(t, secure.Addr().String(), from.roots)
	if err := cert.VerifyHostname(domain); err != nil {
		t.Error(err)
	}
	if kept, _ := filepath.Glob(filepath.Join(cfg.Storage, "certificates", "*", domain, "*.key")); len(kept) != 1 {
		t.Errorf("keys kept for the next start: %v", kept)
	}
}
