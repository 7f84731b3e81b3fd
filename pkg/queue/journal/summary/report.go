package summary

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Report is what happened in one room. Times are store milliseconds since 1970, durations milliseconds.
type Report struct {
	Room  string           `json:"room"`
	From  int64            `json:"from"`
	To    int64            `json:"to"`
	Files []journal.Source `json:"files"`
	// Until is when the journals stop being complete; what came later is not in the report. 0: they are complete.
	Until int64 `json:"until,omitempty"`

	Summary    journal.Summary      `json:"summary"`
	Broken     map[journal.Rule]int `json:"broken"`     // violations by rule
	Violations []string             `json:"violations"` // the first hundred

	Arrivals   int64 `json:"arrivals"`    // numbers given
	Refused    int64 `json:"refused"`     // arrivals that got none, once each
	StraightIn int64 `json:"straight_in"` // of the numbers, without a wait
	Calls      int64 `json:"calls"`       // as counted by the store, straight in included
	Entries    int64 `json:"entries"`     // visitors who went in, once each
	AtDoor     int64 `json:"at_door"`     // visitors who waited at the door when it was their turn, once each
	Resumed    int64 `json:"resumed"`     // visitors whose stay ran out and was resumed, once each
	Left       int64 `json:"left"`        // gave their place up
	Finished   int64 `json:"finished"`    // were done inside
	Booked     int64 `json:"booked"`      // as the last snapshot counts it
	Unclaimed  int64 `json:"unclaimed"`   // visitors whose last record is a call that ran out or was never claimed
	Absent     int64 `json:"absent"`      // visitors whose last record is that they were passed over while away
	StillThere int64 `json:"still_there"` // visitors whose last record is a place in line
	Uncertain  int64 `json:"uncertain"`   // visitors for whom a verb went unanswered

	// Waits are from the number to the entry, of those who did not go straight in.
	Waits Waits `json:"waits"`

	Minutes  []Minute  `json:"minutes"`
	Controls []Control `json:"controls"`
	Restores []int64   `json:"restores"` // when gateways rebuilt the line
	Epochs   []Epoch   `json:"epochs"`
	Steps    []Step    `json:"steps"`

	// Quota is that of the opening, as the last snapshot tells it; -1: none.
	Quota int64 `json:"quota"`
	// Judged are the judgements of the site's health and of kept promises, one each five seconds.
	Judged []Judged `json:"-"`
}

// Judged is a judgement that came into force.
type Judged struct {
	At int64
	journal.Verdict
}

// Window is a part of a journal; To 0: to its end.
type Window struct{ From, To int64 }

// Waits are quantiles in milliseconds.
type Waits struct {
	Count int64 `json:"count"`
	P50   int64 `json:"p50"`
	P90   int64 `json:"p90"`
	P99   int64 `json:"p99"`
	Max   int64 `json:"max"`
}

// Control is a document that came into force, as the first snapshot showed it.
type Control struct {
	At      int64        `json:"at"`
	Version int64        `json:"version"`
	Pace    journal.Pace `json:"pace"`
}

// Step is something that an opening did: a step of the plan, a lobby that was frozen, or a seed that came to be known.
type Step struct {
	At      int64  `json:"at"`
	Opening string `json:"opening"`
	Rank    uint8  `json:"rank,omitempty"`   // of a step
	Frozen  uint64 `json:"frozen,omitempty"` // how many numbers were frozen
	Seed    string `json:"seed,omitempty"`   // in hexadecimal, of a reveal
}

// Epoch is a line that began.
type Epoch struct {
	At    int64  `json:"at"`
	Epoch uint64 `json:"epoch"`
}

// shownViolations is how many violations a report repeats word for word.
const shownViolations = 100

// ErrEmpty means that there is nothing to report on.
var ErrEmpty = errors.New("the journals tell of nothing")

// longest is how much time a report can tell of, minute by minute: a clock that begins in 1970 would fill the memory.
const longest = 400 * 24 * 60 * minute

// Run checks and counts a merged journal.
func Run(m *journal.Merged) (*Report, error) { return RunIn(m, Window{}) }

