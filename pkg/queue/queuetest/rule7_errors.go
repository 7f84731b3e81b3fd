package queuetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/einlass/einlass/pkg/queue"
)

// verb is a call of one method with valid values.
type verb struct {
	name string
	call func() error
}

// verbs are all methods but Restore and Close.
func (l *line) verbs(p queue.Place) []verb {
	ctx, c := l.Context(), suiteControl()
	return []verb{
		{"join", func() error { _, err := l.store.Join(ctx, []queue.VisitorID{p.Visitor}); return err }},
		{"keep", func() error { _, err := l.store.Keep(ctx, []queue.Beat{{Place: p}}); return err }},
		{"claim", func() error { _, err := l.store.Claim(ctx, []queue.Place{p}); return err }},
		{"renew", func() error { _, err := l.store.Renew(ctx, []queue.Stay{{Visitor: p.Visitor}}); return err }},
		{"finish", func() error { return l.store.Finish(ctx, []queue.VisitorID{p.Visitor}) }},
		{"leave", func() error { return l.store.Leave(ctx, []queue.VisitorID{p.Visitor}) }},
		{"advance", func() error { _, err := l.store.Advance(ctx, queue.Watermark{Gateway: "g"}); return err }},
		{"control", func() error { _, err := l.store.Control(ctx, c); return err }},
		{"snapshot", func() error { _, err := l.store.Snapshot(ctx); return err }},
	}
}

// refused is a call with values that no store accepts.
type refused struct {
	name string
	call func(context.Context, queue.Store) error
}

// invalidVerbs are such calls, always in the same order. now is the store's time.
func invalidVerbs(now int64) (all []refused) {
	add := func(name string, call func(context.Context, queue.Store) error) {
		all = append(all, refused{name, call})
	}
	for _, n := range []int{0, queue.MaxBatch + 1} {
		ids, what := visitors(0, n), fmt.Sprintf(" of %d entries", n)
		beats, places, stays := make([]queue.Beat, n), make([]queue.Place, n), make([]queue.Stay, n)
		for i, id := range ids {
			places[i] = queue.Place{Visitor: id, Epoch: queue.EpochAt(now), Number: uint64(i + 1)}
			beats[i].Place, stays[i].Visitor = places[i], id
		}
		add("join"+what, func(ctx context.Context, s queue.Store) error { _, err := s.Join(ctx, ids); return err })
		add("keep"+what, func(ctx context.Context, s queue.Store) error { _, err := s.Keep(ctx, beats); return err })
		add("claim"+what, func(ctx context.Context, s queue.Store) error { _, err := s.Claim(ctx, places); return err })
		add("renew"+what, func(ctx context.Context, s queue.Store) error { _, err := s.Renew(ctx, stays); return err })
		add("finish"+what, func(ctx context.Context, s queue.Store) error { return s.Finish(ctx, ids) })
		add("leave"+what, func(ctx context.Context, s queue.Store) error { return s.Leave(ctx, ids) })
	}
	good := queue.Place{Visitor: Visitor(0), Epoch: queue.EpochAt(now), Number: 1}
	for _, what := range slices.Sorted(maps.Keys(invalidPlaces)) {
		bad := invalidPlaces[what]
		bad.Visitor = Visitor(1)
		add("keep with "+what, func(ctx context.Context, s queue.Store) error {
			_, err := s.Keep(ctx, []queue.Beat{{Place: good}, {Place: bad}})
			return err
		})
		add("claim with "+what, func(ctx context.Context, s queue.Store) error {
			_, err := s.Claim(ctx, []queue.Place{good, bad})
			return err
		})
	}
	for _, what := range slices.Sorted(maps.Keys(invalidControls)) {
		c := suiteControl()
		invalidControls[what](&c)
		add("control with "+what, func(ctx context.Context, s queue.Store) error { _, err := s.Control(ctx, c); return err })
		add("restore with "+what, func(ctx context.Context, s queue.Store) error {
			return s.Restore(ctx, queue.Watermark{Control: c})
		})
	}
	for _, what := range slices.Sorted(maps.Keys(invalidWatermarks)) {
		m := invalidWatermarks[what]
		m.Control = suiteControl()
		add("restore with "+what, func(ctx context.Context, s queue.Store) error { return s.Restore(ctx, m) })
		add("advance with "+what, func(ctx context.Context, s queue.Store) error { _, err := s.Advance(ctx, m); return err })
	}
	return all
}

