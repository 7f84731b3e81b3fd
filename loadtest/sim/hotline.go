package sim

import "github.com/einlass/einlass/pkg/queue"

// hotline is the staff at the telephone of a town. A caller rings until one of them is free, who takes a place in the line and reads the
// number out. The place has no browser: it is away from the beginning, so the head passes it without a call. From then on it is in the
// list "now": whoever of the staff is free opens it, which puts it to the front, and books for the caller.
type hotline struct {
	free, booking int      // staff at neither task, and at the second one
	most          int      // at the second one at once: the others go on answering
	ringing       []uint32 // in the order in which they began
	now           []uint32 // places whose turn it is, in their order
	lobby         bool     // by the last snapshot
	over          bool     // nothing further is planned, and everybody was told
}

// rings: callers that are answered by the staff. The others have somebody who opens the link that they are sent by a text message, and
// wait like anybody else.
func (s *sim) rings(c *citizen) bool { return c.is(caller) && s.cfg.Scenario.Hotline.Agents > 0 }

func (s *sim) ring(who uint32) {
	c := &s.people[who]
	if s.closed {
		s.line.Told++
		s.end(who, told)
		return
	}
	c.state = ringing
	s.hotline.ringing = append(s.hotline.ringing, who)
	s.answerCalls()
}

// answerCalls gives the staff that are free something to do. Booking comes first, because a turn has come there, but not for all of them.
func (s *sim) answerCalls() {
	h := &s.hotline
	for h.free > 0 {
		books := len(h.now) > 0 && !s.room.snapshot.Opening.SoldOut()
		switch {
		case books && (h.booking < h.most || len(h.ringing) == 0):
			s.bookFor(h.now[0])
			h.now = h.now[1:]
		case len(h.ringing) > 0:
			s.talk(h.ringing[0])
			h.ringing = h.ringing[1:]
		default:
			return
		}
	}
}

func (s *sim) talk(who uint32) {
	c := &s.people[who]
	s.hotline.free--
	c.state, c.habits = talking, c.habits|attended
	c.due = s.wheel.put(after(s.now, about(s.random, s.cfg.Scenario.Hotline.Take)), who)
}

func (s *sim) bookFor(who uint32) {
	c := &s.people[who]
	s.hotline.free--
	s.hotline.booking++
	c.state, c.habits = called, c.habits|attended|assisted
	c.due = s.wheel.put(after(s.now, about(s.random, s.cfg.Scenario.Hotline.Dial)), who)
}

// hangUp frees whoever of the staff was busy with this caller.
func (s *sim) hangUp(c *citizen) {
	if !c.is(attended) {
		return
	}
	s.hotline.free++
	if c.is(assisted) {
		s.hotline.booking--
	}
	c.habits &^= attended
}

// takenFor is a caller whose number has just been read out. Who is let straight in is booked for in the same call.
func (s *sim) takenFor(who uint32, j queue.Joined) {
	c := &s.people[who]
	if j.State == queue.StateInside {
		s.hotline.booking++
		c.habits |= assisted
		s.enter(who, j.Started)
		s.room.renews.add(who)
		return
	}
	s.hangUp(c)
	if s.random.Float64() < s.cfg.Scenario.Hotline.Linked {
		c.state = waiting
		c.due = s.wheel.put(s.now+s.jitter(firstPoll), who)
		return
	}
	c.state = atDesk
	s.keepHeld(who)
}

// keepHeld tells the store of a place as the desk does: somebody has it, and nobody is there. The lobby keeps no places.
func (s *sim) keepHeld(who uint32) {
	if !s.inLobby(&s.people[who]) {
		s.room.keeps.beat(who, true)
	}
}

// retell brings the places of the desk into a line that does not know them: after the start of a lobby, and after a loss.
func (s *sim) retell() {
	for _, who := range s.inOrder {
		if st := s.people[who].state; st == atDesk || st == upNow {
			s.keepHeld(who)
		}
	}
}

// deskSees takes what a snapshot says.
func (s *sim) deskSees() {
	if s.cfg.Scenario.Hotline.Agents == 0 {
		return
	}
	h := &s.hotline
	lobby := s.room.snapshot.Opening.Phase == queue.PhaseLobby || s.room.snapshot.Opening.Phase == queue.PhaseDrawing
	if h.lobby && !lobby {
		s.retell()
	}
	h.lobby = lobby
	if s.closed && !h.over {
		s.goHome()
	}
	s.answerCalls()
}

// goHome tells those who ask that it is over.
func (s *sim) goHome() {
	h := &s.hotline
	h.over, h.ringing, h.now = true, nil, nil
	for i := range s.people {
		switch s.people[i].state {
		case upNow:
			s.count.CallersDue++
			s.end(uint32(i), told)
		case ringing: // a voice says so
			s.line.Told++
			s.end(uint32(i), told)
		case atDesk:
			s.end(uint32(i), told)
		}
	}
}

// isDue is a place of the desk that the head has passed.
func (s *sim) isDue(who uint32) {
	s.people[who].state = upNow
	s.hotline.now = append(s.hotline.now, who)
}
