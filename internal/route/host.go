package route

import "strings"

// HostMatches reports whether a host is one of a pattern: an exact name, "*.example.org" for all names below, or "*". Both are in the
// form that a configuration has after it was read: lower case, without port.
func HostMatches(pattern, host string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return pattern == host || wild && strings.HasSuffix(host, suffix)
}

// HasHost reports whether a room, by its position in the configuration, answers to a host (without port).
func (r *Router) HasHost(room int, host string) bool {
	host = foldHost(host)
	for _, pattern := range r.hosts[room] {
		if HostMatches(pattern, host) {
			return true
		}
	}
	return false
}

// Names reports whether a room, by its position in the configuration, has a host (without port) by name: by an exact one or
// by "*.example.org", not by "*".
func (r *Router) Names(room int, host string) bool {
	host = foldHost(host)
	for _, pattern := range r.hosts[room] {
		if pattern != "*" && HostMatches(pattern, host) {
			return true
		}
	}
	return false
}