var invalidWatermarks = map[string]queue.Watermark{
	"an epoch too late":         {Epoch: 1 << 31},
	"a last number too high":    {Epoch: 1, Last: 1 << 51},
	"a ceiling too high":        {Epoch: 1, Ceiling: 1 << 51},
	"a ceiling's order beyond":  {Epoch: 1<<31 - 1, Ceiling: 1 << 22},
	"a head beyond all orders":  {Epoch: 1, Head: queue.MaxOrder + 1},
	"a head's number too high":  {Epoch: 1, HeadNumber: 1 << 51},
	"no epoch and a high head":  {Head: queue.MaxOrder + 1},
	"no epoch and high numbers": {Last: 1 << 51, Ceiling: 1 << 51},
}

var invalidPlaces = map[string]queue.Place{
	"no epoch":        {Number: 1},
	"no number":       {Epoch: 1},
	"epoch too late":  {Epoch: 1 << 31, Number: 1},
	"number too high": {Epoch: 1, Number: 1 << 51},
	"order too high":  {Epoch: 1<<31 - 1, Number: 1 << 22},
}

var invalidControls = map[string]func(*queue.Control){
	"no mode":              func(c *queue.Control) { c.Mode = "" },
	"a rate below none":    func(c *queue.Control) { c.Pace.Rate = -1 },
	"too high a rate":      func(c *queue.Control) { c.Pace.Rate = queue.MaxRate + 1 },
	"a bound below none":   func(c *queue.Control) { c.Pace.MaxInside = -1 },
	"too high a bound":     func(c *queue.Control) { c.Pace.MaxInside = queue.MaxInsideLimit + 1 },
	"no burst":             func(c *queue.Control) { c.Pace.Burst = 0 },
	"too large a burst":    func(c *queue.Control) { c.Pace.Burst = queue.MaxBurst + 1 },
	"too long a message":   func(c *queue.Control) { c.Message = strings.Repeat("x", 2001) },
	"too long notes":       func(c *queue.Control) { c.Notes = strings.Repeat("x", 1025) },
	"the documents' limit": func(c *queue.Control) { c.Mode, c.Message = "stop", strings.Repeat("x", 2000) },
}

