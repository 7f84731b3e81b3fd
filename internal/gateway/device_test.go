package gateway_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/placelink"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

var (
	linkIn   = regexp.MustCompile(`<p class="link"[^>]*>https?://[^/]+([^<]+)</p>`)
	actionIn = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
)

// own are the headers of a press on a page of this host.
var own = []string{"Sec-Fetch-Site", "same-origin"}

// link presses for a link, and is its path.
func (b *browser) link() string {
	b.s.t.Helper()
	page := b.load("POST", "/.einlass/move?room=termine", own...)
	m := linkIn.FindStringSubmatch(page.body)
	if page.StatusCode != 200 || m == nil {
		b.s.t.Fatalf("%d, no link in:\n%s", page.StatusCode, page.body)
	}
	return html.UnescapeString(m[1])
}

// take opens a link and presses its button.
func (b *browser) take(link string) answer {
	b.s.t.Helper()
	page := b.load("GET", link)
	m := actionIn.FindStringSubmatch(page.body)
	if page.StatusCode != 200 || m == nil {
		return page
	}
	return b.load("POST", html.UnescapeString(m[1]), own...)
}

// takes is take where the place is had by it.
func (b *browser) takes(link string) {
	b.s.t.Helper()
	if a := b.take(link); a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/.einlass/wait?room=termine") || a.Header.Get("Referrer-Policy") != "no-referrer" {
		b.s.t.Fatalf("%d to %q\n%s", a.StatusCode, a.Header.Get("Location"), a.body)
	}
}

// told holds a browser to the page that says where its place is.
func (b *browser) told() {
	b.s.t.Helper()
	says200(b.s.t, b.load("GET", "/.einlass/wait?room=termine&to=/"), "Your place is on your other device now")
}

func says200(t testing.TB, a answer, sentence string) {
	t.Helper()
	t.Helper()
	if text := html.UnescapeString(tags.ReplaceAllString(a.body, "")); a.StatusCode != 200 || !strings.Contains(text, sentence) {
		t.Errorf("%d, want %q in:\n%s", a.StatusCode, sentence, text)
	}
}

// state is what a poll says.
func (b *browser) state() string {
	state, _, _ := strings.Cut(strings.TrimPrefix(b.poll("room=termine&shown="), `{"state":"`), `"`)
	return state
}

// entries lets time pass until the line has nobody left, and counts who goes in of browsers that load their page again and again.
func (s *fixture) entries(all ...*browser) (in int) {
	s.t.Helper()
	inside := map[*browser]bool{}
	for range 120 {
		s.pass(time.Second)
		for _, b := range all {
			if inside[b] {
				continue
			}
			b.poll("room=termine&shown=")
			if a := b.load("GET", "/.einlass/wait?room=termine&to=/"); a.Header.Get("Einlass-State") == "inside" {
				inside[b] = true
				in++
			}
		}
	}
	return in
}

func TestAPlaceGoesOnAtAnotherDeviceAndBuysOneStay(t *testing.T) {
	s := newFixture(t, slow)
	first := s.browser()
	first.load("GET", "/")
	phone, computer := s.browser(), s.browser()
	phone.load("GET", "/termine")
	phone.poll("room=termine&shown=")
	s.pass(0)
	link := phone.link()
	if n := strings.Count(link, "&to=/"); n != 1 || len(link) > 500 {
		t.Errorf("link %s", link)
	}
	had := queue.VisitorID(s.ticketOf(phone).Visitor)
	computer.takes(link)
	if _, told := s.handed.Load(had); !told {
		t.Error("nobody is told that the place was handed over")
	}
	s.pass(0)
	if got := computer.poll("room=termine&shown="); !strings.HasPrefix(got, `{"state":"waiting","number":2,"ahead":1`) {
		t.Errorf("the computer reads %s", got)
	}
	if got := phone.state(); got != "none" {
		t.Errorf("the phone's script reads %s", got)
	}
	phone.told()
	if f := s.lines[0].View().Snapshot; f.Waiting != 2 {
		t.Errorf("%d wait", f.Waiting)
	}
	if n := s.entries(first, phone, computer); n != 2 {
		t.Errorf("%d entries, want those of two places", n)
	}
	if a := computer.load("GET", "/termine"); a.body != "site GET /termine" {
		t.Errorf("the computer is not inside: %d", a.StatusCode)
	}
	phone.told()
	if n := s.visits()["moved"]; n != 1 {
		t.Errorf("%d are counted", n)
	}
}

