package proxy

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is one room's `backend:` section. A zero value means the default given at
// the field; durations are Go durations ("3s"), sizes are bytes.
type Config struct {
	// Addresses of the origin's servers, at least one: http://host:port,
	// https://host:port or unix:/path/to/socket.
	Addresses []string `koanf:"addresses" yaml:"addresses"`
	// Host replaces the Host field towards the origin. Empty: as the visitor sent it.
	Host string `koanf:"host" yaml:"host"`
	// TLS applies to https addresses.
	TLS TLSConfig `koanf:"tls" yaml:"tls"`

	// ConnectTimeout bounds connecting, TLS handshake included. Default 3s.
	ConnectTimeout time.Duration `koanf:"connect_timeout" yaml:"connect_timeout"`
	// FirstByteTimeout bounds the wait for the first byte of the answer, counted
	// from the moment the request was sent whole. Default 60s.
	FirstByteTimeout time.Duration `koanf:"first_byte_timeout" yaml:"first_byte_timeout"`
	// IdleReadTimeout bounds the silence of the origin within an answer; a stream of
	// events has to say something this often. Default 2m.
	IdleReadTimeout time.Duration `koanf:"idle_read_timeout" yaml:"idle_read_timeout"`
	// WriteStallTimeout bounds the time in which the origin has to take the next 32 KiB
	// of a request, and either side of a WebSocket what the other said. Default 30s.
	WriteStallTimeout time.Duration `koanf:"write_stall_timeout" yaml:"write_stall_timeout"`
	// ClientReadTimeout bounds the silence of the visitor within a request body. Default 30s.
	ClientReadTimeout time.Duration `koanf:"client_read_timeout" yaml:"client_read_timeout"`

	// MaxBodyBytes bounds a request body. Default 64 MiB.
	MaxBodyBytes int64 `koanf:"max_body_bytes" yaml:"max_body_bytes"`
	// GetBodies forwards bodies of GET and HEAD, which mean nothing (RFC 9110 sections 9.3.1
	// and 9.3.2) and which many sites do not read. Default: refused.
	GetBodies bool `koanf:"get_bodies" yaml:"get_bodies"`
	// MaxAnswerHeadBytes bounds the head of an answer, 1 KiB to 1 MiB. Default 64 KiB.
	MaxAnswerHeadBytes int `koanf:"max_answer_head_bytes" yaml:"max_answer_head_bytes"`

	// MaxInFlight bounds the requests that the origin works on at once, over all
	// its addresses. Default 512.
	MaxInFlight int `koanf:"max_in_flight" yaml:"max_in_flight"`
	// Queue holds what comes above MaxInFlight for a moment.
	Queue QueueConfig `koanf:"queue" yaml:"queue"`
	// KeepAlive says how connections to the origin are kept.
	KeepAlive KeepAliveConfig `koanf:"keep_alive" yaml:"keep_alive"`
	// Upgrade says what WebSockets may do.
	Upgrade UpgradeConfig `koanf:"upgrade" yaml:"upgrade"`
	// Health says when an address is left out.
	Health HealthConfig `koanf:"health" yaml:"health"`

	// Forwarded adds the Forwarded field (RFC 7239) beside the X-Forwarded family.
	Forwarded bool `koanf:"forwarded" yaml:"forwarded"`
	// Via names this gateway in a Via field towards the origin (RFC 9110 section 7.6.3).
	// Empty, the default, adds none: nginx and IIS answer uncompressed to a request
	// that carries Via unless they are told otherwise.
	Via string `koanf:"via" yaml:"via"`
}

// TLSConfig says how an https address is authenticated. Verification cannot be
// switched off; a private authority is named in CAFile.
type TLSConfig struct {
	// CAFile is a PEM file of authorities, instead of the system's.
	CAFile string `koanf:"ca_file" yaml:"ca_file"`
	// ServerName is asked for (SNI) and verified. Default: the address's host.
	ServerName string `koanf:"server_name" yaml:"server_name"`
	// CertFile and KeyFile are the client certificate and its key, PEM.
	CertFile string `koanf:"cert_file" yaml:"cert_file"`
	KeyFile  string `koanf:"key_file" yaml:"key_file"`
}

// QueueConfig is the short wait in front of a busy origin.
type QueueConfig struct {
	// Length bounds the requests that wait; -1 for none. Default 256.
	Length int `koanf:"length" yaml:"length"`
	// Wait bounds the time each waits. Default 5s.
	Wait time.Duration `koanf:"wait" yaml:"wait"`
}

// KeepAliveConfig is the pool of idle connections, per address.
type KeepAliveConfig struct {
	// MaxIdle connections are kept; -1 for none. Default 256.
	MaxIdle int `koanf:"max_idle" yaml:"max_idle"`
	// IdleTimeout closes what was not used for so long. Default 30s.
	IdleTimeout time.Duration `koanf:"idle_timeout" yaml:"idle_timeout"`
	// Share keeps connections also after a request with a body and after one from outside.
	// It is for sites that are known to read every body to its end. Default: they are used once.
	Share bool `koanf:"share" yaml:"share"`
}

