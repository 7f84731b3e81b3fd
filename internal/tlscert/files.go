package tlscert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Files is a certificate from files that is read anew when they change. A new pair that does not fit together, or one that is not
// valid now while the old one is, is refused and the old one stays in use. Safe for concurrent use.
type Files struct {
	certFile, keyFile string
	log               *zap.Logger
	now               atomic.Pointer[tls.Certificate]

	mu    sync.Mutex
	read  [2]version // what is in use
	tried [2]version // what was last looked at, in use or refused
	begin time.Time  // when what was refused for it becomes valid; zero: nothing was
}

// version identifies one state of a file.
type version struct {
	modified time.Time
	size     int64
}

// LoadFiles reads a certificate (PEM, the server's own first) and its key (PEM). log may be nil.
func LoadFiles(certFile, keyFile string, log *zap.Logger) (*Files, error) {
	c := &Files{certFile: certFile, keyFile: keyFile, log: log}
	if c.log == nil {
		c.log = zap.NewNop()
	}
	if _, err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload reads the files if they are not those in use and reports whether it took them. After an error the old
// certificate stays.
func (c *Files) Reload() (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, err := c.versions()
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	if found == c.read && c.now.Load() != nil {
		return false, nil
	}
	c.tried, c.begin = found, time.Time{}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	if err := c.worse(pair.Leaf, time.Now()); err != nil {
		return false, err
	}
	c.now.Store(&pair)
	c.read = found
	return true, nil
}

// worse says why a certificate must not replace the one in use. The first is taken as it is: a listener with none serves nobody.
func (c *Files) worse(leaf *x509.Certificate, now time.Time) error {
	if used := c.now.Load(); used == nil || !isValid(used.Leaf, now) {
		return nil
	}
	err := Valid(leaf, now)
	if errors.Is(err, ErrNotYetValid) {
		c.begin = leaf.NotBefore
	}
	return err
}

// Leaf is the certificate in use.
func (c *Files) Leaf() *x509.Certificate { return c.now.Load().Leaf }

func (c *Files) versions() (found [2]version, err error) {
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return found, err
		}
		found[i] = version{info.ModTime(), info.Size()}
	}
	return found, nil
}

// changed reports whether the files are others than those looked at last: a pair that was refused is not read, and
// not complained about, again and again.
func (c *Files) changed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, err := c.versions()
	if err != nil {
		found = [2]version{} // gone: say so once
	}
	changed := found != c.tried || !c.begin.IsZero() && !time.Now().Before(c.begin)
	c.tried = found
	return changed
}

// Watch looks at the files once each interval until ctx ends. told, if given, is called for each change of them: with nil if the
// certificate was taken, and with the reason if it was refused.
func (c *Files) Watch(ctx context.Context, every time.Duration, told func(error)) error {
	if told == nil {
		told = func(error) {}
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !c.changed() {
			continue
		}
		switch renewed, err := c.Reload(); {
		case err != nil:
			c.log.Warn("certificate not taken, the old one stays", zap.Error(err), zap.Time("until", c.Leaf().NotAfter))
			told(err)
		case renewed:
			c.log.Info("certificate renewed", zap.Time("until", c.Leaf().NotAfter))
			told(nil)
		}
	}
}

// TLS is a server's configuration with this certificate.
func (c *Files) TLS() *tls.Config {
	cfg := tlsConfig()
	cfg.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil }
	return cfg
}

// tlsConfig is TLS 1.2 and up, and HTTP/1.1, which is what this server speaks.
func tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}
