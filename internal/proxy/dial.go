package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/einlass/einlass/internal/config"
)

// dialer connects to one address.
type dialer struct {
	address config.Address
	tls     *tls.Config // nil for plain TCP and Unix sockets
	timeout time.Duration
	net     net.Dialer
}

func newDialer(a config.Address, cfg config.Backend) (*dialer, error) {
	d := &dialer{address: a, timeout: cfg.Timeouts.Connect}
	if !a.TLS {
		return d, nil
	}
	var err error
	d.tls, err = clientTLS(a, cfg.TLS)
	return d, err
}

// dial connects, TLS handshake included, within the connect timeout.
func (d *dialer) dial(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	nc, err := d.net.DialContext(ctx, d.address.Network, d.address.Dial)
	if err != nil {
		return nil, err
	}
	if d.tls != nil {
		tc := tls.Client(nc, d.tls)
		if err := tc.HandshakeContext(ctx); err != nil {
			_ = nc.Close()
			return nil, fmt.Errorf("TLS handshake: %w", err)
		}
		nc = tc
	}
	return newConn(nc), nil
}

// clientTLS builds the TLS side of an https address.
func clientTLS(a config.Address, cfg config.BackendTLS) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(a.Dial)
	if err != nil {
		return nil, fmt.Errorf("address %s: %w", a.Text, err)
	}
	t := &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: host,
		NextProtos: []string{"http/1.1"},
	}
	if cfg.ServerName != "" {
		t.ServerName = cfg.ServerName
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, &config.Problem{Path: "backend.tls.ca_file", Text: err.Error()}
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &config.Problem{Path: "backend.tls.ca_file", Text: cfg.CAFile + " holds no certificate"}
		}
	}
	if cfg.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return nil, &config.Problem{Path: "backend.tls.cert_file", Text: err.Error()}
		}
		t.Certificates = []tls.Certificate{cert}
	}
	return t, nil
}
