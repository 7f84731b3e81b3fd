package sim

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
)

// handOut gives each member of the door's group a code, which the person's other device has too, and some outsiders that of a member.
func handOut(d *scenarios.Door, people []citizen, random *rand.Rand) {
	if d.Group == "" {
		return
	}
	var members []uint32
	for i := range people {
		c := &people[i]
		if c.kind != somebody || !c.owner || random.Float64() < d.Outsiders {
			continue
		}
		members = append(members, uint32(i))
		c.code = uint32(i) + 1
		if c.other > 0 {
			people[c.other-1].code = c.code
		}
	}
	for i := range people {
		c := &people[i]
		if c.kind == somebody && c.owner && c.code == 0 && len(members) > 0 && random.Float64() < d.Shared {
			c.code = people[members[random.IntN(len(members))]].code
			c.habits |= borrows
		}
	}
}

// staysOut is somebody without a code where only those with one may come: the page says so, and whom it is for. Nobody is asked, and
// nothing is stored.
func (s *sim) staysOut(who uint32) bool {
	c := &s.people[who]
	if s.cfg.Scenario.Door.Group == "" || c.code > 0 {
		return false
	}
	s.page(s.now, c)
	s.line.AtDoor++
	s.line.Told++
	s.end(who, told)
	return true
}

// codeOf is what the store knows of a citizen's code.
func (s *sim) codeOf(who uint32) (code queue.Code, uses uint8) {
	c := &s.people[who]
	if c.code == 0 {
		return code, 0
	}
	copy(code[:], "sim-code")
	binary.BigEndian.PutUint32(code[8:], c.code)
	return code, 1
}

// wentBy counts an entry where the door asks for a code.
func (s *sim) wentBy(c *citizen) {
	switch {
	case s.cfg.Scenario.Door.Group == "":
	case c.code == 0:
		s.line.Outsiders++
	case c.is(borrows):
		s.line.Borrowed++
	}
}

// twice is how many codes stand behind two places that were let in.
func (s *sim) twice() (n int64) {
	seen := map[uint32]bool{}
	for i := range s.people {
		c := &s.people[i]
		if c.code == 0 || c.started == 0 {
			continue
		}
		if seen[c.code] {
			n++
		}
		seen[c.code] = true
	}
	return n
}
