package queue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// selling is a room with so many slots, and one visitor inside.
func selling(t *testing.T, quota int64, cfg queue.RoomConfig) (*engine, queue.Place) {
	t.Helper()
	cfg.Document = real(600, 0)
	cfg.Document.Plan = []queue.Step{{
		At: engineStart + 1000, Opening: "day", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: quota, Per: 1, Standby: 2,
	}}
	e := newEngine(t, cfg)
	e.pass(3 * time.Second)
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil || j.State != queue.StateInside {
		t.Fatalf("%+v, %v", j, err)
	}
	e.pass(time.Second)
	return e, j.Place
}

func (e *engine) booked() int64 { return e.room.View().Snapshot.Opening.Booked }

func booking(p queue.Place, ref byte) queue.Outcome {
	return queue.Outcome{Kind: queue.Booked, Visitor: p.Visitor, Count: 1, Ref: queue.Code{ref}}
}

func TestABookingCountsOnceAndBeforeTheEndOfItsStay(t *testing.T) {
	lost := 0
	e, me := selling(t, 10, queue.RoomConfig{OnEvent: func(ev queue.Event) {
		if ev.Kind == queue.EventLost {
			lost++
		}
	}})
	for range 3 { // the site answers the same page again
		if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
			t.Fatal(err)
		}
		e.pass(time.Second)
	}
	if e.booked() != 1 || lost != 0 {
		t.Errorf("%d booked, the store was taken for lost %d times", e.booked(), lost)
	}
	end := queue.Outcome{Kind: queue.Finished, Visitor: me.Visitor}
	if err := e.room.Report(t.Context(), booking(me, 2), end); err != nil {
		t.Fatal(err)
	}
	if e.room.Touch(me.Visitor, 1) {
		t.Error("the stay goes on")
	}
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Opening.Booked != 2 || f.Finished != 1 || f.Live != 0 {
		t.Errorf("%d booked, %d finished, %d live", f.Opening.Booked, f.Finished, f.Live)
	}
	// Without a reference each is something new.
	for range 2 {
		if err := e.room.Report(t.Context(), queue.Outcome{Kind: queue.Freed, Count: 1}); err != nil {
			t.Fatal(err)
		}
	}
	e.pass(time.Second)
	if e.booked() != 0 {
		t.Errorf("%d booked after two were freed", e.booked())
	}
	if err := e.room.Report(t.Context(), queue.Outcome{Kind: queue.Total, Count: -1}); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("a total of -1: %v", err)
	}
}

func TestWhatIsBookedDuringAnOutageIsToldAfterIt(t *testing.T) {
	e, me := selling(t, 10, queue.RoomConfig{})
	e.store.gone = true
	e.pass(time.Second)
	err := e.room.Report(t.Context(), booking(me, 1), queue.Outcome{Kind: queue.Finished, Visitor: me.Visitor})
	if !errors.Is(err, queue.ErrUnavailable) || e.room.Touch(me.Visitor, 1) {
		t.Errorf("%v, or the stay goes on", err)
	}
	e.pass(time.Second)
	e.store.gone = false
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Opening.Booked != 1 || f.Finished != 1 || f.Live != 0 {
		t.Errorf("%d booked, %d finished, %d live", f.Opening.Booked, f.Finished, f.Live)
	}
}

// What was booked since the last snapshot is not in it, and must not be sold again.
func TestALossForgetsNoBooking(t *testing.T) {
	e, me := selling(t, 10, queue.RoomConfig{})
	total := queue.Outcome{Kind: queue.Total, Count: 5}
	for i := range byte(2) {
		freed := queue.Outcome{Kind: queue.Freed, Count: 2, Ref: queue.Code{9 + i}}
		if err := e.room.Report(t.Context(), total, booking(me, 1+i), freed); err != nil {
			t.Fatal(err)
		}
		e.store.lose(t)
		e.pass(time.Second)
		if e.booked() != 4 {
			t.Fatalf("%d booked after the loss, want 4", e.booked())
		}
		e.pass(time.Minute)
		if e.booked() != 4 {
			t.Fatalf("%d booked a minute after the loss, want 4", e.booked())
		}
	}
}

