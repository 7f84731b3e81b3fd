package web

import (
	"strconv"
	"time"
)

// Pages that load themselves again without script. A browser with script ignores it, and the script asks in its own time.

// CalmReload is how often at most a page loads itself again without script, unless a turn would be lost: who has it read out, or reads
// slowly, begins anew each time.
const CalmReload = 20 * time.Second

// reloadWords are the sentences about it.
type reloadWords struct {
	every  plurals
	absent phrase
	news   phrase
	still  []segment
}

func (c *catalog) reloadWords() reloadWords {
	return reloadWords{
		every: c.plurals("know.reloads"), absent: c.phrase(c.text("reloads.absent")), news: c.phrase(c.text("reloads.news")),
	}
}

func (w *Wait) reload() time.Duration {
	switch {
	case w.Still:
		return 0
	case w.Reload > 0:
		return w.Reload
	default:
		return w.Next
	}
}

func (w *Wait) again() string {
	if w.Again != "" {
		return w.Again
	}
	return w.Target
}

// reloadTarget is what the page loads by itself without script.
func (w *Wait) reloadTarget() string {
	if w.Knocks {
		return w.Target
	}
	return w.again()
}

// appendStill appends how to go on without reloads, and how to turn them on again, for somebody who has turned them off.
func (s *Site) appendStill(dst []byte, l *locale, w *Wait) []byte {
	if !w.Still || w.Switch == "" {
		return dst
	}
	for _, seg := range l.reloads.still {
		dst = append(dst, seg.html...)
		dst = s.appendWaitSlot(dst, l, seg.slot, w)
	}
	return dst
}

// appendAbsent appends what becomes of somebody who has turned reloads off.
func (l *locale) appendAbsent(dst []byte, f form, absent time.Duration) []byte {
	return l.appendDurations(dst, f, l.reloads.absent, int(absent/time.Minute), 0)
}

// appendNews appends the word that what follows is new since the page before this one, which has loaded it.
func (l *locale) appendNews(dst []byte, f form, w *Wait) []byte {
	if !w.News {
		return dst
	}
	return append(append(dst, l.reloads.news.constant(f)...), ' ')
}

// appendNewsTab appends the document's title, which begins with the news if there are any.
func (s *Site) appendNewsTab(dst []byte, l *locale, w *Wait) []byte {
	switch {
	case !titleCounts(w.State.page().String()):
		return l.appendNews(dst, inHTML, w) // the rest stands in the page
	case w.News:
		dst = l.appendNews(dst, inHTML, w)
		dst = s.appendPhrase(dst, inHTML, l, l.heading[w.State.page()])
	case w.Worse:
		dst = l.appendWorse(dst, inHTML, w)
	default:
		return s.appendTab(dst, inHTML, l, &w.Status)
	}
	return append(append(dst, " · "...), s.title[inHTML]...)
}

// reloadSeconds is the interval of reloads without script. It is rounded down: the pages of a lobby ask within some seconds of its start, and
// who asks later is passed over.
func reloadSeconds(next time.Duration) int {
	return max(1, int(min(next, 24*time.Hour)/time.Second))
}

const reloadBegin, reloadURL = `<meta http-equiv="refresh" content="`, `;url=`

// appendReload appends, with appendReloadTo, what makes a browser without script, or whose script fails, reload by GET: see
// assets/script/guard.js.
func appendReload(dst []byte, next time.Duration) []byte {
	if next <= 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, reloadBegin...), int64(reloadSeconds(next)), 10)
}

func appendReloadTo(dst []byte, next time.Duration, target string) []byte {
	if next <= 0 {
		return dst
	}
	dst = appendURL(append(dst, reloadURL...), target)
	return append(dst, `">`...)
}
