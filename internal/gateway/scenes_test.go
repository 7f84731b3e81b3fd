package gateway_test

import (
	"strings"
	"time"

	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// scene is what a visitor carries and how the line stands.
type scene struct {
	name string
	pace queue.Pace
	set  func(s *fixture) *browser
}

var scenes = []scene{
	{"nothing, there is room", slow, func(s *fixture) *browser { s.pass(time.Second); return s.browser() }},
	{"nothing, the line is full", closed, func(s *fixture) *browser { return s.browser() }},
	{"nothing, too many from this network", closed, func(s *fixture) *browser { s.crowd(); return s.browser() }},
	{"nothing, the store is away", closed, func(s *fixture) *browser { s.loseStore(); return s.browser() }},
	{"nothing, the site is down", slow, func(s *fixture) *browser {
		s.pass(time.Second)
		s.sites[0].fail.Store(proxy.ErrBackendDown)
		return s.browser()
	}},
	{"a forged token", closed, func(s *fixture) *browser { return s.carrying("eyJhbGciOiJub25lIn0.e30.") }},
	{"a token of nobody", closed, func(s *fixture) *browser { return s.carrying("x") }},
	{"the word try", closed, func(s *fixture) *browser { return s.carrying("try") }},
	{"the word left", closed, func(s *fixture) *browser { return s.carrying("left") }},
	{"the word press", closed, func(s *fixture) *browser { return s.carrying("press") }},
	{"the word press, there is room", slow, func(s *fixture) *browser { s.pass(time.Second); return s.carrying("press") }},
	{"the word press, too many", closed, func(s *fixture) *browser { s.crowd(); return s.carrying("press") }},
	{"nothing, a code is needed", slow, func(s *fixture) *browser { s.residentsOnly(1); s.pass(time.Second); return s.browser() }},
	{"a browser's secret, a code is needed", slow, func(s *fixture) *browser {
		s.residentsOnly(1)
		s.pass(time.Second)
		return s.atThePage()
	}},
	{"the word press with a code", closed, func(s *fixture) *browser {
		codes := s.residentsOnly(1)
		return s.carrying("press." + strings.Repeat("A", 22) + "." + s.code(codes, 1, 0))
	}},
	{"the word press with a code of before", closed, func(s *fixture) *browser {
		codes := s.residentsOnly(1)
		return s.carrying("press." + strings.Repeat("A", 22) + "." + s.code(codes, 2, 0))
	}},
	{"a ticket, a code is needed", trickle, func(s *fixture) *browser { b := s.waiting(4); s.residentsOnly(1); return b }},
	{"nothing, a code is needed and the door is closed", slow, func(s *fixture) *browser { s.residentsOnly(1); s.closeDoor(); return s.browser() }},
	{"nothing, the door is closed", slow, func(s *fixture) *browser { s.closeDoor(); return s.browser() }},
	{"nothing, so many wait already", closed, func(s *fixture) *browser {
		s.waiting(2)
		s.update(func(d *queue.Document) { d.Door.Limit = 2 })
		return s.browser()
	}},
	{"nothing, everything is booked", slow, func(s *fixture) *browser {
		s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1})
		return s.browser()
	}},
	{"nothing, everything is booked for now", slow, func(s *fixture) *browser {
		s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1}, queue.Step{At: hence(s, time.Hour), Phase: queue.PhaseOpen, SetQuota: true, Quota: 5, Per: 1})
		return s.browser()
	}},
	{"nothing, the opening was closed early", slow, func(s *fixture) *browser {
		s.plan(queue.Step{Phase: queue.PhaseOpen})
		s.closeDoor()
		return s.browser()
	}},
	{"nothing, before the lobby", slow, func(s *fixture) *browser { s.morning(false); return s.browser() }},
	{"nothing, in the lobby", slow, func(s *fixture) *browser { s.morning(false); s.pass(time.Minute); return s.browser() }},
	{"nothing, in the lobby of a draw", slow, func(s *fixture) *browser { s.morning(true); s.pass(time.Minute); return s.browser() }},
	{"nothing, in the lobby of a draw, the network has its lots", slow, func(s *fixture) *browser {
		s.lots.Limit(limit.LotsOf{IPv4: 1})
		s.morning(true)
		s.pass(time.Minute)
		s.browser().load("GET", "/").want(s.t, 200, "text/html")
		return s.browser()
	}},
	{"nothing, no waiting room", slow, func(s *fixture) *browser { s.plan(queue.Step{Phase: queue.PhaseThrough}); return s.browser() }},
	{"a ticket, no waiting room any more", closed, func(s *fixture) *browser {
		b := s.waiting(2)
		s.plan(queue.Step{Phase: queue.PhaseThrough})
		return b
	}},
	{"nothing, open to all in the lobby", slow, func(s *fixture) *browser {
		s.morning(true)
		s.pass(time.Minute)
		s.openToAll()
		return s.browser()
	}},
	{"a ticket, open to all", closed, func(s *fixture) *browser { b := s.waiting(2); s.openToAll(); return b }},
	{"a ticket, open to all no more", closed, func(s *fixture) *browser {
		b := s.waiting(2)
		s.openToAll()
		s.setMode(queue.ModeRun)
		return b
	}},
	{"a ticket, in the lobby", slow, func(s *fixture) *browser { return s.early(false) }},
	{"a ticket, in the lobby of a draw", slow, func(s *fixture) *browser { return s.early(true) }},
	{"a ticket, its order is being drawn", slow, func(s *fixture) *browser { b := s.early(true); s.pass(time.Hour); return b }},
	{"a ticket, drawn", slow, func(s *fixture) *browser {
		b := s.early(true)
		s.pass(time.Hour)
		s.reveal()
		return b
	}},
	{"a ticket, between openings", slow, func(s *fixture) *browser {
		s.update(func(d *queue.Document) { d.Pace.Rate = 1 })
		b := s.waiting(4)
		s.plan(queue.Step{Phase: queue.PhaseLine}, queue.Step{At: hence(s, time.Hour), Phase: queue.PhaseOpen})
		return b
	}},
	{"a ticket, everything is booked for now", slow, func(s *fixture) *browser {
		s.update(func(d *queue.Document) { d.Pace.Rate = 1 })
		b := s.waiting(4)
		s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1, Standby: 9},
			queue.Step{At: hence(s, time.Hour), Phase: queue.PhaseOpen, SetQuota: true, Quota: 5, Per: 1})
		return b
	}},
	{"a ticket, everything is booked, standing by", slow, func(s *fixture) *browser {
		s.update(func(d *queue.Document) { d.Pace.Rate = 1 })
		b := s.waiting(4)
		s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1, Standby: 9})
		return b
	}},
	{"a ticket, everything is booked", slow, func(s *fixture) *browser {
		s.update(func(d *queue.Document) { d.Pace.Rate = 1 })
		b := s.waiting(4)
		s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1})
		return b
	}},
	{"a ticket, the line was closed", trickle, func(s *fixture) *browser {
		b := s.waiting(4)
		s.plan(queue.Step{Phase: queue.PhaseOpen, Floor: true})
		s.pass(time.Second)
		return b
	}},
	{"a ticket that has not come back yet", trickle, func(s *fixture) *browser {
		s.waiting(3)
		b := s.browser()
		b.load("GET", "/", from(9)...).want(s.t, 200, "text/html")
		return b
	}},
	{"a ticket, called, the room is full", slow, func(s *fixture) *browser { b := s.called(); s.fillRoom(); return b }},
	{"a ticket, missed twice", slow, func(s *fixture) *browser {
		b := s.called()
		s.missCall(b)
		b.load("GET", "/")
		s.pass(time.Second)
		s.pass(61 * time.Second)
		s.pass(time.Second)
		b.poll("room=termine&shown=")
		s.pass(0)
		return b
	}},
	{"a ticket, paused", closed, func(s *fixture) *browser { return s.waiting(2) }},
	{"a ticket, waiting", trickle, func(s *fixture) *browser { return s.waiting(4) }},
	{"a ticket, past half its life", trickle, func(s *fixture) *browser {
		b := s.waiting(4)
		s.now.Add((13 * time.Hour).Milliseconds())
		s.pass(0)
		return b
	}},
	{"a ticket, called", slow, func(s *fixture) *browser { return s.called() }},
	{"a ticket, missed once", slow, func(s *fixture) *browser { b := s.called(); s.missCall(b); return b }},
	{"a ticket, at the front", slow, func(s *fixture) *browser {
		b := s.called()
		s.missCall(b)
		s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
		b.load("GET", "/")
		return b
	}},
	{"a ticket, its turn and no word of the store", slow, func(s *fixture) *browser {
		b := s.waiting(2)
		s.lines[0].Tick(s.t.Context())
		s.now.Add(time.Second.Milliseconds())
		s.lines[0].Tick(s.t.Context())
		return b
	}},
	{"a ticket, used by a copy", slow, func(s *fixture) *browser {
		b := s.called()
		s.carrying(b.cookie("einlass-termine")).load("GET", "/").want(s.t, 303, "")
		return b
	}},
	{"a ticket, its stay over", slow, func(s *fixture) *browser {
		b := s.called()
		copied := s.carrying(b.cookie("einlass-termine"))
		copied.load("GET", "/").want(s.t, 303, "")
		copied.load("POST", "/.einlass/leave?room=termine", ownPage...).want(s.t, 303, "")
		s.pass(time.Second)
		return b
	}},
	{"a ticket, given up", closed, func(s *fixture) *browser {
		b := s.waiting(2)
		s.carrying(b.cookie("einlass-termine")).load("POST", "/.einlass/leave?room=termine", ownPage...).want(s.t, 303, "")
		return b
	}},
	{"a ticket, the store is away", trickle, func(s *fixture) *browser { b := s.waiting(4); s.loseStore(); return b }},
	{"a ticket, called, the store is away", slow, func(s *fixture) *browser { b := s.called(); s.loseStore(); return b }},
	{"a pass", slow, func(s *fixture) *browser { return s.inside() }},
	{"a pass, past half its time", slow, func(s *fixture) *browser { b := s.inside(); s.pass(6 * time.Minute); return b }},
	{"a pass, the room is full", slow, func(s *fixture) *browser { b := s.inside(); s.fillRoom(); return b }},
	{"a pass, its stay over", slow, func(s *fixture) *browser {
		b := s.inside()
		s.carrying(b.cookie("einlass-termine")).load("POST", "/.einlass/leave?room=termine", ownPage...).want(s.t, 303, "")
		return b
	}},
	{"a pass, the store is away", slow, func(s *fixture) *browser { b := s.inside(); s.loseStore(); return b }},
	{"a pass, the site is down", slow, func(s *fixture) *browser {
		b := s.inside()
		s.sites[0].fail.Store(proxy.ErrBackendDown)
		return b
	}},
	{"a pass, refused by the site's proxy", slow, func(s *fixture) *browser {
		b := s.inside()
		s.sites[0].fail.Store(proxy.ErrBodyTooLarge)
		return b
	}},
	{"a pass, the site says it is done", slow, func(s *fixture) *browser {
		b := s.inside()
		s.sites[0].finish.Store(true)
		return b
	}},
	{"a pass, the site redirects", slow, func(s *fixture) *browser {
		b := s.inside()
		s.sites[0].redirects.Store("/weiter?x=1#hier")
		return b
	}},
	{"nothing, there is room, the site redirects", slow, func(s *fixture) *browser {
		s.pass(time.Second)
		s.sites[0].redirects.Store("/weiter?x=1#hier")
		return s.browser()
	}},
	{"a pass, from a fifth network", slow, func(s *fixture) *browser {
		b := s.inside()
		for i := range 3 {
			b.load("GET", "/", from(1+i)...)
		}
		return b
	}},
	{"a pass that ended a moment ago", slow, func(s *fixture) *browser { b := s.inside(); s.fill(11 * time.Minute); return b }},
	{"a pass that ended long ago", slow, func(s *fixture) *browser { b := s.inside(); s.fill(20 * time.Minute); return b }},
	{"a pass that ended a moment ago, the room is full", slow, func(s *fixture) *browser {
		b := s.inside()
		s.fill(11 * time.Minute)
		s.fillRoom()
		return b
	}},
	{"a pass that ended a moment ago, the store is away", slow, func(s *fixture) *browser {
		b := s.inside()
		s.fill(11 * time.Minute)
		s.loseStore()
		return b
	}},
	{"a pass that ended too long ago", slow, func(s *fixture) *browser { b := s.inside(); s.fill(41 * time.Minute); return b }},
	{"a pass of the longest stay", slow, func(s *fixture) *browser {
		b := s.inside()
		for range 9 {
			s.pass(6 * time.Minute)
			b.load("GET", "/")
		}
		s.fill(6*time.Minute + time.Second)
		return b
	}},
	{"a pass that ended a moment ago, its stay over", slow, func(s *fixture) *browser {
		b := s.inside()
		s.carrying(b.cookie("einlass-termine")).load("POST", "/.einlass/leave?room=termine", ownPage...).want(s.t, 303, "")
		s.fill(11 * time.Minute)
		return b
	}},
}

