package queuetest

import (
	"errors"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// line is a store under test with its clock. Its methods are the verbs; they stop the test on an unexpected error.
type line struct {
	testing.TB
	store Subject
	clock *Clock

	mapping uint64 // how many seeds the caller knows
	acts    byte   // references used
	closed  bool   // by the scenario
}

func (l *line) must(verb string, err error) {
	l.Helper()
	if err != nil {
		l.Fatalf("%s: %v", verb, err)
	}
}

func (l *line) now() int64 { return l.clock.Now() }

// arrive answers the standing of each arrival.
func (l *line) arrive(arrivals ...queue.Arrival) []queue.Joined {
	l.Helper()
	reply, err := l.store.Join(l.Context(), arrivals)
	l.must("join", err)
	if len(reply.Places) != len(arrivals) || reply.Now != l.now() {
		l.Fatalf("join of %d at %d: answered %d places at %d", len(arrivals), l.now(), len(reply.Places), reply.Now)
	}
	return reply.Places
}

// join is an arrival of visitor n in lane 0 without a code.
func (l *line) join(n int) queue.Joined {
	l.Helper()
	return l.arrive(queue.Arrival{Visitor: Visitor(n)})[0]
}

// wait joins n visitors from id first on, all of which must have to wait, and answers their places.
func (l *line) wait(first, n int) []queue.Place {
	l.Helper()
	return l.waitIn(0, first, n)
}

// waitIn is wait in a lane.
func (l *line) waitIn(lane uint8, first, n int) (places []queue.Place) {
	l.Helper()
	for from := 0; from < n; from += queue.MaxBatch {
		var arrivals []queue.Arrival
		for _, id := range visitors(first+from, min(queue.MaxBatch, n-from)) {
			arrivals = append(arrivals, queue.Arrival{Visitor: id, Lane: lane})
		}
		for _, j := range l.arrive(arrivals...) {
			if j.State != queue.StateWaiting {
				l.Fatalf("visitor %d of the batch joined as %v, want waiting", len(places), j.State)
			}
			places = append(places, j.Place)
		}
	}
	return places
}

func (l *line) standing(verb string, reply queue.KeepReply, err error) queue.Standing {
	l.Helper()
	l.must(verb, err)
	if len(reply.Standings) != 1 || reply.Now != l.now() {
		l.Fatalf("%s at %d: answered %d standings at %d", verb, l.now(), len(reply.Standings), reply.Now)
	}
	return reply.Standings[0]
}

func (l *line) beat(b queue.Beat) queue.Standing {
	l.Helper()
	reply, err := l.store.Keep(l.Context(), l.mapping, []queue.Beat{b})
	return l.standing("keep", reply, err)
}

func (l *line) keep(p queue.Place) queue.Standing {
	l.Helper()
	return l.beat(queue.Beat{Place: p})
}

func (l *line) away(p queue.Place) queue.Standing {
	l.Helper()
	return l.beat(queue.Beat{Place: p, Away: true})
}

// keepAll sends a heartbeat for each place, in batches.
func (l *line) keepAll(places []queue.Place) {
	l.Helper()
	for from := 0; from < len(places); from += queue.MaxBatch {
		var beats []queue.Beat
		for _, p := range places[from:min(len(places), from+queue.MaxBatch)] {
			beats = append(beats, queue.Beat{Place: p})
		}
		_, err := l.store.Keep(l.Context(), l.mapping, beats)
		l.must("keep", err)
	}
}

func (l *line) claim(p queue.Place) queue.Standing {
	l.Helper()
	return l.claimAll(p)[0]
}

func (l *line) claimAll(places ...queue.Place) []queue.Standing {
	l.Helper()
	reply, err := l.store.Claim(l.Context(), l.mapping, places)
	l.must("claim", err)
	if len(reply.Standings) != len(places) || reply.Now != l.now() {
		l.Fatalf("claim at %d: answered %d standings at %d", l.now(), len(reply.Standings), reply.Now)
	}
	return reply.Standings
}

// renew tells of a request at a time, of a stay of visitor n that began when the caller says.
func (l *line) renew(n int, started, at int64) queue.Standing {
	l.Helper()
	reply, err := l.store.Renew(l.Context(), []queue.Stay{{Visitor: Visitor(n), Started: started, At: at}})
	return l.standing("renew", reply, err)
}

func (l *line) report(outcomes ...queue.Outcome) {
	l.Helper()
	l.tell("", outcomes...)
}

// tell is report in the name of a gateway.
func (l *line) tell(gateway string, outcomes ...queue.Outcome) queue.Reported {
	l.Helper()
	reply, err := l.store.Report(l.Context(), queue.Tally{Gateway: gateway}, outcomes)
	l.must("report", err)
	return reply
}

func (l *line) finish(n int) {
	l.Helper()
	l.report(queue.Outcome{Kind: queue.Finished, Visitor: Visitor(n)})
}

func (l *line) leave(ns ...int) {
	l.Helper()
	var ids []queue.VisitorID
	for _, n := range ns {
		ids = append(ids, Visitor(n))
	}
	l.must("leave", l.store.Leave(l.Context(), ids))
}

func (l *line) find(o queue.Order) queue.Found {
	l.Helper()
	found, err := l.store.Find(l.Context(), o)
	l.must("find", err)
	return found
}

// move does an act with a reference of its own.
func (l *line) move(m queue.Move) queue.Moved {
	l.Helper()
	l.acts++
	m.Ref = queue.Code{0: 9, 15: l.acts}
	moved, err := l.store.Move(l.Context(), m)
	l.must("move", err)
	return moved
}

func (l *line) advance() queue.Snapshot {
	l.Helper()
	return l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{})
}

