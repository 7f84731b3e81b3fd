package config

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/plain"
	"github.com/einlass/einlass/internal/route"
)

// checker collects problems.
type checker struct {
	problems []*Problem
	// languages are the accepted ones, see Source.
	languages []string
}

func (ch *checker) bad(path, format string, args ...any) {
	ch.problems = append(ch.problems, &Problem{Path: path, Text: fmt.Sprintf(format, args...)})
}

// err joins the problems.
func (ch *checker) err() error {
	errs := make([]error, len(ch.problems))
	for i, p := range ch.problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// between checks an inclusive range. Durations and sizes print as they are written.
func between[T cmp.Ordered](ch *checker, path string, value, low, high T, unit string) {
	if value < low || value > high {
		ch.bad(path, "%v is not in %v…%v%s", value, low, high, unit)
	}
}

// offOr checks a range that 0 is exempt from.
func offOr[T int | int64 | Size | time.Duration](ch *checker, path string, value, low, high T, unit string) {
	if value != 0 && (value < low || value > high) {
		ch.bad(path, "%v is neither 0 (off) nor in %v…%v%s", value, low, high, unit)
	}
}

func (ch *checker) oneOf(path, value string, accepted ...string) {
	if !oneOf(value, accepted...) {
		ch.bad(path, "%q is not accepted; want %s", value, strings.Join(accepted, ", "))
	}
}

// whole checks that a duration has no parts smaller than unit.
func (ch *checker) whole(path string, d, unit time.Duration) {
	if d%unit != 0 {
		ch.bad(path, "%v is not a multiple of %v", d, unit)
	}
}

// line checks text for people on one line.
func (ch *checker) line(path, text string, most int) { ch.text(path, text, most, plain.Line) }

// plain checks text that is shown to people.
func (ch *checker) plain(path, text string, most int) { ch.text(path, text, most, plain.Text) }

func (ch *checker) text(path, text string, most int, rule func(string) string) {
	if len(text) > most {
		ch.bad(path, "is %d bytes long; want at most %d", len(text), most)
	}
	if detail := rule(text); detail != "" {
		ch.bad(path, "%s", detail)
	}
}

// check finds everything that is wrong with a normalised configuration. languages are those that there are pages in.
func (c *Config) check(languages []string) []*Problem {
	ch := &checker{languages: languages}
	ch.listen(c)
	ch.tls(c)
	ch.limits(&c.Limits)
	ch.prefix(c.Prefix)
	ch.store(c)
	ch.state(c)
	ch.draws(&c.Draws.Drand)
	ch.admin(c)
	ch.alerts(&c.Alerts)
	ch.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	between(ch, "log.access", c.Log.Access, 0, 1_000_000, "")
	ch.oneOf("log.format", c.Log.Format, "json", "console")
	between(ch, "drain", c.Drain, 0, 5*time.Minute, "")
	between(ch, "stop_timeout", c.StopTimeout, time.Second, time.Hour, "")
	ch.rooms(c)
	return ch.problems
}

func (ch *checker) listen(c *Config) {
	l := c.Listen
	if l.HTTP == "" && l.HTTPS == "" && l.Unix == "" {
		ch.bad("listen", "no listener; give at least one of http, https, unix")
	}
	seen := map[string]string{}
	for _, a := range []struct{ path, address string }{
		{"listen.http", l.HTTP},
		{"listen.https", l.HTTPS},
		{"admin.listen", c.Admin.Listen},
	} {
		if a.address == "" || strings.HasPrefix(a.address, "unix:") && a.path == "admin.listen" {
			continue
		}
		if err := checkHostPort(a.address, false); err != nil {
			ch.bad(a.path, "%q: %v; want for example :8080 or 127.0.0.1:8080", a.address, err)
		} else if first, taken := seen[a.address]; taken && !strings.HasSuffix(a.address, ":0") {
			ch.bad(a.path, "%s is already %s", a.address, first)
		}
		seen[a.address] = a.path
	}
	if l.Unix != "" && (l.Unix[0] != '/' || len(l.Unix) > maxSocketPath) {
		ch.bad("listen.unix", "%q is not an absolute path of at most %d bytes", l.Unix, maxSocketPath)
	}
	if mode, err := strconv.ParseUint(l.UnixMode, 8, 32); err != nil || mode > 0o777 {
		ch.bad("listen.unix_mode", "%q is not in 0000…0777 (octal)", l.UnixMode)
	}
	ch.trustedFields(c.TrustedFields)
	if c.ProxyProtocol && len(c.TrustedProxies) == 0 && l.Unix == "" {
		ch.bad("proxy_protocol", "is accepted from trusted peers only, and trusted_proxies is empty")
	}
}

func (ch *checker) tls(c *Config) {
	t := c.TLS
	acme := len(t.ACME.Domains) > 0
	switch files := t.CertFile != ""; {
	case files != (t.KeyFile != ""):
		ch.bad("tls", "give both cert_file and key_file, or neither")
	case files && acme:
		ch.bad("tls.acme.domains", "give either certificate files or ACME domains")
	case c.Listen.HTTPS != "" && !files && !acme:
		ch.bad("tls", "listen.https needs a certificate: give cert_file and key_file, or acme.domains")
	case c.Listen.HTTPS == "" && (files || acme):
		ch.bad("tls", "there is a certificate but no listen.https")
	}
	ch.suites(&t)
	offOr(ch, "tls.hsts", t.HSTS, time.Second, 20*366*24*time.Hour, "")
	ch.whole("tls.hsts", t.HSTS, time.Second)
	if !acme {
		return
	}
	for i, domain := range t.ACME.Domains {
		if strings.HasPrefix(domain, "*") || !strings.Contains(domain, ".") {
			ch.bad(fmt.Sprintf("tls.acme.domains[%d]", i), "%q: want full names; wildcards need a DNS challenge, use certificate files", domain)
		}
	}
	if !t.ACME.AcceptTerms {
		ch.bad("tls.acme.accept_terms", "set it to true when you have read and accept the authority's terms of service")
	}
	if t.ACME.Email != "" && !strings.Contains(t.ACME.Email, "@") {
		ch.bad("tls.acme.email", "%q is not an e-mail address", t.ACME.Email)
	}
	if !strings.HasPrefix(t.ACME.Directory, "https://") {
		ch.bad("tls.acme.directory", "%q is not an https:// URL", t.ACME.Directory)
	}
	if (t.ACME.KeyID == "") != (t.ACME.MACKey == "") {
		ch.bad("tls.acme.key_id", "give both key_id and mac_key, or neither")
	}
	if t.ACME.Storage == "" {
		ch.bad("tls.acme.storage", "is empty; want a directory")
	}
}

// Validate joins the Problems of the section "limits".
func (l *Limits) Validate() error {
	ch := &checker{}
	ch.limits(l)
	return ch.err()
}

func (ch *checker) limits(l *Limits) {
	at := func(key string) string { return "limits." + key }
	between(ch, at("header_bytes"), l.HeaderBytes, 1<<10, 1<<20, "")
	between(ch, at("header_count"), l.HeaderCount, 10, 1000, "")
	between(ch, at("url_bytes"), l.URLBytes, 256, 64<<10, "")
	if l.URLBytes > l.HeaderBytes {
		ch.bad(at("url_bytes"), "%v is more than header_bytes (%v), which counts the URL too", l.URLBytes, l.HeaderBytes)
	}
	between(ch, at("body_bytes"), l.BodyBytes, 1, 1<<50, "")
	between(ch, at("head_timeout"), l.HeadTimeout, time.Second, 10*time.Minute, "")
	between(ch, at("body_min_rate"), l.BodyMinRate, 1, 1<<30, " a second")
	between(ch, at("write_stall"), l.WriteStall, time.Second, time.Hour, "")
	between(ch, at("idle_timeout"), l.IdleTimeout, time.Second, time.Hour, "")
	between(ch, at("connections"), l.Connections, 1, 10_000_000, "")
	between(ch, at("connections_per_ip"), l.ConnectionsPerIP, 1, 10_000_000, "")
	offOr(ch, at("arrivals_per_prefix.rate"), l.ArrivalsPerPrefix.Rate, 1, 10_000_000, " arrivals per minute")
	if l.ArrivalsPerPrefix.Rate != 0 {
		between(ch, at("arrivals_per_prefix.burst"), l.ArrivalsPerPrefix.Burst, 1, 10_000_000, "")
	}
	offOr(ch, at("stay.in_flight"), l.Stay.InFlight, 1, 65_536, " requests")
	offOr(ch, at("stay.networks"), l.Stay.Networks, 1, 64, "")
	between(ch, at("codes.wrong"), l.Codes.Wrong, 1, 1_000, " a minute")
	between(ch, at("codes.wrong_in_all"), l.Codes.WrongInAll, 1, 1_000_000, " a minute")
}

var prefixForm = regexp.MustCompile(`^/[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*$`)

func (ch *checker) prefix(p string) {
	if _, err := route.ParseRule(p); err != nil || !prefixForm.MatchString(p) || len(p) > 64 {
		ch.bad("prefix", `%q is not accepted; want for example "/.einlass": letters, digits, - . _ ~ and /, not at the end, at most 64 bytes`, p)
	}
}

func (ch *checker) state(c *Config) {
	between(ch, "state.interval", c.State.Interval, 100*time.Millisecond, time.Minute, "")
	between(ch, "state.places_interval", c.State.PlacesInterval, c.State.Interval, time.Hour, "")
	offOr(ch, "journal.retention", c.Journal.Retention, 24*time.Hour, 10*365*24*time.Hour, "")
	offOr(ch, "audit.retention", c.Audit.Retention, 24*time.Hour, 10*365*24*time.Hour, "")
	if c.Keys.File != "" && c.Keys.Env != "" {
		ch.bad("keys", "give either file or env")
	}
	if strings.ContainsAny(c.Keys.Env, "=\x00 ") {
		ch.bad("keys.env", "%q is not the name of a variable", c.Keys.Env)
	}
	switch {
	case c.sharedKeys():
	case c.Store.shared():
		ch.bad("keys", `gateways that share a store need the same keyring: make one with "gateway keys new FILE", give it to all of them and set keys.file (or keys.env)`)
	case c.State.Dir == "":
		ch.bad("keys", "there is no state.dir to keep a keyring of our own in; set keys.file, keys.env or state.dir")
	}
}
