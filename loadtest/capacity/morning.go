package capacity

import (
	"context"
	"errors"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// curves are what a room has learned.
type curves = [queue.Curves]queue.Curve

// Morning is an opening to which more people come than can be let in, so that there is a line all the time.
type Morning struct {
	Pace queue.Pace
	// Page is the longest time on one page that the operator states; 0: none is stated.
	Page int64
	// Idle is how long a stay lives without a request; 0: the default.
	Idle int64
	// Silent: nothing tells the end of a visit.
	Silent bool
	Crowd  func(Dice) Habit
	// Come is how many of a hundred come when they are called.
	Come int
	Span int64 // from the opening on
	// Before is how long before the opening people begin to come, default a minute.
	Before int64
}

// crowded is by how much more people come during the morning than the pace lets in.
const crowded = 1.1

// waitBefore is for how many minutes of pace people wait before the opening.
const waitBefore = 5

// Played is a morning that was played.
type Played struct {
	*World
	From int64 // when the room was opened
	Pace queue.Pace
}

// timing is the default one with what the operator states.
func (m *Morning) timing() queue.Timing {
	t := queue.DefaultTiming()
	if m.Idle > 0 {
		t.Idle = time.Duration(m.Idle) * time.Millisecond
		t.Page = t.Idle
	}
	if m.Page > 0 {
		t.Page = time.Duration(m.Page) * time.Millisecond
	}
	return t
}

// crowd is how many people come before the opening and from then on.
func (m *Morning) crowd() (before, during int) {
	share := float64(m.Come) / 100
	return int(float64(m.Pace.Rate*waitBefore) / share), int(crowded * float64(m.Pace.Rate*m.Span/Minute) / share)
}

func (m *Morning) before() int64 {
	if m.Before > 0 {
		return m.Before
	}
	return Minute
}

// world is one of the morning's settings. Faults are collected; ask for them when it was played.
func (m *Morning) world(ctx context.Context, seed uint64, c curves, faults *[]error) (*World, error) {
	return NewWorld(ctx, Settings{
		Seed: seed, Pace: m.Pace, Timing: m.timing(), Curves: c, Paused: true, Silent: m.Silent,
		Report: func(err error) { *faults = append(*faults, err) },
	})
}

// play plays it in a room that has learned so much before.
func (m *Morning) play(ctx context.Context, seed uint64, c curves) (*Played, error) {
	var faults []error
	w, err := m.world(ctx, seed, c, &faults)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	come := func() { w.Arrive(m.Crowd(w.Dice)) }
	before, during := m.crowd()
	w.Spread(before, m.before(), come)
	w.Run(m.before())
	w.Open()
	w.Most = Most{}
	from := w.Now()
	w.Spread(during, m.Span, come)
	w.Run(m.Span)
	w.Paced(m.Pace)
	return &Played{World: w, From: from, Pace: m.Pace}, errors.Join(append(faults, ctx.Err())...)
}

// used is the share of the entries that were possible in the first part of a morning, in percent.
func (p *Played) used(span int64) float64 {
	return 100 * float64(p.Entered(p.From, p.From+span)) / Possible(p.Pace, span, meanStay(p.Entries))
}

// paced is the share of the pace that was used in the first part of a morning, in percent.
func (p *Played) paced(span int64) float64 {
	return 100 * float64(p.Entered(p.From, p.From+span)*int(Minute)) / float64(p.Pace.Rate*span)
}
