package httpx

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// keyPair makes a self-signed certificate for a name.
func keyPair(tb testing.TB, name string) (cert, key []byte) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
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

// certFiles writes a certificate's files, with a time of their own, as a renewal would.
type certFiles struct {
	tb        testing.TB
	cert, key string
	written   time.Time
}

func newCertFiles(tb testing.TB, name string) *certFiles {
	dir := tb.TempDir()
	f := &certFiles{tb: tb, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), written: time.Now()}
	f.write(keyPair(tb, name))
	return f
}

func (f *certFiles) write(cert, key []byte) {
	f.tb.Helper()
	f.written = f.written.Add(time.Second)
	for path, text := range map[string][]byte{f.cert: cert, f.key: key} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			f.tb.Fatal(err)
		}
		if err := os.Chtimes(path, f.written, f.written); err != nil {
			f.tb.Fatal(err)
		}
	}
}

// served is the name in the certificate that a configuration serves.
func served(tb testing.TB, cfg *tls.Config) string {
	tb.Helper()
	c, err := cfg.GetCertificate(&tls.ClientHelloInfo{ServerName: "h"})
	if err != nil {
		tb.Fatal(err)
	}
	return c.Leaf.Subject.CommonName
}

func TestANewCertificateIsTakenWithoutARestart(t *testing.T) {
	files := newCertFiles(t, "old")
	c, err := LoadCertificate(files.cert, files.key, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := c.Config()
	if got := served(t, cfg); got != "old" {
		t.Fatalf("serves %q", got)
	}
	if renewed, err := c.Reload(); renewed || err != nil {
		t.Errorf("nothing changed: %v, %v", renewed, err)
	}
	files.write(keyPair(t, "new"))
	if renewed, err := c.Reload(); !renewed || err != nil {
		t.Errorf("changed: %v, %v", renewed, err)
	}
	if got := served(t, cfg); got != "new" {
		t.Errorf("serves %q", got)
	}
}

func TestACertificateThatDoesNotFitItsKeyIsNotTaken(t *testing.T) {
	files := newCertFiles(t, "old")
	c, err := LoadCertificate(files.cert, files.key, nil)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := keyPair(t, "new")
	_, key := keyPair(t, "other")
	files.write(cert, key)
	if renewed, err := c.Reload(); renewed || err == nil {
		t.Errorf("taken: %v, %v", renewed, err)
	}
	if got := served(t, c.Config()); got != "old" {
		t.Errorf("serves %q", got)
	}
	_ = os.Remove(files.key)
	if _, err := c.Reload(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing key: %v", err)
	}
	if _, err := LoadCertificate(files.cert, files.key, nil); err == nil {
		t.Error("loaded without a key")
	}
}

func TestTheWatchTakesWhatIsNewAndComplainsOnceAboutWhatIsBroken(t *testing.T) {
	files := newCertFiles(t, "old")
	newCert, newKey := keyPair(t, "new")
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.InfoLevel)
		c, err := LoadCertificate(files.cert, files.key, zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- c.Watch(ctx, 10*time.Second) }()
		pass := func() {
			time.Sleep(30 * time.Second)
			synctest.Wait()
		}
		pass()
		files.write(newCert, []byte("no key"))
		pass()
		files.write(newCert, newKey)
		pass()
		_ = os.Remove(files.cert)
		pass()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		var got []string
		for _, e := range logs.All() {
			got = append(got, e.Message)
		}
		const old = "certificate not read, the old one stays"
		if want := []string{old, "certificate renewed", old}; strings.Join(got, ";") != strings.Join(want, ";") {
			t.Errorf("log: %q", got)
		}
		if name := served(t, c.Config()); name != "new" {
			t.Errorf("serves %q", name)
		}
	})
}

// serveTLS runs a server behind TLS and returns its address and a client's configuration.
func serveTLS(tb testing.TB, cfg Config, h Handler) (addr string, client *tls.Config) {
	tb.Helper()
	files := newCertFiles(tb, "h")
	c, err := LoadCertificate(files.cert, files.key, nil)
	if err != nil {
		tb.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	serveOn(tb, newServer(tb, cfg, h), tls.NewListener(ln, c.Config()), true)
	roots := x509.NewCertPool()
	text, _ := os.ReadFile(files.cert)
	roots.AppendCertsFromPEM(text)
	return ln.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "h"}
}

func TestVisitsByTLSAreSecure(t *testing.T) {
	addr, client := serveTLS(t, Config{HSTS: time.Hour}, who)
	nc, err := tls.Dial("tcp", addr, client)
	if err != nil {
		t.Fatal(err)
	}
	c := wrapClient(t, nc)
	for range 2 {
		resp, body := c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		if body != "127.0.0.1 127.0.0.1 https" || resp.Header.Get("Strict-Transport-Security") != "max-age=3600" {
			t.Errorf("%q, %v", body, resp.Header)
		}
	}
	c.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400)
	c.closed()
}

