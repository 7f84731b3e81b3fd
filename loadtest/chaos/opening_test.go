package chaos

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// info is what a gateway says of the room of the openings.
func info(phase, name string, at time.Time, booked, called int64) operator.RoomInfo {
	var r operator.RoomInfo
	r.Opening.Phase, r.Opening.Name, r.Opening.Booked, r.AsOf, r.Totals.Called = phase, name, booked, at, called
	return r
}

func TestAnOpeningThatHappensTwiceOrTooEarlyIsSeen(t *testing.T) {
	hour := time.Unix(1000, 0)
	before, after := hour.Add(-time.Second), hour.Add(time.Second)
	none := info("closed", "schedule", before, 0, 0)
	quiet := []operator.RoomInfo{none, info("lobby", "a", before, 0, 0), info("open", "a", after, 2, 2), info("open", "a", after, 3, 3), info("lobby", "b", after, 0, 3)}
	for want, seen := range map[string][]operator.RoomInfo{
		"":                        quiet,
		`"lobby of a" came after`: {quiet[2], quiet[1]},
		`"open of a" came after`:  {quiet[4], quiet[2]},
		"before its hour":         {info("open", "a", before, 0, 0)},
		"4 are booked, 3 slots":   {info("open", "a", after, 4, 4)},
		"called in the lobby":     {quiet[4], info("lobby", "b", after, 0, 4)},
		"is no phase":             {quiet[2], none},
	} {
		w := &watch{rank: map[string]int{}, due: map[string]dueOpening{}}
		w.expect("a", hour, 3)
		w.expect("b", hour, 3)
		var last operator.RoomInfo
		for i := range seen {
			last = w.read("gateway-0", &last, &seen[i])
		}
		if want == "" && len(w.wrong) > 0 || want != "" && !slices.ContainsFunc(w.wrong, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("want %q, got %q", want, w.wrong)
		}
	}
	// Nothing is left of what it has said.
	w := &watch{rank: map[string]int{}, due: map[string]dueOpening{}}
	w.expect("a", hour, 3)
	last := quiet[2]
	w.lenient(true)
	last = w.read("gateway-0", &last, &none)
	w.lenient(false)
	for _, i := range []int{0, 1, 2} {
		last = w.read("gateway-0", &last, &quiet[i])
	}
	if len(w.wrong) > 0 {
		t.Errorf("after all was lost: %q", w.wrong)
	}
}

func TestAGuestWhoGotNothingOrLostThePlaceIsSeen(t *testing.T) {
	for want, g := range map[string]*guest{
		"":           {booked: true},
		"not booked": {},
		"in place":   {lost: "place 2 in place of 1"},
		"shown":      {booked: true, rose: "number 1 was shown 2 ahead after 1"},
	} {
		got := strings.Join(g.wronged(), " ")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}

func TestTheScheduleKeepsTheLatestOpenings(t *testing.T) {
	_, zone, err := firstSchedule(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	o := &openings{began: time.Now(), zone: zone}
	hour := time.Now().Truncate(time.Hour)
	for i := range kept + 3 {
		start := hour.Add(time.Duration(i) * time.Minute)
		s := o.schedule(start.Add(-time.Second), start, slots)
		last := s.Openings[len(s.Openings)-1]
		if len(s.Openings) > kept || last.Start != start.In(zone).Format(time.TimeOnly) || !last.CarryOver || last.Quota != slots || last.Standby == 0 {
			t.Errorf("%d openings, the last is %+v", len(s.Openings), last)
		}
	}
}

// Each slot that the gate gives anew is held by somebody who has gone, at worst one after the other.
func TestAnActWhoseBookingsWereForgottenHasTheTimeOfThoseWhoAreDone(t *testing.T) {
	remembers, forgets := act{}, act{forgotten: 2}
	if got, want := forgets.patience()-remembers.patience(), 2*environment.OpeningIdle; got != want {
		t.Errorf("%v more, want %v", got, want)
	}
}

// The gate is killed behind the answer that books, before the guest has it.
func TestAGuestWhoseBookingWasNotAnsweredIsDoneWhenTheGateSaysSo(t *testing.T) {
	mine, another := visitor.Token{Visitor: "a", Number: 1}, visitor.Token{Visitor: "b", Number: 9}
	for _, c := range []struct {
		sent  bool
		state string
		now   visitor.Token
		want  bool
	}{
		{true, "soldout", mine, true},
		{true, "ended", mine, true},
		{true, "none", mine, true},
		{true, "waiting", another, true},
		{true, "", mine, false},
		{false, "soldout", mine, false},
		{false, "waiting", another, false},
	} {
		g := &guest{place: mine, sent: c.sent}
		if got := g.done(&visitor.Answer{State: c.state}, c.now); got != c.want {
			t.Errorf("%+v: done is %v", c, got)
		}
	}
}
