package demo

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAPersonBooksAndCancels(t *testing.T) {
	site, server := open(t, quick())
	b := newBrowser(t, server)
	if a := b.get("/"); a.status != http.StatusOK || !strings.Contains(a.body, "Termin &lt;&amp;&gt; Beratung") {
		t.Fatalf("start page: %d, or not escaped", a.status)
	}
	form := b.choose(eight)
	if form.path != "/termine/angaben" || !strings.Contains(form.body, "Sonntag, 20. Juni 2021") || !strings.Contains(form.body, "14:10 Uhr") {
		t.Fatalf("no form with day and time of the hold at %s", form.path)
	}
	done := b.submit(form, eight, "Erika <b>Muster</b>")
	if done.status != http.StatusUnprocessableEntity || strings.Contains(done.body, "<b>Muster") {
		t.Fatalf("a name with markup: %d", done.status)
	}
	done = b.submit(form, eight, "Erika O'Muster & Töchter")
	number := strings.TrimPrefix(done.path, "/buchung/")
	if done.status != http.StatusOK || !strings.Contains(done.body, number) || !strings.Contains(done.body, "Erika O&#39;Muster &amp; Töchter") {
		t.Fatalf("confirmation: %d at %s", done.status, done.path)
	}
	if done.header.Get("Einlass-Finish") != "" {
		t.Error("the site tells of the end of the visit without being asked to")
	}
	if s := site.Stats(); s.Bookings != 1 || s.Left != 5 || s.Holds != 0 {
		t.Errorf("got %+v", s)
	}
	gone := b.post("/buchung/"+number+"/stornieren", "csrf", b.csrf(b.get("/buchung/"+number+"/stornieren")))
	if gone.path != "/" || !strings.Contains(gone.body, number+" ist storniert") {
		t.Errorf("after cancelling: %s", gone.path)
	}
	if s := site.Stats(); s.Cancelled != 1 || s.Standing != 0 || s.Left != 6 {
		t.Errorf("got %+v", s)
	}
	if a := b.get("/buchung/" + number); a.path != "/buchung" {
		t.Errorf("the cancelled booking is shown at %s", a.path)
	}
}

func TestPostsAreAnsweredWithARedirect(t *testing.T) {
	_, server := open(t, quick())
	b := newBrowser(t, server)
	page := b.get("/termine")
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := b.post("/termine/waehlen", "csrf", b.csrf(page), "slot", eight)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/termine/angaben" {
		t.Errorf("choose: %d %s", a.status, a.header.Get("Location"))
	}
	a = b.submit(page, eight, "Erika Muster")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/buchung/MU-") {
		t.Errorf("submit: %d %s", a.status, a.header.Get("Location"))
	}
}

func TestTheFinishHeaderComesOnceWithTheConfirmation(t *testing.T) {
	cfg := quick()
	cfg.FinishHeader = true
	_, server := open(t, cfg)
	b := newBrowser(t, server)
	form := b.choose(eight)
	redirects := 0
	b.client.CheckRedirect = func(next *http.Request, _ []*http.Request) error {
		redirects++
		if next.Response.Header.Get("Einlass-Finish") != "" {
			t.Error("the redirect ends the visit before the confirmation is reached")
		}
		return nil
	}
	done := b.submit(form, eight, "Erika Muster")
	if redirects != 1 || done.header.Get("Einlass-Finish") != "1" {
		t.Errorf("%d redirects, header %q", redirects, done.header.Get("Einlass-Finish"))
	}
	if !strings.Contains(done.body, `href="data:text/calendar;charset=utf-8,BEGIN:VCALENDAR`) {
		t.Error("the calendar entry needs another visit")
	}
	if again := b.get(done.path); again.header.Get("Einlass-Finish") != "" || !strings.Contains(again.body, "/termin.ics") {
		t.Error("a second look ends a second visit")
	}
}

func TestASlotSellsOut(t *testing.T) {
	site, server := open(t, quick())
	for _, name := range []string{"Erste Person", "Zweite Person"} {
		newBrowser(t, server).book(eight, name)
	}
	late := newBrowser(t, server)
	if a := late.choose(eight); a.status != http.StatusConflict || !strings.Contains(a.body, "gerade vergeben") {
		t.Errorf("a taken appointment: %d", a.status)
	}
	if strings.Contains(late.get("/termine").body, `value="`+eight+`"`) {
		t.Error("the calendar still offers it")
	}
	if a := late.choose("20210620-0801"); a.status != http.StatusNotFound {
		t.Errorf("an appointment that does not exist: %d", a.status)
	}
	if s := site.Stats(); s.Bookings != 2 || s.Double != 0 {
		t.Errorf("got %+v", s)
	}
}

