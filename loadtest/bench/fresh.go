package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// A crowd of connections that is opened at once, each of which asks one thing and stays.
const (
	freshConns   = 8_000
	freshOpeners = 64
)

// freshMemory measures what each connection of a crowd takes of the gateway's memory.
func (b *bench) freshMemory() error {
	cert, err := b.certificate()
	if err != nil {
		return err
	}
	fmt.Printf("| %d connections opened at once, a poll each | seconds | KB each at most, median of %d rounds | quartiles | at rest |\n|---|---|---|---|---|\n", freshConns, b.rounds)
	for _, secure := range []bool{false, true} {
		for _, bin := range b.both() {
			var peak, rest, took []float64
			for range b.rounds {
				p, r, s, err := b.freshRound(bin, cert, secure)
				if err != nil {
					return err
				}
				peak, rest, took = append(peak, p), append(rest, r), append(took, s)
			}
			name := map[bool]string{false: "plain", true: "TLS, ECDSA"}[secure]
			fmt.Printf("| %s, %s | %.1f | %.1f | %.1f to %.1f | %.1f |\n", filepath.Base(bin), name, median(took),
				median(peak), quantile(peak, 0.25), quantile(peak, 0.75), median(rest))
		}
	}
	fmt.Println()
	return nil
}

func (b *bench) freshRound(bin string, cert *certificate, secure bool) (peak, rest, seconds float64, err error) {
	if !secure {
		cert = nil
	}
	g, addr, request, err := b.pollGateway(bin, cert)
	if err != nil {
		return 0, 0, 0, err
	}
	defer g.Stop()
	dial := func() (net.Conn, error) { return net.Dial("tcp", addr) }
	if secure {
		dial = dialer(addr, cert.client(tls.X25519MLKEM768, tls.X25519))
	}
	if c, err := pollOnce(dial, request); err != nil { // what the first one brings is not the connections'
		return 0, 0, 0, err
	} else if err := c.Close(); err != nil {
		return 0, 0, 0, err
	}
	before := g.rss()
	began := time.Now()
	conns, err := openAtOnce(freshConns, dial, request)
	seconds = time.Since(began).Seconds()
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	if err != nil {
		return 0, 0, 0, err
	}
	most := g.rss()
	for range 15 {
		time.Sleep(200 * time.Millisecond)
		most = max(most, g.rss())
	}
	each := func(bytes int64) float64 { return float64(bytes-before) / freshConns / 1000 }
	return each(most), each(g.rss()), seconds, nil
}

// openAtOnce opens connections as fast as it can, and answers them when each has had its answer.
func openAtOnce(n int, dial func() (net.Conn, error), request string) ([]net.Conn, error) {
	conns := make([]net.Conn, n)
	var next atomic.Int64
	var first error
	var once sync.Once
	var wg sync.WaitGroup
	for range freshOpeners {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				c, err := pollOnce(dial, request)
				if err != nil {
					once.Do(func() { first = err })
					return
				}
				conns[i] = c
			}
		})
	}
	wg.Wait()
	open := conns[:0]
	for _, c := range conns {
		if c != nil {
			open = append(open, c)
		}
	}
	return open, first
}

