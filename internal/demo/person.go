package demo

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Person is who comes to an appointment.
type Person struct {
	Name  string
	Birth time.Time // midnight UTC of the day
	Email string
}

// identity is the same for two forms that mean the same person: letter case and
// spaces do not make somebody else. Name and date of birth alone, because one
// family shares one e-mail address and one person has several.
func (p Person) identity() string {
	return strings.ToLower(strings.Join(strings.Fields(p.Name), " ")) + "\x00" + p.Birth.Format(time.DateOnly)
}

// form is what somebody typed, kept to be shown again beside its errors.
type form struct {
	Slot, Name, Birth, Email string
	Consent                  bool
	Errors                   map[string]string // by field name
}

// The field names of the booking form.
const (
	fieldSlot    = "slot"
	fieldName    = "name"
	fieldBirth   = "birth"
	fieldEmail   = "email"
	fieldConsent = "consent"
	fieldCSRF    = "csrf"
	fieldFile    = "certificate"
	fieldNumber  = "number"
)

// person checks the form at the given day and returns who it names; its Errors
// say, in German and for a reader, what to change.
func (f *form) person(today time.Time) (Person, bool) {
	f.Errors = map[string]string{}
	p := Person{Name: strings.Join(strings.Fields(f.Name), " "), Email: strings.TrimSpace(f.Email)}
	if why := nameError(p.Name); why != "" {
		f.Errors[fieldName] = why
	}
	var why string
	if p.Birth, why = birthDate(f.Birth, today); why != "" {
		f.Errors[fieldBirth] = why
	}
	if why := emailError(p.Email); why != "" {
		f.Errors[fieldEmail] = why
	}
	if !f.Consent {
		f.Errors[fieldConsent] = "Bitte stimmen Sie zu. Ohne Ihre Zustimmung dürfen wir den Termin nicht speichern."
	}
	return p, len(f.Errors) == 0
}

func nameError(name string) string {
	letters := 0
	for _, r := range name {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.IsControl(r) || r == '<' || r == '>' || r == utf8.RuneError {
			return "Der Name enthält ein Zeichen, das wir nicht verarbeiten können."
		}
	}
	switch {
	case name == "":
		return "Bitte geben Sie Vor- und Nachnamen an."
	case letters < 2 || !strings.Contains(name, " "):
		return "Bitte geben Sie Vor- und Nachnamen an, so wie sie im Ausweis stehen."
	case utf8.RuneCountInString(name) > 100:
		return "Der Name ist zu lang: höchstens 100 Zeichen."
	}
	return ""
}

// birthDate reads a day as browsers send it (2006-01-02) or as Germans write it
// (2.1.2006), which is what arrives where a browser knows no date field.
func birthDate(s string, today time.Time) (time.Time, string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, "Bitte geben Sie Ihr Geburtsdatum an."
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		if day, err = time.Parse("2.1.2006", s); err != nil {
			return time.Time{}, "Das ist kein gültiges Datum. Beispiel: 24.12.1980"
		}
	}
	switch {
	case day.After(today):
		return time.Time{}, "Das Geburtsdatum liegt in der Zukunft."
	case day.Year() < today.Year()-120:
		return time.Time{}, "Bitte prüfen Sie das Jahr."
	}
	return day, ""
}

func emailError(s string) string {
	if s == "" {
		return "Bitte geben Sie Ihre E-Mail-Adresse an."
	}
	a, err := mail.ParseAddress(s)
	// A bare address only: ParseAddress would also take "Name <a@b>".
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@')+1:], ".") {
		return "Das ist keine vollständige E-Mail-Adresse. Beispiel: name@example.org"
	}
	return ""
}
