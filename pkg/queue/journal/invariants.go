package journal

import (
	"fmt"
	"math"

	"github.com/einlass/einlass/pkg/queue"
)

// Config of an Invariants.
type Config struct {
	// Format is Format (or 0) or FormatOld: by which port's rules the events are judged.
	Format int
	// Timing is the room's at the beginning. Required of FormatOld; otherwise, if it is zero, the first document that the journal
	// tells of has it, and what depends on it is not judged before.
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
	old     bool
	ms      timing
	sum     Summary
	numbers numbers
	pace    pace
	places  places
	front   front
	silence silence
	room    opening
	quota   quota
	active  crowd // stays that certainly count in full
	door    door

	moment []Event // those of the latest millisecond, unless they are ordered
	tied   bool    // the visitor of the event has others in the same millisecond, in no known order

	document int64  // version of the document in force
	marks    *Marks // of the latest snapshot, nil when they may have changed by more than the store's own work
	marksAt  int64
	exact    exact
	// generation counts losses. What was known before a loss is no evidence after it.
	generation uint32
	// steps counts how often the clock stepped back or the timing changed. What ends when is no evidence after one.
	steps uint32
	// settling is until when a change of the timing may not have reached the store.
	settling int64
	// forgotten: what the store remembers since this time or an earlier one, it may have forgotten.
	forgotten int64
	at        int64 // of the event before
	// restoring is until when a restore may take effect, and the loss before it come; 0: there is none under way.
	restoring int64
}

// timing is a queue.Timing in milliseconds. All zero: not known, and nothing that depends on it is evidence.
type timing struct{ absent, confirm, window, active, idle, max, resume, life int64 }

func millisOf(t *queue.Timing) timing {
	return timing{
		absent: t.Absent.Milliseconds(), confirm: t.Confirm.Milliseconds(), window: t.Window.Milliseconds(),
		active: t.Active.Milliseconds(), idle: t.Idle.Milliseconds(), max: t.Max.Milliseconds(),
		resume: t.Resume.Milliseconds(), life: t.Life.Milliseconds(),
	}
}

