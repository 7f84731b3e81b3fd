package gateway

import (
	"sync"

	"github.com/einlass/einlass/internal/proxy"
)

// siteHead reads the commands of the site, Einlass-* fields, from the head of an answer. It is pooled, so that a request
// costs no allocation for it.
type siteHead struct {
	finish bool // Einlass-Finish: 1, the stay is done

	next func(proxy.Head) // what else looks at the head, may be nil
	read func(proxy.Head) // onHead, bound once
}

var siteHeads = sync.Pool{New: func() any {
	h := new(siteHead)
	h.read = h.onHead
	return h
}}

// readSiteHead puts a siteHead before the hook of opt. Release it when the visit was forwarded.
func readSiteHead(opt *proxy.Options) *siteHead {
	h := siteHeads.Get().(*siteHead)
	h.finish, h.next = false, opt.OnHead
	opt.OnHead = h.read
	return h
}

func (h *siteHead) release() {
	h.next = nil
	siteHeads.Put(h)
}

func (h *siteHead) onHead(head proxy.Head) {
	h.finish = head.Has("einlass-finish", "1")
	if h.next != nil {
		h.next(head)
	}
}
