package httpx

import (
	"fmt"
	"html"

	"go.uber.org/zap"
)

// Page renders the answer to a fault. headers are pairs of name and value. It must be safe for concurrent use.
type Page func(status int, kind string, reader Reader) (contentType string, body []byte, headers []string)

// Reader is who reads the answer to a fault, as far as the request was read. A Page must not keep its bytes.
type Reader struct {
	// Person: the request was a navigation. Else a program reads the answer.
	Person bool
	// Host is the one that the request names, in lower case and without port, as Visit.Host; empty if that was not read.
	Host string
	// Languages and Encodings are what the browser accepts, by Accept-Language and Accept-Encoding.
	Languages, Encodings []byte
}

// plainPage is for a boundary without pages of its own.
func plainPage(status int, kind string, reader Reader) (string, []byte, []string) {
	title := kind
	for _, f := range faults {
		if f.kind == kind {
			title = f.title
		}
	}
	if reader.Person {
		t := html.EscapeString(title)
		return "text/html; charset=utf-8", fmt.Appendf(nil,
			"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>%s</title><h1>%s</h1>\n", t, t), nil
	}
	return "application/problem+json", fmt.Appendf(nil, `{"type":"about:blank","status":%d,"title":%q,"code":%q}`, status, title, kind), nil
}

// page renders a fault. A renderer that panics must not take the answer with it: faults are answered from within the
// recovery of panics.
func (v *Visit) page(f Fault) (contentType string, body []byte, headers []string) {
	defer func() {
		if p := recover(); p != nil {
			v.s.cfg.OnPanic()
			v.s.cfg.Log.Error("panic in the page of a fault", zap.Any("panic", p))
			contentType, body, headers = plainPage(f.Status(), f.Kind(), Reader{Person: v.mayRead()})
		}
	}()
	return v.s.cfg.Page(f.Status(), f.Kind(), Reader{
		Person: v.mayRead(), Host: v.hostOf(f), Languages: v.Header("Accept-Language"), Encodings: v.Header("Accept-Encoding"),
	})
}

// hostOf is the host that a request with a fault names, as far as it was read. It chooses words, and decides nothing.
func (v *Visit) hostOf(f Fault) string {
	if host := v.Header("Host"); f != FaultHost && f != FaultOtherHost && v.host == "" && validHost(host) {
		return v.s.hostName(host)
	}
	return v.host
}

// mayRead reports whether a person reads the answer to a fault. A head with a fault may not be read to its end, and the fields
// that tell a person from a program stand somewhere in it. People have no use for JSON, and programs look at the status: a
// fault gets a page unless a field that was read names a program.
func (v *Visit) mayRead() bool {
	for _, name := range [...]string{"Accept", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "X-Requested-With"} {
		if v.Header(name) != nil {
			return v.ReadsHTML() || v.method == "" && v.takesHTML()
		}
	}
	return true
}
