package httpx

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"go.uber.org/zap"
)

// Config is what the boundary allows. Zero values take the defaults named; New validates the rest.
type Config struct {
	HeaderBytes int   // of a whole head, request line included; default 16 KiB, at least 1 KiB
	HeaderCount int   // field lines; default 100, at least 8
	URLBytes    int   // of the request target; default 8 KiB, at least 128
	BodyBytes   int64 // of a request body, decoded; default 64 MiB

	// HeadTimeout is from the first byte of a request to the end of its head; also the time for a TLS handshake and
	// for a PROXY header. Default 10 s.
	HeadTimeout time.Duration
	// IdleTimeout is how long a connection may wait for its first or next request. Default 75 s.
	IdleTimeout time.Duration
	// BodyMinRate is the slowest accepted upload in bytes a second, counted while a handler waits for the client and
	// not while it does something else. Default 1 KiB.
	BodyMinRate int64
	// BodyPatience is how much time an upload may lose against BodyMinRate; a client that sends nothing at all is
	// given up after three quarters of it at least. Default 30 s.
	BodyPatience time.Duration
	// WriteStall is how long 64 KiB of an answer may take to be taken by the client. Default 30 s.
	WriteStall time.Duration

	Connections int // open at the same time; default 100,000
	// ConnectionsPerIP bounds them per IPv4 address or IPv6 /64, and to twice as many per /56 and eight times per /48;
	// trusted proxies are excepted. Default 2,000.
	ConnectionsPerIP int

	// TrustedProxies are the networks whose forwarding fields and PROXY headers are believed. IPv4-mapped ones mean
	// the IPv4 network. Peers at a Unix socket are always trusted. Default none.
	TrustedProxies []netip.Prefix
	// ForwardedBy says in which field trusted proxies name the client. Default ForwardedAny.
	ForwardedBy ForwardedBy
	// ProxyProtocol expects a PROXY header (v1 or v2) from trusted peers, and from them alone.
	ProxyProtocol bool
	// HSTS is the max-age of Strict-Transport-Security on our own answers by TLS, cut to seconds. Default 0: none.
	HSTS time.Duration

	// Page renders refusals. Default: a line of HTML, or an RFC 9457 problem for what is not a navigation.
	Page Page
	// OnFault is told of each refusal and panic, for metrics. It must be safe for concurrent use. Optional.
	OnFault func(Fault)
	// OnRefused is told of each connection beyond Connections or ConnectionsPerIP, for metrics. Likewise. Optional.
	OnRefused func(Refusal)
	// Log is told of panics and of listeners that fail. Optional.
	Log *zap.Logger
}

// ForwardedBy is where trusted proxies name the client.
type ForwardedBy uint8

const (
	// ForwardedAny takes whichever of the two is there. If both are and do not name the same client, neither is
	// believed and the proxy counts as the client: proxies set one and pass on what a client wrote into the other.
	ForwardedAny ForwardedBy = iota
	// ForwardedByX takes X-Forwarded-For and X-Forwarded-Proto and ignores Forwarded.
	ForwardedByX
	// ForwardedByStandard takes Forwarded (RFC 7239) and ignores the other two.
	ForwardedByStandard
)

// Validate joins everything that is wrong, naming the configuration keys. Zero values are valid: they mean defaults.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	for _, v := range []struct {
		name     string
		n, least int64
	}{
		{"header_bytes", int64(c.HeaderBytes), 1 << 10},
		{"header_count", int64(c.HeaderCount), 8},
		{"url_bytes", int64(c.URLBytes), 128},
		{"body_bytes", c.BodyBytes, 1},
		{"body_min_rate", c.BodyMinRate, 1},
		{"connections", int64(c.Connections), 1},
		{"connections_per_ip", int64(c.ConnectionsPerIP), 1},
	} {
		if v.n < v.least {
			errs = append(errs, fmt.Errorf("limits.%s: %d is below %d", v.name, v.n, v.least))
		}
	}
	for _, v := range []struct {
		name string
		d    time.Duration
	}{
		{"head_timeout", c.HeadTimeout},
		{"idle_timeout", c.IdleTimeout},
		{"body_patience", c.BodyPatience},
		{"write_stall", c.WriteStall},
	} {
		if v.d < time.Millisecond {
			errs = append(errs, fmt.Errorf("limits.%s: %v is below 1ms", v.name, v.d))
		}
	}
	if c.URLBytes > c.HeaderBytes {
		errs = append(errs, fmt.Errorf("limits.url_bytes: %d is more than limits.header_bytes (%d), which counts the URL too",
			c.URLBytes, c.HeaderBytes))
	}
	if c.HSTS < 0 {
		errs = append(errs, fmt.Errorf("tls.hsts: %v is negative; want 0 for none", c.HSTS))
	}
	for i, p := range c.TrustedProxies {
		if !p.IsValid() {
			errs = append(errs, fmt.Errorf("trusted_proxies[%d]: not a network; want for example 10.0.0.0/8 or 2001:db8::/32", i))
		}
	}
	if c.ForwardedBy > ForwardedByStandard {
		errs = append(errs, fmt.Errorf("forwarded_by: %d is not known", c.ForwardedBy))
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	orDefault(&c.HeaderBytes, 16<<10)
	orDefault(&c.HeaderCount, 100)
	orDefault(&c.URLBytes, min(8<<10, c.HeaderBytes))
	orDefault(&c.BodyBytes, 64<<20)
	orDefault(&c.HeadTimeout, 10*time.Second)
	orDefault(&c.IdleTimeout, 75*time.Second)
	orDefault(&c.BodyMinRate, 1<<10)
	orDefault(&c.BodyPatience, 30*time.Second)
	orDefault(&c.WriteStall, 30*time.Second)
	orDefault(&c.Connections, 100_000)
	orDefault(&c.ConnectionsPerIP, 2_000)
	if c.Page == nil {
		c.Page = plainPage
	}
	if c.OnFault == nil {
		c.OnFault = func(Fault) {}
	}
	if c.OnRefused == nil {
		c.OnRefused = func(Refusal) {}
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

func orDefault[T ~int | ~int64](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}
