package gateway

import (
	"sync"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/token"
)

// siteHead obeys the commands of the site, Einlass-* fields, in the head of an answer, before anything of it goes to the
// visitor. It is pooled, so that a request costs no allocation for it.
type siteHead struct {
	stay stayInside
	obey func(*stayInside, *word)
	word word

	next func(proxy.Head) // what else looks at the head, may be nil
	read func(proxy.Head) // onHead, bound once
}

var siteHeads = sync.Pool{New: func() any {
	h := new(siteHead)
	h.read = h.onHead
	return h
}}

// stayInside is the stay that a visit belongs to.
type stayInside struct {
	g    *Gateway
	r    *Room
	v    *httpx.Visit
	pass token.Pass
}

// readSiteHead puts a siteHead before the hook of opt, which calls obey if there is a word. Release it when the visit was forwarded.
func readSiteHead(opt *proxy.Options, s stayInside, obey func(*stayInside, *word)) *siteHead {
	h := siteHeads.Get().(*siteHead)
	h.stay, h.obey, h.next = s, obey, opt.OnHead
	opt.OnHead = h.read
	return h
}

func (h *siteHead) release() {
	h.stay, h.obey, h.word, h.next = stayInside{}, nil, word{}, nil
	siteHeads.Put(h)
}

func (h *siteHead) onHead(head proxy.Head) {
	h.word = h.stay.heard(head)
	if !h.word.empty() {
		h.obey(&h.stay, &h.word)
	}
	if !h.word.finished && h.stay.v != nil && h.stay.v.SetsCookie() {
		h.stay.overtaken()
	}
	if h.next != nil {
		h.next(head)
	}
}
