package web

import "slices"

// HTMLType is the media type of every page.
const HTMLType = "text/html; charset=utf-8"

// policy lets a page use its own stylesheet, script and icon, talk to its own host, and nothing else. There is
// no inline style or script, so neither a nonce nor a hash is needed; and as the script writes text only, never
// HTML, the browser is told to forbid the rest (Trusted Types).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; require-trusted-types-for 'script'"

func policyHeaders(forms, ancestors string) []string {
	return []string{
		"Content-Security-Policy", policy + "; form-action " + forms + "; frame-ancestors " + ancestors,
		"X-Content-Type-Options", "nosniff",
		"Referrer-Policy", "same-origin",
	}
}

// PressHeaders are those of the pages of AppendPress and AppendDoor alone. Their forms end on the site, which may lead to another host,
// and browsers hold form-action against every step of the way.
func (s *Site) PressHeaders() []string { return policyHeaders("*", s.ancestors) }

// WindowHeaders are those of pages that other hosts may show in a frame: of AppendWindow, where whoever is tricked into its
// button sees a window open, and of those that only say something.
func (s *Site) WindowHeaders() []string { return policyHeaders("'self'", "*") }

// Headers are the header fields, name and value in turn, that every page must be sent with, beside what keeps
// it out of caches. The slice belongs to the caller.
func (s *Site) Headers() []string { return slices.Clone(s.headers) }
