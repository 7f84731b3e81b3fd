package httpx

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Certificate is a certificate from files that is read anew when they change. A new pair that does not fit together
// is refused and the old one stays in use. Safe for concurrent use.
type Certificate struct {
	certFile, keyFile string
	log               *zap.Logger
	now               atomic.Pointer[tls.Certificate]
	seen              [2]time.Time // modification times; only touched by Watch and New
}

// LoadCertificate reads the files.
func LoadCertificate(certFile, keyFile string, log *zap.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	if c.log == nil {
		c.log = zap.NewNop()
	}
	if _, err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload reads the files if they changed and reports whether it did.
func (c *Certificate) Reload() (bool, error) {
	var times [2]time.Time
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return false, fmt.Errorf("certificate: %w", err)
		}
		times[i] = info.ModTime()
	}
	if times == c.seen && c.now.Load() != nil {
		return false, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	c.now.Store(&pair)
	c.seen = times
	return true, nil
}

// Watch looks at the files once each interval until ctx ends.
func (c *Certificate) Watch(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		switch changed, err := c.Reload(); {
		case err != nil:
			c.log.Warn("certificate not read, the old one stays", zap.Error(err))
		case changed:
			c.log.Info("certificate renewed")
		}
	}
}

// Config is a server's TLS configuration with this certificate: TLS 1.2 and up, HTTP/1.1 only.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.now.Load(), nil
		},
	}
}
