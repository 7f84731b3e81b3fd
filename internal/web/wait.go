package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Wait is what a waiting page tells one visitor.
type Wait struct {
	Status
	// Target is what the page loads at its turn and, without script, again and again, always by GET: the gateway's own
	// URL that numbers nobody, or, as long as there is no number, the URL first asked for. Anything but a path on the
	// same host is replaced by "/".
	Target string
	// Reload is the interval of the reloads without script; zero or less: Next. Again is what the page loads by itself, with script or
	// without, to learn where its bearer stands; empty: Target. Knocks: without script it loads Target instead, to be let in.
	Reload time.Duration
	Again  string
	Knocks bool
	// News: the page before this one, which has loaded it, was of another state. Worse: it said that it takes less long.
	News, Worse bool
	// Join is the own URL to which a press is sent that takes a new number, where the place has ended.
	Join string
}

func (w *Wait) reload() time.Duration {
	if w.Reload > 0 {
		return w.Reload
	}
	return w.Next
}

func (w *Wait) again() string {
	if w.Again != "" {
		return w.Again
	}
	return w.Target
}

func (l *locale) compileWait(k *compiler) error {
	for s := range pageStates {
		id := "state." + s.String()
		l.heading[s], l.lead[s] = k.catalog.phrase(k.catalog.text(id+".heading")), k.catalog.phrase(k.catalog.text(id+".lead"))
		v := view{Page: "wait", State: s.String(), Reloads: true}
		if err := k.notice(&l.wait[s], "wait.html", v, id+".heading", id+".lead"); err != nil {
			return fmt.Errorf("waiting page, %s: %w", s, err)
		}
	}
	return nil
}

// AppendWait appends a waiting page, complete and of type [HTMLType]. It does not allocate if dst has room
// (under 9 KB with a short message). Safe for concurrent use.
func (s *Site) AppendWait(dst []byte, lang Lang, w *Wait) []byte {
	l := s.locale(lang)
	for _, seg := range l.wait[w.State.page()] {
		dst = append(dst, seg.html...)
		dst = s.appendWaitSlot(dst, l, seg.slot, w)
	}
	return dst
}

func (s *Site) appendWaitSlot(dst []byte, l *locale, into slot, w *Wait) []byte {
	switch into {
	case slotTitle:
		return s.appendTab(dst, inHTML, l, &w.Status)
	case slotReload:
		if w.Knocks {
			return appendReload(dst, w.reload(), w.Target)
		}
		return appendReload(dst, w.reload(), w.again())
	case slotReloads:
		return l.appendCount(dst, inHTML, &l.reloads, reloadSeconds(w.reload()))
	case slotNext:
		return strconv.AppendInt(dst, int64(max(w.Next, 0)/time.Millisecond), 10)
	case slotTarget:
		return appendURL(dst, w.Target)
	case slotLanguages:
		return s.appendLanguages(dst, l, w.Target)
	case slotNumber:
		return l.grouping.append(dst, w.Number)
	case slotPlaceCode:
		return appendHTML(dst, w.Code)
	case slotSpelledCode:
		return appendHTML(dst, spelled(w.Code))
	case slotRawNumber:
		return strconv.AppendUint(dst, w.Number, 10)
	case slotAhead:
		return l.appendAhead(dst, inHTML, "<b>", "</b>", &w.Status)
	case slotRawAhead:
		return strconv.AppendInt(dst, int64(max(w.Ahead, -1)), 10)
	case slotExact:
		return strconv.AppendBool(dst, w.Exact)
	case slotMore:
		return l.appendCount(dst, inHTML, &l.aheadMore, w.More)
	case slotLow:
		return strconv.AppendInt(dst, wholeSeconds(w.Low), 10)
	case slotHigh:
		return strconv.AppendInt(dst, secondsUp(w.High), 10)
	case slotKept:
		return l.appendCount(dst, inHTML, &l.keptPromises, w.Kept*100/max(1, w.Promised))
	case slotEstimate:
		return l.appendEstimate(dst, inHTML, w.Low, w.High, w.Full)
	case slotChance:
		return l.appendChance(dst, inHTML, w.Chance)
	case slotSaidChance:
		if w.Chance == NoChance {
			return dst
		}
		dst = append(dst, ` data-said="`...)
		return append(strconv.AppendUint(dst, uint64(w.Chance), 10), '"')
	case slotWorse:
		return l.appendWorse(dst, inHTML, w)
	case slotClaim:
		return l.appendClaim(dst, inHTML, &w.Status)
	case slotCame:
		return l.appendCount(dst, inHTML, &l.aheadExact, w.Came)
	case slotStarts:
		return l.appendStarts(dst, inHTML, w.Coming.starts())
	case slotRawStarts:
		return strconv.AppendInt(dst, secondsUp(w.Coming.starts()), 10)
	case slotClock:
		return appendClock(dst, &w.Status)
	case slotEntry:
		return s.appendEntry(dst)
	case slotAnew:
		return appendURL(dst, w.again())
	case slotComing:
		return l.appendNext(dst, inHTML, `<time datetime="`, `">`, `</time>`, &w.Status)
	case slotJoin:
		return appendURL(dst, w.Join)
	case slotDrawNews:
		if news := l.drawNews(&w.Status); news != nil {
			dst = append(dst, news.constant(inHTML)...)
		}
		return dst
	case slotMessage:
		return appendHTML(dst, w.Message)
	}
	if waitHides(into, w) {
		return appendHidden(dst, true)
	}
	return s.appendSlot(dst, l, into)
}

