package chaos

import (
	"fmt"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// overtaken are guests who had a place before the hour and still wait, although somebody behind them was let in in that act, and how many
// guests were held to that. Whom only a gateway has heard that could not tell the store is passed over and goes to the front, and so is who
// did not ask in time: the checker holds that to the rules.
func overtaken(a *act, guests []*guest) (all []string, held int) {
	if a.deaf {
		return nil, 0
	}
	var last visitor.Token
	until := a.start
	for _, g := range guests {
		g.mu.Lock()
		if g.entered.After(a.start) && order(g.place) > order(last) {
			last = g.place
		}
		if g.entered.After(until) {
			until = g.entered
		}
		g.mu.Unlock()
	}
	for _, g := range guests {
		g.mu.Lock()
		if g.place.Number > 0 && g.came.Before(a.start) && (g.entered.IsZero() || g.entered.After(a.start)) &&
			g.present.all(a.start.Add(-environment.OpeningPoll), until) {
			held++
			if g.entered.IsZero() && order(g.place) < order(last) {
				all = append(all, fmt.Sprintf("opening %s: %+v still waits and %+v was let in, last told at %s", a.name, g.place, last, g.last))
			}
		}
		g.mu.Unlock()
	}
	return all, held
}

// present says when a guest was not as present as its page was told to be: a poll was sent or answered later than prompt, or not answered at
// all. Machine, balancer and gateways may each be the cause, and none of them is a fault of the line.
type present struct {
	due    time.Time // when the poll was to be sent that is not answered yet; zero: there is none
	absent []span
}

// span is a time, with its ends.
type span struct{ from, to time.Time }

// prompt is what a place may lose of the hold, a fifth of a poll interval, before the gateway hears of it. The rest is for the gateway's way to
// the store.
const prompt = environment.OpeningPoll / 15

func (p *present) asks(due time.Time) { p.due = due }

func (p *present) failed(now time.Time) {
	p.absent = append(p.absent, span{p.due, now})
	p.due = time.Time{}
}

func (p *present) answered(now time.Time) {
	if now.Sub(p.due) > prompt {
		p.failed(now)
	}
	p.due = time.Time{}
}

// all reports whether it was present all the time from one moment to another.
func (p *present) all(from, to time.Time) bool {
	for _, s := range p.absent {
		if s.from.Before(to) && s.to.After(from) {
			return false
		}
	}
	return p.due.IsZero() || !p.due.Add(prompt).Before(to)
}
