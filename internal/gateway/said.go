package gateway

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/web"
)

// The script of a waiting page remembers the range that it has said, and says so when the turn is further away than that. A page
// without script is a new one each time, so the URL by which it loads itself again carries what was said. What comes with it is
// anybody's word: it only changes whether its bearer reads that it takes longer, and the range itself is never taken from it.

// saidMark introduces, in an own URL's query, what was said: "<number>.<ends>.<told>".
const saidMark = "&said="

const (
	// longestSaid bounds what is read: a number of at most 20 digits, two times of at most 13, and what is between them.
	longestSaid = 48
	// worseBy is by how many seconds the turn has to be further away before that is news, beside a quarter of what was left.
	worseBy = 120
	// worseFor is for how many seconds a page goes on saying so.
	worseFor = 300
)

// said is what a visitor was told of its wait, in store seconds; zero: nothing.
type said struct {
	ends int64 // the latest time of the turn that was said
	told int64 // when a later one was told as news; 0: none was, or it is no news any more
}

// parseSaid reads what was said for a number. What is none, or of another number, is nothing.
func parseSaid(query []byte, number uint64) said {
	own, _, _ := bytes.Cut(query, []byte(toParam)) // what follows is the target's
	value := param(own, strings.Trim(saidMark, "&="))
	if len(value) > longestSaid {
		return said{}
	}
	parts := strings.Split(string(value), ".")
	if len(parts) != 3 {
		return said{}
	}
	n, errNumber := strconv.ParseUint(parts[0], 10, 64)
	ends, errEnds := strconv.ParseUint(parts[1], 10, 40)
	told, errTold := strconv.ParseUint(parts[2], 10, 40)
	if errNumber != nil || errEnds != nil || errTold != nil || n != number {
		return said{}
	}
	return said{int64(ends), int64(told)}
}

// mark is what an own URL carries of it; empty: nothing.
func (s said) mark(number uint64) string {
	if s.ends <= 0 || number == 0 {
		return ""
	}
	b := append(make([]byte, 0, len(saidMark)+longestSaid), saidMark...)
	b = append(strconv.AppendUint(b, number, 10), '.')
	b = append(strconv.AppendInt(b, s.ends, 10), '.')
	return string(strconv.AppendInt(b, s.told, 10))
}

// then is what has been said once a page says a wait of at most so many seconds, and whether that page says that it takes longer
// than was said before. The rule is that of the script, see worse in say.js.
func (s said) then(now, high int64) (next said, worse bool) {
	ends := now + high
	switch {
	case s.ends == 0:
		return said{ends: ends}, false
	case ends <= s.ends && s.ends-ends > worseBy:
		return said{ends: ends}, false // it is better again
	case ends <= s.ends:
		next = said{ends, s.told}
	case ends-s.ends < worseBy, 4*high < 5*(s.ends-now):
		next = s
	default:
		return said{ends, now}, true
	}
	if next.told == 0 || now < next.told || now-next.told > worseFor {
		next.told = 0
	}
	return next, next.told != 0
}

// sayAgain lets a page of the line carry, for its reloads without script, what it says of the wait and of the chance, and say whether
// the wait is worse than what the page before it said.
func (e *exchange) sayAgain(w *web.Wait) {
	if w.State != web.Waiting && w.State != web.Front {
		return
	}
	mark := markOf(w.Chance)
	if w.High > 0 {
		before := said{}
		if e.purpose == standing {
			before = parseSaid(e.v.Query(), w.Number)
		}
		next, worse := before.then(e.r.Line.Now()/1000, int64((w.High+time.Second-1)/time.Second))
		w.Worse = worse
		mark = next.mark(w.Number) + mark
	}
	if mark == "" {
		return
	}
	to := e.target()
	if again := e.g.ownURL(e.r, e.v, "wait", mark, to); strings.HasSuffix(again, to) {
		w.Again = again // else the mark would cost a part of the target
	}
}
