package promises

import (
	"math"
	"math/rand/v2"
	"time"
)

// Morning is what happens in one line.
type Morning struct {
	Name string
	Seed uint64
	// People wait or come; Late of them, a part, come within ComeIn after the beginning.
	People int
	Late   float64
	ComeIn time.Duration
	// Rate is entries a minute at the beginning; MaxInside 0: no bound.
	Rate, MaxInside int64
	// Strict counts each stay in full.
	Strict bool
	// Stay draws how long a stay lasts until the site says that it is done; nil: the room has no bound, nobody asks.
	Stay func(*rand.Rand) time.Duration
	// Absent is the part that is not there when called, at once and more for each hour of waiting; Closes says of how many of them
	// the page tells that it was closed, and Returns how many come back within ReturnIn of being passed over.
	Absent, AbsentPerHour, Closes, Returns float64
	ReturnIn                               time.Duration
	// Leaving is the part that gives its number up, a minute.
	Leaving float64
	// RateSD is of the logarithm of the rate, which is set anew each half hour; 0: it stays.
	RateSD float64
	// PauseAt is when the operator pauses first, for PauseFor, and PauseEvery when again, 0: once. PauseFor 0: never.
	PauseAt, PauseEvery, PauseFor time.Duration
	// HeldBack is by which part the site holds the pace back in the mean.
	HeldBack float64
	// Set, at SetAt, changes the rate to it; 0: it does not.
	Set   int64
	SetAt time.Duration
	// From is from when on what is told is counted, in a room with a bound not before it is full; Least leaves shorter waits out.
	From, Least time.Duration
}

// Draw is a morning of the method's check: what is in it comes from the seed.
func Draw(seed uint64) Morning {
	r := rand.New(rand.NewPCG(seed, 13))
	between := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	people := int(math.Exp(between(math.Log(500), math.Log(20_000))))
	wait := math.Exp(between(math.Log(20), math.Log(180)))
	m := Morning{
		Name: "a morning", Seed: seed, People: people, Rate: max(1, int64(math.Round(float64(people)/wait))),
		Late: between(0, 0.5), ComeIn: time.Hour,
		Absent: between(0.03, 0.18), AbsentPerHour: between(0, 0.20), Closes: 0.7, Returns: between(0.10, 0.40), ReturnIn: 20 * time.Minute,
		Leaving: between(0, 0.004), HeldBack: between(0.02, 0.15), Least: time.Minute,
	}
	if r.Float64() < 2.0/3 {
		m.RateSD, m.PauseAt, m.PauseEvery, m.PauseFor = 0.35, 45*time.Minute, 90*time.Minute, 4*time.Minute
	}
	return m
}

// Cases are lines of 1,500 people at 60 a minute with one disturbance each, and full rooms. What is told within a minute of a change
// is not counted, nor are waits of less than five minutes.
func Cases(seed uint64) []Morning {
	line := Morning{Seed: seed, People: 1500, Rate: 60, Least: 5 * time.Minute}
	with := func(name string, change func(*Morning)) Morning {
		m := line
		m.Name = name
		change(&m)
		return m
	}
	full := func(stay func(*rand.Rand) time.Duration, strict bool) func(*Morning) {
		return func(m *Morning) { m.People, m.MaxInside, m.Strict, m.Stay = 600, 100, strict, stay }
	}
	return []Morning{
		with("nobody does anything", func(*Morning) {}),
		with("30 % close the page", func(m *Morning) { m.Absent, m.Closes = 0.3, 1 }),
		with("30 % vanish", func(m *Morning) { m.Absent = 0.3 }),
		with("30 % give their number up within 20 minutes", func(m *Morning) { m.Leaving = 0.0177 }),
		with("30 % close the page and return", func(m *Morning) { m.Absent, m.Closes, m.Returns, m.ReturnIn = 0.3, 1, 1, 20*time.Minute }),
		with("the rate is halved", func(m *Morning) { m.Set, m.SetAt, m.From = 30, 5*time.Minute, 6*time.Minute }),
		with("the rate is doubled", func(m *Morning) { m.Rate, m.Set, m.SetAt, m.From = 30, 60, 5*time.Minute, 6*time.Minute }),
		with("after a pause of 5 minutes", func(m *Morning) {
			m.PauseAt, m.PauseFor, m.From = 5*time.Minute, 5*time.Minute, 11*time.Minute
		}),
		with("full, stays of 3 minutes", full(exponential(3*time.Minute), false)),
		with("full, stays of 10 minutes", full(exponential(10*time.Minute), false)),
		with("full, stays of 5 to 15 minutes", full(around(10*time.Minute), false)),
		with("full, strict, stays of 1.5 to 4.5 minutes", full(around(3*time.Minute), true)),
	}
}

func exponential(mean time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * float64(mean)) }
}

// around is half to one and a half times the mean.
func around(mean time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return time.Duration((0.5 + r.Float64()) * float64(mean)) }
}
