package plan

import (
	"slices"
	"testing"
	"time"
)

// TestAClockIsShownAsItIsWritten shows seconds where a clock has them, and nowhere else.
func TestAClockIsShownAsItIsWritten(t *testing.T) {
	zone := berlin(t)
	now := time.Date(2026, 12, 1, 7, 0, 0, 0, zone)
	for at, want := range map[time.Time]string{
		time.Date(2026, 12, 1, 8, 0, 0, 0, zone):  "08:00",
		time.Date(2026, 12, 1, 8, 0, 30, 0, zone): "08:00:30",
		time.Date(2026, 12, 2, 8, 0, 30, 0, zone): "tomorrow 08:00:30",
		time.Date(2026, 12, 2, 8, 0, 0, 0, zone):  "tomorrow 08:00",
		time.Date(2026, 12, 7, 8, 0, 30, 0, zone): "Mon 7 Dec 08:00:30",
	} {
		if got := (&Event{At: at}).When(now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{{Dates: []string{"2026-12-01", "2026-03-29", "2026-10-25"}, Start: "02:30:30"}}})
	o := c.on(dateOf(now))[0]
	want := "2026-12-01 02:30:30 has begun at 02:30:30: its start cannot be moved"
	if _, err := c.Edit(&o, Change{Start: "09:00"}, now); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got, want := wordsOf(c.ClockChanges(now.AddDate(-1, 0, 0), 365*day)), []string{
		"on Sun 29 March the clocks go forward; an opening still happens once", "there is no 02:30:30 on 2026-03-29: it starts at 03:30:30",
		"on Sun 25 October the clocks go back; an opening still happens once", "02:30:30 happens twice on 2026-10-25: it starts at the first",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	afternoon := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{{Dates: []string{"2026-10-25"}, Start: "14:00:30"}}})
	if got := afternoon.ClockChanges(now.AddDate(-1, 0, 0), 365*day); len(got) != 1 {
		t.Errorf("a clock that both days have: %q", wordsOf(got))
	}
}

func wordsOf(changes []ClockChange) (all []string) {
	for i := range changes {
		all = append(all, changes[i].Words())
	}
	return all
}
