package promises

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

const (
	step     = 1000 // ms of one step: a tick of the room
	askEvery = 20   // steps between two looks at what people are told
	asked    = 8    // people who are looked at each time
	longest  = 12 * time.Hour
	begins   = 1_764_576_000_000 // any time, in ms
)

// person is a place and what its bearer will do. Times are ms since the beginning.
type person struct {
	place   queue.Place
	comes   int64
	goes    int64 // closes the page or vanishes; never
	quits   int64 // gives the number up; never
	closes  bool
	returns int64 // after being passed over; never
	done    bool
}

const never = math.MaxInt64

// told is one promise.
type told struct {
	person    *person
	at        int64
	low, high time.Duration
}

// player plays one morning.
type player struct {
	m      Morning
	random *rand.Rand
	now    int64
	store  *memstore.Store
	room   *queue.Room
	people []*person
	comes  int  // so many of people have come
	passed int  // so many, in order, the head has come by
	full   bool // the room has been
	todo   map[int64][]func()
	open   []told
	site   site
	result Result
}

// Play plays a morning. learned is what the line of a morning before has learned, empty: this is the first; what this one has
// learned is in the Result.
func Play(ctx context.Context, m Morning, learned string) (Result, error) {
	p := &player{m: m, random: rand.New(rand.NewPCG(m.Seed, 2)), todo: map[int64][]func(){}}
	p.result.Name = m.Name
	if err := p.begin(ctx, learned); err != nil {
		return Result{}, fmt.Errorf("play %s: %w", m.Name, err)
	}
	defer func() { _ = p.store.Close() }()
	for p.passed < len(p.people) && p.now < longest.Milliseconds() {
		if err := p.step(ctx); err != nil {
			return Result{}, fmt.Errorf("play %s: %w", m.Name, err)
		}
	}
	p.result.Learned = p.room.View().Snapshot.Judgement.Blob
	p.result.Published = p.room.View().Wait.Promises
	slices.Sort(p.result.Widths)
	return p.result, nil
}

// seed is that of the room.
func (p *player) seed() (key [32]byte) {
	binary.BigEndian.PutUint64(key[:], p.m.Seed)
	key[31] = 1 // never all zeros
	return key
}

func (p *player) clock() int64 { return begins + p.now }

func (p *player) begin(ctx context.Context, learned string) error {
	var err error
	if p.store, err = memstore.New(memstore.Config{Clock: p.clock}); err != nil {
		return err
	}
	p.site = site{random: rand.New(rand.NewPCG(p.m.Seed, 3)), mean: p.m.HeldBack}
	pace := queue.Pace{
		Mode: queue.ModePause, Rate: p.m.Rate, MaxInside: p.m.MaxInside, Strict: p.m.Strict, Burst: queue.DefaultBurst(p.m.Rate),
	}
	p.room, err = queue.NewRoom(p.store, queue.RoomConfig{
		Gateway: "a", Document: queue.Document{Version: 1, Pace: pace, Timing: queue.DefaultTiming()}, FirstStart: true,
		Seed:     p.seed(),
		Visitors: 1 << 16, Clock: func() time.Time { return time.UnixMilli(p.clock()) }, Health: &p.site,
		PollMin: 3 * time.Second, PollMax: 30 * time.Second,
	})
	if err != nil {
		return err
	}
	p.room.Tick(ctx)
	if learned != "" {
		v := queue.Verdict{Tick: 1, Factor: 1000, Blob: learned}
		if _, err := p.store.Advance(ctx, queue.Watermark{}, queue.Sample{}, v); err != nil {
			return err
		}
	}
	p.populate()
	for p.now = 0; p.now < 10_000; p.now += step { // the grace of a new room
		p.room.Tick(ctx)
	}
	p.now = 0
	return p.plan(ctx)
}

// populate draws the people, in the order in which they come.
func (p *player) populate() {
	for range p.m.People {
		q := &person{goes: never, quits: never, returns: never}
		if p.random.Float64() < p.m.Late {
			q.comes = p.random.Int64N(p.m.ComeIn.Milliseconds())
		}
		p.people = append(p.people, q)
	}
	slices.SortFunc(p.people, func(a, b *person) int { return int(a.comes - b.comes) })
	for _, q := range p.people {
		p.habits(q)
	}
}

// habits draws what somebody will do.
func (p *player) habits(q *person) {
	hour := float64(time.Hour.Milliseconds())
	switch x := p.random.Float64(); {
	case x < p.m.Absent:
		q.goes = q.comes + 30_000 + p.random.Int64N(5*60_000) // soon, and whenever it is called it is not there
	case p.m.AbsentPerHour > 0:
		q.goes = q.comes + int64(p.random.ExpFloat64()/p.m.AbsentPerHour*hour)
	}
	q.closes = p.random.Float64() < p.m.Closes
	if p.m.Leaving > 0 {
		q.quits = q.comes + int64(p.random.ExpFloat64()/p.m.Leaving*60_000)
	}
	if p.random.Float64() < p.m.Returns {
		q.returns = 1 + p.random.Int64N(p.m.ReturnIn.Milliseconds())
	}
}

