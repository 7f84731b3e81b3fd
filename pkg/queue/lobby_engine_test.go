package queue_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// morning is a plan with a lobby from the first second on, and a start.
func morning(start time.Duration, draw bool) []queue.Step {
	return []queue.Step{
		{At: engineStart + 1000, Opening: "morning", Rank: 1, Phase: queue.PhaseLobby},
		{At: engineStart + start.Milliseconds(), Opening: "morning", Rank: 2, Phase: queue.PhaseOpen, Draw: draw},
	}
}

// early is an engine whose lobby has just begun.
func early(t *testing.T, start time.Duration, draw bool, cfg queue.RoomConfig) *engine {
	t.Helper()
	cfg.Document.Plan = morning(start, draw)
	e := newEngine(t, cfg)
	e.pass(1250 * time.Millisecond)
	if f := e.room.View().Snapshot; f.Opening.Phase != queue.PhaseLobby {
		t.Fatalf("the phase is %v", f.Opening.Phase)
	}
	return e
}

// until lets time go by up to so long after the beginning of the test.
func (e *engine) until(d time.Duration) {
	e.t.Helper()
	e.pass(d - time.Duration(e.now.Load()-engineStart)*time.Millisecond)
}

// comeEarly is n arrivals in the lobby, as tickets.
func (e *engine) comeEarly(n int) []queue.Ticket {
	e.t.Helper()
	var tickets []queue.Ticket
	for range n {
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateLobby {
			e.t.Fatalf("an arrival in the lobby: %+v, %v", j, err)
		}
		tickets = append(tickets, ticketOf(j.Place))
	}
	return tickets
}

func ticketOf(p queue.Place) queue.Ticket {
	return queue.Ticket{Visitor: p.Visitor, Epoch: p.Epoch, Number: p.Number, Lane: p.Lane}
}

func (e *engine) poll(t queue.Ticket, shown int64) queue.Answer {
	p, _ := e.room.Place(t)
	return e.room.Poll(p, shown)
}

func TestALobbyCostsTheStoreNothingButNumbers(t *testing.T) {
	for _, draw := range []bool{false, true} {
		e := early(t, 10*time.Minute, draw, queue.RoomConfig{})
		waiting := e.comeEarly(300)
		e.pass(time.Second)
		for range 20 {
			for i, ticket := range waiting {
				p, known := e.room.Place(ticket)
				a := e.room.Poll(p, -1)
				if known || a.State != queue.StateLobby || a.Came != 300 || a.Opening != "morning" || a.Start.Draw != draw ||
					a.Start.At != engineStart+600_000 || !a.Renewable {
					t.Fatalf("draw %v, known %v: %+v", draw, known, a)
				}
				number, ahead := ticket.Number, int64(i)
				if draw {
					number, ahead = 0, -1 // the draw gives them
				}
				if a.Number != number || a.Ahead != ahead || a.Next < 10*time.Second {
					t.Fatalf("draw %v, number %d: %+v", draw, ticket.Number, a)
				}
			}
			e.pass(15 * time.Second)
		}
		p, _ := e.room.Place(waiting[7])
		e.room.Away(p)
		e.pass(time.Second)
		if e.store.calls["keep"] != 0 || e.room.View().Snapshot.Waiting != 0 {
			t.Errorf("%d calls for heartbeats, %d wait", e.store.calls["keep"], e.room.View().Snapshot.Waiting)
		}
		if s, err := e.room.Claim(p); err != nil || s.State != queue.StateLobby {
			t.Errorf("a claim in the lobby: %+v, %v", s, err)
		}
		// The place is given up like any other.
		if err := e.room.Leave(t.Context(), p.Visitor); err != nil {
			t.Fatal(err)
		}
		if a := e.room.Poll(p, -1); a.State != queue.StateSpent || a.Reason != queue.ReasonLeft {
			t.Errorf("after leaving: %+v", a)
		}
	}
}

// A ticket of the lobby is issued again only as long as it is known that its lobby goes on.
// A million in the lobby cost their polls: who asks there leaves nothing behind in a gateway either.
func TestAPollInALobbyIsRememberedNowhere(t *testing.T) {
	const people = 50_000
	e := early(t, 10*time.Minute, false, queue.RoomConfig{Visitors: 1 << 20})
	first := e.comeEarly(1)[0]
	e.pass(time.Second)
	clear(e.store.calls)
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	poll := func(i int) {
		p, _ := e.room.Place(first)
		p.Visitor[0], p.Visitor[1], p.Visitor[8], p.Visitor[9] = byte(i), byte(i>>8), byte(i), byte(i>>8)
		for _, a := range []queue.Answer{e.room.Peek(p), e.room.Poll(p, -1)} { // the page, and what it asks
			if a.State != queue.StateLobby {
				t.Fatalf("%+v", a)
			}
		}
	}
	poll(0)
	before := heap()
	for i := range people {
		poll(i)
	}
	e.pass(time.Second)
	if grown := heap() - before; grown > people {
		t.Errorf("%d polls have left %d bytes behind", people, grown)
	}
	for _, verb := range []string{"join", "keep", "claim", "renew"} {
		if n := e.store.calls[verb]; n != 0 {
			t.Errorf("%d polls cost %d calls of %s", people, n, verb)
		}
	}
}

