package operator

import (
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// NoticeKind is what a notice is about, for programs that say it in other words.
type NoticeKind string

// The kinds of notices, beside those of plan.ClockKind, which name Date, and Asked and Starts where it is about an opening.
const (
	NoticeStoreAway NoticeKind = "store_away" // the store is away
	NoticeUnread    NoticeKind = "unread"     // this gateway cannot read the schedule
	NoticeNothing   NoticeKind = "nothing"    // nothing comes next
	NoticeNotYet    NoticeKind = "not_yet"    // Event is not in force yet, or no gateway follows the schedule
	NoticeOpenAll   NoticeKind = "open_all"   // the room is open to all
	NoticePaused    NoticeKind = "paused"     // it is paused
	NoticeZero      NoticeKind = "zero"       // its rate is 0
	NoticeOver      NoticeKind = "over"       // Booked are more than Quota
	NoticeEnds      NoticeKind = "ends"       // the numbers of Lobby and Line people end at once
	NoticeAnother   NoticeKind = "another"    // Opening is another one than Counted, and the Booked ones are not of it
	NoticeSoldOut   NoticeKind = "sold_out"   // Booked are more than the Quota would be
)

// Notice is something that somebody should look at before the next thing happens. What its kind does not name is absent.
type Notice struct {
	Kind NoticeKind `json:"kind"`
	// Words say it for people.
	Words   string     `json:"words"`
	Event   *PlanEvent `json:"event,omitempty"`
	Booked  *int64     `json:"booked,omitempty"`
	Quota   *int64     `json:"quota,omitempty"`
	Lobby   *int64     `json:"lobby,omitempty"`
	Line    *int64     `json:"line,omitempty"`
	Opening string     `json:"opening,omitempty"`
	Counted string     `json:"counted,omitempty"`
	Date    string     `json:"date,omitempty"`
	Asked   string     `json:"asked,omitempty"`
	Starts  string     `json:"starts,omitempty"`
}

// notices are those that a plan has.
type notices []Notice

func (n *notices) add(kind NoticeKind, format string, args ...any) *Notice {
	*n = append(*n, Notice{Kind: kind, Words: fmt.Sprintf(format, args...)})
	return &(*n)[len(*n)-1]
}

// clocks adds what a change of the clocks does.
func (n *notices) clocks(changes []plan.ClockChange) {
	for i := range changes {
		c := &changes[i]
		added := n.add(NoticeKind(c.Kind), "%s", c.Words())
		added.Date, added.Asked, added.Starts = c.Date, c.Asked, c.Starts
	}
}

// notYet adds the differences, within two days, between the plan in force and the one that its schedule asks for.
func (n *notices) notYet(v *queue.View, now time.Time) {
	for _, e := range followed(v, now) {
		shown := eventOf(e, now)
		n.add(NoticeNotYet, "not in force yet, or no gateway follows the schedule: %s %s", e.When(now), e.Words()).Event = &shown
	}
}

// words are what notices say; never nil.
func (n notices) words() []string {
	all := make([]string, len(n))
	for i := range n {
		all[i] = n[i].Words
	}
	return all
}
