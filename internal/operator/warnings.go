package operator

import (
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// soon is how far ahead a warning looks: until the end of the next day.
const soon = 48 * time.Hour

// notices are what somebody should look at before the next thing happens.
func (r *Room) notices(v *queue.View, c *plan.Calendar, unread error, events []plan.Event) (all notices) {
	f := &v.Snapshot
	now := time.UnixMilli(f.Now)
	if v.Stale != 0 {
		all.add(NoticeStoreAway, "the store is away: nothing of the plan is applied until it is back")
	}
	if unread != nil {
		all.add(NoticeUnread, "this gateway cannot read the schedule, so it follows the plan as it was; a newer release may have written it")
	}
	if c == nil {
		return all
	}
	if len(events) == 0 && !c.Always() {
		all.add(NoticeNothing, "nothing comes next: the schedule has no opening within the next 60 days")
	}
	all.notYet(v, now.In(c.Zone()))
	starts := slices.ContainsFunc(events, func(e plan.Event) bool { return e.Kind == plan.Starts && e.At.Before(now.Add(soon)) })
	open := f.Opening.Phase == queue.PhaseOpen
	if pace := &f.Document.Pace; pace.Mode == queue.ModeOpen {
		all.add(NoticeOpenAll, "the room is open to all: everybody gets in at once, and the line stands, whatever the plan says")
	} else if starts || open {
		switch {
		case pace.Mode == queue.ModePause:
			all.add(NoticePaused, "the room is paused: nobody is called, whatever the plan says")
		case pace.Rate == 0:
			all.add(NoticeZero, "the rate is 0: nobody is called, whatever the plan says")
		}
	}
	all.clocks(c.ClockChanges(now, soon))
	if o := &f.Opening; open && o.Quota >= 0 && o.Booked > o.Quota {
		over := all.add(NoticeOver, "%s are booked and the quota is %s: nothing is taken back, nobody is called", plan.Figure(o.Booked), plan.Figure(o.Quota))
		over.Booked, over.Quota = &o.Booked, &o.Quota
	}
	return all
}

// followed are the differences, within two days, between the plan in force and the one that its schedule asks for.
func followed(v *queue.View, now time.Time) (all []*plan.Event) {
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
			all = append(all, e)
		}
	}
	return all
}

// ends adds the notice of a preview about whose numbers end at once.
func (n *notices) ends(v *queue.View, changes []plan.Difference) {
	if !slices.ContainsFunc(changes, func(d plan.Difference) bool { return d.After != nil && d.After.Due && d.After.Floor }) {
		return
	}
	f := &v.Snapshot
	var who []string
	lobby, line := int64(0), f.Waiting+f.Front
	if f.Opening.Phase == queue.PhaseLobby || f.Opening.Phase == queue.PhaseDrawing {
		lobby = v.Came()
	}
	if lobby > 0 {
		who = append(who, plan.Figure(lobby)+" in the lobby")
	}
	if line > 0 {
		who = append(who, plan.Figure(line)+" in the line")
	}
	if who == nil {
		return
	}
	ends := n.add(NoticeEnds, "the numbers of people who wait end at once: %s. Nothing brings them back, a reset neither", strings.Join(who, " and "))
	ends.Lobby, ends.Line = &lobby, &line
}

// forgets adds the notices of a preview about what has been counted.
func (n *notices) forgets(v *queue.View, changes []plan.Difference) {
	o := &v.Snapshot.Opening
	if o.Booked == 0 || o.Phase != queue.PhaseOpen {
		return
	}
	for _, d := range changes {
		e := d.After
		if e == nil || e.Opening == o.Name {
			continue
		}
		today := e.At.Format(time.DateOnly) == time.UnixMilli(v.Snapshot.Now).In(e.At.Location()).Format(time.DateOnly)
		if today && d.Before == nil && (e.Kind == plan.Starts || e.Kind == plan.LobbyOpens) {
			another := n.add(NoticeAnother, "%s is another opening than %s and begins to count at 0: the %s that are booked are not of it. "+
				"To move the opening, change it (changes, or admin plan change)", e.Opening, o.Name, plan.Figure(o.Booked))
			another.Opening, another.Counted, another.Booked = e.Opening, o.Name, &o.Booked
			return
		}
	}
	if e := current(changes, o.Name); e != nil && e.Quota >= 0 && e.Quota < o.Booked {
		over := n.add(NoticeSoldOut, "%s are booked and the quota would be %s: nothing is taken back, and it is sold out at once",
			plan.Figure(o.Booked), plan.Figure(e.Quota))
		over.Booked, over.Quota = &o.Booked, &e.Quota
	}
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
