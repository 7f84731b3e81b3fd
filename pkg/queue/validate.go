package queue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// problems collects what is wrong, each wrapping ErrInvalid.
type problems []error

func (p *problems) unless(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrInvalid))
	}
}

func (p *problems) between(name string, n, low, high int64) {
	if n < low || n > high { // else no number is boxed for the text
		p.unless(false, "%s %d: want %d to %d", name, n, low, high)
	}
}

func (p *problems) join() error { return errors.Join(*p...) }

// Validate joins everything that is wrong with the document.
func (d *Document) Validate() error {
	var p problems
	p.unless(d.Version >= 0, "version %d: want 0 or more", d.Version)
	p.unless(len(d.Settings) <= MaxSettings, "settings of %d bytes: want at most %d", len(d.Settings), MaxSettings)
	p.between("door.limit", d.Door.Limit, 0, MaxInsideLimit)
	return errors.Join(p.join(), d.Pace.Validate(), d.Timing.Validate(), validatePlan(d.Plan))
}

// Validate joins everything that is wrong with the pace.
func (c Pace) Validate() error {
	var p problems
	p.unless(c.Mode.Valid(), "pace.mode %q: want %s, %s or %s", c.Mode, ModeRun, ModePause, ModeOpen)
	p.between("pace.rate", c.Rate, 0, MaxRate)
	p.between("pace.max_inside", c.MaxInside, 0, MaxInsideLimit)
	p.between("pace.burst", c.Burst, 1, MaxBurst)
	return p.join()
}

// InOrder is the plan in the order in which its steps take effect.
func InOrder(plan []Step) []Step {
	steps := slices.Clone(plan)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return steps
}

// validatePlan also refuses a plan that could need more draws than a room keeps.
func validatePlan(plan []Step) error {
	var p problems
	p.unless(len(plan) <= MaxSteps, "plan of %d steps: want at most %d", len(plan), MaxSteps)
	reached := map[string]uint8{}
	draws := 0
	for i, s := range InOrder(plan) {
		s.validate(&p, i)
		p.unless(s.Rank > reached[s.Opening], "plan step %d: rank %d does not rise in opening %q", i, s.Rank, s.Opening)
		reached[s.Opening] = s.Rank
		if s.Draw {
			draws++
		}
	}
	p.unless(len(reached) <= MaxOpenings, "plan of %d openings: want at most %d", len(reached), MaxOpenings)
	p.unless(draws <= MaxDraws, "plan with %d draws: want at most %d", draws, MaxDraws)
	return p.join()
}

func (s *Step) validate(p *problems, i int) {
	name := func(field string) string { return fmt.Sprintf("plan step %d: %s", i, field) }
	p.unless(s.At > 0 && s.At <= int64(MaxOrder), "%s %d: want milliseconds since 1970", name("at"), s.At)
	p.between(name("length of opening"), int64(len(s.Opening)), 1, MaxOpeningName)
	p.unless(s.Phase < phases && s.Phase != PhaseDrawing, "%s %v: no step leads there", name("phase"), s.Phase)
	p.unless(!s.Draw || s.Phase == PhaseOpen, "%s: only the step that opens a lobby draws", name("draw"))
	if s.SetQuota {
		p.between(name("quota"), s.Quota, -1, MaxInsideLimit)
		p.between(name("per"), s.Per, 1, MaxInsideLimit)
		p.between(name("standby"), s.Standby, 0, MaxInsideLimit)
	}
	p.unless(!s.Reset || s.SetQuota, "%s: without a quota", name("reset"))
	if s.SetShare {
		p.between(name("share"), s.Share, 0, 1000)
	}
	if s.SetWeights {
		for lane, w := range s.Weights {
			p.between(name(fmt.Sprintf("weight of lane %d", lane)), w, 1, 1000)
		}
	}
}

// Format is the format that a room with the document needs.
func (d *Document) Format() int {
	for i := range d.Plan {
		if d.Plan[i].Draw || d.Plan[i].SetWeights {
			return Format
		}
	}
	return 1
}

// Validate joins what is wrong with the figures of a watermark. The document is checked by Restore alone, which stores it.
func (m *Watermark) Validate() error {
	var p problems
	p.unless(m.Epoch < 1<<31, "epoch %d: want less than 2^31", m.Epoch)
	p.unless(m.Ceiling >= m.Last && m.Ceiling <= MaxNumber, "ceiling %d: want last %d to %d", m.Ceiling, m.Last, MaxNumber)
	p.between("hold", m.Hold, 0, maxCount)
	p.unless(len(m.Gateway) <= maxGatewayName, "gateway name of %d bytes: want at most %d", len(m.Gateway), maxGatewayName)
	for lane, head := range m.Heads {
		p.unless(head <= MaxOrder, "head %d of lane %d: want at most %d", head, lane, MaxOrder)
	}
	for kind := range m.Curves {
		for j := range CurveBuckets {
			c := &m.Curves[kind]
			p.unless(c.Back[j] >= 0 && c.Surv[j] >= 0 && c.Back[j]+c.Surv[j] < curveFull, "curve %d, bucket %d", kind, j)
		}
	}
	m.Opening.validate(&p)
	return p.join()
}

