package capacity

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/einlass/einlass/loadtest/capacity/site"
)

// Goals of a site in trouble: percent of the possible bookings, over all mornings and in the worst one.
const (
	healthMean  = 88
	healthWorst = 70
)

// healthRun is what came of one law with one seed over all mornings.
type healthRun struct {
	mean, worst float64 // percent of the possible bookings
	crashes     int
	failed      float64   // percent of the requests
	over        float64   // seconds with more to do than the site does best, in the mean of the mornings
	share       []float64 // percent, of each morning
}

// playHealth plays all mornings under a law with one seed.
func playHealth(law site.Law, seed uint64) (r healthRun, err error) {
	cases := site.Cases()
	r.worst = math.Inf(1)
	n := float64(len(cases))
	for i := range cases {
		p, err := site.Play(&cases[i], law, seed)
		if err != nil {
			return r, fmt.Errorf("%s: %w", cases[i].Name, err)
		}
		share := 100 * p.Share
		r.share = append(r.share, share)
		r.mean += share / n
		r.worst = min(r.worst, share)
		r.crashes += p.Crashes
		r.failed += 100 * float64(p.Failed) / float64(max(1, p.Requests)) / n
		r.over += p.Over.Seconds() / n
	}
	return r, nil
}

// healthRuns plays laws with seeds; the result has a row for each law.
func healthRuns(ctx context.Context, laws []site.Law, seeds []uint64) ([][]healthRun, error) {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	all := make([][]healthRun, len(laws))
	errs := make([]error, len(laws)*len(seeds))
	var wg sync.WaitGroup
	for i, law := range laws {
		all[i] = make([]healthRun, len(seeds))
		for j, seed := range seeds {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				if ctx.Err() == nil {
					all[i][j], errs[i*len(seeds)+j] = playHealth(law, seed)
				}
			})
		}
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, ctx.Err()
}

// healthFigures are those of all seeds.
func healthFigures(runs []healthRun, of func(*healthRun) float64) (f Figures) {
	for i := range runs {
		f = append(f, of(&runs[i]))
	}
	slices.Sort(f)
	return f
}

func meanShare(r *healthRun) float64  { return r.mean }
func worstShare(r *healthRun) float64 { return r.worst }
func crashed(r *healthRun) float64    { return float64(r.crashes) }

// health plays the portal of Speyer under all laws, and says of the one in force how each morning went.
func health(ctx context.Context, seeds []uint64) (string, error) {
	laws := site.Laws()
	all, err := healthRuns(ctx, laws, seeds)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| law | booked of the possible, mean of the mornings | the worst morning | crashes in all mornings | requests that failed | with more to do than the site does best, mean |\n|---|---|---|---|---|---|\n")
	for i, law := range laws {
		var mean, worst, none Goal
		if law == inForce() {
			mean, worst, none = atLeast(healthMean), atLeast(healthWorst), atMost(0)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", law.Name, figure(healthFigures(all[i], meanShare), Percent, mean),
			figure(healthFigures(all[i], worstShare), Percent, worst), figure(healthFigures(all[i], crashed), People, none),
			figure(healthFigures(all[i], func(r *healthRun) float64 { return r.failed }), Percent, Goal{}),
			figure(healthFigures(all[i], func(r *healthRun) float64 { return r.over }), Seconds, Goal{}))
	}
	b.WriteString("\n| morning | no law | pace and limit |\n|---|---|---|\n")
	for i, c := range site.Cases() {
		of := func(r *healthRun) float64 { return r.share[i] }
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Name, figure(healthFigures(all[0], of), Percent, Goal{}),
			figure(healthFigures(all[len(laws)-1], of), Percent, atLeast(healthWorst)))
	}
	return b.String(), nil
}

// inForce is the law that gateways follow.
func inForce() site.Law { return site.Laws()[len(site.Laws())-1] }

// healthConfirmed sets the law in force with some seeds beside that with further ones. far counts the figures in percent that are
// more than 5 points apart.
func healthConfirmed(ctx context.Context, printed, further []uint64) (text string, far int, err error) {
	a, err := healthRuns(ctx, []site.Law{inForce()}, printed)
	if err != nil {
		return "", 0, err
	}
	b, err := healthRuns(ctx, []site.Law{inForce()}, further)
	if err != nil {
		return "", 0, err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| pace and limit | %d seeds | %d others | apart |\n|---|---|---|---|\n", len(printed), len(further))
	row := func(name string, u Unit, of func(*healthRun) float64) {
		x, y := healthFigures(a[0], of), healthFigures(b[0], of)
		apart, mark := math.Abs(x.Median()-y.Median()), ""
		if u == Percent && apart > distant {
			far++
			mark = "**"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s%.1f%s |\n", name, figure(x, u, Goal{}), figure(y, u, Goal{}), mark, apart, mark)
	}
	row("booked of the possible, mean of the mornings", Percent, meanShare)
	row("the worst morning", Percent, worstShare)
	row("crashes in all mornings", People, crashed)
	for i, c := range site.Cases() {
		row(c.Name, Percent, func(r *healthRun) float64 { return r.share[i] })
	}
	return out.String(), far, nil
}