func TestALinkIsGoodForOneBrowser(t *testing.T) {
	s := newFixture(t, closed)
	phone, computer, thief := s.browser(), s.browser(), s.browser()
	phone.load("GET", "/")
	link := phone.link()
	// What looks at links takes nothing.
	for _, headers := range [][]string{nil, {"Sec-Purpose", "prefetch"}, {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "User-Agent", "scanner"}} {
		s.browser().load("GET", link, headers...)
	}
	if a := thief.load("POST", link, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 {
		t.Errorf("another host's press: %d", a.StatusCode)
	}
	if a := thief.load("POST", link, own...); a.StatusCode != 200 || !strings.Contains(a.body, "cookies") || thief.cookie("einlass-termine") != "" {
		t.Errorf("a press without cookies: %d", a.StatusCode)
	}
	s.pass(0)
	if got := phone.state(); got != "paused" {
		t.Fatalf("before the press the phone reads %s", got)
	}
	computer.takes(link)
	for range 2 {
		says200(t, thief.take(link), "This link has been used already")
	}
	if thief.cookie("einlass-termine") != "" {
		t.Error("the thief has something")
	}
	computer.takes(link + "&") // pressed again, as the answer was lost
	phone.told()
	if got := computer.state(); got != "paused" {
		t.Errorf("the computer reads %s", got)
	}
	// And back to the phone, by a link of its own.
	phone.takes(computer.link())
	computer.told()
	if got := phone.state(); got != "paused" {
		t.Errorf("the phone reads %s", got)
	}
	s.pass(0)
	if f := s.lines[0].View().Snapshot; f.Waiting != 1 {
		t.Errorf("%d wait", f.Waiting)
	}
}

func TestTwoBrowsersAtOnceAreOne(t *testing.T) {
	s := newFixture(t, closed)
	for range 20 {
		phone := s.browser()
		phone.load("GET", "/")
		link := phone.link()
		var took [2]answer
		var all sync.WaitGroup
		for i := range took {
			b := s.browser()
			page := b.load("GET", link)
			action := html.UnescapeString(actionIn.FindStringSubmatch(page.body)[1])
			all.Go(func() { took[i] = b.load("POST", action, own...) })
		}
		all.Wait()
		if took[0].StatusCode+took[1].StatusCode != 200+303 {
			t.Fatalf("answers %d and %d", took[0].StatusCode, took[1].StatusCode)
		}
		phone.told()
	}
	s.pass(0)
	if f := s.lines[0].View().Snapshot; f.Waiting != 20 {
		t.Errorf("%d wait, want 20", f.Waiting)
	}
}

func TestALinkThatIsNoneSaysSo(t *testing.T) {
	s := newFixture(t, closed)
	phone, computer := s.browser(), s.browser()
	phone.load("GET", "/")
	phone.poll("room=termine&shown=")
	link := phone.link()
	links, err := placelink.New(s.authority("andere"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := links.Make(token.Ticket{Visitor: token.ID{1}, Epoch: 1, Number: 1}, s.clock())
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"forged":       strings.Replace(link, "&to=", "A&to=", 1),
		"none":         "/.einlass/take?room=termine&to=/",
		"of a ticket":  "/.einlass/take?room=termine&t=" + phone.cookie("einlass-termine") + "&to=/",
		"another room": "/.einlass/take?room=termine&t=" + other + "&to=/",
	} {
		a := computer.take(bad)
		t.Run(name, func(t *testing.T) { says200(t, a, "This link is not valid any more") })
		if a := computer.load("POST", bad, own...); a.StatusCode != 200 || computer.cookie("einlass-termine") != "" {
			t.Errorf("%s: the press: %d", name, a.StatusCode)
		}
	}
	s.pass(placelink.Life + time.Second)
	says200(t, computer.take(link), "This link is not valid any more")
	if got := phone.state(); got != "paused" {
		t.Errorf("the phone reads %s", got)
	}
	// The place has ended since the link was made.
	link = phone.link()
	phone.load("POST", "/.einlass/leave?room=termine", own...)
	says200(t, computer.take(link), "You have left the queue")
	if a := s.browser().load("POST", "/.einlass/move?room=termine", own...); a.StatusCode != 303 {
		t.Errorf("whoever has no place gets a link: %d", a.StatusCode)
	}
	if a := phone.load("POST", "/.einlass/move?room=termine", "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 {
		t.Errorf("another host gets a link: %d", a.StatusCode)
	}
	if a := phone.load("GET", "/.einlass/move?room=termine"); a.StatusCode != 303 {
		t.Errorf("the address of the button: %d", a.StatusCode)
	}
}

// A browser that has a place of its own gives that one up: nobody would come for it.
func TestWhoTakesAPlaceOverGivesTheirOwnUp(t *testing.T) {
	s := newFixture(t, closed)
	phone, computer := s.browser(), s.browser()
	phone.load("GET", "/")
	computer.load("GET", "/")
	link := phone.link()
	says200(t, computer.load("GET", link), "You have a place on this device already.")
	computer.takes(link)
	s.pass(0)
	if got := computer.poll("room=termine&shown="); !strings.Contains(got, `"number":1`) {
		t.Errorf("the computer reads %s", got)
	}
	if f := s.lines[0].View().Snapshot; f.Waiting != 1 || f.Left != 1 {
		t.Errorf("%d wait, %d have left", f.Waiting, f.Left)
	}
	// The link on the browser that it is of leads on, and nothing else.
	link = computer.link()
	if a := computer.load("GET", link); a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/.einlass/wait?") {
		t.Errorf("%d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if got := computer.state(); got != "paused" {
		t.Errorf("it reads %s", got)
	}
}

// Whatever state a place is in, it goes on in that state, and makes one entry.
func TestAPlaceIsHandedOverInEveryState(t *testing.T) {
	for name, c := range map[string]struct {
		pace    queue.Pace
		prepare func(s *fixture, phone *browser)
		want    string // what the computer's page says then
	}{
		"waiting": {queue.Pace{Rate: 1, Burst: 1}, func(s *fixture, phone *browser) { s.pass(0) }, "waiting"},
		"called": {slow, func(s *fixture, phone *browser) {
			phone.poll("room=termine&shown=")
			s.pass(1500 * time.Millisecond)
		}, "inside"}, // the press is a claim
		"missed": {slow, func(s *fixture, phone *browser) {
			phone.poll("room=termine&shown=")
			phone.load("POST", "/.einlass/away?room=termine", own...)
			s.pass(time.Minute)
		}, "front"},
		"lapsed": {slow, func(s *fixture, phone *browser) {
			phone.poll("room=termine&shown=")
			s.pass(time.Second)
			s.pass(2 * time.Minute)
		}, "front"},
		"inside": {slow, func(s *fixture, phone *browser) {
			phone.poll("room=termine&shown=")
			s.pass(2 * time.Second)
			phone.load("GET", "/")
			phone.load("GET", "/drin")
			s.pass(time.Second)
		}, "inside"},
		"over": {slow, func(s *fixture, phone *browser) {
			phone.poll("room=termine&shown=")
			s.pass(2 * time.Second)
			phone.load("GET", "/")
			phone.load("GET", "/drin")
			s.pass(11 * time.Minute)
		}, "inside"},
		"asking": {queue.Pace{Rate: 600, Burst: 1, MaxInside: 1}, func(s *fixture, phone *browser) {
			phone.poll("room=termine&shown=")
			s.pass(time.Second)
			phone.load("GET", "/.einlass/wait?room=termine&to=/")
		}, "full"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, c.pace)
			before := s.browser() // takes the first seat
			s.pass(time.Minute / time.Duration(c.pace.Rate))
			before.load("GET", "/")
			before.load("GET", "/drin")
			phone, computer := s.browser(), s.browser()
			phone.load("GET", "/")
			c.prepare(s, phone)
			link := phone.link()
			computer.takes(link)
			a := computer.load("GET", "/.einlass/wait?room=termine&to=/")
			if got := a.Header.Get("Einlass-State"); got != c.want {
				t.Errorf("the computer reads %q, want %q", got, c.want)
			}
			phone.told()
			says200(t, s.browser().take(link), "This link has been used already")
			if c.want != "inside" {
				if c.pace.MaxInside > 0 {
					before.load("POST", "/.einlass/leave?room=termine", own...)
				}
				if n := s.entries(phone, computer); n != 1 {
					t.Errorf("%d entries, want one", n)
				}
			}
			if a := computer.load("GET", "/"); a.body != "site GET /" {
				t.Errorf("the computer is not inside: %d %v", a.StatusCode, a.Header)
			}
			s.pass(0)
			if f := s.lines[0].View().Snapshot; f.Admitted != 2 {
				t.Errorf("%d were admitted, want two", f.Admitted)
			}
			phone.told()
		})
	}
}

