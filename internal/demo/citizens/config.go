package citizens

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// ErrNotLoopback: the target is not on this machine.
var ErrNotLoopback = errors.New("citizens: target is not a loopback address")

// Config describes a crowd. BaseURL, MaxConcurrent and one of PerMinute and
// AtOnce are required.
type Config struct {
	// BaseURL is scheme, loopback host and port: "http://127.0.0.1:8080".
	BaseURL string
	// Prefix is that of the gateway's own URLs; default "/.einlass".
	Prefix string

	// AtOnce come within the first seconds, PerMinute more on average in each
	// minute after that, at random moments. 0 to 60,000 each.
	AtOnce    int
	PerMinute float64
	// Total ends the stream of arrivals; 0: only the context does.
	Total int
	// MaxConcurrent bounds the citizens under way, 1 to 10,000; an arrival
	// beyond it is skipped and counted.
	MaxConcurrent int

	// Patience is the mean time that a citizen waits, for its turn and for
	// failing pages together; 0: endless. Each one's own is drawn at random, at
	// least half of it.
	Patience time.Duration
	// Think is the mean time on a page, default 3 s; Typing that on the form,
	// default 20 s.
	Think, Typing time.Duration
	// Timeout is a browser's for one page, default 30 s.
	Timeout time.Duration

	Seed uint64
	TLS  *tls.Config // for https; default: the system's roots
	// Sleep waits in place of a timer, for tests; it returns the context's
	// error when that ends first.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Validate joins everything that is wrong with the configuration; each problem
// names its field and the accepted values.
func (c Config) Validate() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if err := checkTarget(c.BaseURL); err != nil {
		errs = append(errs, err)
	}
	bad(c.Prefix == "" || strings.HasPrefix(c.Prefix, "/"), "prefix: must begin with /, is %q", c.Prefix)
	bad(c.AtOnce >= 0 && c.AtOnce <= 60_000, "at_once: must be 0 to 60000, is %d", c.AtOnce)
	bad(c.PerMinute >= 0 && c.PerMinute <= 60_000, "per_minute: must be 0 to 60000, is %v", c.PerMinute)
	bad(c.AtOnce > 0 || c.PerMinute > 0, "per_minute, at_once: one of them must be above 0")
	bad(c.Total >= 0, "total: must not be negative, is %d", c.Total)
	bad(c.MaxConcurrent >= 1 && c.MaxConcurrent <= 10_000, "max_concurrent: must be 1 to 10000, is %d", c.MaxConcurrent)
	for name, d := range map[string]time.Duration{"patience": c.Patience, "think": c.Think, "typing": c.Typing, "timeout": c.Timeout} {
		bad(d >= 0, "%s: must not be negative, is %v", name, d)
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	orDefault := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	orDefault(&c.Think, 3*time.Second)
	orDefault(&c.Typing, 20*time.Second)
	orDefault(&c.Timeout, 30*time.Second)
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c
}

// checkTarget reports whether the URL names this machine. A name that only
// resolves to it is found out when it is dialled.
func checkTarget(base string) error {
	u, err := url.Parse(base)
	if err != nil {
		return fmt.Errorf("base_url: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || (u.Path != "" && u.Path != "/") {
		return fmt.Errorf("base_url: must be http or https, host and port, without a path, is %q", base)
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); (ip != nil && ip.IsLoopback()) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return nil
	}
	return fmt.Errorf("base_url: %w: %q", ErrNotLoopback, host)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
