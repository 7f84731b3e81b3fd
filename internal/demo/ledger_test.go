package demo

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// small is one morning with three appointments of two places each.
func small() Calendar {
	return Calendar{
		First: time.Date(2021, 6, 20, 0, 0, 0, 0, germany()), Days: 1,
		From: 8 * time.Hour, To: 9 * time.Hour, Every: 20 * time.Minute, Places: 6,
	}
}

const (
	eight      = "20210620-0800"
	eightforty = "20210620-0840"
)

func newLedger(t *testing.T, c Calendar, guard bool) *Ledger {
	t.Helper()
	l, err := NewLedger(c, guard, 10*time.Minute, rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func someone(i int) Person { return Person{Name: "Person " + strconv.Itoa(i)} }

func TestCalendar(t *testing.T) {
	t.Run("places are spread evenly and none is lost", func(t *testing.T) {
		slots := Speyer().Calendar.slots()
		sum := 0
		for _, s := range slots {
			if s.Places != 59 && s.Places != 60 {
				t.Errorf("%s has %d places", s.ID, s.Places)
			}
			sum += s.Places
		}
		if len(slots) != 42 || sum != 2500 {
			t.Errorf("%d appointments with %d places", len(slots), sum)
		}
	})
	t.Run("weekends are left out where the town works on working days", func(t *testing.T) {
		c := small()
		c.First, c.Days, c.WorkingDays, c.Places = time.Date(2026, 11, 20, 0, 0, 0, 0, germany()), 3, true, 9
		var got []string
		for _, s := range c.slots() {
			if s.Start.Hour() == 8 && s.Start.Minute() == 0 {
				got = append(got, s.Start.Weekday().String())
			}
		}
		if strings.Join(got, " ") != "Friday Monday Tuesday" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("eight o'clock stays eight o'clock when the clocks change", func(t *testing.T) {
		c := small()
		c.First, c.Days = time.Date(2026, 3, 28, 0, 0, 0, 0, germany()), 2
		slots := c.slots()
		if a, b := slots[0].Start, slots[3].Start; a.Hour() != 8 || b.Hour() != 8 || b.Sub(a) != 23*time.Hour {
			t.Errorf("got %v and %v", a, b)
		}
	})
	t.Run("moved contingents keep their distance and the day keeps its own", func(t *testing.T) {
		c := Speyer().Calendar
		moved := c.At(c.Contingents[0].Opens.AddDate(1, 0, 0))
		if d := moved.Contingents[3].Opens.Sub(moved.Contingents[0].Opens); d != 9*time.Hour {
			t.Errorf("distance %v", d)
		}
		if got := moved.First.Format(time.DateOnly); got != "2022-06-20" {
			t.Errorf("first day %s", got)
		}
		if c.Contingents[0].Opens.Year() != 2021 {
			t.Error("the original moved too")
		}
	})
	t.Run("everything that is wrong is named", func(t *testing.T) {
		err := Calendar{To: 25 * time.Hour}.Validate()
		for _, path := range []string{"calendar.first:", "calendar.days:", "calendar.every:", "calendar.from, to:"} {
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s is not named in:\n%v", path, err)
			}
		}
		c := small()
		c.Contingents = []Contingent{{Opens: noon, Places: 3}, {Opens: noon, Places: 4}}
		err = c.Validate()
		for _, path := range []string{"calendar.contingents[1].opens:", "calendar.contingents:"} {
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s is not named in:\n%v", path, err)
			}
		}
	})
}

func TestHolds(t *testing.T) {
	t.Run("a held place is nobody else's until its time is up", func(t *testing.T) {
		l := newLedger(t, small(), true)
		for _, session := range []string{"a", "b"} {
			if _, _, err := l.Hold(noon, session, eight); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := l.Hold(noon.Add(9*time.Minute), "c", eight); !errors.Is(err, ErrSoldOut) {
			t.Errorf("got %v, want ErrSoldOut", err)
		}
		if _, _, err := l.Hold(noon.Add(10*time.Minute), "c", eight); err != nil {
			t.Errorf("after the hold: %v", err)
		}
		if tally := l.Tally(noon.Add(10 * time.Minute)); tally.HoldsExpired != 2 || tally.Holds != 1 || tally.Left != 5 {
			t.Errorf("got %+v", tally)
		}
	})
	t.Run("a session holds one place, and keeps it when another is taken", func(t *testing.T) {
		l := newLedger(t, small(), true)
		for _, session := range []string{"a", "b"} {
			_, _, _ = l.Hold(noon, session, eight)
		}
		if slot, _, err := l.Hold(noon, "a", eightforty); err != nil || slot.ID != eightforty {
			t.Fatalf("%v %v", slot, err)
		}
		if tally := l.Tally(noon); tally.Holds != 2 || tally.Left != 4 {
			t.Errorf("got %+v", tally)
		}
		if _, _, err := l.Hold(noon, "c", eight); err != nil {
			t.Fatal("the place that was given up is not free")
		}
		if _, _, err := l.Hold(noon, "a", eight); !errors.Is(err, ErrSoldOut) {
			t.Errorf("got %v, want ErrSoldOut", err)
		}
		if slot, _, ok := l.Held(noon, "a"); !ok || slot.ID != eightforty {
			t.Errorf("the old hold is gone: %v %v", slot, ok)
		}
	})
	t.Run("holding again starts the time anew", func(t *testing.T) {
		l := newLedger(t, small(), true)
		_, _, _ = l.Hold(noon, "a", eight)
		_, _, _ = l.Hold(noon.Add(8*time.Minute), "a", eight)
		if _, until, ok := l.Held(noon.Add(12*time.Minute), "a"); !ok || !until.Equal(noon.Add(18*time.Minute)) {
			t.Errorf("held %v until %v", ok, until)
		}
	})
	t.Run("a restart loses them", func(t *testing.T) {
		l := newLedger(t, small(), true)
		_, _, _ = l.Hold(noon, "a", eight)
		l.DropHolds()
		if tally := l.Tally(noon); tally.Holds != 0 || tally.HoldsLost != 1 || tally.Left != 6 {
			t.Errorf("got %+v", tally)
		}
		if tally := l.Tally(noon.Add(time.Hour)); tally.HoldsExpired != 0 {
			t.Error("a lost hold expired as well")
		}
	})
}

func TestContingentsOpenByTheClock(t *testing.T) {
	c := small()
	c.Contingents = []Contingent{{Opens: noon, Places: 3}, {Opens: noon.Add(time.Hour), Places: 3}}
	l := newLedger(t, c, true)
	if _, _, err := l.Hold(noon.Add(-time.Nanosecond), "a", eight); !errors.Is(err, ErrNotReleased) {
		t.Errorf("before: %v", err)
	}
	if got := l.Tally(noon); got.Released != 3 || got.Left != 3 {
		t.Errorf("first contingent: %+v", got)
	}
	if _, err := l.Book(noon, "a", eightforty, someone(1)); !errors.Is(err, ErrNotReleased) {
		t.Errorf("an appointment of the second contingent: %v", err)
	}
	all := l.Overview(noon)
	// The contingent ends in the middle of the second appointment.
	if all[1].Left != 1 || !all[1].Opens.IsZero() || all[2].Left != 0 || !all[2].Opens.Equal(noon.Add(time.Hour)) {
		t.Errorf("got %+v", all)
	}
	if got := l.Tally(noon.Add(time.Hour)); got.Left != 6 {
		t.Errorf("second contingent: %+v", got)
	}
}

func TestTheGuard(t *testing.T) {
	t.Run("a place is sold once", func(t *testing.T) {
		l := newLedger(t, small(), true)
		for i := range 2 {
			if _, err := l.Book(noon, strconv.Itoa(i), eight, someone(i)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := l.Book(noon, "c", eight, someone(3)); !errors.Is(err, ErrSoldOut) {
			t.Errorf("got %v, want ErrSoldOut", err)
		}
	})
	t.Run("a hold buys one place, not two", func(t *testing.T) {
		l := newLedger(t, small(), true)
		_, _, _ = l.Hold(noon, "a", eight)
		if _, err := l.Book(noon, "a", eight, someone(1)); err != nil {
			t.Fatal(err)
		}
		if tally := l.Tally(noon); tally.Holds != 0 || tally.Left != 5 {
			t.Errorf("got %+v", tally)
		}
	})
	t.Run("a person has one appointment, however the name is written", func(t *testing.T) {
		l := newLedger(t, small(), true)
		if _, err := l.Book(noon, "a", eight, Person{Name: "Erika Muster"}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Book(noon, "b", eightforty, Person{Name: "erika  MUSTER", Email: "other@example.org"}); !errors.Is(err, ErrAlreadyBooked) {
			t.Errorf("got %v, want ErrAlreadyBooked", err)
		}
		if tally := l.Tally(noon); tally.DoubleRefused != 1 || tally.Made != 1 {
			t.Errorf("got %+v", tally)
		}
	})
	t.Run("what somebody with a booking has chosen is free at once", func(t *testing.T) {
		l := newLedger(t, small(), true)
		if _, err := l.Book(noon, "a", eight, someone(1)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := l.Hold(noon, "b", eightforty); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Book(noon, "b", eightforty, someone(1)); !errors.Is(err, ErrAlreadyBooked) {
			t.Errorf("got %v, want ErrAlreadyBooked", err)
		}
		if _, _, held := l.Held(noon, "b"); held {
			t.Error("the place is still held")
		}
	})
	t.Run("the same form sent twice gets the same booking", func(t *testing.T) {
		l := newLedger(t, small(), true)
		first, _ := l.Book(noon, "a", eight, someone(1))
		again, err := l.Book(noon, "a", eight, someone(1))
		if err != nil || again.Number != first.Number || l.Tally(noon).Made != 1 {
			t.Errorf("%v %v, %v", first.Number, again.Number, err)
		}
	})
	t.Run("without it places and people are booked twice, and counted", func(t *testing.T) {
		l := newLedger(t, small(), false)
		for i := range 3 {
			if _, err := l.Book(noon, strconv.Itoa(i), eight, someone(i)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := l.Book(noon, "0", eightforty, someone(0)); err != nil {
			t.Fatal(err)
		}
		if tally := l.Tally(noon); tally.Double != 2 || tally.Made != 4 {
			t.Errorf("got %+v", tally)
		}
	})
}

func TestACancelledPlaceIsFreeAtOnce(t *testing.T) {
	l := newLedger(t, small(), true)
	b, _ := l.Book(noon, "a", eight, someone(1))
	_, _ = l.Book(noon, "b", eight, someone(2))
	if _, err := l.Cancel(b.Number); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Cancel(b.Number); !errors.Is(err, ErrUnknownBooking) {
		t.Errorf("second time: %v", err)
	}
	if _, err := l.Find(b.Number); !errors.Is(err, ErrUnknownBooking) {
		t.Errorf("found: %v", err)
	}
	if _, err := l.Book(noon, "c", eight, someone(1)); err != nil {
		t.Errorf("the same person, the same place: %v", err)
	}
	if tally := l.Tally(noon); tally.Cancelled != 1 || tally.Standing != 2 || tally.Made != 3 {
		t.Errorf("got %+v", tally)
	}
}

// TestPlacesAlwaysAddUp plays random histories: whatever happens, the guard
// sells no place twice, and booked, held and left places are all there are.
func TestPlacesAlwaysAddUp(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 0))
		c := small()
		c.Contingents = []Contingent{{Opens: noon.Add(time.Minute), Places: 2}, {Opens: noon.Add(time.Hour), Places: 4}}
		l := newLedger(t, c, true)
		ids := []string{eight, "20210620-0820", eightforty}
		var numbers []string
		now := noon
		for step := range 500 {
			now = now.Add(time.Duration(r.IntN(120)) * time.Second)
			session, slot := strconv.Itoa(r.IntN(6)), ids[r.IntN(3)]
			switch r.IntN(5) {
			case 0, 1:
				_, _, _ = l.Hold(now, session, slot)
			case 2, 3:
				if b, err := l.Book(now, session, slot, someone(r.IntN(12))); err == nil {
					numbers = append(numbers, b.Number)
				}
			case 4:
				if len(numbers) > 0 {
					_, _ = l.Cancel(numbers[r.IntN(len(numbers))])
				}
				if r.IntN(20) == 0 {
					l.DropHolds()
				}
			}
			tally := l.Tally(now)
			if tally.Standing+tally.Holds+tally.Left != tally.Released || tally.Made-tally.Cancelled != tally.Standing {
				t.Fatalf("seed %d, step %d: %+v", seed, step, tally)
			}
			for _, row := range l.rows {
				if row.booked+row.held > row.Places || row.booked < 0 || row.held < 0 {
					t.Fatalf("seed %d, step %d: %+v", seed, step, row)
				}
			}
		}
	}
}
