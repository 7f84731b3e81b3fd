package main

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/tlscert"
)

type publicListener struct {
	net.Listener
	secure bool
}

// boundaryConfig is what the boundary is given.
func boundaryConfig(cfg *config.Config, m *metrics.Metrics, g *gateway.Gateway, log *zap.Logger) httpx.Config {
	return httpx.Config{
		Limits: cfg.Limits, TrustedProxies: cfg.TrustedProxies, ProxyProtocol: cfg.ProxyProtocol, HSTS: cfg.TLS.HSTS,
		Page: g.ErrorPage, OnFault: func(f httpx.Fault) { m.Fault(f.Kind()) }, OnPanic: m.Panic,
		OnRefused: func(r httpx.Refusal) { m.ConnectionRefused(r.String()) }, OnUntrusted: m.UntrustedProxy, Log: log,
	}
}

// handler is what visits are given to: the gateway, behind the redirect to HTTPS if there is one, which what is asked about this
// process itself does not meet.
func (a *app) handler(cfg *config.Config) httpx.Handler {
	h := httpx.Handler(a.gate.Serve)
	if cfg.Listen.HTTPS != "" && cfg.TLS.Redirect {
		_, port, _ := net.SplitHostPort(cfg.Listen.HTTPS)
		h = httpx.RedirectToHTTPS(port, h)
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
		ln, err := net.Listen("tcp", at)
		if err != nil {
			return fmt.Errorf("listen.http: %w", err)
		}
		a.public = append(a.public, publicListener{ln, false})
	}
	if at := cfg.Listen.HTTPS; at != "" {
		tlsConfig, err := a.tlsConfig(cfg)
		if err != nil {
			return fmt.Errorf("tls: %w", err)
		}
		ln, err := net.Listen("tcp", at)
		if err != nil {
			return fmt.Errorf("listen.https: %w", err)
		}
		a.public = append(a.public, publicListener{tls.NewListener(ln, tlsConfig), true})
	}
	if at := cfg.Listen.Unix; at != "" {
		mode, err := strconv.ParseUint(cfg.Listen.UnixMode, 8, 9)
		if err != nil {
			return fmt.Errorf("listen.unix_mode: %w", err)
		}
		ln, err := httpx.ListenUnix(at, fs.FileMode(mode))
		if err != nil {
			return fmt.Errorf("listen.unix: %w", err)
		}
		a.public = append(a.public, publicListener{ln, false})
	}
	return nil
}

// tlsConfig is the certificate from files or from ACME.
func (a *app) tlsConfig(cfg *config.Config) (*tls.Config, error) {
	if len(cfg.TLS.ACME.Domains) > 0 {
		acme, err := tlscert.NewACME(cfg.TLS.ACME, tlscert.Ports{HTTP: portOf(cfg.Listen.HTTP), HTTPS: portOf(cfg.Listen.HTTPS)}, a.log)
		if err != nil {
			return nil, err
		}
		a.acme = acme
		return acme.TLS(), nil
	}
	cert, err := tlscert.LoadFiles(cfg.TLS.CertFile, cfg.TLS.KeyFile, a.log)
	if err != nil {
		return nil, err
	}
	a.cert = cert
	return cert.TLS(), nil
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