func TestATicketOfTheLobbyIsRenewedOnlyWhileTheLobbyIsKnownToBeOpen(t *testing.T) {
	e := early(t, 10*time.Minute, true, queue.RoomConfig{})
	before := e.comeEarly(1)[0]
	e.store.gone = true
	e.pass(time.Second)
	if a := e.poll(before, -1); a.State != queue.StateLobby || a.Renewable || !a.Stale {
		t.Errorf("while the store is away: %+v", a)
	}
	e.store.gone = false
	e.store.lose(t)
	e.pass(time.Second)
	after := e.comeEarly(1)[0]
	if a := e.poll(before, -1); a.State != queue.StateLobby || a.Renewable {
		t.Errorf("a number of the part of the lobby that was closed by the loss: %+v", a)
	}
	if a := e.poll(after, -1); a.State != queue.StateLobby || !a.Renewable {
		t.Errorf("a number given after the loss: %+v", a)
	}
	e.until(10*time.Minute + time.Second)
	if a := e.poll(after, -1); a.State != queue.StateLobby || !a.Renewable || a.Phase != queue.PhaseDrawing || a.Number != 0 {
		t.Errorf("while it is drawn: %+v", a)
	}
}

// Pages ask in their interval, except that none asks just before the start and again behind it: they come spread over the time
// for which the line is held.
func TestThePagesOfALobbyAskWhenItStarts(t *testing.T) {
	const rest = 5 * time.Second
	for _, test := range []struct {
		name        string
		draw        bool
		brought     bool // forward
		after, over time.Duration
	}{
		{"in the order of arrival", false, false, 0, 2100 * time.Millisecond}, // 2 s and a millisecond for each 20
		{"with a draw", true, false, 14 * time.Second, 2100 * time.Millisecond},
		{"brought forward", false, true, 0, 20 * time.Second}, // the hold
	} {
		long := simple()
		long.Window = 10 * time.Minute
		e := early(t, 10*time.Minute, test.draw, queue.RoomConfig{PollMax: 40 * time.Second, Document: queue.Document{Timing: long}})
		waiting := e.comeEarly(2000)
		e.pass(time.Second)
		if a := e.poll(waiting[0], -1); a.Next < 30*time.Second || a.Next > 50*time.Second {
			t.Errorf("%s: long before the start in %v", test.name, a.Next)
		}
		if test.brought {
			e.set(func(d *queue.Document) { d.Plan[1].At = e.now.Load() + rest.Milliseconds() + 1000 })
			e.pass(time.Second)
		} else {
			e.until(10*time.Minute - rest)
		}
		low, high := time.Hour, time.Duration(0)
		for _, ticket := range waiting {
			next := e.poll(ticket, -1).Next
			low, high = min(low, next), max(high, next)
		}
		if first, last := rest+test.after, rest+test.after+test.over; low < first || high > last || low > first+test.over/10 || high < last-test.over/10 {
			t.Errorf("%s: pages ask %v to %v later, want %v to %v", test.name, low, high, first, last)
		}
	}
}

// When a lobby opens in the order of arrival, its places come into the line with their polls. Until all can have come, nobody is
// shown fewer ahead than came before.
func TestALobbyOpensInTheOrderOfArrival(t *testing.T) {
	e := early(t, time.Minute, false, queue.RoomConfig{Document: runs(600, 10)})
	waiting := e.comeEarly(100)
	e.until(time.Minute + 250*time.Millisecond)
	late := e.arrive(1)[0]
	shown := make([]int64, len(waiting))
	for i := len(waiting) - 1; i >= 0; i-- { // the last ones first
		p, known := e.room.Place(waiting[i])
		a := e.room.Poll(p, -1)
		if !known || a.State != queue.StateWaiting || a.Ahead < int64(i) || !a.Starting || a.Holding || a.Number != uint64(i+1) {
			t.Fatalf("number %d, known %v: %+v", i+1, known, a)
		}
		shown[i] = a.Ahead
		if i%10 == 0 {
			e.room.Flush(t.Context())
		}
	}
	if a := e.room.Peek(late); a.Ahead < 100 {
		t.Errorf("somebody who came after the start is shown %d ahead of 100", a.Ahead)
	}
	e.pass(3 * time.Second) // the hold is over
	if a := e.poll(waiting[99], shown[99]); a.Starting || a.Ahead > 99 {
		t.Errorf("%+v", a)
	}
	for i := range 30 {
		if s, err := e.room.Claim(mustPlace(t, e, waiting[i])); err != nil || s.State != queue.StateInside && i < 10 {
			t.Errorf("number %d: %+v, %v", i+1, s, err)
		}
	}
}