// maxCount bounds what only counts, so that a store can count on exactly.
const maxCount = 1 << 52

// validate checks a record that any step has made; a record without a step says nothing but how much is booked.
func (o *Opening) validate(p *problems) {
	p.between("booked", o.Booked, -maxCount, maxCount)
	p.unless(max(o.Cursor, o.Mapping, o.Reports) <= maxCount, "cursor %d, mapping %d, reports %d: want at most %d",
		o.Cursor, o.Mapping, o.Reports, int64(maxCount))
	o.validateTallies(p)
	p.between("planned", o.Planned, -maxCount, maxCount)
	p.unless(o.Floor <= MaxOrder, "floor %d: want at most %d", o.Floor, MaxOrder)
	p.unless(len(o.Draws) <= MaxDraws, "%d draws: want at most %d", len(o.Draws), MaxDraws)
	p.unless(len(o.Done) <= MaxOpenings*2, "%d openings: want at most %d", len(o.Done), MaxOpenings*2)
	for i := range o.Draws {
		d := &o.Draws[i]
		p.unless(d.N > 0 && d.Base > 0 && d.Base <= MaxOrder && Order(d.N) <= MaxOrder-d.Base && len(d.Segments) > 0,
			"draw of %q: %d places from order %d on", d.Opening, d.N, d.Base)
		validateSegments(p, d.Segments)
	}
	validateSegments(p, o.Segments)
	if o.Cursor == 0 {
		return
	}
	p.unless(o.Phase < phases, "phase %v", o.Phase)
	p.between("quota", o.Quota, -1, MaxInsideLimit)
	p.between("per", o.Per, 1, MaxInsideLimit)
	p.between("standby", o.Standby, 0, MaxInsideLimit)
	p.between("share", o.Share, 0, 1000)
	for _, w := range o.Weights {
		p.between("weight", w, 1, 1000)
	}
}

func validateSegments(p *problems, segments []Segment) {
	for _, s := range segments {
		p.unless(s.Epoch > 0 && s.First > 0 && s.First <= MaxNumber && s.Last <= MaxNumber, "segment %+v", s)
	}
}

// Bounds of what gateways say about themselves, in bytes.
const (
	maxGatewayName = 64
	maxBlob        = 4 << 10
)

// Validate checks what stores keep of a sample.
func (s *Sample) Validate() error {
	var p problems
	p.unless(len(s.Blob) <= maxBlob, "sample of %d bytes: want at most %d", len(s.Blob), maxBlob)
	return p.join()
}

// Validate checks what stores compute with, and the size of the rest.
func (v *Verdict) Validate() error {
	var p problems
	p.between("factor", v.Factor, 0, 1000)
	p.unless(len(v.Blob) <= maxBlob, "judgement of %d bytes: want at most %d", len(v.Blob), maxBlob)
	return p.join()
}

// Validate checks one arrival.
func (a *Arrival) Validate() error {
	var p problems
	p.unless(a.Visitor != VisitorID{}, "arrival without an id")
	p.unless(a.Lane < Lanes, "lane %d: want 0 to %d", a.Lane, Lanes-1)
	validateCode(&p, a.Code, a.Uses)
	return p.join()
}

func validateCode(p *problems, c Code, uses uint8) {
	if c != (Code{}) {
		p.between("uses", int64(uses), 1, MaxUses)
	}
}

// Validate checks one heartbeat.
func (b *Beat) Validate() error {
	var p problems
	if !b.Place.Valid() { // no place is copied for the text of every heartbeat
		p.unless(false, "place %+v", b.Place)
	}
	validateCode(&p, b.Code, b.Uses)
	return p.join()
}

// Validate checks one stay.
func (s *Stay) Validate() error {
	var p problems
	p.unless(s.Visitor != VisitorID{}, "stay without an id")
	p.between("started", s.Started, 1, int64(MaxOrder))
	p.between("at", s.At, 1, int64(MaxOrder))
	return p.join()
}

// Validate checks one outcome. What changes the count of bookings by a difference needs a reference, because it may be repeated.
func (o *Outcome) Validate() error {
	var p problems
	p.unless(o.Kind < outcomeKinds, "outcome of kind %d", o.Kind)
	p.unless(o.Kind != Finished || o.Visitor != VisitorID{}, "finished without an id")
	p.unless(o.Kind != Booked && o.Kind != Freed || o.Ref != Code{}, "booking without a reference")
	p.between("count", o.Count, 0, MaxInsideLimit)
	return p.join()
}

// Validate checks one act.
func (m *Move) Validate() error {
	var p problems
	p.unless(m.Act < acts, "act %d", m.Act)
	p.unless(m.Ref != Code{}, "act without a reference")
	p.unless(m.Act == ActEnd || m.Visitor != VisitorID{}, "act without an id")
	p.unless(m.Act != ActHand || m.To != VisitorID{} && m.To != m.Visitor, "hand-over to no other id")
	return p.join()
}
