package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

const (
	// beginning names the step that puts a room between openings until the first one begins.
	beginning = "schedule"
	// changed begins the names of steps that put a changed schedule in force between openings.
	changed = "changed "
	// horizon is how many days ahead a plan goes.
	horizon = 60
	// mostSteps, mostOpenings and mostDraws leave room below the bounds of queue for what is under way.
	mostSteps, mostOpenings, mostDraws = queue.MaxSteps - 64, queue.MaxOpenings - 8, queue.MaxDraws - 8
	// settled is how long before a step a plan is not made longer: pages would have to be told of its start anew.
	settled = 15 * time.Minute
)

// Past is what a room knows of its plan.
type Past struct {
	// Plan is the one in force.
	Plan []queue.Step
	// Opening is what took effect of it.
	Opening *queue.Opening
}

func (p *Past) rank(opening string) uint8 { return p.Opening.Done[opening].Rank }

func (p *Past) applied(s *queue.Step) bool { return s.Rank <= p.rank(s.Opening) }

func (p *Past) open(s *queue.Step) bool { return !p.applied(s) }

// seen is the latest time that took effect: now, or later if the clock has stepped back since. An opening that has begun goes on then.
func (p *Past) seen(now time.Time) int64 {
	at := now.UnixMilli()
	for i := range p.Plan {
		if s := &p.Plan[i]; p.applied(s) {
			at = max(at, s.At)
		}
	}
	return at
}

// of are the steps of one opening.
func (p *Past) of(opening string) []queue.Step {
	return which(p.Plan, func(s *queue.Step) bool { return s.Opening == opening })
}

// Next is the plan that a room should have at a time: what is under way, and the openings to come. A plan that is right already comes
// back as it is. What has been applied stays applied; a schedule that was changed since is put in force by a step of now, which takes
// back nothing that has been booked. c is nil for a room without a schedule: its room is open, unless its plan is not of a schedule.
func Next(c *Calendar, past Past, now time.Time) []queue.Step {
	var fresh []queue.Step
	switch {
	case c != nil:
		fresh = c.fresh(&past, now)
	case !slices.ContainsFunc(past.Plan, func(s queue.Step) bool { return s.Opening == beginning || strings.HasPrefix(s.Opening, changed) }):
		return past.Plan
	default:
		fresh = past.reach(nil, unplanned(), false, now)
	}
	if past.same(fresh, now) {
		return past.Plan
	}
	return fresh
}

// same reports whether a plan leads where the one in force does, or only further while a step is near.
func (p *Past) same(plan []queue.Step, now time.Time) bool {
	had, want := which(p.Plan, p.open), which(plan, p.open)
	near := func(s queue.Step) bool { return s.At > now.UnixMilli() && s.At <= now.Add(settled).UnixMilli() }
	return slices.Equal(had, want) || len(had) < len(want) && slices.Equal(had, want[:len(had)]) && slices.ContainsFunc(had, near)
}

// which are the steps that pass, in order.
func which(steps []queue.Step, pass func(*queue.Step) bool) (all []queue.Step) {
	for _, s := range queue.InOrder(steps) {
		if pass(&s) {
			all = append(all, s)
		}
	}
	return all
}

// fresh is the plan as it would be made now.
func (c *Calendar) fresh(past *Past, now time.Time) []queue.Step {
	plan := []queue.Step{{At: 1, Opening: beginning, Rank: 1, Phase: c.between}}
	seen := past.seen(now)
	isDue := func(s *queue.Step) bool { return s.At <= seen }
	target := after(unplanned(), plan, isDue)
	behind := false // an opening that ends with the next one and does not go on
	floor := false  // one is over that was under way, and its line does not go on
	openings, draws := 0, 0
	for _, o := range c.since(now) {
		steps := c.steps(&o.Occurrence, behind)
		behind = o.End.IsZero() && !o.rule.carry
		over := o.over && !past.pending(o.Name)
		if !over && (len(plan)+len(steps) > mostSteps || openings == mostOpenings || draws == mostDraws) {
			break
		}
		// What is over counts as well: one that was missed may be what ended one that is pending.
		target = after(target, steps, isDue)
		if first, last := &steps[0], &steps[len(steps)-1]; isDue(first) {
			if past.rank(o.Name) > 0 {
				floor = isDue(last) && last.Floor
			} else {
				floor = floor || first.Floor && past.rank(past.Opening.Name) > 0
			}
		}
		if !over {
			openings++
			if o.rule.draw {
				draws++
			}
			plan = append(plan, past.goOn(steps, now)...)
		}
	}
	target.weights = c.weights() // also where no opening has begun that would set them
	return past.reach(plan, target, floor || c.endsWithSkip(past), now)
}

// endsWithSkip reports whether the opening that is under way was taken out of its day, and its line does not go on.
func (c *Calendar) endsWithSkip(past *Past) bool {
	ch, changed := c.changes[past.Opening.Name]
	return changed && ch.skip && !ch.rule.carry && past.rank(past.Opening.Name) > 0 && stateOf(past.Opening).counts()
}

