package proxy

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/config"
)

// authority is a private certificate authority on disk.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()
	a := &authority{dir: tb.TempDir()}
	a.cert, a.key = a.sign(tb, "ca", nil)
	return a
}

// sign issues NAME.pem and NAME.key; the first one signs itself.
func (a *authority) sign(tb testing.TB, name string, hosts []string) (*x509.Certificate, *ecdsa.PrivateKey) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: hosts,
		IsCA: a.cert == nil, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	a.write(tb, name+".pem", "CERTIFICATE", der)
	a.write(tb, name+".key", "PRIVATE KEY", keyDER)
	return cert, key
}

func (a *authority) write(tb testing.TB, name, kind string, der []byte) {
	tb.Helper()
	if err := os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// serveTLS runs an HTTPS origin that says which name it was asked for and who asked.
func (a *authority) serveTLS(tb testing.TB, cert string) string {
	tb.Helper()
	pair, err := tls.LoadX509KeyPair(a.file(cert+".pem"), a.file(cert+".key"))
	if err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := "nobody"
		if len(r.TLS.PeerCertificates) > 0 {
			who = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, r.TLS.ServerName+" "+who)
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: roots}
	s.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	s.StartTLS()
	tb.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	return "https://localhost:" + port
}

func TestAnOriginBehindTLSIsVerified(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	ca.sign(t, "site", []string{"site.internal", "localhost"})
	ca.sign(t, "elsewhere", []string{"elsewhere.internal"})
	ca.sign(t, "gateway", nil)
	site, elsewhere := ca.serveTLS(t, "site"), ca.serveTLS(t, "elsewhere")
	for _, c := range []struct {
		name, address string
		tls           config.BackendTLS
		body          string // empty: refused
	}{
		{"its own authority", site, config.BackendTLS{CAFile: ca.file("ca.pem")}, "localhost nobody"},
		{"by another name", site, config.BackendTLS{CAFile: ca.file("ca.pem"), ServerName: "site.internal"}, "site.internal nobody"},
		{
			"with a client certificate", site,
			config.BackendTLS{CAFile: ca.file("ca.pem"), CertFile: ca.file("gateway.pem"), KeyFile: ca.file("gateway.key")},
			"localhost gateway",
		},
		{"an unknown authority", site, config.BackendTLS{}, ""},
		{"another authority", site, config.BackendTLS{CAFile: other.file("ca.pem")}, ""},
		{"another name", elsewhere, config.BackendTLS{CAFile: ca.file("ca.pem")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, addr := startProxy(t, with(siteAt(c.address), func(b *config.Backend) { b.TLS = c.tls }))
			conn := dialTest(t, addr)
			r := bufio.NewReader(conn)
			if c.body == "" {
				send(t, conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
				want(t, r, "HTTP/1.1 502 ")
				return
			}
			exchangeOn(t, conn, r, "GET", "\r\n", 200, c.body)
			exchangeOn(t, conn, r, "POST", "Content-Length: 300000\r\n\r\n"+strings.Repeat("x", 300000), 200, c.body)
			exchangeOn(t, conn, r, "GET", "\r\n", 200, c.body)
		})
	}
}

func TestTLSFilesAreReadAtTheBeginning(t *testing.T) {
	ca := newAuthority(t)
	for name, c := range map[string]config.BackendTLS{
		"tls.ca_file":    {CAFile: ca.file("none.pem")},
		"no certificate": {CAFile: ca.file("ca.key")},
		"tls.cert_file":  {CertFile: ca.file("ca.key"), KeyFile: ca.file("ca.key")},
	} {
		if _, err := New(with(siteAt("https://h"), func(b *config.Backend) { b.TLS = c }), Deps{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnOriginAtAUnixSocketIsReached(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.sock")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host)
	})}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	defer func() {
		_ = s.Close()
		<-done
	}()
	_, addr := startProxy(t, siteAt("unix:"+path))
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	exchangeOn(t, c, r, "GET", "\r\n", 200, "h")
	exchangeOn(t, c, r, "GET", "\r\n", 200, "h")
}

func TestARequestGoesToTheNextAddressWhenOneCannotBeReached(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + ln.Addr().String()
	_ = ln.Close()
	origin := newScriptedBackend(t, answering(okAnswer), answering(okAnswer), answering(okAnswer), answering(okAnswer))
	b, addr := startProxy(t, with(siteAt(dead, "http://"+origin.addr), func(b *config.Backend) {
		b.Health.Failures = 2
		b.Health.Backoff = time.Minute
		b.Health.MaxBackoff = time.Minute
	}))
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	for range 4 {
		exchangeOn(t, c, r, "POST", "Content-Length: 1\r\n\r\nx", 200, "ok")
	}
	if s := b.Status().Addresses[0]; s.Up || s.Failed != 2 || s.OutUntil.IsZero() {
		t.Errorf("the dead address is seen as %+v", s)
	}
	if s := b.Status().Addresses[1]; !s.Up || s.Requests != 4 || s.Failures != 0 {
		t.Errorf("the other one as %+v", s)
	}
}

func TestAnAddressThatCannotBeReachedIsNotAskedUntilItsTrial(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	_ = ln.Close()
	core, logs := observer.New(zap.InfoLevel)
	other := serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			if _, err := readRawHead(r); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother")
		}
	})
	b, err := New(with(siteAt("http://"+address, "http://"+other), func(b *config.Backend) {
		b.Health.Failures = 1
		b.Health.Backoff = time.Hour
		b.Health.MaxBackoff = time.Hour
		b.Health.Interval = time.Millisecond
	}), Deps{Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	f := &forwarder{backend: b}
	addr := serveVisits(t, f.handle)
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	for range 4 {
		exchangeOn(t, c, r, "GET", "\r\n", 200, "other")
	}
	if n := logs.FilterMessage("backend address cannot be connected to").Len(); n != 1 {
		t.Errorf("it was logged %d times", n)
	}
	if a := b.Status().Addresses[0]; a.Up || a.Open || a.Reached || a.Detail() != "cannot be connected to, 1 times in a row" {
		t.Errorf("%+v: %s", a, a.Detail())
	}
	// It comes back, but its hour is not over: nobody goes there.
	origin := serveRawAt(t, address, okAnswer)
	for range 4 {
		exchangeOn(t, c, r, "GET", "\r\n", 200, "other")
	}
	if origin.Load() != 0 {
		t.Error("it was asked all the same")
	}
	// Somebody who looks after it finds it out.
	maintained := make(chan struct{}, 1)
	b.onCheck = func() {
		select {
		case maintained <- struct{}{}:
		default:
		}
	}
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	for !b.Status().Addresses[0].Reached {
		<-maintained
	}
	if a := b.Status().Addresses[0]; !a.Up || !a.Open || !a.Reached || a.Share > 0.2 || a.Detail() != "" {
		t.Errorf("it does not begin slowly: %+v", a)
	}
	if n := logs.FilterMessage("backend address can be connected to again").Len(); n != 1 {
		t.Errorf("its return was logged %d times", n)
	}
	ctx, cancel := testTimeout()
	defer cancel()
	if err := b.Stop(ctx); err != nil {
		t.Error(err)
	}
	if err := b.Start(); err == nil {
		t.Error("it starts again after Stop")
	}
}

// serveRawAt answers every request at address and counts them.
func serveRawAt(tb testing.TB, address, answer string) *atomic.Int32 {
	tb.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	var n atomic.Int32
	serveOn(tb, ln, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			if _, err := readRawHead(r); err != nil {
				return
			}
			n.Add(1)
			_, _ = io.WriteString(c, answer)
		}
	})
	return &n
}

