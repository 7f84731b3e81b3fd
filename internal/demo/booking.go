package demo

import (
	"errors"
	"net/http"
	"time"
)

// The pages of a booking, in the order in which a visitor sees them.

func (s *Site) start(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Clock.Now()
	p := page{Title: s.cfg.Service + " online buchen", Body: struct {
		Tally
		Next time.Time
	}{s.ledger.Tally(now), s.nextRelease(now)}}
	if v := s.sessions.find(r, now); v != nil {
		p.Notice = s.sessions.told(v)
	}
	s.pages.show(w, http.StatusOK, "start", p)
}

// nextRelease returns when the next contingent opens, on the town's clock; zero:
// none is to come.
func (s *Site) nextRelease(now time.Time) time.Time {
	for _, k := range s.cfg.Calendar.Contingents {
		if k.Opens.After(now) {
			return k.Opens.In(s.cfg.Calendar.First.Location())
		}
	}
	return time.Time{}
}

func (s *Site) calendar(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Clock.Now()
	v, err := s.sessions.ensure(w, r, now)
	if err != nil {
		s.broken(w)
		return
	}
	s.showCalendar(w, http.StatusOK, v, now, r.URL.Query().Get("tag"), s.sessions.told(v))
}

func (s *Site) showCalendar(w http.ResponseWriter, status int, v *session, now time.Time, asked, notice string) {
	all := days(s.ledger.Overview(now))
	day := selectDay(all, asked)
	left := 0
	for i := range all {
		left += all[i].Left
	}
	s.pages.show(w, status, "calendar", page{
		Title: "Termin wählen", Step: 1, Notice: notice, CSRF: v.csrf,
		Body: struct {
			Days   []dayView
			Day    *dayView
			Halves []halfDay
			Left   int
			Next   time.Time
		}{all, day, halves(day), left, s.nextRelease(now)},
	})
}

func (s *Site) choose(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visitor(w, r, maxForm)
	if !ok {
		return
	}
	now := s.cfg.Clock.Now()
	slot := r.PostForm.Get(fieldSlot)
	switch _, _, err := s.ledger.Hold(now, v.id, slot); {
	case err == nil:
		http.Redirect(w, r, "/termine/angaben", http.StatusSeeOther)
	case errors.Is(err, ErrSoldOut):
		s.showCalendar(w, http.StatusConflict, v, now, slotDate(slot), "Dieser Termin wurde gerade vergeben. Bitte wählen Sie einen anderen.")
	case errors.Is(err, ErrNotReleased):
		s.showCalendar(w, http.StatusConflict, v, now, slotDate(slot), "Dieser Termin ist noch nicht freigegeben.")
	default:
		s.notFound(w, r)
	}
}

