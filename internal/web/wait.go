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
	// Still: the visitor has turned the reloads without script off. Switch is the own URL to which a press is sent that turns them off,
	// or on again; empty: it cannot be. Absent is how long somebody is not taken for absent who does not load the page.
	Still  bool
	Switch string
	Absent time.Duration
	// Start is the whole address of the start page, for those who print the page. InApp: it is shown by the browser of an app.
	Start string
	InApp bool
	// Join is the own URL to which a press is sent that takes a new number, where the place has ended.
	Join string
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
// (50 KB are enough with a short message, also as gzip). Safe for concurrent use.
func (s *Site) AppendWait(dst []byte, lang Lang, w *Wait) []byte {
	l := s.locale(lang)
	return s.appendPage(dst, l, l.wait[w.State.page()], func(dst []byte, into slot) []byte { return s.appendWaitSlot(dst, l, into, w) })
}

func (s *Site) appendWaitSlot(dst []byte, l *locale, into slot, w *Wait) []byte {
	if hide, ok := hideOf[into]; ok && waitHides(hide, w) {
		return dst
	}
	switch into {
	case slotTitle:
		return s.appendNewsTab(dst, l, w)
	case slotReload:
		return appendReload(dst, w.reload())
	case slotReloadTo:
		return appendReloadTo(dst, w.reload(), w.reloadTarget())
	case slotReloads:
		return l.appendCount(dst, inHTML, &l.reloads.every, reloadSeconds(w.reload()))
	case slotSwitchTo:
		return appendBehind(dst, s.switches, w.Switch)
	case slotStill:
		return s.appendStill(dst, l, w)
	case slotAbsent:
		return l.appendAbsent(dst, inHTML, w.Absent)
	case slotNews:
		return l.appendNews(dst, inHTML, w)
	case slotStay:
		return l.appendStay(dst, inHTML, &w.Status)
	case slotNext:
		return strconv.AppendInt(dst, int64(max(w.Next, 0)/time.Millisecond), 10)
	case slotTarget:
		return appendURL(dst, w.Target)
	case slotLanguages:
		return appendURL(dst, w.Target)
	case slotHeld:
		if w.Number == 0 {
			dst = append(dst, " disabled"...)
		}
		return dst
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
	case slotEntryAt:
		// The script puts the time in when there is one.
		if hidesCalendar(&w.Status) {
			return append(dst, '0')
		}
		return strconv.AppendInt(dst, w.Coming.Begins.Unix(), 10)
	case slotJoinTo:
		return appendBehind(dst, s.join, w.Join)
	case slotStale:
		return l.appendStale(dst, &w.Status)
	case slotPrinted:
		return l.appendPrinted(dst, w)
	case slotStart:
		return appendHTML(dst, w.Start)
	case slotInApp:
		return s.appendInApp(dst, l, w)
	case slotStaleOf:
		return appendStaleOf(dst, &w.Status)
	case slotDrawNews:
		return l.appendDrawNews(dst, inHTML, &w.Status)
	case slotMessage:
		text, _ := s.message(l, &w.Status)
		return appendHTML(dst, text)
	case slotMessageLang:
		if _, tag := s.message(l, &w.Status); tag != "" {
			dst = append(append(append(dst, ` lang="`...), tag...), '"')
		}
		return dst
	case slotHideMessage:
		text, _ := s.message(l, &w.Status)
		return appendHidden(dst, text == "")
	}
	if waitHides(into, w) {
		return appendHidden(dst, true)
	}
	return s.appendSlot(dst, l, into)
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

const clockBegin = ` data-now="`

// appendClock appends what the script needs to say the time: attributes, none if it is not said.
func appendClock(dst []byte, s *Status) []byte {
	if s.Now.IsZero() {
		return dst
	}
	dst = append(dst, clockBegin...)
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
