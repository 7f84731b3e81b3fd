package queuetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
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

// bent is a model that is wrong in one point: what it is given, or what it answers, is changed by one of these. They get
// copies.
type bent struct {
	queue.Store
	document  func(*queue.Document) // changed before it is stored, and back in what is answered
	back      func(*queue.Document)
	arrival   func(*queue.Arrival)
	beat      func(*queue.Beat)
	place     func(*queue.Place) // of Claim
	mapping   func(uint64) uint64
	stay      func(*queue.Stay, int64)
	outcome   func(*queue.Outcome)
	visit     func(*queue.Move)
	watermark func(*queue.Watermark) // of Restore
	tick      func(*queue.Watermark) // of Advance
	sample    func(*queue.Sample)
	verdict   func(*queue.Verdict)
	standing  func(*queue.Standing)
	snapshot  func(*queue.Snapshot)
	found     func(*queue.Found)
	seed      func(*[32]byte)
	now       func() int64
}

func each[T any](batch []T, edit func(*T)) []T {
	if edit == nil {
		return batch
	}
	batch = slices.Clone(batch)
	for i := range batch {
		edit(&batch[i])
	}
	return batch
}

func edited[T any](v T, edit func(*T)) T {
	if edit != nil {
		edit(&v)
	}
	return v
}

func (b bent) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	reply, err := b.Store.Join(ctx, each(arrivals, b.arrival))
	for i := range reply.Places {
		reply.Places[i].Standing = edited(reply.Places[i].Standing, b.standing)
	}
	return reply, err
}

func (b bent) known(mapping uint64) uint64 {
	if b.mapping == nil {
		return mapping
	}
	return b.mapping(mapping)
}

func (b bent) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	reply, err := b.Store.Keep(ctx, b.known(mapping), each(beats, b.beat))
	reply.Standings = each(reply.Standings, b.standing)
	return reply, err
}

func (b bent) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	reply, err := b.Store.Claim(ctx, b.known(mapping), each(places, b.place))
	reply.Standings = each(reply.Standings, b.standing)
	return reply, err
}

func (b bent) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	edit := b.stay
	if edit == nil {
		edit = func(*queue.Stay, int64) {}
	}
	reply, err := b.Store.Renew(ctx, each(stays, func(s *queue.Stay) { edit(s, b.now()) }))
	reply.Standings = each(reply.Standings, b.standing)
	return reply, err
}

func (b bent) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	return b.Store.Report(ctx, teller, each(outcomes, b.outcome))
}

func (b bent) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	found, err := b.Store.Find(ctx, o)
	return edited(found, b.found), err
}

func (b bent) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	return b.Store.Move(ctx, edited(m, b.visit))
}

func (b bent) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	f, err := b.Store.Advance(ctx, edited(m, b.tick), edited(s, b.sample), edited(v, b.verdict))
	return b.picture(f), err
}

func (b bent) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	f, err := b.Store.Snapshot(ctx)
	return b.picture(f), err
}

func (b bent) picture(f queue.Snapshot) queue.Snapshot {
	f = edited(f, b.snapshot)
	f.Document = edited(f.Document, b.back)
	return f
}

func (b bent) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	d, err := b.Store.Settle(ctx, b.bend(d))
	return edited(d, b.back), err
}

// bend changes a document, if it is valid before and behind it: else it would be found by being refused.
func (b bent) bend(d queue.Document) queue.Document {
	if b.document == nil || d.Validate() != nil {
		return d
	}
	changed := d
	changed.Plan = slices.Clone(d.Plan)
	b.document(&changed)
	if changed.Validate() != nil {
		return d
	}
	return changed
}

func (b bent) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	return b.Store.Reveal(ctx, opening, edited(seed, b.seed))
}

func (b bent) Restore(ctx context.Context, m queue.Watermark) error {
	m.Opening = m.Opening.Clone()
	m = edited(m, b.watermark)
	m.Document = b.bend(m.Document)
	return b.Store.Restore(ctx, m)
}

// mutant is a store that is wrong in one point.
type mutant struct {
	wrong  string
	killed string // by this scenario
	bend   bent
}

func (m mutant) factory(t testing.TB, clock *Clock) Subject {
	s := ModelFactory(t, clock)
	m.bend.Store, m.bend.now = s.Store, clock.Now
	s.Store = m.bend
	return s
}

// timed is a mutant whose duration is longer, or shorter, by a millisecond or to the next edge.
func timed(wrong, killed string, of func(*queue.Timing) *time.Duration, by time.Duration) mutant {
	return mutant{wrong, killed, bent{
		document: func(d *queue.Document) { *of(&d.Timing) += by },
		back:     func(d *queue.Document) { *of(&d.Timing) -= by },
	}}
}

