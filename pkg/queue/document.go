package queue

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Document is what operators set of a room, one versioned whole. Stores keep it beside the line and hand it out with every
// snapshot. They compute with Pace, Door, Timing and Plan, and never read Settings.
type Document struct {
	// Version counts changes. A change names the version that it was made from, see Store.Settle.
	Version int64
	Pace    Pace
	Door    Door
	Timing  Timing
	Plan    []Step
	// Settings is everything else that operators set, as text of at most MaxSettings bytes; see Settings.
	Settings string
}

// MaxSettings bounds Document.Settings, in bytes.
const MaxSettings = 16 << 10

// Mode is what a room does with its line.
type Mode string

const (
	// ModeRun calls places at the pace.
	ModeRun Mode = "run"
	// ModePause calls nobody and lets no arrival straight in. Open calls may still be claimed, and stays go on.
	ModePause Mode = "pause"
	// ModeOpen is as a pause for stores, which keep the line and call nobody. Gateways let everybody through without a place or a stay,
	// whatever the phase is: nobody waits. A release that does not know it reads a pause.
	ModeOpen Mode = "open"
)

// Valid reports whether m is one of the modes.
func (m Mode) Valid() bool { return m == ModeRun || m == ModePause || m == ModeOpen }

// Pace is how fast the line moves.
type Pace struct {
	Mode Mode
	// Rate is entries per minute, 0 to MaxRate. 0 calls nobody.
	Rate int64
	// MaxInside bounds what counts as inside, 0 to MaxInsideLimit. 0 means no bound.
	MaxInside int64
	// Burst is how many may enter at once after a quiet time, 1 to MaxBurst.
	Burst int64
	// Strict counts every live stay in full, for sites where MaxInside is a contract.
	Strict bool
}

// Bounds of a pace.
const (
	MaxRate        = 10_000_000
	MaxInsideLimit = 1_000_000_000
	MaxBurst       = 1_000_000
)

// Door is who may join.
type Door struct {
	// Closed: no places are given.
	Closed bool
	// Limit: none while so many wait, in the line, in front and by their numbers in a lobby; 0 to MaxInsideLimit, 0 means no limit.
	Limit int64
}

// Timing holds the durations of a room. All are whole milliseconds.
type Timing struct {
	// Absent is how long after its last heartbeat a place still counts as present.
	Absent time.Duration
	// Confirm is how long what was given counts before its cookie has come back. Less than Absent.
	Confirm time.Duration
	// Window is how long a call may be claimed.
	Window time.Duration
	// Lead is how far calls run ahead of seats and pace: the time that a page takes to claim.
	Lead time.Duration
	// Active is how long after a request a stay counts in full: one of the edges of the curves, at most Idle.
	Active time.Duration
	// Page is how long people may sit on one page, as far as the operator knows; at most Idle. The prior of the curves uses it.
	Page time.Duration
	// Idle is how long a stay lives without a request, Max how long in all, and Resume how long after it ran out it may be
	// resumed. Idle <= Max <= Life, Idle+Resume <= Life.
	Idle, Max, Resume time.Duration
	// Life is how long a ticket, and every memory of its use, lives.
	Life time.Duration
	// Hold is how long nobody is called after a loss, Grace the same when nothing is remembered.
	Hold, Grace time.Duration
}

// longest is the longest duration of a timing.
const longest = 366 * 24 * time.Hour

// maxLead keeps the products of the allowance below 2^52.
const maxLead = 5 * time.Minute

// DefaultTiming is what a room has whose operator sets nothing.
func DefaultTiming() Timing {
	return Timing{
		Absent: 10 * time.Minute, Confirm: 15 * time.Second, Window: 3 * time.Minute, Lead: 4500 * time.Millisecond,
		Active: 2 * time.Second, Page: 10 * time.Minute, Idle: 10 * time.Minute, Max: 2 * time.Hour, Resume: 30 * time.Minute,
		Life: 24 * time.Hour, Hold: 36 * time.Second, Grace: 2 * time.Second,
	}
}

// activeFits reports whether Active ends where a bucket begins, or where the stay does.
func (t Timing) activeFits() bool {
	return t.Active == t.Idle || slices.Contains(curveEdges[:], t.Active.Milliseconds())
}

// Validate joins everything that is wrong, each wrapping ErrInvalid and naming the field.
func (t Timing) Validate() error {
	var errs []error
	between := func(name string, d, low, high time.Duration) {
		if d < low || d > high || d%time.Millisecond != 0 {
			errs = append(errs, fmt.Errorf("%s %v: want whole milliseconds from %v to %v: %w", name, d, low, high, ErrInvalid))
		}
	}
	const ms = time.Millisecond
	between("life", t.Life, ms, longest)
	between("absent", t.Absent, 2*ms, longest)
	between("confirm", t.Confirm, ms, t.Absent-ms)
	between("window", t.Window, ms, longest)
	between("lead", t.Lead, 0, maxLead)
	between("idle", t.Idle, ms, t.Life)
	between("max", t.Max, t.Idle, t.Life)
	between("resume", t.Resume, 0, t.Life-t.Idle)
	between("active", t.Active, 0, t.Idle)
	between("page", t.Page, 0, t.Idle)
	between("hold", t.Hold, 0, longest)
	between("grace", t.Grace, 0, longest)
	if !t.activeFits() {
		errs = append(errs, fmt.Errorf("active %v: want an edge of the curves, or idle: %w", t.Active, ErrInvalid))
	}
	return errors.Join(errs...)
}

