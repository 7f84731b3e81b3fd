package web

import "bytes"

// appendSlot appends what is the same for everybody on a page of this site.
func (s *Site) appendSlot(dst []byte, l *locale, into slot) []byte {
	switch into {
	case slotSite:
		return append(dst, s.title[inHTML]...)
	case slotSiteName:
		return append(dst, s.softNameIn(l)...)
	case slotTabName:
		return append(dst, s.nameIn(l)[inHTML]...)
	case slotContact:
		return append(dst, s.contact...)
	case slotTitleLang:
		return s.appendTitleLang(dst, l)
	case slotLanguages:
		return appendURL(dst, "")
	case slotTitleEnd:
		if s.title[inHTML] != "" {
			dst = append(append(dst, " · "...), s.title[inHTML]...)
		}
	case slotHeader:
		if s.logo != "" {
			return s.appendIf(dst, l, l.logoHeader, s.title[inHTML])
		}
		return s.appendIf(dst, l, l.header, s.title[inHTML])
	case slotOwnStyle:
		if s.style != "" {
			dst = append(append(append(dst, "<style>"...), s.style...), "</style>"...)
		}
	case slotLogo:
		return append(dst, s.logo...)
	case slotFooter:
		return s.appendFooter(dst, l)
	case slotCallUs:
		return s.appendIf(dst, l, l.callUs, s.contact)
	case slotOthers:
		return s.appendIf(dst, l, l.others, s.contact)
	case slotStatus:
		dst = append(append(dst, s.status...), "lang="...)
		return append(append(dst, l.tag...), "&amp;shown="...)
	case slotAsk:
		dst = append(append(dst, s.ask...), "lang="...)
		return append(append(dst, l.tag...), "&amp;shown="...)
	case slotAway:
		return append(dst, s.away...)
	case slotLeave:
		return append(dst, s.leave...)
	case slotJoin:
		return append(dst, s.join...)
	case slotSwitch:
		return append(dst, s.switches...)
	case slotMove:
		return append(dst, s.move...)
	case slotDraw:
		dst = append(append(dst, s.draw...), "lang="...)
		return append(dst, l.tag...)
	case slotCalendar:
		dst = append(append(dst, s.calendar...), "lang="...)
		return append(append(dst, l.tag...), "&amp;at="...)
	}
	return dst
}

// appendIf appends a part of the layout that is about something which a site may lack.
func (s *Site) appendIf(dst []byte, l *locale, part []segment, about string) []byte {
	if about == "" {
		return dst
	}
	for _, seg := range part {
		dst = append(dst, seg.html...)
		dst = s.appendSlot(dst, l, seg.slot)
	}
	return dst
}

// appendBehind appends what a URL says behind the begin that all such URLs of a site have, which stands in the page. A page that has no such
// URL hides what leads there.
func appendBehind(dst []byte, begin, url string) []byte {
	from := len(dst)
	dst = appendURL(dst, url)
	if rest, ok := bytes.CutPrefix(dst[from:], []byte(begin)); ok {
		return dst[:from+copy(dst[from:], rest)]
	}
	return dst[:from]
}