// pollOnce connects and asks for one answer.
func pollOnce(dial func() (net.Conn, error), request string) (net.Conn, error) {
	c, err := dial()
	if err != nil {
		return nil, err
	}
	if _, err = io.WriteString(c, request); err == nil {
		err = readAnswer(c)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func readAnswer(c net.Conn) error {
	res, err := http.ReadResponse(bufio.NewReaderSize(c, 1024), nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("a poll was answered %s", res.Status)
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// handshakeCPU compares what a TLS connection with one poll costs, closed behind it, with nginx, which sends the answer from a file. The
// server's key is ECDSA; nginx has no hybrid with ML-KEM before OpenSSL 3.5, and does X25519 then.
func (b *bench) handshakeCPU() error {
	cert, err := b.certificate()
	if err != nil {
		return err
	}
	fmt.Printf("| CPU µs of a TLS connection with one poll | ours | nginx | ratio, median of %d rounds | quartiles |\n|---|---|---|---|---|\n", b.rounds)
	_, plain, request, err := b.pollGateway(b.gatewayBin, nil)
	if err != nil {
		return err
	}
	answer, err := b.capture(plain, closing(request))
	if err != nil {
		return err
	}
	g, addr, request, err := b.pollGateway(b.gatewayBin, cert)
	if err != nil {
		return err
	}
	request = closing(request)
	dir, contentType, err := b.static(answer)
	if err != nil {
		return err
	}
	nginxAddr, err := launch.FreeAddr()
	if err != nil {
		return err
	}
	nginx, err := b.nginx("", fmt.Sprintf(`listen %s ssl; ssl_certificate %s; ssl_certificate_key %s; ssl_protocols TLSv1.2 TLSv1.3;
    root %s; default_type %q; location / { try_files /answer =404; }`, nginxAddr, cert.file, cert.key, dir, contentType))
	if err != nil {
		return err
	}
	for _, curves := range [][]tls.CurveID{{tls.X25519MLKEM768, tls.X25519}, {tls.X25519}} {
		config := cert.client(curves...)
		var ours, theirs, ratio []float64
		var curve tls.CurveID
		for round := range b.rounds + 1 {
			o, used, err := b.handshakes(g, dialer(addr, config), request)
			if err != nil {
				return err
			}
			t, _, err := b.handshakes(nginx, dialer(nginxAddr, config), request)
			if err != nil {
				return err
			}
			if curve = used; round > 0 {
				ours, theirs, ratio = append(ours, o), append(theirs, t), append(ratio, o/t)
			}
		}
		fmt.Printf("| %s | %.0f | %.0f | %.2f | %.2f to %.2f |\n", curve, median(ours), median(theirs), median(ratio), quantile(ratio, 0.25), quantile(ratio, 0.75))
	}
	fmt.Println()
	b.stopAll()
	return nil
}

// handshakes makes connections for a round and answers what one costs the server in µs, and which key exchange it chose.
func (b *bench) handshakes(p *process, dial func() (net.Conn, error), request string) (cost float64, curve tls.CurveID, err error) {
	before := p.cpu()
	const n = 1_000
	conns, err := openAtOnce(n*b.seconds, dial, request)
	used := p.cpu() - before
	for _, c := range conns {
		curve = c.(*tls.Conn).ConnectionState().CurveID
		_ = c.Close()
	}
	return used.Seconds() * 1e6 / float64(n*b.seconds), curve, err
}

// pollGateway starts one, with TLS if there is a certificate, and answers where it listens and a request for it: a poll.
func (b *bench) pollGateway(bin string, cert *certificate) (g *process, addr, request string, err error) {
	in, err := b.install()
	if err != nil {
		return nil, "", "", err
	}
	cookies, err := in.fill(1_000)
	if err != nil {
		return nil, "", "", err
	}
	cookie, c := cookies[0], b.configure(bin, in, "memory", "127.0.0.1:9", 0)
	if cert != nil {
		if addr, err = launch.FreeAddr(); err != nil {
			return nil, "", "", err
		}
		c.Listen.HTTPS, c.TLS = addr, launch.TLS{CertFile: cert.file, KeyFile: cert.key}
		cookie = "__Host-" + cookie
	}
	if g, err = b.startGateway(bin, c); err == nil && cert == nil {
		addr = g.addr
	}
	return g, addr, pollRequests([]string{cookie})[0], err
}

// certificate is that of the server, with an ECDSA key.
type certificate struct {
	file, key string
	pool      *x509.CertPool
}

func (b *bench) certificate() (*certificate, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	c := &certificate{pool: x509.NewCertPool()}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	c.pool.AppendCertsFromPEM(text)
	if c.file, err = b.write("cert.pem", string(text)); err != nil {
		return nil, err
	}
	c.key, err = b.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))
	return c, err
}

func (c *certificate) client(curves ...tls.CurveID) *tls.Config {
	return &tls.Config{RootCAs: c.pool, CurvePreferences: curves}
}

func dialer(addr string, config *tls.Config) func() (net.Conn, error) {
	return func() (net.Conn, error) { return tls.Dial("tcp", addr, config) }
}
