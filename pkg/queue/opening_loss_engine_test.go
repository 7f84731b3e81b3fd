package queue_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// lossy is a day of one opening at two gateways whose store forgets everything now and then.
type lossy struct {
	*engine
	rt        *rapid.T
	quota     int64
	rooms     []*queue.Room
	waiting   []queue.Place
	in        []queue.Place
	last      map[*queue.Room]queue.Opening
	phases    map[*queue.Room][]string
	newcomers int
	booked    bool // in the last second
}

func newLossy(t *testing.T, rt *rapid.T) *lossy {
	t.Helper()
	d := &lossy{rt: rt, quota: rapid.Int64Range(1, 5).Draw(rt, "quota"), last: map[*queue.Room]queue.Opening{}, phases: map[*queue.Room][]string{}}
	o := today(1, 2, 30)
	o.Quota = d.quota
	cfg := scheduled(o)
	cfg.Gateway, cfg.Document.Pace = "a", runs(600, 10).Pace
	d.engine = newEngine(t, cfg)
	d.rooms = []*queue.Room{d.room, d.gateway("b", d.room.View().Snapshot.Document.Schedule())}
	return d
}

// gateway is another one, with the schedule that its own file has.
func (d *lossy) gateway(name, schedule string) *queue.Room {
	d.t.Helper()
	cfg := queue.RoomConfig{Gateway: name, Visitors: 1024, Planner: plan.Planner{}, Clock: func() time.Time { return time.UnixMilli(d.now.Load()) }}
	cfg.Document = runs(600, 10)
	cfg.Document.Timing = d.timing
	cfg.Document.SetSchedule(schedule)
	r, err := queue.NewRoom(d.store, cfg)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// second lets a second pass, in which the store may be lost at any of its four ticks, and gateways come in any order.
func (d *lossy) second(lose func() bool) {
	for range 4 {
		d.now.Add(250)
		justBooked := d.booked
		d.booked = false
		if lose() || justBooked && rapid.Bool().Draw(d.rt, "lose what was booked") {
			d.store.lose(d.t)
			if rapid.IntRange(0, 9).Draw(d.rt, "first") == 0 { // a gateway that has never seen the room comes first
				d.newcomers++
				d.gateway(fmt.Sprintf("newcomer %d", d.newcomers), d.rooms[0].View().Snapshot.Document.Schedule()).Tick(d.t.Context())
			}
		}
		rooms := slices.Clone(d.rooms)
		if rapid.Bool().Draw(d.rt, "b first") {
			slices.Reverse(rooms)
		}
		for _, r := range rooms {
			r.Flush(d.t.Context())
			r.Tick(d.t.Context())
			d.goesOn(r)
		}
	}
	d.poll()
}

// goesOn holds a snapshot to the one before at the same gateway.
func (d *lossy) goesOn(r *queue.Room) {
	o, before := r.View().Snapshot.Opening, d.last[r]
	d.last[r] = o
	if o.Cursor < before.Cursor || o.Booked < before.Booked && before.Cursor > 0 {
		d.rt.Fatalf("cursor %d, %d booked after %d, %d", o.Cursor, o.Booked, before.Cursor, before.Booked)
	}
	for name, done := range before.Done {
		if o.Done[name].Rank < done.Rank {
			d.rt.Fatalf("rank %d of %q after %d", o.Done[name].Rank, name, done.Rank)
		}
	}
	if seen := d.phases[r]; len(seen) == 0 || seen[len(seen)-1] != o.Phase.String() {
		d.phases[r] = append(seen, o.Phase.String())
	}
}

// poll lets everybody ask at either gateway, claim in turn and book.
func (d *lossy) poll() {
	opens := engineStart + 2*time.Minute.Milliseconds()
	for _, p := range slices.Clone(d.waiting) {
		r := d.rooms[rapid.IntRange(0, 1).Draw(d.rt, "at")]
		if a := r.Poll(p, -1); a.State == queue.StateWaiting || a.State == queue.StateLobby {
			continue
		}
		s, err := r.Claim(p)
		if err != nil {
			d.rt.Fatal(err)
		}
		if s.State != queue.StateInside {
			continue
		}
		if d.now.Load() < opens {
			d.rt.Fatalf("%+v is in %d ms before the hour", p, opens-d.now.Load())
		}
		d.waiting = without(d.waiting, []queue.Place{p})
		d.in, d.booked = append(d.in, p), true
		if err := r.Report(d.t.Context(), queue.Outcome{Kind: queue.Booked, Visitor: p.Visitor, Count: 1, Ref: queue.Code(p.Visitor)},
			queue.Outcome{Kind: queue.Finished, Visitor: p.Visitor}); err != nil {
			d.rt.Fatal(err)
		}
	}
	if int64(len(d.in)) > d.quota {
		d.rt.Fatalf("%d are in, %d slots", len(d.in), d.quota)
	}
}

// A store that forgets everything at any steps of a day costs nobody anything: the opening happens once, at its hour, to those who came, in
// their order, for as many slots as there are.
func TestLossesAtAnyStepOfADayLoseNothingOfItsOpening(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	before := checks.String()
	t.Cleanup(func() { _ = checks.Set(before) })
	if err := checks.Set(strconv.Itoa(lossyDays)); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		d := newLossy(t, rt)
		oneIn := rapid.SampledFrom([]int{1, 3, 20, 200}).Draw(rt, "a loss in so many ticks")
		until := rapid.IntRange(56, 160).Draw(rt, "losses until second")
		people := rapid.IntRange(1, 7).Draw(rt, "people")
		d.now.Add(55_000)
		for second := 56; second <= 300; second++ {
			d.second(func() bool { return second <= until && rapid.IntRange(1, oneIn).Draw(rt, "lose") == 1 })
			if second >= 62 && second <= 110 && people > 0 && d.last[d.room].Phase == queue.PhaseLobby {
				people--
				if j, err := d.rooms[people%2].Arrive(queue.Arrival{}); err == nil && j.Place.Number != 0 {
					d.waiting = append(d.waiting, j.Place)
				}
			}
		}
		all := len(d.in) + len(d.waiting)
		if want := min(int(d.quota), all); len(d.in) != want {
			rt.Fatalf("%d of %d are in, %d slots", len(d.in), all, d.quota)
		}
		if !slices.IsSortedFunc(d.in, func(a, b queue.Place) int { return int(int64(a.Order) - int64(b.Order)) }) {
			rt.Fatalf("the order of entry is %+v", d.in)
		}
		for _, r := range d.rooms {
			// Steps wait while a loss holds the line: if that takes as long as the lobby, one tick applies both.
			seen, want := d.phases[r], []string{"closed", "lobby", "open"}
			if !slices.Equal(seen, want) && !slices.Equal(seen, slices.Delete(slices.Clone(want), 1, 2)) {
				rt.Fatalf("phases %q, want %q", seen, want)
			}
			if booked := d.last[r].Booked; booked != int64(len(d.in)) {
				rt.Fatalf("%d booked, %d are in", booked, len(d.in))
			}
		}
	})
}

