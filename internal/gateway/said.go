package gateway

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/web"
)

// The script of a waiting page remembers what the page has said, and tells what is news. A page without script is a new one each time, so
// the URL by which it loads itself again carries what was said. What comes with it is anybody's word: it only changes whether its bearer
// reads that it takes longer or that something is new, and nothing else of the page is taken from it.
//
// The same parameter marks a URL as one that a page of ours loads by itself: by it nothing is claimed, see byItself.

// saidMark introduces, in an own URL's query, what was said: "<number>.<ends>.<told>.<state>"; in releases before without the state.
const saidMark = "&said="

// bareMark is saidMark where nothing was said, or where the URL has no room for it.
const bareMark = saidMark + "0"

const (
	// longestSaid bounds what is read: a number of at most 20 digits, two times of at most 13, a state, and what is between them.
	longestSaid = 64
	// worseBy is by how many seconds the turn has to be further away before that is news, beside a quarter of what was left.
	worseBy = 120
	// worseFor is for how many seconds a page goes on saying so.
	worseFor = 300
)

// said is what a visitor was told of its wait, in store seconds; zero: nothing.
type said struct {
	ends  int64  // the latest time of the turn that was said
	told  int64  // when a later one was told as news; 0: none was, or it is no news any more
	state string // of the page
}

// parseSaid reads what was said for a number. Of what was said for another one, or is not readable, only the state counts.
func parseSaid(query []byte, number uint64) (s said) {
	value := param(ownQuery(query), strings.Trim(saidMark, "&="))
	if len(value) > longestSaid {
		return said{}
	}
	parts := strings.Split(string(value), ".")
	if len(parts) > 3 {
		s.state = parts[3]
	}
	if len(parts) < 3 || len(parts) > 4 {
		return s
	}
	n, errNumber := strconv.ParseUint(parts[0], 10, 64)
	ends, errEnds := strconv.ParseUint(parts[1], 10, 40)
	told, errTold := strconv.ParseUint(parts[2], 10, 40)
	if errNumber != nil || errEnds != nil || errTold != nil || n != number {
		return s
	}
	s.ends, s.told = int64(ends), int64(told)
	return s
}

// mark is what an own URL carries of it.
func (s said) mark(number uint64) string {
	b := append(make([]byte, 0, len(saidMark)+longestSaid), saidMark...)
	b = append(strconv.AppendUint(b, number, 10), '.')
	b = append(strconv.AppendInt(b, s.ends, 10), '.')
	b = append(strconv.AppendInt(b, s.told, 10), '.')
	return string(append(b, s.state...))
}

// byItself reports whether the URL of a waiting page is one that a page of ours loads by itself.
func byItself(query []byte) bool { return bytes.Contains(ownQuery(query), []byte(saidMark)) }

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
		next = said{ends: ends, told: s.told}
	case ends-s.ends < worseBy, 4*high < 5*(s.ends-now):
		next = said{ends: s.ends, told: s.told}
	default:
		return said{ends: ends, told: now}, true
	}
	if next.told == 0 || now < next.told || now-next.told > worseFor {
		next.told = 0
	}
	return next, next.told != 0
}

// sayAgain sets what a page of the line loads by itself: its own URL with what it says of the state, the wait and the chance. The page tells
// what is new since the page before it.
func (e *exchange) sayAgain(w *web.Wait) {
	var before, next said
	if e.purpose == standing {
		before = parseSaid(e.v.Query(), w.Number)
	}
	if w.High > 0 && (w.State == web.Waiting || w.State == web.Front) {
		next, w.Worse = before.then(e.r.Line.Now()/1000, int64((w.High+time.Second-1)/time.Second))
	}
	next.state = w.State.String()
	w.News = before.state != "" && before.state != next.state
	to := e.target()
	// A mark that would cost a part of the target is left out.
	for _, mark := range []string{next.mark(w.Number) + markOf(w.Chance), bareMark, ""} {
		if w.Again = e.g.ownURL(e.r, e.v, "wait", mark, to); strings.HasSuffix(w.Again, to) {
			return
		}
	}
}