// slotDate returns the day ("2021-06-20") of a slot's id, "" if it is none.
func slotDate(id string) string {
	t, err := time.Parse("20060102-1504", id)
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

func (s *Site) details(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Clock.Now()
	v := s.sessions.find(r, now)
	if v == nil {
		s.sessionOver(w)
		return
	}
	slot, until, ok := s.ledger.Held(now, v.id)
	if !ok {
		s.sessions.tell(v, "Bitte wählen Sie zuerst einen Termin. Eine Reservierung gilt nur einige Minuten.")
		http.Redirect(w, r, "/termine", http.StatusSeeOther)
		return
	}
	s.showDetails(w, http.StatusOK, v, form{Slot: slot.ID}, slot, until, now)
}

func (s *Site) showDetails(w http.ResponseWriter, status int, v *session, f form, slot Slot, until, now time.Time) {
	s.pages.show(w, status, "details", page{
		Title: "Ihre Angaben", Step: 2, CSRF: v.csrf,
		Body: struct {
			Form    form
			Slot    Slot
			Until   time.Time
			Left    int // seconds
			MaxFile int64
		}{f, slot, until.In(slot.Start.Location()), int(until.Sub(now) / time.Second), maxFile},
	})
}

func (s *Site) submit(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visitor(w, r, maxFile+maxForm)
	if !ok {
		return
	}
	now := s.cfg.Clock.Now()
	f := form{
		Slot: r.PostForm.Get(fieldSlot), Name: r.PostForm.Get(fieldName), Birth: r.PostForm.Get(fieldBirth),
		Email: r.PostForm.Get(fieldEmail), Consent: r.PostForm.Get(fieldConsent) != "",
	}
	person, good := f.person(now)
	certificate, why := readCertificate(r, now)
	if why != "" {
		f.Errors[fieldFile], good = why, false
	}
	if !good {
		s.formAgain(w, v, f, now)
		return
	}
	if !s.cfg.GuardOff && r.Context().Err() != nil {
		return // nobody would learn of the booking, and its owner would come again
	}
	b, err := s.ledger.Book(now, v.id, f.Slot, person)
	if err != nil {
		s.notBooked(w, err)
		return
	}
	if certificate != nil {
		if err := s.ledger.Attach(b.Number, *certificate); err != nil {
			s.broken(w)
			return
		}
	}
	s.sessions.allow(v, b.Number, true)
	http.Redirect(w, r, "/buchung/"+b.Number, http.StatusSeeOther)
}

// formAgain shows the form with what was typed and what is wrong with it.
func (s *Site) formAgain(w http.ResponseWriter, v *session, f form, now time.Time) {
	slot, until, held := s.ledger.Held(now, v.id)
	if !held || slot.ID != f.Slot {
		// The time ran out, or another tab chose something else: keep the place
		// that this form is about, if one is left.
		var err error
		if slot, until, err = s.ledger.Hold(now, v.id, f.Slot); err != nil {
			s.notBooked(w, err)
			return
		}
	}
	s.showDetails(w, http.StatusUnprocessableEntity, v, f, slot, until, now)
}

func (s *Site) notBooked(w http.ResponseWriter, err error) {
	m := message{Link: "/termine", LinkText: "Anderen Termin wählen"}
	status := http.StatusConflict
	switch {
	case errors.Is(err, ErrSoldOut):
		m.Heading = "Dieser Termin ist nicht mehr frei"
		m.Text = "Ihre Reservierung ist abgelaufen und der Platz wurde inzwischen vergeben. Ihre Angaben wurden nicht gespeichert."
	case errors.Is(err, ErrAlreadyBooked):
		m.Heading = "Sie haben schon einen Termin"
		m.Text = "Zu diesem Namen und Geburtsdatum gibt es bereits eine Buchung. Jede Person kann einen Termin haben. Möchten Sie einen anderen, stornieren Sie bitte zuerst den bisherigen."
		m.Link, m.LinkText = "/buchung", "Meine Buchung aufrufen"
	case errors.Is(err, ErrNotReleased), errors.Is(err, ErrUnknownSlot):
		m.Heading = "Diesen Termin gibt es nicht"
		m.Text = "Der gewählte Termin kann nicht gebucht werden."
	default:
		s.broken(w)
		return
	}
	s.pages.message(w, status, m)
}

func (s *Site) notFound(w http.ResponseWriter, _ *http.Request) {
	s.pages.message(w, http.StatusNotFound, message{
		Heading: "Diese Seite gibt es nicht",
		Text:    "Die Adresse ist falsch oder veraltet.",
		Link:    "/", LinkText: "Zur Startseite",
	})
}

func (s *Site) broken(w http.ResponseWriter) {
	s.pages.message(w, http.StatusInternalServerError, message{
		Heading: "Da ist etwas schiefgegangen",
		Text:    "Ihre Anfrage konnte nicht verarbeitet werden. Bitte versuchen Sie es noch einmal.",
		Link:    "/", LinkText: "Zur Startseite",
	})
}

// sessionOver answers whoever comes with a session that we do not know.
func (s *Site) sessionOver(w http.ResponseWriter) {
	s.pages.message(w, http.StatusForbidden, message{
		Heading: "Ihre Sitzung ist beendet",
		Text:    "Sie waren längere Zeit nicht aktiv, oder der Server wurde neu gestartet. Bitte beginnen Sie von vorn.",
		Link:    "/termine", LinkText: "Zur Terminauswahl",
	})
}

func (s *Site) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // whoever asked has left
}
