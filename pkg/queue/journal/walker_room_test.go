package journal_test

import (
	"errors"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// What gateways and operators do in a walk.

func watermark(s *queue.Snapshot) queue.Watermark {
	return queue.Watermark{
		Gateway: "one", Epoch: s.Epoch, Last: s.Last, Heads: s.Heads, HeadNumbers: s.HeadNumbers, Ceiling: s.Last + 1000,
		Document: s.Document, Opening: s.Opening, Curves: s.Curves,
	}
}

func (w *walker) tick() {
	w.t.Helper()
	ctx := w.t.Context()
	m := watermark(&w.known)
	s, err := w.store.Advance(ctx, m, queue.Sample{}, queue.Verdict{Tick: w.now, Factor: 600 + w.random.Int64N(401)})
	if errors.Is(err, queue.ErrLost) {
		w.ok(w.store.Restore(ctx, m))
		s, err = w.store.Snapshot(ctx)
	}
	if w.ok(err) {
		w.known = s
		w.steer()
	}
}

// plan is an hour: a lobby, a draw, a ramp, and an end with or without carry-over, twice.
func (w *walker) plan() (plan []queue.Step) {
	at := w.now + time.Minute.Milliseconds()
	for _, name := range []string{"eight", "eleven"} {
		name += string(rune('a' + w.random.IntN(26)))
		add := func(rank uint8, after time.Duration, phase queue.Phase) *queue.Step {
			at += after.Milliseconds()
			plan = append(plan, queue.Step{At: at, Opening: name, Rank: rank, Phase: phase})
			return &plan[len(plan)-1]
		}
		lobby := add(1, 0, queue.PhaseLobby)
		lobby.SetQuota, lobby.Quota, lobby.Per, lobby.Standby, lobby.Reset = true, 60, 2, 20, true
		open := add(2, 2*time.Minute, queue.PhaseOpen)
		open.Draw, open.SetShare, open.Share = w.random.IntN(3) > 0, true, 500
		ramp := add(3, time.Minute, queue.PhaseOpen)
		ramp.SetShare, ramp.Share = true, 1000
		add(4, 20*time.Minute, queue.PhaseLine).Floor = w.random.IntN(2) == 0
		again := add(5, time.Minute, queue.PhaseOpen)
		again.SetQuota, again.Quota, again.Per = true, -1, 1
		at += 3 * time.Minute.Milliseconds()
	}
	return plan
}

// restore is the slow gateway, which restores what it remembers, and then learns the newest.
func (w *walker) restore() {
	w.ok(w.store.Restore(w.t.Context(), watermark(&w.stale)))
	w.stale = w.known
}

// settle is an operator, who changes the pace, the timing or the plan.
func (w *walker) settle() {
	s, err := w.store.Snapshot(w.t.Context())
	if !w.ok(err) {
		return
	}
	d := s.Document
	switch w.random.IntN(5) {
	case 0:
		d.Pace.Rate = 10 + w.random.Int64N(60)
	case 1:
		d.Pace.MaxInside = w.random.Int64N(10)
	case 2:
		d.Timing.Window = time.Duration(30+w.random.IntN(60)) * time.Second
	case 3:
		d.Door.Limit = w.random.Int64N(50)
	default:
		if w.scheduled {
			d.SetSchedule(w.schedule())
			w.edits++
		} else if !slices.ContainsFunc(d.Plan, func(s queue.Step) bool { return s.At > w.now }) {
			d.Plan = w.plan()
		}
	}
	_, err = w.store.Settle(w.t.Context(), d)
	w.ok(err)
}

// lose loses the room; the gateway rebuilds it with what it remembers and tells of the stays it knows.
func (w *walker) lose() {
	w.losses++
	w.model.Lose()
	w.store.Lost()
	w.ok(w.store.Restore(w.t.Context(), watermark(&w.known)))
	for _, p := range w.people {
		if p.started > 0 && p.until > w.now && !p.ended {
			w.tell(p)
		}
		if p.ended {
			w.ok(w.store.Leave(w.t.Context(), []queue.VisitorID{p.ticket.Visitor}))
		}
	}
}