// plan puts down what operators do.
func (p *player) plan(ctx context.Context) error {
	set := func(change func(*queue.Pace)) func() {
		return func() {
			_, err := p.room.Update(ctx, func(d *queue.Document) error { change(&d.Pace); return nil })
			if err != nil {
				panic(err) // the store is in this process, and nobody else writes
			}
		}
	}
	if err := p.arrive(); err != nil {
		return err
	}
	p.at(0, set(func(c *queue.Pace) { c.Mode = queue.ModeRun }))
	if p.m.Set != 0 {
		p.at(p.m.SetAt.Milliseconds(), set(func(c *queue.Pace) { c.Rate = p.m.Set }))
	}
	for t := 30 * time.Minute; p.m.RateSD > 0 && t < longest; t += 30 * time.Minute {
		rate := max(1, int64(float64(p.m.Rate)*math.Exp(p.random.NormFloat64()*p.m.RateSD)))
		p.at(t.Milliseconds(), set(func(c *queue.Pace) { c.Rate = rate }))
	}
	for t := p.m.PauseAt; p.m.PauseFor > 0 && t < longest; t += p.m.PauseEvery {
		p.at(t.Milliseconds(), set(func(c *queue.Pace) { c.Mode = queue.ModePause }))
		p.at((t + p.m.PauseFor).Milliseconds(), set(func(c *queue.Pace) { c.Mode = queue.ModeRun }))
		if p.m.PauseEvery == 0 {
			break
		}
	}
	return nil
}

func (p *player) at(when int64, do func()) {
	when = (when + step - 1) / step * step
	p.todo[when] = append(p.todo[when], do)
}

func (p *player) in(d int64, do func()) { p.at(p.now+max(step, d), do) }

// step is one second.
func (p *player) step(ctx context.Context) error {
	if err := p.arrive(); err != nil {
		return err
	}
	for _, do := range p.todo[p.now] {
		do()
	}
	delete(p.todo, p.now)
	p.room.Flush(ctx)
	p.room.Tick(ctx)
	p.callOut()
	p.look()
	p.now += step
	return nil
}

// arrive lets those come whose time it is.
func (p *player) arrive() error {
	for ; p.comes < len(p.people) && p.people[p.comes].comes <= p.now; p.comes++ {
		q := p.people[p.comes]
		j, err := p.room.Arrive(queue.Arrival{})
		if err != nil {
			return err
		}
		q.place = j.Place
		p.in(1, func() { p.beat(q) })
		if q.quits < never {
			p.at(q.quits, func() { p.quit(q) })
		}
		if q.goes < never && q.closes {
			p.at(q.goes, func() {
				if !q.done {
					p.room.Away(q.place)
				}
			})
		}
	}
	return nil
}

// beat is a page that is open: it asks often enough to be present.
func (p *player) beat(q *person) {
	if q.done || p.now >= q.goes {
		return
	}
	p.room.Poll(q.place, -1)
	p.in(3*60_000, func() { p.beat(q) })
}

func (p *player) quit(q *person) {
	if q.done || p.now >= q.goes {
		return
	}
	q.done = true
	if err := p.room.Leave(context.Background(), q.place.Visitor); err != nil {
		panic(err)
	}
}

// callOut scores the promises to those whom the head has come by, and lets them do what they do.
func (p *player) callOut() {
	head := p.room.View().Snapshot.Heads[0]
	for ; p.passed < p.comes && p.people[p.passed].place.Order <= head; p.passed++ {
		q := p.people[p.passed]
		here := !q.done && p.now < q.goes
		switch {
		case here:
			q.done = true
			p.in(1+p.random.Int64N(4000), func() { p.claim(q) })
		case !q.done && q.returns < never:
			q.done = true
			p.in(q.returns, func() { p.claim(q) })
		}
	}
	keep := p.open[:0]
	for _, t := range p.open {
		switch {
		case t.person.place.Order > head && !t.person.done:
			keep = append(keep, t)
		case t.person.place.Order <= head:
			p.score(&t)
		}
	}
	p.open = keep
}

// claim is the press of somebody whose turn it is, or who is back.
func (p *player) claim(q *person) {
	s, err := p.room.Claim(q.place)
	switch {
	case err != nil:
		panic(err)
	case s.State == queue.StateInside && p.m.Stay != nil:
		p.visit(q, p.now+p.m.Stay(p.random).Milliseconds(), s.Started)
	case s.State == queue.StateFull:
		p.in(4000, func() { p.claim(q) })
	case s.State == queue.StateFront, s.State == queue.StateCalled, s.State == queue.StateUnknown, s.State == queue.StateWaiting:
		p.in(3000, func() { p.claim(q) })
	}
}

// visit is a stay with a request each half a minute.
func (p *player) visit(q *person, until, started int64) {
	if p.now >= until {
		if err := p.room.Finish(context.Background(), q.place.Visitor); err != nil {
			panic(err)
		}
		return
	}
	p.room.Prolong(q.place.Visitor, started)
	p.in(min(30_000, until-p.now), func() { p.visit(q, until, started) })
}

// look notes what some of those who wait are told.
func (p *player) look() {
	if p.now/step%askEvery != 0 || p.comes == p.passed {
		return
	}
	if p.full = p.full || p.room.View().Wait.Full; p.m.MaxInside > 0 && !p.full {
		return
	}
	for range asked {
		q := p.people[p.passed+p.random.IntN(p.comes-p.passed)]
		if q.done || p.now >= q.goes {
			continue
		}
		if a := p.room.Peek(q.place); a.High > 0 && p.now >= p.m.From.Milliseconds() {
			p.open = append(p.open, told{q, p.now, a.Low, a.High})
		}
	}
}
