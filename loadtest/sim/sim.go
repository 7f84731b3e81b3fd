package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Config says what is played.
type Config struct {
	// Scenario is played as it is; scale it before. Required.
	Scenario scenarios.Scenario
	// Gate puts the waiting room in front of the site.
	Gate bool
	// Seed makes runs repeat.
	Seed uint64
	// ShownEvery writes down what every n-th ticket is shown, for the checker. Default: 10, or 100 beyond a million.
	ShownEvery uint32
	// Tick is how often the line advances and answers get fresh: whole multiples of 50 ms. Default: 250 ms.
	Tick time.Duration
	// Journal takes every event as a line of JSON, as `loadtest check` reads them. Optional. Only with Gate.
	Journal io.Writer

	// Record takes the record of the last draw, if there was one. Optional. Only with Gate.
	Record io.Writer

	// Crashes come in order. Only with Gate.
	Crashes []Crash

	// around wraps the store, below the recorder; tests plant their faults with it.
	around func(queue.Store) queue.Store
}

// sim is one run.
type sim struct {
	cfg       Config
	seed      uint64
	tickSteps int32
	random    *rand.Rand
	start     time.Time
	startMS   int64     // the same for the store
	opens     time.Time // the first contingent
	now       int32     // milliseconds since the start: the end of the step
	clock     int64     // nanoseconds since the start: the event at hand
	people    []citizen
	arrivals  []arrival
	inOrder   []uint32 // tickets in the order in which they were given
	active    int      // tickets that are here
	closed    bool     // the day's last opening is over
	ends      int32    // of the run, ms
	lastFreed int32    // until when bookings are given back behind the gate

	wheel   wheel
	room    room
	site    site
	planned planned
	draws   drawing
	check   *checker

	pollMin, pollMax, beatEvery, idle, longest int32   // ms
	reloadShare                                float64 // of polls at the longest interval that are reloads

	crashes     crashes
	count       scenarios.People
	nobody      scenarios.Nobody
	line        scenarios.Line
	hotline     hotline
	lane        uint8     // in which everybody stands
	waits       []float32 // seconds
	untilBooked []float32
	events      int64
	oddities    int64 // answers that must not come
	cameBack    int64 // when a place last came back after a crash, store time
	hits        []uint32

	samples
}

// Run plays the scenario. The error is of the scenario, the context or the journal's writer; what goes wrong with the line
// is in the result.
func Run(ctx context.Context, cfg Config) (scenarios.Result, error) {
	began := time.Now()
	s, err := prepare(cfg)
	if err != nil {
		return scenarios.Result{}, fmt.Errorf("simulate: %w", err)
	}
	err = s.play(ctx)
	v := s.check.finish()
	if err = errors.Join(err, s.crashes.end(), v.err, s.writeRecord()); err != nil {
		return scenarios.Result{}, fmt.Errorf("simulate %s: %w", cfg.Scenario.Name, err)
	}
	r := s.result(v)
	r.Cost = scenarios.Cost{Wall: time.Since(began), Events: s.events + s.line.Polls + s.room.entries, RSS: peakRSS()}
	return r, nil
}

func prepare(cfg Config) (*sim, error) {
	if err := cfg.Scenario.Validate(); err != nil {
		return nil, err
	}
	sc := &cfg.Scenario
	if cfg.ShownEvery == 0 {
		cfg.ShownEvery = 10
		if sc.People() > 1_000_000 {
			cfg.ShownEvery = 100
		}
	}
	if cfg.Tick == 0 {
		cfg.Tick = 250 * time.Millisecond
	}
	if cfg.Tick < stepMS*time.Millisecond || cfg.Tick > time.Minute || cfg.Tick%(stepMS*time.Millisecond) != 0 {
		return nil, fmt.Errorf("tick %v: want whole multiples of %d ms up to a minute", cfg.Tick, stepMS)
	}
	s := &sim{
		tickSteps: int32(cfg.Tick / (stepMS * time.Millisecond)),
		cfg:       cfg, seed: cfg.Seed, random: rand.New(rand.NewPCG(cfg.Seed, 0)),
		start: sc.Starts, startMS: sc.Starts.UnixMilli(), opens: sc.Opens(),
		pollMin: int32(sc.Gate.PollMin.Milliseconds()), pollMax: int32(sc.Gate.PollMax.Milliseconds()),
		beatEvery: int32(sc.Gate.Timing.Absent.Milliseconds() / 4), idle: int32(sc.Gate.Timing.Idle.Milliseconds()),
		longest:     int32(sc.Gate.Timing.Max.Milliseconds()),
		reloadShare: min(1, float64(sc.Gate.PollMax)/float64(sc.Crowd.ReloadIn)),
		hits:        make([]uint32, int(sc.Ends.Sub(sc.Starts)/time.Second)+1),
	}
	s.ends = int32(sc.Ends.Sub(sc.Starts).Milliseconds())
	calendar, err := sc.Gate.Calendar()
	if err != nil {
		return nil, err
	}
	s.room.door = queue.NewDoorkeeper(scheduled{calendar})
	s.lane, _ = calendar.Lane(sc.Door.Group)
	s.planned = planned{calendar: calendar, draws: sc.Gate.Draws(), soldOut: never, correct: never, quota: -1}
	s.line.First = -1
	s.hotline = hotline{free: sc.Hotline.Agents, most: max(1, sc.Hotline.Agents*3/4)}
	s.lastFreed = s.ends
	for _, o := range calendar.Between(sc.Starts.AddDate(0, 0, -1), sc.Ends) {
		if !o.End.IsZero() {
			s.lastFreed = int32(o.End.Sub(sc.Starts).Milliseconds()) - freedBefore
		}
	}
	s.minute = make([]int64, max(1, int(time.Minute/cfg.Tick)))
	s.people, s.arrivals = populate(sc, cfg.Gate, s.random)
	if err := s.buildSite(&sc.Portal); err != nil {
		return nil, err
	}
	if err := s.buildDraws(); err != nil {
		return nil, err
	}
	return s, s.buildRoom()
}

