package queue_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// score says how many of the ranges shown were kept: the call came inside, both sides counted.
type score struct {
	kept, early, late int
	widths            []float64
}

func (s *score) all() int { return s.kept + s.early + s.late }

func (s *score) share() float64 { return float64(s.kept) / float64(max(1, s.all())) }

func (s *score) median() float64 {
	slices.Sort(s.widths)
	if len(s.widths) == 0 {
		return 0
	}
	return s.widths[len(s.widths)/2]
}

// add judges what was shown from a time on to those who stayed, where five minutes or more were said or waited.
func (s *score) add(c *crowd, from int64) {
	for _, p := range c.people {
		if p.called == 0 || p.leaves != 0 {
			continue
		}
		for _, said := range p.promises {
			waited := time.Duration(p.called-said.at) * time.Millisecond
			if said.at < from || max(waited, (said.low+said.high)/2) < 5*time.Minute {
				continue
			}
			switch {
			case waited < said.low:
				s.early++
			case waited > said.high:
				s.late++
			default:
				s.kept++
			}
			s.widths = append(s.widths, float64(said.high)/max(1, float64(said.low)))
		}
	}
}

func pace(rate, inside int64) queue.RoomConfig {
	return queue.RoomConfig{
		PollMin: 3 * time.Second, PollMax: 30 * time.Second, Visitors: 1 << 17,
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: rate, Strict: true, MaxInside: inside, Burst: queue.DefaultBurst(rate)}},
	}
}

func (c *crowd) set(change func(*queue.Document)) {
	c.t.Helper()
	if _, err := c.room.Update(c.t.Context(), func(k *queue.Document) error { change(k); return nil }); err != nil {
		c.t.Fatal(err)
	}
}

// delivered is pace with the timing that a room has whose operator sets nothing, and without a contract.
func delivered(rate, inside int64) queue.RoomConfig {
	cfg := pace(rate, inside)
	cfg.Document.Pace.Strict, cfg.Document.Timing = false, queue.DefaultTiming()
	return cfg
}

func exponential(mean time.Duration) func(r *rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * float64(mean)) }
}

func halfAround(mean time.Duration) func(r *rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return time.Duration((0.5 + r.Float64()) * float64(mean)) }
}

func full(stay func(r *rand.Rand) time.Duration, inside int64, people int) func(t *testing.T, seed uint64, s *score) {
	return fullOf(pace(60, inside), stay, people)
}

func fullOf(cfg queue.RoomConfig, stay func(r *rand.Rand) time.Duration, people int) func(t *testing.T, seed uint64, s *score) {
	return func(t *testing.T, seed uint64, s *score) {
		c := newCrowd(t, seed, people, cfg)
		c.stay = func() time.Duration { return stay(c.random) }
		isFull := func() bool { return c.room.View().Wait.Full }
		for range 1000 {
			if isFull() {
				break
			}
			c.step()
		}
		from := c.now.Load()
		c.goOn(10 * time.Hour)
		s.add(c, from)
	}
}

func quitters(how quitting, comeBack time.Duration) func(t *testing.T, seed uint64, s *score) {
	return func(t *testing.T, seed uint64, s *score) {
		c := newCrowd(t, seed, 1500, pace(60, 0))
		if how != never {
			c.leaving(0.3, 20*time.Minute, how)
		}
		for _, p := range c.people {
			if comeBack > 0 {
				p.returns = 1 + c.random.Int64N(comeBack.Milliseconds())
			}
		}
		c.goOn(time.Hour)
		s.add(c, 0)
	}
}

// together is 150 people side by side who close the page and come back at once when the head has passed them.
func together(t *testing.T, seed uint64, s *score) {
	c := newCrowd(t, seed, 1500, pace(60, 0))
	for _, p := range c.people[200:350] {
		p.leaves, p.quits, p.returns = c.now.Load()+60_000+c.random.Int64N(30_000), closes, 6*60_000+c.random.Int64N(20_000)
	}
	c.goOn(time.Hour)
	s.add(c, 0)
}

func changed(first, then func(*queue.Document), lasts time.Duration, rate int64) func(t *testing.T, seed uint64, s *score) {
	return func(t *testing.T, seed uint64, s *score) {
		c := newCrowd(t, seed, 1500, pace(rate, 0))
		c.goOn(5 * time.Minute)
		c.set(first)
		c.goOn(lasts)
		c.set(then)
		from := c.now.Load() + 60_000
		c.goOn(2 * time.Hour)
		s.add(c, from)
	}
}

// Every range that is shown is a promise, and nine of ten are kept, whatever people do and operators change.
func TestPromisedRangesAreKept(t *testing.T) {
	rate := func(n int64) func(*queue.Document) { return func(c *queue.Document) { c.Pace.Rate = n } }
	mode := func(m queue.Mode) func(*queue.Document) { return func(c *queue.Document) { c.Pace.Mode = m } }
	same := func(*queue.Document) {}
	for _, tt := range []struct {
		name   string
		want   float64
		crowds int
		run    func(t *testing.T, seed uint64, s *score)
	}{
		{"nobody does anything", 0.9, longCrowds, quitters(never, 0)},
		{"30 % close the page", 0.9, longCrowds, quitters(closes, 0)},
		{"30 % give their number up", 0.9, longCrowds, quitters(gives, 0)},
		{"30 % vanish", 0.9, crowds, quitters(vanishes, 0)},
		{"30 % return", 0.9, longCrowds, quitters(closes, 20*time.Minute)},
		{"a group returns at once", 0.9, longCrowds, together},
		{"the rate is halved", 0.9, longCrowds, changed(rate(30), same, 0, 60)},
		{"the rate is doubled", 0.9, longCrowds, changed(rate(60), same, 0, 30)},
		{"after a pause of 5 minutes", 0.9, longCrowds, changed(mode(queue.ModePause), mode(queue.ModeRun), 5*time.Minute, 60)},
		{"full, stays of 3 minutes", 0.85, longCrowds, full(exponential(3*time.Minute), 100, 600)},
		{"full, stays of 10 minutes", 0.85, longCrowds, full(exponential(10*time.Minute), 100, 600)},
		{"full, stays of 1.5 to 4.5 minutes", 0.85, longCrowds, full(halfAround(3*time.Minute), 100, 600)},
		{"full, stays of 5 to 15 minutes", 0.85, longCrowds, full(halfAround(10*time.Minute), 100, 600)},
		{"as delivered, full, stays of 3 minutes", 0.85, longCrowds, fullOf(delivered(60, 100), exponential(3*time.Minute), 600)},
		{"as delivered, full, stays of 5 to 15 minutes", 0.85, longCrowds, fullOf(delivered(60, 100), halfAround(10*time.Minute), 600)},
		{"a small room, full, stays of 3 minutes", 0.85, longCrowds, full(exponential(3*time.Minute), 10, 200)},
	} {
		if tt.crowds == 0 {
			continue // make long-matrices plays it
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s score
			for seed := range uint64(tt.crowds) {
				tt.run(t, 101+seed, &s)
			}
			t.Logf("%s: %.1f %% of %d kept, %.1f %% called earlier and %.1f %% later than said, high/low %.2f", tt.name, 100*s.share(), s.all(),
				100*float64(s.early)/float64(max(1, s.all())), 100*float64(s.late)/float64(max(1, s.all())), s.median())
			if s.share() < tt.want || s.all() == 0 {
				t.Errorf("%.1f %% of the ranges were kept, want %.0f %%", 100*s.share(), 100*tt.want)
			}
		})
	}
}
