package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Facts are what the configuration of the gateway says of what is probed.
type Facts struct {
	// Prefix is that of the own URLs.
	Prefix string `json:"prefix"`
	// TrustedProxies as configured.
	TrustedProxies []netip.Prefix `json:"trusted_proxies"`
	// Redirects: the gateway sends who comes without TLS to https.
	Redirects bool `json:"redirects"`
	// URLBytes, HeaderBytes and BodyBytes are the gateway's limits.
	URLBytes    int64 `json:"url_bytes"`
	HeaderBytes int64 `json:"header_bytes"`
	BodyBytes   int64 `json:"body_bytes"`
	// Rooms are the configured rooms.
	Rooms []Room `json:"rooms"`
}

// Room is what the probe knows of a room.
type Room struct {
	ID string `json:"id"`
	// Hosts are the names by which visitors come, * for any and *.example.org for those below one.
	Hosts []string `json:"hosts"`
	// Guarded are the prefixes of paths that need a pass.
	Guarded []string `json:"guarded"`
}

// Sealer gives the seals of questions and knows those of answers. [Own] is one with the keyring at hand; a client of the gateway
// has another ask it.
type Sealer interface {
	// Question makes the seal of one request, with a nonce of its own.
	Question(ctx context.Context) (seal, nonce string, err error)
	// Answered returns the nonce of the request that an answer with this seal answers; empty: the gateway has not sealed it.
	Answered(ctx context.Context, seal string) (nonce string, err error)
}

// Options say what is probed, and how.
type Options struct {
	Facts
	// URL is the site as visitors type it; of its path nothing is asked. Required, http or https.
	URL *url.URL
	// Seals are of the keyring of the gateway. Required.
	Seals Sealer
	// Insecure takes any certificate. RootCAs are those to believe; nil: the system's.
	Insecure bool
	RootCAs  *x509.CertPool
	// Connect is host:port in place of the URL's; empty: the URL's.
	Connect string
	// Trust names the flags that have another certificate believed, for the advice.
	Trust string
}

// Report is what a probe has found.
type Report struct {
	// Findings stand in the order in which was asked.
	Findings []Finding
	// Certificate is the one that visitors are shown; nil: none was.
	Certificate *x509.Certificate
}

// Reach asks through the front once, and says who answers and whether the host is that of a room. The error is as with [Run].
func Reach(ctx context.Context, o Options) (Report, error) {
	c := newClient(o)
	defer c.http.CloseIdleConnections()
	var all findings
	first := c.reach(ctx, &all)
	return Report{all, first.certificate()}, ctx.Err()
}

// Run asks through the front and says all that it has found. The error is that of ctx; whatever else goes wrong is a finding.
func Run(ctx context.Context, o Options) (Report, error) {
	c := newClient(o)
	defer c.http.CloseIdleConnections()
	var all findings
	first := c.reach(ctx, &all)
	if first == nil {
		return Report{Findings: all}, ctx.Err()
	}
	c.address(&all, first)
	c.scheme(&all, first)
	again := c.forged(ctx, &all, first)
	c.cookies(&all, first, again)
	c.caches(&all, first, again)
	c.sizes(ctx, &all)
	c.stream(ctx, &all)
	c.socket(ctx, &all)
	c.around(ctx, &all, first.seen.Room)
	return Report{all, first.certificate()}, ctx.Err()
}

// reach asks for the first time, and finds out who answers. Nil: nothing more can be asked.
func (c *client) reach(ctx context.Context, all *findings) *reply {
	r, err := c.ask(ctx, question{})
	if to := upgraded(r, c.base); to != nil {
		all.good("http:// is redirected to https://, which is probed")
		c.base = to
		r, err = c.ask(ctx, question{})
	}
	switch {
	case err != nil:
		c.unreachable(all, err)
		return nil
	case r.stale:
		all.bad("have the front keep nothing that says Cache-Control: no-store", "the front answers with what it has kept of an earlier request")
		return nil
	case r.seen == nil:
		stranger(all, r, c.Prefix)
		return nil
	}
	all.good("the gateway answers by way of %s", c.base)
	if !strings.EqualFold(r.seen.Host, c.base.Host) {
		all.bad("have the front pass Host on (nginx: proxy_set_header Host $host; Apache: ProxyPreserveHost On)",
			"the gateway is asked for host %q, visitors ask for %q", r.seen.Host, c.base.Host)
	} else {
		all.good("Host is passed on")
	}
	if r.seen.Room == "" {
		all.bad("name the host in hosts of a room, or have the front pass Host on", "no room has the host %q", r.seen.Host)
	} else {
		all.good("the host is that of room %s", r.seen.Room)
	}
	return r
}

// upgraded is where a redirect from http to https of the same host leads, nil if r is none.
func upgraded(r *reply, base *url.URL) *url.URL {
	if r == nil || r.seen != nil || base.Scheme != "http" || r.StatusCode < 301 || r.StatusCode > 308 {
		return nil
	}
	to, err := r.Location()
	if err != nil || to.Scheme != "https" || !strings.EqualFold(to.Hostname(), base.Hostname()) {
		return nil
	}
	return &url.URL{Scheme: "https", Host: to.Host}
}

// unreachable says why there is no answer.
func (c *client) unreachable(all *findings, err error) {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		all.bad("install a certificate of an authority that browsers know; if it is one of your own, add "+c.Trust,
			"the certificate is signed by an authority that this machine does not know, or by itself")
	case errors.As(err, &name):
		all.bad("install a certificate for this name", "the certificate is for another name: %v", name)
	case errors.As(err, &invalid):
		all.bad("renew the certificate", "the certificate is not valid: %v", invalid)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		all.bad("use http:// or have the port speak TLS", "the port does not speak TLS")
	default:
		all.bad("start the front and look at its log; check the name and the port", "nothing answers: %v", err)
	}
}

// stranger says what an answer is that no gateway with our keyring has sealed.
func stranger(all *findings, r *reply, prefix string) {
	date, err := http.ParseTime(r.Header.Get("Date"))
	skew := time.Since(date).Abs()
	gate := strings.Contains(string(r.body), prefix+"/problems/")
	switch {
	case r.StatusCode == http.StatusNotFound && gate && err == nil && skew > SealLife:
		all.bad("set both clocks (NTP)", "a gateway answers, and its clock is %v from this machine's: a probe is good for %v", skew.Round(time.Second), SealLife)
	case r.StatusCode == http.StatusNotFound && gate:
		all.bad("probe with the configuration and the keyring that the running gateway has; have the front pass on the field "+Header,
			"a gateway answers that does not know this probe")
	case r.StatusCode == http.StatusBadGateway || r.StatusCode == http.StatusServiceUnavailable || r.StatusCode == http.StatusGatewayTimeout:
		all.bad("start the gateway; check the address that the front sends to", "the front answers %s: it does not reach the gateway", r.Status)
	default:
		all.bad("have the front send all paths of this host to the gateway, "+prefix+"/ too", "what answers is not this gateway: %s", r.Status)
	}
}
