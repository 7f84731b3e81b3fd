package queuetest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/einlass/einlass/pkg/queue"
)

// verb is a call of one method with valid values.
type verb struct {
	name string
	call func(queue.Store) error
}

// verbs are all methods but Restore and Close.
func (l *line) verbs(p queue.Place) []verb {
	ctx, ref := l.Context(), queue.Code{1}
	return []verb{
		{"join", func(s queue.Store) error { _, err := s.Join(ctx, []queue.Arrival{{Visitor: p.Visitor}}); return err }},
		{"keep", func(s queue.Store) error { _, err := s.Keep(ctx, 0, []queue.Beat{{Place: p}}); return err }},
		{"claim", func(s queue.Store) error { _, err := s.Claim(ctx, 0, []queue.Place{p}); return err }},
		{"renew", func(s queue.Store) error {
			_, err := s.Renew(ctx, []queue.Stay{{Visitor: p.Visitor, Started: 1, At: 1}})
			return err
		}},
		{"report", func(s queue.Store) error {
			_, err := s.Report(ctx, queue.Tally{}, []queue.Outcome{{Kind: queue.Finished, Visitor: p.Visitor}})
			return err
		}},
		{"leave", func(s queue.Store) error { return s.Leave(ctx, []queue.VisitorID{p.Visitor}) }},
		{"find", func(s queue.Store) error { _, err := s.Find(ctx, p.Order); return err }},
		{"move", func(s queue.Store) error {
			_, err := s.Move(ctx, queue.Move{Act: queue.ActRemove, Visitor: p.Visitor, Ref: ref})
			return err
		}},
		{"advance", func(s queue.Store) error {
			_, err := s.Advance(ctx, queue.Watermark{Gateway: "g"}, queue.Sample{}, queue.Verdict{})
			return err
		}},
		{"settle", func(s queue.Store) error { _, err := s.Settle(ctx, suiteDocument()); return err }},
		{"reveal", func(s queue.Store) error { _, err := s.Reveal(ctx, "a", [32]byte{1}); return err }},
		{"snapshot", func(s queue.Store) error { _, err := s.Snapshot(ctx); return err }},
	}
}

var erring = []scenario{
	{"invalid values are refused and change nothing", func(l *line) {
		intoFront(l)
		for _, v := range invalidVerbs() {
			l.unchanged(v.name, func() { l.wantErr(v.name, v.call(l.Context(), l.store), queue.ErrInvalid) })
		}
		l.store.Lose()
		for _, v := range invalidVerbs() {
			l.wantErr(v.name+" of a lost room", v.call(l.Context(), l.store), queue.ErrInvalid)
		}
		_, err := l.store.Snapshot(context.Background())
		l.wantErr("snapshot of a lost room", err, queue.ErrLost)
	}},
	{"batches of one and of 512 are taken", func(l *line) {
		for n, size := range []int{1, queue.MaxBatch} {
			first := 1000 * (n + 1)
			places := l.wait(first, size)
			l.keepAll(places)
			l.claimAll(places...)
			var stays []queue.Stay
			var outcomes []queue.Outcome
			for _, p := range places {
				stays = append(stays, queue.Stay{Visitor: p.Visitor, Started: l.now(), At: l.now()})
				outcomes = append(outcomes, queue.Outcome{Kind: queue.Booked, Visitor: p.Visitor, Count: 1, Ref: queue.Code(p.Visitor)})
			}
			reply, err := l.store.Renew(l.Context(), stays)
			l.must("renew", err)
			want(l, "renewed", len(reply.Standings), size)
			l.report(outcomes...)
			l.must("leave", l.store.Leave(l.Context(), visitors(first, size)))
		}
		want(l, "booked", l.snapshot().Opening.Booked, queue.MaxBatch+1)
		want(l, "left", l.snapshot().Left, queue.MaxBatch+1)
	}},
	{"a closed store answers so", func(l *line) {
		p := l.wait(1, 1)[0]
		l.must("close", l.store.Close())
		l.closed = true
		for _, v := range l.verbs(p) {
			l.wantErr(v.name, v.call(l.store), queue.ErrClosed)
		}
		l.wantErr("restore", l.store.Restore(l.Context(), queue.Watermark{Document: suiteDocument()}), queue.ErrClosed)
	}},
}