// UpgradeConfig bounds WebSockets. Other protocols are never switched to: a tunnel
// whose content we cannot name would be a way around the gate.
type UpgradeConfig struct {
	// Max open at once; -1 forwards upgrade requests as ordinary ones. Default 4096.
	Max int `koanf:"max" yaml:"max"`
	// IdleTimeout closes one on which neither side said anything. Default 10m.
	IdleTimeout time.Duration `koanf:"idle_timeout" yaml:"idle_timeout"`
	// TotalTimeout closes one however busy. Default 24h.
	TotalTimeout time.Duration `koanf:"total_timeout" yaml:"total_timeout"`
}

// HealthConfig says when an address is left out and when it comes back.
type HealthConfig struct {
	// Path is asked for by the active check; empty switches it off.
	Path string `koanf:"path" yaml:"path"`
	// Host is the Host field of the active check. Default: Config.Host, else the address.
	Host string `koanf:"host" yaml:"host"`
	// Interval between checks, per address. Default 5s.
	Interval time.Duration `koanf:"interval" yaml:"interval"`
	// Timeout of one check. Default 2s.
	Timeout time.Duration `koanf:"timeout" yaml:"timeout"`
	// Status that counts as healthy: "200", "200-399" or "200,204,300-399". Default "200-399".
	Status string `koanf:"status" yaml:"status"`
	// Unhealthy checks in a row take an address out. Default 3.
	Unhealthy int `koanf:"unhealthy" yaml:"unhealthy"`
	// Healthy checks in a row bring it back. Default 2.
	Healthy int `koanf:"healthy" yaml:"healthy"`

	// Failures of requests in a row leave an address out while there is a better one; -1
	// switches it off. A connection that cannot be made counts for all. One that broke, a
	// late answer and a 5xx count once a client, apart for people inside and for open
	// paths, and only while another address answers. Default 5.
	Failures int `koanf:"failures" yaml:"failures"`
	// Backoff is the first time out after failures; it doubles up to MaxBackoff with
	// each failure after it. Default 1s.
	Backoff time.Duration `koanf:"backoff" yaml:"backoff"`
	// MaxBackoff is the longest time out. Default 30s.
	MaxBackoff time.Duration `koanf:"max_backoff" yaml:"max_backoff"`
	// SlowStart is the time over which an address that came back grows to its full
	// share; -1 switches it off. Default 10s.
	SlowStart time.Duration `koanf:"slow_start" yaml:"slow_start"`
}

// DefaultConfig is the configuration that an otherwise empty section gets.
func DefaultConfig() Config { return Config{}.withDefaults() }

func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func (c Config) withDefaults() Config {
	orDefault(&c.ConnectTimeout, 3*time.Second)
	orDefault(&c.FirstByteTimeout, time.Minute)
	orDefault(&c.IdleReadTimeout, 2*time.Minute)
	orDefault(&c.WriteStallTimeout, 30*time.Second)
	orDefault(&c.ClientReadTimeout, 30*time.Second)
	orDefault(&c.MaxBodyBytes, 64<<20)
	orDefault(&c.MaxAnswerHeadBytes, 64<<10)
	orDefault(&c.MaxInFlight, 512)
	orDefault(&c.Queue.Length, 256)
	orDefault(&c.Queue.Wait, 5*time.Second)
	orDefault(&c.KeepAlive.MaxIdle, 256)
	orDefault(&c.KeepAlive.IdleTimeout, 30*time.Second)
	orDefault(&c.Upgrade.Max, 4096)
	orDefault(&c.Upgrade.IdleTimeout, 10*time.Minute)
	orDefault(&c.Upgrade.TotalTimeout, 24*time.Hour)
	orDefault(&c.Health.Interval, 5*time.Second)
	orDefault(&c.Health.Timeout, 2*time.Second)
	orDefault(&c.Health.Status, "200-399")
	orDefault(&c.Health.Unhealthy, 3)
	orDefault(&c.Health.Healthy, 2)
	orDefault(&c.Health.Failures, 5)
	orDefault(&c.Health.Backoff, time.Second)
	orDefault(&c.Health.MaxBackoff, 30*time.Second)
	orDefault(&c.Health.SlowStart, 10*time.Second)
	return c
}

// Validate reports everything wrong with the section at once, each problem with its
// path below path (for instance "rooms[0].backend") and what is accepted there.
func (c Config) Validate(path string) error {
	c = c.withDefaults()
	v := validation{path: path}
	v.addresses(c.Addresses)
	v.tls(c)
	v.host("host", c.Host)
	v.durations(c)
	v.numbers(c)
	v.health(c.Health)
	if c.Via != "" && !isToken(c.Via) {
		v.fail("via", "%q is not a name: letters, digits and -._ are accepted", c.Via)
	}
	return errors.Join(v.problems...)
}