func TestOldTLSAndOtherProtocolsAreRefused(t *testing.T) {
	addr, client := serveTLS(t, Config{}, ok)
	old := client.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if _, err := tls.Dial("tcp", addr, old); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	h2 := client.Clone()
	h2.NextProtos = []string{"h2", "http/1.1"}
	nc, err := tls.Dial("tcp", addr, h2)
	if err != nil {
		t.Fatal(err)
	}
	if p := nc.ConnectionState().NegotiatedProtocol; p != "http/1.1" {
		t.Errorf("speaks %q", p)
	}
	_ = nc.Close()
	dialTCP := dial(t, addr)
	dialTCP.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") // plain HTTP at the TLS port
	if rest, _ := io.ReadAll(dialTCP.br); bytes.Contains(rest, []byte("200")) {
		t.Errorf("answered %q", rest)
	}
}

func TestAPROXYHeaderComesBeforeTLS(t *testing.T) {
	addr, client := serveTLS(t, Config{ProxyProtocol: true, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, who)
	for _, header := range []string{"PROXY TCP4 198.51.100.7 192.0.2.1 12345 443\r\n", v2(1, 0x11, []byte(v2TCP4))} {
		raw := dial(t, addr)
		raw.send(header)
		c := wrapClient(t, tls.Client(raw.Conn, client))
		if _, body := c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200); body != "198.51.100.7 198.51.100.7 https" {
			t.Errorf("got %q", body)
		}
	}
}

// tlsPipes makes a listener of pipes speak TLS.
type tlsPipes struct {
	*pipeListener
	cfg *tls.Config
}

func (l *tlsPipes) Accept() (net.Conn, error) {
	c, err := l.pipeListener.Accept()
	if err != nil {
		return nil, err
	}
	return tls.Server(c, l.cfg), nil
}

func TestAHandshakeThatDoesNotEndClosesTheConnection(t *testing.T) {
	files := newCertFiles(t, "h")
	cert, err := LoadCertificate(files.cert, files.key, nil)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s, ln := newServer(t, Config{HeadTimeout: 10 * time.Second}, ok), newPipeListener()
		go func() { _ = s.Serve(&tlsPipes{ln, cert.Config()}, true) }()
		c := ln.dial(t).patient()
		begun := time.Now()
		c.send("\x16\x03\x01\x00\xff\x01")
		c.closed()
		within(t, begun, 10*time.Second*3/4, 10*time.Second)
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
	})
}

func TestPlainVisitorsAreSentToHTTPS(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for port, tests := range map[string]map[string]string{
		"443": {
			"GET /a%2fb?c=d HTTP/1.1\r\nHost: H.example:80\r\n\r\n": "https://h.example/a%2fb?c=d",
			"POST // HTTP/1.1\r\nHost: h.example\r\n\r\n":           "https://h.example//",
			"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n":      "https://[2001:db8::1]/",
		},
		"8443": {
			"GET / HTTP/1.1\r\nHost: h.example\r\n\r\n":        "https://h.example:8443/",
			"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n": "https://[2001:db8::1]:8443/",
		},
	} {
		_, addr := serve(t, Config{TrustedProxies: trusted}, RedirectToHTTPS(port, ok))
		for request, want := range tests {
			resp, _ := dial(t, addr).ask(request, http.StatusPermanentRedirect)
			if got := resp.Header.Get("Location"); got != want {
				t.Errorf("%q: %q, want %q", request, got, want)
			}
		}
		dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\n\r\n", 200)
		dial(t, addr).ask("GET / HTTP/1.0\r\n\r\n", 400)
		dial(t, addr).ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400)
	}
}

func TestAUnixSocketIsServedAndItsPeerTrusted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false) // as a killed process leaves it
	_ = left.Close()
	ln, err := ListenUnix(path, 0o620)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o620 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	serveOn(t, newServer(t, Config{}, who), ln, false)
	if _, err := ListenUnix(path, 0o620); err == nil {
		t.Error("a socket in use was taken over")
	}
	nc, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c := wrapClient(t, nc)
	if _, body := c.ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n\r\n", 200); body != "198.51.100.7 invalid IP https" {
		t.Errorf("got %q", body)
	}
}

func TestWhatIsNoSocketIsNotRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ListenUnix(path, 0o600); err == nil {
		t.Error("listens at a file")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("the file: %q, %v", text, err)
	}
}
