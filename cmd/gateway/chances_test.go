package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// chanceLine is a line with a quota, at one or more gateways on one store, in virtual time.
type chanceLine struct {
	t    *testing.T
	now  int64
	odds []*chances
	all  []*queue.Room
}

func newChanceLine(t *testing.T, gateways int, quota int64) *chanceLine {
	t.Helper()
	l := &chanceLine{t: t, now: 1_800_000_000_000}
	clock := func() time.Time { return time.UnixMilli(l.now) }
	store, err := memstore.New(memstore.Config{Clock: func() int64 { return l.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for i := range gateways {
		c := &chances{}
		var r *queue.Room
		c.view = func() *queue.View { return r.View() }
		d := queue.Document{
			Pace: queue.Pace{Mode: queue.ModeRun, Rate: 300, Burst: 5},
			Timing: queue.Timing{
				Absent: 5 * time.Minute, Confirm: 15 * time.Second, Window: time.Minute, Lead: 2 * time.Second, Active: 5 * time.Second,
				Page: 10 * time.Minute, Idle: 10 * time.Minute, Max: time.Hour, Resume: 30 * time.Minute, Life: 24 * time.Hour, Hold: time.Second,
			},
			Plan: []queue.Step{{At: l.now, Opening: "day", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: quota, Per: 1, Reset: true}},
		}
		r, err = queue.NewRoom(store, queue.RoomConfig{
			Document: d, Clock: clock, Gateway: fmt.Sprint("g", i), FirstStart: true, Visitors: 4096, PollMin: time.Second, PollMax: 5 * time.Second,
			Health: &siteHealth{odds: c, line: &line{}}, OnSnapshot: func(f *queue.Snapshot) { c.look(f, r.View()) },
		})
		if err != nil {
			t.Fatal(err)
		}
		l.odds, l.all = append(l.odds, c), append(l.all, r)
		r.Tick(t.Context())
	}
	return l
}

// play lets so many people come, of whom every fourth books nothing, until so many seconds have passed. All of them poll and go in.
func (l *chanceLine) play(people, seconds int) {
	l.t.Helper()
	type person struct {
		place queue.Place
		in    int64
		done  bool
	}
	var crowd []*person
	for range people {
		j, err := l.all[0].Arrive(queue.Arrival{})
		if err != nil {
			l.t.Fatal(err)
		}
		if j.State == queue.StateRefused {
			continue
		}
		crowd = append(crowd, &person{place: j.Place, in: map[bool]int64{true: l.now}[j.State == queue.StateInside]})
	}
	for step := range seconds * 4 {
		l.now += 250
		for g, r := range l.all {
			r.Flush(l.t.Context())
			r.Tick(l.t.Context())
			_ = g
		}
		for i, p := range crowd {
			r := l.all[i%len(l.all)]
			switch {
			case p.done:
			case p.in == 0 && step%4 == 0:
				if a := r.Poll(p.place, -1); a.State == queue.StateCalled || a.State == queue.StateUnknown || a.State == queue.StateFull {
					if s, err := r.Claim(p.place); err == nil && s.State == queue.StateInside {
						p.in = l.now
					}
				}
			case p.in != 0 && l.now-p.in > 3000:
				p.done = true
				var what []queue.Outcome
				if i%4 != 3 {
					what = append(what, queue.Outcome{Kind: queue.Booked, Visitor: p.place.Visitor, Count: 1})
				}
				if err := r.Report(context.Background(), append(what, queue.Outcome{Kind: queue.Finished, Visitor: p.place.Visitor})...); err != nil {
					l.t.Fatal(err)
				}
			}
		}
	}
}

func TestAChanceIsLearnedSharedAndScored(t *testing.T) {
	t.Parallel()
	l := newChanceLine(t, 2, 600)
	l.play(1500, 6)
	last := func(c *chances, before int64) web.Chance { return c.Word(before, web.NoChance) }
	if w := last(l.odds[0], 10); w != web.NoChance {
		t.Errorf("after a few seconds it is said %q", w)
	}
	l = newChanceLine(t, 2, 600)
	l.play(1500, 60)
	f := &l.all[0].View().Snapshot
	c := l.odds[0].shared.Load()
	if c == nil || c.Opening != "day" || c.Over < 60 {
		t.Fatalf("%+v", c)
	}
	// Every place is over once, and three of four have taken one.
	if takes := c.Taken / c.Places; takes < 0.65 || takes > 0.85 {
		t.Errorf("each takes %.2f, want 0.75", takes)
	}
	if over := f.Called - f.Calls - f.Asking - f.Unbooked; c.Over > over || c.Over < over-50 {
		t.Errorf("%d are over, want about %d", c.Over, over)
	}
	left := f.Opening.Quota - f.Opening.Booked
	for before, want := range map[int64]web.Chance{left / 2: web.Usually, 10 * left: web.Little} {
		for g, odds := range l.odds {
			if w := last(odds, before); w != want {
				t.Errorf("gateway %d: %d before, %d left: %q, want %q", g, before, left, w, want)
			}
		}
	}
	if a, b := l.odds[0].shared.Load(), l.odds[1].shared.Load(); *a != *b {
		t.Errorf("two gateways know %+v and %+v", a, b)
	}
	if c.Scores.All() != 0 && c.Scores.Told[admission.Usually] == 0 {
		t.Errorf("%+v", c.Scores)
	}
}

func TestWhatWasSaidOfAChanceIsScoredWhenAllIsBooked(t *testing.T) {
	t.Parallel()
	l := newChanceLine(t, 1, 600)
	l.play(1500, 240)
	if f := l.all[0].View().Snapshot; !f.Opening.SoldOut() {
		t.Fatalf("%d booked", f.Opening.Booked)
	}
	s := l.odds[0].shared.Load().Scores
	if s.Told[admission.Usually] < 5 || s.Told[admission.Little] < 5 {
		t.Fatalf("%+v", s)
	}
	if s.Got[admission.Usually] < s.Told[admission.Usually]*9/10 || s.Got[admission.Little] > s.Told[admission.Little]/10 {
		t.Errorf("%+v", s)
	}
	if w := l.odds[0].Word(1, web.NoChance); w != web.NoChance {
		t.Errorf("everything is booked, and the page says %q", w)
	}
	brier, _ := s.Brier()
	if brier > 0.2 {
		t.Errorf("Brier %.3f", brier)
	}
}

// A judgement of an older release has no chance in it. What is known stays, and is in the next one.
func TestAJudgementOfAnOlderReleaseCostsTheChanceNothing(t *testing.T) {
	c := &chances{}
	known := admission.Chances{Tick: 7}
	known.Opening, known.Over, known.Places, known.Taken = "day", 50, 40, 20
	c.shared.Store(&known)
	c.adopt(&queue.Snapshot{Judgement: queue.Verdict{Tick: 8, Blob: "1 8\nx\n{\"p\":1000}"}})
	if got := c.shared.Load(); *got != known {
		t.Errorf("%+v", got)
	}
	c.parts = []part{{tick: 8, opening: "day", places: 2, taken: 1, squares: 1}, {tick: 9, opening: "day", places: 5, taken: 5, squares: 5}}
	next := c.judge(nil, &queue.HealthInput{Tick: 8, Opening: &queue.Opening{Name: "day", Quota: 10}})
	if next.Over != 52 || next.Tick != 8 {
		t.Errorf("%+v", next)
	}
	other := c.judge(next, &queue.HealthInput{Tick: 9, Opening: &queue.Opening{Name: "another", Quota: 10}})
	if other.Over != 0 || other.Opening != "another" {
		t.Errorf("another opening begins with %+v", other)
	}
	if none := (&chances{}).judge(nil, &queue.HealthInput{Tick: 1, Opening: &queue.Opening{Quota: -1}}); none != nil {
		t.Errorf("a room without a plan says %+v", none)
	}
}

func TestAWordIsTheSameOnThePageAndInTheFigures(t *testing.T) {
	for w := range admission.Words {
		if web.Chance(w).String() != w.String() {
			t.Errorf("%d is %q and %q", w, w, web.Chance(w))
		}
	}
}
