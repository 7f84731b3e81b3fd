package httpx

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
)

// Config is what the boundary is given.
type Config struct {
	// Limits bounds heads, bodies, times and connections. Trusted proxies are excepted from ConnectionsPerIP, which is for
	// an IPv4 address or an IPv6 /64; a /56 has twice the limit and a /48 eight times.
	Limits config.Limits
	// TrustedProxies are the networks whose forwarding fields and PROXY headers are believed. IPv4-mapped ones mean
	// the IPv4 network. Peers at a Unix socket are always trusted.
	TrustedProxies []netip.Prefix
	// TrustedFields are the names of the forwarding fields that trusted proxies set themselves. Of a trusted peer these are
	// believed, and no others.
	TrustedFields []string
	// ProxyProtocol expects a PROXY header (v1 or v2) from trusted peers, and from them alone.
	ProxyProtocol bool
	// HSTS is the max-age of Strict-Transport-Security on our own answers by TLS, cut to seconds; 0 sends none.
	HSTS time.Duration

	// Page renders refusals. Default: a line of HTML, or an RFC 9457 problem for what is not a navigation.
	Page Page
	// OnFault is called for each refusal and each panic. It must be safe for concurrent use. Optional.
	OnFault func(Fault)
	// OnPanic is called for each panic, after OnFault. Likewise. Optional.
	OnPanic func()
	// OnRefused is called for each connection beyond Connections or ConnectionsPerIP. Likewise. Optional.
	OnRefused func(Refusal)
	// OnUntrusted is called for each request with forwarding fields from a private or loopback address that TrustedProxies do
	// not name. Likewise. Optional.
	OnUntrusted func()
	// OnAnswer is called when an answer is ready to be sent, with its status. It must be safe for concurrent use, and keep nothing of the
	// visit. Optional.
	OnAnswer func(v *Visit, status int)
	// Log gets panics, listeners that fail and, once, a proxy that is not trusted. Optional.
	Log *zap.Logger
}

// bodyPatience is how much time an upload may lose against limits.body_min_rate; a client that sends nothing at all is
// given up after three quarters of it at least.
const bodyPatience = 30 * time.Second

// validate joins everything that is wrong, naming the configuration keys.
func (c *Config) validate() error {
	errs := []error{c.Limits.Validate()}
	if c.HSTS < 0 {
		errs = append(errs, fmt.Errorf("tls.hsts: %v is negative; want 0 for none", c.HSTS))
	}
	for i, p := range c.TrustedProxies {
		if !p.IsValid() {
			errs = append(errs, fmt.Errorf("trusted_proxies[%d]: not a network; want for example 10.0.0.0/8 or 2001:db8::/32", i))
		}
	}
	return errors.Join(errs...)
}

// withDefaults fills in what is optional.
func (c Config) withDefaults() Config {
	if c.Page == nil {
		c.Page = plainPage
	}
	if c.OnFault == nil {
		c.OnFault = func(Fault) {}
	}
	if c.OnPanic == nil {
		c.OnPanic = func() {}
	}
	if c.OnRefused == nil {
		c.OnRefused = func(Refusal) {}
	}
	if c.OnUntrusted == nil {
		c.OnUntrusted = func() {}
	}
	if c.OnAnswer == nil {
		c.OnAnswer = func(*Visit, int) {}
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}
