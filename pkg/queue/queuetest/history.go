package queuetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// history is a sequence of calls that two stores are given alike, and what its caller remembers.
type history struct {
	rt     *rapid.T // of the action that is played
	a, b   Subject
	clock  *Clock
	honest bool                      // see honest.go
	issued map[queue.VisitorID]int64 // when the ticket of each visitor was
	old    bool                      // the next verbs come from a release that reads format 1
	olds   [2]queue.Store

	sketches sketches                        // what b may answer
	known    queue.Snapshot                  // the newest one seen
	tickets  map[queue.VisitorID]queue.Place // the one each visitor holds
	codes    map[queue.VisitorID]useOf
	started  map[queue.VisitorID]int64 // when its stay began
	holders  []queue.VisitorID         // of tickets, in the order they came
	fresh    int                       // ids drawn so far
	times    []deadline                // at which something ends
	marks    []queue.Watermark         // of gateways, old ones too
	ceiling  uint64                    // nobody was given a higher number
	lost     bool
}

// useOf is a code that a visitor came with.
type useOf struct {
	code queue.Code
	uses uint8
}

var nobody queue.VisitorID

// deadline is a time at which something ends, of one visitor if there is one.
type deadline struct {
	at    int64
	whose queue.VisitorID
}

// historyTimings are, but for the last, short, so that deadlines meet. They are in milliseconds.
var historyTimings = []queue.Timing{
	{Absent: 40, Confirm: 9, Window: 30, Lead: 5, Active: 0, Page: 50, Idle: 60, Max: 100, Resume: 25, Life: 150, Hold: 20, Grace: 5},
	{Absent: 10, Confirm: 3, Window: 50, Active: 25, Page: 10, Idle: 25, Max: 25, Life: 25},
	{Absent: 2, Confirm: 1, Window: 1, Lead: 1, Active: 1, Page: 1, Idle: 1, Max: 2, Resume: 1, Life: 2, Hold: 3, Grace: 9},
	{
		Absent: 60_000, Confirm: 15_000, Window: 40_000, Lead: 2000, Active: 5000, Page: 30_000, Idle: 60_000, Max: 200_000,
		Resume: 30_000, Life: 300_000, Hold: 6000, Grace: 200,
	},
	{
		Absent: 600_000, Confirm: 15_000, Window: 700_000, Lead: 300_000, Active: 600_000, Page: 240_000, Idle: 900_000, Max: 7_200_000,
		Resume: 1_800_000, Life: 86_400_000, Hold: 36_000, Grace: 2000,
	},
}

func drawTiming(rt *rapid.T) queue.Timing {
	t := sample(rt, "timing in ns for ms", historyTimings)
	for _, d := range []*time.Duration{
		&t.Absent, &t.Confirm, &t.Window, &t.Lead, &t.Active, &t.Page, &t.Idle, &t.Max, &t.Resume, &t.Life, &t.Hold, &t.Grace,
	} {
		*d *= time.Millisecond
	}
	return t
}

func newHistory(t testing.TB, rt *rapid.T, a, b Factory) *history {
	clock := NewClock(startMS)
	d := &history{
		rt: rt, a: a(t, clock), b: b(t, clock), clock: clock, lost: true,
		tickets: map[queue.VisitorID]queue.Place{}, codes: map[queue.VisitorID]useOf{}, started: map[queue.VisitorID]int64{},
		issued: map[queue.VisitorID]int64{}, honest: rapid.Bool().Draw(rt, "honest"),
	}
	if d.a.Release != nil && d.b.Release != nil {
		d.olds = [2]queue.Store{d.a.Release(1), d.b.Release(1)}
	}
	doc := queue.Document{
		Version: 1, Timing: drawTiming(rt), Pace: queue.Pace{
			Mode: queue.ModeRun, Rate: sample(rt, "rate", []int64{6_000, 60_000, 600}), Burst: sample(rt, "burst", []int64{2, 5}),
			MaxInside: sample(rt, "bound", []int64{0, 1, 2}),
		},
	}
	crowd := below(rt, "crowd", 25) == 24
	if crowd { // no arrival goes straight in before all have come
		doc.Pace.Mode, doc.Pace.Rate, doc.Pace.Burst = queue.ModePause, queue.MaxRate, queue.MaxBurst
	}
	d.restore(queue.Watermark{Document: doc})
	if crowd {
		d.crowd()
	}
	return d
}

