package demo

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFormErrors(t *testing.T) {
	good := form{Name: "Erika Muster", Birth: "1980-12-24", Email: "erika@example.org", Consent: true}
	for _, tt := range []struct {
		name  string
		edit  func(*form)
		field string // that has the error; "" for none
	}{
		{"a complete form has none", func(*form) {}, ""},
		{"dates may be written as Germans do", func(f *form) { f.Birth = " 24.12.1980 " }, ""},
		{"names may have letters of any alphabet", func(f *form) { f.Name = "Đặng Thị-Hoa  Müller" }, ""},
		{"no name", func(f *form) { f.Name = " " }, fieldName},
		{"a first name alone", func(f *form) { f.Name = "Erika" }, fieldName},
		{"a name with markup", func(f *form) { f.Name = "Erika <script>" }, fieldName},
		{"a name with a control character", func(f *form) { f.Name = "Erika\x00 Muster" }, fieldName},
		{"a name that is not UTF-8", func(f *form) { f.Name = "Erika M\xfcster" }, fieldName},
		{"a name of 101 letters", func(f *form) { f.Name = "E " + strings.Repeat("ü", 99) }, fieldName},
		{"no date", func(f *form) { f.Birth = "" }, fieldBirth},
		{"a day that does not exist", func(f *form) { f.Birth = "1980-02-30" }, fieldBirth},
		{"a date in the future", func(f *form) { f.Birth = "2021-06-15" }, fieldBirth},
		{"a date too long ago", func(f *form) { f.Birth = "1900-12-31" }, fieldBirth},
		{"no address", func(f *form) { f.Email = "" }, fieldEmail},
		{"an address without a domain", func(f *form) { f.Email = "erika@rathaus" }, fieldEmail},
		{"an address with a name", func(f *form) { f.Email = "Erika <erika@example.org>" }, fieldEmail},
		{"no consent", func(f *form) { f.Consent = false }, fieldConsent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good
			tt.edit(&f)
			p, ok := f.person(noon)
			if ok != (tt.field == "") || (!ok && (len(f.Errors) != 1 || f.Errors[tt.field] == "")) {
				t.Errorf("ok %v, errors %v", ok, f.Errors)
			}
			if ok && !p.Birth.Equal(time.Date(1980, 12, 24, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("born %v", p.Birth)
			}
		})
	}
}

func TestAFormWithErrorsKeepsWhatWasTyped(t *testing.T) {
	site, server := open(t, quick())
	b := newBrowser(t, server)
	form := b.choose(eight)
	a := b.post("/termine/angaben", "csrf", b.csrf(form), "slot", eight, "name", `Erika "E" Muster`, "birth", "gestern", "email", "e@")
	if a.status != http.StatusUnprocessableEntity {
		t.Fatalf("got %d", a.status)
	}
	for _, part := range []string{
		`value="Erika &#34;E&#34; Muster"`, `value="gestern"`, `value="e@"`,
		`id="birth-error"`, `id="email-error"`, `id="consent-error"`, `role="alert"`,
	} {
		if !strings.Contains(a.body, part) {
			t.Errorf("no %s", part)
		}
	}
	if strings.Contains(a.body, `id="name-error"`) {
		t.Error("the good name has an error")
	}
	if s := site.Stats(); s.Bookings != 0 || s.Holds != 1 {
		t.Errorf("got %+v", s)
	}
}