func TestTheActiveCheckSeesAnAddressFallAndRise(t *testing.T) {
	var healthy atomic.Bool
	var asked bytes.Buffer
	checks := make(chan bool, 1000)
	healthy.Store(true)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/gesund" {
			return
		}
		if asked.Len() == 0 {
			_ = r.Write(&asked)
		}
		ok := healthy.Load()
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		select {
		case checks <- ok:
		default: // nobody reads any more
		}
	}))
	defer s.Close()
	b, addr := startProxy(t, with(siteAt(s.URL), func(b *config.Backend) {
		b.Health.Path = "/gesund?kurz"
		b.Health.Host = "site.example"
		b.Health.Interval = time.Millisecond
		b.Health.Unhealthy = 3
		b.Health.Healthy = 2
		b.Health.Status = "200"
	}))
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	await := func(ok bool, n int) {
		for range n {
			for <-checks != ok {
			}
		}
	}
	await(true, 2)
	if got := asked.String(); !strings.HasPrefix(got, "GET /gesund?kurz HTTP/1.1\r\nHost: site.example\r\nUser-Agent: einlass-health\r\n") {
		t.Errorf("it was asked %q", got)
	}
	c := dialTest(t, addr)
	exchangeOn(t, c, bufio.NewReader(c), "GET", "\r\n", 200, "")
	healthy.Store(false)
	await(false, 4) // the fourth is asked after the third was judged
	c = dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, c, "HTTP/1.1 502 ")
	if a := b.Status().Addresses[0]; a.Up || a.Checked {
		t.Errorf("%+v", a)
	}
	healthy.Store(true)
	await(true, 3)
	c = dialTest(t, addr)
	exchangeOn(t, c, bufio.NewReader(c), "GET", "\r\n", 200, "")
}