// Each gateway alone knows what it has told since its last snapshot. None of it may be sold again, nor count twice, whichever gateway
// restores the room first.
func TestALossForgetsNoBookingOfAnyGateway(t *testing.T) {
	for _, first := range []string{"a", "b"} {
		e, me := selling(t, 20, queue.RoomConfig{Gateway: "a"})
		b := e.beside("b", queue.FailHold)
		pass := func() {
			for range 4 {
				e.pass(250 * time.Millisecond)
				b.Tick(t.Context())
			}
		}
		ref, want := byte(0), int64(0)
		tell := func(r *queue.Room) {
			t.Helper()
			ref++
			if err := r.Report(t.Context(), booking(me, ref)); err != nil {
				t.Fatal(err)
			}
			want++
		}
		for i := range 4 {
			tell(e.room)
			tell(b)
			tell(b)
			e.store.lose(t)
			if first == "b" {
				b.Tick(t.Context())
			}
			pass()
			if e.booked() != want {
				t.Fatalf("%s first, loss %d: %d booked, want %d", first, i, e.booked(), want)
			}
		}
		// It is lost again before all have seen what was told again. Then one may count twice rather than be sold twice.
		tell(e.room)
		tell(b)
		for range 3 {
			e.store.lose(t)
			b.Tick(t.Context())
		}
		if pass(); e.booked() < want || e.booked() > want+1 {
			t.Errorf("%s first: %d booked after three losses in a row, want %d", first, e.booked(), want)
		}
	}
}

// The store is restored, and is away before it is reminded of the bookings.
func TestABookingThatALossInterruptsIsKnownAtOnce(t *testing.T) {
	e, me := selling(t, 10, queue.RoomConfig{})
	if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
		t.Fatal(err)
	}
	e.store.lose(t)
	s := &unheard{Store: e.store.Store, gone: true}
	e.store.Store = s
	e.pass(250 * time.Millisecond)
	if e.booked() != 1 {
		t.Errorf("%d booked, while nothing can be reported", e.booked())
	}
	s.gone = false
	e.pass(time.Second)
	if err := e.beside("b", queue.FailHold).Report(t.Context(), booking(me, 1)); err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	if e.booked() != 1 || s.tries < 2 {
		t.Errorf("%d booked, told %d times", e.booked(), s.tries)
	}
}

// unheard is a store whose server is away whenever outcomes are reported.
type unheard struct {
	queue.Store
	gone  bool
	tries int
}

func (s *unheard) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	if s.tries++; s.gone {
		return queue.Reported{}, queue.ErrUnavailable
	}
	return s.Store.Report(ctx, teller, outcomes)
}

func TestASoldOutRoomSaysSoAndWhoStandsBy(t *testing.T) {
	e, me := selling(t, 1, queue.RoomConfig{})
	waiting := e.arrive(3)
	for _, p := range waiting {
		e.room.Poll(p, -1)
	}
	if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	for i, p := range waiting {
		if a := e.room.Poll(p, -1); !a.SoldOut || a.StandsBy != (i < 2) || a.High != 0 {
			t.Errorf("place %d: %+v", i, a)
		}
	}
	if j, err := e.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateRefused || j.Reason != queue.ReasonSoldOut {
		t.Errorf("an arrival: %+v, %v", j, err)
	}
}

// sequence notes in which order verbs reach a store.
type sequence struct {
	queue.Store
	mu    sync.Mutex
	verbs []string
}

func (s *sequence) note(verb string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.verbs = append(s.verbs, verb)
	}
}

func (s *sequence) Keep(ctx context.Context, mapping uint64, b []queue.Beat) (queue.KeepReply, error) {
	reply, err := s.Store.Keep(ctx, mapping, b)
	s.note("keep", err)
	return reply, err
}

func (s *sequence) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	reply, err := s.Store.Renew(ctx, stays)
	s.note("renew", err)
	return reply, err
}

func (s *sequence) Restore(ctx context.Context, m queue.Watermark) error {
	err := s.Store.Restore(ctx, m)
	s.note("restore", err)
	return err
}