// New makes a checker that has seen nothing. The error is of the timing or the format.
func New(cfg Config) (*Invariants, error) {
	v := &Invariants{
		cfg: cfg, old: cfg.Format == FormatOld, ms: millisOf(&cfg.Timing), numbers: newNumbers(), places: newPlaces(), generation: 1,
		quota: newQuota(), active: newCrowd(), document: -1,
	}
	v.pace.old = v.old
	var err error
	switch {
	case v.old:
		err = validOld(&cfg.Timing)
	case cfg.Format != 0 && cfg.Format != Format:
		err = fmt.Errorf("format %d: %w", cfg.Format, queue.ErrInvalid)
	case cfg.Timing != queue.Timing{}:
		err = cfg.Timing.Validate()
	}
	if err != nil {
		return nil, fmt.Errorf("invariants: %w", err)
	}
	return v, nil
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

// turn is when an event of a millisecond is checked: what was shown after what was answered, and a snapshot after what it may
// count.
func (v *Invariants) turn(k Kind) int {
	switch {
	case k == Shown:
		return 2
	case k == Snapshot && !v.old:
		return 1
	}
	return 0
}

// observeMoment checks the events of one millisecond.
func (v *Invariants) observeMoment() {
	answers := make(map[ID]int, len(v.moment))
	for i := range v.moment {
		if e := &v.moment[i]; e.Kind != Shown {
			answers[e.Visitor]++
		}
	}
	for turn := range 3 {
		for i := range v.moment {
			if e := &v.moment[i]; v.turn(e.Kind) == turn {
				v.tied = answers[e.Visitor] > 1
				v.observe(e)
			}
		}
	}
	v.moment = v.moment[:0]
}

// observe checks one event.
func (v *Invariants) observe(e *Event) {
	v.clock(e)
	switch e.Kind {
	case Join:
		v.join(e)
	case Keep, Claim:
		v.answered(e)
	case Renew:
		v.renew(e)
	case Finish, Leave:
		v.ended(e, queue.VisitorID(e.Visitor), e.Until)
	case Report:
		v.reported(e)
	case Moved:
		v.moved(e)
	case Uncertain:
		v.uncertain(e)
	case Shown:
		v.shown(e)
	default:
		v.observeRoom(e)
	}
	v.exact.after(e)
	v.front.settle(e.At-v.ms.window, v.outOfOrder)
	v.sweep()
}

// observeRoom checks what is not about one visitor.
func (v *Invariants) observeRoom(e *Event) {
	switch e.Kind {
	case Snapshot:
		v.snapshot(e)
	case Settle:
		v.settled(e)
	case Step:
		v.stepped(e)
	case Reveal:
		v.revealed(e)
	case Record:
		v.recorded(e)
	case Restore:
		v.numbers.raise(e.Watermark.Ceiling)
		for lane, head := range e.Watermark.Heads {
			v.places.heads[lane] = max(v.places.heads[lane], head)
		}
		v.restoring = max(v.restoring, e.Until)
		v.forget() // marks, totals and documents may change, and places may be passed over
	case Lose:
		v.sum.Losses++
		v.forget()
	}
}

// clock notes the time of an event.
func (v *Invariants) clock(e *Event) {
	if e.At < v.at {
		v.steps++
	}
	if !v.cfg.Ordered && e.At > v.at+silent {
		v.broken(e.At)
	}
	v.at, v.places.maxAt = e.At, max(v.places.maxAt, e.At)
	if v.ms.life > 0 {
		v.forgotten = max(v.forgotten, v.places.maxAt-v.ms.life)
	}
	if v.cfg.Ordered {
		v.pace.pass(e.At)
	}
	if v.settling != 0 && e.At > v.settling {
		v.settling = 0
		v.steps++
	}
	if v.restoring != 0 {
		v.forget()
		if e.At >= v.restoring {
			v.restoring = 0
		}
	}
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
	v.room.forget()
	v.quota.forget()
	v.active.clear()
	v.door = door{}
	for lane := range v.places.line {
		v.places.line[lane] = v.places.line[lane][:0]
	}
	v.front.forget()
}

// settled takes a document over. Its pace counts from the snapshot that shows it, where it is not known when it came.
func (v *Invariants) settled(e *Event) {
	d := e.Document
	if v.old || v.cfg.Ordered {
		v.pace.change(e.At, d.Version, Pace(d.Pace))
	}
	if v.old || v.marks != nil && d.Version < v.document {
		return
	}
	v.document = d.Version
	if t := millisOf(&d.Timing); t != v.ms {
		if !v.cfg.Ordered && v.ms != (timing{}) {
			v.settling = e.At + slack
			v.forgotten = max(v.forgotten, v.settling-v.ms.life)
		}
		v.ms = t
		v.steps++
		v.active.clear()
		v.quota.unbooked.clear()
	}
}

// unsettled: a document without an answer may be in force, at the latest when the next snapshot that shows it was made.
func (v *Invariants) unsettled(e *Event) {
	v.marks = nil
	v.pace.unknown()
	v.settling = max(v.settling, e.by()+slack)
	if v.cfg.Ordered {
		v.settling = math.MaxInt64 // the next snapshot tells
	}
}

// shown: a shown figure may rise only when places ahead come back after a loss.
func (v *Invariants) shown(e *Event) {
	p := v.places.find(queue.VisitorID(e.Visitor))
	if p == nil || p.order != e.order() {
		return // a place that is not followed, or not any more
	}
	if p.ahead >= 0 && e.Ahead > p.ahead && p.shownGen == v.generation && p.returned == v.sum.Returned {
		v.report(RuleShown, e, "%d were ahead of number %d, now %d", p.ahead, e.Number, e.Ahead)
	}
	p.ahead, p.shownGen, p.returned = e.Ahead, v.generation, v.sum.Returned
}
