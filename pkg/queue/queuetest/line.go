package queuetest

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// line is a store under test with its clock. Its methods are the verbs; they stop the test on an unexpected error.
type line struct {
	testing.TB
	store Subject
	clock *Clock

	closed bool // by the scenario
}

// openLost makes a store that has no room yet.
func openLost(t testing.TB, factory Factory) *line {
	t.Helper()
	clock := NewClock(startMS)
	l := &line{TB: t, store: factory(t, suiteTiming(), clock), clock: clock}
	t.Cleanup(func() {
		if l.closed {
			return
		}
		if err := l.store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

// open makes a room whose grace is over and whose bucket is empty.
func open(t testing.TB, factory Factory) *line {
	t.Helper()
	l := openLost(t, factory)
	l.restore(queue.Watermark{Control: suiteControl()})
	l.clock.Step(graceMS)
	return l
}

// Visitor is an id for tests: different for every n, and in no order that has to do with n.
func Visitor(n int) queue.VisitorID {
	var id queue.VisitorID
	x := uint64(n)
	for i := range 2 {
		x += 0x9e3779b97f4a7c15
		z := (x ^ x>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		binary.BigEndian.PutUint64(id[8*i:], z^z>>31)
	}
	return id
}

// visitors are the ids from first on.
func visitors(first, n int) []queue.VisitorID {
	ids := make([]queue.VisitorID, n)
	for i := range ids {
		ids[i] = Visitor(first + i)
	}
	return ids
}

func (l *line) must(verb string, err error) {
	l.Helper()
	if err != nil {
		l.Fatalf("%s: %v", verb, err)
	}
}

func (l *line) now() int64 { return l.clock.Now() }

// join answers the standing of each arrival.
func (l *line) join(ids ...queue.VisitorID) []queue.Joined {
	l.Helper()
	reply, err := l.store.Join(l.Context(), ids)
	l.must("join", err)
	if len(reply.Places) != len(ids) || reply.Now != l.now() {
		l.Fatalf("join of %d at %d: answered %d places at %d", len(ids), l.now(), len(reply.Places), reply.Now)
	}
	return reply.Places
}

// wait joins n visitors from id first on, all of which must have to wait, and answers their places.
func (l *line) wait(first, n int) []queue.Place {
	l.Helper()
	var places []queue.Place
	for from := 0; from < n; from += queue.MaxBatch {
		for _, j := range l.join(visitors(first+from, min(queue.MaxBatch, n-from))...) {
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

func (l *line) keep(p queue.Place) queue.Standing {
	l.Helper()
	reply, err := l.store.Keep(l.Context(), []queue.Beat{{Place: p}})
	return l.standing("keep", reply, err)
}

// keepAll sends a heartbeat for each place, in batches.
func (l *line) keepAll(places []queue.Place) {
	l.Helper()
	for from := 0; from < len(places); from += queue.MaxBatch {
		var beats []queue.Beat
		for _, p := range places[from:min(len(places), from+queue.MaxBatch)] {
			beats = append(beats, queue.Beat{Place: p})
		}
		_, err := l.store.Keep(l.Context(), beats)
		l.must("keep", err)
	}
}

func (l *line) away(p queue.Place) queue.Standing {
	l.Helper()
	reply, err := l.store.Keep(l.Context(), []queue.Beat{{Place: p, Away: true}})
	return l.standing("keep away", reply, err)
}

func (l *line) claim(p queue.Place) queue.Standing {
	l.Helper()
	reply, err := l.store.Claim(l.Context(), []queue.Place{p})
	return l.standing("claim", reply, err)
}

func (l *line) renew(id queue.VisitorID, limit int64) queue.Standing {
	l.Helper()
	reply, err := l.store.Renew(l.Context(), []queue.Stay{{Visitor: id, Cap: limit}})
	return l.standing("renew", reply, err)
}

func (l *line) finish(ids ...queue.VisitorID) {
	l.Helper()
	l.must("finish", l.store.Finish(l.Context(), ids))
}

func (l *line) leave(ids ...queue.VisitorID) {
	l.Helper()
	l.must("leave", l.store.Leave(l.Context(), ids))
}

func (l *line) advance() queue.Snapshot {
	l.Helper()
	f, err := l.store.Advance(l.Context(), queue.Watermark{})
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

// set changes the control document as it is now.
func (l *line) set(change func(*queue.Control)) queue.Control {
	l.Helper()
	c := l.snapshot().Control
	change(&c)
	c, err := l.store.Control(l.Context(), c)
	l.must("control", err)
	return c
}

func (l *line) setPace(p queue.Pace) {
	l.Helper()
	l.set(func(c *queue.Control) { c.Pace = p })
}

// fill gives the bucket exactly n calls, in n milliseconds, and all but stops filling it: the rate is 1 afterwards, a call
// a minute.
func (l *line) fill(n int64) {
	l.Helper()
	p := l.snapshot().Control.Pace
	p.Rate, p.Burst = queue.Units, max(1, n) // a call a millisecond
	l.setPace(p)
	l.clock.Step(n)
	p.Rate = 1
	l.setPace(p)
}

// step lets time go by as it does in a room that is ticked: never more than a quarter of the absence between two ticks.
// What fill has left is neither used nor added to meanwhile.
func (l *line) step(ms int64) {
	l.Helper()
	if p := l.snapshot().Control.Pace; p.Rate == 1 {
		still := p
		still.Rate = 0
		l.setPace(still)
		defer l.setPace(p)
	}
	for ; ms > absentMS/4; ms -= absentMS / 4 {
		l.clock.Step(absentMS / 4)
		l.advance()
	}
	l.clock.Step(ms)
}

// watermark is what a gateway remembers that has seen snapshot f.
func watermark(f queue.Snapshot) queue.Watermark {
	return queue.Watermark{
		Gateway: "g1", Epoch: f.Epoch, Last: f.Last, Head: f.Head, HeadNumber: f.HeadNum, Ceiling: f.Last, Control: f.Control,
	}
}

// wantState checks a standing that has no end.
func (l *line) wantState(what string, got queue.Standing, want queue.State) {
	l.Helper()
	l.wantUntil(what, got, want, 0)
}

func (l *line) wantUntil(what string, got queue.Standing, want queue.State, until int64) {
	l.Helper()
	if got.State != want || got.Until != until {
		l.Errorf("%s: %v until %d (now%+d), want %v until %d (now%+d)",
			what, got.State, got.Until, got.Until-l.now(), want, until, until-l.now())
	}
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
