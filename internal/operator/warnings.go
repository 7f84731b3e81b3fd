package operator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// soon is how far ahead a warning looks: until the end of the next day.
const soon = 48 * time.Hour

// warnings are what somebody should look at before the next thing happens.
func (r *Room) warnings(v *queue.View, c *plan.Calendar, unread error, events []plan.Event) (all []string) {
	warn := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	f := &v.Snapshot
	now := time.UnixMilli(f.Now)
	if v.Stale != 0 {
		warn("the store is away: nothing of the plan is applied until it is back")
	}
	if unread != nil {
		warn("this gateway cannot read the schedule, so it follows the plan as it was; a newer release may have written it")
	}
	if c == nil {
		return all
	}
	if len(events) == 0 && !c.Always() {
		warn("nothing comes next: the schedule has no opening within the next 60 days")
	}
	for _, e := range followed(v, now) {
		warn("not in force yet, or no gateway follows the schedule: %s", e)
	}
	starts := false
	for i := range events {
		e := &events[i]
		starts = starts || e.Kind == plan.Starts && e.At.Before(now.Add(soon))
	}
	open := f.Opening.Phase == queue.PhaseOpen
	if pace := &f.Document.Pace; pace.Mode == queue.ModeOpen {
		warn("the room is open to all: everybody gets in at once, and the line stands, whatever the plan says")
	} else if starts || open {
		switch {
		case pace.Mode == queue.ModePause:
			warn("the room is paused: nobody is called, whatever the plan says")
		case pace.Rate == 0:
			warn("the rate is 0: nobody is called, whatever the plan says")
		}
	}
	for _, text := range c.ClockChanges(now, soon) {
		warn("%s", text)
	}
	if o := &f.Opening; open && o.Quota >= 0 && o.Booked > o.Quota {
		warn("%s are booked and the quota is %s: nothing is taken back, nobody is called", plan.Figure(o.Booked), plan.Figure(o.Quota))
	}
	return all
}

// followed are the differences, within two days, between the plan in force and the one that its schedule asks for.
func followed(v *queue.View, now time.Time) (all []string) {
	schedule := v.Snapshot.Document.Schedule()
	c, err := plan.Read(schedule)
	if err != nil || c == nil {
		return nil
	}
	past := pastOf(v)
	if want := plan.Next(c, past, now); len(want) == len(past.Plan) && (len(want) == 0 || &want[0] == &past.Plan[0]) {
		return nil
	}
	for _, d := range plan.Differences(c.Holds(past, now), c.Events(past, now)) {
		if e := d.After; e != nil && e.At.Before(now.Add(soon)) {
			all = append(all, e.When(now)+" "+e.Words())
		}
	}
	return all
}

// ends is the warning of a preview about whose numbers end at once.
func ends(v *queue.View, changes []plan.Difference) []string {
	if !slices.ContainsFunc(changes, func(d plan.Difference) bool { return d.After != nil && d.After.Due && d.After.Floor }) {
		return nil
	}
	f := &v.Snapshot
	var who []string
	if n := v.Came(); n > 0 && (f.Opening.Phase == queue.PhaseLobby || f.Opening.Phase == queue.PhaseDrawing) {
		who = append(who, plan.Figure(n)+" in the lobby")
	}
	if n := f.Waiting + f.Front; n > 0 {
		who = append(who, plan.Figure(n)+" in the line")
	}
	if who == nil {
		return nil
	}
	return []string{fmt.Sprintf("the numbers of people who wait end at once: %s. Nothing brings them back, a reset neither", strings.Join(who, " and "))}
}

// forgets are the warnings of a preview about what has been counted.
func forgets(v *queue.View, changes []plan.Difference) (all []string) {
	o := &v.Snapshot.Opening
	if o.Booked == 0 || o.Phase != queue.PhaseOpen {
		return nil
	}
	for _, d := range changes {
		e := d.After
		if e == nil || e.Opening == o.Name {
			continue
		}
		today := e.At.Format(time.DateOnly) == time.UnixMilli(v.Snapshot.Now).In(e.At.Location()).Format(time.DateOnly)
		if today && d.Before == nil && (e.Kind == plan.Starts || e.Kind == plan.LobbyOpens) {
			return []string{fmt.Sprintf("%s is another opening than %s and begins to count at 0: the %s that are booked are not of it. "+
				"To move the opening, change it (changes, or admin plan change)", e.Opening, o.Name, plan.Figure(o.Booked))}
		}
	}
	if e := current(changes, o.Name); e != nil && e.Quota >= 0 && e.Quota < o.Booked {
		all = append(all, fmt.Sprintf("%s are booked and the quota would be %s: nothing is taken back, and it is sold out at once",
			plan.Figure(o.Booked), plan.Figure(e.Quota)))
	}
	return all
}

// current is what changes at once in an opening; nil: nothing.
func current(changes []plan.Difference, opening string) *plan.Event {
	for _, d := range changes {
		if e := d.After; e != nil && e.Due && e.Opening == opening && e.Kind == plan.Released {
			return e
		}
	}
	return nil
}