var refusing = []scenario{
	{"invalid values are refused and change nothing", func(l *line) {
		l.oneInEverySet()
		before := l.snapshot()
		for _, v := range invalidVerbs(l.now()) {
			l.wantErr(v.name, v.call(l.Context(), l.store), queue.ErrInvalid)
			sameSnapshot(l, v.name, l.snapshot(), before)
		}
	}},
	{"invalid values are refused also where the room is lost", func(l *line) {
		l.lose()
		for _, v := range invalidVerbs(l.now()) {
			l.wantErr(v.name, v.call(l.Context(), l.store), queue.ErrInvalid)
		}
		l.wantErr("still lost", l.verbs(queue.Place{})[8].call(), queue.ErrLost)
	}},
	{"the largest batch is served, in order", func(l *line) {
		ids := visitors(0, queue.MaxBatch)
		for i, j := range l.join(ids...) {
			want(l, "place", j.Place, queue.Place{Visitor: ids[i], Epoch: l.snapshot().Epoch, Number: uint64(i + 1)})
		}
		l.finish(ids...)
		want(l, "finished", l.snapshot().Finished, queue.MaxBatch)
		l.leave(ids...)
		want(l, "left", l.snapshot().Left, 0)
	}},
	{"replies are in the order of the entries", func(l *line) {
		at := l.oneInEverySet()
		sets := []string{"inside", "line", "ended", "front", "missed", "calls", "spent", "lapsed"}
		var beats []queue.Beat
		var places []queue.Place
		for _, s := range sets {
			beats, places = append(beats, queue.Beat{Place: at[s], Away: true}), append(places, at[s])
		}
		check := func(verb string, reply queue.KeepReply, err error, want ...queue.State) {
			l.must(verb, err)
			for i, s := range reply.Standings {
				if s.State != want[i] {
					l.Errorf("%s of %s answered %v, want %v", verb, sets[i], s.State, want[i])
				}
			}
		}
		reply, err := l.store.Keep(l.Context(), beats)
		check("keep", reply, err, queue.StateInside, queue.StateWaiting, queue.StateSpent, queue.StateFront,
			queue.StateMissed, queue.StateCalled, queue.StateSpent, queue.StateMissed)
		reply, err = l.store.Claim(l.Context(), places)
		check("claim", reply, err, queue.StateInside, queue.StateWaiting, queue.StateSpent, queue.StateFront,
			queue.StateFront, queue.StateInside, queue.StateSpent, queue.StateFront)
	}},
	{"the smallest and the largest places are served", func(l *line) {
		for i, p := range []queue.Place{{Epoch: 1, Number: 1}, {Epoch: 1, Number: 1<<51 - 1}, {Epoch: 1 << 30, Number: 1}} {
			p.Visitor = Visitor(i)
			l.wantState("place", l.keep(p), queue.StateWaiting)
		}
		f := l.snapshot()
		want(l, "first", f.Sketch.First[0], queue.OrderOf(1, 1))
		want(l, "last", f.Last, 1)
		p := queue.Place{Visitor: Visitor(3), Epoch: f.Epoch, Number: 1<<51 - 1}
		l.wantState("place of this epoch", l.keep(p), queue.StateWaiting)
		want(l, "last", l.snapshot().Last, 1<<51-1)
	}},
	{"a closed store answers so", func(l *line) {
		p := l.wait(0, 1)[0]
		l.must("close", l.store.Close())
		l.closed = true
		for _, v := range l.verbs(p) {
			l.wantErr(v.name, v.call(), queue.ErrClosed)
		}
		err := l.store.Restore(l.Context(), queue.Watermark{Control: suiteControl()})
		l.wantErr("restore", err, queue.ErrClosed)
	}},
	{"many gateways at once lose nothing and give nothing twice", func(l *line) { l.crowd(8, 40) }},
}

// crowd lets workers join, beat, claim, leave and tick at once, and checks the sums.
func (l *line) crowd(workers, rounds int) {
	l.Helper()
	l.setPace(queue.Pace{Rate: 6000, Burst: 10})
	var wg sync.WaitGroup
	start, given := l.now(), make([][]queue.Joined, workers)
	errs := make([]error, workers)
	for w := range workers {
		wg.Go(func() { given[w], errs[w] = l.gateway(w, rounds) })
	}
	wg.Wait()
	l.must("crowd", errors.Join(errs...))
	numbers := map[uint64]bool{}
	for _, joined := range given {
		for _, j := range joined {
			if numbers[j.Place.Number] {
				l.Errorf("number %d was given twice", j.Place.Number)
			}
			numbers[j.Place.Number] = true
		}
	}
	f := l.snapshot()
	want(l, "numbers given", len(numbers), workers*rounds*3)
	want(l, "last", f.Last, uint64(workers*rounds*3))
	want(l, "joined", f.Joined, int64(f.Last))
	if bound := 10 + (l.now()-start)/10; f.Called > bound || f.Called == 0 {
		l.Errorf("%d called in %d ms, want 1 to %d", f.Called, l.now()-start, bound)
	}
	want(l, "waiting, called, inside and left", f.Waiting+f.Calls+f.Inside+f.Left, f.Joined)
}

