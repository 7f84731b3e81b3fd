package sim

import (
	"context"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// planned is what the gateway does for the room's schedule, and what the run has seen of it.
type planned struct {
	calendar *plan.Calendar // of the scenario's schedule, which nobody changes
	cursor   uint64         // of the opening record that the plan was last looked at for
	at       int32          // when it is looked at again
	phase    queue.Phase
	name     string
	quota    int64
	soldOut  int32 // when all was booked first, of the quota in force; never: it was not yet
	next     int32
	begins   int32
	known    bool
	draws    bool   // whether the schedule has openings that are drawn
	version  int64  // of the document that the two are of
	seen     uint64 // the cursor that they are of
	lobby    int64  // how many have come to the lobby
	numbers  uint64 // of the lobby, with those that crashes have skipped: by them the store reckons the spread
	correct  int32  // when an operator says how many are booked
	parts    []int32
}

// planEvery is how often a gateway looks at a plan that nothing has happened to, in ms.
const planEvery = 10_000

// document is what the gateway makes the room with: the configuration, and the plan that its schedule is at this time.
func (s *sim) document() queue.Document {
	d := s.cfg.Scenario.Gate.Document()
	o := queue.NewOpening()
	d.Plan = plan.Next(s.planned.calendar, plan.Past{Opening: &o}, time.UnixMilli(s.storeNow()))
	return d
}

// keepPlan keeps the plan as the schedule says, and the door as the line does.
func (s *sim) keepPlan(ctx context.Context) error {
	p, f := &s.planned, &s.room.snapshot
	next := s.room.document
	if f.Opening.Cursor != p.cursor || s.now >= p.at {
		p.cursor, p.at = f.Opening.Cursor, s.now+planEvery
		next.Plan = plan.Next(p.calendar, plan.Past{Plan: next.Plan, Opening: &f.Opening}, time.UnixMilli(f.Now))
	}
	if s.planned.draws {
		s.notes(&next)
	}
	next = s.room.door.Propose(&next)
	if next.Door.Closed && !s.room.document.Door.Closed {
		s.line.ClosedAt = s.room.door.View().Places()
	}
	if next.Door == s.room.document.Door && next.Settings == s.room.document.Settings && slices.Equal(next.Plan, s.room.document.Plan) {
		return nil
	}
	return s.room.set(ctx, next)
}

// correctAfter is how long after something that no gateway can know an operator says how many are booked, ms: something was given back, or
// gateway and store have ended together with what was booked since their last save.
const correctAfter = 60_000

// correct is that word.
func (s *sim) correct() {
	if s.now < s.planned.correct {
		return
	}
	s.planned.correct = never
	s.room.outcomes = append(s.room.outcomes, queue.Outcome{Kind: queue.Total, Count: int64(s.site.ledger.Tally(s.at()).Standing)})
}

// scheduled is the scenario's schedule as the planner of its gateway, which keeps the plan by itself.
type scheduled struct{ calendar *plan.Calendar }

func (c scheduled) Plan(_ string, now []queue.Step, _ *queue.Opening, _ int64) []queue.Step {
	return now
}

func (c scheduled) CloseAt(_, opening string) int64 { return c.calendar.CloseAt(opening) }

func (scheduled) Keeps(string, string, *queue.Snapshot) bool { return true }

// came is how many numbers the lobby that is open has, with those that crashes have skipped.
func came(f *queue.Snapshot) uint64 { return f.Opening.InLobby(f.Last) }

// comes notes what the plan says comes next. next is when it lets people in that it does not now, in ms since the start: an opening, or a
// further part of the one that is open; begins is when people may come again who were refused because nothing is open. never: not today.
func (s *sim) comes() {
	p, f := &s.planned, &s.room.snapshot
	if p.known && p.version == f.Document.Version && p.seen == f.Opening.Cursor {
		return
	}
	p.known, p.version, p.seen = true, f.Document.Version, f.Opening.Cursor
	p.next, p.begins = never, never
	for _, step := range queue.InOrder(f.Document.Plan) {
		at := step.At - s.startMS
		if step.Rank <= f.Opening.Done[step.Opening].Rank || at > int64(s.ends) {
			continue
		}
		opens := step.Phase == queue.PhaseOpen
		if p.next == never && opens && (f.Opening.Phase != queue.PhaseOpen || step.SetQuota) {
			p.next = int32(max(at, 0))
		}
		if p.begins == never && (opens || step.Phase == queue.PhaseLobby) {
			p.begins = int32(max(at, 0))
		}
	}
}

// follow sees what the plan has put in force with a new snapshot. Who waits hears of it with the next poll.
func (s *sim) follow() {
	p, o, l := &s.planned, &s.room.snapshot.Opening, &s.line
	s.comes()
	if o.Quota >= 0 {
		l.Beyond = max(l.Beyond, o.Booked-o.Quota)
	}
	l.Booked = o.Booked
	if o.Phase == queue.PhaseLobby {
		p.lobby, p.numbers = s.room.door.View().Came(), came(&s.room.snapshot)
	}
	changed := o.Phase != p.phase || o.Name != p.name
	if changed && o.Phase == queue.PhaseOpen {
		l.Opened++
		l.Lobby = max(l.Lobby, p.lobby)
		l.Spread = time.Duration(queue.Spread(p.numbers)) * time.Millisecond
	}
	if o.Phase == queue.PhaseOpen && (changed || o.Quota != p.quota) {
		p.parts = append(p.parts, s.now)
		p.soldOut = never
	}
	p.phase, p.name, p.quota = o.Phase, o.Name, o.Quota
	if o.SoldOut() && p.soldOut == never {
		p.soldOut, changed = s.now, true
		s.owe()
	}
	if was := s.closed; !was && l.Opened > 0 && o.Phase != queue.PhaseOpen && o.Phase != queue.PhaseLobby && o.Phase != queue.PhaseDrawing && p.begins == never {
		s.closed, changed = true, true
	}
	if changed {
		s.stir()
	}
}

// owe notes who looks at a waiting page when the last place is booked.
func (s *sim) owe() {
	for _, who := range s.inOrder {
		if c := &s.people[who]; c.state == waiting {
			c.habits |= owed
		}
	}
}

// stir: whoever waits polls within the longest interval, whatever was counted ahead.
func (s *sim) stir() {
	for _, who := range s.inOrder {
		c := &s.people[who]
		if c.state == waiting && int64(c.due-s.wheel.step)*stepMS > int64(s.pollMax) {
			c.due = s.wheel.put(s.now+int32(s.random.Int64N(int64(s.pollMax))), who)
		}
	}
}

// inLobby reports whether the ticket is one of the lobby that is open, or of a draw whose seed is awaited, so that no place is stored
// for it.
func (s *sim) inLobby(c *citizen) bool {
	o := &s.room.snapshot.Opening
	for i := range o.Draws {
		if _, in := o.Draws[i].Index(s.room.epochs[c.epoch], c.number); in && !o.Draws[i].Known {
			return true
		}
	}
	if o.Phase != queue.PhaseLobby {
		return false
	}
	for _, x := range o.Segments {
		if x.Open && x.Holds(s.room.epochs[c.epoch], c.number) {
			return true
		}
	}
	return false
}

// wait is one poll in the lobby and those that follow, which change nothing and tell the store nothing, up to the one in which
// something happens: the start, which pages ask for within the spread, or the end of somebody's patience.
func (s *sim) wait(who uint32, c *citizen) {
	start, spread := s.leavesLobby()
	every := s.pollMax
	if c.is(bot) {
		every = int32(s.cfg.Scenario.Crowd.BotEvery.Milliseconds())
	}
	c.sent = s.now - s.beatEvery // the first poll behind the start is told
	at := s.now
	for {
		next := after(at, s.jitter(every))
		if within := int32(s.random.Int64N(spread)); at < start && next >= start {
			next = after(start, within)
		} else if at >= start { // the seed is late: who asks within the spread comes in time
			next = min(next, after(at, max(s.pollMin/2, within)))
		}
		if next >= start || next >= c.leaves || next >= c.sleeps {
			c.due = s.wheel.put(next, who)
			return
		}
		s.polled(next, c)
		at = next
	}
}

// leavesLobby is when the pages of a lobby ask, in ms since the start, and within how long after it: at the start, or once the seed of the
// draw may be known.
func (s *sim) leavesLobby() (start int32, spread int64) {
	f := &s.room.snapshot
	start, spread = s.planned.next, queue.Spread(came(f))
	for i := range f.Opening.Draws {
		if d := &f.Opening.Draws[i]; !d.Known {
			start, spread = int32(d.Frozen-s.startMS), d.Spread
		}
	}
	if s.planned.draws && start != never {
		start += int32(s.draws.conductor.Wait(f.Document.Draws(), f.Opening.Name).Milliseconds())
	}
	return start, spread
}

// refused is an arrival that got no number: it reads why, and comes again if the plan says when.
func (s *sim) refused(who uint32, reason queue.Reason) {
	c := &s.people[who]
	if at := s.planned.begins; reason == queue.ReasonClosed && !s.room.document.Door.Closed && at != never && c.kind == somebody {
		c.state = outside
		c.due = s.wheel.put(after(max(at, s.now), int32(s.random.Int64N(2000)))+s.pollMin, who)
		return
	}
	s.line.Told++
	if c.kind == somebody {
		s.end(who, told)
		return
	}
	s.end(who, gaveUp)
}

// vain reports whether somebody who waits reads that it is in vain: everything is over, or booked and enough others stand by.
// Who goes on waiting while all is booked stands by.
func (s *sim) vain(c *citizen, ahead int64) bool {
	isOwed := c.is(owed)
	c.habits &^= owed
	if s.closed {
		return true
	}
	o := &s.room.snapshot.Opening
	if !o.SoldOut() {
		return false
	}
	if ahead < o.Standby {
		return false
	}
	if isOwed {
		s.line.ToldIn = max(s.line.ToldIn, time.Duration(s.now-s.planned.soldOut)*time.Millisecond)
	}
	return true
}

// went counts an entry of somebody who had come before the contingent of the moment was released, or who waited for what others gave
// back.
func (s *sim) went(c *citizen) {
	if n := len(s.planned.parts); n > 1 && c.joined < s.planned.parts[n-1] {
		s.line.Carried++
	}
	if s.planned.soldOut != never && c.joined < s.now {
		s.line.StoodBy++
	}
}