// A store that is lost before, between and after the steps loses nobody, and gives nobody two stays.
func TestAPlaceIsHandedOverAcrossALoss(t *testing.T) {
	for _, when := range []string{"before the link", "before the press", "behind the press", "behind the press, its answer lost"} {
		t.Run(when, func(t *testing.T) {
			s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
			lose := func(at string) {
				if when == at {
					s.loseLine()
				}
			}
			others := []*browser{s.browser(), s.browser()}
			phone, computer := s.browser(), s.browser()
			for _, b := range []*browser{others[0], phone, others[1]} {
				b.load("GET", "/")
				b.poll("room=termine&shown=")
			}
			s.pass(time.Second)
			lose("before the link")
			link := phone.link()
			lose("before the press")
			if when == "behind the press, its answer lost" {
				page := computer.load("GET", link)
				ghost := computer.copyOf("einlass-termine.take")
				if a := ghost.load("POST", html.UnescapeString(actionIn.FindStringSubmatch(page.body)[1]), own...); a.StatusCode != 303 {
					t.Fatalf("%d", a.StatusCode)
				}
				s.loseLine()
			}
			computer.takes(link)
			lose("behind the press")
			for range 3 {
				for _, b := range append(others, phone, computer) {
					b.poll("room=termine&shown=")
				}
				s.pass(time.Second)
			}
			phone.told()
			says200(t, s.browser().take(link), "This link has been used already")
			if got := computer.poll("room=termine&shown="); !strings.Contains(got, `"number":2`) {
				t.Errorf("the computer reads %s", got)
			}
			if f := s.lines[0].View().Snapshot; f.Waiting+f.Front+f.Calls != 3 {
				t.Errorf("%d wait, %d at the front, %d called: want three", f.Waiting, f.Front, f.Calls)
			}
		})
	}
}