var trickle = queue.Pace{Rate: 1, Burst: 1}

// crowd stands for a network that has sent as many arrivals as it may.
func (s *fixture) crowd() { s.crowded.Store(true) }

// loseStore takes the store away, and lets the line notice.
func (s *fixture) loseStore() {
	s.away.Store(true)
	s.lines[0].Tick(s.t.Context())
}

func (s *fixture) update(change func(*queue.Document)) {
	s.t.Helper()
	if _, err := s.lines[0].Update(s.t.Context(), func(d *queue.Document) error { change(d); return nil }); err != nil {
		s.t.Fatal(err)
	}
	s.pass(0)
}

// plan puts one opening into force, by steps in their order; one without a time is due.
func (s *fixture) plan(steps ...queue.Step) {
	s.t.Helper()
	s.update(func(d *queue.Document) {
		for i, step := range steps {
			step.Opening, step.Rank, step.At = "morgen", uint8(1+i), max(step.At, s.now.Load())
			d.Plan = append(d.Plan, step)
		}
	})
	s.pass(0)
}

// hence is a time of the store's clock.
func hence(s *fixture, d time.Duration) int64 { return s.now.Load() + d.Milliseconds() }

// morning is closed, with a lobby in a minute that opens an hour later.
func (s *fixture) morning(draw bool) {
	s.plan(queue.Step{Phase: queue.PhaseClosed}, queue.Step{At: hence(s, time.Minute), Phase: queue.PhaseLobby},
		queue.Step{At: hence(s, time.Hour+time.Minute), Phase: queue.PhaseOpen, Draw: draw})
}

