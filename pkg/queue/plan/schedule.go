package plan

// Schedule is what an operator writes down. The zero value has no opening.
type Schedule struct {
	// Zone is the name of the zone of all dates and clocks, as in Europe/Berlin.
	Zone string `json:"zone,omitempty" yaml:"zone"`
	// Between is what the room does before, between and after its openings: closed (the default), line or through.
	Between  string    `json:"between,omitempty" yaml:"between"`
	Openings []Opening `json:"openings,omitempty" yaml:"openings"`
	// Groups are those that the people are told apart by, at most MaxGroups, and Everybody is whoever is in none.
	Groups    []Group `json:"groups,omitempty" yaml:"groups"`
	Everybody Rest    `json:"everybody,omitzero" yaml:"everybody"`
	// Who may come to openings that do not say, and to a room without openings: names of groups, or Everybody. Empty: everybody.
	Who []string `json:"who,omitempty" yaml:"who"`
	// Changes are what single openings do otherwise than these rules say.
	Changes []Change `json:"changes,omitempty" yaml:"changes"`
}

// Opening is one that happens at a clock of some days. A clock is 15:04 or 15:04:05, a date 2006-01-02.
type Opening struct {
	// Days are names of weekdays, Dates single days. At least one of both.
	Days  []string `json:"days,omitempty" yaml:"days"`
	Dates []string `json:"dates,omitempty" yaml:"dates"`
	// From and Until are the first and the last date of the weekly rule, Except dates on which it does not hold.
	From   string   `json:"from,omitempty" yaml:"from"`
	Until  string   `json:"until,omitempty" yaml:"until"`
	Except []string `json:"except,omitempty" yaml:"except"`
	// Lobby is when people may begin to come, before Start: empty, there is none. A clock later than Start is one of the day before.
	Lobby string `json:"lobby,omitempty" yaml:"lobby"`
	Start string `json:"start" yaml:"start"`
	// End is when the opening is over; empty: with the next one. A clock that is not later than Start is one of the day after.
	End string `json:"end,omitempty" yaml:"end"`
	// Order is arrival (the default) or draw: how the places of the lobby are ordered.
	Order string `json:"order,omitempty" yaml:"order"`
	// Quota is how many may be booked, 0: no bound. More releases further ones later in the same opening.
	Quota int64     `json:"quota,omitempty" yaml:"quota"`
	More  []Release `json:"more,omitempty" yaml:"more"`
	// Per is how many one visit may book, default 1.
	Per int64 `json:"per,omitempty" yaml:"per"`
	// Standby is how many may wait for what comes free while everything is booked. Before the last release everybody may.
	Standby int64 `json:"standby,omitempty" yaml:"standby"`
	// Profile is a ceiling of the pace, in percent of what the operator has set, in order of After. The last one holds to the end.
	Profile []Point `json:"profile,omitempty" yaml:"profile"`
	// CarryOver: those who wait at the end keep their order, ahead of all who come later. Otherwise their places have ended.
	CarryOver bool `json:"carry_over,omitempty" yaml:"carry_over"`
	// CloseAt closes the door for the rest of the opening once so many places are in the line, or in its lobby; 0: what the room says.
	CloseAt int64 `json:"close_at,omitempty" yaml:"close_at"`
	// Who may come; empty: as the schedule says. Places of others, from before, are called all the same.
	Who []string `json:"who,omitempty" yaml:"who"`
}

// Change is what one opening does otherwise than its rule says. The opening keeps its name, so what it has given, booked and applied goes
// on, and the rule stays for all other dates. A member that is not given is as the rule says.
type Change struct {
	// Opening names it: its date and its start by the rule, as in 2026-12-01 08:00.
	Opening string `json:"opening" yaml:"opening"`
	// Skip: it does not happen.
	Skip bool `json:"skip,omitempty" yaml:"skip"`
	// Lobby, Start and End are clocks; Lobby and End may be None. A lobby that a new start leaves no time for is left out, and so is a
	// release that is not before a new end.
	Lobby string `json:"lobby,omitempty" yaml:"lobby"`
	Start string `json:"start,omitempty" yaml:"start"`
	End   string `json:"end,omitempty" yaml:"end"`
	// Quota, Standby and CloseAt are those of Opening.
	Quota   *int64 `json:"quota,omitempty" yaml:"quota"`
	Standby *int64 `json:"standby,omitempty" yaml:"standby"`
	CloseAt *int64 `json:"close_at,omitempty" yaml:"close_at"`
	// More are releases by their clocks: another figure for one that the rule has, 0 takes it away, or one more. What a new start is
	// behind is given with it.
	More []Release `json:"more,omitempty" yaml:"more"`
	// Who is that of Opening.
	Who []string `json:"who,omitempty" yaml:"who"`
}

// None in place of a clock of a Change: there is no lobby, or no end before the next opening.
const None = "none"

// Total is how many may be booked in all of its parts; 0: there is no bound.
func (o *Opening) Total() int64 {
	n := o.Quota
	for _, m := range o.More {
		n += m.Quota
	}
	return n
}

// Total is how many may be booked in one of each of its openings, together.
func (s *Schedule) Total() (n int64) {
	for i := range s.Openings {
		n += s.Openings[i].Total()
	}
	return n
}

// Release is a part of the quota that is given later. What was not booked of the parts before is there as well.
type Release struct {
	At    string `json:"at" yaml:"at"` // a clock after Start, or after that of the release before
	Quota int64  `json:"quota" yaml:"quota"`
}

// Point is a part of a profile.
type Point struct {
	After   string `json:"after" yaml:"after"` // since Start: 90s, 5m
	Percent int64  `json:"percent" yaml:"percent"`
}

// What a room does between openings, and how places are ordered.
const (
	Closed  = "closed"
	Line    = "line"
	Through = "through"
	Arrival = "arrival"
	Draw    = "draw"
)
