package proxy

import "bytes"

// revalidates tells whether browsers may store this answer for revalidation only: a page whose every load has to be seen
// here (Options.Revalidate). A fresh copy, by max-age, Expires or a heuristic (RFC 9111 section 4.2), would be shown without
// a request.
//
// A 304 does not say what it is about, and its fields replace those of the stored answer (RFC 9111 section 3.2). So it
// counts as a page's where a person reads the answer, and where a script asks for anything.
func (x *exchange) revalidates() bool {
	if !x.opt.Revalidate {
		return false
	}
	if kind := x.ans.value("content-type"); len(kind) > 0 {
		media, _, _ := bytes.Cut(kind, []byte{';'})
		media = trimOWS(media)
		return equalFold(media, "text/html") || equalFold(media, "application/xhtml+xml")
	}
	return x.v.ReadsHTML() || x.ans.status == 304 && string(x.v.Header("Sec-Fetch-Dest")) == "empty"
}

// speaksToCaches tells whether a field gives the caches of one party another word than Cache-Control does, which they would
// follow in its place (RFC 9213; Surrogate-Control came before it).
func speaksToCaches(name []byte) bool {
	const targeted = "cdn-cache-control"
	return equalFold(name, "surrogate-control") || len(name) >= len(targeted) && equalFold(name[len(name)-len(targeted):], targeted)
}