func TestAHoldThatRanOut(t *testing.T) {
	cfg := quick()
	clock := &testClock{now: noon}
	cfg.Clock = clock
	_, server := open(t, cfg)
	slow := newBrowser(t, server)
	form := slow.choose(eight)
	clock.advance(11 * time.Minute)
	if a := slow.get("/termine/angaben"); a.path != "/termine" || !strings.Contains(a.body, "zuerst einen Termin") {
		t.Errorf("the form without a hold: %s", a.path)
	}
	if a := slow.submit(form, eight, "Nur Vorname1"); a.status != http.StatusOK {
		t.Errorf("a late form although a place is left: %d", a.status)
	}
	second := newBrowser(t, server)
	form = second.choose(eight)
	clock.advance(11 * time.Minute)
	newBrowser(t, server).book(eight, "Dritte Person")
	if a := second.submit(form, eight, "Zweite Person"); a.status != http.StatusConflict || !strings.Contains(a.body, "nicht mehr frei") {
		t.Errorf("a late form without a place: %d", a.status)
	}
}

func TestOnePersonOneAppointment(t *testing.T) {
	site, server := open(t, quick())
	b := newBrowser(t, server)
	form := b.choose(eight)
	first := b.submit(form, eight, "Erika Muster")
	if again := b.submit(form, eight, "Erika Muster"); again.path != first.path {
		t.Errorf("the form sent twice: %s and %s", first.path, again.path)
	}
	other := newBrowser(t, server)
	if a := other.book(eightforty, "erika muster"); a.status != http.StatusConflict || !strings.Contains(a.body, "schon einen Termin") {
		t.Errorf("a second appointment: %d", a.status)
	}
	if s := site.Stats(); s.DoubleRefused != 2 || s.Bookings != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestFormsNeedTheSessionTheyCameFrom(t *testing.T) {
	site, server := open(t, quick())
	a, b := newBrowser(t, server), newBrowser(t, server)
	token := a.csrf(a.get("/termine"))
	b.get("/termine")
	for name, got := range map[string]answer{
		"another session's token": b.post("/termine/waehlen", "csrf", token, "slot", eight),
		"no token":                b.post("/termine/waehlen", "slot", eight),
		"no session":              newBrowser(t, server).post("/termine/waehlen", "csrf", token, "slot", eight),
	} {
		if got.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	site.crashed()
	if got := a.post("/termine/waehlen", "csrf", token, "slot", eight); got.status != http.StatusForbidden || !strings.Contains(got.body, "Sitzung ist beendet") {
		t.Errorf("after a crash: %d", got.status)
	}
	if s := site.Stats(); s.Holds != 0 {
		t.Errorf("%d holds", s.Holds)
	}
}

func TestABookingIsShownToItsOwnerOnly(t *testing.T) {
	_, server := open(t, quick())
	owner, other := newBrowser(t, server), newBrowser(t, server)
	number := strings.TrimPrefix(owner.book(eight, "Erika Muster").path, "/buchung/")
	for _, path := range []string{"", "/termin.ics", "/nachweis", "/stornieren"} {
		if a := other.get("/buchung/" + number + path); a.path != "/buchung" || strings.Contains(a.body, "Erika") {
			t.Errorf("%s: shown at %s", path, a.path)
		}
	}
	if a := other.post("/buchung/"+number+"/stornieren", "csrf", other.csrf(other.get("/buchung"))); a.path != "/buchung" {
		t.Errorf("cancelled by a stranger: %s", a.path)
	}
	form := other.get("/buchung?nummer=" + number)
	if a := other.post("/buchung", "csrf", other.csrf(form), "number", number, "birth", "1980-12-23"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("wrong date of birth: %d", a.status)
	}
	if a := other.post("/buchung", "csrf", other.csrf(form), "number", " "+strings.ToLower(number), "birth", "24.12.1980"); a.path != "/buchung/"+number {
		t.Errorf("number and date of birth: %d at %s", a.status, a.path)
	}
}

func TestSlotsAsJSON(t *testing.T) {
	cfg := quick()
	cfg.Calendar.Contingents = []Contingent{{Opens: noon, Places: 3}, {Opens: noon.Add(time.Hour), Places: 3}}
	_, server := open(t, cfg)
	b := newBrowser(t, server)
	b.choose(eight)
	var got struct {
		Places, Left int
		Days         []struct {
			Date  string
			Left  int
			Slots []struct {
				ID    string
				Left  int
				Opens *time.Time
			}
		}
	}
	a := b.get("/api/slots")
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Places != 6 || got.Left != 2 || len(got.Days) != 1 || got.Days[0].Date != "2021-06-20" || len(got.Days[0].Slots) != 3 {
		t.Fatalf("got %+v", got)
	}
	slots := got.Days[0].Slots
	if slots[0].ID != eight || slots[0].Left != 1 || slots[2].Left != 0 || slots[2].Opens == nil || !slots[2].Opens.Equal(noon.Add(time.Hour)) {
		t.Errorf("got %+v", slots)
	}
	if !strings.Contains(b.get("/termine").body, "ab 15:00 Uhr") {
		t.Error("the calendar does not say when the second contingent opens")
	}
}

func TestSmallAddresses(t *testing.T) {
	_, server := open(t, quick())
	b := newBrowser(t, server)
	start := b.get("/")
	_, version, found := strings.Cut(start.body, "/assets/portal.css?v=")
	version, _, _ = strings.Cut(version, `"`)
	if !found {
		t.Fatal("the page has no style sheet")
	}
	css := "/assets/portal.css?v=" + version
	for _, tt := range []struct {
		name, path  string
		status      int
		contentType string
		cache       string
	}{
		{"the style sheet is kept for ever under its version", css, 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"and asked for anew without it", "/assets/portal.css", 200, "text/css; charset=utf-8", "no-cache"},
		{"an asset that does not exist", "/assets/secret", 404, "text/plain; charset=utf-8", ""},
		{"health", "/healthz", 200, "text/plain; charset=utf-8", "no-store"},
		{"a page that does not exist", "/nirgends", 404, "text/html; charset=utf-8", "no-store"},
		{"a page is never kept", "/termine", 200, "text/html; charset=utf-8", "no-store"},
		{"an unknown day shows the first one", "/termine?tag=x", 200, "text/html; charset=utf-8", "no-store"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := b.get(tt.path)
			if a.status != tt.status || a.header.Get("Content-Type") != tt.contentType || a.header.Get("Cache-Control") != tt.cache {
				t.Errorf("got %d, %q, %q", a.status, a.header.Get("Content-Type"), a.header.Get("Cache-Control"))
			}
		})
	}
	t.Run("a wrong method is named as one", func(t *testing.T) {
		if a := b.post("/termine"); a.status != http.StatusMethodNotAllowed {
			t.Errorf("got %d", a.status)
		}
	})
}

func TestAConfigNamesEverythingThatIsWrongWithIt(t *testing.T) {
	_, err := New(Config{})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, path := range []string{"town:", "service:", "address:", "hold:", "calendar.days:", "capacity.rate:", "work.submit:"} {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("%s is not named in:\n%v", path, err)
		}
	}
	for name, cfg := range map[string]Config{"speyer": Speyer(), "demo": Demo(noon)} {
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestManyPeopleAtOnce lets more people than places book at the same time, on
// the real clock.
func TestManyPeopleAtOnce(t *testing.T) {
	cfg := quick()
	cfg.Clock = nil
	cfg.Curve = Curve{Rate: 1e6, Contention: 0.1, Workers: 4, Queue: 100}
	site, server := open(t, cfg)
	const people = 12
	ends := make(chan int, people)
	for i := range people {
		b := newBrowser(t, server)
		token := b.csrf(b.get("/termine"))
		go func() {
			a := b.post("/termine/waehlen", "csrf", token, "slot", []string{eight, eightforty}[i%2])
			if a.status == http.StatusOK {
				a = b.submit(a, []string{eight, eightforty}[i%2], "Person "+string(rune('A'+i)))
			}
			ends <- a.status
		}()
	}
	got := map[int]int{}
	for range people {
		got[<-ends]++
	}
	if got[http.StatusOK] != 4 || got[http.StatusConflict] != people-4 {
		t.Errorf("got %v, want 4 booked and %d refused", got, people-4)
	}
	s := site.Stats()
	if s.Bookings != 4 || s.Left != 2 || s.Double != 0 || s.Requests < 3*people {
		t.Errorf("got %+v", s)
	}
}
