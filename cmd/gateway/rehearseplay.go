package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// rehearsalLine is what a rehearsal looks at.
type rehearsalLine interface {
	View() *queue.View
	Report(ctx context.Context, outcomes ...queue.Outcome) error
}

// looks is how often a rehearsal looks.
const looks = 50 * time.Millisecond

// play lets the crowd come, and tells what happens until the day is over.
func (r *rehearsal) play(ctx context.Context, out io.Writer, p *fastPlanner, line rehearsalLine, site *demo.Site, gate string) {
	t := &teller{rehearsal: r, out: out, planner: p}
	t.begin()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	came := make(chan struct{})
	var begun bool
	tick := time.NewTicker(looks)
	defer tick.Stop()
	for ctx.Err() == nil && t.day(line.View()).Before(r.to) {
		v := line.View()
		if v.Known {
			t.booked(ctx, line, int64(site.Stats().Standing))
			t.look(v)
		}
		if phase := v.Snapshot.Opening.Phase; !begun && v.Known && (phase == queue.PhaseLobby || phase == queue.PhaseOpen) {
			begun = true
			go func() {
				defer close(came)
				if crowd, err := r.crowd(gate); err == nil {
					crowd.Run(ctx)
				}
			}()
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	t.end(line.View())
	stop()
	if begun {
		<-came
	}
}

// teller prints what happens.
type teller struct {
	*rehearsal
	out     io.Writer
	planner *fastPlanner
	last    queue.Opening
	door    bool
	// opened is when the opening did, in ms of the room's clock, until its first call was told; called is how many were called before.
	opened, called int64
	// base is how many the site had booked when the count began, told what was told since.
	base, told int64
	seen       bool
}

func (t *teller) begin() {
	if t.one > 1 {
		fmt.Fprintf(t.out, "One person and one place stand for %d.\n", t.one)
	}
	fmt.Fprintf(t.out, "%s from %s to %s, in %v: a minute is %v. Nothing of this touches the room.\n\n",
		t.openings[0].Start.Format("Mon 2 January 2006"), t.from.Format("15:04"), t.to.Format("15:04"), t.within,
		(time.Duration(float64(time.Minute) / t.factor())).Round(10*time.Millisecond))
}

// day is the time of the day of a view.
func (t *teller) day(v *queue.View) time.Time {
	now := v.Snapshot.Now
	if !v.Known {
		now = t.planner.began
	}
	return time.UnixMilli(t.planner.at(now)).In(t.from.Location())
}

func (t *teller) say(v *queue.View, format string, args ...any) {
	fmt.Fprintf(t.out, "%s  %s\n", t.day(v).Format("15:04"), fmt.Sprintf(format, args...))
}

// booked tells the room what the site has booked: the site of a rehearsal is ours, and says it.
func (t *teller) booked(ctx context.Context, line rehearsalLine, standing int64) {
	o := &line.View().Snapshot.Opening
	if t.seen && o.Name != t.last.Name && (o.Phase == queue.PhaseLobby || o.Phase == queue.PhaseOpen) {
		t.base, t.told = standing, 0 // another opening counts from 0
	}
	if n := standing - t.base; n != t.told && line.Report(ctx, queue.Outcome{Kind: queue.Total, Count: n}) == nil {
		t.told = n
	}
}

func (t *teller) look(v *queue.View) {
	f := &v.Snapshot
	o := &f.Opening
	if t.opened != 0 && f.Called > t.called {
		t.say(v, "first call, %.1f s after the start", float64(f.Now-t.opened)/1000)
		t.opened = 0
	}
	switch {
	case !t.seen:
		t.say(v, "%s", o.Phase)
	case o.Phase != t.last.Phase || o.Name != t.last.Name && o.Phase != queue.PhaseClosed:
		t.phase(v)
	case o.Quota != t.last.Quota:
		t.say(v, "quota %d instead of %d; %d are booked, %d wait", o.Quota, t.last.Quota, o.Booked, f.Waiting+f.Front)
	case o.Share != t.last.Share:
		t.say(v, "pace at %d %%", o.Share/10)
	case o.SoldOut() && !t.last.SoldOut():
		standby := "everybody"
		if o.Standby < queue.MaxInsideLimit {
			standby = plan.Figure(o.Standby)
		}
		t.say(v, "all %d are booked; %d wait, %s may stand by", o.Quota, f.Waiting+f.Front, standby)
	case f.Document.Door.Closed && !t.door:
		t.say(v, "the door closes; %d have a place and keep it", f.Waiting+f.Front+int64(o.InLobby(f.Last)))
	}
	t.last, t.door, t.seen = o.Clone(), f.Document.Door.Closed, true
}

// phase tells of another phase.
func (t *teller) phase(v *queue.View) {
	f := &v.Snapshot
	o := &f.Opening
	switch o.Phase {
	case queue.PhaseLobby:
		t.say(v, "the lobby opens")
	case queue.PhaseDrawing:
		t.say(v, "the lobby is closed, %d are in its draw", t.last.InLobby(f.Last))
	case queue.PhaseOpen:
		t.opened, t.called = f.Now, f.Called
		quota := "no quota"
		if o.Quota >= 0 {
			quota = "quota " + plan.Figure(o.Quota)
		}
		t.say(v, "opens: %s, pace at %d %%; %d had come", quota, o.Share/10, t.last.InLobby(f.Last))
	case queue.PhaseClosed, queue.PhaseLine, queue.PhaseThrough:
		what := "keep the order"
		if o.Floor > t.last.Floor {
			what = "have lost their places"
		}
		t.say(v, "%s: %s; %d wait and %s", o.Phase, t.bookings(o), f.Waiting+f.Front, what)
	}
}

func (t *teller) bookings(o *queue.Opening) string {
	if o.Quota < 0 {
		return fmt.Sprintf("%d booked", o.Booked)
	}
	return fmt.Sprintf("%d of %d booked", o.Booked, o.Quota)
}

// end tells what came of the day.
func (t *teller) end(v *queue.View) {
	f := &v.Snapshot
	fmt.Fprintf(t.out, "\nOf the day: %s; %d people were called, %d went in, %d numbers were given.\n",
		t.bookings(&f.Opening), f.Called, f.Admitted, f.Joined)
	missed := 0
	for _, s := range f.Document.Plan {
		if s.At <= f.Now && s.Rank > f.Opening.Done[s.Opening].Rank {
			missed++
		}
	}
	if missed > 0 {
		fmt.Fprintf(t.out, "%d steps that were due were not applied.\n", missed)
	}
}
