package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// How a plan is measured: so many Advance a round, with it and without in turns.
const planTicks = 200

// plans measures what the longest plan costs an Advance, at two lengths of the line.
func (b *bench) plans() error {
	fmt.Printf("### Advance with the longest plan and without, in turns, %d rounds of %d\n\n", b.rounds, planTicks)
	fmt.Print("| | p50 without, ms | with | p99 without, ms | with | p99 with ÷ without | µs of the store's processor without | with | with ÷ without |\n" +
		"|---|---|---|---|---|---|---|---|---|\n")
	for _, n := range []int{10_000, million} {
		rivals, closeAll, err := b.rivals()
		if err != nil {
			return err
		}
		for _, r := range rivals {
			if err := r.planned(n, b.rounds); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
		closeAll()
		b.stopAll()
	}
	fmt.Print("\nMedians of the rounds, quartiles in brackets.\n\n")
	return nil
}

// planned measures one store: ticks that call nobody, and ticks that call one place, with the plan for a quota.
func (r *rival) planned(waiting, rounds int) error {
	ctx := context.Background()
	pace := queue.Pace{Mode: queue.ModePause, Rate: 6000, Burst: 100}
	if err := r.store.Restore(ctx, queue.Watermark{Document: benchDocument(pace), Opening: queue.NewOpening()}); err != nil {
		return err
	}
	if err := r.fill(ctx, waiting/queue.MaxBatch); err != nil {
		return err
	}
	for _, mode := range []queue.Mode{queue.ModePause, queue.ModeRun} {
		pace.Mode = mode
		var turns [2]planTurns
		for round := range rounds + 1 {
			for i := range turns {
				i = (i + round) % len(turns)
				if err := r.planRound(ctx, pace, i == 1, &turns[i], round > 0); err != nil {
					return err
				}
			}
		}
		what := "nobody is called"
		if mode == queue.ModeRun {
			what = "one is called"
		}
		without, with := &turns[0], &turns[1]
		fmt.Printf("| %s, %d waiting, %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", r.name, waiting, what,
			spread(without.p50), spread(with.p50), spread(without.p99), spread(with.p99), spread(ratios(with.p99, without.p99)),
			spread(without.cpu), spread(with.cpu), spread(ratios(with.cpu, without.cpu)))
	}
	return nil
}

// planTurns is what the rounds of one kind came to.
type planTurns struct{ p50, p99, cpu []float64 }

func (r *rival) planRound(ctx context.Context, pace queue.Pace, planned bool, t *planTurns, counts bool) error {
	f, err := r.store.Snapshot(ctx)
	if err != nil {
		return err
	}
	d := f.Document.Clone()
	d.Pace, d.Plan = pace, nil
	if planned {
		d.Plan = longestPlan(f.Now)
	}
	if _, err := r.store.Settle(ctx, d); err != nil {
		return err
	}
	for range 10 { // what is due of a plan is applied, and what has changed is paid for
		if _, err := r.store.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{}); err != nil {
			return err
		}
	}
	var took []time.Duration
	micros, err := r.each(planTicks, func(int) error {
		began := time.Now()
		_, err := r.store.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{})
		took = append(took, time.Since(began))
		time.Sleep(10 * time.Millisecond) // one call's worth of pace
		return err
	})
	if err != nil || !counts {
		return err
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	t.p50, t.p99, t.cpu = append(t.p50, ms(took[planTicks/2])), append(t.p99, ms(took[planTicks*99/100])), append(t.cpu, micros)
	return nil
}

// fill lets so many batches of places wait.
func (r *rival) fill(ctx context.Context, batches int) error {
	for range batches {
		arrivals := make([]queue.Arrival, queue.MaxBatch)
		for i := range arrivals {
			var err error
			if arrivals[i].Visitor, err = queue.NewVisitorID(rand.Reader); err != nil {
				return err
			}
		}
		reply, err := r.store.Join(ctx, arrivals)
		if err != nil {
			return err
		}
		beats := make([]queue.Beat, len(reply.Places))
		for i := range beats {
			beats[i].Place = reply.Places[i].Place
		}
		if _, err := r.store.Keep(ctx, 0, beats); err != nil {
			return err
		}
	}
	return nil
}

// longestPlan has as many steps and openings as one may have: an opening that is open, with slots, and steps to come.
func longestPlan(now int64) []queue.Step {
	const day, openings = 24 * 3600_000, queue.MaxOpenings
	steps := []queue.Step{{At: now, Opening: "today", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: queue.MaxInsideLimit, Per: 1, Standby: 100}}
	const each = (queue.MaxSteps - 1) / (openings - 1)
	for i := range int64(openings - 1) {
		for rank := range int64(each) {
			phase := queue.PhaseOpen
			if rank == 0 {
				phase = queue.PhaseLobby
			}
			steps = append(steps, queue.Step{At: now + (i+1)*day + rank*60_000, Opening: fmt.Sprintf("day %d", i), Rank: uint8(rank + 1), Phase: phase})
		}
	}
	return steps
}

// spread is a median with its quartiles.
func spread(v []float64) string {
	return fmt.Sprintf("%.3g (%.3g–%.3g)", median(v), quantile(v, 0.25), quantile(v, 0.75))
}
