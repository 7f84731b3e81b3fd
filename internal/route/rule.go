package route

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Room is what a room's configuration says about its requests.
type Room struct {
	// Hosts are exact names, "*.example.org" for all names below, or "*"; lower case, Punycode, without port. Empty
	// means "*".
	Hosts []string
	// Paths are the prefixes that need a pass, Exclude the ones that do not. Empty Paths means "/".
	Paths, Exclude []string
	// Legacy takes paths that are no UTF-8, too.
	Legacy bool
}

// Filled is the room with "*" and "/" where it names no host or path.
func (r Room) Filled() Room {
	if len(r.Hosts) == 0 {
		r.Hosts = []string{"*"}
	}
	if len(r.Paths) == 0 {
		r.Paths = []string{"/"}
	}
	return r
}

// Rule is a path prefix that ends at a segment border.
type Rule struct {
	// path is decoded, without a final slash: "" covers everything.
	path string
	// fold is path as the loosest reading spells it, blur as the one of a path that is no UTF-8.
	fold, blur string
}

// ParseRule reads a prefix as it is configured: a plain path, percent-encoded or not. The error says what is wrong and
// continues a sentence that begins with the path.
func ParseRule(path string) (Rule, error) {
	if path == "" || path[0] != '/' {
		return Rule{}, errors.New("does not begin with /")
	}
	if i := strings.IndexAny(path, "?#*;\\"); i >= 0 {
		return Rule{}, fmt.Errorf("has %q; a rule is a path prefix: /termine covers everything below it", path[i])
	}
	clean, err := url.PathUnescape(path)
	if err != nil || strings.Count(clean, "/") != strings.Count(path, "/") || strings.ContainsAny(clean, "\\;") || !utf8.ValidString(clean) ||
		strings.ContainsFunc(clean, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Rule{}, errors.New("is not a plain path: broken encoding, encoded separators or control characters")
	}
	clean = strings.TrimSuffix(clean, "/")
	if !plainPath(clean) {
		return Rule{}, errors.New("has empty or dot segments")
	}
	fold, _ := loosen(nil, []byte(clean))
	return Rule{path: clean, fold: string(fold), blur: string(blur([]byte(clean)))}, nil
}

// Key is the same for two rules that decide about the same paths in some reading.
func (r Rule) Key() string { return r.fold }

// Covers reports whether every path of the other rule is one of this rule.
func (r Rule) Covers(other Rule) bool { return covers(r.fold, []byte(other.fold)) }

// Contains reports whether a raw path is one of this rule in the loosest reading of it.
func (r Rule) Contains(path []byte) bool {
	var buf [256]byte
	loose, _ := loosen(buf[:0], path)
	return covers(r.fold, loose)
}

func covers(prefix string, path []byte) bool {
	return len(path) >= len(prefix) && string(path[:len(prefix)]) == prefix &&
		(len(path) == len(prefix) || path[len(prefix)] == '/')
}

// plainPath reports whether a path without a final slash has neither empty segments nor ones of dots alone.
func plainPath(path string) bool {
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path != "" && strings.Trim(segment, ". ") == "" {
			return false
		}
	}
	return true
}
