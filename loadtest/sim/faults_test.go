package sim

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// faulty is a store that is wrong in one way.
type faulty struct {
	queue.Store
	keep    func(*queue.KeepReply)
	claim   func(s queue.Store, places []queue.Place) error
	advance func(*queue.Snapshot)
	picture func(*queue.Snapshot)
	join    func(*queue.JoinReply)
}

func (f *faulty) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	r, err := f.Store.Keep(ctx, mapping, beats)
	if f.keep != nil && err == nil {
		f.keep(&r)
	}
	return r, err
}

func (f *faulty) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	if f.claim != nil {
		if err := f.claim(f.Store, places); err != nil {
			return queue.KeepReply{}, err
		}
	}
	return f.Store.Claim(ctx, mapping, places)
}

func (f *faulty) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	r, err := f.Store.Join(ctx, arrivals)
	if f.join != nil && err == nil {
		f.join(&r)
	}
	return r, err
}

func (f *faulty) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	r, err := f.Store.Advance(ctx, m, s, v)
	if f.advance != nil && err == nil {
		f.advance(&r)
	}
	return r, err
}

func (f *faulty) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	r, err := f.Store.Snapshot(ctx)
	if f.picture != nil && err == nil {
		f.picture(&r)
	}
	return r, err
}

func TestEveryPlantedFaultIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		rule  journal.Rule
		plant func(*faulty)
	}{
		"somebody is called past the line": {journal.RuleOrder, func(f *faulty) {
			f.keep = func(r *queue.KeepReply) {
				for i := range r.Standings {
					if r.Standings[i].State == queue.StateWaiting {
						r.Standings[i] = queue.Standing{State: queue.StateCalled, Until: r.Now + 1000}
					}
				}
			}
		}},
		"a called place is taken away": {journal.RuleLost, func(f *faulty) {
			f.claim = func(s queue.Store, places []queue.Place) error {
				return s.Leave(context.Background(), []queue.VisitorID{places[0].Visitor})
			}
		}},
		"more are called than the pace shown allows": {journal.RulePace, func(f *faulty) {
			f.advance = func(r *queue.Snapshot) { r.Document.Pace.Rate /= 2 }
			f.picture = f.advance
		}},
		"every other snapshot has lost the line": {journal.RuleShown, func(f *faulty) {
			odd := false
			f.advance = func(r *queue.Snapshot) {
				if odd = !odd; odd {
					r.Sketches[0] = queue.Sketch{End: r.Sketches[0].End}
				}
			}
		}},
		"a number is given twice": {journal.RuleUnique, func(f *faulty) {
			n := 0
			f.join = func(r *queue.JoinReply) {
				if n++; n == 40 {
					r.Places[0].Place.Number--
				}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := small(func(s *scenarios.Scenario) { s.Crowd.NoShow, s.Crowd.Waves[0].People = 0.1, 150 })
			r := play(t, Config{Scenario: s, Gate: true, Seed: 7, ShownEvery: 1, around: func(store queue.Store) queue.Store {
				f := &faulty{Store: store}
				c.plant(f)
				return f
			}})
			found := false
			for _, v := range r.Violations {
				found = found || strings.Contains(v, string(c.rule))
			}
			if !found || r.Checked.Violations == 0 || kept(s.Judge(&r)) {
				t.Errorf("%d violations, none is %q: %.3v", r.Checked.Violations, c.rule, r.Violations)
			}
			if c.rule == journal.RuleOrder && r.Line.Overtaken == 0 {
				t.Error("no overtaking was counted")
			}
		})
	}
}

// kept reports whether all findings are.
func kept(findings []scenarios.Finding) bool {
	return !slices.ContainsFunc(findings, func(f scenarios.Finding) bool { return !f.Kept })
}
