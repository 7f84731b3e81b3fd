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
	case w.News:
		dst = l.appendNews(dst, inHTML, w)
		dst = s.appendPhrase(dst, inHTML, l.heading[w.State.page()])
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

// appendReload appends what makes a browser without script reload by GET.
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
