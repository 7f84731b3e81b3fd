package plan

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// word says in one word who may come.
func (d Door) word() string {
	if d.Open() {
		return Everybody
	}
	word := ""
	for _, g := range d.Groups {
		word += g.Name + " "
	}
	return word
}

func TestTheDoorFollowsTheDay(t *testing.T) {
	zone := berlin(t)
	for _, between := range []string{Closed, Line} {
		s := grouped()
		s.Between = between
		c := mustParse(t, s)
		r := newRoom()
		for now := time.Date(2026, 12, 7, 6, 0, 0, 0, zone); now.Day() < 9; now = now.Add(10 * time.Minute) {
			r.next(c, now)
			r.tick(now)
			want := map[string]string{
				"07 06:00": "over80 staff ", "07 08:00": "over80 staff ", "07 11:50": "over80 staff ", "07 12:00": Everybody, "07 13:30": Everybody,
				"07 14:00": Everybody, "07 17:50": Everybody, "07 18:00": "staff ", "08 08:00": "staff ", "08 12:00": "over80 staff ",
			}[now.Format("02 15:04")]
			if got := c.DoorNow(&r.opening, now).word(); want != "" && got != want {
				t.Errorf("%s between, %v: %s may come, want %s", between, now, got, want)
			}
		}
	}
}

func TestAnOpeningThatAChangeHasPutInForceHasItsDoor(t *testing.T) {
	c := mustParse(t, grouped())
	now := time.Date(2026, 12, 7, 9, 0, 0, 0, berlin(t))
	if got := c.DoorNow(&queue.Opening{Phase: queue.PhaseOpen, Name: changed + "7"}, now).word(); got != "over80 staff " {
		t.Errorf("%s may come", got)
	}
	if got := c.DoorNow(&queue.Opening{Phase: queue.PhaseThrough}, now).word(); got != Everybody {
		t.Errorf("without a waiting room %s may come", got)
	}
	var none *Calendar
	if got := none.DoorNow(&queue.Opening{Phase: queue.PhaseOpen}, now).word(); got != Everybody {
		t.Errorf("without a schedule %s may come", got)
	}
	always := mustParse(t, &Schedule{Groups: []Group{{Name: "residents"}}, Who: []string{"residents"}})
	r := newRoom()
	r.next(always, now)
	r.tick(now)
	if got := always.DoorNow(&r.opening, now).word(); got != "residents " || r.opening.Phase != queue.PhaseOpen {
		t.Errorf("to a room that is always open %s may come, phase %v", got, r.opening.Phase)
	}
}

// On the day on which the clocks go back, and on the one on which they go forward, too.
func TestWhenAGroupComesNext(t *testing.T) {
	zone := berlin(t)
	s := grouped()
	s.Openings[0].Days, s.Openings[1].Days = []string{"monday", "sunday"}, []string{"monday", "sunday"}
	c := mustParse(t, s)
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, tc := range []struct{ now, group, opening, begins, start string }{
		{"2026-12-07 06:00", "over80", "2026-12-07 08:00", "2026-12-07 08:00", "2026-12-07 08:00"},
		{"2026-12-07 06:00", Everybody, "2026-12-07 14:00", "2026-12-07 13:30", "2026-12-07 14:00"},
		{"2026-12-07 13:00", "staff", "2026-12-07 14:00", "2026-12-07 13:30", "2026-12-07 14:00"},
		{"2026-12-07 19:00", "staff", "2026-12-08 08:00", "2026-12-08 08:00", "2026-12-08 08:00"},
		{"2026-12-07 15:00", Everybody, "2026-12-07 14:00", "2026-12-07 13:30", "2026-12-07 14:00"},
		{"2026-12-15 07:00", "staff", "2026-12-20 08:00", "2026-12-20 08:00", "2026-12-20 08:00"}, // the change leaves them out
		{"2027-03-27 19:00", Everybody, "2027-03-28 14:00", "2027-03-28 13:30", "2027-03-28 14:00"},
		{"2027-10-30 19:00", "over80", "2027-10-31 08:00", "2027-10-31 08:00", "2027-10-31 08:00"},
	} {
		o, ok := c.Coming(tc.group, at(tc.now))
		if !ok || o.Name != tc.opening || !o.Begins.Equal(at(tc.begins)) || !o.Start.Equal(at(tc.start)) {
			t.Errorf("at %s %s come to %+v, %v", tc.now, tc.group, o, ok)
		}
	}
	if o, ok := c.Coming("nobody", at("2026-12-07 06:00")); ok {
		t.Errorf("a group that is not there comes to %s", o.Name)
	}
	s.Openings = s.Openings[:1]
	s.Changes = nil
	if o, ok := mustParse(t, s).Coming(Everybody, at("2026-12-07 06:00")); ok {
		t.Errorf("everybody comes to %s", o.Name)
	}
}

func TestTheCalendarOfADocumentIsReadOnce(t *testing.T) {
	var d queue.Document
	var c Current
	if c.Of(&d) != nil {
		t.Error("there is a calendar of no schedule")
	}
	d.SetSchedule(grouped().Encode())
	first := c.Of(&d)
	if first == nil || c.Of(&d) != first {
		t.Errorf("%p, then %p", first, c.Of(&d))
	}
	d.SetSchedule(`{"zone":"UTC","of a later release":true}`)
	if c.Of(&d) != first {
		t.Error("a schedule that cannot be read has taken the one before away")
	}
	d.SetSchedule("")
	if c.Of(&d) != nil {
		t.Error("the schedule is gone, and its calendar is not")
	}
}
