package operator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// PlanInfo is what a room does now by its schedule, and what it is going to do. All times are in the zone of the schedule.
type PlanInfo struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Version is that of the controls, of which the schedule is one.
	Version int64 `json:"version"`
	// AsOf is the store's time of all figures; the zero time if there has been no snapshot yet.
	AsOf time.Time `json:"as_of"`
	Zone string    `json:"zone"`
	// Now is what is in force, in words.
	Now string `json:"now"`
	// Phase, Name, Quota and Booked are what has been applied.
	Opening
	// Standby is how many may wait while all is booked: absent, everybody; 0 without a quota.
	Standby *int64 `json:"standby,omitempty"`
	// Percent is the ceiling of the pace.
	Percent int64 `json:"percent"`
	// Came is how many have come to its lobby, Waiting how many places are in the line, Inside how many live passes there are.
	Came    int64 `json:"came"`
	Waiting int64 `json:"waiting"`
	Inside  int64 `json:"inside"`
	// Door is open or closed; CloseAt is how many places close it in this opening, 0: none.
	Door    string `json:"door"`
	CloseAt int64  `json:"close_at"`
	// Next is what comes, in order of time; never nil.
	Next []PlanEvent `json:"next"`
	// Schedule is what all this is made from; an empty one: the room is open.
	Schedule plan.Schedule `json:"schedule"`
	// Notices are what somebody should look at, and Warnings their words; neither is ever nil.
	Notices  []Notice `json:"notices"`
	Warnings []string `json:"warnings"`
}

// PlanEvent is one thing that a plan does.
type PlanEvent struct {
	At time.Time `json:"at"`
	// In is how many seconds it is until then; 0: it is due.
	In      float64 `json:"in"`
	Opening string  `json:"opening"`
	// What is lobby, start, release, pace, end or between.
	What plan.Kind `json:"what"`
	// Due: it is over, and takes effect as soon as a gateway and its store have seen the plan.
	Due bool `json:"due"`
	// Quota is how many may be booked in all from then on; absent: no bound. More is how many that is more than before; 0: it is not more, or
	// had no bound.
	Quota *int64 `json:"quota,omitempty"`
	More  int64  `json:"more"`
	// Standby is how many may wait from then on while all is booked; absent: everybody.
	Standby *int64 `json:"standby,omitempty"`
	// Percent is the ceiling of the pace from then on, and Phase that of the room.
	Percent int64  `json:"percent"`
	Phase   string `json:"phase"`
	// Draw: the order of the lobby is drawn. Floor: those who wait lose their places.
	Draw  bool `json:"draw"`
	Floor bool `json:"floor"`
	// Who says who may come; absent: there are no groups.
	Who string `json:"who,omitempty"`
	// Time, Words and Until say it for people: when, what, and in how long.
	Time  string `json:"time"`
	Words string `json:"words"`
	Until string `json:"until,omitempty"`
}

// PlanPreview is what another schedule would do.
type PlanPreview struct {
	// Changes say what is different from the schedule in force, in order of time; never nil. More is how many further ones there are.
	Changes []string `json:"changes"`
	More    int      `json:"more"`
	// Differences are the same as events; never nil. Who is how another schedule changes who may come now; absent: it does not.
	Differences []PlanDifference `json:"differences"`
	Who         *PlanWho         `json:"who,omitempty"`
	// Plan is the room as it would be.
	Plan PlanInfo `json:"plan"`
}

// PlanDifference is an event that another schedule has differently. One of both is absent if only the other one has it.
type PlanDifference struct {
	Before *PlanEvent `json:"before,omitempty"`
	After  *PlanEvent `json:"after,omitempty"`
}

// PlanWho is who may come now, by the schedule in force and by another one. Empty: everybody.
type PlanWho struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// mostEvents and mostChanges are how many are shown: nobody reads further.
const mostEvents, mostChanges = 30, 40