// Phase is what a room is doing with arrivals and with its line.
type Phase uint8

const (
	// PhaseOpen: numbers and places; calls by the allowance. A room without a plan is open.
	PhaseOpen Phase = iota
	// PhaseClosed: no numbers, no calls.
	PhaseClosed
	// PhaseLobby: numbers, and the store keeps nothing but their count; no calls.
	PhaseLobby
	// PhaseDrawing: the lobby is frozen and the seed of its draw is not known. Places stand behind the drawn; no calls.
	PhaseDrawing
	// PhaseLine: between openings. Places, no calls.
	PhaseLine
	// PhaseThrough: there is no waiting room; gateways do not ask the store.
	PhaseThrough
	phases
)

var phaseNames = [phases]string{"open", "closed", "lobby", "drawing", "line", "through"}

// String is the phase's lower-case name.
func (p Phase) String() string {
	if p < phases {
		return phaseNames[p]
	}
	return fmt.Sprintf("phase(%d)", uint8(p))
}

// Lanes is how many lanes a room has. A lane is the line of one group.
const Lanes = 8

// Bounds of a plan.
const (
	MaxSteps    = 256
	MaxOpenings = 64
	// MaxOpeningName is the longest name of an opening, in bytes.
	MaxOpeningName = 40
	// MaxDraws is how many draws a room keeps.
	MaxDraws = 32
)

// Step is one step of a plan: something that takes effect once, at a time of the store's clock.
//
// Advance applies steps, and nothing else does. In order of At, then of the plan, while now >= hold and fewer than MaxDue
// were applied: a step with At <= now whose Rank is above the rank that its opening has reached. Then Cursor + 1 and the
// opening's rank is Rank. A step with a lower rank is never applied, whatever the plan says by then. Steps wait for the hold
// because other gateways may remember more: a lobby is never frozen twice. Ranks are kept for every opening of the plan and
// for the 64 latest others. A step has these effects, in this order:
//
//	Floor         unless At < made: Floor = max(Floor, OrderOf(epoch, last)), segments = none. A room that remembers nothing
//	              catches up with the day's steps; the ends among them are not about places that it never had
//	SetQuota      Quota, Per, Standby; Reset: Booked = 0, codes emptied
//	SetShare      Share;  SetWeights: Weights
//	PhaseLobby    segments = {epoch, last+1, open}
//	PhaseOpen     out of a lobby: freeze. N = the numbers of its segments. With Draw and N > 1: a draw with Base = the order of
//	              the first number, not known; last = max(last, first number + N - 1); phase drawing. Otherwise phase open,
//	              hold = max(hold, now + spread). Segments = none
//	              of the opening that is drawing: nothing; Reveal opens
//	any other     phase and opening; segments = none
//
// spread = Hold if At < Planned + Hold, because pages did not know of the start; otherwise min(30 s, 2 s + N/20 ms).
//
// By phase, Join answers and Advance calls so:
//
//	phase     Join                                            calls
//	closed    Refused (closed)                                none
//	lobby     a number, nothing stored: Lobby                 none
//	drawing   number and place, behind the drawn              none
//	open      number and place, or straight in                by the allowance
//	line      number and place                                none
//	through   gateways do not ask; Refused (closed)           none
//
// All booked is no phase: it is Booked >= Quota in phase open.
type Step struct {
	// At is in store milliseconds.
	At int64
	// Opening is 1 to MaxOpeningName bytes. Rank is 1 to 255 and rises within an opening.
	Opening string
	Rank    uint8
	// Phase is the one from now on: any but PhaseDrawing.
	Phase Phase
	// Draw, in a step to PhaseOpen out of a lobby: the order of the lobby's places is drawn.
	Draw bool
	// SetQuota puts Quota, Per (1 or more: what one stay may book) and Standby in force; Reset begins to count the bookings at 0
	// and empties the codes.
	SetQuota            bool
	Quota, Per, Standby int64
	Reset               bool
	// Share is in permille of the pace, 0 to 1000; SetShare puts it in force.
	SetShare bool
	Share    int64
	// Floor ends all places that were given up to now.
	Floor bool
	// Weights are those of the lanes, each 1 to 1000; SetWeights puts them in force.
	SetWeights bool
	Weights    [Lanes]int64
}
