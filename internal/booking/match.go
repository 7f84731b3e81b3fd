package booking

import (
	"net/url"
	"slices"
)

// Request is what the visitor asked.
type Request struct {
	Method string
	// Path is raw, without the Query.
	Path, Query []byte
}

// Answer is the head of what the site answered.
type Answer interface {
	Status() int
	// Field is the value of the first field of that name, given in lower case; nil if there is none.
	Field(lower string) []byte
	// Has reports whether one of the fields of that name, given in lower case, has exactly this value.
	Has(lower, value string) bool
}

// Met is what an answer says by the rule that it meets.
type Met struct {
	// Ref is the site's own name of it, at most MaxRef bytes; empty: it has none.
	Ref string
	// Count is how many, 0 to MaxCount.
	Count int64
}

// Match is what an answer says by the first rule that it meets. ownHost tells the names of the room, given without port, from those of
// other sites. An answer that meets no path, method or status costs no allocation.
func (rs *Rules) Match(req Request, a Answer, ownHost func(name string) bool) (met Met, ok bool) {
	for i := range rs.all {
		if r := &rs.all[i]; r.match(req, a, ownHost) {
			return Met{Ref: r.ref.of(req, a), Count: r.count.of(a)}, true
		}
	}
	return Met{}, false
}

// Any reports whether there is a rule.
func (rs *Rules) Any() bool { return len(rs.all) > 0 }

func (r *rule) match(req Request, a Answer, ownHost func(name string) bool) bool {
	return slices.Contains(r.methods, req.Method) && r.hasStatus(a.Status()) &&
		(r.path == nil || r.path.Contains(req.Path)) &&
		(r.field == "" || a.Has(r.field, r.value)) &&
		(r.redirect == nil || a.Status()/100 == 3 && r.leads(req.Path, a.Field("location"), ownHost))
}

func (r *rule) hasStatus(status int) bool {
	if status == 304 && r.redirect == nil {
		status = 200
	}
	return slices.ContainsFunc(r.status, func(s [2]int) bool { return status >= s[0] && status <= s[1] })
}

// leads reports whether a Location, resolved as browsers do (RFC 9110 §10.2.2), is a path of the rule at a name of the room.
func (r *rule) leads(from, location []byte, ownHost func(name string) bool) bool {
	if len(location) == 0 {
		return false
	}
	to, err := url.Parse(string(location))
	if err != nil || to.Opaque != "" || to.Scheme != "" && to.Scheme != "http" && to.Scheme != "https" {
		return false
	}
	if to.Host != "" && !ownHost(to.Hostname()) {
		return false
	}
	if to.Host == "" {
		base, err := url.Parse("http://x" + string(from))
		if err != nil {
			return false
		}
		to = base.ResolveReference(to)
	}
	path := to.EscapedPath()
	if path == "" {
		path = "/"
	}
	return r.redirect.Contains([]byte(path))
}
