package model

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// start is a whole second long after the epochs begin to be counted.
const start = 1_800_000_000_000

// fixture is a room with one clock, and what its only gateway sends.
type fixture struct {
	t   *testing.T
	m   *Model
	now int64
}

// document is one that calls a place a second, with a burst of 100 and no bound inside.
func document() queue.Document {
	return queue.Document{
		Pace:   queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 100},
		Timing: queue.DefaultTiming(),
	}
}

// newFixture makes a room that is past its first hold, whose buckets are full.
func newFixture(t *testing.T, edits ...func(*queue.Document)) *fixture {
	t.Helper()
	f := &fixture{t: t, now: start}
	f.m = New(func() int64 { return f.now })
	d := document()
	for _, edit := range edits {
		edit(&d)
	}
	f.must(f.m.Restore(t.Context(), queue.Watermark{Document: d}))
	f.pass(3 * time.Minute)
	f.room().tick = f.now
	f.advance()
	return f
}

// standing is where a visitor stands now, without a verb.
func (f *fixture) standing(id queue.VisitorID) queue.Standing {
	f.room().now = f.now
	return f.room().standing(id)
}

func pause(d *queue.Document) { d.Pace.Mode = queue.ModePause }

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) wants(err, want error) {
	f.t.Helper()
	if !errors.Is(err, want) {
		f.t.Fatalf("got error %v, want %v", err, want)
	}
}

func (f *fixture) room() *room { return f.m.shared.room }

func (f *fixture) pass(d time.Duration) { f.now += d.Milliseconds() }

// settle edits the document.
func (f *fixture) settle(edit func(*queue.Document)) {
	f.t.Helper()
	d := cloneDocument(&f.room().document)
	edit(&d)
	_, err := f.m.Settle(context.Background(), d)
	f.must(err)
}

func (f *fixture) advance() queue.Snapshot {
	f.t.Helper()
	s, err := f.m.Advance(context.Background(), queue.Watermark{Gateway: "one"}, queue.Sample{}, queue.Verdict{})
	f.must(err)
	return s
}

func visitor(n int) (id queue.VisitorID) {
	binary.BigEndian.PutUint32(id[12:], uint32(n))
	return id
}

func code(n byte) queue.Code { return queue.Code{15: n} }

func (f *fixture) arrive(a queue.Arrival) queue.Joined {
	f.t.Helper()
	reply, err := f.m.Join(context.Background(), []queue.Arrival{a})
	f.must(err)
	return reply.Places[0]
}

// join is an arrival in lane 0 without a code.
func (f *fixture) join(n int) queue.Place {
	f.t.Helper()
	return f.arrive(queue.Arrival{Visitor: visitor(n)}).Place
}

// queued is an arrival whose page has been heard of.
func (f *fixture) queued(n int) queue.Place {
	f.t.Helper()
	p := f.join(n)
	f.keep(p)
	return p
}

func (f *fixture) beat(b queue.Beat) queue.Standing {
	f.t.Helper()
	reply, err := f.m.Keep(context.Background(), f.room().opening.Mapping, []queue.Beat{b})
	f.must(err)
	return reply.Standings[0]
}

func (f *fixture) keep(p queue.Place) queue.Standing {
	f.t.Helper()
	return f.beat(queue.Beat{Place: p})
}

func (f *fixture) away(p queue.Place) queue.Standing {
	f.t.Helper()
	return f.beat(queue.Beat{Place: p, Away: true})
}

func (f *fixture) claim(p queue.Place) queue.Standing {
	f.t.Helper()
	reply, err := f.m.Claim(context.Background(), f.room().opening.Mapping, []queue.Place{p})
	f.must(err)
	return reply.Standings[0]
}

func (f *fixture) renew(n int, started, at int64) queue.Standing {
	f.t.Helper()
	reply, err := f.m.Renew(context.Background(), []queue.Stay{{Visitor: visitor(n), Started: started, At: at}})
	f.must(err)
	return reply.Standings[0]
}

func (f *fixture) report(outcomes ...queue.Outcome) {
	f.t.Helper()
	_, err := f.m.Report(context.Background(), queue.Tally{}, outcomes)
	f.must(err)
}

func (f *fixture) leave(n int) {
	f.t.Helper()
	f.must(f.m.Leave(context.Background(), []queue.VisitorID{visitor(n)}))
}

func (f *fixture) state(s queue.Standing, state queue.State, why queue.Reason) {
	f.t.Helper()
	if s.State != state || s.Reason != why {
		f.t.Fatalf("standing %v (reason %d), want %v (reason %d)", s.State, s.Reason, state, why)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// watermark is what a gateway remembers of a snapshot.
func watermark(s *queue.Snapshot) queue.Watermark {
	return queue.Watermark{
		Gateway: "one", Epoch: s.Epoch, Last: s.Last, Heads: s.Heads, HeadNumbers: s.HeadNumbers, Ceiling: s.Last + 1000,
		Document: s.Document, Opening: s.Opening, Curves: s.Curves,
	}
}
