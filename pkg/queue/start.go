package queue

// Start is what the plan says about the next time that people are let in.
type Start struct {
	// Opening is the one that it belongs to; empty: there is none. It is the one under way where that releases more later.
	Opening string
	// Lobby is when its lobby begins, At when people are let in, in store milliseconds. Lobby is 0 without a lobby, or once it has begun.
	Lobby, At int64
	// Draw: the order of those who are in its lobby is drawn.
	Draw bool
	// Kept: a place of now stands in line then. Otherwise it has ended by then.
	Kept bool
}

// start finds the next start for those who have a place: of the opening that is in its lobby, or is being drawn, else of the next one
// in the plan that has something to give. While everything is booked that may be the one under way.
func (v *View) start() Start {
	o := &v.Snapshot.Opening
	if o.Phase != PhaseLobby && o.Phase != PhaseDrawing {
		return v.coming(func(s *Step) bool { return o.Phase == PhaseOpen && !o.SoldOut() && s.Opening == o.Name })
	}
	for _, step := range v.plan {
		if step.Opening == o.Name && step.Phase == PhaseOpen && (o.Phase == PhaseDrawing || step.Rank > o.Done[o.Name].Rank) {
			return Start{Opening: o.Name, At: step.At, Draw: step.Draw || o.Phase == PhaseDrawing, Kept: true}
		}
	}
	return Start{Opening: o.Name, Draw: o.Phase == PhaseDrawing, Kept: true}
}

// following finds the next start of another opening than the one under way: for those whom its door keeps out.
func (v *View) following() Start {
	o := &v.Snapshot.Opening
	return v.coming(func(s *Step) bool { return s.Opening == o.Name })
}

// StartAt finds the start of an opening to come whose lobby begins, or that lets people in, at a time of the store in whole seconds.
func (v *View) StartAt(seconds int64) Start {
	for i := range v.plan {
		step := &v.plan[i]
		if step.At/1000 != seconds || step.Phase != PhaseLobby && step.Phase != PhaseOpen {
			continue
		}
		if s := v.coming(func(other *Step) bool { return other.Opening != step.Opening }); s.At/1000 == seconds || s.Lobby/1000 == seconds {
			return s
		}
	}
	return Start{}
}

// coming finds the first step to come that lets people in, leaving out some. One whose quota is booked already lets nobody in.
func (v *View) coming(except func(*Step) bool) (s Start) {
	o := &v.Snapshot.Opening
	quota, booked, kept := o.Quota, o.Booked, true
	for i := range v.plan {
		step := &v.plan[i]
		if step.Rank <= o.Done[step.Opening].Rank {
			continue
		}
		kept = kept && !step.Floor
		if step.SetQuota {
			quota = step.Quota
		}
		if step.Reset {
			booked = 0
		}
		switch {
		case except(step), quota >= 0 && booked >= quota:
		case step.Phase == PhaseLobby && step.Opening != s.Opening:
			s = Start{Opening: step.Opening, Lobby: step.At}
		case step.Phase == PhaseOpen:
			if step.Opening != s.Opening {
				s = Start{Opening: step.Opening}
			}
			s.At, s.Draw, s.Kept = step.At, step.Draw, kept
			return s
		}
	}
	return Start{}
}
