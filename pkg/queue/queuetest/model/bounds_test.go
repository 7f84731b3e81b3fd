package model

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// bounds checks that entries and calls stay in their buckets in every window of time.
type bounds struct {
	pace           queue.Pace
	entered, calls []int64
	entries        int
}

// entry notes an entry: in any T ms there are at most Burst + Rate·(T + 10 s).
func (b *bounds) entry(t *testing.T, now int64) {
	t.Helper()
	b.entries++
	b.entered = append(b.entered, now)
	for i, first := range b.entered {
		most := b.pace.Burst*60_000 + b.pace.Rate*(now-first+10_000)
		if n := int64(len(b.entered) - i); n*60_000 > most {
			t.Errorf("%d entries in %d ms", n, now-first)
			return
		}
	}
}

// callsMade notes calls: in any T ms there are at most 3·(Burst + Rate·T).
func (b *bounds) callsMade(t *testing.T, now, n int64) {
	t.Helper()
	for range n {
		b.calls = append(b.calls, now)
	}
	if n == 0 {
		return
	}
	for i, first := range b.calls {
		most := 3 * (b.pace.Burst*60_000 + b.pace.Rate*(now-first))
		if n := int64(len(b.calls) - i); n*60_000 > most {
			t.Errorf("%d calls in %d ms", n, now-first)
			return
		}
	}
}

func TestAnEagerCrowdEntersNoFasterThanThePace(t *testing.T) {
	f := newFixture(t, pause, func(d *queue.Document) { d.Pace.Rate, d.Pace.Burst = 30, 4 })
	var crowd []queue.Place
	for n := range 120 {
		crowd = append(crowd, f.queued(n+1))
	}
	f.settle(func(d *queue.Document) { d.Pace.Mode = queue.ModeRun })
	b := &bounds{pace: f.room().document.Pace}
	begin := f.now
	for range 150 {
		f.now += 1000
		called := f.room().called
		s := f.advance()
		b.callsMade(t, f.now, s.Called-called)
		for _, p := range crowd {
			f.keep(p)
			if f.room().setOf(p.Visitor) == setCalls || f.room().setOf(p.Visitor) == setAsking {
				if f.claim(p).State == queue.StateInside {
					b.entry(t, f.now)
				}
			}
		}
	}
	if least := (f.now - begin) * 30 / 60_000; int64(b.entries) < least {
		t.Errorf("%d entries, while the pace allows %d: needlessly few", b.entries, least)
	}
}

func TestABatchOfClaimsPassesNoBound(t *testing.T) {
	f := newFixture(t, pause)
	places := []queue.Place{f.queued(1), f.queued(2), f.queued(3), f.queued(4)}
	f.run()
	f.settle(func(d *queue.Document) { d.Pace.MaxInside = 2 })
	claim := func() (entered int) {
		t.Helper()
		reply, err := f.m.Claim(t.Context(), 0, places)
		f.must(err)
		for _, s := range reply.Standings {
			if s.State == queue.StateInside {
				entered++
			}
		}
		return entered
	}
	equal(t, "entered", claim(), 2)
	f.settle(func(d *queue.Document) { d.Pace.MaxInside = 0 })
	f.room().credit = queue.Units
	equal(t, "inside when credit for one more is there", claim(), 3)
}
