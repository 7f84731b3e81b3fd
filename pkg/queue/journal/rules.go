package journal

import "fmt"

// Rule names what was broken, in words for an operator.
type Rule string

// The rules. Those of FormatOld are Unique, Dense, Order, Pace, Inside, Presence, Stay, Shown, Figures and Lost.
const (
	// RuleUnique: no number of an epoch is given twice, and no two places have one order.
	RuleUnique Rule = "a number was given twice"
	// RuleDense: numbers follow each other, except after a loss, for a ticket that comes back, and behind a draw.
	RuleDense Rule = "numbers have gaps"
	// RuleOrder: of two places of a lane that are there, the one with the lower order is called first; those in front before all.
	RuleOrder Rule = "a place was overtaken"
	// RuleMapping: the order of a place that was drawn is the one that the seed gives.
	RuleMapping Rule = "a place is not where the draw put it"
	// RuleSteps: steps take effect once, in their order and not while the line is held; nobody is called then, nor in a phase
	// without calls, nor before the pages know the seed.
	RuleSteps Rule = "a step or a call came when it must not"
	// RuleLobby: nobody has a place whose lobby is not over, or whose draw is not known.
	RuleLobby Rule = "a place was given before the draw"
	// RulePace: entries and calls stay in their token buckets.
	RulePace Rule = "more were called or let in than the pace allows"
	// RuleInside: nobody is let in while the room is full, nor past those who stand at the door.
	RuleInside Rule = "more are inside than the bound allows"
	// RuleQuota: nobody is called for whom nothing is left to be booked, and each report counts once.
	RuleQuota Rule = "more were called than can book, or a booking was counted twice"
	// RulePresence: no absent place is called.
	RulePresence Rule = "an absent place was called"
	// RuleStay: a ticket buys one stay, which ends at its latest by its bound, and nothing follows its end.
	RuleStay Rule = "a ticket bought more than its stay"
	// RulePass: whoever has a valid pass may come in.
	RulePass Rule = "a valid pass was refused"
	// RuleFloor: nobody is called whose line has ended.
	RuleFloor Rule = "a place was called after its line had ended"
	// RuleShown: a shown figure does not rise.
	RuleShown Rule = "a shown position rose"
	// RuleFigures: no figure of a room falls while it lives.
	RuleFigures Rule = "the room's figures fell"
	// RuleLost: nobody who stays loses the place.
	RuleLost Rule = "a place was lost"
)

// Violation is one rule broken.
type Violation struct {
	Rule  Rule   `json:"rule"`
	Text  string `json:"text"`
	Event Event  `json:"event"` // the event that showed it
}

func (v Violation) String() string { return fmt.Sprintf("at %d: %s: %s", v.Event.At, v.Rule, v.Text) }
