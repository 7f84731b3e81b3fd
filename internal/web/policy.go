package web

import "slices"

// HTMLType is the media type of every page.
const HTMLType = "text/html; charset=utf-8"

// policy lets a page use its own stylesheet, script and icon, talk to its own host, and nothing else. There is
// no inline style or script, so neither a nonce nor a hash is needed; and as the script writes text only, never
// HTML, the browser is told to forbid the rest (Trusted Types).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'"

func policyHeaders() []string {
	return []string{
		"Content-Security-Policy", policy,
		"X-Content-Type-Options", "nosniff",
		"Referrer-Policy", "same-origin",
	}
}

// Headers are the header fields, name and value in turn, that every page must be sent with, beside what keeps
// it out of caches. The slice belongs to the caller.
func (p *Pages) Headers() []string { return slices.Clone(p.headers) }
