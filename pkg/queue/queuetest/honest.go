package queuetest

import (
	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
)

// Half of the histories are honest: nobody shows what no store has given, no gateway remembers what there was not, and time
// goes forward. Only of these can the rules of the line be asked: a forged ticket may have the order of another one, and a clock
// that goes back brings tickets to life again that the store has rightly forgotten.

// sincere keeps an action out of an honest history.
func (d *history) sincere(rt *rapid.T, why string) {
	if d.honest {
		rt.Skip(why)
	}
}

// valid reports whether the visitor's ticket, as an engine issues it, has not run out.
func (d *history) valid(id queue.VisitorID) bool {
	return !d.honest || d.issued[id]+d.timing().Life.Milliseconds() > d.clock.Now()
}

// setClock moves the clock, in an honest history not back.
func (d *history) setClock(ms int64) {
	if d.honest {
		ms = max(ms, d.clock.Now())
	}
	d.clock.Set(ms)
}
