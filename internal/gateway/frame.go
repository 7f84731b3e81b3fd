package gateway

import (
	"bytes"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
)

// strangersFrame reports whether a visit fills a part of a page that must not show the room's pages: of another host, and not
// named in FrameAncestors. The browser's Referer names the page; it is told to hold every page around to the same list
// (frame-ancestors), so a lie shows nothing.
func (r *Room) strangersFrame(v *httpx.Visit) bool {
	return v.Framed() && !v.SameOrigin() && !r.shownBy(v.Header("Referer"))
}

// shownBy reports whether a page may show the room's pages in a frame.
func (r *Room) shownBy(page []byte) bool {
	origin := page
	if i := bytes.Index(page, []byte("://")); i >= 0 {
		if end := bytes.IndexByte(page[i+3:], '/'); end >= 0 {
			origin = page[:i+3+end]
		}
	}
	for _, ancestor := range r.FrameAncestors {
		scheme, suffix, wild := strings.Cut(ancestor, "*")
		if string(origin) == ancestor || wild && bytes.HasPrefix(origin, []byte(scheme)) && bytes.HasSuffix(origin, []byte(suffix)) {
			return true
		}
	}
	return false
}

// headersFor are those of a page on which there is nothing to press. It is shown in every frame: a form that was not sent
// must be told of there too.
func (r *Room) headersFor(v *httpx.Visit) []string {
	if r.strangersFrame(v) {
		return r.windowHeaders
	}
	return r.headers
}

// inStrangersFrame is what is answered where a page of the line must not be shown: a button that opens it in a window.
func inStrangersFrame(f *facts, d decision) decision {
	if !f.stranger {
		return d
	}
	switch d.answer {
	case answerButton, answerPlace, answerLater, answerLaterNetwork, answerNoStore, answerBehind, answerTurnedAway, answerDoor, answerCookies, answerOver, answerEnded:
		d.answer = answerWindow
	}
	return d
}
