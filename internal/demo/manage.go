package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"html/template"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Pages about a booking that exists: look it up, keep it, hand in a file for
// it, give it back.

const (
	maxForm = 64 << 10 // bytes of a form without a file
	maxFile = 5 << 20  // bytes of a certificate
)

// visitor reads the posted form, at most limit bytes, and returns the session
// that it comes from. ok is false when the request has been answered: too
// large, malformed, without a session, or without the session's token.
func (s *Site) visitor(w http.ResponseWriter, r *http.Request, limit int64) (v *session, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(limit) // which would hide the error of the first
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		s.pages.message(w, http.StatusRequestEntityTooLarge, message{
			Heading: "Die Datei ist zu groß",
			Text:    "Eine Datei darf höchstens " + fileSize(maxFile) + " haben.",
			Link:    r.URL.Path, LinkText: "Zurück zum Formular", // every form posts to its own address
		})
		return nil, false
	case err != nil && !errors.Is(err, http.ErrNotMultipart):
		s.pages.message(w, http.StatusBadRequest, message{
			Heading: "Das Formular kam unvollständig an",
			Text:    "Bitte senden Sie es noch einmal.",
			Link:    "/termine", LinkText: "Zur Terminauswahl",
		})
		return nil, false
	}
	v = s.sessions.find(r, s.cfg.Clock.Now())
	if v == nil || !v.genuine(r.PostForm.Get(fieldCSRF)) {
		s.sessionOver(w)
		return nil, false
	}
	return v, true
}

// own returns the booking in the request's path if the session may see it;
// otherwise it sends the visitor to the page where a booking is looked up.
func (s *Site) own(w http.ResponseWriter, r *http.Request) (*session, Booking, bool) {
	number := r.PathValue("number")
	v := s.sessions.find(r, s.cfg.Clock.Now())
	b, err := s.ledger.Find(number)
	if err != nil || !s.sessions.allowed(v, number) {
		// The same answer in both cases: numbers are not to be guessed.
		http.Redirect(w, r, "/buchung?"+url.Values{"nummer": {number}}.Encode(), http.StatusSeeOther)
		return nil, Booking{}, false
	}
	return v, b, true
}

func (s *Site) booking(w http.ResponseWriter, r *http.Request) {
	v, b, ok := s.own(w, r)
	if !ok {
		return
	}
	fresh := r.Method == http.MethodGet && s.sessions.isFresh(v, b.Number)
	ics := template.URL("/buchung/" + b.Number + "/termin.ics")
	if fresh && s.cfg.FinishHeader {
		w.Header().Set("Einlass-Finish", "1")
		// The visit ends with this page; its calendar entry must not need another one.
		ics = template.URL("data:text/calendar;charset=utf-8," + url.PathEscape(s.entry(b)))
	}
	title := "Ihre Buchung"
	step := 0
	if fresh {
		title, step = "Ihr Termin ist gebucht", 3
	}
	s.pages.show(w, http.StatusOK, "booking", page{
		Title: title, Step: step, Notice: s.sessions.told(v), CSRF: v.csrf,
		Body: struct {
			Booking Booking
			Fresh   bool
			ICS     template.URL
		}{b, fresh, ics},
	})
}

type lookupForm struct{ Number, Birth, Error string }

func (s *Site) lookup(w http.ResponseWriter, r *http.Request) {
	v, err := s.sessions.ensure(w, r, s.cfg.Clock.Now())
	if err != nil {
		s.broken(w)
		return
	}
	s.pages.show(w, http.StatusOK, "lookup", page{
		Title: "Meine Buchung", CSRF: v.csrf, Notice: s.sessions.told(v),
		Body: lookupForm{Number: r.URL.Query().Get("nummer")},
	})
}

func (s *Site) find(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visitor(w, r, maxForm)
	if !ok {
		return
	}
	f := lookupForm{Number: strings.ToUpper(strings.TrimSpace(r.PostForm.Get(fieldNumber))), Birth: r.PostForm.Get(fieldBirth)}
	birth, _ := birthDate(f.Birth, s.cfg.Clock.Now()) // a bad date matches nobody
	b, err := s.ledger.Find(f.Number)
	if err != nil || !b.Person.Birth.Equal(birth) {
		f.Error = "Zu dieser Nummer und diesem Geburtsdatum finden wir keine Buchung. Bitte prüfen Sie beides."
		s.pages.show(w, http.StatusUnprocessableEntity, "lookup", page{Title: "Meine Buchung", CSRF: v.csrf, Body: f})
		return
	}
	s.sessions.allow(v, b.Number, false)
	http.Redirect(w, r, "/buchung/"+b.Number, http.StatusSeeOther)
}

