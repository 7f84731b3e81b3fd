package config

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Validate joins the Problems of a section that stands at a path, for instance "rooms[0].backend".
func (b *Backend) Validate(at string) error {
	ch := &checker{}
	ch.backend(b, at)
	return ch.err()
}

func (ch *checker) backend(b *Backend, at string) {
	key := func(name string) string { return at + "." + name }
	ch.addresses(b, at)
	ch.hostHeader(key("host_header"), b.HostHeader)
	t := b.Timeouts
	between(ch, key("timeouts.connect"), t.Connect, time.Millisecond, time.Minute, "")
	between(ch, key("timeouts.first_byte"), t.FirstByte, time.Millisecond, time.Hour, "")
	between(ch, key("timeouts.idle_read"), t.IdleRead, time.Millisecond, 24*time.Hour, "")
	between(ch, key("timeouts.write_stall"), t.WriteStall, time.Millisecond, time.Hour, "")
	between(ch, key("timeouts.client_read"), t.ClientRead, time.Millisecond, time.Hour, "")
	between(ch, key("max_answer_head"), b.MaxAnswerHead, 1<<10, 1<<20, "")
	between(ch, key("max_in_flight"), b.MaxInFlight, 1, 1<<20, " requests")
	between(ch, key("queue.length"), b.Queue.Length, 0, 1<<20, " requests")
	between(ch, key("queue.wait"), b.Queue.Wait, time.Millisecond, 5*time.Minute, "")
	between(ch, key("keep_alive.max_idle"), b.KeepAlive.MaxIdle, 0, 1<<16, " connections")
	between(ch, key("keep_alive.idle_timeout"), b.KeepAlive.IdleTimeout, time.Millisecond, time.Hour, "")
	between(ch, key("upgrade.max"), b.Upgrade.Max, 0, 1<<20, " connections")
	between(ch, key("upgrade.idle_timeout"), b.Upgrade.IdleTimeout, time.Millisecond, 24*time.Hour, "")
	between(ch, key("upgrade.total_timeout"), b.Upgrade.TotalTimeout, time.Millisecond, 30*24*time.Hour, "")
	ch.health(&b.Health, key("health"))
	if b.Via != "" && !tokenForm.MatchString(b.Via) {
		ch.bad(key("via"), "%q is not a name of letters, digits and . _ -, at most 64 bytes", b.Via)
	}
}

func (ch *checker) hostHeader(path, host string) {
	if host != "" && !isHostName(host) && checkHostPort(host, true) != nil && !isAddress(strings.Trim(host, "[]")) {
		ch.bad(path, "%q is not a host or host:port", host)
	}
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

func (ch *checker) health(h *Health, at string) {
	key := func(name string) string { return at + "." + name }
	if h.Path != "" && (h.Path[0] != '/' || strings.ContainsFunc(h.Path, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' })) {
		ch.bad(key("path"), "%q is not a path; want for example /health", h.Path)
	}
	ch.hostHeader(key("host"), h.Host)
	between(ch, key("interval"), h.Interval, time.Millisecond, time.Hour, "")
	between(ch, key("timeout"), h.Timeout, time.Millisecond, time.Minute, "")
	if _, err := ParseStatusRanges(h.Status); err != nil {
		ch.bad(key("status"), "%v", err)
	}
	between(ch, key("unhealthy"), h.Unhealthy, 1, 1000, "")
	between(ch, key("healthy"), h.Healthy, 1, 1000, "")
	between(ch, key("failures"), h.Failures, 0, 1<<20, " (0: off)")
	between(ch, key("backoff"), h.Backoff, time.Millisecond, time.Hour, "")
	between(ch, key("max_backoff"), h.MaxBackoff, max(h.Backoff, time.Millisecond), time.Hour, " (from backoff)")
	between(ch, key("slow_start"), h.SlowStart, 0, time.Hour, "")
}

// AddressPath is the key of an address: Load makes the first one of url.
func (b *Backend) AddressPath(at string, i int) string {
	if b.URL != "" {
		return at + ".url"
	}
	return at + ".addresses[" + strconv.Itoa(i) + "]"
}

func (ch *checker) addresses(b *Backend, at string) {
	if len(b.Addresses) == 0 {
		ch.bad(at, "has no address; give url, for example http://127.0.0.1:8000")
	}
	path := func(i int) string { return b.AddressPath(at, i) }
	seen := map[Address]int{}
	tls, plain := false, false
	for i, address := range b.Addresses {
		a, err := ParseAddress(address)
		if err != nil {
			ch.bad(path(i), "%v", err)
			continue
		}
		place := Address{Network: a.Network, Dial: a.Dial, TLS: a.TLS}
		if first, taken := seen[place]; taken {
			ch.bad(path(i), "%s is already %s", address, path(first))
		}
		seen[place] = i
		tls, plain = tls || a.TLS, plain || !a.TLS
	}
	if tls && plain {
		ch.bad(at+".addresses", "are partly https; want one scheme for all")
	}
	t := b.TLS
	if !tls && t != (BackendTLS{}) {
		ch.bad(at+".tls", "is only used with https:// addresses")
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		ch.bad(at+".tls", "give both cert_file and key_file, or neither")
	}
	if t.ServerName != "" && !isHostName(t.ServerName) {
		ch.bad(at+".tls.server_name", "%q is not a host name", t.ServerName)
	}
}

// notItself checks that no address is a listener of this gateway.
func (ch *checker) notItself(c *Config, b *Backend, at string) {
	for i, text := range b.Addresses {
		a, err := ParseAddress(text)
		if err != nil {
			continue // addresses says so
		}
		if own := c.ownListener(a); own != "" {
			ch.bad(b.AddressPath(at, i), "%s is %s of the gateway itself; want the site behind it", text, own)
		}
	}
}

// ownListener is the key of the listener that an address certainly is, or "". Names that need a resolver
// are not checked: the Via header finds such loops at run time.
func (c *Config) ownListener(a Address) string {
	if a.Network == "unix" {
		if a.Dial == c.Listen.Unix {
			return "listen.unix"
		}
		if path, ok := c.Admin.Socket(); ok && a.Dial == path {
			return "admin.listen"
		}
		return ""
	}
	host, port, _ := net.SplitHostPort(a.Dial)
	for _, l := range []struct{ path, address string }{
		{"listen.http", c.Listen.HTTP},
		{"listen.https", c.Listen.HTTPS},
		{"admin.listen", c.Admin.Listen},
	} {
		own, ownPort, err := net.SplitHostPort(l.address)
		if err == nil && port == ownPort && reaches(host, own) {
			return l.path
		}
	}
	return ""
}

// reaches reports whether dialling host arrives at a listener bound to own.
func reaches(host, own string) bool {
	local := func(h string) bool {
		addr, err := netip.ParseAddr(h)
		return h == "localhost" || err == nil && (addr.IsLoopback() || addr.IsUnspecified())
	}
	everywhere := own == ""
	if addr, err := netip.ParseAddr(own); err == nil && addr.IsUnspecified() {
		everywhere = true
	}
	if everywhere {
		return local(host)
	}
	return host == own || host == "localhost" && local(own) || own == "localhost" && local(host)
}