// gateway is one worker of a crowd. No place is absent for long enough to be passed over.
func (l *line) gateway(w, rounds int) (all []queue.Joined, err error) {
	ctx := l.Context()
	for round := range rounds {
		reply, err := l.store.Join(ctx, visitors(w*1_000_000+round*10, 3))
		if err != nil {
			return all, err
		}
		all = append(all, reply.Places...)
		var beats []queue.Beat
		var places []queue.Place
		for _, j := range reply.Places {
			beats, places = append(beats, queue.Beat{Place: j.Place}), append(places, j.Place)
		}
		_, kept := l.store.Keep(ctx, beats)
		_, claimed := l.store.Claim(ctx, places)
		left := l.store.Leave(ctx, []queue.VisitorID{places[2].Visitor})
		l.clock.Step(1)
		_, advanced := l.store.Advance(ctx, queue.Watermark{Gateway: string(rune('a' + w))})
		_, read := l.store.Snapshot(ctx)
		if err := errors.Join(kept, claimed, left, advanced, read); err != nil {
			return all, err
		}
	}
	return all, nil
}

var controlling = []scenario{
	{"a change of the controls names the version it was made from", func(l *line) {
		first := l.snapshot().Control
		mine, theirs := first, first
		mine.Message, theirs.Message = "mine", "theirs"
		got, err := l.store.Control(l.Context(), mine)
		l.must("control", err)
		mine.Version++
		want(l, "stored", got, mine)
		want(l, "in the snapshot", l.snapshot().Control, mine)
		got, err = l.store.Control(l.Context(), theirs)
		l.wantErr("change of an older version", err, queue.ErrConflict)
		want(l, "current", got, mine)
		theirs.Version += 2
		got, err = l.store.Control(l.Context(), theirs)
		l.wantErr("change of a version to come", err, queue.ErrConflict)
		want(l, "current", got, mine)
		want(l, "in the snapshot", l.snapshot().Control, mine)
	}},
	{"a conflict fills nothing and changes no pace", func(l *line) {
		l.wait(0, 5)
		l.setPace(queue.Pace{Rate: 60, Burst: 10})
		l.clock.Step(1500)
		c := l.snapshot().Control
		c.Version--
		c.Pace = queue.Pace{Rate: 0, Burst: 1}
		_, err := l.store.Control(l.Context(), c)
		l.wantErr("control", err, queue.ErrConflict)
		l.clock.Step(500)
		want(l, "called", l.advance().Called, 2)
	}},
	{"every field of the controls is kept", func(l *line) {
		c := l.snapshot().Control
		next := queue.Control{
			Version: c.Version, Mode: queue.ModePause, ValuesHash: "sha256:ü=\"\\ {}\n", Notes: strings.Repeat("\x00ö\"\n", 200), Message: strings.Repeat("ß", 1000),
			Pace: queue.Pace{Rate: queue.MaxRate, MaxInside: queue.MaxInsideLimit, Burst: queue.MaxBurst},
		}
		got, err := l.store.Control(l.Context(), next)
		l.must("control", err)
		next.Version++
		want(l, "stored", got, next)
		want(l, "in the snapshot", l.snapshot().Control, next)
		next.Message, next.ValuesHash, next.Notes, next.Pace = "", "", "", queue.Pace{Burst: 1}
		got, err = l.store.Control(l.Context(), next)
		l.must("control", err)
		next.Version++
		want(l, "stored", got, next)
	}},
	{"a change of the pace keeps what gateways note, and a change of the notes is kept", func(l *line) {
		c := l.set(func(c *queue.Control) { c.Pace.Burst = 3 })
		want(l, "seed", c.ValuesHash, suiteControl().ValuesHash)
		want(l, "notes", c.Notes, suiteControl().Notes)
		c = l.set(func(c *queue.Control) { c.ValuesHash, c.Notes = "s2", "n2" })
		want(l, "seed", c.ValuesHash, "s2")
		want(l, "notes", c.Notes, "n2")
		want(l, "in the snapshot", l.snapshot().Control, c)
	}},
	{"controls of the same version from two gateways let one through", func(l *line) {
		c, errs := l.snapshot().Control, make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = l.store.Control(l.Context(), c) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			l.wantErr("loser", err, queue.ErrConflict)
		}
		want(l, "winners", won, 1)
		want(l, "version", l.snapshot().Control.Version, c.Version+1)
	}},
}
