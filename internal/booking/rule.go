package booking

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/route"
)

// Methods are those that a rule may name. HEAD and OPTIONS are none of them: nobody sees a page by these.
func Methods() []string { return []string{"GET", "POST", "PUT", "PATCH", "DELETE"} }

// Rule is what must be true of a request and the head of its answer. An empty member is true of all.
type Rule struct {
	// Path is a prefix of paths, as those of a room.
	Path string
	// Methods are some of [Methods].
	Methods []string
	// Status are ranges of which both ends belong to it, 200 to 599; empty: 200 to 399. An answer 304 counts as 200, for the
	// browser shows the page that it has kept.
	Status [][2]int
	// Redirect is a prefix of the path that the answer's Location leads to, on a host of the room.
	Redirect string
	// Field is the name of a field of the answer, in any case, which has exactly this Value.
	Field, Value string
	// Ref is where the site's own name of a booking stands, Count how many it is of. A rule that ends a stay has neither.
	Ref   Source
	Count Count
}

// Problem is what is wrong with one member of a rule.
type Problem struct {
	// Key is path, method, status, redirect, header or ref; empty: the rule as a whole.
	Key string
	// Text says what is wrong and what is accepted.
	Text string
}

// Problems are all things that are wrong with a rule, in the order of its members.
func (r *Rule) Problems() (all []Problem) {
	bad := func(key, format string, args ...any) {
		all = append(all, Problem{key, fmt.Sprintf(format, args...)})
	}
	for _, prefix := range []struct{ key, path string }{{"path", r.Path}, {"redirect", r.Redirect}} {
		if prefix.path == "" {
			continue
		}
		if _, err := route.ParseRule(prefix.path); err != nil {
			bad(prefix.key, "%q %v", prefix.path, err)
		}
	}
	for i, method := range r.Methods {
		switch {
		case !slices.Contains(Methods(), method):
			bad("method", "%q is not accepted; want some of %s, with commas and without blanks", method, strings.Join(Methods(), ","))
		case slices.Contains(r.Methods[:i], method):
			bad("method", "%s is given twice", method)
		}
	}
	for _, s := range r.Status {
		switch {
		case s == [2]int{304, 304}:
			bad("status", "304 is the page of a 200 that the browser has kept; want 200, which covers both")
		case r.Redirect != "" && (s[0] < 300 || s[1] > 399):
			bad("status", "%s is no redirect, and redirect is given; want some of 300-399, or no status", text(s))
		}
	}
	if r.Field != "" && !isToken(r.Field) {
		bad("header", "%q is no name of a field; want name: value", r.Field)
	}
	if strings.ContainsFunc(r.Value, func(c rune) bool { return c < ' ' || c > '~' }) {
		bad("header", "the value has characters that are not visible ASCII")
	}
	if r.Ref.From == FromRedirect && r.Redirect == "" {
		bad("ref", "is the place that a redirect leads to, and the rule has no redirect")
	}
	if strings.Trim(r.Path, "/") == "" && r.Redirect == "" && r.Field == "" {
		bad("", "would be met by any page of the site; want a path below /, a redirect or a header")
	}
	return all
}

func text(s [2]int) string {
	if s[0] == s[1] {
		return fmt.Sprint(s[0])
	}
	return fmt.Sprintf("%d-%d", s[0], s[1])
}

// isToken is the form of a field's name (RFC 9110 §5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", c)
	})
}

// Rules are rules in use. They are immutable and safe for concurrent use.
type Rules struct{ all []rule }

type rule struct {
	path, redirect *route.Rule // nil: any
	methods        []string
	status         [][2]int
	field, value   string // the field in lower case
	ref            Source
	count          Count
}

// New prepares rules. It refuses those that have [Problem]s.
func New(rules []Rule) (*Rules, error) {
	out := &Rules{}
	var errs []error
	for i := range rules {
		r := &rules[i]
		for _, p := range r.Problems() {
			errs = append(errs, fmt.Errorf("rule %d %s: %s", i, p.Key, p.Text))
		}
		one := rule{methods: r.Methods, status: r.Status, field: strings.ToLower(r.Field), value: r.Value, ref: r.Ref, count: r.Count}
		one.path, one.redirect = parsed(r.Path), parsed(r.Redirect)
		if len(one.methods) == 0 {
			one.methods = Methods()
		}
		if len(one.status) == 0 {
			one.status = [][2]int{{200, 399}}
		}
		out.all = append(out.all, one)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return out, nil
}

// parsed is a prefix that Problems has looked at.
func parsed(prefix string) *route.Rule {
	rule, err := route.ParseRule(prefix)
	if prefix == "" || err != nil {
		return nil
	}
	return &rule
}
