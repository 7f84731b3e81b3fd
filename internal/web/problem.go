package web

import "strconv"

// ProblemType is the media type of what AppendProblem writes (RFC 9457 section 3).
const ProblemType = "application/problem+json"

// Problem is an answer for programs, by RFC 9457.
type Problem struct {
	// Status is the HTTP status of the answer, 100 to 599; other values are left out.
	Status int
	// Type is a URI reference that names the kind of problem. Empty: "about:blank", that is, the kind is the
	// status.
	Type string
	// Title says what kind of problem it is, the same for each occurrence.
	Title string
	// Detail says what happened this time. Empty: left out.
	Detail string
	// Instance names this occurrence, for example a request id as URI reference. Empty: left out.
	Instance string
	// URL is where a person goes on, as URI reference: a script can send its page there. Empty: left out.
	URL string
}

// AppendProblem appends the problem as JSON. It does not allocate if dst has room. Safe for concurrent use.
func AppendProblem(dst []byte, p *Problem) []byte {
	kind := p.Type
	if kind == "" {
		kind = "about:blank"
	}
	dst = append(dst, `{"type":`...)
	dst = appendJSON(dst, kind)
	dst = append(dst, `,"title":`...)
	dst = appendJSON(dst, p.Title)
	if p.Status >= 100 && p.Status <= 599 {
		dst = append(dst, `,"status":`...)
		dst = strconv.AppendInt(dst, int64(p.Status), 10)
	}
	if p.Detail != "" {
		dst = append(dst, `,"detail":`...)
		dst = appendJSON(dst, p.Detail)
	}
	if p.Instance != "" {
		dst = append(dst, `,"instance":`...)
		dst = appendJSON(dst, p.Instance)
	}
	if p.URL != "" {
		dst = append(dst, `,"url":`...)
		dst = appendJSON(dst, p.URL)
	}
	return append(dst, '}')
}