// early is somebody with the second of three numbers in a lobby, whose page has asked once.
func (s *fixture) early(draw bool) *browser {
	s.t.Helper()
	s.morning(draw)
	s.pass(time.Minute)
	all := make([]*browser, 3)
	for i := range all {
		all[i] = s.browser()
		all[i].load("GET", "/", from(9)...).want(s.t, 200, "text/html")
		s.pass(time.Second)
		all[i].poll("room=termine&shown=")
	}
	return all[1]
}

// reveal puts the seed of the draw in force.
func (s *fixture) reveal() {
	s.t.Helper()
	if _, err := s.lines[0].Reveal(s.t.Context(), "morgen", [32]byte{1}); err != nil {
		s.t.Fatal(err)
	}
	s.pass(time.Second)
}

// closeDoor sees that no numbers are given.
func (s *fixture) closeDoor() { s.update(func(d *queue.Document) { d.Door.Closed = true }) }

// fillRoom puts somebody inside and lets nobody in beside.
func (s *fixture) fillRoom() {
	s.t.Helper()
	s.update(func(d *queue.Document) { d.Pace.Mode, d.Pace.MaxInside, d.Pace.Strict = queue.ModeRun, 0, true })
	id, err := queue.NewVisitorID(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	now := s.now.Load()
	if _, err := s.stores["termine"].Renew(s.t.Context(), []queue.Stay{{Visitor: id, Started: now, At: now}}); err != nil {
		s.t.Fatal(err)
	}
	s.update(func(d *queue.Document) { d.Pace.MaxInside = 1 })
}

// waiting is somebody with the n-th number, whose page has asked once.
func (s *fixture) waiting(n int) (b *browser) {
	s.t.Helper()
	for range n {
		b = s.browser()
		b.load("GET", "/", from(9)...).want(s.t, 200, "text/html")
		b.poll("room=termine&shown=")
	}
	s.pass(time.Millisecond)
	return b
}

// called is somebody whose turn it is.
func (s *fixture) called() *browser {
	s.t.Helper()
	b := s.waiting(1)
	for range 3 {
		s.pass(time.Second)
		b.poll("room=termine&shown=")
	}
	s.pass(0)
	if status := b.poll("room=termine&shown="); !strings.Contains(status, `"state":"called"`) {
		s.t.Fatalf("not called: %s", status)
	}
	return b
}

// missCall lets a call run out unclaimed.
func (s *fixture) missCall(b *browser) {
	s.t.Helper()
	s.pass(61 * time.Second)
	s.pass(time.Second)
	b.poll("room=termine&shown=")
	s.pass(0)
}

// fill lets time go by and sees that newcomers have to wait.
func (s *fixture) fill(d time.Duration) {
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	s.pass(d)
}

// carrying is a browser with a value in the room's cookie.
func (s *fixture) carrying(value string) *browser {
	b := s.browser()
	b.setCookie("einlass-termine", value)
	return b
}
