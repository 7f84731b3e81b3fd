package sim

import (
	"cmp"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// arrive loads the waiting page for the first time.
func (s *sim) arrive(who uint32) {
	s.active++
	if !s.cfg.Gate {
		s.appear(who)
		return
	}
	if s.staysOut(who) {
		return
	}
	if s.rings(&s.people[who]) {
		s.ring(who)
		return
	}
	s.page(s.now, &s.people[who])
	s.people[who].state = joining
	s.room.joins.add(who)
}

// joined takes the number.
func (s *sim) joined(who uint32, j queue.Joined) {
	c := &s.people[who]
	if j.State == queue.StateRefused {
		s.refused(who, j.Reason)
		return
	}
	s.numbered(c, j.Place)
	c.joined, c.sent = s.now, s.now-s.beatEvery // its first poll is told
	s.line.Tickets++
	s.inOrder = append(s.inOrder, who)
	s.joinedNow++
	if j.State == queue.StateLobby {
		c.habits |= unheard // its place comes into the line with what is told of it first
	}
	if c.kind != somebody {
		s.standIn(who, c, j.State)
		return
	}
	c.leaves, c.sleeps = never, never
	if s.rings(c) {
		s.takenFor(who, j)
		return
	}
	crowd := &s.cfg.Scenario.Crowd
	if !c.is(caller) && s.random.Float64() < crowd.Impatient {
		c.leaves = after(s.now, about(s.random, crowd.Stay))
	}
	if c.is(sleeper) {
		c.sleeps = after(s.now, about(s.random, crowd.AwakeFor))
	}
	if j.State == queue.StateInside {
		s.enter(who, j.Started)
		s.room.renews.add(who) // the page has pictures, which bring the cookie back
		return
	}
	c.state = waiting
	if j.State == queue.StateLobby {
		c.state = lobby
	}
	c.due = s.wheel.put(s.now+s.jitter(firstPoll), who)
}

// Times of the page, ms: until its first poll, and between two questions at the door.
const (
	firstPoll = 3000
	doorEvery = 4000
)

// turn is what a citizen does whose time has come.
func (s *sim) turn(who uint32) {
	c := &s.people[who]
	s.events++
	switch c.state {
	case outside: // was refused before the hour
		if s.rings(c) {
			s.ring(who)
			return
		}
		s.page(s.now, c)
		c.state = joining
		s.room.joins.add(who)
	case talking:
		c.state = joining
		s.room.joins.add(who)
	case booked: // the copy of the cookie, in another browser
		s.page(s.now, c)
		s.room.claims.add(who)
	case asleep:
		if c.kind == parked {
			s.keptAlive(who, c)
			return
		}
		c.state = waiting
		c.sleeps = after(s.now, about(s.random, s.cfg.Scenario.Crowd.AwakeFor))
		s.poll(who, c)
	case lobby, waiting:
		s.poll(who, c)
	case called, away:
		c.state = claiming
		s.page(s.now, c)
		s.room.claims.add(who)
		if c.is(tabs | copied) { // the other tab does as this one
			s.page(s.now, c)
			s.room.claims.add(who)
		}
	}
}

// poll asks how many are ahead, and does what follows.
func (s *sim) poll(who uint32, c *citizen) {
	s.polled(s.now, c)
	c.state = waiting
	if s.inLobby(c) {
		c.state = lobby
	}
	s.room.door.Saw(s.room.epochs[c.epoch], c.number)
	s.line.StaleMax = max(s.line.StaleMax, time.Duration(s.storeNow()-s.room.snapshot.Now)*time.Millisecond)
	switch {
	case c.other > 0 && s.people[c.other-1].state == booked && !c.is(greedy):
		s.depart(who, dropped)
		return
	case s.now >= c.leaves:
		s.depart(who, gaveUp)
		return
	case c.kind == somebody && s.vain(c, s.ahead(who)):
		s.depart(who, told)
		return
	case s.closed: // nobody stands behind it
		s.end(who, gaveUp)
		return
	case c.state == lobby && s.now < c.sleeps:
		s.wait(who, c)
		return
	case c.state != lobby && s.order(who) <= s.room.snapshot.Heads[s.lane]:
		// The head has come by: only the store knows what that means for this place.
		c.state = asking
		s.beat(who, c)
		return
	case s.now >= c.sleeps:
		c.state = asleep
		s.count.Sleeps++
		c.due = s.wheel.put(after(s.now, about(s.random, s.cfg.Scenario.Crowd.SleepFor)), who)
		return
	}
	if s.now-c.sent >= s.beatEvery {
		s.beat(who, c)
	}
	ahead := s.ahead(who)
	// While places come back to the line after a loss, the page shows no figure.
	if f := &s.room.snapshot; who%s.cfg.ShownEvery == 0 && f.Now >= f.Hold && f.Now > s.cameBack {
		s.check.observe(journal.Event{
			At: s.storeNow(), Kind: journal.Shown, Visitor: journal.ID(visitorID(s.seed, who)), Epoch: s.room.epochs[c.epoch],
			Number: c.number, Ahead: ahead,
		})
	}
	s.schedule(who, ahead)
}

func (s *sim) beat(who uint32, c *citizen) {
	c.sent = s.now
	s.room.keeps.beat(who, false)
}

// ahead is the figure that the waiting page shows, before the browser's own rule that it never rises: the rules are
// checked on what the snapshot says.
func (s *sim) ahead(who uint32) int64 {
	n, _ := s.room.snapshot.Sketches[s.lane].Ahead(s.order(who))
	return n
}

// order is the one of a ticket: what was drawn, or that of its number.
func (s *sim) order(who uint32) queue.Order {
	if s.draws.orders != nil && s.draws.orders[who] != 0 {
		return s.draws.orders[who]
	}
	c := &s.people[who]
	return queue.OrderOf(s.room.epochs[c.epoch], c.number)
}

// numbered notes the place of a ticket.
func (s *sim) numbered(c *citizen, p queue.Place) {
	r := &s.room
	if n := len(r.epochs); n == 0 || r.epochs[n-1] != p.Epoch {
		r.epochs = append(r.epochs, p.Epoch)
	}
	c.number, c.epoch = p.Number, uint8(len(r.epochs)-1)
	s.room.given = max(s.room.given, p.Number)
	s.crashes.numbered(p.Number)
}

// schedule says when to poll again: in a tenth of the time until the turn. Far from it, the polls that carry no
// heartbeat change nothing and are only counted; whom the head passes meanwhile is woken by passed.
func (s *sim) schedule(who uint32, ahead int64) {
	c := &s.people[who]
	every := s.pollMax
	if rate := s.room.document.Pace.Rate; rate > 0 {
		wait := ahead * 60_000 / rate
		// Between two contingents the turn comes behind the next.
		if next := s.planned.next; next != never && s.room.snapshot.Opening.SoldOut() {
			wait = max(wait, int64(next-s.now))
		}
		every = max(s.pollMin, int32(min(int64(s.pollMax), wait/10)))
	}
	far := every == s.pollMax
	if c.is(bot) {
		every = int32(s.cfg.Scenario.Crowd.BotEvery.Milliseconds())
	}
	at := s.now
	for {
		at = after(at, s.jitter(every))
		if !far || at-c.sent >= s.beatEvery || at >= c.leaves || at >= c.sleeps {
			break
		}
		s.polled(at, c)
	}
	c.due = s.wheel.put(at, who)
}

// passed looks at the places that the head has come by since the last snapshot: a citizen that polls there learns it with the
// next poll, which is at most the longest interval away.
func (s *sim) passed(from, to queue.Order) {
	at, _ := slices.BinarySearchFunc(s.inOrder, from+1, func(who uint32, o queue.Order) int {
		return cmp.Compare(s.order(who), o)
	})
	for _, who := range s.inOrder[at:] {
		c := &s.people[who]
		if s.order(who) > to {
			return
		}
		if c.state == atDesk {
			s.isDue(who)
		}
		if c.state == waiting && int64(c.due-s.wheel.step)*stepMS > int64(s.pollMax) {
			c.due = s.wheel.put(s.now+int32(s.random.Int64N(int64(s.pollMax))), who)
		}
	}
}

// kept hears what the store says of a place at or before the head; of the others it says nothing new.
func (s *sim) kept(who uint32, st queue.Standing) {
	c := &s.people[who]
	if st.State == queue.StateLobby { // a store that is older than this gateway's start still has the lobby: nothing is kept yet
		c.sent = s.now - s.beatEvery
		c.habits |= unheard
	}
	if c.state != asking {
		return
	}
	crowd := &s.cfg.Scenario.Crowd
	if c.is(stayed) && st.State != queue.StateWaiting {
		c.habits &^= stayed
		if st.State != queue.StateCalled && st.State != queue.StateFull && s.now < s.crashes.until+stayAfter {
			s.nobody.PassedOver++
		}
	}
	if c.kind != somebody && s.heardOf(who, c, st.State) {
		return
	}
	c.state = called
	switch st.State {
	case queue.StateCalled:
		c.habits &^= inFront
		learnt := s.now + s.jitter(s.pollMin/2)
		if c.is(noShow) {
			c.habits &^= noShow
			c.state = away
			s.count.NoShows++
			c.due = s.wheel.put(after(int32(st.Until-s.startMS), about(s.random, crowd.AwayBy)), who)
			return
		}
		c.due = s.wheel.put(after(learnt, s.reaction(c)), who)
	case queue.StateFull: // the other tab stands at the door
		c.due = s.wheel.put(s.now+s.jitter(doorEvery), who)
	case queue.StateSpent:
		s.spent(who, st)
	case queue.StateMissed: // its call has lapsed; the page offers to come back
		c.due = s.wheel.put(after(s.now, s.reaction(c)), who)
	case queue.StateFront:
		s.returned(c)
		s.again(who, c)
	default:
		s.again(who, c)
	}
}

// claimed hears whether the click opened the door.
func (s *sim) claimed(who uint32, st queue.Standing) {
	c := &s.people[who]
	switch {
	case c.state == booked:
		if st.State == queue.StateInside && c.is(copied) {
			s.nobody.SecondStays++
		}
	case c.state != claiming: // the second tab's
	case st.State == queue.StateInside:
		s.enter(who, st.Started)
	case st.State == queue.StateFull && s.closed:
		s.depart(who, told)
	case st.State == queue.StateFull:
		c.state = called
		c.due = s.wheel.put(s.now+s.jitter(doorEvery), who)
	case st.State == queue.StateSpent:
		s.spent(who, st)
	default:
		if st.State == queue.StateFront {
			s.returned(c)
		}
		s.again(who, c)
	}
}

// spent: the ticket is worth nothing any more. Only a second call that was not claimed may do that to somebody who waits.
func (s *sim) spent(who uint32, st queue.Standing) {
	switch st.Reason {
	case queue.ReasonFloor: // the opening is over
		s.end(who, told)
		return
	case queue.ReasonTwice:
	case queue.ReasonCode: // after a loss somebody else has used it first
		s.line.CodeUsed++
	default:
		s.oddities++
	}
	s.end(who, gaveUp)
}

// returned counts citizens that come back after the head has passed them, once until they are called.
func (s *sim) returned(c *citizen) {
	if !c.is(inFront) {
		c.habits |= inFront
		s.count.Returned++
	}
}

// again goes on polling at the shortest interval.
func (s *sim) again(who uint32, c *citizen) {
	c.state = waiting
	c.due = s.wheel.put(s.now+s.jitter(s.pollMin), who)
}

func (s *sim) reaction(c *citizen) int32 {
	if c.is(bot) {
		return 0
	}
	return about(s.random, s.cfg.Scenario.Crowd.React)
}

// depart leaves the line: with a word, or by closing the page.
func (s *sim) depart(who uint32, how state) {
	c := &s.people[who]
	if c.is(polite) {
		s.room.leaves.add(who)
		s.end(who, how)
		return
	}
	if c.state != lobby { // there is nothing to keep
		s.room.keeps.beat(who, true)
	}
	if how != gaveUp {
		s.end(who, how)
		return
	}
	s.nobody.Left++
	if !c.is(comesBack) {
		s.end(who, how)
		return
	}
	s.nobody.Back++
	c.habits &^= comesBack
	c.leaves, c.state = never, asleep
	c.due = s.wheel.put(after(s.now, about(s.random, s.cfg.Scenario.Strangers.ReturnIn)), who)
}

func (s *sim) end(who uint32, how state) {
	s.hangUp(&s.people[who])
	s.people[who].state = how
	s.active--
}

// jitter spreads an interval by ±20 %, as the product does.
func (s *sim) jitter(ms int32) int32 { return int32(float64(ms) * (0.8 + 0.4*s.random.Float64())) }

// polled counts one poll of every tab; reloads are page loads between two polls.
func (s *sim) polled(at int32, c *citizen) {
	n := int64(1)
	if c.is(tabs | copied) {
		n = 2
	}
	s.line.Polls += n
	s.hit(at, n)
	if c.is(reloads) && s.random.Float64() < s.reloadShare {
		s.page(at, c)
	}
}

func (s *sim) page(at int32, c *citizen) {
	s.line.Pages++
	if c.is(tabs) && c.state == outside {
		s.line.Pages++
		s.hit(at, 1)
	}
	s.hit(at, 1)
}

func (s *sim) hit(at int32, n int64) {
	s.line.Hits += n
	if sec := int(at / 1000); sec < len(s.hits) {
		s.hits[sec] += uint32(n)
	}
}
