package queuetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// trial is a test that may fail without failing the one it is part of.
type trial struct {
	testing.TB
	failed bool
	log    strings.Builder
}

func (t *trial) Fail()        { t.failed = true }
func (t *trial) Failed() bool { return t.failed }
func (t *trial) FailNow() {
	t.failed = true
	runtime.Goexit()
}

func (t *trial) Log(args ...any)                 { fmt.Fprintln(&t.log, args...) }
func (t *trial) Logf(format string, args ...any) { t.Log(fmt.Sprintf(format, args...)) }
func (t *trial) Error(args ...any)               { t.Log(args...); t.Fail() }
func (t *trial) Errorf(format string, args ...any) {
	t.Logf(format, args...)
	t.Fail()
}
func (t *trial) Fatal(args ...any) { t.Log(args...); t.FailNow() }
func (t *trial) Fatalf(format string, args ...any) {
	t.Logf(format, args...)
	t.FailNow()
}

// try runs a test as a trial.
func try(t *testing.T, test func(*trial)) *trial {
	tr := &trial{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(tr)
	}()
	<-done
	return tr
}

// mutant is a store that is wrong in one point.
type mutant struct {
	wrong  string
	killed string // by this scenario
	timing func(*queue.Timing)
	store  func(queue.Store) queue.Store
}

func (m mutant) factory(t testing.TB, timing queue.Timing, clock *Clock) Subject {
	if changed := timing; m.timing != nil {
		if m.timing(&changed); changed.Validate() == nil {
			timing = changed // else it would be found by being refused
		}
	}
	s := ModelFactory(t, timing, clock)
	if m.store != nil {
		s.Store = m.store(s.Store)
	}
	return s
}

var mutants = []mutant{
	{"places are absent a millisecond late", "a place is present until the very end of the absence", later(absentOf), nil},
	{"places are absent a millisecond early", "a place is present until the very end of the absence", earlier(absentOf), nil},
	{"calls are open a millisecond longer", "a call is open until the very end of the claim window", later(windowOf), nil},
	{"calls are open a millisecond less", "a call is open until the very end of the claim window", earlier(windowOf), nil},
	{"stays live a millisecond longer", "a claim in time turns the call into a stay", later(idleOf), nil},
	{"stays live a millisecond less", "activity extends a stay", earlier(idleOf), nil},
	{"tickets are remembered a millisecond longer", "a spent ticket is remembered for its life", later(lifeOf), nil},
	{"tickets are remembered a millisecond less", "a lapsed call is remembered for the life of the ticket", earlier(lifeOf), nil},
	{"holds last a millisecond longer", "a room restored from a watermark follows what was and holds", later(holdOf), nil},
	{"holds last a millisecond less", "a ticket of an earlier epoch stretches the grace to a hold", earlier(holdOf), nil},
	{"graces last a millisecond longer", "a room without a watermark begins now and waits for the grace", later(graceOf), nil},
	{"graces last a millisecond less", "a room without a watermark begins now and waits for the grace", earlier(graceOf), nil},
	{
		"a closed page is taken for an open one", "closing the page makes a place absent at once and does not give it up", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, away: true} },
	},
	{
		"a cap is not looked at", "the cap bounds a stay and never shortens it", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, caps: true} },
	},
	{
		"a tick's watermark is not looked at", "a tick whose watermark is beyond the store is refused and changes nothing", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, watermark: true} },
	},
	{
		"a ceiling is not looked at", "a room restored from a watermark follows what was and holds", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, ceiling: true} },
	},
	{
		"versions are not looked at", "a change of the controls names the version it was made from", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, version: true} },
	},
	{
		"who finishes is counted as leaving", "leaving and finishing are counted apart and once a visitor", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, finish: true} },
	},
	{
		"every copy of a ticket extends the stay", "a copied ticket gets the same stay, not a second one", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, copies: true} },
	},
	{
		"batches are cut to what is allowed", "invalid values are refused and change nothing", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, batches: true} },
	},
	{
		"a lost room is made anew without being asked", "a store that has lost the room answers so and keeps nothing", nil,
		func(s queue.Store) queue.Store { return blind{Store: s, lost: true} },
	},
}

func absentOf(t *queue.Timing) *time.Duration { return &t.Absent }
func windowOf(t *queue.Timing) *time.Duration { return &t.ClaimWindow }
func idleOf(t *queue.Timing) *time.Duration   { return &t.Idle }
func lifeOf(t *queue.Timing) *time.Duration   { return &t.TicketLife }
func holdOf(t *queue.Timing) *time.Duration   { return &t.Hold }
func graceOf(t *queue.Timing) *time.Duration  { return &t.Grace }

