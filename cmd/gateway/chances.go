package main

import (
	"sync/atomic"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// chances learn from what happens in a line how many places take something, and score what was said of that. What is said comes from the
// state that all gateways share: it travels in the judgement, to which whoever judges adds what it has seen since. Only the line's
// tick calls the methods, but Word.
type chances struct {
	view   func() *queue.View
	shared atomic.Pointer[admission.Chances] // nil: nothing is known

	blob  string      // of the judgement that was read last
	seen  queue.Sales // by the snapshot before
	parts []part      // what is not in shared yet
	notes []note
	noted int64 // when the last ones were made, ms
}

// part is what one tick brought.
type part struct {
	tick           int64
	opening        string
	places         int64
	taken, squares float64
	scores         admission.Scores
}

// note is what somebody at a place was told.
type note struct {
	order queue.Order
	lane  uint8
	p     float64
}

const (
	// noteEvery is how often places are noted, in ms; notesAtOnce how many, and notesAtMost how many wait for what comes of them.
	noteEvery   = 15_000
	notesAtOnce = 8
	notesAtMost = 8192
	// partsAtMost is how many ticks are kept that nobody has judged.
	partsAtMost = 720
)

// Word implements gateway.Chances.
func (c *chances) Word(before int64, said web.Chance) web.Chance {
	p, known := c.of(&c.view().Snapshot, before)
	if !known {
		return web.NoChance
	}
	return web.Chance(admission.WordOf(p, admission.Word(said)))
}

// of is the chance of a place that has so many before it; false: nothing is said.
func (c *chances) of(f *queue.Snapshot, before int64) (p float64, known bool) {
	o, s := &f.Opening, c.shared.Load()
	if s == nil || before < 0 || !sells(o) || s.Opening != o.Name {
		return 0, false
	}
	return s.Of(before, o.Quota-o.Booked)
}

// sells reports whether an opening has something left of a quota. Where it has not, that is a fact and no chance.
func sells(o *queue.Opening) bool {
	return o.Phase == queue.PhaseOpen && o.Name != "" && o.Quota >= 0 && !o.SoldOut()
}

// look takes a snapshot.
func (c *chances) look(f *queue.Snapshot, v *queue.View) {
	c.adopt(f)
	t, before := v.Sales, c.seen
	if c.seen = t; t.Opening != before.Opening {
		before, c.notes = queue.Sales{}, nil
	}
	p := c.part(f)
	p.places += t.Over - before.Over
	p.taken += t.Taken - before.Taken
	p.squares += t.Squares - before.Squares
	c.score(f, p)
	c.note(f, v)
}

// adopt takes the state of the judgement in force. A judgement of an older release has none: then what is known stays.
func (c *chances) adopt(f *queue.Snapshot) {
	if f.Judgement.Blob == c.blob {
		return
	}
	c.blob = f.Judgement.Blob
	state := admission.ReadState(f.HealthText())
	if state.Chances == nil {
		return
	}
	c.shared.Store(state.Chances)
	kept := c.parts[:0]
	for _, p := range c.parts {
		if p.tick > state.Chances.Tick {
			kept = append(kept, p)
		}
	}
	c.parts = kept
}

// part is that of a snapshot's tick and opening.
func (c *chances) part(f *queue.Snapshot) *part {
	tick := f.Now / queue.JudgeTick
	if n := len(c.parts); n == 0 || c.parts[n-1].tick != tick || c.parts[n-1].opening != f.Opening.Name {
		if n >= partsAtMost {
			c.parts = c.parts[1:]
		}
		c.parts = append(c.parts, part{tick: tick, opening: f.Opening.Name})
	}
	return &c.parts[len(c.parts)-1]
}

// judge answers the state after a tick.
func (c *chances) judge(before *admission.Chances, in *queue.HealthInput) *admission.Chances {
	if before == nil {
		before = c.shared.Load()
	}
	var next admission.Chances
	if before != nil {
		next = *before
	}
	if next.Tick >= in.Tick {
		next.Tick = in.Tick - 1 // the store's clock was set back
	}
	if next.Opening != in.Opening.Name || in.Opening.Quota < 0 {
		next.Chance = admission.Chance{Opening: in.Opening.Name}
	}
	for i := range c.parts {
		p := &c.parts[i]
		if p.tick <= next.Tick || p.tick > in.Tick {
			continue
		}
		next.Scores.Add(&p.scores)
		if p.opening == next.Opening && in.Opening.Quota >= 0 {
			next.Add(p.places, p.taken, p.squares)
		}
	}
	next.Tick = in.Tick
	if in.Opening.Quota < 0 && next.Scores.All() == 0 {
		return nil // a room without a quota has nothing to say
	}
	next.Round()
	return &next
}

// score finds out what came of those who were told something: the head comes by, or everything is booked before.
func (c *chances) score(f *queue.Snapshot, into *part) {
	kept := c.notes[:0]
	for _, n := range c.notes {
		switch {
		case f.Heads[n.lane] >= n.order:
			into.scores.Note(n.p, true)
		case f.Opening.SoldOut():
			into.scores.Note(n.p, false)
		case f.Opening.Phase == queue.PhaseOpen:
			kept = append(kept, n)
		}
	}
	c.notes = kept
}

// note notes what some places along the line are told now.
func (c *chances) note(f *queue.Snapshot, v *queue.View) {
	if f.Now-c.noted < noteEvery && f.Now >= c.noted || !sells(&f.Opening) {
		return
	}
	c.noted = f.Now
	for lane := range f.Sketches {
		s := &f.Sketches[lane]
		for _, orders := range [][]queue.Order{s.First, s.Samples} {
			for i := range notesAtOnce / 2 {
				if len(orders) == 0 || len(c.notes) >= notesAtMost {
					continue
				}
				n := note{order: orders[(2*i+1)*len(orders)/notesAtOnce], lane: uint8(lane)}
				var known bool
				if n.p, known = c.of(f, v.Before(n.lane, n.order)); known {
					c.notes = append(c.notes, n)
				}
			}
		}
	}
}
