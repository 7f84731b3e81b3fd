// Package survey looks at a booking site as the first visit of a browser does, before a gateway stands in front of it, and says what a
// configuration has to know of it: which files need no place in the line, where it redirects to, its cookies, service worker, sockets and frames.
//
// It is careful with the site: GET alone, one request at a time, at most MaxRequests of them, MaxTime in all, and only to the address that
// it was given. Nothing that the site says is trusted: what it sends is bounded, and each text of it that a report has is one line of plain
// text without control characters (Shown). Values of cookies are never kept.
//
// internal/setup writes a configuration from a report; cmd/gateway asks for one. It imports internal/route for what can be excluded.
package survey