type uploadPage struct {
	Booking Booking
	MaxFile int64
	Error   string
}

func (s *Site) uploadForm(w http.ResponseWriter, r *http.Request) {
	if v, b, ok := s.own(w, r); ok {
		s.showUpload(w, http.StatusOK, v, b, "")
	}
}

func (s *Site) showUpload(w http.ResponseWriter, status int, v *session, b Booking, why string) {
	s.pages.show(w, status, "upload", page{Title: "Nachweis hochladen", CSRF: v.csrf, Body: uploadPage{b, maxFile, why}})
}

func (s *Site) upload(w http.ResponseWriter, r *http.Request) {
	v, b, ok := s.own(w, r)
	if !ok {
		return
	}
	if _, ok := s.visitor(w, r, maxFile+maxForm); !ok {
		return
	}
	certificate, why := readCertificate(r, s.cfg.Clock.Now())
	if certificate == nil && why == "" {
		why = "Bitte wählen Sie eine Datei aus."
	}
	if why != "" {
		s.showUpload(w, http.StatusUnprocessableEntity, v, b, why)
		return
	}
	if err := s.ledger.Attach(b.Number, *certificate); err != nil {
		s.notFound(w, r) // cancelled meanwhile, in another tab
		return
	}
	s.sessions.tell(v, "Ihr Nachweis ist angekommen.")
	http.Redirect(w, r, "/buchung/"+b.Number, http.StatusSeeOther)
}

func (s *Site) cancelForm(w http.ResponseWriter, r *http.Request) {
	if v, b, ok := s.own(w, r); ok {
		s.pages.show(w, http.StatusOK, "cancel", page{Title: "Termin stornieren", CSRF: v.csrf, Body: b})
	}
}

func (s *Site) cancel(w http.ResponseWriter, r *http.Request) {
	_, b, ok := s.own(w, r)
	if !ok {
		return
	}
	v, ok := s.visitor(w, r, maxForm)
	if !ok {
		return
	}
	if _, err := s.ledger.Cancel(b.Number); err != nil {
		s.notFound(w, r) // cancelled meanwhile, in another tab
		return
	}
	s.sessions.forbid(v, b.Number)
	s.sessions.tell(v, "Ihr Termin "+b.Number+" ist storniert. Der Platz ist wieder frei.")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Site) download(w http.ResponseWriter, r *http.Request) {
	_, b, ok := s.own(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="termin-`+b.Number+`.ics"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, s.entry(b)) // a browser that has left needs no file
}

// entry returns the booking as a calendar file.
func (s *Site) entry(b Booking) string {
	return icsEntry(icsEvent{
		UID: b.Number + "@termine.musterstadt.example", Stamp: b.Made,
		Start: b.Slot.Start, End: b.Slot.Start.Add(s.cfg.Calendar.Every),
		Summary:  s.cfg.Service + " " + s.cfg.Town,
		Location: s.cfg.Address,
		Note:     "Buchungsnummer " + b.Number + "\nBitte bringen Sie Ihren Ausweis mit.",
	})
}

// readCertificate returns the file of a form that visitor has read; nil and no
// reason when none was chosen, otherwise the reason for the reader.
func readCertificate(r *http.Request, now time.Time) (*Certificate, string) {
	if r.MultipartForm == nil {
		return nil, ""
	}
	headers := r.MultipartForm.File[fieldFile]
	if len(headers) == 0 || headers[0].Filename == "" {
		return nil, ""
	}
	file, err := headers[0].Open()
	if err != nil {
		return nil, "Die Datei kam nicht vollständig an. Bitte versuchen Sie es noch einmal."
	}
	defer func() { _ = file.Close() }() // it was only read
	return fingerprint(file, headers[0], now)
}

func fingerprint(file multipart.File, h *multipart.FileHeader, now time.Time) (*Certificate, string) {
	body, err := io.ReadAll(file)
	switch {
	case err != nil:
		return nil, "Die Datei kam nicht vollständig an. Bitte versuchen Sie es noch einmal."
	case len(body) == 0:
		return nil, "Die Datei ist leer."
	case len(body) > maxFile:
		return nil, "Die Datei ist zu groß: höchstens " + fileSize(maxFile) + "."
	}
	kind := http.DetectContentType(body)
	if kind != "application/pdf" && kind != "image/jpeg" && kind != "image/png" {
		return nil, "Bitte laden Sie eine PDF-, JPG- oder PNG-Datei hoch."
	}
	sum := sha256.Sum256(body)
	name := path.Base(strings.ReplaceAll(h.Filename, `\`, "/"))
	return &Certificate{Name: name, Type: kind, Size: int64(len(body)), SHA256: hex.EncodeToString(sum[:]), At: now}, ""
}
