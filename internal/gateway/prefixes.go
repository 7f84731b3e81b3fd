package gateway

import (
	"fmt"

	"github.com/einlass/einlass/internal/route"
)

// prefixes are paths that the operator names for one purpose.
type prefixes []route.Rule

// newPrefixes parses what the configuration names key of a room.
func newPrefixes(room, key string, paths []string) (prefixes, error) {
	p := make(prefixes, len(paths))
	for i, path := range paths {
		rule, err := route.ParseRule(path)
		if err != nil {
			return nil, fmt.Errorf("gateway: room %q: %s: %w", room, key, err)
		}
		p[i] = rule
	}
	return p, nil
}

// has reports whether a raw path is one of them in the loosest reading of it.
func (p prefixes) has(path []byte) bool {
	for i := range p {
		if p[i].Contains(path) {
			return true
		}
	}
	return false
}
