package gateway_test

import (
	"html"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/gateway"
)

var (
	csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)
	slotField = regexp.MustCompile(`name="slot" value="([^"]+)"`)
)

// The portal knows nothing of the gateway: it leads from its form to a page whose address is the number of the booking.
func TestThePortalIsCountedAsItIs(t *testing.T) {
	cfg := demo.Demo(time.Now())
	cfg.Curve = demo.Curve{Rate: 1e9, Workers: 100, Queue: 100}
	site, err := demo.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	s := newFixture(t, slow)
	b := s.inside()
	s.offering(t, slow, site, func(cfg *gateway.RoomConfig) {
		cfg.Bookings = []booking.Rule{{Path: "/termine/angaben", Methods: []string{"POST"}, Redirect: "/buchung", Ref: source(t, "redirect")}}
	})
	page := b.load("GET", "/termine").body
	field := func(form *regexp.Regexp) string {
		m := form.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no %v in:\n%s", form, page)
		}
		return html.UnescapeString(m[1])
	}
	fields := url.Values{"csrf": {field(csrfField)}, "slot": {field(slotField)}}
	if a := b.send("/termine/waehlen", urlencoded, fields.Encode()); a.Header.Get("Location") != "/termine/angaben" {
		t.Fatalf("chosen: %d %v", a.StatusCode, a.Header)
	}
	fields.Set("name", "<b>")
	if a := b.send("/termine/angaben", urlencoded, fields.Encode()); a.StatusCode != 422 {
		t.Fatalf("a form with mistakes: %d", a.StatusCode)
	}
	s.wantBooked("chosen, and a form with mistakes", 0)
	for name, value := range map[string]string{"name": "Erika Muster", "birth": "1980-12-24", "email": "erika@example.org", "consent": "ja"} {
		fields.Set(name, value)
	}
	done := b.send("/termine/angaben", urlencoded, fields.Encode())
	if done.StatusCode != 303 {
		t.Fatalf("booked: %d", done.StatusCode)
	}
	for range 2 {
		b.load("GET", done.Header.Get("Location"))
	}
	s.wantBooked("a booking, whose page is loaded twice", 1)
	if n := site.Stats().Bookings; n != 1 {
		t.Errorf("the portal has %d", n)
	}
}
