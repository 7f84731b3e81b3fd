package visitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// scripted is a transport that answers by a function, and remembers what it was asked.
type scripted struct {
	answer func(r *Request, a *Answer)
	asked  []string // method, target and what the header says besides
}

func (s *scripted) Do(_ context.Context, r *Request, a *Answer) error {
	s.asked = append(s.asked, r.Method+" "+r.Target)
	s.answer(r, a)
	if a.Status == 0 {
		return errNoAnswer
	}
	return nil
}

var errNoAnswer = errors.New("no answer")

// respond fills an answer with a status and header fields.
func respond(a *Answer, status int, fields map[string]string) {
	a.Head(status, func(name string) string { return fields[name] })
}

func room(t testing.TB, cfg Config) *Room {
	t.Helper()
	if cfg.Origin == "" {
		cfg.Origin = "https://termine.example"
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryMistakeIsNamed(t *testing.T) {
	_, err := New(Config{Origin: "ftp://x/y", Prefix: "x", Timeout: -1})
	for _, want := range []string{"origin:", "prefix:", "timeout:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named in %v", want, err)
		}
	}
}

func TestRedirectsAreFollowedOnThisHostAndNowhereElse(t *testing.T) {
	for location, want := range map[string]struct {
		asked string
		err   error
	}{
		"login":                                {"POST /forms/page GET /forms/login", nil},
		"/in?a=b":                              {"POST /forms/page GET /in?a=b", nil},
		"https://TERMINE.example/in":           {"POST /forms/page GET /in", nil},
		"https://other.example/in":             {"POST /forms/page", ErrElsewhere},
		"http://termine.example/in":            {"POST /forms/page", ErrElsewhere},
		"":                                     {"POST /forms/page", ErrElsewhere},
		"https://termine.example:8443/in":      {"POST /forms/page", ErrElsewhere},
		"//other.example/in":                   {"POST /forms/page", ErrElsewhere},
		"https://user@termine.example@evil/in": {"POST /forms/page", ErrElsewhere},
	} {
		s := &scripted{answer: func(r *Request, a *Answer) {
			if r.Target != "/forms/page" {
				respond(a, 200, nil)
				return
			}
			respond(a, 303, map[string]string{"Location": location})
		}}
		a, err := room(t, Config{}).Open(s).Visit(t.Context(), Want{Method: "POST", Target: "/forms/page", Body: []byte("a=b")})
		if got := strings.Join(s.asked, " "); got != want.asked || !errors.Is(err, want.err) {
			t.Errorf("%q: asked %q, %v", location, got, err)
		}
		if err == nil && "GET "+a.Target != s.asked[1] {
			t.Errorf("%q: the answer is of %q", location, a.Target)
		}
	}
	circle := &scripted{answer: func(_ *Request, a *Answer) { respond(a, 302, map[string]string{"Location": "?"}) }}
	if _, err := room(t, Config{}).Open(circle).Visit(t.Context(), Want{Target: "/"}); !errors.Is(err, ErrElsewhere) || len(circle.asked) != 1+maxHops {
		t.Errorf("in a circle: %v after %d requests", err, len(circle.asked))
	}
	kept := &scripted{answer: func(r *Request, a *Answer) {
		if respond(a, 307, map[string]string{"Location": "/b"}); r.Target == "/b" {
			respond(a, 200, nil)
		}
	}}
	if _, err := room(t, Config{}).Open(kept).Visit(t.Context(), Want{Method: "POST", Target: "/a"}); err != nil || kept.asked[1] != "POST /b" {
		t.Errorf("307: %v, %v", kept.asked, err)
	}
}

