package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/socket"
	"github.com/einlass/einlass/internal/tlscert"
)

type publicListener struct {
	net.Listener
	secure bool
	path   string      // the key of its address
	tls    *tls.Config // nil: without
}

// boundaryConfig is what the boundary is given.
func boundaryConfig(cfg *config.Config, m *metrics.Metrics, g *gateway.Gateway, access *accessLog, log *zap.Logger) httpx.Config {
	return httpx.Config{
		Limits: cfg.Limits, TrustedProxies: cfg.TrustedProxies, TrustedFields: cfg.TrustedFields, ProxyProtocol: cfg.ProxyProtocol, HSTS: cfg.TLS.HSTS,
		Page: g.ErrorPage, OnFault: func(f httpx.Fault) { m.Fault(f.Kind()) }, OnPanic: m.Panic,
		OnRefused: func(r httpx.Refusal) { m.ConnectionRefused(r.String()) }, OnUntrusted: m.UntrustedProxy, OnAnswer: access.answered, Log: log,
	}
}

// handler is what visits are given to: the gateway, behind the redirect to HTTPS if there is one, which what is asked about this
// process itself does not meet.
func (a *app) handler(cfg *config.Config) httpx.Handler {
	h := httpx.Handler(a.gate.Serve)
	if cfg.Listen.HTTPS != "" && cfg.TLS.Redirect {
		_, port, _ := net.SplitHostPort(cfg.Listen.HTTPS)
		h = httpx.RedirectToHTTPS(port, a.gate.HasHost, h)
	}
	h = a.gate.Anywhere(h)
	if a.acme != nil {
		h = httpx.AnswerChallenges(a.acme, h)
	}
	return h
}

// listen opens the public listeners.
func (a *app) listen(cfg *config.Config) error {
	if at := cfg.Listen.HTTP; at != "" {
		ln, err := a.open.listen("listen.http", at)
		if err != nil {
			return err
		}
		a.serves("listen.http", ln, nil)
	}
	if at := cfg.Listen.HTTPS; at != "" {
		secure, err := a.tlsConfig(cfg)
		if err != nil {
			return err
		}
		ln, err := a.open.listen("listen.https", at)
		if err != nil {
			return err
		}
		a.serves("listen.https", ln, secure)
	}
	if at := cfg.Listen.Unix; at != "" {
		mode, err := strconv.ParseUint(cfg.Listen.UnixMode, 8, 9)
		if err != nil {
			return fmt.Errorf("listen.unix_mode: %w", err)
		}
		ln, err := a.open.listenUnix("listen.unix", at, fs.FileMode(mode))
		if err != nil {
			return err
		}
		a.serves("listen.unix", ln, nil)
	}
	return nil
}

// serves adds a listener, with TLS if secure is given. A look has none.
func (a *app) serves(path string, ln net.Listener, secure *tls.Config) {
	if ln != nil {
		a.public = append(a.public, publicListener{forVisitors(ln, a.open.managed(path), secure), secure != nil, path, secure})
	}
}

// forVisitors is a listener, with TLS if secure is given, that a stop can finish. managed: the service manager has its socket too.
func forVisitors(ln net.Listener, managed bool, secure *tls.Config) net.Listener {
	last, ok := socket.NewListener(ln, managed)
	if !ok {
		return secured(ln, secure)
	}
	if secure == nil {
		return last
	}
	return overTLS{tls.NewListener(last, secure), last}
}

// overTLS is a listener with TLS that finishes as the one below it.
type overTLS struct {
	net.Listener
	below *socket.Listener
}

func (l overTLS) Finish() error { return l.below.Finish() }

func (l overTLS) Share(shared bool) { l.below.Share(shared) }

// share says of visitors' listeners whether another process has their sockets, too, and may have to go on with them.
func (a *app) share(shared bool) {
	for _, l := range a.public {
		if s, ok := l.Listener.(interface{ Share(shared bool) }); ok {
			s.Share(shared)
		}
	}
}