// planned is a mutant that does not look at something of the steps.
func planned(wrong, killed string, edit func(*queue.Step)) mutant {
	return mutant{wrong, killed, bent{document: func(d *queue.Document) {
		for i := range d.Plan {
			edit(&d.Plan[i])
		}
	}}}
}

func absentOf(t *queue.Timing) *time.Duration  { return &t.Absent }
func confirmOf(t *queue.Timing) *time.Duration { return &t.Confirm }
func windowOf(t *queue.Timing) *time.Duration  { return &t.Window }
func leadOf(t *queue.Timing) *time.Duration    { return &t.Lead }
func activeOf(t *queue.Timing) *time.Duration  { return &t.Active }
func pageOf(t *queue.Timing) *time.Duration    { return &t.Page }
func idleOf(t *queue.Timing) *time.Duration    { return &t.Idle }
func maxOf(t *queue.Timing) *time.Duration     { return &t.Max }
func resumeOf(t *queue.Timing) *time.Duration  { return &t.Resume }
func lifeOf(t *queue.Timing) *time.Duration    { return &t.Life }
func holdOf(t *queue.Timing) *time.Duration    { return &t.Hold }
func graceOf(t *queue.Timing) *time.Duration   { return &t.Grace }

var mutants = []mutant{
	timed("places are absent a millisecond late", "a place is present until the very end of the absence", absentOf, time.Millisecond),
	timed("places are absent a millisecond early", "a place is present until the very end of the absence", absentOf, -time.Millisecond),
	timed("new places are absent a millisecond late", "a place that was not heard of is present until the very end of Confirm", confirmOf, time.Millisecond),
	timed("new places are absent a millisecond early", "a new place that was not heard of is called like others, and is passed over after Confirm", confirmOf, -time.Millisecond),
	timed("calls are open a millisecond longer", "a call is open until the very end of the window", windowOf, time.Millisecond),
	timed("calls are open a millisecond less", "a call is open until the very end of the window", windowOf, -time.Millisecond),
	timed("calls run ahead less", "calls run ahead of the pace by the lead", leadOf, -time.Second),
	timed("stays count in full for longer", "stays count in full while they are active, then by the chance of another request", activeOf, 5*time.Second),
	timed("stays count in full for less", "stays count in full while they are active, then by the chance of another request", activeOf, -3*time.Second),
	timed("pages are thought to be longer", "stays count in full while they are active, then by the chance of another request", pageOf, time.Minute),
	timed("stays live a millisecond longer", "a stay may be resumed until the very end of Resume", idleOf, time.Millisecond),
	timed("stays live a millisecond less", "a stay may be resumed until the very end of Resume", idleOf, -time.Millisecond),
	timed("stays end a millisecond late", "no stay lives beyond its Max", maxOf, time.Millisecond),
	timed("stays end a millisecond early", "no stay lives beyond its Max", maxOf, -time.Millisecond),
	timed("stays are resumed a millisecond longer", "a stay may be resumed until the very end of Resume", resumeOf, time.Millisecond),
	timed("stays are resumed a millisecond less", "a stay may be resumed until the very end of Resume", resumeOf, -time.Millisecond),
	timed("tickets are remembered a millisecond longer", "missed, lapsed and ended are remembered for a life", lifeOf, time.Millisecond),
	timed("tickets are remembered a millisecond less", "that a call has lapsed is remembered for a life", lifeOf, -time.Millisecond),
	timed("holds last a millisecond longer", "nobody was heard for half the absence: the line is held", holdOf, time.Millisecond),
	timed("holds last a millisecond less", "a ticket of an earlier epoch stretches the hold, and teaches its number", holdOf, -time.Millisecond),
	timed("graces last a millisecond longer", "a room without a watermark begins now and waits for the grace", graceOf, time.Millisecond),
	timed("graces last a millisecond less", "steps wait for the hold, and a step that holds makes the others wait", graceOf, -time.Millisecond),

	{"a closed page is taken for an open one", "closing the page makes a place absent at once and does not give it up", bent{beat: func(b *queue.Beat) { b.Away = false }}},
	{"lanes are not looked at", "equal lanes take turns", bent{arrival: func(a *queue.Arrival) { a.Lane = 0 }}},
	{"codes are not looked at", "a code is used by so many visitors, and each of them finds its number by it", bent{arrival: func(a *queue.Arrival) { a.Code = queue.Code{} }}},
	{"codes may be used by sixteen", "a code is used by so many visitors, and each of them finds its number by it", bent{arrival: func(a *queue.Arrival) {
		if a.Code != (queue.Code{}) && a.Uses <= queue.MaxUses {
			a.Uses = queue.MaxUses
		}
	}}},
	{"codes of tickets are not looked at", "a code is known again by its ticket, and by how many others have it", bent{beat: func(b *queue.Beat) { b.Code = queue.Code{} }}},
	{"the caller's mapping is not looked at", "a seed that a caller does not know of is a loss to the room that lacks it", bent{mapping: func(uint64) uint64 { return 0 }}},
	{"a caller that lacks a seed is believed", "keep of a visitor in no set by a caller that lacks a seed cannot be told", bent{mapping: func(n uint64) uint64 { return min(n+1, 1) }}},
	{"a claim is as good as a heartbeat's order", "tickets up to the ends of numbers and orders are told apart", bent{beat: func(b *queue.Beat) {
		if b.Place.Number > 0 && b.Place.Epoch < 1<<31 && b.Place.Number <= queue.MaxNumber && b.Place.Order > 0 {
			b.Place.Order = min(queue.OrderOf(b.Place.Epoch, b.Place.Number), queue.MaxOrder)
		}
	}}},
	{"requests are told when they come", "a request extends a stay from when it was made", bent{stay: func(s *queue.Stay, now int64) {
		if s.At > 0 && s.At <= int64(queue.MaxOrder) {
			s.At = now
		}
	}}},
	{"stays begin when they are told of", "a stay that is not known is taken in, whatever its visitor is in", bent{stay: func(s *queue.Stay, now int64) {
		if s.Started > 0 && s.Started <= int64(queue.MaxOrder) {
			s.Started = now
		}
	}}},
	{"a finished stay is taken for a booking", "leaving and finishing are counted apart and once a visitor, known or not", bent{outcome: func(o *queue.Outcome) {
		if o.Kind == queue.Finished && o.Visitor != nobody {
			o.Kind, o.Ref = queue.Booked, queue.Code(o.Visitor)
		}
	}}},
	{"a booking counts one", "a booking counts once by its reference, and its stay counts as served", bent{outcome: func(o *queue.Outcome) { o.Count = min(o.Count, 1) }}},
	{"a booking does not say whose it is", "each request of a stay teaches the curve of those before it: an arrival that is let in is the first, as a claim is", bent{stay: func(s *queue.Stay, _ int64) { s.Visitor[0] ^= 1 }}},
	{"a booking of nothing is a report", "a booking of nothing moves its stay to the served, and is no report", bent{outcome: func(o *queue.Outcome) {
		if o.Kind == queue.Booked && o.Count == 0 {
			o.Kind, o.Count = queue.Freed, 1
		}
	}}},
	{"a booking leaves its stay as it is", "a served stay is counted by a curve of its own", bent{outcome: func(o *queue.Outcome) {
		if o.Kind == queue.Booked {
			o.Visitor = queue.VisitorID{}
		}
	}}},
	{"references of acts are not looked at", "an act takes effect once for each reference", bent{visit: func(m *queue.Move) {
		if m.Ref != (queue.Code{}) {
			m.Ref[1]++
		}
	}}},
	{"a removed place was given up", "an operator removes a place and ends a stay", bent{visit: func(m *queue.Move) {
		if m.Act == queue.ActRemove && m.Visitor != nobody {
			m.Act = queue.ActEnd
		}
	}}},
	{"a tick's watermark is not looked at", "a tick whose watermark is beyond the store is refused and changes nothing", bent{tick: func(m *queue.Watermark) {
		if m.Validate() == nil {
			*m = queue.Watermark{Gateway: m.Gateway}
		}
	}}},
	{"gateways have no names", "gateways are counted for five seconds, and their samples kept as long", bent{tick: func(m *queue.Watermark) { m.Gateway = m.Gateway[:min(1, len(m.Gateway))] + "x" }}},
	{"samples have no tick", "gateways are counted for five seconds, and their samples kept as long", bent{sample: func(s *queue.Sample) { s.Tick = 0 }}},
	{"verdicts are not looked at", "a verdict is taken if its tick is newer", bent{verdict: func(v *queue.Verdict) {
		if v.Validate() == nil {
			*v = queue.Verdict{}
		}
	}}},
	{"a ceiling is not looked at", "a room that is restored goes on behind all numbers and heads, and holds", bent{watermark: func(m *queue.Watermark) {
		if m.Ceiling >= m.Last && m.Ceiling <= queue.MaxNumber {
			m.Ceiling = m.Last
		}
	}}},
	{"the heads of lanes are not restored", "a room that is behind a watermark is raised, and keeps its places, its stays and its totals", bent{watermark: func(m *queue.Watermark) {
		if m.Validate() == nil {
			m.Heads[1] = 0
		}
	}}},
	{"curves are not restored", "a bucket with 256 observations is halved", bent{watermark: func(m *queue.Watermark) {
		if m.Validate() == nil {
			m.Curves = [queue.Curves]queue.Curve{}
		}
	}}},
	{"the opening is not restored", "an opening survives a loss before, in and behind its draw", bent{watermark: func(m *queue.Watermark) {
		if m.Validate() == nil {
			m.Opening = queue.Opening{}
		}
	}}},
	{"the floor is not restored", "the epoch is later than the clock's, than the one before, and than every order", bent{watermark: func(m *queue.Watermark) {
		if m.Validate() == nil {
			m.Opening.Floor = 0
		}
	}}},
	{"draws are not drawn", "a lobby is frozen: its numbers wait for the seed, later ones stand behind them", bent{seed: func(s *[32]byte) { *s = [32]byte{} }}},
	planned("the draw of a plan is not looked at", "a lobby is frozen: its numbers wait for the seed, later ones stand behind them", func(s *queue.Step) { s.Draw = false }),
	planned("the floor of a plan is not looked at", "the floor ends all places that were given, and no stay and no open call", func(s *queue.Step) { s.Floor = false }),
	planned("the reset of a plan is not looked at", "a reset begins to count the bookings anew and empties the codes", func(s *queue.Step) { s.Reset = false }),
	planned("the share of a plan is not looked at", "the share bounds entries and calls of the time that it is in force", func(s *queue.Step) { s.SetShare = false }),
	planned("the weights of a plan are not looked at", "lanes share the calls by weight, and an equal turn is the lowest lane's", func(s *queue.Step) { s.SetWeights = false }),
	planned("nobody stands by", "nobody joins when all is booked and enough stand by", func(s *queue.Step) { s.Standby = 0 }),
	planned("a stay books one", "no more are called than find a slot, and those called and inside keep theirs", func(s *queue.Step) { s.Per = min(s.Per, 1) }),
	planned("steps take effect a millisecond late", "a step takes effect at its time, by a tick, once", func(s *queue.Step) { s.At++ }),
	{"a strict room is like any other", "a strict room counts every live stay in full, and those not confirmed until Confirm", bent{document: func(d *queue.Document) { d.Pace.Strict = false }}},
	{"a closed door is open", "nobody joins a room that is closed, by its phase or its door", bent{document: func(d *queue.Document) { d.Door.Closed = false }}},
	{"the limit of the door is not looked at", "nobody joins while so many wait, in the line or in front", bent{document: func(d *queue.Document) { d.Door.Limit = 0 }}},
	{"the room has no bound", "nobody enters above the bound, and who asked first enters first", bent{document: func(d *queue.Document) { d.Pace.MaxInside = 0 }}},
	{"a paused room calls", "nobody is called while the room is paused, held or without a pace", bent{document: func(d *queue.Document) { d.Pace.Mode = queue.ModeRun }}},
	{"settings are lost", "every field of a document is kept", bent{document: func(d *queue.Document) { d.Settings = "" }}},
	{"no reasons are given", "keep of a visitor in front after a lapse", bent{standing: func(s *queue.Standing) { s.Reason = queue.ReasonNone }}},
	{"stays do not say when they began", "a copied ticket gets the same stay, not a second one", bent{standing: func(s *queue.Standing) { s.Started = 0 }}},
	{"visitors that have ended are not told", "visitors that have ended are told for two seconds, the latest first, then the higher id", bent{snapshot: func(f *queue.Snapshot) { f.Ended = nil }}},
	{"sketches are too low", "a sketch is never too low for a place of the line, however old it is", bent{snapshot: func(f *queue.Snapshot) {
		for lane := range f.Sketches {
			if s := &f.Sketches[lane]; len(s.First) > 1 {
				s.First = s.First[1:]
			}
		}
	}}},
	{"sketches have no end", "a lane that gets its first places has a sketch that counts them at once", bent{snapshot: func(f *queue.Snapshot) { f.Sketches = [queue.Lanes]queue.Sketch{} }}},
	{"what is found has no time", "a visitor is found by its order wherever it is", bent{found: func(f *queue.Found) { f.At = 0 }}},
}

func scenarios(t *testing.T) map[string]scenario {
	t.Helper()
	all := map[string]scenario{}
	for _, g := range groups() {
		for _, s := range g.scenarios {
			if _, twice := all[s.says]; twice {
				t.Errorf("two scenarios say %q", s.says)
			}
			all[s.says] = s
		}
	}
	return all
}

func TestTheSuiteFindsEveryMutant(t *testing.T) {
	all := scenarios(t)
	for _, m := range mutants {
		t.Run(m.wrong, func(t *testing.T) {
			s, ok := all[m.killed]
			if !ok {
				t.Fatalf("no scenario says %q", m.killed)
			}
			if tr := try(t, func(tr *trial) { s.run(open(tr, m.factory)) }); !tr.failed {
				t.Error("the scenario found nothing")
			}
		})
	}
}