func (s *sim) buildSite(p *demo.Config) error {
	capacity, err := demo.NewCapacity(p.Curve, s.start)
	if err != nil {
		return err
	}
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(s.seed >> (8 * (i % 8)))
	}
	ledger, err := demo.NewLedger(p.Calendar, !p.GuardOff, p.Hold, rand.NewChaCha8(seed))
	if err != nil {
		return err
	}
	s.site = site{
		capacity: capacity, ledger: ledger, kinds: demo.BookingPath(), index: map[string]uint16{},
		asked: map[uint64]request{}, numbers: map[uint32]string{},
	}
	for i, a := range ledger.Overview(s.start) {
		s.site.rows = append(s.site.rows, a.ID)
		s.site.index[a.ID] = uint16(i)
	}
	return nil
}

func (s *sim) buildRoom() error {
	timing := s.cfg.Scenario.Gate.Timing
	check, err := newChecker(timing, s.cfg.Journal)
	if err != nil {
		return err
	}
	s.check = check
	if err := s.firstLife(); err != nil {
		check.finish()
		return err
	}
	var below queue.Store = &s.crashes
	if s.cfg.around != nil {
		below = s.cfg.around(below)
	}
	s.room.store = &journal.Recorder{
		Store: below, Sink: check.observe, Clock: s.storeNow, Figures: len(s.people) <= exactly,
	}
	return nil
}

// freedBefore is how long before the end of the last opening nothing is given back any more, ms.
const freedBefore = 20 * 60_000

// exactly is up to how many people the figures before each entry are read, so that the bound inside is checked at every one of
// them; with more people that would take longer than the play.
const exactly = 50_000

// storeNow is the store's clock.
func (s *sim) storeNow() int64 { return s.startMS + int64(s.now) }

// sampleSteps is after how many steps a sample is taken and the context looked at.
const sampleSteps = 60_000 / stepMS

// play moves the clock until the end of the day, or until everybody has gone home from a room that was closed.
func (s *sim) play(ctx context.Context) error {
	ends := s.cfg.Scenario.Counted
	if s.cfg.Gate {
		ends = s.cfg.Scenario.Ends
		if err := s.room.open(ctx, s.document()); err != nil {
			return err
		}
	}
	last := int32(ends.Sub(s.start).Milliseconds() / stepMS)
	for step := int32(1); step <= last; step++ {
		s.now = step * stepMS
		s.work(int64(s.now) * int64(time.Millisecond))
		for len(s.arrivals) > 0 && s.arrivals[0].at() <= s.now {
			s.events++
			s.arrive(s.arrivals[0].who())
			s.arrivals = s.arrivals[1:]
		}
		if s.cfg.Gate {
			if err := s.stepLine(ctx, step%s.tickSteps == 0); err != nil {
				return err
			}
		}
		if step%sampleSteps == 0 || step == last {
			s.sample(float64(sampleSteps*stepMS) / 60_000)
			if err := ctx.Err(); err != nil {
				return err
			}
			if s.closed && s.active == 0 && len(s.arrivals) == 0 {
				return nil
			}
		}
	}
	return nil
}

// stepLine is one step of the waiting room.
func (s *sim) stepLine(ctx context.Context, tick bool) error {
	if frozen, err := s.crash(ctx); frozen || err != nil {
		return err
	}
	s.correct()
	for _, who := range s.wheel.take() {
		if s.people[who].due == s.wheel.step {
			s.turn(who)
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	if !tick {
		return nil
	}
	head := s.room.snapshot.Heads[s.lane]
	if err := s.room.advance(ctx); err != nil {
		return err
	}
	s.snapshotTaken()
	if err := s.drawn(); err != nil {
		return err
	}
	s.follow()
	if err := s.keepPlan(ctx); err != nil {
		return err
	}
	if err := s.reveal(ctx); err != nil {
		return err
	}
	s.passed(head, s.room.snapshot.Heads[s.lane])
	s.deskSees()
	return nil
}
