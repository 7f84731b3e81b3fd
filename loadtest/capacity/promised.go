package capacity

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/einlass/einlass/loadtest/promises"
)

// Mornings of loadtest/promises: so many chains, in each of which a morning begins with what the one before has learned.
const (
	promiseSeed  = 90_001
	chains       = 5
	chainLength  = 60
	casesSeed    = 91_001
	promiseGoal  = 90
	fullRoomGoal = 85
	widthGoal    = 2.0
	saidGoal     = 2.5
)

// promised plays the mornings of loadtest/promises, by seeds of their own, and makes a table of how their promises were kept.
func promised(ctx context.Context, _ []uint64) (string, error) {
	first := make([]promises.Morning, chains*chainLength)
	for i := range first {
		first[i] = promises.Draw(promiseSeed + uint64(i)) //nolint:gosec // counts mornings
	}
	p := promiseRuns{slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	p.row("300 mornings, each a first one", promiseGoal, apart(first))
	p.row("300 mornings, five times sixty one after the other", promiseGoal, slices.Collect(slices.Chunk(first, chainLength)))
	byName := map[string][]promises.Morning{}
	for seed := range uint64(chains) {
		for _, m := range promises.Cases(casesSeed + seed) {
			byName[m.Name] = append(byName[m.Name], m)
		}
	}
	for _, m := range promises.Cases(casesSeed) {
		goal := float64(promiseGoal)
		if m.MaxInside > 0 {
			goal = fullRoomGoal
		}
		p.row(m.Name, goal, apart(byName[m.Name]))
	}
	return p.play(ctx)
}

// apart makes a chain of its own of each morning.
func apart(mornings []promises.Morning) (chains [][]promises.Morning) {
	for _, m := range mornings {
		chains = append(chains, []promises.Morning{m})
	}
	return chains
}

// promiseRuns are the rows of the table.
type promiseRuns struct {
	slots chan struct{}
	rows  []promiseRow
}

type promiseRow struct {
	name   string
	goal   float64
	chains [][]promises.Morning
	result promises.Result
}

func (p *promiseRuns) row(name string, goal float64, chains [][]promises.Morning) {
	p.rows = append(p.rows, promiseRow{name: name, goal: goal, chains: chains})
}

// play plays all rows.
func (p *promiseRuns) play(ctx context.Context) (string, error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	for i := range p.rows {
		row := &p.rows[i]
		for _, chain := range row.chains {
			all.Go(func() {
				p.slots <- struct{}{}
				defer func() { <-p.slots }()
				r, err := inTurn(ctx, chain)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed = err
					return
				}
				row.result.Add(&r)
			})
		}
	}
	all.Wait()
	if failed != nil {
		return "", failed
	}
	var b strings.Builder
	b.WriteString("| mornings | promises | kept | called earlier / later than said | high ÷ low, median | as it is said |\n|---|---|---|---|---|---|\n")
	for i := range p.rows {
		p.rows[i].print(&b)
	}
	return b.String(), nil
}

// inTurn plays mornings one after the other.
func inTurn(ctx context.Context, mornings []promises.Morning) (all promises.Result, err error) {
	for _, m := range mornings {
		r, err := promises.Play(ctx, m, all.Learned)
		if err != nil {
			return all, err
		}
		all.Add(&r)
	}
	return all, nil
}

func (r *promiseRow) print(b *strings.Builder) {
	slices.Sort(r.result.Widths)
	slices.Sort(r.result.Saids)
	n := float64(max(1, r.result.All()))
	kept := figure(Figures{100 * r.result.Share()}, Percent, atLeast(r.goal))
	fmt.Fprintf(b, "| %s | %d | %s | %.0f / %.0f %% | %s | %s |\n", r.name, r.result.All(), kept,
		100*float64(r.result.Early)/n, 100*float64(r.result.Late)/n,
		width(promises.Median(r.result.Widths), widthGoal), width(promises.Median(r.result.Saids), saidGoal))
}

// width prints high ÷ low.
func width(x, goal float64) string {
	if x > goal {
		return fmt.Sprintf("**%.2f**, short of ≤ %g", x, goal)
	}
	return fmt.Sprintf("%.2f, ≤ %g", x, goal)
}