// RunIn checks all of a merged journal, and counts what happened in a part of it. Who came before waits since then.
func RunIn(m *journal.Merged, in Window) (*Report, error) {
	if len(m.Events) == 0 {
		return nil, ErrEmpty
	}
	r := &Report{
		Room: m.Room, Files: m.Files, Until: m.Until, Broken: map[journal.Rule]int{}, Violations: []string{}, Quota: -1,
		From: max(in.From, m.Events[0].At), To: m.Events[len(m.Events)-1].At,
	}
	if in.To > 0 {
		r.To = min(r.To, in.To)
	}
	checker, err := journal.New(m.Config(r.violated))
	if err != nil {
		return nil, err
	}
	if r.To-r.From > longest {
		return nil, fmt.Errorf("the journals reach from %s to %s, over more than %d days: a clock was wrong",
			time.UnixMilli(r.From).UTC().Format(time.DateTime), time.UnixMilli(r.To).UTC().Format(time.DateTime), longest/(24*60*minute))
	}
	c := counter{
		report: r, visitors: map[journal.ID]*visitor{}, pace: newMinutes(r.From, m.Format), steps: map[Step]bool{}, version: -1,
	}
	before := false
	for _, e := range m.Events {
		checker.Observe(e)
		switch {
		case e.At > r.To:
		case e.At < r.From:
			c.count(&e)
			before = true
		default:
			if before {
				c.begin()
				before = false
			}
			c.count(&e)
		}
	}
	r.Summary = checker.Close()
	c.finish()
	return r, nil
}

func (r *Report) violated(v journal.Violation) {
	r.Broken[v.Rule]++
	if len(r.Violations) < shownViolations {
		r.Violations = append(r.Violations, time.UnixMilli(v.Event.At).UTC().Format("15:04:05.000")+" "+string(v.Rule)+": "+v.Text)
	}
}

// visitor is what a report knows of one.
type visitor struct {
	came      int64 // when the number was given; 0: before the journal
	entered   bool
	uncertain bool
	atDoor    bool
	resumed   bool
	refused   bool
	state     queue.State
	reason    queue.Reason
	over      int64 // when its stay runs out
}

type counter struct {
	report   *Report
	visitors map[journal.ID]*visitor
	waits    []int64
	pace     *minutes
	epoch    uint64
	version  int64
	steps    map[Step]bool // every process tells of each
}

// begin forgets what was counted before the part that is reported on, and keeps what is known of visitors and of the latest snapshot.
func (c *counter) begin() {
	r := c.report
	*r = Report{
		Room: r.Room, Files: r.Files, Until: r.Until, From: r.From, To: r.To, Broken: r.Broken, Violations: r.Violations, Quota: -1,
		Controls: r.Controls[max(0, len(r.Controls)-1):], Judged: r.Judged[max(0, len(r.Judged)-1):], // what was in force
	}
	c.waits = nil
	last, when := c.pace.last, c.pace.when
	c.pace = newMinutes(r.From, journal.Format)
	c.pace.last, c.pace.when = last, when
	if when > 0 {
		c.pace.when = max(when, r.From) // the allowance before it is not of this part
	}
}

func (c *counter) count(e *journal.Event) {
	switch e.Kind {
	case journal.Join, journal.Keep, journal.Claim, journal.Renew:
		c.answer(e)
	case journal.Finish, journal.Leave:
		c.ended(e)
	case journal.Moved:
		c.moved(e)
	case journal.Step, journal.Freeze, journal.Reveal:
		c.step(e)
	case journal.Uncertain:
		if e.Visitor != (journal.ID{}) {
			c.visitor(e.Visitor).uncertain = true
		}
	case journal.Snapshot:
		c.snapshot(e)
	case journal.Judged:
		c.report.Judged = append(c.report.Judged, Judged{At: e.At, Verdict: *e.Verdict})
	case journal.Restore:
		c.report.Restores = append(c.report.Restores, e.At)
	}
}

func (c *counter) visitor(id journal.ID) *visitor {
	v := c.visitors[id]
	if v == nil {
		v = &visitor{}
		c.visitors[id] = v
	}
	return v
}