var settling = []scenario{
	{"a change names the version it was made from", func(l *line) {
		first := l.snapshot().Document
		mine, theirs := first, first
		mine.Settings, theirs.Settings = "mine", "theirs"
		got, err := l.store.Settle(l.Context(), mine)
		l.must("settle", err)
		mine.Version++
		want(l, "stored", fmt.Sprint(got), fmt.Sprint(mine))
		for _, version := range []int64{first.Version, first.Version + 2} {
			theirs.Version = version
			theirs.Pace.Rate = 60
			l.clock.Step(10)
			l.unchanged("a conflict", func() {
				got, err = l.store.Settle(l.Context(), theirs)
				l.wantErr("change of another version", err, queue.ErrConflict)
				want(l, "the stored one", fmt.Sprint(got), fmt.Sprint(mine))
			})
		}
	}},
	{"every field of a document is kept", func(l *line) {
		d := l.snapshot().Document
		next := queue.Document{
			Version: d.Version, Settings: strings.Repeat("\x00ö\"\n\\ {}\xff", 1000), Timing: suiteTiming(),
			Pace: queue.Pace{Mode: queue.ModePause, Rate: queue.MaxRate, MaxInside: queue.MaxInsideLimit, Burst: queue.MaxBurst, Strict: true},
			Door: queue.Door{Closed: true, Limit: queue.MaxInsideLimit},
		}
		for i := range queue.MaxSteps {
			next.Plan = append(next.Plan, queue.Step{
				At: int64(queue.MaxOrder) - queue.MaxSteps + int64(i), Opening: fmt.Sprintf("%d%s", i%queue.MaxOpenings, strings.Repeat("\"\x00ß", 9)),
				Rank: uint8(1 + i/queue.MaxOpenings), Phase: queue.PhaseOpen, Draw: i < queue.MaxDraws, SetQuota: true, Quota: int64(i) - 1, Per: int64(i + 1),
				Standby: int64(i), Reset: i%2 == 0, SetShare: true, Share: int64(i), Floor: i%3 == 0, SetWeights: true, Weights: [queue.Lanes]int64{1, 2, 3, 4, 5, 6, 7, 1000},
			})
		}
		got, err := l.store.Settle(l.Context(), next)
		l.must("settle", err)
		next.Version++
		want(l, "stored", fmt.Sprint(got), fmt.Sprint(next))
		want(l, "in the snapshot", fmt.Sprint(l.snapshot().Document), fmt.Sprint(next))
		next.Settings, next.Plan, next.Pace, next.Door = "", nil, queue.Pace{Mode: queue.ModeRun, Burst: 1}, queue.Door{}
		got, err = l.store.Settle(l.Context(), next)
		l.must("settle", err)
		next.Version++
		want(l, "stored", fmt.Sprint(got), fmt.Sprint(next))
		next.Pace.Mode = queue.ModeOpen
		got, err = l.store.Settle(l.Context(), next)
		l.must("settle", err)
		next.Version++
		want(l, "stored, open to all", fmt.Sprint(got), fmt.Sprint(next))
		want(l, "in the snapshot, open to all", fmt.Sprint(l.snapshot().Document), fmt.Sprint(next))
	}},
	{"changes of the same version from two gateways let one through", func(l *line) {
		d, errs := l.snapshot().Document, make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = l.store.Settle(l.Context(), d) })
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
		want(l, "version", l.snapshot().Document.Version, d.Version+1)
	}},
	{"a change of the timing changes all deadlines at once", func(l *line) {
		s := intoCalls(l)
		l.settle(func(d *queue.Document) { d.Timing.Window *= 2 })
		l.wants("call", l.keep(s.place), queue.Standing{State: queue.StateCalled, Until: s.told + 2*windowMS})
		l.settle(func(d *queue.Document) { d.Timing.Window /= 4 })
		l.clock.Step(windowMS / 2)
		l.wantState("call then", l.keep(s.place), queue.StateMissed, queue.ReasonLapsed)
	}},
	{"the time of a plan's change is noted, of that alone", func(l *line) {
		step := queue.Step{At: l.now() + 1_000_000, Opening: "a", Rank: 1}
		l.settle(func(d *queue.Document) { d.Plan = []queue.Step{step} })
		planned := l.now()
		l.clock.Step(5)
		l.settle(func(d *queue.Document) { d.Pace.Rate = 5 })
		want(l, "planned", l.snapshot().Opening.Planned, planned)
		l.settle(func(d *queue.Document) { d.Plan[0].Share = 5 })
		want(l, "planned by another step", l.snapshot().Opening.Planned, l.now())
	}},
}

var releasing = []scenario{
	{"a release that reads lower formats is refused from the first draw, lane or code on", func(l *line) {
		for what, raise := range byName(map[string]func(){
			"a draw in the plan": func() {
				l.settle(func(d *queue.Document) {
					d.Plan = []queue.Step{{At: l.now() + 1_000_000, Opening: "a", Rank: 1, Draw: true}}
				})
			},
			"weights in the plan": func() {
				l.settle(func(d *queue.Document) {
					d.Plan = []queue.Step{{At: l.now() + 1_000_000, Opening: "a", Rank: 1, SetWeights: true, Weights: queue.NewOpening().Weights}}
				})
			},
			"a lane": func() { l.waitIn(1, 50, 1) },
			"a code": func() { l.arrive(queue.Arrival{Visitor: Visitor(50), Code: queue.Code{1}, Uses: 1}) },
			"a ticket with a code": func() {
				p := intoNowhere(l).place
				p.Visitor = Visitor(50)
				l.beat(queue.Beat{Place: p, Code: queue.Code{1}, Uses: 1})
			},
		}) {
			older := l.store.Release(1)
			p := l.wait(900, 1)[0]
			_, err := older.Keep(l.Context(), 0, []queue.Beat{{Place: p}})
			l.must("keep before "+what, err)
			raise()
			l.unchanged("an older release", func() {
				for _, v := range l.verbs(p) {
					l.wantErr(v.name+" behind "+what, v.call(older), queue.ErrFormat)
				}
				l.wantErr("restore", older.Restore(l.Context(), queue.Watermark{Document: suiteDocument()}), queue.ErrFormat)
			})
			_, err = l.store.Keep(l.Context(), 0, []queue.Beat{{Place: p}})
			l.must("keep by this release", err)
			l.settle(func(d *queue.Document) { d.Plan = nil })
			want(l, "format then", l.snapshot().Format, queue.Format) // it never falls
			l.restart()
		}
	}},
	{"both releases use one room while nothing needs the newer format", func(l *line) {
		older := l.store.Release(1)
		reply, err := older.Join(l.Context(), []queue.Arrival{{Visitor: Visitor(1)}})
		l.must("join", err)
		l.waiting("keep by this release", l.keep(reply.Places[0].Place))
		f, err := older.Advance(l.Context(), queue.Watermark{Gateway: "old"}, queue.Sample{}, queue.Verdict{})
		l.must("advance", err)
		want(l, "waiting", f.Waiting, 1)
		want(l, "gateways", l.snapshot().Gateways, 1)
	}},
}
