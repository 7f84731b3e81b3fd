package journal_test

import (
	"context"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// faulty is a store that does one thing wrong. What is nil is done right.
type faulty struct {
	queue.Store
	calls int // of verbs, so that not everything goes wrong

	document func(*queue.Document)              // what the store below gets
	opening  func(*queue.Opening)               // what the store below gets with watermarks
	snapshot func(*queue.Snapshot)              // what is answered
	join     func(*queue.Joined)                // what is answered
	beat     func(b *queue.Beat) (dropped bool) // what the store below gets; dropped: nothing, and the answer is that it waits
	keep     func(b *queue.Beat, s *queue.Standing)
	claim    func(s *queue.Standing)
	renew    func(ctx context.Context, below queue.Store, stay *queue.Stay)
	report   func([]queue.Outcome)
	leave    bool // nothing is given up
	seed     func(*[32]byte)
}

func (f *faulty) Restore(ctx context.Context, m queue.Watermark) error {
	f.watermark(&m)
	return f.Store.Restore(ctx, m)
}

func (f *faulty) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	if f.document != nil {
		f.document(&d)
	}
	return f.Store.Settle(ctx, d)
}

func (f *faulty) watermark(m *queue.Watermark) {
	if f.document != nil {
		f.document(&m.Document)
	}
	if f.opening != nil {
		f.opening(&m.Opening)
	}
}

func (f *faulty) pictured(s queue.Snapshot, err error) (queue.Snapshot, error) {
	if f.snapshot != nil && err == nil {
		f.snapshot(&s)
	}
	return s, err
}

func (f *faulty) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	f.watermark(&m)
	return f.pictured(f.Store.Advance(ctx, m, s, v))
}

func (f *faulty) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	return f.pictured(f.Store.Snapshot(ctx))
}

func (f *faulty) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	reply, err := f.Store.Join(ctx, arrivals)
	for i := range reply.Places {
		if f.calls++; f.join != nil && f.calls%20 == 0 {
			f.join(&reply.Places[i])
		}
	}
	return reply, err
}

func (f *faulty) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	sent := slices.Clone(beats)
	dropped := false
	for i := range sent {
		dropped = f.beat != nil && f.beat(&sent[i])
	}
	if dropped {
		s, err := f.Store.Snapshot(ctx)
		return queue.KeepReply{Now: s.Now, Standings: []queue.Standing{{State: queue.StateWaiting}}}, err
	}
	reply, err := f.Store.Keep(ctx, mapping, sent)
	for i := range reply.Standings {
		if f.keep != nil {
			f.keep(&sent[i], &reply.Standings[i])
		}
	}
	return reply, err
}

func (f *faulty) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	reply, err := f.Store.Claim(ctx, mapping, places)
	for i := range reply.Standings {
		if f.claim != nil {
			f.claim(&reply.Standings[i])
		}
	}
	return reply, err
}

func (f *faulty) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	if f.calls++; f.renew != nil && f.calls%10 == 0 {
		stays = slices.Clone(stays)
		f.renew(ctx, f.Store, &stays[0])
	}
	return f.Store.Renew(ctx, stays)
}

func (f *faulty) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	if f.report != nil {
		outcomes = slices.Clone(outcomes)
		f.report(outcomes)
	}
	return f.Store.Report(ctx, teller, outcomes)
}

func (f *faulty) Leave(ctx context.Context, ids []queue.VisitorID) error {
	if f.leave {
		return nil
	}
	return f.Store.Leave(ctx, ids)
}

func (f *faulty) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	seed, err := f.Store.Reveal(ctx, opening, seed)
	if f.seed != nil {
		f.seed(&seed)
	}
	return seed, err
}

// quotas changes those of a plan.
func quotas(d *queue.Document, change func(int64) int64) {
	d.Plan = slices.Clone(d.Plan)
	for i := range d.Plan {
		if d.Plan[i].Quota > 0 {
			d.Plan[i].Quota = change(d.Plan[i].Quota)
		}
	}
}