func later(of func(*queue.Timing) *time.Duration) func(*queue.Timing) {
	return func(t *queue.Timing) { *of(t) += time.Millisecond }
}

func earlier(of func(*queue.Timing) *time.Duration) func(*queue.Timing) {
	return func(t *queue.Timing) { *of(t) -= time.Millisecond }
}

// blind is a store that does not look at something.
type blind struct {
	queue.Store
	away, caps, watermark, ceiling, version, finish, copies, batches, lost bool
}

func (b blind) Join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	if b.batches && len(ids) > queue.MaxBatch {
		ids = ids[:queue.MaxBatch]
	}
	reply, err := b.Store.Join(ctx, ids)
	if b.lost && errors.Is(err, queue.ErrLost) {
		if err := b.Restore(ctx, queue.Watermark{Control: suiteControl()}); err != nil {
			return reply, err
		}
		return b.Store.Join(ctx, ids)
	}
	return reply, err
}

func (b blind) Keep(ctx context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	if b.away {
		beats = append([]queue.Beat(nil), beats...)
		for i := range beats {
			beats[i].Away = false
		}
	}
	return b.Store.Keep(ctx, beats)
}

func (b blind) Claim(ctx context.Context, places []queue.Place) (queue.KeepReply, error) {
	reply, err := b.Store.Claim(ctx, places)
	for i, s := range reply.Standings {
		if b.copies && s.State == queue.StateInside {
			renewed, err := b.Renew(ctx, []queue.Stay{{Visitor: places[i].Visitor}})
			if err != nil {
				return reply, err
			}
			reply.Standings[i] = renewed.Standings[0]
		}
	}
	return reply, err
}

func (b blind) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	if b.caps {
		stays = append([]queue.Stay(nil), stays...)
		for i := range stays {
			stays[i].Cap = 0
		}
	}
	return b.Store.Renew(ctx, stays)
}

func (b blind) Finish(ctx context.Context, ids []queue.VisitorID) error {
	if b.finish {
		return b.Leave(ctx, ids)
	}
	return b.Store.Finish(ctx, ids)
}

func (b blind) Advance(ctx context.Context, m queue.Watermark) (queue.Snapshot, error) {
	if b.watermark {
		m = queue.Watermark{Gateway: m.Gateway}
	}
	return b.Store.Advance(ctx, m)
}

func (b blind) Control(ctx context.Context, c queue.Control) (queue.Control, error) {
	if b.version {
		f, err := b.Snapshot(ctx)
		if err != nil {
			return c, err
		}
		c.Version = f.Control.Version
	}
	return b.Store.Control(ctx, c)
}

func (b blind) Restore(ctx context.Context, m queue.Watermark) error {
	if b.ceiling {
		m.Ceiling = m.Last
	}
	return b.Store.Restore(ctx, m)
}

func TestTheSuiteFindsEveryMutant(t *testing.T) {
	scenarios := map[string]scenario{}
	for _, g := range groups() {
		for _, s := range g.scenarios {
			if _, twice := scenarios[s.says]; twice {
				t.Errorf("two scenarios say %q", s.says)
			}
			scenarios[s.says] = s
		}
	}
	for _, m := range mutants {
		t.Run(m.wrong, func(t *testing.T) {
			s, ok := scenarios[m.killed]
			if !ok {
				t.Fatalf("no scenario says %q", m.killed)
			}
			if tr := try(t, func(tr *trial) { s.run(open(tr, m.factory)) }); !tr.failed {
				t.Error("the scenario found nothing")
			}
			if tr := try(t, func(tr *trial) { s.run(open(tr, ModelFactory)) }); tr.failed {
				t.Errorf("the scenario fails for the model:\n%s", tr.log.String())
			}
		})
	}
}

func TestRandomHistoriesFindEveryMutant(t *testing.T) {
	// What the shortest history is does not matter here, and none is to be kept.
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true"} {
		f := flag.Lookup(name)
		was := f.Value.String()
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Value.Set(was) })
	}
	for _, m := range mutants {
		t.Run(m.wrong, func(t *testing.T) {
			if tr := try(t, func(tr *trial) { play(tr, tr, 10*defaultSteps, ModelFactory, m.factory) }); !tr.failed {
				t.Error("ten times the usual steps found nothing")
			}
		})
	}
}
