package queue

// Planner turns the schedule of a room, as Document.Schedule has it, into the steps of its plan. It is pure and safe for concurrent use.
type Planner interface {
	// Plan is the plan that the room should have at a time of the store, in milliseconds: plan is the one in force, opening what took effect
	// of it. A plan that is right comes back as it is. Neither must be changed.
	Plan(schedule string, plan []Step, opening *Opening, now int64) []Step
	// CloseAt is how many places close the door of an opening by the schedule; 0: it does not say.
	CloseAt(schedule, opening string) int64
	// Keeps reports whether one schedule can follow another in a room with such a snapshot, nil: it is not known. Otherwise its places
	// would stand in the lanes of other groups.
	Keeps(before, after string, f *Snapshot) bool
}

// planEvery is how often a plan is looked at that nothing has happened to, in ms: openings come into its horizon.
const planEvery = 10_000

// planning is the controller that keeps the plan as the schedule says, whoever has changed that.
type planning struct {
	planner Planner
	view    func() *View
	seen    planned
}

// planned is what a plan was last looked at for.
type planned struct {
	version  int64
	settings string // with the schedule: within a tick the configuration may have changed it, and the version not yet
	cursor   uint64
	time     int64 // in planEvery
}

func plannedFor(d *Document, f *Snapshot) planned {
	return planned{d.Version, d.Settings, f.Opening.Cursor, f.Now / planEvery}
}

func (p *planning) propose(current *Document) Document {
	v := p.view()
	if p.planner == nil || !v.Known {
		return *current
	}
	f := &v.Snapshot
	if now := plannedFor(current, f); now != p.seen {
		next := *current
		next.Plan = p.planner.Plan(current.Schedule(), current.Plan, &f.Opening, f.Now)
		if next.Validate() == nil {
			return next
		}
	}
	return *current
}

func (p *planning) settled(current *Document) {
	if v := p.view(); v.Known {
		p.seen = plannedFor(current, &v.Snapshot)
	}
}

// first is the plan of a room that begins: nobody is let in before it is there.
func (p *planning) first(d *Document, now int64) {
	if p.planner == nil {
		return
	}
	o := NewOpening()
	if plan := p.planner.Plan(d.Schedule(), d.Plan, &o, now); validatePlan(plan) == nil {
		d.Plan = plan
	}
}
