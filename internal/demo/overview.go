package demo

import (
	"net/http"
	"time"
)

// Available is what is left of one appointment.
type Available struct {
	Slot
	Left  int       // places that may be taken now
	Opens time.Time // when it will be released; zero: it is
}

// Overview returns what is left of every appointment, in order.
func (l *Ledger) Overview(now time.Time) []Available {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	released := l.calendar.released(now)
	all := make([]Available, 0, len(l.rows))
	for i := range l.rows {
		a := Available{Slot: l.rows[i].Slot, Left: max(l.left(now, i), 0)}
		if released <= l.rows[i].offset {
			a.Opens = l.calendar.opens(l.rows[i].offset).In(a.Start.Location()) // on the town's clock
		}
		all = append(all, a)
	}
	return all
}

// dayView is one day of the calendar page.
type dayView struct {
	Date     string // "2021-06-20"
	Day      time.Time
	Weekday  string // "So"
	Short    string // "20.06."
	Left     int
	Opens    time.Time // of its first appointment, when nothing is released yet
	Selected bool
	Slots    []Available
}

// days groups the appointments by day.
func days(all []Available) []dayView {
	var out []dayView
	for _, a := range all {
		date := a.Start.Format(time.DateOnly)
		if len(out) == 0 || out[len(out)-1].Date != date {
			out = append(out, dayView{
				Date: date, Day: a.Start, Weekday: weekdays[a.Start.Weekday()][:2],
				Short: a.Start.Format("02.01."), Opens: a.Opens,
			})
		}
		d := &out[len(out)-1]
		d.Left += a.Left
		d.Slots = append(d.Slots, a)
	}
	return out
}

// selectDay marks the day that is asked for, else the first one with something
// left, else the first one, and returns it.
func selectDay(all []dayView, asked string) *dayView {
	chosen := -1
	for i := range all {
		if all[i].Date == asked {
			chosen = i
			break
		}
		if chosen < 0 && all[i].Left > 0 {
			chosen = i
		}
	}
	chosen = max(chosen, 0)
	all[chosen].Selected = true
	return &all[chosen]
}

// halfDay is the morning or the afternoon of the calendar page.
type halfDay struct {
	Name  string
	Slots []Available
}

func halves(d *dayView) []halfDay {
	out := []halfDay{{Name: "Vormittag"}, {Name: "Nachmittag"}}
	for _, a := range d.Slots {
		half := &out[min(a.Start.Hour()/12, 1)]
		half.Slots = append(half.Slots, a)
	}
	return out
}

// apiDay and apiSlot are the shape of GET /api/slots.
type apiDay struct {
	Date  string    `json:"date"`
	Left  int       `json:"left"`
	Slots []apiSlot `json:"slots"`
}

type apiSlot struct {
	ID     string     `json:"id"`
	Start  time.Time  `json:"start"`
	Places int        `json:"places"`
	Left   int        `json:"left"`
	Opens  *time.Time `json:"opens,omitempty"` // not released yet
}

// slots answers GET /api/slots.
func (s *Site) slots(w http.ResponseWriter, _ *http.Request) {
	now := s.cfg.Clock.Now()
	left := 0
	var out []apiDay
	for _, d := range days(s.ledger.Overview(now)) {
		day := apiDay{Date: d.Date, Left: d.Left}
		left += d.Left
		for _, a := range d.Slots {
			slot := apiSlot{ID: a.ID, Start: a.Start, Places: a.Places, Left: a.Left}
			if !a.Opens.IsZero() {
				slot.Opens = &a.Opens
			}
			day.Slots = append(day.Slots, slot)
		}
		out = append(out, day)
	}
	writeJSON(w, struct {
		AsOf   time.Time `json:"as_of"`
		Places int       `json:"places"`
		Left   int       `json:"left"`
		Days   []apiDay  `json:"days"`
	}{now, s.cfg.Calendar.Places, left, out})
}
