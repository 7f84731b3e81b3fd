package web

import (
	"fmt"
	"sync"

	"github.com/einlass/einlass/internal/splice"
)

// segment of a page: constant bytes, then the value of a slot.
type segment struct {
	html []byte
	slot slot
}

// page is compiled HTML, between what is the same at the begin of all pages of a language and the script of its kind.
type page struct {
	head, tail *splice.Block
	segments   []segment
	numbered   bool // its reader may have a number
}

// mostValues is how many slots a page may have.
const mostValues = 255

func newPage(head *splice.Block, segments []segment, tail *splice.Block) (*page, error) {
	if n := len(segments) - 1; n > mostValues {
		return nil, fmt.Errorf("%d values, at most %d may be", n, mostValues)
	}
	return &page{head: head, tail: tail, segments: segments}, nil
}

// sitePage is a page of one site: only what differs from visitor to visitor is a slot.
type sitePage struct {
	*page
	segments []segment
	// zipped makes it gzip. It is made when the page is first sent so: most pages never are.
	zipped func() *splice.Template
}

// ofSite are the slots that appendSlot fills alike for everybody.
var ofSite = map[slot]bool{
	slotSite: true, slotContact: true, slotTitleLang: true, slotTitleEnd: true, slotHeader: true, slotOwnStyle: true, slotLogo: true,
	slotFooter: true, slotCallUs: true, slotOthers: true, slotStatus: true, slotAsk: true, slotAway: true, slotLeave: true, slotMove: true,
	slotDraw: true, slotCalendar: true, slotJoin: true, slotSwitch: true, slotSiteName: true, slotTabName: true,
}

// pageOf is a page of this site. It is made when it is first sent.
func (s *Site) pageOf(l *locale, pg *page) *sitePage {
	if made, ok := s.pages.Load(pg); ok {
		return made.(*sitePage)
	}
	made, _ := s.pages.LoadOrStore(pg, s.newSitePage(l, pg))
	return made.(*sitePage)
}

func (s *Site) newSitePage(l *locale, pg *page) *sitePage {
	p := &sitePage{page: pg}
	var html []byte
	for _, seg := range pg.segments {
		html = append(html, seg.html...)
		switch {
		case ofSite[seg.slot]:
			html = s.appendSlot(html, l, seg.slot)
			continue
		case seg.slot == slotLanguages:
			choice := s.languagesOf(l)
			if choice == "" {
				continue
			}
			p.segments = append(p.segments, segment{append(html, choice...), slotLanguages})
			html = []byte(endOfLanguages)
			if pg.numbered {
				p.segments = append(p.segments, segment{[]byte(beginOfHeld), slotHeld})
				html = []byte(endOfHeld)
			}
			continue
		}
		p.segments = append(p.segments, segment{html, seg.slot})
		html = nil
	}
	p.zipped = sync.OnceValue(func() *splice.Template {
		constants, leads := make([][]byte, len(p.segments)), make([][]byte, len(p.segments)-1)
		for i, seg := range p.segments {
			constants[i] = seg.html
			if i < len(leads) {
				leads[i] = []byte(s.leadOf(l, seg.slot))
			}
		}
		return s.templates.of(pg.head, constants, leads, pg.tail)
	})
	return p
}

// appendPage appends a page as this site does: as it is, or as gzip. fill appends the value of a slot. Nothing of it depends on what
// another visitor was sent, and values are not compressed, so that the length tells nothing of one by another (BREACH).
func (s *Site) appendPage(dst []byte, l *locale, of *page, fill func(dst []byte, into slot) []byte) []byte {
	pg, start := s.pageOf(l, of), len(dst)
	if !s.zips {
		dst = append(dst, pg.head.Text()...)
	}
	var values [mostValues]int
	text := len(dst)
	for i, seg := range pg.segments {
		dst = append(dst, seg.html...)
		if i < len(pg.segments)-1 {
			from := len(dst)
			dst = fill(dst, seg.slot)
			values[i] = len(dst) - from
		}
	}
	if !s.zips {
		return append(dst, pg.tail.Text()...)
	}
	// The text stands where the page will be, until the page is made behind it.
	end := len(dst)
	dst = pg.zipped().Append(dst, dst[text:end], values[:len(pg.segments)-1])
	return dst[:start+copy(dst[start:], dst[end:])]
}

// Zipped is the same site, but each page that it appends is a file of gzip (RFC 1952), for browsers that take this coding. What it
// appends for scripts stays as it is.
func (s *Site) Zipped() *Site { return s.zipped }

// IsZipped tells whether what a site has appended is gzip. No page begins so.
func IsZipped(body []byte) bool { return len(body) > 1 && body[0] == 0x1f && body[1] == 0x8b }