// Plan shows what a room does by its schedule to the principal in ctx, or answers ErrUnknownRoom or ErrNotAllowed.
func (s *Service) Plan(ctx context.Context, id string) (PlanInfo, error) {
	r, err := s.permitted(ctx, RoleViewer, id)
	if err != nil {
		return PlanInfo{}, err
	}
	v := r.Line.View()
	return r.plan(v, v.Snapshot.Document.Schedule()), nil
}

// PreviewPlan shows what a change of the schedule would do, for the principal in ctx, and changes nothing. A change that names no
// schedule, or has problems, is an *InvalidError.
func (s *Service) PreviewPlan(ctx context.Context, id string, change Change) (PlanPreview, error) {
	r, err := s.permitted(ctx, RoleOperator, id)
	if err != nil {
		return PlanPreview{}, err
	}
	bad := change.Problems()
	if change.Schedule == nil {
		bad = append(bad, FieldError{Field: "schedule", Detail: "is missing; want an object, or null for none"})
	}
	if len(bad) > 0 {
		return PlanPreview{}, &InvalidError{Fields: bad}
	}
	v := r.Line.View()
	if !v.Known {
		return PlanPreview{}, fmt.Errorf("there is no snapshot yet: %w", queue.ErrUnavailable)
	}
	if err := change.keepsLanes(v, &v.Snapshot.Document); err != nil {
		return PlanPreview{}, err
	}
	text := change.Schedule.Encode()
	p := PlanPreview{Changes: []string{}, Differences: []PlanDifference{}}
	now := time.UnixMilli(v.Snapshot.Now)
	all := plan.Differences(eventsOf(v, v.Snapshot.Document.Schedule()), eventsOf(v, text))
	for i := range all {
		if len(p.Changes) < mostChanges {
			p.Changes = append(p.Changes, all[i].Words(now))
			p.Differences = append(p.Differences, PlanDifference{shownEvent(all[i].Before, now), shownEvent(all[i].After, now)})
		}
	}
	p.More = len(all) - len(p.Changes)
	if p.Who = whoElse(v, text); p.Who != nil {
		p.Changes = slices.Insert(p.Changes, 0, p.Who.words())
	}
	var more notices
	more.ends(v, all)
	more.forgets(v, all)
	p.Plan = r.plan(v, text, more...)
	return p, nil
}

// whoComes says who may come, which is what the places that are given now are for; empty: there are no groups, or no waiting room.
func whoComes(c *plan.Calendar, o *queue.Opening, now time.Time) string {
	who := c.Who(c.DoorNow(o, now))
	switch {
	case who == "" || o.Phase == queue.PhaseThrough:
		return ""
	case o.Phase == queue.PhaseClosed:
		return "who next: " + who
	}
	return "who: " + who
}

// whoElse is how another schedule would change who may come now; nil: it would not.
func whoElse(v *queue.View, schedule string) *PlanWho {
	now := time.UnixMilli(v.Snapshot.Now)
	is, err := plan.Read(v.Snapshot.Document.Schedule())
	becomes, bad := plan.Read(schedule)
	if err != nil || bad != nil {
		return nil
	}
	o := &v.Snapshot.Opening
	who := PlanWho{is.Who(is.DoorNow(o, now)), becomes.Who(becomes.DoorNow(o, now))}
	if begun := o.Phase == queue.PhaseOpen || o.Phase == queue.PhaseLobby || o.Phase == queue.PhaseDrawing; !begun || who.Before == who.After {
		return nil
	}
	return &who
}

// words say it for people.
func (w *PlanWho) words() string {
	return fmt.Sprintf("now who: %s, instead of who: %s", cmp.Or(w.After, plan.Everybody), cmp.Or(w.Before, plan.Everybody))
}

// eventsOf is what a schedule has in store for a room.
func eventsOf(v *queue.View, schedule string) []plan.Event {
	c, err := plan.Read(schedule)
	if err != nil || !v.Known {
		return nil
	}
	return c.Events(pastOf(v), time.UnixMilli(v.Snapshot.Now))
}

func pastOf(v *queue.View) plan.Past {
	return plan.Past{Plan: v.Snapshot.Document.Plan, Opening: &v.Snapshot.Opening}
}