// loseLine loses the store, and lets the gateway find out.
func (s *fixture) loseLine() {
	s.t.Helper()
	s.stores["termine"].lose(s)
	s.pass(250 * time.Millisecond)
}

func TestAPressWithoutAStoreIsToBeMadeAgain(t *testing.T) {
	s := newFixture(t, closed)
	phone, computer := s.browser(), s.browser()
	phone.load("GET", "/")
	link := phone.link()
	s.away.Store(true)
	a := computer.take(link)
	if a.StatusCode != 503 || a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, "Please press the button again.") {
		t.Errorf("%d %v\n%s", a.StatusCode, a.Header, a.body)
	}
	s.away.Store(false)
	s.pass(time.Second)
	s.pass(time.Second)
	computer.takes(link)
	phone.told()
}

// In a lobby both browsers have the place, which is one: of arrivals, of a draw, and when the seed has come.
func TestInALobbyTwoBrowsersHaveOnePlace(t *testing.T) {
	for name, draw := range map[string]bool{"arrival": false, "draw": true} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, slow)
			s.morning(draw)
			s.pass(time.Minute)
			phone, computer, later := s.browser(), s.browser(), s.browser()
			phone.load("GET", "/", from(1)...)
			s.browser().load("GET", "/", from(2)...)
			phone.poll("room=termine&shown=")
			computer.takes(phone.link())
			for _, b := range []*browser{phone, computer} {
				if got := b.state(); got != "lobby" && got != "lots" {
					t.Errorf("it reads %s", got)
				}
			}
			link := phone.link()
			s.pass(time.Hour)
			if draw {
				says200(t, later.take(link), "not valid any more")
				s.reveal()
			}
			later.takes(phone.link()) // behind the start it is as ever
			s.pass(0)
			phone.told()
			computer.told()
			if n := s.entries(phone, computer, later); n != 1 {
				t.Errorf("%d entries, want one", n)
			}
		})
	}
}

// A stay that is handed over is used within its bounds, and its old pass is refused.
func TestTheOldPassIsRefused(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	phone, computer := s.browser(), s.browser()
	phone.load("GET", "/")
	phone.load("GET", "/formular")
	computer.takes(phone.link())
	s.pass(0)
	computer.load("GET", "/.einlass/wait?room=termine&to=/")
	if a := computer.load("GET", "/formular"); a.body != "site GET /formular" {
		t.Errorf("the computer: %d", a.StatusCode)
	}
	if a := phone.load("GET", "/formular"); a.Header.Get("X-Site") != "" {
		t.Error("the phone is inside too")
	}
	if a := phone.load("POST", "/buchen"); a.Header.Get("X-Site") != "" {
		t.Error("the phone books")
	}
}

// The link is to where the visitor wanted to go, and to the room's home.
func TestALinkLeadsToWhereItsVisitorWantedToGo(t *testing.T) {
	s := newFixture(t, closed)
	phone := s.browser()
	phone.load("GET", "/")
	if page := phone.load("POST", "/.einlass/move?room=termine", own...); !strings.Contains(page.body, `<p class="link" id="link">http://`+s.addr+"/.einlass/take?") {
		t.Errorf("the link is not to this host:\n%s", page.body)
	}
	for from, want := range map[string]string{
		"/.einlass/wait?room=termine&to=/termine?ort=3":                        "/termine?ort=3",
		"/.einlass/wait?room=termine&to=/" + strings.Repeat("x", 70):           "/",
		"/.einlass/wait?room=termine&to=" + url.PathEscape("//evil.example/x"): "/",
	} {
		page := phone.load("POST", "/.einlass/move?room=termine", "Sec-Fetch-Site", "same-origin", "Referer", "http://"+s.addr+from)
		m := linkIn.FindStringSubmatch(page.body)
		if m == nil || !strings.HasSuffix(html.UnescapeString(m[1]), "&to="+want) {
			t.Errorf("from %s: %v", from, m)
		}
	}
}