// known is an occurrence and whether it is over.
type known struct {
	Occurrence
	over bool
}

// since are the occurrences from the last two that have begun, to those at the horizon.
func (c *Calendar) since(now time.Time) []known {
	today := dateOf(now.In(c.zone))
	found := append(c.begun(now), c.Between(now.Add(1), (today+horizon).at(0, c.zone))...)
	all := make([]known, len(found))
	for i, o := range found {
		ended := !o.End.IsZero() && !o.End.After(now)
		all[i] = known{o, ended || o.End.IsZero() && i+1 < len(found) && !found[i+1].Begins.After(now)}
	}
	return all
}

// pending reports whether an opening is under way and has steps that were not applied yet, though they may be due.
func (p *Past) pending(opening string) bool {
	return p.rank(opening) > 0 && len(which(p.of(opening), p.open)) > 0
}

// goOn is what a plan holds of an opening whose steps should be these. Those that have been applied stay, with what the room was to do
// next if that is still the same; otherwise what is to come follows them with new ranks.
func (p *Past) goOn(steps []queue.Step, now time.Time) []queue.Step {
	opening := steps[0].Opening
	rank := p.rank(opening)
	if rank == 0 {
		return steps
	}
	steps = slices.Clone(steps)
	steps[0].Reset = false // it has begun to count, whenever it starts now
	had := p.of(opening)
	applied, open := which(had, p.applied), which(had, p.open)
	var until int64
	if len(applied) > 0 {
		until = applied[len(applied)-1].At
	}
	if alike(open, later(steps, until)) {
		return had
	}
	rest := later(steps, max(now.UnixMilli(), until)) // the clock may have stepped back
	for i := range rest {
		rest[i].Rank = rank + 1 + uint8(i)
	}
	return append(applied, rest...)
}

// later are the steps after a time.
func later(steps []queue.Step, at int64) (all []queue.Step) {
	for _, s := range steps {
		if s.At > at {
			all = append(all, s)
		}
	}
	return all
}

// alike compares steps but for their ranks.
func alike(a, b []queue.Step) bool {
	return slices.EqualFunc(a, b, func(s, t queue.Step) bool {
		s.Rank = t.Rank
		return s == t
	})
}

// reach adds to a plan the step that puts the target in force now, unless the steps that are due lead there.
func (p *Past) reach(plan []queue.Step, target state, floor bool, now time.Time) []queue.Step {
	due := func(s *queue.Step) bool { return s.At <= now.UnixMilli() && p.open(s) }
	has := after(stateOf(p.Opening), plan, due)
	if has.like(target) {
		return plan
	}
	if has.phase == queue.PhaseLobby && target.phase == has.phase && (has.opening == target.opening || strings.HasPrefix(has.opening, changed)) {
		p.atStart(plan, &has, &target)
		return plan
	}
	s := queue.Step{At: now.UnixMilli(), Opening: target.opening, Rank: p.rank(target.opening) + 1, Phase: target.phase, Floor: floor}
	if target.counts() {
		target.figures(&s)
		s.Draw = target.draw && has.phase == queue.PhaseLobby
	}
	if has.weights != target.weights {
		s.SetWeights, s.Weights = true, target.weights
	}
	ahead := func(t queue.Step) bool { return t.Opening == s.Opening && t.At > s.At && p.applied(&t) }
	if p.rank(target.opening) == 0 || target.opening == beginning || slices.ContainsFunc(plan, ahead) {
		s.Opening, s.Rank = changed+strconv.FormatUint(p.Opening.Cursor, 10), 1
	}
	// It comes behind what is due and before what is to come, whose ranks it moves.
	for i := range plan {
		if plan[i].Opening == s.Opening && due(&plan[i]) {
			s.Rank = max(s.Rank, plan[i].Rank+1)
		}
	}
	rank := s.Rank
	for i := range plan {
		if plan[i].Opening == s.Opening && p.open(&plan[i]) && !due(&plan[i]) {
			rank++
			plan[i].Rank = rank
		}
	}
	return append(plan, s)
}

// atStart puts what is different from the lobby in force into the step that ends it. A step of now would begin the lobby anew, and those
// who are in it would be in none.
func (p *Past) atStart(plan []queue.Step, has, target *state) {
	var start *queue.Step
	for i := range plan {
		s := &plan[i]
		if s.Opening == target.opening && s.Phase == queue.PhaseOpen && p.open(s) && (start == nil || s.Rank < start.Rank) {
			start = s
		}
	}
	if start == nil {
		return // it is skipped, which is a step of another phase
	}
	if has.quota != target.quota || has.per != target.per || has.standby != target.standby || has.share != target.share {
		target.figures(start)
	}
	if has.weights != target.weights {
		start.SetWeights, start.Weights = true, target.weights
	}
}
