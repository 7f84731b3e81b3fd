package visitor

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"
)

// Purpose is what a request is for.
type Purpose uint8

const (
	// Page is a navigation: somebody wants to see a page.
	Page Purpose = iota
	// Poll asks where the visitor stands, by POST to be let in at the door.
	Poll
	// Away is the beacon of a page that is closed.
	Away
	// Leave gives the place up, by the page's button.
	Leave
	// Fetch is a request of a script of the site.
	Fetch
	// Join takes a new number, by the button of a page that says that the old one is over.
	Join
)

// Request is one request of a browser. A transport only reads it, and not after it has returned.
type Request struct {
	For    Purpose
	Method string
	// Origin is scheme and host, Host the latter; Target is path and query.
	Origin, Host, Target string
	// First: somebody typed the address, no page of the site led there.
	First bool
	// Cookie is the header field's value, "" for none.
	Cookie string
	// ContentType is that of the body, "" for none.
	ContentType string
	Body        []byte
	// Extra are further header fields, as pairs of name and value, which replace those of the browser; an empty value removes
	// one.
	Extra []string

	fields []string
}

// Fields yields the header fields to be sent besides Host and the body's length, by name and value. One that comes later
// replaces an earlier one of the same name; an empty value removes it.
func (r *Request) Fields() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		pairs := func(all []string) bool {
			for i := 0; i+1 < len(all); i += 2 {
				if !yield(all[i], all[i+1]) {
					return false
				}
			}
			return true
		}
		site := "same-origin"
		if r.First {
			site = "none"
		}
		if !pairs(r.fields) || !yield("Sec-Fetch-Site", site) {
			return
		}
		if r.Method == http.MethodPost && !yield("Origin", r.Origin) {
			return
		}
		if r.ContentType != "" && !yield("Content-Type", r.ContentType) {
			return
		}
		if r.Cookie != "" && !yield("Cookie", r.Cookie) {
			return
		}
		pairs(r.Extra)
	}
}

// Answer is what came back, read to its end.
type Answer struct {
	Status int
	// Target is the path and query that was answered, behind the redirects that were followed.
	Target string
	// State is what the waiting room says of the visitor (Einlass-State), "" if the site answered.
	State string
	// RetryAfter is when to ask again, at most an hour; 0 if that was not said.
	RetryAfter time.Duration
	// Next is where a redirect leads on this host; Elsewhere: it leads to another host or scheme, or nowhere.
	Next      string
	Elsewhere bool
	// SetCookie are the values of the header fields of this name.
	SetCookie []string
	Body      []byte
	// Response is the answer as net/http has it, with its body closed; nil from another transport.
	Response *http.Response

	location string
}

// Head takes the status and the protocol's fields over from an answer's head. get returns a field's first value, "" for none.
// Transports call it.
func (a *Answer) Head(status int, get func(name string) string) {
	a.Status, a.State, a.RetryAfter = status, get("Einlass-State"), 0
	if after := get("Retry-After"); after != "" {
		if n, err := strconv.Atoi(after); err == nil && n > 0 {
			a.RetryAfter = time.Duration(min(n, 3600)) * time.Second
		}
	}
	if a.Redirects() {
		a.location = get("Location")
	}
}

// Redirects reports whether the answer is a redirect.
func (a *Answer) Redirects() bool { return a.Status/100 == 3 && a.Status != http.StatusNotModified }

// Waiting reports whether it is a page or a problem of the waiting room. What leads to the site is none.
func (a *Answer) Waiting() bool { return a.State != "" && a.State != "inside" }

// Transport sends requests over an HTTP library. It neither follows redirects nor keeps cookies. A Browser calls it from one
// goroutine at a time; one that several browsers share must be safe for concurrent use.
type Transport interface {
	// Do sends a request and reads the answer to its end into a: Head, SetCookie, Body. After an error a is not read.
	Do(ctx context.Context, r *Request, a *Answer) error
}