func (l *line) tick(m queue.Watermark, s queue.Sample, v queue.Verdict) queue.Snapshot {
	l.Helper()
	f, err := l.store.Advance(l.Context(), m, s, v)
	l.must("advance", err)
	if f.Now != l.now() {
		l.Fatalf("advance at %d answered a snapshot of %d", l.now(), f.Now)
	}
	return f
}

func (l *line) snapshot() queue.Snapshot {
	l.Helper()
	f, err := l.store.Snapshot(l.Context())
	l.must("snapshot", err)
	if f.Now != l.now() {
		l.Fatalf("snapshot at %d answered one of %d", l.now(), f.Now)
	}
	return f
}

func (l *line) restore(m queue.Watermark) {
	l.Helper()
	l.must("restore", l.store.Restore(l.Context(), m))
}

// settle changes the document as it is now.
func (l *line) settle(change func(*queue.Document)) queue.Document {
	l.Helper()
	f := l.snapshot()
	d := f.Document.Clone() // a snapshot's plan is nobody's to change
	change(&d)
	d, err := l.store.Settle(l.Context(), d)
	l.must("settle", err)
	return d
}

func (l *line) setPace(change func(*queue.Pace)) {
	l.Helper()
	l.settle(func(d *queue.Document) { change(&d.Pace) })
}

// fill gives the buckets exactly n entries and 3n calls, in n milliseconds, and stops filling them.
func (l *line) fill(n int64) {
	l.Helper()
	l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 60_000, max(1, n) }) // an entry a millisecond
	l.clock.Step(n)
	l.setPace(func(p *queue.Pace) { p.Rate = 0 })
}

// call calls n places, at most 10, beside those that are called, and stops the pace again. So many entries are paid.
func (l *line) call(n int64) queue.Snapshot {
	l.Helper()
	f := l.snapshot()
	l.fill(n + f.Calls + f.Asking)
	l.setPace(func(p *queue.Pace) { p.Rate = 1 })
	f = l.advance()
	l.setPace(func(p *queue.Pace) { p.Rate = 0 })
	return f
}

// step lets time go by as it does in a room that is ticked: never more than a quarter of the absence between two ticks.
func (l *line) step(ms int64) {
	l.Helper()
	for ; ms > absentMS/4; ms -= absentMS / 4 {
		l.clock.Step(absentMS / 4)
		l.advance()
	}
	l.clock.Step(ms)
}

// enter lets visitor n wait, be called and claim.
func (l *line) enter(n int) queue.Place {
	l.Helper()
	p := l.wait(n, 1)[0]
	l.call(1)
	l.wants("claim of the visitor that is let in", l.claim(p), queue.Standing{State: queue.StateInside, Until: l.now() + idleMS, Started: l.now()})
	return p
}

func (l *line) wants(what string, got, want queue.Standing) {
	l.Helper()
	if got != want {
		l.Errorf("%s: %v (reason %d) until now%+d from now%+d, want %v (reason %d) until now%+d from now%+d", what,
			got.State, got.Reason, got.Until-l.now(), got.Started-l.now(), want.State, want.Reason, want.Until-l.now(), want.Started-l.now())
	}
}

// wantState checks a standing without times.
func (l *line) wantState(what string, got queue.Standing, state queue.State, why queue.Reason) {
	l.Helper()
	l.wants(what, got, queue.Standing{State: state, Reason: why})
}

func (l *line) wantErr(what string, err, want error) {
	l.Helper()
	if !errors.Is(err, want) {
		l.Errorf("%s: %v, want %v", what, err, want)
	}
}

func want[T comparable](l *line, what string, got, want T) {
	l.Helper()
	if got != want {
		l.Errorf("%s is %v, want %v", what, got, want)
	}
}

func (l *line) waiting(what string, s queue.Standing) {
	l.Helper()
	l.wantState(what, s, queue.StateWaiting, queue.ReasonNone)
}
