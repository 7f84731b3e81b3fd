package web

import (
	"slices"
	"strings"
)

// HTMLType is the media type of every page.
const HTMLType = "text/html; charset=utf-8"

// newPolicy lets a page use the scripts and styles with these hashes, images that stand in it, and talk to its own host, and
// nothing else: a hash cannot be guessed into a page as a nonce can be copied, and needs no page of its own for each
// visitor. As the scripts write text only, never HTML, the browser is told to forbid the rest (Trusted Types).
func newPolicy(scripts, styles []string) string {
	return "default-src 'none'; script-src " + strings.Join(scripts, " ") + "; style-src " + strings.Join(styles, " ") +
		"; img-src data:; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'"
}

func policyHeaders(policy, forms, ancestors string) []string {
	return []string{
		"Content-Security-Policy", policy + "; form-action " + forms + "; frame-ancestors " + ancestors,
		"X-Content-Type-Options", "nosniff",
		"Referrer-Policy", "same-origin",
		"Vary", "Accept-Encoding",
	}
}

// PressHeaders are those of the pages of AppendPress and AppendDoor alone. Their forms end on the site, which may lead to another host,
// and browsers hold form-action against every step of the way.
func (s *Site) PressHeaders() []string { return policyHeaders(s.policy, "*", s.ancestors) }

// WindowHeaders are those of pages that other hosts may show in a frame: of AppendWindow, where whoever is tricked into its
// button sees a window open, and of those that only say something.
func (s *Site) WindowHeaders() []string { return policyHeaders(s.policy, "'self'", "*") }

// Headers are the header fields, name and value in turn, that every page must be sent with, beside what keeps
// it out of caches. The slice belongs to the caller.
func (s *Site) Headers() []string { return slices.Clone(s.headers) }
