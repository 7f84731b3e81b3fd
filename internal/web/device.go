package web

import (
	"fmt"
	"strconv"

	"rsc.io/qr"
)

// Move is the page with the link by which a place goes on in another browser.
type Move struct {
	// Link is the whole address, and Back the own URL of the waiting page.
	Link, Back string
}

// Take is the page that a link leads to: one button, so that what looks at the link takes nothing.
type Take struct {
	// Action is the own URL to which the press is sent.
	Action string
	// Number is that of the place; 0: it has none yet.
	Number uint64
	// Own: this browser has a place of its own, which it gives up. Failed: a press before this one could not be done.
	Own, Failed bool
}

// BadLink is why a link leads to no place.
type BadLink uint8

const (
	// LinkUsed: the place went on in another browser by this link, or went elsewhere since.
	LinkUsed BadLink = iota
	// LinkOld: its time is over, or it was never one.
	LinkOld
	badLinks
)

var badLinkNames = [badLinks]string{LinkUsed: "used", LinkOld: "old"}

func (l *locale) compileDevice(k *compiler) error {
	if err := k.notice(&l.move, "move.html", view{Page: "move"}, "move.heading", "move.lead"); err != nil {
		return err
	}
	if err := k.notice(&l.take, "take.html", view{Page: "take"}, "take.heading", "take.lead"); err != nil {
		return err
	}
	for why, name := range badLinkNames {
		if err := k.notice(&l.badLink[why], "link.html", view{Page: "link"}, "link."+name+".heading", "link."+name+".text"); err != nil {
			return err
		}
	}
	l.qrName = k.catalog.phrase(k.catalog.text("move.picture"))
	return nil
}

// AppendMove appends the page with a link and its picture. Safe for concurrent use.
func (s *Site) AppendMove(dst []byte, lang Lang, m *Move) ([]byte, error) {
	code, err := qr.Encode(m.Link, qr.M)
	if err != nil {
		return dst, fmt.Errorf("picture of a link of %d bytes: %w", len(m.Link), err)
	}
	l := s.locale(lang)
	return s.appendPage(dst, l, l.move, func(dst []byte, into slot) []byte {
		switch into {
		case slotQR:
			dst = appendQR(dst, code, l.qrName)
		case slotLink:
			dst = appendHTML(dst, m.Link)
		case slotTarget:
			dst = appendURL(dst, m.Back)
		default:
			dst = s.appendSlot(dst, l, into)
		}
		return dst
	}), nil
}

// quietZone is how many modules around a picture are empty (ISO/IEC 18004 §6.3.8).
const quietZone = 4

// appendQR appends a code as a picture without style or script: dark runs on a light ground, whatever the colours of the page are.
func appendQR(dst []byte, code *qr.Code, name phrase) []byte {
	size := strconv.Itoa(code.Size + 2*quietZone)
	dst = append(dst, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 `+size+" "+size+`" role="img" aria-label="`...)
	dst = append(dst, name.constant(inHTML)...)
	dst = append(dst, `" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="`...)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			dst = fmt.Appendf(dst, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
		}
	}
	return append(dst, `"/></svg>`...)
}

// AppendTake appends the page of a link. Safe for concurrent use.
func (s *Site) AppendTake(dst []byte, lang Lang, t *Take) []byte {
	l := s.locale(lang)
	return s.appendPage(dst, l, l.take, func(dst []byte, into slot) []byte {
		switch into {
		case slotTarget:
			dst = appendURL(dst, t.Action)
		case slotNumber:
			dst = l.grouping.append(dst, t.Number)
		case slotHideNumber:
			dst = appendHidden(dst, t.Number == 0)
		case slotHideOwn:
			dst = appendHidden(dst, !t.Own)
		case slotHideFailed:
			dst = appendHidden(dst, !t.Failed)
		default:
			dst = s.appendSlot(dst, l, into)
		}
		return dst
	})
}

// AppendBadLink appends the page of a link that leads to no place. Back is the own URL of the waiting page. Safe for concurrent use.
func (s *Site) AppendBadLink(dst []byte, lang Lang, why BadLink, back string) []byte {
	l := s.locale(lang)
	return s.appendNotice(dst, l, l.badLink[min(why, badLinks-1)], &notice{target: back})
}
