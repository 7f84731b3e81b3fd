package gateway_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

var codeIn = regexp.MustCompile(`<span id="code" aria-hidden="true">([^<]*)</span>`)

// code is the place code on the page of a browser.
func (b *browser) code() string {
	b.s.t.Helper()
	m := codeIn.FindStringSubmatch(b.load("GET", "/.einlass/wait?room=termine&to=/").body)
	if m == nil {
		b.s.t.Fatal("the page has no place for a code")
	}
	return m[1]
}

// asks looks for a place by number and code.
func (b *browser) asks(number, code string) answer {
	b.s.t.Helper()
	return b.load("GET", "/.einlass/place?room=termine&number="+url.QueryEscape(number)+"&code="+url.QueryEscape(code))
}

func TestNumberAndCodeShowWhereAPlaceStands(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	phone, friend := s.browser(), s.browser()
	page := phone.load("GET", "/")
	m := codeIn.FindStringSubmatch(page.body)
	if m == nil || !regexp.MustCompile(`^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$`).MatchString(m[1]) {
		t.Fatalf("code %v", m)
	}
	code := m[1]
	if !strings.Contains(page.body, `id="code-spelled">`+strings.Join(strings.Split(code, ""), " ")+"<") {
		t.Error("the code is not spelled for those who hear it")
	}
	phone.poll("room=termine&shown=")
	s.pass(0)
	if phone.code() != code {
		t.Error("the code has changed")
	}
	says200(t, friend.load("GET", "/.einlass/place?room=termine"), "Where is the place?")
	for _, as := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", " ")} {
		a := friend.asks("2", as)
		says200(t, a, "The place is in the queue")
		says200(t, a, "1 person")
		if a.Header.Get("Set-Cookie") != "" || strings.Contains(a.body, code) {
			t.Error("it gives more than where the place stands")
		}
	}
	s.loseLine() // its number was given before
	phone.poll("room=termine&shown=")
	s.pass(0)
	says200(t, friend.asks("2", code), "The place is in the queue")
	s.pass(3 * time.Minute)
	says200(t, friend.asks("2", code), "It is the turn of this place now")
	phone.load("POST", "/.einlass/leave?room=termine", own...)
	s.pass(time.Second)
	says200(t, friend.asks("2", code), "This place is not valid any more")
}

func TestGuessesOfPlaceCodesAreLimited(t *testing.T) {
	s := newFixture(t, closed)
	s.browser().load("GET", "/")
	phone := s.browser()
	phone.load("GET", "/")
	code := phone.code()
	thief := s.browser()
	// A typo is no guess: its check sign does not fit.
	typo := []byte(code)
	if typo[7]++; !strings.ContainsRune("23456789ABCDEFGHJKMNPQRSTUVWXYZ", rune(typo[7])) {
		typo[7] = '2'
	}
	for range 20 {
		says200(t, thief.asks("2", string(typo)), "The place code is mistyped.")
	}
	refused := 0
	for range 8 {
		a := thief.asks("1", code) // a right code of another place
		if a.StatusCode == 429 && a.Header.Get("Retry-After") != "" {
			refused++
			continue
		}
		says200(t, a, "Number and place code do not belong together.")
	}
	if refused != 3 {
		t.Errorf("%d of 8 wrong codes were refused, want 3", refused)
	}
	if a := thief.asks("2", code); a.StatusCode != 429 {
		t.Errorf("whoever guesses is told of the right one: %d", a.StatusCode)
	}
	other := s.browser()
	says200(t, other.load("GET", "/.einlass/place?room=termine&number=2&code="+code, from(7)...), "The place is in the queue")
	for _, number := range []string{"0", "-1", "x", "99999999999999999999", "2251799813685249"} {
		a := other.load("GET", "/.einlass/place?room=termine&number="+number+"&code="+code, from(8)...)
		says200(t, a, "do not belong together")
		if !strings.Contains(a.body, ` value="`+number+`"`) || !strings.Contains(a.body, ` value="`+code+`"`) {
			t.Errorf("%s and its code do not stay in the fields", number)
		}
	}
}

// Before a draw there is no number, and so no code. Afterwards the poll brings both to the page of before.
func TestADrawnPlaceHasItsCodeByPoll(t *testing.T) {
	s := newFixture(t, slow)
	s.morning(true)
	s.pass(time.Minute)
	phone := s.browser()
	s.browser().load("GET", "/", from(1)...)
	phone.load("GET", "/", from(2)...)
	phone.poll("room=termine&shown=")
	if code := phone.code(); code != "" {
		t.Errorf("a code before the draw: %s", code)
	}
	s.pass(time.Hour)
	s.reveal()
	got := phone.poll("room=termine&shown=")
	_, code, _ := strings.Cut(got, `"code":"`)
	code, _, _ = strings.Cut(code, `"`)
	_, number, _ := strings.Cut(got, `"number":`)
	number, _, _ = strings.Cut(number, ",")
	if code == "" || phone.code() != code {
		t.Errorf("the poll says %q, the page another: %s", code, got)
	}
	s.pass(time.Second)
	if a := s.browser().asks(number, code); a.StatusCode != 200 || strings.Contains(a.body, `role="alert">Number and`) || !strings.Contains(a.body, "<h2>") {
		t.Errorf("%d: number %s, code %q:\n%s", a.StatusCode, number, code, a.body)
	}
}

func TestAWrongRoomHasNoPlace(t *testing.T) {
	s := newFixture(t, closed)
	if a := s.browser().load("GET", "/.einlass/place?room=andere&number=1&code=x"); a.StatusCode != 404 {
		t.Errorf("%d", a.StatusCode)
	}
	if a := s.browser().load("POST", "/.einlass/place?room=termine"); a.StatusCode != 405 {
		t.Errorf("%d", a.StatusCode)
	}
}
