package mornings

import (
	"context"
	"fmt"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
)

// operators work a scenario's script through, at its hours, through the admin API.
type operators struct {
	client *adminclient.Client
	room   string
	clock  *clock
	gate   *scenarios.Gate
	places func() demo.Stats

	pace  queue.Pace // as it is set, without what watching bounds
	open  bool       // by the script
	over  bool       // closed for good
	early int64      // let in before the first opening

	set      operator.Change // what was last sent
	nothing  time.Time       // played time since when nothing has been left; zero: something is
	released int             // places that will have been released in the end
}

// watchEvery is how often operators look, in real time: some seconds of the morning.
const watchEvery = 20 * time.Millisecond

// work goes on until the context ends.
func (o *operators) work(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	steps := o.gate.Script
	for {
		for len(steps) > 0 && !o.clock.Now().Before(steps[0].At) {
			if err := o.do(ctx, &steps[0]); err != nil {
				return err
			}
			steps = steps[1:]
		}
		if err := o.watch(ctx); err != nil {
			return err
		}
		wait := watchEvery
		if len(steps) > 0 {
			wait = min(wait, time.Until(o.clock.began.Add(o.clock.at(steps[0].At))))
		}
		tick.Reset(max(wait, time.Millisecond))
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// do makes one step of the script.
func (o *operators) do(ctx context.Context, s *scenarios.Step) error {
	if s.Do == scenarios.Open && !o.open && o.early == 0 {
		info, err := o.client.Room(ctx, o.room)
		if err != nil {
			return o.failed(ctx, err)
		}
		o.early = info.Totals.Admitted
	}
	if s.Pace != nil {
		o.pace = *s.Pace
	}
	o.open, o.over = s.Do == scenarios.Open, o.over || s.Do == scenarios.Close
	return o.send(ctx, o.open, o.pace.MaxInside, s.Message)
}

// watch lets no more people in than there are places for: those left and those that people inside hold.
func (o *operators) watch(ctx context.Context) error {
	if o.gate.Watch == 0 || o.over {
		return nil
	}
	s := o.places()
	room := int64(s.Left + s.Holds)
	if o.gate.CloseAfter > 0 && s.Released == o.released {
		switch now := o.clock.Now(); {
		case room > 0:
			o.nothing = time.Time{}
		case o.nothing.IsZero():
			o.nothing = now
		case now.Sub(o.nothing) >= o.gate.CloseAfter:
			o.over = true
			return o.send(ctx, false, o.pace.MaxInside, scenarios.SoldOut)
		}
	}
	if !o.open {
		return nil
	}
	bound := room
	if o.pace.MaxInside > 0 {
		bound = min(room, o.pace.MaxInside)
	}
	return o.send(ctx, room > 0, max(bound, 1), "")
}

// send sets the controls, if they are not what was sent last.
func (o *operators) send(ctx context.Context, run bool, inside int64, message string) error {
	mode := queue.ModePause
	if run {
		mode = queue.ModeRun
	}
	if o.set.Mode != nil && *o.set.Mode == mode && *o.set.MaxInside == inside && *o.set.Rate == o.pace.Rate && *o.set.Message == message {
		return nil
	}
	rate, burst := o.pace.Rate, o.pace.Burst
	o.set = operator.Change{Rate: &rate, MaxInside: &inside, Burst: &burst, Mode: &mode, Message: &message}
	if _, err := o.client.Update(ctx, o.room, o.set); err != nil {
		return o.failed(ctx, err)
	}
	return nil
}

// failed: a run that was ended is no failure of the operators.
func (o *operators) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // see above
	}
	return fmt.Errorf("operators: %w", err)
}
