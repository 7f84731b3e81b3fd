package fair

import (
	"math"
	"math/rand/v2"

	"github.com/einlass/einlass/internal/admission"
)

// Morning is one opening with a quota, in the order of its line: how often people are absent, how eager those are who come, and how many
// take two. Times do not matter to the chance, so there are none.
type Morning struct {
	Quota, Line, Inside          int
	absent, rising               float64 // the share that is absent, and what it gains for each Quota of places
	eager, drift, walk, two, got float64 // got is the share of bookings that are given back
}

// NewMorning makes one: 60 to 3,000 places to give, 5 to 35 % absent and 10 points more for each quota of places, eagerness that walks
// or falls along the line, up to 30 % who take two, up to 3 % given back, and 10 to 90 people inside.
func NewMorning(rng *rand.Rand) Morning {
	m := Morning{
		Quota: int(60 * math.Pow(50, rng.Float64())), Inside: 10 + rng.IntN(81),
		absent: 0.05 + 0.30*rng.Float64(), rising: 0.10,
		eager: 0.45 + 0.5*rng.Float64(), two: 0.3 * rng.Float64(), got: 0.03 * rng.Float64(),
	}
	if rng.IntN(2) == 0 {
		m.walk = 0.15 * rng.Float64()
	} else {
		m.drift = -0.2 * rng.Float64()
	}
	takes := (1 - m.absent) * m.eager * (1 + m.two)
	m.Line = int(float64(m.Quota) / takes * (0.9 + 1.6*rng.Float64()))
	return m
}

// told is what somebody in the line was told.
type told struct {
	place int
	p     float64
	sure  bool // by the law that says yes or no
}

// Held is how well what was told held.
type Held struct {
	admission.Scores
	// Sure is the Brier score's sum of the law that takes what a place takes for certain.
	Sure float64
	// Changes is how often somebody who asked again and again read another word, Plain how often it had been without edges that hold;
	// of so many Asked.
	Changes, Plain, Asked int
}

// Play lets a morning pass, in which people at random places ask now and then.
func (m *Morning) Play(rng *rand.Rand, held *Held) {
	var c admission.Chance
	type person struct{ takes int }
	var inside []person
	var notes []told
	var back []int // after how many further places that are over a booking is given back
	next, booked := 0, 0
	eager := m.eager
	watcher := newWatcher(m, rng)
	over := func(takes int) {
		takes = min(takes, m.Quota-booked)
		booked += takes
		c.Add(1, float64(takes), float64(takes*takes))
		for range takes {
			if rng.Float64() < m.got {
				back = append(back, rng.IntN(200))
			}
		}
		kept := back[:0]
		for _, left := range back {
			if left > 0 {
				kept = append(kept, left-1)
				continue
			}
			booked--
			c.Add(0, -1, -1)
		}
		back = kept
	}
	every := max(1, m.Quota/40)
	for steps := 0; booked < m.Quota && (next < m.Line || len(inside) > 0); steps++ {
		for next < m.Line && len(inside) < m.Inside && ((m.Quota-booked)/2 > len(inside) || len(inside) == 0) {
			for i := range notes {
				if notes[i].place == next {
					held.score(&notes[i], true)
				}
			}
			watcher.passed(next, held)
			gone := m.absent + m.rising*float64(next)/float64(m.Quota)
			at := eager + m.drift*float64(next)/float64(m.Quota)
			if m.walk > 0 {
				eager = min(0.98, max(0.2, eager+m.walk*rng.NormFloat64()/math.Sqrt(float64(m.Quota))))
			}
			next++
			if rng.Float64() < gone {
				over(0)
				continue
			}
			takes := 0
			if rng.Float64() < max(0.05, at) {
				takes = 1
				if rng.Float64() < m.two {
					takes = 2
				}
			}
			inside = append(inside, person{takes})
		}
		if len(inside) > 0 {
			i := rng.IntN(len(inside))
			p := inside[i]
			inside[i] = inside[len(inside)-1]
			inside = inside[:len(inside)-1]
			over(p.takes)
		}
		if next >= m.Line {
			continue
		}
		if steps%every == 0 {
			place := next + rng.IntN(m.Line-next)
			if p, known := c.Of(int64(place-next+len(inside)), int64(m.Quota-booked)); known {
				mean := (c.Taken + 5) / (c.Places + 10)
				notes = append(notes, told{place, p, float64(place-next+len(inside))*mean < float64(m.Quota-booked)})
			}
		}
		watcher.asks(next, len(inside), m.Quota-booked, &c)
	}
	for i := range notes {
		if notes[i].place >= next && booked >= m.Quota {
			held.score(&notes[i], false)
		}
	}
	watcher.passed(m.Line, held)
}

// score takes what came of one that was told.
func (h *Held) score(t *told, got bool) {
	h.Note(t.p, got)
	if t.sure != got {
		h.Sure++
	}
}

// watcher is somebody whose page asks after every place that is over, and how often what it says changes.
type watcher struct {
	place           int
	word, plain     admission.Word
	changes, plains int
	told            bool
}

func newWatcher(m *Morning, rng *rand.Rand) *watcher { return &watcher{place: rng.IntN(m.Line)} }

func (w *watcher) asks(next, inside, left int, c *admission.Chance) {
	if w.place < next {
		return
	}
	p, known := c.Of(int64(w.place-next+inside), int64(left))
	if !known {
		return
	}
	word, plain := admission.WordOf(p, w.word), admission.WordOf(p, admission.NoWord)
	if w.told {
		if word != w.word {
			w.changes++
		}
		if plain != w.plain {
			w.plains++
		}
	}
	w.word, w.plain, w.told = word, plain, true
}

// passed notes the end of the wait, once.
func (w *watcher) passed(next int, held *Held) {
	if next < w.place || !w.told {
		return
	}
	held.Changes, held.Plain, held.Asked = held.Changes+w.changes, held.Plain+w.plains, held.Asked+1
	w.told, w.place = false, -1
}

// PlayMornings plays so many.
func PlayMornings(n int, rng *rand.Rand) *Held {
	held := &Held{}
	for range n {
		m := NewMorning(rng)
		m.Play(rng, held)
	}
	return held
}