func (c *counter) answer(e *journal.Event) {
	state := queue.State(e.State)
	switch {
	case state == queue.StateUnknown:
		return
	case state == queue.StateRefused && e.Kind == journal.Join:
		if v := c.visitor(e.Visitor); !v.refused {
			v.refused = true
			c.report.Refused++
		}
		return
	}
	v := c.visitor(e.Visitor)
	minute := c.pace.at(e.At)
	if e.Kind == journal.Join && v.came == 0 {
		v.came = e.At
		c.report.Arrivals++
		minute.Arrivals++
	}
	c.stands(v, e)
	if state != queue.StateInside || v.entered {
		return
	}
	v.entered = true
	c.report.Entries++
	minute.Entries++
	switch {
	case e.Kind == journal.Join:
		c.report.StraightIn++
	case v.came > 0:
		c.waits = append(c.waits, e.At-v.came)
	}
}

// stands notes where a visitor stands now.
func (c *counter) stands(v *visitor, e *journal.Event) {
	switch state := queue.State(e.State); {
	case state == queue.StateFull && !v.atDoor:
		v.atDoor = true
		c.report.AtDoor++
	case state == queue.StateInside && e.Kind == journal.Claim && v.over > 0 && v.over <= e.At && !v.resumed:
		v.resumed = true
		c.report.Resumed++
	}
	v.state, v.reason = queue.State(e.State), queue.Reason(e.Reason)
	if v.state == queue.StateInside {
		v.over = e.Until
	}
}

// moved lets a visitor go on under another id, or ends it.
func (c *counter) moved(e *journal.Event) {
	v := c.visitors[e.Visitor]
	switch {
	case v == nil:
	case queue.Act(e.Move.Act) != queue.ActHand:
		v.state, v.reason = queue.State(e.State), queue.Reason(e.Reason)
	case queue.Reason(e.Reason) == queue.ReasonMoved && c.visitors[e.Move.To] == nil:
		c.visitors[e.Move.To] = v
		delete(c.visitors, e.Visitor)
	}
}

// step notes what an opening did, once.
func (c *counter) step(e *journal.Event) {
	var s Step
	switch {
	case e.Step != nil:
		s = Step{Opening: e.Step.Opening, Rank: e.Step.Rank}
	case e.Kind == journal.Freeze:
		s = Step{Opening: e.Draw.Opening, Frozen: e.Draw.N}
	default:
		s = Step{Opening: e.Draw.Opening, Seed: hex.EncodeToString(e.Draw.Seed[:])}
	}
	if !c.steps[s] {
		c.steps[s] = true
		s.At = e.At
		c.report.Steps = append(c.report.Steps, s)
	}
}

func (c *counter) ended(e *journal.Event) {
	v := c.visitor(e.Visitor)
	if v.state == queue.StateSpent {
		return // told twice
	}
	v.state = queue.StateSpent
	if e.Kind == journal.Leave {
		c.report.Left++
	} else {
		c.report.Finished++
	}
}

func (c *counter) snapshot(e *journal.Event) {
	f := e.Snapshot
	c.report.Calls += c.pace.snapshot(e.At, f)
	if f.Epoch > c.epoch {
		c.epoch = f.Epoch
		c.report.Epochs = append(c.report.Epochs, Epoch{At: e.At, Epoch: f.Epoch})
	}
	// Of snapshots that cross on their way, the one with the older document tells nothing new.
	if f.Version > c.version {
		c.version = f.Version
		c.report.Controls = append(c.report.Controls, Control{At: e.At, Version: f.Version, Pace: f.Pace})
	}
	c.report.Booked, c.report.Quota = f.Booked, f.Quota
}

func (c *counter) finish() {
	for _, v := range c.visitors {
		switch v.state {
		case queue.StateLobby, queue.StateWaiting, queue.StateFront, queue.StateFull:
			c.report.StillThere++
		case queue.StateCalled:
			c.report.Unclaimed++
		case queue.StateMissed:
			switch v.reason {
			case queue.ReasonNone, queue.ReasonLapsed: // journals of the format before give no reason
				c.report.Unclaimed++
			case queue.ReasonAbsent:
				c.report.Absent++
			}
		}
		if v.uncertain {
			c.report.Uncertain++
		}
	}
	c.report.Waits = quantiles(c.waits)
	c.report.Minutes = c.pace.done()
}

// quantiles are exact: every wait is kept.
func quantiles(waits []int64) Waits {
	if len(waits) == 0 {
		return Waits{}
	}
	slices.Sort(waits)
	at := func(permille int) int64 { return waits[(len(waits)-1)*permille/1000] }
	return Waits{Count: int64(len(waits)), P50: at(500), P90: at(900), P99: at(990), Max: waits[len(waits)-1]}
}