// appendSlot appends what is the same for everybody on a page of this site.
func (s *Site) appendSlot(dst []byte, l *locale, into slot) []byte {
	switch into {
	case slotSite:
		return append(dst, s.title[inHTML]...)
	case slotContact:
		return append(dst, s.contact...)
	case slotTitleLang:
		return s.appendTitleLang(dst, l)
	case slotLanguages:
		return s.appendLanguages(dst, l, "")
	case slotTitleEnd:
		if s.title[inHTML] != "" {
			dst = append(append(dst, " · "...), s.title[inHTML]...)
		}
	case slotHeader:
		return s.appendIf(dst, l, l.header, s.title[inHTML])
	case slotFooter:
		return s.appendIf(dst, l, l.footer, s.contact)
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
	case slotMove:
		return append(dst, s.move...)
	case slotDraw:
		dst = append(append(dst, s.draw...), "lang="...)
		return append(dst, l.tag...)
	}
	return dst
}

// appendIf appends a part of the layout that is about something which a site may lack.
func (s *Site) appendIf(dst []byte, l *locale, pg page, about string) []byte {
	if about == "" {
		return dst
	}
	for _, seg := range pg {
		dst = append(dst, seg.html...)
		dst = s.appendSlot(dst, l, seg.slot)
	}
	return dst
}

// spelled is a code for screen readers, which would read it as a word: sign by sign.
func spelled(code string) string {
	var b strings.Builder
	for i, sign := range code {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(sign)
	}
	return b.String()
}

// enoughPromises is how many ranges must have ended for a share of them to say something.
const enoughPromises = 200

func waitHides(s slot, w *Wait) bool {
	switch s {
	case slotHideReloads:
		return w.reload() <= 0
	case slotHideNumber:
		return w.Number == 0
	case slotHideCode:
		return w.Code == ""
	case slotHideAhead:
		return w.Ahead < 0
	case slotHideKept:
		return w.Promised < enoughPromises
	case slotHideMore:
		return w.More <= 0
	case slotHideClaim:
		return w.ClaimLeft <= 0
	case slotHideMessage:
		return w.Message == ""
	case slotHideLast:
		return !w.Last
	case slotHideChance:
		return w.Chance == NoChance
	case slotHideWorse:
		return !w.Worse
	case slotHideCame:
		return w.Came <= 0
	case slotHideStarts:
		return w.Coming.starts() <= 0
	case slotHideComing:
		return nextOf(&w.Status) == nextNothing
	case slotHideJoin:
		return w.Shut
	case slotHideStale:
		return !w.Stale
	case slotHideDraw:
		return w.Draw == NoDraw
	}
	return false
}

// appendClock appends what the script needs to say the time: attributes, none if it is not said.
func appendClock(dst []byte, s *Status) []byte {
	if s.Now.IsZero() {
		return dst
	}
	dst = append(dst, ` data-now="`...)
	dst = strconv.AppendInt(dst, s.Now.UnixMilli(), 10)
	if minutes, ok := s.zone(); ok {
		dst = append(dst, `" data-zone="`...)
		dst = strconv.AppendInt(dst, minutes, 10)
	}
	return append(dst, '"')
}

