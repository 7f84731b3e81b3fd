package operator

import (
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// effects are what a change of a document takes from people, as far as a view tells.
func effects(v *queue.View, before, after *queue.Document) (all []effect) {
	f := &v.Snapshot
	waiting := inPlaces(v)
	if after.Pace.Mode == queue.ModeOpen && before.Pace.Mode != queue.ModeOpen {
		words := "nobody waits any more: everybody who comes gets in at once"
		if waiting > 0 {
			words += fmt.Sprintf(", and so do the %s who wait", people(waiting))
		}
		all = append(all, effect{kind: EffectOpenAll, count: waiting, words: words})
	}
	if closes := after.DoorState() == queue.DoorClosed && before.DoorState() != queue.DoorClosed; closes && v.Arriving > 0 {
		words := fmt.Sprintf("nobody gets a number any more, and %s came in the last minute", people(v.Arriving))
		all = append(all, effect{kind: EffectNoPlaces, count: v.Arriving, words: words})
	}
	if o := &f.Opening; underWay(o) && touches(v, before.Schedule(), after.Schedule()) {
		words := fmt.Sprintf("%s is under way, with %s in its lobby or line, and what it does changes", o.Name, people(waiting))
		all = append(all, effect{kind: EffectSchedule, count: waiting, words: words, about: after.Schedule()})
	}
	return all
}

// inPlaces is how many people wait: in the line or called, or by their numbers in a lobby.
func inPlaces(v *queue.View) int64 {
	f := &v.Snapshot
	n := f.Waiting + f.Front + f.Calls + f.Asking
	if f.Opening.Phase == queue.PhaseLobby || f.Opening.Phase == queue.PhaseDrawing {
		n += v.Came()
	}
	return n
}

// underWay reports whether an opening of a plan is: in its lobby, being drawn, or open.
func underWay(o *queue.Opening) bool {
	switch o.Phase {
	case queue.PhaseLobby, queue.PhaseDrawing, queue.PhaseOpen:
		return o.Name != ""
	default:
		return false
	}
}

// touches reports whether another schedule changes what happens now: something of the opening under way, or something that is due at once.
// One that this release cannot read may.
func touches(v *queue.View, is, becomes string) bool {
	if is == becomes {
		return false
	}
	before, err := plan.Read(is)
	after, bad := plan.Read(becomes)
	if err != nil || bad != nil || before == nil || after == nil {
		return true
	}
	now, past := time.UnixMilli(v.Snapshot.Now), pastOf(v)
	for _, d := range plan.Differences(before.Events(past, now), after.Events(past, now)) {
		for _, e := range []*plan.Event{d.Before, d.After} {
			if e != nil && (e.Due || e.Opening == v.Snapshot.Opening.Name) {
				return true
			}
		}
	}
	return false
}
