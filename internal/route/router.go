package route

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Verdict is what a room's rules say about a request.
type Verdict uint8

const (
	// Nowhere: no room answers to this host.
	Nowhere Verdict = iota
	// Line: a pass of the room is needed.
	Line
	// Open: the request goes to the room's backend without waiting.
	Open
	// Ambiguous: readings of the path belong to the lines of different rooms, and it depends on the backend
	// which one it would serve. Refuse it; no ordinary link looks like this.
	Ambiguous
	// Unreadable: the path is no UTF-8, and its room does not take such. Refuse it: what it names depends on the encoding
	// that the backend believes it is in.
	Unreadable
)

// Router finds the room that a request belongs to, by the rules in the comment of the package. It is immutable and safe
// for concurrent use.
type Router struct {
	exact map[string]*site
	wild  map[string]*site // by the name without "*"
	all   *site
	hosts [][]string // patterns of each room
	// legacy tells which rooms take paths that are no UTF-8.
	legacy []bool
	// lettered: a rule has letters beyond ASCII, so that a path of ASCII alone may be a looser spelling of it.
	lettered bool
}

// site is what all rooms of one host pattern say, longest rule first.
type site struct {
	rules []rule
	// first is the first room in the configuration that has this host.
	first int
}

type rule struct {
	Rule
	room int
	open bool
}

