package capacity

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/einlass/einlass/pkg/queue"
)

// Case is something that is played, and the rows that it fills.
type Case struct {
	Name string
	// Site is what the site behind says, or the operator about it.
	Site string
	// Play plays it in a room that has learned so much before.
	Play func(ctx context.Context, seed uint64, c curves) (*Played, error)
	// Learn is what is played before "later"; nil: there is no later.
	Learn func(ctx context.Context, seed uint64) (curves, error)
	Rows  []Row
}

// Row is a figure of a case.
type Row struct {
	Name string
	Unit Unit
	// Before is what was measured of the release before these rules, in words; empty: nothing.
	Before string
	Of     func(*Played) float64
	// First and Later are the goals.
	First, Later Goal
}

// Unit is what a figure is of.
type Unit string

const (
	Percent Unit = "%"
	People  Unit = ""
	Seconds Unit = "s"
)

// Goal bounds a figure. The zero value is none.
type Goal struct {
	Is    string // "≥" or "≤"; empty: none
	Bound float64
}

func atLeast(x float64) Goal { return Goal{"≥", x} }
func atMost(x float64) Goal  { return Goal{"≤", x} }

// Met reports whether a figure keeps it.
func (g Goal) Met(x float64) bool {
	switch g.Is {
	case "≥":
		return x >= g.Bound
	case "≤":
		return x <= g.Bound
	}
	return true
}

// Figures are those of one row, a seed each, in order of size.
type Figures []float64

// Median is the middle one; of an even number the mean of the two.
func (f Figures) Median() float64 {
	if len(f) == 0 {
		return 0
	}
	return (f[(len(f)-1)/2] + f[len(f)/2]) / 2
}

// Result is what was measured of a case: for each of its rows the figures of a first morning and of a later one.
type Result struct {
	*Case
	First, Later []Figures
}

// secondMorning is by how much the seed of a later morning differs from that of the first.
const secondMorning = 100_000

// measure plays one case with all seeds.
func (c *Case) measure(ctx context.Context, seeds []uint64, slots chan struct{}) (Result, error) {
	r := Result{Case: c, First: make([]Figures, len(c.Rows)), Later: make([]Figures, len(c.Rows))}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	note := func(to []Figures, p *Played, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = fmt.Errorf("%s: %w", c.Name, err)
			return
		}
		for i := range c.Rows {
			to[i] = append(to[i], c.Rows[i].Of(p))
		}
	}
	run := func(do func()) {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			do()
		})
	}
	for _, seed := range seeds {
		run(func() {
			p, err := c.Play(ctx, seed, curves{})
			note(r.First, p, err)
		})
		if c.Learn == nil {
			continue
		}
		run(func() {
			learned, err := c.Learn(ctx, seed)
			if err != nil {
				note(nil, nil, err)
				return
			}
			p, err := c.Play(ctx, seed+secondMorning, learned)
			note(r.Later, p, err)
		})
	}
	wg.Wait()
	for _, all := range [][]Figures{r.First, r.Later} {
		for _, f := range all {
			slices.Sort(f)
		}
	}
	return r, failed
}

// Measure plays all cases with all seeds. done is called after each case.
func Measure(ctx context.Context, cases []Case, seeds []uint64, done func(*Result)) (all []Result, err error) {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range cases {
		r, err := cases[i].measure(ctx, seeds, slots)
		if err != nil {
			return all, err
		}
		done(&r)
		all = append(all, r)
	}
	return all, nil
}

// of makes a case of a morning; later it has learned from the morning before.
func (m Morning) of(name, site string, rows ...Row) Case {
	return Case{Name: name, Site: site, Play: m.play, Learn: m.learnBefore, Rows: rows}
}

// readme is the pace of the README's configuration with so many a minute and so many inside.
func readme(rate, inside int64) queue.Pace {
	return queue.Pace{Rate: rate, MaxInside: inside, Burst: queue.DefaultBurst(rate)}
}
