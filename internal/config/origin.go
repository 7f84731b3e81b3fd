package config

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/einlass/einlass/internal/route"
)

// SplitOrigin takes an origin (https://host, http://host:port) as Load leaves it apart. host has no brackets; port is empty for
// the scheme's own.
func SplitOrigin(origin string) (tls bool, host, port string) {
	rest, tls := strings.CutPrefix(origin, "https://")
	if !tls {
		rest = strings.TrimPrefix(origin, "http://")
	}
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		rest, port = rest[:i], rest[i+1:]
	}
	return tls, strings.Trim(rest, "[]"), port
}

// origin is an origin in its one form: the host as browsers write it, the scheme's own port left out. Empty: it is none.
func (ch *checker) origin(path, text string) string {
	scheme, rest, ok := strings.Cut(strings.TrimSuffix(text, "/"), "://")
	scheme = strings.ToLower(scheme)
	tls, host, port := SplitOrigin(scheme + "://" + rest)
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok || scheme != "https" && scheme != "http" || host == "" || strings.ContainsAny(rest, "/?#@ ") || port != "" && (err != nil || n == 0) {
		ch.bad(path, "%q is not an origin; want for example https://www.example.org, without a path", text)
		return ""
	}
	host = ch.hostName(path, host)
	switch {
	case port == "", tls && n == 443, !tls && n == 80:
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return scheme + "://" + host
	default:
		return scheme + "://" + net.JoinHostPort(host, strconv.FormatUint(n, 10))
	}
}

// origins brings the origins of a room into their form.
func (ch *checker) origins(r *Room, at string) {
	if r.Canonical != "" {
		r.Canonical = ch.origin(at+".canonical", r.Canonical)
	}
	for i, text := range r.FrameAncestors {
		r.FrameAncestors[i] = ch.origin(at+".frame_ancestors["+strconv.Itoa(i)+"]", text)
	}
}

// home checks that visitors who are sent to the canonical origin are served there, and not sent on.
func (ch *checker) home(c *Config, r *Room, at string) {
	if r.Canonical == "" {
		return
	}
	tls, host, _ := SplitOrigin(r.Canonical)
	switch {
	case len(r.Hosts) > 0 && !slices.ContainsFunc(r.Hosts, func(pattern string) bool { return route.HostMatches(pattern, host) }):
		ch.bad(at+".canonical", "%q is none of the room's hosts", host)
	case strings.HasPrefix(host, "*"):
		ch.bad(at+".canonical", "%q is not one host", host)
	case tls && c.Listen.HTTPS == "" && c.Listen.Unix == "" && len(c.TrustedProxies) == 0:
		ch.bad(at+".canonical", "is by https, and nobody is seen to come so: there is no listen.https, and no proxy in trusted_proxies")
	case !tls && c.Listen.HTTPS != "":
		ch.bad(at+".canonical", "is by http, and there is listen.https; want https://%s", host)
	}
}

// Lines says of each room, in the order of Rooms, which names are one line, and where its numbers are given.
func (c *Config) Lines() []string {
	lines := make([]string, len(c.Rooms))
	for i := range c.Rooms {
		r := &c.Rooms[i]
		hosts := r.Hosts
		if len(hosts) == 0 {
			hosts = []string{"*"}
		}
		said := "room " + r.ID + ": one line for " + strings.Join(hosts, ", ")
		switch {
		case r.Canonical != "":
			said += "; numbers are given at " + r.Canonical
		case len(hosts) > 1 || strings.HasPrefix(hosts[0], "*"):
			said += "; no canonical is set, so whoever goes from one of these names to another waits again"
		}
		if r.Canonical == "" && c.Listen.HTTPS == "" && len(c.TrustedProxies) > 0 {
			said += "; unless the proxy redirects http to https, whoever goes from one to the other waits again"
		}
		lines[i] = said
	}
	return lines
}