// A gateway that is ahead of the one that rebuilt the line never shows the step before again.
func TestNoGatewayShowsAStepUndoneThatAnotherHadNotSeenBeforeTheLoss(t *testing.T) {
	doc := runs(60, 1)
	at := engineStart + 10_000
	doc.Plan = []queue.Step{
		{At: engineStart, Opening: "eight", Rank: 1, Phase: queue.PhaseLobby}, {At: at, Opening: "eight", Rank: 2, Phase: queue.PhaseOpen},
	}
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: doc})
	b := e.beside("b", queue.FailHold)
	for e.now.Load() < at {
		if b.Tick(t.Context()); b.View().Snapshot.Opening.Phase == queue.PhaseOpen {
			t.Fatal("b has seen the start")
		}
		e.pass(250 * time.Millisecond)
	}
	if phase := e.room.View().Snapshot.Opening.Phase; phase != queue.PhaseOpen {
		t.Fatalf("phase %v at the hour", phase)
	}
	e.store.lose(t)
	b.Tick(t.Context())
	for range 40 {
		e.pass(250 * time.Millisecond)
		if phase := e.room.View().Snapshot.Opening.Phase; phase != queue.PhaseOpen {
			t.Fatalf("phase %v after the start", phase)
		}
	}
	if b.Tick(t.Context()); b.View().Snapshot.Opening.Phase != queue.PhaseOpen {
		t.Errorf("the other has phase %v", b.View().Snapshot.Opening.Phase)
	}
}