// Whichever verb meets a store that has lost the room: it is restored, then it hears of every stay, and then of places.
func TestAStoreThatWasLostHearsOfStaysBeforePlaces(t *testing.T) {
	for name, meet := range map[string]func(e *engine, p queue.Place) error{
		"a heartbeat": func(e *engine, p queue.Place) error {
			e.room.Poll(p, -1)
			e.room.Flush(t.Context())
			return nil
		},
		"a claim":    func(e *engine, p queue.Place) error { _, err := e.room.Claim(p); return err },
		"an arrival": func(e *engine, _ queue.Place) error { _, err := e.room.Arrive(queue.Arrival{}); return err },
		"a tick":     func(e *engine, _ queue.Place) error { e.room.Tick(t.Context()); return nil },
		"a report": func(e *engine, p queue.Place) error {
			return e.room.Report(t.Context(), queue.Outcome{Kind: queue.Total, Count: 1})
		},
	} {
		d := runs(60_000, 700)
		d.Pace.MaxInside, d.Pace.Strict = 600, true
		e := newEngine(t, queue.RoomConfig{Document: d})
		e.pass(time.Second)
		inside := e.arrive(600)
		waiting := e.arrive(5)
		e.pass(80 * time.Second)
		e.store.lose(t)
		s := &sequence{Store: e.store.Store}
		e.store.Store = s
		if err := meet(e, waiting[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want := []string{"restore", "renew", "renew"}; len(s.verbs) < 3 || !slices.Equal(s.verbs[:3], want) {
			t.Errorf("%s: the store heard %v", name, s.verbs)
		}
		e.pass(time.Second)
		if f := e.room.View().Snapshot; f.Live != int64(len(inside)) {
			t.Errorf("%s: %d of %d stays", name, f.Live, len(inside))
		}
	}
}

// A store begins no room for a visitor's call before it has been restored.
func TestNothingIsSentBeforeTheFirstSnapshot(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	p := e.arrive(1)[0]
	e.pass(time.Second)
	young, err := queue.NewRoom(e.store, queue.RoomConfig{
		Document: pauses(), Visitors: 1024, Clock: func() time.Time { return time.UnixMilli(e.now.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	clear(e.store.calls)
	if a := young.Poll(p, 7); a.State != queue.StateWaiting || a.Ahead != 7 {
		t.Errorf("a poll: %+v", a)
	}
	young.Away(p)
	if !young.Touch(queue.VisitorID{9}, engineStart) {
		t.Error("a request with a pass is refused")
	}
	if _, err := young.Arrive(queue.Arrival{}); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("an arrival: %v", err)
	}
	if s, err := young.Claim(p); err != nil || s.State != queue.StateWaiting {
		t.Errorf("a claim: %+v, %v", s, err)
	}
	if err := young.Leave(t.Context(), queue.VisitorID{1}); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("a place given up: %v", err)
	}
	young.Flush(t.Context())
	if len(e.store.calls) != 0 {
		t.Errorf("the store was called: %v", e.store.calls)
	}
	// With the first snapshot all of it is told.
	young.Tick(t.Context())
	young.Flush(t.Context())
	if e.store.calls["renew"] != 1 || e.store.calls["leave"] != 1 {
		t.Errorf("the store was called: %v", e.store.calls)
	}
}

// Gateways hear of the bookings of others at different times, and one that has heard of fewer may be the first to restore the room and to
// tell its own again. None may be sold again, nor count twice.
func TestALossForgetsNoBookingThatOnlySomeHaveHeardOf(t *testing.T) {
	for seed := range uint64(60) {
		dice := rand.New(rand.NewPCG(seed, 14)) //nolint:gosec // a test's dice
		e, me := selling(t, 500, queue.RoomConfig{Gateway: "a"})
		rooms := []*queue.Room{e.room, e.beside("b", queue.FailHold), e.beside("c", queue.FailHold)}
		ref, want := byte(0), int64(0)
		for loss := range 4 {
			for range 6 {
				r := rooms[dice.IntN(3)]
				switch n := dice.IntN(8); {
				case n < 5:
					ref++
					want++
					if err := r.Report(t.Context(), booking(me, ref)); err != nil {
						t.Fatal(err)
					}
				case n < 6:
					r.Tick(t.Context())
				case n < 7 && want > 2:
					ref++
					want--
					if err := r.Report(t.Context(), queue.Outcome{Kind: queue.Freed, Count: 1, Ref: queue.Code{ref, 1}}); err != nil {
						t.Fatal(err)
					}
				}
				e.now.Add(100)
			}
			e.store.lose(t)
			for _, i := range dice.Perm(3) {
				rooms[i].Tick(t.Context())
				if dice.IntN(4) == 0 { // somebody inside books meanwhile, at whichever gateway
					ref++
					want++
					if err := rooms[dice.IntN(3)].Report(t.Context(), booking(me, ref)); err != nil {
						t.Fatal(err)
					}
				}
			}
			for range 8 {
				e.pass(250 * time.Millisecond)
				for _, r := range rooms {
					r.Tick(t.Context())
					r.Flush(t.Context())
				}
			}
			if e.booked() != want {
				t.Fatalf("seed %d, loss %d: %d booked, want %d", seed, loss, e.booked(), want)
			}
		}
	}
}
