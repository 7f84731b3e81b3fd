package journal

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// Rule names what was broken.
type Rule string

// The rules.
const (
	RuleUnique   Rule = "a number was given twice"
	RuleDense    Rule = "numbers have gaps"
	RuleOrder    Rule = "a place was overtaken"
	RuleShown    Rule = "a shown position rose"
	RulePace     Rule = "more were called than the pace allows"
	RuleInside   Rule = "more are inside than the bound allows"
	RulePresence Rule = "an absent place was called"
	RuleStay     Rule = "a ticket bought more than its stay"
	RuleLost     Rule = "a place was lost"
	RuleMarks    Rule = "the room's marks fell"
)

// Violation is one rule broken.
type Violation struct {
	Rule  Rule   `json:"rule"`
	Text  string `json:"text"`
	Event Event  `json:"event"` // the event that showed it
}

func (v Violation) String() string { return fmt.Sprintf("at %d: %s: %s", v.Event.At, v.Rule, v.Text) }

// Config of an Invariants.
type Config struct {
	// Timing is the room's. Required.
	Timing queue.Timing
	// Ordered says that events come in the very order in which the store worked, as from one caller at a time; the
	// clock may then step back. Otherwise events must be sorted by At, and those of one millisecond are taken to have
	// happened in any order.
	Ordered bool
	// Report takes violations as they are found. Required.
	Report func(Violation)
}

// Summary is what an Invariants has seen.
type Summary struct {
	Events     int64 `json:"events"`
	Numbers    int64 `json:"numbers"`  // given by Join
	Stays      int64 `json:"stays"`    // begun, by a claim or straight in
	Losses     int64 `json:"losses"`   // written down or noticed
	Returned   int64 `json:"returned"` // to the line by a ticket, after a loss or after they were forgotten
	Live       int64 `json:"live"`     // places followed at present
	Violations int64 `json:"violations"`
}

// Invariants checks the journal of one room. Not safe for concurrent use.
type Invariants struct {
	cfg     Config
	ms      timing
	sum     Summary
	numbers numbers
	pace    pace
	places  places
	front   front
	silence silence

	moment []Event // those of the latest millisecond, unless they are ordered
	tied   bool    // the visitor of the event has others in the same millisecond, in no known order

	marks   *Marks // of the latest snapshot, nil when they may have changed by more than the store's own work
	marksAt int64
	// generation counts losses. What was known before a loss is no evidence after it.
	generation uint32
	// steps counts how often the clock stepped back. What ends when is no evidence after one.
	steps uint32
	at    int64 // of the event before
	// restoring is until when a restore may take effect, and the loss before it come; 0: there is none under way.
	restoring int64
}

type timing struct{ absent, window, idle, life int64 }

// New makes a checker that has seen nothing. The error is of the timing.
func New(cfg Config) (*Invariants, error) {
	if err := cfg.Timing.Validate(); err != nil {
		return nil, fmt.Errorf("invariants: %w", err)
	}
	t := timing{
		absent: cfg.Timing.Absent.Milliseconds(), window: cfg.Timing.ClaimWindow.Milliseconds(),
		idle: cfg.Timing.Idle.Milliseconds(), life: cfg.Timing.TicketLife.Milliseconds(),
	}
	return &Invariants{cfg: cfg, ms: t, numbers: newNumbers(), places: newPlaces(), generation: 1}, nil
}

// Summary is what has been seen up to now.
func (v *Invariants) Summary() Summary {
	v.sum.Live = int64(len(v.places.live))
	return v.sum
}

// Observe takes the next event. It is checked at once if events are ordered, otherwise with the others of its
// millisecond.
func (v *Invariants) Observe(e Event) {
	v.sum.Events++
	if v.cfg.Ordered {
		v.observe(&e)
		return
	}
	if len(v.moment) > 0 && v.moment[0].At != e.At {
		v.observeMoment()
	}
	v.moment = append(v.moment, e)
}

// observeMoment checks the events of one millisecond: what was shown after what was answered.
func (v *Invariants) observeMoment() {
	answers := make(map[ID]int, len(v.moment))
	for i := range v.moment {
		if e := &v.moment[i]; e.Kind != Shown {
			answers[e.Visitor]++
		}
	}
	for _, shown := range []bool{false, true} {
		for i := range v.moment {
			if e := &v.moment[i]; (e.Kind == Shown) == shown {
				v.tied = answers[e.Visitor] > 1
				v.observe(e)
			}
		}
	}
	v.moment = v.moment[:0]
}