// plan is a room as it is by a view, with what a schedule has in store for it. more are further notices.
func (r *Room) plan(v *queue.View, schedule string, more ...Notice) PlanInfo {
	f := &v.Snapshot
	d, o := &f.Document, &f.Opening
	c, unread := plan.Read(schedule)
	p := PlanInfo{
		ID: r.ID, Title: r.Title, Version: d.Version, Zone: c.Zone().String(), Opening: openingOf(o), Percent: o.Share / 10,
		Waiting: f.Waiting + f.Front, Inside: f.Live, Door: d.DoorState(), CloseAt: d.CloseAt(), Next: []PlanEvent{}, Notices: []Notice{}, Warnings: []string{},
	}
	p.Schedule, _ = plan.Decode(schedule)
	if !v.Known {
		p.Now = "not known: the gateway has not heard of its store yet"
		return p
	}
	now := time.UnixMilli(f.Now).In(c.Zone())
	p.AsOf, p.Came = now, v.Came()
	if o.Standby < queue.MaxInsideLimit {
		p.Standby = &o.Standby
	}
	if n := c.CloseAt(o.Name); n > 0 {
		p.CloseAt = n
	}
	p.Now = p.inForce(o)
	if d.Pace.Mode == queue.ModeOpen {
		p.Now = "open to all: everybody gets in at once; by the plan: " + p.Now
	}
	if who := whoComes(c, o, now); who != "" {
		p.Now += "; " + who
	}
	events := eventsOf(v, schedule)
	for i := range events[:min(len(events), mostEvents)] {
		p.Next = append(p.Next, eventOf(&events[i], now))
	}
	p.Notices = append(append(p.Notices, r.notices(v, c, unread, events)...), more...)
	p.Warnings = notices(p.Notices).words()
	return p
}

func eventOf(e *plan.Event, now time.Time) PlanEvent {
	out := PlanEvent{
		At: e.At, In: e.At.Sub(now).Seconds(), Opening: e.Opening, What: e.Kind, Due: e.Due, More: e.More, Percent: e.Percent,
		Phase: e.Phase.String(), Draw: e.Draw, Floor: e.Floor, Who: e.Who, Time: e.When(now), Words: e.Words(), Until: e.Until(now),
	}
	if e.Quota >= 0 && (e.Phase == queue.PhaseOpen || e.Phase == queue.PhaseLobby) {
		out.Quota = &e.Quota
	}
	if e.Standby < queue.MaxInsideLimit {
		out.Standby = &e.Standby
	}
	return out
}

// shownEvent is an event that there may be.
func shownEvent(e *plan.Event, now time.Time) *PlanEvent {
	if e == nil {
		return nil
	}
	shown := eventOf(e, now)
	return &shown
}

// inForce says what has been applied.
func (p *PlanInfo) inForce(o *queue.Opening) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch o.Phase {
	case queue.PhaseLobby:
		add("lobby: %s have come, nobody is called yet", plan.Figure(p.Came))
	case queue.PhaseDrawing:
		add("the lobby is being drawn")
	case queue.PhaseOpen:
		add("open")
	case queue.PhaseClosed:
		add("closed: no numbers are given")
	case queue.PhaseLine:
		add("line: numbers are given, nobody is called")
	case queue.PhaseThrough:
		add("through: there is no waiting room")
	}
	if counts := o.Phase == queue.PhaseOpen || o.Phase == queue.PhaseLobby || o.Phase == queue.PhaseDrawing; counts {
		if o.Quota >= 0 {
			add("%s of %s booked", plan.Figure(o.Booked), plan.Figure(o.Quota))
		}
		if o.SoldOut() && p.Standby != nil {
			add("sold out, %s may stand by", plan.Figure(o.Standby))
		} else if o.SoldOut() {
			add("sold out, everybody may stand by")
		}
		if o.Share != 1000 {
			add("pace at %d %%", p.Percent)
		}
		if p.Door == queue.DoorClosed {
			add("the door is closed")
		} else if p.CloseAt > 0 {
			add("closes at %s places", plan.Figure(p.CloseAt))
		}
	}
	return strings.Join(parts, "; ")
}