type validation struct {
	path     string
	problems []error
}

func (v *validation) fail(field, format string, args ...any) {
	name := field
	if v.path != "" {
		name = v.path + "." + field
	}
	v.problems = append(v.problems, fmt.Errorf("%s: "+format, append([]any{name}, args...)...))
}

func (v *validation) addresses(list []string) {
	if len(list) == 0 {
		v.fail("addresses", "at least one is needed: http://host:port, https://host:port or unix:/path")
	}
	for i, a := range list {
		field := "addresses[" + strconv.Itoa(i) + "]"
		if _, err := parseAddress(a); err != nil {
			v.fail(field, "%v", err)
		}
		if slices.Contains(list[:i], a) {
			v.fail(field, "%q is named twice", a)
		}
	}
}

func (v *validation) tls(c Config) {
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		v.fail("tls", "cert_file and key_file are given together or not at all")
	}
	https := slices.ContainsFunc(c.Addresses, func(a string) bool { return strings.HasPrefix(a, "https:") })
	if c.TLS != (TLSConfig{}) && !https {
		v.fail("tls", "no address begins with https://, so nothing of it would be used")
	}
	v.host("tls.server_name", c.TLS.ServerName)
}

// host accepts what may stand in a Host field or a server name.
func (v *validation) host(field, h string) {
	if h == "" {
		return
	}
	if _, err := netip.ParseAddr(strings.Trim(h, "[]")); err == nil {
		return
	}
	for _, r := range []byte(h) {
		if !isAlphaNum(r) && !strings.ContainsRune("-._:[]", rune(r)) {
			v.fail(field, "%q is not a host name, with or without :port", h)
			return
		}
	}
}

func (v *validation) durations(c Config) {
	for _, d := range []struct {
		field    string
		v        time.Duration
		min, max time.Duration
	}{
		{"connect_timeout", c.ConnectTimeout, time.Millisecond, time.Minute},
		{"first_byte_timeout", c.FirstByteTimeout, time.Millisecond, time.Hour},
		{"idle_read_timeout", c.IdleReadTimeout, time.Millisecond, 24 * time.Hour},
		{"write_stall_timeout", c.WriteStallTimeout, time.Millisecond, time.Hour},
		{"client_read_timeout", c.ClientReadTimeout, time.Millisecond, time.Hour},
		{"queue.wait", c.Queue.Wait, time.Millisecond, 5 * time.Minute},
		{"keep_alive.idle_timeout", c.KeepAlive.IdleTimeout, time.Millisecond, time.Hour},
		{"upgrade.idle_timeout", c.Upgrade.IdleTimeout, time.Millisecond, 24 * time.Hour},
		{"upgrade.total_timeout", c.Upgrade.TotalTimeout, time.Millisecond, 30 * 24 * time.Hour},
		{"health.interval", c.Health.Interval, time.Millisecond, time.Hour},
		{"health.timeout", c.Health.Timeout, time.Millisecond, time.Minute},
		{"health.backoff", c.Health.Backoff, time.Millisecond, time.Hour},
		{"health.max_backoff", c.Health.MaxBackoff, c.Health.Backoff, time.Hour},
		{"health.slow_start", c.Health.SlowStart, -1, time.Hour},
	} {
		if d.v < d.min || d.v > d.max {
			v.fail(d.field, "%v is not within %v to %v", d.v, d.min, d.max)
		}
	}
}

func (v *validation) numbers(c Config) {
	for _, n := range []struct {
		field    string
		v        int64
		min, max int64
	}{
		{"max_body_bytes", c.MaxBodyBytes, 1, 1 << 50},
		{"max_answer_head_bytes", int64(c.MaxAnswerHeadBytes), 1 << 10, 1 << 20},
		{"max_in_flight", int64(c.MaxInFlight), 1, 1 << 20},
		{"queue.length", int64(c.Queue.Length), -1, 1 << 20},
		{"keep_alive.max_idle", int64(c.KeepAlive.MaxIdle), -1, 1 << 16},
		{"upgrade.max", int64(c.Upgrade.Max), -1, 1 << 20},
		{"health.unhealthy", int64(c.Health.Unhealthy), 1, 1000},
		{"health.healthy", int64(c.Health.Healthy), 1, 1000},
		{"health.failures", int64(c.Health.Failures), -1, 1 << 20},
	} {
		if n.v < n.min || n.v > n.max {
			v.fail(n.field, "%d is not within %d to %d", n.v, n.min, n.max)
		}
	}
}

func (v *validation) health(h HealthConfig) {
	if h.Path != "" && !validTarget(h.Path) {
		v.fail("health.path", "%q is not a path: it begins with / and has no blanks or control characters", h.Path)
	}
	v.host("health.host", h.Host)
	if _, err := parseStatusRanges(h.Status); err != nil {
		v.fail("health.status", "%v", err)
	}
}

func validTarget(p string) bool {
	return strings.HasPrefix(p, "/") && !strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' })
}