func (v *Invariants) observe(e *Event) {
	if e.At < v.at {
		v.steps++
	}
	if !v.cfg.Ordered && e.At > v.at+silent {
		v.broken(e.At)
	}
	v.at, v.places.maxAt = e.At, max(v.places.maxAt, e.At)
	if v.restoring != 0 {
		v.forget()
		if e.At >= v.restoring {
			v.restoring = 0
		}
	}
	switch e.Kind {
	case Join:
		v.join(e)
	case Keep, Claim:
		v.answered(e)
	case Renew:
		v.renew(e)
	case Finish, Leave:
		v.ended(e)
	case Uncertain:
		v.uncertain(e)
	case Snapshot:
		v.snapshot(e)
	case Control:
		v.pace.change(e.At, *e.Control)
	case Restore:
		v.numbers.raise(e.Watermark.Ceiling)
		v.places.head = max(v.places.head, e.Watermark.Head)
		v.restoring = max(v.restoring, e.Until)
		v.forget() // marks, totals and controls may change, and places may be passed over
	case Lose:
		v.sum.Losses++
		v.forget()
	case Shown:
		v.shown(e)
	}
	v.front.settle(e.At-v.ms.window, v.outOfOrder)
	v.places.sweep(v.ms)
}

// Close checks what can only be said at the end. Nothing may be observed afterwards.
func (v *Invariants) Close() Summary {
	v.observeMoment()
	v.numbers.close(func(text string) { v.report(RuleDense, &Event{At: v.places.maxAt}, "%s", text) })
	v.front.settle(v.places.maxAt, v.outOfOrder)
	return v.Summary()
}

func (v *Invariants) report(rule Rule, e *Event, format string, args ...any) {
	v.sum.Violations++
	v.cfg.Report(Violation{Rule: rule, Text: fmt.Sprintf(format, args...), Event: *e})
}

func (v *Invariants) outOfOrder(c frontCall, at int64, other queue.Order) {
	v.report(RuleOrder, &Event{At: c.called}, "order %d was in front since %d and was called at %d, order %d at %d",
		c.order, c.since, c.called, other, at)
}

// forget drops what is no evidence of the present state any more. Numbers given stay given.
func (v *Invariants) forget() {
	v.generation++
	v.marks = nil
	v.pace.unknown()
	v.places.line = v.places.line[:0]
	v.front.forget()
}

// snapshot checks the figures of a snapshot and raises the head.
func (v *Invariants) snapshot(e *Event) {
	f, old := e.Snapshot, v.marks
	if old != nil && (f.Epoch != old.Epoch || f.Last < old.Last || f.Head < old.Head || f.Called < old.Called) {
		same := f.Epoch == old.Epoch
		if same && e.At == v.marksAt && !v.cfg.Ordered {
			return // the older of two snapshots of one millisecond
		}
		if same && v.cfg.Ordered {
			v.report(RuleMarks, e, "last, head and called went from %d, %d, %d to %d, %d, %d",
				old.Last, old.Head, old.Called, f.Last, f.Head, f.Called)
		}
		// The store was replaced by an older copy, or a later ticket has shown that it had been.
		v.sum.Losses++
		v.forget()
		old = nil
	}
	if text := v.pace.snapshot(e.At, f, v.cfg.Ordered); text != "" {
		v.report(RulePace, e, "%s", text)
	}
	v.checkInside(e, old)
	v.raise(e, f.Head)
	v.marks, v.marksAt = f, e.At
}

// checkInside: every place called since the last snapshot must have been below the bound. Renewed stays that were unknown
// come in without a call, and a clock that has stepped back brings back what was over.
func (v *Invariants) checkInside(e *Event, old *Marks) {
	f := e.Snapshot
	bound, revived := f.Control.Pace.MaxInside, v.places.revived || e.At < v.places.maxAt
	v.places.revived = false
	if old == nil || revived || bound == 0 || f.Control != old.Control || f.Called == old.Called {
		return
	}
	if f.Inside+f.Calls > bound {
		v.report(RuleInside, e, "%d inside and %d called with a bound of %d", f.Inside, f.Calls, bound)
	}
}

// shown: a shown figure may rise only when places ahead come back after a loss.
func (v *Invariants) shown(e *Event) {
	p := v.places.find(queue.VisitorID(e.Visitor))
	if p == nil || p.order != e.place().Order() {
		return // a place that is not followed, or not any more
	}
	if p.ahead >= 0 && e.Ahead > p.ahead && p.shownGen == v.generation && p.returned == v.sum.Returned {
		v.report(RuleShown, e, "%d were ahead of number %d, now %d", p.ahead, e.Number, e.Ahead)
	}
	p.ahead, p.shownGen, p.returned = e.Ahead, v.generation, v.sum.Returned
}
