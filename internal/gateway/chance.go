package gateway

import (
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// A page that asks again brings along the word that it said of the chance, so that it changes only when the chance has clearly changed:
// a poll keeps nothing in a store. A page without script carries it in the URL by which it loads itself again. A lie only changes what
// the liar reads.

// chanceMark introduces in an own URL's query the word that was said, as a digit.
const chanceMark = "&chance="

// sayChance adds what is said of the chance of a place. own: the query is ours, not the site's.
func (e *exchange) sayChance(a *queue.Answer, s *web.Status, own bool) {
	if e.r.Chances == nil || a.Stale || s.State != web.Waiting && s.State != web.Front {
		return
	}
	said := web.NoChance
	if own {
		said = web.ParseChance(param(ownQuery(e.v.Query()), "chance"))
	}
	s.Chance = e.r.Chances.Word(a.Before, said)
}

// markOf is what an own URL carries of a word; empty: nothing.
func markOf(c web.Chance) string {
	if c == web.NoChance {
		return ""
	}
	return chanceMark + string([]byte{'0' + byte(c)})
}
