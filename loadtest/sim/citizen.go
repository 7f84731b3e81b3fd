package sim

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
)

// state is where a citizen is. The last four are ends, the better ones later.
type state uint8

const (
	outside  state = iota // not here yet
	joining               // waits for a number
	lobby                 // has one, and waits for the opening
	waiting               // polls
	asleep                // the phone is: does not poll
	asking                // waits for the store's answer, at or before the head
	called                // the page says so; the click is to come
	away                  // called, but not at the screen
	claiming              // waits for the store's answer to the click
	ringing               // at the hotline, until somebody answers
	talking               // to the hotline, which takes the place
	atDesk                // the hotline has a place for this caller
	upNow                 // whose turn it is, and nobody of the hotline is free yet
	inside                // at the site
	dropped               // another device of the same person has a booking
	gaveUp
	told
	turnedAway
	booked
)

func (s state) over() bool { return s >= dropped }

// habits are what a citizen does that others do not.
type habits uint32

const (
	bot habits = 1 << iota
	tabs
	reloads
	sleeper
	noShow
	caller
	greedy
	polite
	inFront // the store has said so; a state that outlives the next poll
	copied  // its cookie is in another browser too
	comesBack
	heard    // a stranger that has read that its turn has come
	stayed   // was there for all the time that the gateway was frozen
	unheard  // of since the last crash, or since the lobby
	pair     // will book for somebody else besides
	second   // is doing so
	attended // somebody of the hotline is busy with this caller
	assisted // and books
	borrows  // was given somebody else's code
	owed     // looked at the page when the last place was booked, and has not read so yet
)

// kind is what kind of client has a ticket.
type kind uint8

const (
	somebody kind = iota
	loader        // a page load without cookies, which never comes back
	tab           // one more of four that were opened at once: the browser keeps the cookie of another
	silent        // polls and never goes in
	parked        // taken early, kept alive rarely or never
)

// never is later than every time of a day in milliseconds.
const never = math.MaxInt32

// citizen is one browser. Times are milliseconds since the start.
type citizen struct {
	born    int32
	joined  int32
	sent    int32 // when its last heartbeat or request inside was told
	started int32 // of its stay
	leaves  int32 // when it gives up
	sleeps  int32 // when its phone falls asleep next
	due     int32 // the step of the wheel that counts
	number  uint64
	code    uint32 // that of the person with this number, counted from 1; 0: none
	other   uint32 // the same person's other device plus one; 0: none
	try     uint32 // the request that it waits for; older ones it has given up
	slot    uint16 // the appointment it is about to take
	crashes uint16 // of the site when its session there began
	step    uint8  // of portal.BookingPath
	state   state
	habits  habits
	owner   bool // not the second device
	kind    kind
	epoch   uint8 // of the number, by its place in room.epochs
}

func (c *citizen) is(h habits) bool { return c.habits&h != 0 }

// arrival packs a time and a citizen so that sorting numbers sorts arrivals.
type arrival uint64

func (a arrival) at() int32   { return int32(a >> 32) }
func (a arrival) who() uint32 { return uint32(a) }

// populate draws the crowd. With gate unset nobody has a second device: the site's own parameters were fitted to a crowd
// of single browsers, and it fares better so.
func populate(s *scenarios.Scenario, gate bool, random *rand.Rand) ([]citizen, []arrival) {
	crowd := &s.Crowd
	n := s.People()
	people := make([]citizen, 0, n+n/8)
	arrivals := make([]arrival, 0, n+n/8)
	add := func(c citizen) uint32 {
		who := uint32(len(people))
		people = append(people, c)
		arrivals = append(arrivals, arrival(c.born)<<32|arrival(who))
		return who
	}
	for i := range crowd.Waves {
		w := &crowd.Waves[i]
		opens := w.Opens.Sub(s.Starts)
		for range w.People {
			c := citizen{owner: true, born: int32((opens + w.Offset(random.Float64())).Milliseconds())}
			c.habits = roll(crowd, w.Callers, random)
			who := add(c)
			if gate && !w.Callers {
				opened(s, &people[who], add, random)
			}
			if !gate || w.Callers || random.Float64() >= crowd.Devices {
				continue
			}
			second := citizen{born: c.born + about(random, 30*time.Second), other: who + 1}
			second.habits = roll(crowd, false, random) &^ bot
			people[who].other = add(second) + 1
			if random.Float64() < crowd.Greedy {
				people[who].habits |= greedy
				people[len(people)-1].habits |= greedy
			}
		}
	}
	if gate {
		invite(s, add, random)
		handOut(&s.Door, people, random)
	}
	slices.Sort(arrivals)
	return people, arrivals
}

func roll(c *scenarios.Crowd, isCaller bool, random *rand.Rand) habits {
	var h habits
	if isCaller {
		return caller
	}
	for _, one := range []struct {
		share float64
		habit habits
	}{
		{c.Bots, bot}, {c.Tabs, tabs}, {c.Reloads, reloads}, {c.Sleepers, sleeper}, {c.NoShow, noShow}, {c.Polite, polite},
	} {
		if random.Float64() < one.share {
			h |= one.habit
		}
	}
	// Drawn only where somebody does, so that other days stay as they are.
	if c.Pairs > 0 && random.Float64() < c.Pairs {
		h |= pair
	}
	if h&bot != 0 {
		h &^= sleeper | noShow // a program does not sleep
	}
	return h
}

// about draws an exponentially distributed time in milliseconds, at most a day.
func about(random *rand.Rand, mean time.Duration) int32 {
	return int32(min(random.ExpFloat64()*float64(mean.Milliseconds()), 24*3600*1000))
}

// after adds without running past never.
func after(at, d int32) int32 {
	if d > never-at {
		return never
	}
	return at + d
}

// visitorID is the id of a citizen: the same for the same seed, and spread like a random one.
func visitorID(seed uint64, who uint32) queue.VisitorID {
	var id queue.VisitorID
	x := seed ^ (uint64(who)+1)*0x9e3779b97f4a7c15
	binary.LittleEndian.PutUint64(id[:8], mix(x))
	binary.LittleEndian.PutUint64(id[8:], mix(x+0x9e3779b97f4a7c15))
	return id
}

// mix is the finaliser of SplitMix64: a bijection, so that no two citizens share an id.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