// New builds the router of these rooms. It refuses rules that [ParseRule] refuses, each named as in
// rooms[1].exclude[0], and checks nothing else: that two rooms do not
// claim the same path is checked by package config.
func New(rooms []Room) (*Router, error) {
	r := &Router{exact: map[string]*site{}, wild: map[string]*site{}}
	var errs []error
	for i, room := range rooms {
		room = room.Filled()
		r.hosts, r.legacy = append(r.hosts, room.Hosts), append(r.legacy, room.Legacy)
		var rules []rule
		add := func(key string, paths []string, open bool) {
			for j, path := range paths {
				parsed, err := ParseRule(path)
				if err != nil {
					errs = append(errs, fmt.Errorf("rooms[%d].%s[%d]: %q %w", i, key, j, path, err))
					continue
				}
				r.lettered = r.lettered || !isASCII([]byte(parsed.path))
				rules = append(rules, rule{Rule: parsed, room: i, open: open})
			}
		}
		add("paths", room.Paths, false)
		add("exclude", room.Exclude, true)
		for _, host := range room.Hosts {
			r.siteFor(host, i).add(rules)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return r, nil
}

func (r *Router) siteFor(host string, room int) *site {
	if host == "*" {
		if r.all == nil {
			r.all = &site{first: room}
		}
		return r.all
	}
	sites := r.exact
	if suffix, ok := strings.CutPrefix(host, "*"); ok {
		host, sites = suffix, r.wild
	}
	if sites[host] == nil {
		sites[host] = &site{first: room}
	}
	return sites[host]
}

func (s *site) add(rules []rule) {
	s.rules = append(s.rules, rules...)
	slices.SortStableFunc(s.rules, func(a, b rule) int { return len(b.path) - len(a.path) })
}

// find is the longest rule that covers a reading, or nil.
func (s *site) find(path []byte, how sense) *rule {
	for i := range s.rules {
		r := &s.rules[i]
		prefix := r.path
		switch {
		case how.folded:
			prefix = r.fold
		case how.blurred:
			prefix = r.blur
		}
		if !(how.linesOnly && r.open) && covers(prefix, path) {
			return r
		}
	}
	return nil
}

// sense says how rules are compared with a reading.
type sense struct {
	// folded: with their loosest spelling.
	folded bool
	// blurred: with their spelling for a path that is no UTF-8.
	blurred bool
	// linesOnly: as if there were no exclude rules.
	linesOnly bool
}

// Match finds the room (its position in the configuration, -1 for Nowhere, Ambiguous and Unreadable) and the verdict. host is
// without port; path is raw, without query. Ordinary paths cost no allocation.
func (r *Router) Match(host string, path []byte) (room int, v Verdict) {
	host = foldHost(host)
	if len(path) == 0 || path[0] != '/' {
		path = []byte("/") // OPTIONS * and nonsense: as guarded as the root
	}
	switch spellingOf(path) {
	case plainSpelling:
		if r.lettered {
			return r.careful(host, reading{paths: [4][]byte{path, path, path}})
		}
		return r.single(host, path)
	case mixedCase:
		var stack [256]byte
		return r.careful(host, reading{paths: [4][]byte{path, path, lower(append(stack[:0], path...), 0)}})
	default:
		return r.several(host, path)
	}
}

// foldHost brings a Host to the form of the configuration. The common case is that it already is.
func foldHost(host string) string {
	host = strings.TrimSuffix(host, ".")
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	return strings.ToLower(host)
}

func (r *Router) single(host string, path []byte) (int, Verdict) {
	found, first := r.lookup(host, path, sense{})
	switch {
	case found != nil && found.open:
		return found.room, Open
	case found != nil:
		return found.room, Line
	case first >= 0:
		return first, Open
	}
	return -1, Nowhere
}

// lookup is the rule for one reading, and the room that takes paths without a rule (-1: no room has this host).
func (r *Router) lookup(host string, path []byte, how sense) (found *rule, first int) {
	first = -1
	ask := func(s *site) bool {
		if s == nil {
			return false
		}
		if first < 0 {
			first = s.first
		}
		found = s.find(path, how)
		return found != nil
	}
	if ask(r.exact[host]) {
		return found, first
	}
	for rest := host; len(r.wild) > 0; {
		dot := strings.IndexByte(rest[min(1, len(rest)):], '.')
		if dot < 0 {
			break
		}
		rest = rest[dot+1:]
		if ask(r.wild[rest]) {
			return found, first
		}
	}
	ask(r.all)
	return found, first
}

func (r *Router) several(host string, path []byte) (int, Verdict) {
	var stack [4][256]byte
	buf := [4][]byte{stack[0][:0], stack[1][:0], stack[2][:0], stack[3][:0]}
	read := readings(path, buf)
	room, v := r.careful(host, read)
	if read.encoded && room >= 0 && !r.legacy[room] && !utf8.Valid(decode(stack[0][:0], path, false)) {
		return -1, Unreadable
	}
	behind := behindAuthority(path)
	if behind == nil {
		return room, v
	}
	switch other, w := r.careful(host, readings(behind, buf)); {
	case w == Line && v == Line && other != room, w == Ambiguous:
		return -1, Ambiguous
	case w == Line:
		return other, Line
	}
	return room, v
}

// behindAuthority is the path that is left when "//name/path" is read as a reference with a host in it, as by
// servers that resolve the request's target against a base URL. It is nil if path does not look like that.
func behindAuthority(path []byte) []byte {
	name := bytes.TrimLeft(path, slashes)
	if len(path)-len(name) < 2 {
		return nil
	}
	if i := bytes.IndexAny(name, slashes); i >= 0 {
		return name[i:]
	}
	return nil // "//termine" is a slip in many a link, and would be the root of a host
}

const slashes = "/\\"

// careful decides about a path that can be read in several ways.
func (r *Router) careful(host string, read reading) (int, Verdict) {
	var line *rule
	room, many := -1, false
	for i, reading := range read.paths {
		if i == 3 && !read.encoded {
			break
		}
		found, first := r.lookup(host, reading, sense{folded: i == 2, blurred: i == 3, linesOnly: read.odd})
		switch {
		case found != nil && !found.open:
			many = many || line != nil && line.room != found.room
			if line == nil || len(found.path) > len(line.path) {
				line = found
			}
		case room < 0 && found != nil:
			room = found.room
		case room < 0:
			room = first
		}
	}
	switch {
	case many && read.climbs:
		return -1, Ambiguous
	case line != nil:
		return line.room, Line
	case room < 0:
		return -1, Nowhere
	}
	return room, Open
}
