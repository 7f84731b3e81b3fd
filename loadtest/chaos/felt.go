package chaos

import (
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/pkg/queue"
)

// felt is what the visitors of a topology saw.
type felt struct {
	Visitors int `json:"visitors"`
	In       int `json:"in"`
	Done     int `json:"done"`
	Left     int `json:"left"`
	// Outside stayed to the end and did not get in, without having been told anything wrong.
	Outside []string `json:"outside"`

	Lost   []string `json:"lost"`   // places that became others
	Thrown []string `json:"thrown"` // out of the site while inside
	Twice  int      `json:"twice"`  // visitors with somebody else's place
	Rose   []string `json:"rose"`   // figures that rose

	Wrong  []string `json:"wrong"`  // answers of the site to somebody else
	Copies int      `json:"copies"` // other browsers with copied cookies
	After  int      `json:"after"`  // of these, let in when the visit was over
	// Silent were called, or let in at once, and never came.
	Silent    int             `json:"silent"`
	Strangers strangerFigures `json:"strangers"`
	Asked     int64           `json:"asked"`   // page loads without a ticket
	Highest   uint64          `json:"highest"` // number that anybody has

	// Overtaken waited while a gateway was frozen and got in after somebody who came when it went on.
	Overtaken int `json:"overtaken"`

	Errors  map[string]int `json:"errors"` // requests without a usable answer
	Silence time.Duration  `json:"silence"`
	Waits   []time.Duration
}

// feel sums up the crowd. All visitors have ended.
func (c *crowd) feel() *felt {
	f := &felt{Strangers: c.strangers.figures(), Asked: c.asked.Load(), Errors: map[string]int{}}
	orders := map[queue.Order]string{}
	one := func(t visitor.Token) {
		if t.Number == 0 {
			return
		}
		if orders[order(t)] != "" {
			f.Twice++
		}
		orders[order(t)] = t.Visitor
		f.Highest = max(f.Highest, t.Number)
	}
	for _, t := range c.strangers.places {
		one(t)
	}
	for _, v := range c.visitors {
		one(v.place)
		f.wronged(v)
		if v.habit == silent {
			f.Silent++
			continue
		}
		f.Visitors++
		f.outcome(v)
		f.Silence = max(f.Silence, v.silence)
		for kind, n := range v.failures {
			f.Errors[kind] += n
		}
		if v.twin != nil {
			f.Copies++
			f.wronged(v.twin)
			if v.twin.after {
				f.After++
			}
		}
	}
	slices.Sort(f.Waits)
	f.Overtaken = c.overtaken()
	return f
}

// pollsApart is by how much later a visitor that was called earlier may get in: each learns it with the next poll.
const pollsApart = 5 * time.Second

// overtaken counts visitors that waited for all the time that a gateway was frozen and got in after visitors that came then.
func (c *crowd) overtaken() (n int) {
	if c.frozen.IsZero() {
		return 0
	}
	var first time.Time // of those who came then
	for _, v := range c.visitors {
		if v.came.After(c.thawed) && !v.entered.IsZero() && (first.IsZero() || v.entered.Before(first)) {
			first = v.entered
		}
	}
	for _, v := range c.visitors {
		there := v.habit == patient || v.habit == copied || v.habit == hasty
		if there && !v.came.IsZero() && v.came.Before(c.frozen) && !first.IsZero() && v.entered.After(first.Add(pollsApart)) {
			n++
		}
	}
	return n
}

// wronged notes what may never happen to anybody.
func (f *felt) wronged(v *citizen) {
	if v.lost != "" {
		f.Lost = append(f.Lost, v.lost)
	}
	if v.thrown != "" {
		f.Thrown = append(f.Thrown, v.thrown)
	}
	if v.rose != "" {
		f.Rose = append(f.Rose, v.rose)
	}
	if v.wrong != "" {
		f.Wrong = append(f.Wrong, v.wrong)
	}
}

func (f *felt) outcome(v *citizen) {
	switch {
	case v.left:
		f.Left++
	case !v.entered.IsZero():
		f.In++
		f.Waits = append(f.Waits, v.entered.Sub(v.came))
	case v.lost == "":
		f.Outside = append(f.Outside, fmt.Sprintf("%+v, last told at %s", v.place, v.last))
	}
	if v.done {
		f.Done++
	}
}

// wait is a quantile of the waits.
func (f *felt) wait(permille int) time.Duration {
	if len(f.Waits) == 0 {
		return 0
	}
	return f.Waits[(len(f.Waits)-1)*permille/1000]
}