// Who may be called as soon as the line is no longer held asks right then, and does not read it an interval later.
func TestTheFirstOfALobbyAskWhenTheHoldEnds(t *testing.T) {
	e := early(t, time.Minute, false, queue.RoomConfig{PollMin: 3 * time.Second, Document: runs(600, 10)})
	waiting := e.comeEarly(1000)
	e.until(time.Minute + 250*time.Millisecond)
	hold := time.Duration(e.room.View().Snapshot.Hold-e.now.Load()) * time.Millisecond
	for _, test := range []struct {
		number    int
		low, high time.Duration
	}{
		{1, hold + 300*time.Millisecond, hold + 425*time.Millisecond},
		{10, hold + 300*time.Millisecond, hold + 425*time.Millisecond},
		{500, 4 * time.Second, 6 * time.Second}, // fifty seconds at ten a second: a tenth of it, within a fifth
	} {
		next := e.room.Poll(mustPlace(t, e, waiting[test.number-1]), -1).Next
		if next < test.low || next > test.high {
			t.Errorf("number %d asks in %v, want %v to %v", test.number, next, test.low, test.high)
		}
	}
	e.room.Flush(t.Context())
	e.pass(hold + 300*time.Millisecond)
	a := e.poll(waiting[0], 0)
	if a.State != queue.StateUnknown || a.Next > 400*time.Millisecond { // the store is asked whether it is called
		t.Errorf("number 1 then reads %+v", a)
	}
	e.room.Flush(t.Context())
	if a := e.poll(waiting[0], 0); a.State != queue.StateCalled {
		t.Errorf("and then %+v", a)
	}
}

func mustPlace(t *testing.T, e *engine, ticket queue.Ticket) queue.Place {
	t.Helper()
	p, known := e.room.Place(ticket)
	if !known {
		t.Fatalf("the order of %+v is not known", ticket)
	}
	return p
}

// What comes next is known before it begins, between openings too.
func TestTheNextStartIsTheOneOfThePlan(t *testing.T) {
	at := func(s int64) int64 { return engineStart + 1000*s }
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Plan: []queue.Step{
		{At: at(1), Opening: "first", Rank: 1, Phase: queue.PhaseClosed},
		{At: at(100), Opening: "first", Rank: 2, Phase: queue.PhaseLobby},
		{At: at(200), Opening: "first", Rank: 3, Phase: queue.PhaseOpen},
		{At: at(210), Opening: "first", Rank: 4, Phase: queue.PhaseOpen, SetShare: true, Share: 500}, // a ramp
		{At: at(300), Opening: "first", Rank: 5, Phase: queue.PhaseLine},
		{At: at(400), Opening: "second", Rank: 1, Phase: queue.PhaseOpen},
		{At: at(500), Opening: "second", Rank: 2, Phase: queue.PhaseClosed},
	}}})
	second := queue.Start{Opening: "second", At: at(400), Kept: true}
	for _, test := range []struct {
		at    time.Duration
		phase queue.Phase
		want  queue.Start
	}{
		{2 * time.Second, queue.PhaseClosed, queue.Start{Opening: "first", Lobby: at(100), At: at(200), Kept: true}},
		{101 * time.Second, queue.PhaseLobby, queue.Start{Opening: "first", At: at(200), Kept: true}},
		{205 * time.Second, queue.PhaseOpen, second},
		{301 * time.Second, queue.PhaseLine, second},
		{401 * time.Second, queue.PhaseOpen, queue.Start{}},
		{501 * time.Second, queue.PhaseClosed, queue.Start{}},
	} {
		e.until(test.at)
		if v := e.room.View(); v.Start != test.want || v.Snapshot.Opening.Phase != test.phase {
			t.Errorf("after %v: %v, next %+v, want %v and %+v", test.at, v.Snapshot.Opening.Phase, v.Start, test.phase, test.want)
		}
	}
	if j, err := e.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateRefused || j.Reason != queue.ReasonClosed {
		t.Errorf("an arrival when closed: %+v, %v", j, err)
	}
}