// appendEntry appends, as an attribute, after how many seconds the page goes on by itself at its turn; none: after a press only.
func (s *Site) appendEntry(dst []byte) []byte {
	if s.entry <= 0 {
		return dst
	}
	dst = append(dst, ` data-entry="`...)
	dst = strconv.AppendInt(dst, int64(s.entry/time.Second), 10)
	return append(dst, '"')
}

func appendHidden(dst []byte, hidden bool) []byte {
	if hidden {
		return append(dst, " hidden"...)
	}
	return dst
}

// appendTab appends the document's title. In the line it begins with the count, so that it can be read on a tab
// that is not in front.
func (s *Site) appendTab(dst []byte, f form, l *locale, st *Status) []byte {
	state := st.State.page()
	switch {
	case state == Called:
		return s.appendPhrase(dst, f, l.tabTurn)
	case state != Waiting && state != Front && state != Recovering || st.Ahead < 1:
		dst = s.appendPhrase(dst, f, l.heading[state])
		return append(append(dst, " · "...), s.title[f]...)
	}
	for _, p := range l.tabAhead {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markCount:
			dst = l.grouping.append(dst, uint64(shownAhead(st.Ahead, st.Exact)))
		case markTitle:
			dst = append(dst, s.title[f]...)
		}
	}
	return dst
}

// appendPhrase appends a phrase that has no value but the site's title.
func (s *Site) appendPhrase(dst []byte, f form, saying phrase) []byte {
	for _, p := range saying {
		dst = append(dst, p.text[f]...)
		if p.mark == markTitle {
			dst = append(dst, s.title[f]...)
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

// appendAhead appends how many people are ahead, with something before and behind the count itself.
func (l *locale) appendAhead(dst []byte, f form, before, behind string, st *Status) []byte {
	n := st.Ahead
	if n <= 0 {
		return append(dst, l.aheadNone.constant(f)...)
	}
	saying := &l.aheadExact
	if !st.Exact {
		saying = &l.aheadAbout
		n = roundAhead(n)
	}
	for _, p := range saying[formOf(l.langTag, n)] {
		dst = append(dst, p.text[f]...)
		if p.mark == markCount {
			dst = append(dst, before...)
			dst = l.grouping.append(dst, uint64(n))
			dst = append(dst, behind...)
		}
	}
	return dst
}

// appendWorse appends that it takes longer than was said, if it does.
func (l *locale) appendWorse(dst []byte, f form, w *Wait) []byte {
	if !w.Worse {
		return dst
	}
	for _, p := range l.worse {
		dst = append(dst, p.text[f]...)
		if p.mark == markEstimate {
			dst = l.appendEstimate(dst, f, w.Low, w.High, w.Full)
		}
	}
	return dst
}

// appendClaim appends how long the call may still be claimed, and what follows if it is not.
func (l *locale) appendClaim(dst []byte, f form, st *Status) []byte {
	if st.ClaimLeft < time.Minute {
		dst = append(dst, l.claimSoon.constant(f)...)
	} else {
		dst = l.appendCount(dst, f, &l.claimMinutes, int(st.ClaimLeft/time.Minute))
	}
	dst = append(dst, ' ')
	if st.Last {
		return append(dst, l.claimEnds.constant(f)...)
	}
	return append(dst, l.claimAgain.constant(f)...)
}

// appendStarts appends how long it is until calls begin.
func (l *locale) appendStarts(dst []byte, f form, left time.Duration) []byte {
	minutes := int((min(left, longestWait) + time.Minute - 1) / time.Minute)
	switch {
	case left < time.Minute:
		return append(dst, l.startsSoon.constant(f)...)
	case minutes < hour:
		return l.appendCount(dst, f, &l.startsMinutes, minutes)
	}
	return l.appendDurations(dst, f, l.startsLater, minutes, 0)
}

// reloadSeconds is the interval of reloads without script. It is rounded down: the pages of a lobby ask within some seconds of its start, and
// who asks later is passed over.
func reloadSeconds(next time.Duration) int {
	return max(1, int(min(next, 24*time.Hour)/time.Second))
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