// serveWhenTold is an origin that names each request that has come ("GET /a"), and answers one for each that is told to proceed.
func serveWhenTold(t *testing.T) (origin string, asked <-chan string, proceed chan<- struct{}) {
	t.Helper()
	come, told := make(chan string, 20), make(chan struct{})
	return serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			line, _, _ := strings.Cut(string(head), " HTTP")
			come <- line
			<-told
			_, _ = io.WriteString(c, okAnswer)
		}
	}), come, told
}

func TestMoreRequestsThanAllowedWaitAndUrgentOnesGoFirst(t *testing.T) {
	origin, order, proceed := serveWhenTold(t)
	b, addr := startProxy(t, with(siteAt("http://"+origin), func(b *config.Backend) {
		b.MaxInFlight = 1
		b.Queue.Length = 3
		b.Queue.Wait = time.Minute
	}), func(f *forwarder) {
		f.options = insideByHeader
	})
	queued := make(chan struct{}, 4)
	b.limiter.queued = func() { queued <- struct{}{} }
	var conns []net.Conn
	for i, request := range []string{
		"GET /1 HTTP/1.1\r\nHost: h\r\nInside: 1\r\n\r\n",
		"GET /2 HTTP/1.1\r\nHost: h\r\nInside: 1\r\n\r\n",
		"POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
		"POST /4 HTTP/1.1\r\nHost: h\r\nInside: 1\r\nContent-Length: 0\r\n\r\n",
	} {
		c := dialTest(t, addr)
		send(t, c, request)
		conns = append(conns, c)
		if i == 0 {
			if got := <-order; got != "GET /1" {
				t.Fatal(got)
			}
			continue
		}
		<-queued
	}
	late := dialTest(t, addr)
	send(t, late, "GET /5 HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, late, "HTTP/1.1 503 ")
	for _, next := range []string{"POST /4", "GET /2", "POST /3"} {
		proceed <- struct{}{}
		if got := <-order; got != next {
			t.Errorf("%s came, want %s", got, next)
		}
	}
	proceed <- struct{}{}
	for _, c := range conns {
		wantNow(t, c, strings.Replace(okAnswer, "\r\n", "\r\nDate: {now}\r\n", 1))
	}
}
