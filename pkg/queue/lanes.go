package queue

// lanes leaves out the schedule of a configuration by which places would stand in the lane of another group, until the room has no such
// places any more. Operators and a gateway that reads its file again are told before; this is for a process that starts with the file.
type lanes struct {
	planner Planner
	view    func() *View
	held    bool
	told    bool
	onEvent func(Event)
}

func (l *lanes) of(r *Room) {
	l.planner, l.view, l.onEvent = r.cfg.Planner, r.view.Load, func(e Event) { r.cfg.OnEvent(e) }
}

// holds reports whether the schedule of a document cannot follow the current one yet.
func (l *lanes) holds(current, want *Document) bool {
	if l.planner != nil {
		var f *Snapshot
		if v := l.view(); v.Known {
			f = &v.Snapshot
		}
		l.held = !l.planner.Keeps(current.Schedule(), want.Schedule(), f)
	}
	l.told = l.told && l.held
	return l.held
}

// tell reports, once, that a schedule is held.
func (l *lanes) tell() {
	if l.held && !l.told {
		l.told = true
		l.onEvent(Event{Kind: EventLanes})
	}
}