// secured is a listener with TLS if secure is given.
func secured(ln net.Listener, secure *tls.Config) net.Listener {
	if secure == nil {
		return ln
	}
	return tls.NewListener(ln, secure)
}

// tlsConfig is the certificate from files or from ACME, nil for a look that could not read it.
func (a *app) tlsConfig(cfg *config.Config) (*tls.Config, error) {
	if len(cfg.TLS.ACME.Domains) > 0 {
		if a.open.look {
			a.open.fault("tls.acme.storage", writable(cfg.TLS.ACME.Storage))
		}
		acme, err := tlscert.NewACME(cfg.TLS.ACME, tlscert.Ports{HTTP: portOf(cfg.Listen.HTTP), HTTPS: portOf(cfg.Listen.HTTPS)}, a.log)
		if err != nil {
			return nil, a.open.refuse("tls.acme", err)
		}
		a.acme = acme
		return cfg.TLS.Restrict(acme.TLS()), nil
	}
	cert, err := tlscert.LoadFiles(cfg.TLS.CertFile, cfg.TLS.KeyFile, a.log)
	if err != nil {
		return nil, a.open.refuse(certificateKey(err, "tls", cfg.TLS.KeyFile), err)
	}
	a.open.fault("tls.cert_file", tlscert.Valid(cert.Leaf(), time.Now()))
	a.open.uncovered(cfg, cert.Leaf())
	a.open.slowKey(cert.Leaf())
	a.cert = cert
	return cfg.TLS.Restrict(cert.TLS()), nil
}

// certificateKey is the key of the file that a certificate was not read of.
func certificateKey(err error, section, keyFile string) string {
	if path := (*fs.PathError)(nil); errors.As(err, &path) && path.Path == keyFile {
		return section + ".key_file"
	}
	return section + ".cert_file"
}

// slowKey warns of a key whose signatures cost so much that a crowd's handshakes are the gateway's largest work.
func (o *opener) slowKey(leaf *x509.Certificate) {
	if leaf.PublicKeyAlgorithm == x509.RSA {
		o.warnf("tls.cert_file", "the certificate has an RSA key, with which a handshake costs about twice the processor time of one with an ECDSA key: ask your authority for a certificate with an ECDSA key (P-256), which all browsers take")
	}
}

// uncovered warns of hosts that visitors' browsers would not accept the certificate for.
func (o *opener) uncovered(cfg *config.Config, leaf *x509.Certificate) {
	for i := range cfg.Rooms {
		for j, host := range cfg.Rooms[i].Hosts {
			if host != "*" && !tlscert.Covers(leaf, host) {
				o.warnf(fmt.Sprintf("rooms[%d].hosts[%d]", i, j), "the certificate of tls.cert_file is not for %s: browsers will refuse it there", host)
			}
		}
	}
}

// looseCookies reports whether visitors from elsewhere get cookies without the __Host- prefix: they come without TLS,
// and nobody before us is believed who had it.
func looseCookies(cfg *config.Config) bool {
	if cfg.Listen.HTTP == "" || len(cfg.TrustedProxies) > 0 || cfg.Listen.HTTPS != "" && cfg.TLS.Redirect {
		return false
	}
	host, _, _ := net.SplitHostPort(cfg.Listen.HTTP)
	ip, err := netip.ParseAddr(host)
	return host != "localhost" && (err != nil || !ip.IsLoopback())
}

// portOf is the port of a listener's address, 0 if there is none.
func portOf(addr string) int {
	_, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return n
}

// hostsOf are the hosts that visitors can name, as browsers send them: with the port where it is not the scheme's own.
func hostsOf(cfg *config.Config) []string {
	var hosts []string
	for i := range cfg.Rooms {
		for _, h := range cfg.Rooms[i].Hosts {
			if strings.HasPrefix(h, "*") {
				continue
			}
			hosts = append(hosts, h)
			for _, at := range []string{cfg.Listen.HTTP, cfg.Listen.HTTPS} {
				if port := portOf(at); port != 0 && port != 80 && port != 443 {
					hosts = append(hosts, h+":"+strconv.Itoa(port))
				}
			}
		}
	}
	return hosts
}