// crowd makes the line long enough for the bounds of one call.
func (d *history) crowd() {
	for range (queue.MaxScan + queue.MaxCalls + 200) / queue.MaxBatch {
		var arrivals []queue.Arrival
		for range queue.MaxBatch {
			arrivals = append(arrivals, queue.Arrival{Visitor: d.freshID(), Lane: uint8(d.fresh % 16 / 14)})
		}
		d.join(arrivals)
	}
	doc := d.known.Document
	doc.Pace.Mode = queue.ModeRun
	d.settle(doc)
}

func (d *history) close(rt *rapid.T) {
	d.rt = rt
	for _, s := range []Subject{d.a, d.b} {
		if err := s.Close(); err != nil {
			rt.Errorf("close: %v", err)
		}
	}
}

// errClass is the domain's error that err is.
func errClass(err error) error {
	for _, class := range []error{
		queue.ErrInvalid, queue.ErrLost, queue.ErrConflict, queue.ErrFormat, queue.ErrUnknown, queue.ErrClosed, queue.ErrUnavailable,
	} {
		if errors.Is(err, class) {
			return class
		}
	}
	return err
}

// both plays a verb against both stores, compares what they answer, and answers it. Then it takes down what a's sketches are.
func both[T any](d *history, verb string, call func(queue.Store) (T, error), diff func(a, b T) string) (T, error) {
	sa, sb := d.a.Store, d.b.Store
	if d.old && d.olds[0] != nil {
		sa, sb = d.olds[0], d.olds[1]
	}
	a, errA := call(sa)
	d.look(verb == "advance" && errA == nil)
	b, errB := call(sb)
	classA, classB := errClass(errA), errClass(errB)
	if verb != "snapshot" {
		d.rt.Logf("at %d: %s: %.400s %v", d.clock.Now()-startMS, verb, fmt.Sprint(a), classA)
	}
	if !errors.Is(classA, classB) {
		d.rt.Fatalf("%s: errors differ:\n  %v\n  %v", verb, errA, errB)
	}
	if classA == nil || errors.Is(classA, queue.ErrConflict) { // only then does a reply mean something
		if text := diff(a, b); text != "" {
			d.rt.Fatalf("%s: %s", verb, text)
		}
	}
	if errors.Is(classA, queue.ErrUnavailable) || errors.Is(classA, queue.ErrClosed) {
		d.rt.Fatalf("%s: %v", verb, errA)
	}
	return a, classA
}

// look notes what a's exact sketches are.
func (d *history) look(advanced bool) {
	f, err := d.a.Snapshot(context.Background())
	if err == nil {
		d.sketches.note(&f, advanced)
	}
}

// pictures compares two snapshots: the figures must be the same, and b's sketches must be new enough.
func (d *history) pictures(a, b queue.Snapshot) string {
	if text := snapshotDiff(a, b); text != "" {
		return text
	}
	return d.sketches.wrong(&b)
}

func only(err error) (struct{}, error) { return struct{}{}, err }

// hold notes a visitor's ticket. A code that is shown again tells its number, and nothing of the order that was drawn for it: who
// is honest shows the ticket that tells more.
func (d *history) hold(p queue.Place) {
	had, ok := d.tickets[p.Visitor]
	if ok && d.honest && had.Epoch == p.Epoch && had.Number == p.Number {
		return
	}
	if !ok {
		d.holders = append(d.holders, p.Visitor)
		d.issued[p.Visitor] = d.clock.Now()
	}
	d.tickets[p.Visitor] = p
	d.ceiling = max(d.ceiling, p.Number)
}

