package web

import (
	"fmt"
	"strconv"
	"time"
)

// Wait is what a waiting page tells one visitor.
type Wait struct {
	Status
	// Target is what the page loads at its turn and, without script, again and again, always by GET: the gateway's own
	// URL that numbers nobody, or, as long as there is no number, the URL first asked for. Anything but a path on the
	// same host is replaced by "/".
	Target string
}

func (l *locale) compileWait(k *compiler) error {
	c := k.catalog
	for s := range pageStates {
		heading, lead := c.text("state."+s.String()+".heading"), c.text("state."+s.String()+".lead")
		v := view{
			Page: "wait", State: s.String(), Reloads: true,
			Heading: flat(c.phrase(heading)), Lead: flat(c.phrase(lead)),
		}
		l.waitTabs[s] = v.Heading + " · " + escaped(c.title)
		if s == Called {
			l.waitTabs[s] = flat(c.phrase(c.text("tab.turn")))
		}
		var err error
		if l.wait[s], err = k.compile("wait.html", v); err != nil {
			return fmt.Errorf("waiting page, %s: %w", s, err)
		}
	}
	return nil
}

// flat is a phrase without values as HTML.
func flat(p phrase) string {
	var html string
	for _, part := range p {
		html += part.html
	}
	return html
}

// AppendWait appends a waiting page, complete and of type [HTMLType]. It does not allocate if dst has room
// (under 6 KB with a short message). Safe for concurrent use.
func (p *Pages) AppendWait(dst []byte, lang Lang, w *Wait) []byte {
	l := p.locale(lang)
	for _, s := range l.wait[w.State.page()] {
		dst = append(dst, s.html...)
		dst = l.appendWaitSlot(dst, s.slot, w)
	}
	return dst
}

func (l *locale) appendWaitSlot(dst []byte, s slot, w *Wait) []byte {
	switch s {
	case slotTitle:
		return l.appendTab(dst, w)
	case slotReload:
		return appendReload(dst, w.Next, w.Target)
	case slotReloads:
		return l.appendCount(dst, &l.reloads, reloadSeconds(w.Next))
	case slotNext:
		return strconv.AppendInt(dst, int64(max(w.Next, 0)/time.Millisecond), 10)
	case slotTarget:
		return appendURL(dst, w.Target)
	case slotNumber:
		return l.grouping.append(dst, w.Number)
	case slotRawNumber:
		return strconv.AppendUint(dst, w.Number, 10)
	case slotAhead:
		return l.appendAhead(dst, w.Ahead, w.Exact)
	case slotRawAhead:
		return strconv.AppendInt(dst, int64(max(w.Ahead, -1)), 10)
	case slotExact:
		return strconv.AppendBool(dst, w.Exact)
	case slotMore:
		return l.appendCount(dst, &l.aheadMore, w.More)
	case slotLow:
		return strconv.AppendInt(dst, wholeSeconds(w.Low), 10)
	case slotHigh:
		return strconv.AppendInt(dst, secondsUp(w.High), 10)
	case slotEstimate:
		return l.appendEstimate(dst, w.Low, w.High, w.Full)
	case slotClaim:
		return l.appendClaim(dst, w.ClaimLeft)
	case slotMessage:
		return appendHTML(dst, w.Message)
	}
	return appendHidden(dst, waitHides(s, w))
}

func waitHides(s slot, w *Wait) bool {
	switch s {
	case slotHideReloads:
		return w.Next <= 0
	case slotHideNumber:
		return w.Number == 0
	case slotHideAhead:
		return w.Ahead < 0
	case slotHideMore:
		return w.More <= 0
	case slotHideClaim:
		return w.ClaimLeft <= 0
	case slotHideMessage:
		return w.Message == ""
	case slotHideStale:
		return !w.Stale
	}
	return false
}

func appendHidden(dst []byte, hidden bool) []byte {
	if hidden {
		return append(dst, " hidden"...)
	}
	return dst
}

// appendTab appends the document's title. In the line it begins with the count, so that it can be read on a tab
// that is not in front.
func (l *locale) appendTab(dst []byte, w *Wait) []byte {
	s := w.State.page()
	if s != Waiting && s != Front && s != Recovering || w.Ahead < 1 {
		return append(dst, l.waitTabs[s]...)
	}
	for _, p := range l.tabAhead {
		dst = append(dst, p.html...)
		if p.mark == markCount {
			dst = l.grouping.append(dst, uint64(shownAhead(w.Ahead, w.Exact)))
		}
	}
	return dst
}

func shownAhead(n int, exact bool) int {
	if exact {
		return n
	}
	return roundAhead(n)
}

// appendAhead appends how many people are ahead, the count itself in <b>.
func (l *locale) appendAhead(dst []byte, n int, exact bool) []byte {
	if n <= 0 {
		return append(dst, l.aheadNone[0].html...)
	}
	forms := &l.aheadExact
	if !exact {
		forms = &l.aheadAbout
		n = roundAhead(n)
	}
	for _, p := range forms[formOf(l.langTag, n)] {
		dst = append(dst, p.html...)
		if p.mark == markCount {
			dst = append(dst, "<b>"...)
			dst = l.grouping.append(dst, uint64(n))
			dst = append(dst, "</b>"...)
		}
	}
	return dst
}

func (l *locale) appendClaim(dst []byte, left time.Duration) []byte {
	if left < time.Minute {
		return append(dst, l.claimSoon[0].html...)
	}
	return l.appendCount(dst, &l.claimMinutes, int(left/time.Minute))
}

// reloadSeconds is the interval of reloads without script.
func reloadSeconds(next time.Duration) int {
	return int(min(max(next, 0), 24*time.Hour)+time.Second-1) / int(time.Second)
}

// appendReload appends what makes a browser without script reload by GET. A browser with script ignores it.
func appendReload(dst []byte, next time.Duration, target string) []byte {
	if next <= 0 {
		return dst
	}
	dst = append(dst, `<noscript><meta http-equiv="refresh" content="`...)
	dst = strconv.AppendInt(dst, int64(reloadSeconds(next)), 10)
	dst = append(dst, `;url=`...)
	dst = appendURL(dst, target)
	return append(dst, `"></noscript>`...)
}
