package queue

import (
	"bytes"
	"encoding/json"
	"slices"
)

// mostSchedules bounds how many schedules are noted.
const mostSchedules = 16

// older leaves out the schedule of a configuration that another gateway has brought a later one for. A process that starts again, or
// reads its file again, on a machine where the file is still the one of last week would end what is under way, and the line with it,
// which nothing brings back. All other keys are brought, whichever they are: a pace can be put right.
//
// Somebody who goes back to an earlier schedule does so where the later one has been read: that is brought. So is any in a room that
// has no other gateway.
type older struct {
	view    func() *View
	onEvent func(Event)

	former json.RawMessage // the schedule of the configuration before, in this process
	since  int64           // by the store, when it was first held; 0: it is not
	left   bool            // it is left out for good
}

func (o *older) of(r *Room) {
	o.view, o.onEvent = r.view.Load, func(e Event) { r.cfg.OnEvent(e) }
}

// begin is called before f takes another configuration.
func (o *older) begin(f *configuration) {
	if f.done && !o.left {
		o.former = f.want.values()[KeySchedule]
	}
	o.since, o.left = 0, false
}

// follows reports whether this process has had the schedule that was brought last, and now has another.
func (o *older) follows(n *notes) bool {
	return o.former != nil && bytes.Equal(o.former, n.Values[KeySchedule])
}

// holds reports whether a schedule is not to be brought, or not yet: another gateway may be a process that has just ended.
func (o *older) holds(n *notes, schedule json.RawMessage) bool {
	mine, last := n.whenSeen(schedule), n.whenSeen(n.Values[KeySchedule])
	if mine < 0 || mine >= last || o.follows(n) {
		return false
	}
	v := o.view()
	if !v.Known {
		return true
	}
	if f := &v.Snapshot; o.since == 0 {
		o.since = f.Now
	} else if f.Now-o.since > GatewayLife {
		o.left = o.left || f.Gateways > 1
	}
	return o.left || v.Snapshot.Gateways > 1
}

// whenSeen is the turn of a schedule among those that were brought; -1: it was not.
func (n *notes) whenSeen(schedule json.RawMessage) int {
	return slices.IndexFunc(n.Schedules, func(had json.RawMessage) bool { return bytes.Equal(had, schedule) })
}

// seen notes that a configuration brings a schedule. One that was there before keeps its turn, unless it was gone back to.
func (n *notes) seen(schedule json.RawMessage, back bool) {
	at := n.whenSeen(schedule)
	if at >= 0 && !back {
		return
	}
	if at >= 0 {
		n.Schedules = slices.Delete(n.Schedules, at, at+1)
	}
	n.Schedules = append(n.Schedules, schedule)
	n.Schedules = n.Schedules[max(0, len(n.Schedules)-mostSchedules):]
}