// ordered is the ticket as the engine sends it: with the order of the draw, if its seed is known.
func (d *history) ordered(p queue.Place) queue.Place {
	for i := range d.known.Opening.Draws {
		w := &d.known.Opening.Draws[i]
		index, in := w.Index(p.Epoch, p.Number)
		if !in || !w.Known || index >= w.N {
			continue
		}
		place := index
		if w.Seed != [32]byte{} {
			permutation, err := draw.New(w.Seed, w.N)
			if err != nil {
				d.rt.Fatal(err)
			}
			if place, err = permutation.Place(index); err != nil {
				d.rt.Fatal(err)
			}
		}
		p.Order = w.Base + queue.Order(place)
		if d.honest {
			d.tickets[p.Visitor] = p // it is issued again, since the draw is forgotten
		}
	}
	return p
}

func (d *history) timing() *queue.Timing { return &d.known.Document.Timing }

// standing notes when something of a visitor will end.
func (d *history) standing(id queue.VisitorID, s queue.Standing) {
	now, t := d.clock.Now(), d.timing()
	switch s.State {
	case queue.StateWaiting, queue.StateFront:
		d.ends(id, now+t.Absent.Milliseconds())
		d.ends(id, now+t.Confirm.Milliseconds())
	case queue.StateFull:
		d.ends(id, now+t.Confirm.Milliseconds())
	case queue.StateCalled:
		d.ends(id, s.Until)
	case queue.StateInside:
		d.started[id] = s.Started
		d.ends(id, s.Until)
		d.ends(id, s.Until+t.Resume.Milliseconds())
		d.ends(id, now+t.Confirm.Milliseconds())
		d.ends(id, now+t.Active.Milliseconds())
		d.ends(id, s.Started+t.Max.Milliseconds())
	case queue.StateMissed, queue.StateSpent:
		d.ends(id, now+t.Life.Milliseconds())
		d.ends(id, now+(t.Life+t.Resume).Milliseconds())
	}
}

// ends notes a time at which something ends, and forgets the oldest of many.
func (d *history) ends(whose queue.VisitorID, at int64) {
	end := deadline{at, whose}
	if at <= 0 || slices.Contains(d.times, end) {
		return
	}
	if len(d.times) == 32 {
		d.times = d.times[1:]
	}
	d.times = append(d.times, end)
}

func (d *history) standings(verb string, ids []queue.VisitorID, call func(queue.Store) (queue.KeepReply, error)) {
	reply, err := both(d, verb, call, differ)
	if err != nil {
		return
	}
	for i, s := range reply.Standings {
		d.standing(ids[i], s)
	}
}

// see notes what a gateway learns from a snapshot.
func (d *history) see(f queue.Snapshot) {
	d.known = f
	d.ceiling = max(d.ceiling, f.Last)
	d.ends(nobody, f.Hold)
	for i := range f.Opening.Draws {
		d.ends(nobody, f.Opening.Draws[i].Frozen+d.timing().Life.Milliseconds())
	}
}

func (d *history) remember(gateway string, f queue.Snapshot) {
	m := watermark(&f)
	m.Gateway = gateway
	if len(d.marks) == 12 {
		d.marks = d.marks[1:]
	}
	d.marks = append(d.marks, m)
}

// watermark is what a gateway remembers that has seen snapshot f.
func watermark(f *queue.Snapshot) queue.Watermark {
	return queue.Watermark{
		Gateway: "g1", Epoch: f.Epoch, Last: f.Last, Heads: f.Heads, HeadNumbers: f.HeadNumbers, Ceiling: f.Last, Hold: f.Hold,
		Document: f.Document, Opening: f.Opening, Curves: f.Curves,
	}
}

// settled compares the snapshots after every step.
func (d *history) settled(rt *rapid.T) {
	d.rt = rt
	f, err := both(d, "snapshot", func(s queue.Store) (queue.Snapshot, error) {
		return s.Snapshot(context.Background())
	}, d.pictures)
	if err == nil {
		d.see(f)
	}
	for _, s := range []Subject{d.a, d.b} {
		if s.Broken == nil || !d.honest {
			continue
		}
		if err := s.Broken(); err != nil {
			rt.Fatal(err)
		}
	}
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

func (d *history) freshID() queue.VisitorID {
	d.fresh++
	return Visitor(d.fresh)
}

const startMS = 1_800_000_000_000 // some time in 2027
