package route

import "strings"

// HasHost reports whether a room, by its position in the configuration, answers to a host (without port).
func (r *Router) HasHost(room int, host string) bool {
	host = foldHost(host)
	for _, pattern := range r.hosts[room] {
		suffix, wild := strings.CutPrefix(pattern, "*")
		if pattern == host || wild && strings.HasSuffix(host, suffix) {
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
		suffix, wild := strings.CutPrefix(pattern, "*")
		if pattern == host || wild && suffix != "" && strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}
