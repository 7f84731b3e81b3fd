package httpx

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/tlscert"
	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// serveTLS runs a server behind TLS and returns its address and a client's configuration.
func serveTLS(tb testing.TB, cfg Config, h Handler) (addr string, client *tls.Config) {
	tb.Helper()
	files := certtest.NewFiles(tb, "h")
	c, err := tlscert.LoadFiles(files.Cert, files.Key, nil)
	if err != nil {
		tb.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	serveOn(tb, newServer(tb, cfg, h), tls.NewListener(ln, c.TLS()), true)
	roots := x509.NewCertPool()
	text, _ := os.ReadFile(files.Cert)
	roots.AppendCertsFromPEM(text)
	return ln.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "h"}
}

func TestVisitsByTLSAreSecure(t *testing.T) {
	addr, client := serveTLS(t, given(func(c *Config) { c.HSTS = time.Hour }), who)
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
	addr, client := serveTLS(t, given(), ok)
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
	addr, client := serveTLS(t, given(func(c *Config) {
		c.ProxyProtocol = true
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	}), who)
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
	files := certtest.NewFiles(t, "h")
	cert, err := tlscert.LoadFiles(files.Cert, files.Key, nil)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s, ln := newServer(t, given(func(c *Config) { c.Limits.HeadTimeout = 10 * time.Second }), ok), newPipeListener()
		go func() { _ = s.Serve(&tlsPipes{ln, cert.TLS()}, true) }()
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
		_, addr := serve(t, given(func(c *Config) { c.TrustedProxies = trusted }), RedirectToHTTPS(port, func(host string) bool { return host != "elsewhere.example" }, ok))
		for request, want := range tests {
			resp, _ := dial(t, addr).ask(request, http.StatusPermanentRedirect)
			if got := resp.Header.Get("Location"); got != want {
				t.Errorf("%q: %q, want %q", request, got, want)
			}
		}
		dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\n\r\n", 200)
		dial(t, addr).ask("GET / HTTP/1.0\r\n\r\n", 400)
		dial(t, addr).ask("GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", 200)
		dial(t, addr).ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400)
	}
}

// A redirect that repeats a long URL in its head is refused by proxies that read 4 KiB of a head.
func TestALongURLIsLedToByAPage(t *testing.T) {
	_, addr := serve(t, given(), RedirectToHTTPS("443", func(string) bool { return true }, ok))
	long := "/a?q=\"'<b>&\xfc=" + strings.Repeat("x", LongestURL)
	resp, body := dial(t, addr).ask("GET "+long+" HTTP/1.1\r\nHost: h.example\r\n\r\n", 200)
	want := "https://h.example/a?q=&#34;&#39;&lt;b&gt;&amp;%FC=" + strings.Repeat("x", LongestURL)
	if resp.Header.Get("Location") != "" || !strings.Contains(body, `content="0;url=`+want+`"`) || !strings.Contains(body, `href="`+want+`"`) {
		t.Errorf("%v\n%s", resp.Header, body)
	}
	dial(t, addr).ask("POST "+long+" HTTP/1.1\r\nHost: h.example\r\nContent-Length: 0\r\n\r\n", 414)
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
	serveOn(t, newServer(t, given(), who), ln, false)
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