func TestABrowserSaysWhatABrowserSays(t *testing.T) {
	got := map[string]string{}
	s := &scripted{answer: func(r *Request, a *Answer) {
		clear(got)
		for name, value := range r.Fields() {
			got[name] = value
		}
		respond(a, 204, nil)
		a.SetCookie = []string{"__Host-einlass-termine=x; Path=/; Secure"}
	}}
	b := room(t, Config{Room: "termine", Language: "en"}).Open(s)
	b.Extra = []string{"X-Name", "Anna"}
	check := func(what string, want map[string]string) {
		t.Helper()
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s: %s is %q, want %q", what, name, got[name], value)
			}
		}
	}
	load := func(w Want) {
		t.Helper()
		if _, err := b.Load(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	load(Want{Target: "/"})
	check("the first page", map[string]string{
		"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Cookie": "", "Accept-Language": "en", "Origin": "", "X-Name": "Anna",
	})
	load(Want{Method: http.MethodPost, Target: "/", ContentType: "text/plain", Extra: []string{"Sec-Fetch-Dest", "iframe", "X-Name", ""}})
	check("a form in a frame", map[string]string{
		"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe", "Cookie": "__Host-einlass-termine=x", "Origin": "https://termine.example",
		"Content-Type": "text/plain", "X-Name": "",
	})
	if _, err := b.Poll(t.Context()); err == nil {
		t.Error("204 is no status")
	}
	check("a poll", map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "application/json"})
	if _, err := b.Away(t.Context()); err != nil {
		t.Error(err)
	}
	check("a beacon", map[string]string{"Sec-Fetch-Mode": "no-cors", "Origin": "https://termine.example"})
	if _, err := b.Leave(t.Context()); err != nil {
		t.Error(err)
	}
	check("the button", map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"})
	want := "GET / POST / GET /.einlass/status?room=termine POST /.einlass/away?room=termine POST /.einlass/leave?room=termine"
	if asked := strings.Join(s.asked, " "); asked != want {
		t.Errorf("asked %q", asked)
	}
	if tab := b.Tab(s); tab.Ticket() != "x" || tab.Shown != -1 {
		t.Errorf("another tab has %q", tab.Ticket())
	}
}

func TestAPollSendsAlongWhatWasShown(t *testing.T) {
	ahead, state := 5, "waiting"
	s := &scripted{answer: func(_ *Request, a *Answer) {
		respond(a, 200, nil)
		a.Body = fmt.Appendf(nil, `{"state":%q,"number":7,"ahead":%d,"next":3000,"words":{"heading":"x"}}`, state, ahead)
	}}
	b := room(t, Config{}).Open(s)
	for _, step := range []struct {
		ahead int
		state string
		shown int64
	}{{5, "waiting", 5}, {-1, "waiting", 5}, {4, "front", 4}, {0, "called", 4}} {
		ahead, state = step.ahead, step.state
		if st, err := b.Poll(t.Context()); err != nil || st.State != state || b.Shown != step.shown || st.Interval() != 3*time.Second {
			t.Errorf("%+v: %+v, shown %d, %v", step, st, b.Shown, err)
		}
	}
	want := "GET /.einlass/status GET /.einlass/status?shown=7.5 GET /.einlass/status?shown=7.5 GET /.einlass/status?shown=7.4"
	if asked := strings.Join(s.asked, " "); asked != want {
		t.Errorf("asked %q", asked)
	}
}

func TestWhatIsNoStatusIsAPollError(t *testing.T) {
	for body, status := range map[string]int{`{"state":"waiting"}`: 503, "<html>": 200, "{}": 200, "": 429} {
		s := &scripted{answer: func(_ *Request, a *Answer) {
			respond(a, status, map[string]string{"Retry-After": "7"})
			a.Body = []byte(body)
		}}
		_, err := room(t, Config{}).Open(s).Poll(t.Context())
		var refused *PollError
		if !errors.As(err, &refused) || refused.Status != status || refused.RetryAfter != 7*time.Second {
			t.Errorf("%d %q: %v", status, body, err)
		}
	}
	s := &scripted{answer: func(*Request, *Answer) {}}
	if _, err := room(t, Config{}).Open(s).Poll(t.Context()); !errors.Is(err, errNoAnswer) {
		t.Errorf("without an answer: %v", err)
	}
}

func TestObserveHearsOfEveryRequestWithItsCookies(t *testing.T) {
	s := &scripted{answer: func(r *Request, a *Answer) {
		if r.Target == "/gone" {
			a.Body = []byte("half of it")
			return
		}
		respond(a, 303, map[string]string{"Location": "/gone", "Einlass-State": "inside"})
		a.SetCookie = []string{"einlass-termine=x; Path=/"}
	}}
	var seen []string
	b := room(t, Config{Room: "termine"}).Open(s)
	b.Observe = func(_ context.Context, r *Request, a *Answer, err error) {
		seen = append(seen, fmt.Sprintf("%s: %d to %q, waiting %v, %d bytes, ticket %q, %v", r.Target, a.Status, a.Next, a.Waiting(), len(a.Body), b.Ticket(), err))
	}
	if _, err := b.Visit(t.Context(), Want{Target: "/"}); !errors.Is(err, errNoAnswer) {
		t.Error(err)
	}
	if want := []string{
		`/: 303 to "/gone", waiting false, 0 bytes, ticket "x", <nil>`,
		`/gone: 0 to "", waiting false, 0 bytes, ticket "x", no answer`,
	}; !slices.Equal(seen, want) {
		t.Errorf("seen %q", seen)
	}
}

func TestACredentialIsReadAndWhatIsNoneIsNot(t *testing.T) {
	// {"kid":"k1"} . {"sub":"v","ep":3,"n":9,"st":1,"exp":77}
	pass := "eyJraWQiOiJrMSJ9.eyJzdWIiOiJ2IiwiZXAiOjMsIm4iOjksInN0IjoxLCJleHAiOjc3fQ.sig"
	if got, want := ReadCredential(pass), (Credential{Token{"v", 3, 9}, true, 77, "k1"}); got != want || !got.Known() {
		t.Errorf("%+v", got)
	}
	for _, raw := range []string{"", "x", "x.y", "x.y.z", "eyJraWQiOiJrMSJ9.bm8.sig"} {
		if got := ReadCredential(raw); got.Known() {
			t.Errorf("%q: %+v", raw, got)
		}
	}
}

func TestAWaitingPageSaysWhenToAsk(t *testing.T) {
	a := &Answer{Body: []byte(`<meta http-equiv="refresh" content="12;url=/.einlass/wait?room=a&amp;to=/x"></noscript>` +
		`<body data-page="wait" data-next="2500" data-ahead="41" data-number="x">`)}
	if after, target, ok := a.Refresh(); !ok || after != 12*time.Second || target != "/.einlass/wait?room=a&to=/x" {
		t.Errorf("%v %q %v", after, target, ok)
	}
	if a.FirstPoll() != 2500*time.Millisecond || a.Data("ahead") != 41 || a.Data("number") != -1 || a.Data("none") != -1 {
		t.Errorf("%v, %d", a.FirstPoll(), a.Data("ahead"))
	}
	for _, body := range []string{"", `<meta http-equiv="refresh" content="12">`, `<meta http-equiv="refresh" content="x;url=/">`} {
		if _, _, ok := (&Answer{Body: []byte(body)}).Refresh(); ok {
			t.Errorf("%q asks to be loaded again", body)
		}
	}
	if d := (&Answer{}).FirstPoll(); d != usual {
		t.Errorf("a page that says nothing is polled after %v", d)
	}
}