// faults are stores that break one rule each, some of them another one too because of it.
func faults() map[string]struct {
	rule  journal.Rule
	store *faulty
} {
	type fault = struct {
		rule  journal.Rule
		store *faulty
	}
	lost := 0
	return map[string]fault{
		"gives a number again": {journal.RuleUnique, &faulty{join: func(j *queue.Joined) {
			if j.Place.Number > 1 {
				j.Place.Number--
				j.Place.Order--
			}
		}}},
		"leaves numbers out": {journal.RuleDense, &faulty{join: func(j *queue.Joined) {
			if j.Place.Number > 0 {
				j.Place.Number += 500
				j.Place.Order += 500
			}
		}}},
		"overtakes":              {journal.RuleOrder, &faulty{beat: func(b *queue.Beat) bool { return b.Place.Visitor[15]%4 == 0 && !b.Away }}},
		"does not know its seed": {journal.RuleMapping, &faulty{seed: func(seed *[32]byte) { seed[5]++ }}},
		"steps in a hold":        {journal.RuleSteps, &faulty{snapshot: func(s *queue.Snapshot) { s.Hold = max(s.Hold, s.Now+1_000) }}},
		"takes a lobby's places in": {journal.RuleLobby, &faulty{keep: func(_ *queue.Beat, s *queue.Standing) {
			if s.State == queue.StateLobby {
				s.State = queue.StateWaiting
			}
		}}},
		"calls too fast": {journal.RulePace, &faulty{
			document: func(d *queue.Document) { d.Pace.Rate *= 20 }, snapshot: func(s *queue.Snapshot) { s.Document.Pace.Rate /= 20 },
		}},
		"fills the room too far": {journal.RuleInside, &faulty{
			document: func(d *queue.Document) { d.Pace.MaxInside *= 3 }, snapshot: func(s *queue.Snapshot) { s.Document.Pace.MaxInside /= 3 },
		}},
		"calls more than can book": {journal.RuleQuota, &faulty{
			document: func(d *queue.Document) { quotas(d, func(quota int64) int64 { return quota * 10 }) },
			opening: func(o *queue.Opening) {
				if o.Quota > 0 {
					o.Quota *= 10
				}
			},
			snapshot: func(s *queue.Snapshot) {
				quotas(&s.Document, func(quota int64) int64 { return quota / 10 })
				if s.Opening.Quota > 0 {
					s.Opening.Quota /= 10
				}
			},
		}},
		"books twice": {journal.RuleQuota, &faulty{report: func(outcomes []queue.Outcome) {
			for i := range outcomes {
				outcomes[i].Ref[9] += byte(i)
			}
		}}},
		"calls the absent": {journal.RulePresence, &faulty{beat: func(b *queue.Beat) bool {
			b.Away = false
			return false
		}}},
		"moves the beginning of stays": {journal.RuleStay, &faulty{claim: func(s *queue.Standing) {
			if s.State == queue.StateInside {
				s.Started -= 1000
			}
		}}},
		"keeps those who leave": {journal.RuleStay, &faulty{leave: true}},
		"forgets stays": {journal.RulePass, &faulty{renew: func(ctx context.Context, below queue.Store, stay *queue.Stay) {
			_ = below.Leave(ctx, []queue.VisitorID{stay.Visitor})
		}}},
		"shortens stays": {journal.RulePass, &faulty{renew: func(_ context.Context, _ queue.Store, stay *queue.Stay) {
			stay.At -= timing.Idle.Milliseconds()
		}}},
		"calls below the floor": {journal.RuleFloor, &faulty{snapshot: func(s *queue.Snapshot) {
			s.Opening.Floor = max(s.Opening.Floor, queue.OrderOf(s.Epoch, s.Last/2))
		}}},
		"shows figures that rise": {journal.RuleShown, &faulty{snapshot: func(s *queue.Snapshot) {
			if s.Now%3 == 0 {
				s.Sketches[0].First = nil
			}
		}}},
		"goes back": {journal.RuleFigures, &faulty{snapshot: func(s *queue.Snapshot) {
			if s.Now%7 == 0 && s.Last > 0 {
				s.Last--
			}
		}}},
		"loses places": {journal.RuleLost, &faulty{keep: func(_ *queue.Beat, s *queue.Standing) {
			if lost++; lost%30 == 0 && s.State == queue.StateWaiting {
				*s = queue.Standing{State: queue.StateUnknown}
			}
		}}},
	}
}

// A store that does one thing wrong is found out by the rule that is about it, in a walk on which the model breaks none.
func TestAFaultyStoreBreaksItsRule(t *testing.T) {
	for name, f := range faults() {
		t.Run(name, func(t *testing.T) {
			found := map[journal.Rule]int{}
			for seed := uint64(2); seed < 6 && found[f.rule] == 0; seed++ {
				w := newWalker(t, seed, func(below queue.Store) queue.Store {
					f.store.Store = below
					return f.store
				})
				for range 3 {
					for range 500 {
						w.step()
					}
					for _, v := range w.violations() {
						found[v.Rule]++
					}
					if found[f.rule] > 0 {
						break
					}
				}
			}
			t.Logf("broken are %v", found)
			if found[f.rule] == 0 {
				t.Errorf("broken are %v, want %q", found, f.rule)
			}
		})
	}
}
