package gateway_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// from is the header by which the trusted proxy of these tests names a client, one network for each number.
func from(i int) []string { return []string{"X-Forwarded-For", fmt.Sprintf("198.51.%d.7", i)} }

// inside is a visitor that was let in from network 0.
func (s *fixture) inside() *browser {
	s.t.Helper()
	s.pass(time.Second)
	b := s.browser()
	if a := b.load("GET", "/", from(0)...); a.body != "site GET /" {
		s.t.Fatalf("not let in: %d", a.StatusCode)
	}
	return b
}

// visits is how many visits of each kind are counted.
func (s *fixture) visits() map[string]int {
	s.t.Helper()
	return s.counted.ofVisits(s.t)
}

// wantVisits compares the count of one kind of visit.
func (s *fixture) wantVisits(kind string, want int) {
	s.t.Helper()
	if got, known := s.visits()[kind]; !known || got != want {
		s.t.Errorf("%d visits of kind %s are counted, want %d", got, kind, want)
	}
}

func TestOnePassDoesNotServeAHundredAddresses(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	served := 0
	for i := range 500 {
		if a := b.load("GET", "/seite", from(i%100)...); a.StatusCode == 200 {
			served++
		}
	}
	if served != 20 {
		t.Errorf("one pass served 100 addresses: %d of 500 requests, want those of 4 networks: 20", served)
	}
	s.wantVisits("shared", 480)
	if a := b.load("GET", "/seite", from(0)...); a.body != "site GET /seite" {
		t.Errorf("who used one of the four is told %d", a.StatusCode)
	}
	// A visitor that has moved for good goes on when the others were silent for ten minutes, and keeps the stay meanwhile.
	for minute := range 10 {
		s.pass(time.Minute)
		a := b.load("GET", "/seite", from(7)...)
		if minute < 9 && a.StatusCode != 429 {
			t.Fatalf("after %d minutes: %d", minute+1, a.StatusCode)
		}
		if minute == 9 && a.body != "site GET /seite" {
			t.Errorf("after ten minutes: %d\n%s", a.StatusCode, a.body)
		}
	}
}

func TestWhoComesFromTooManyNetworksIsToldWhy(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	for i := range 4 {
		b.load("GET", "/", from(i)...)
	}
	s.pass(9 * time.Minute)
	for i := range 3 {
		b.load("GET", "/", from(1+i)...)
	}
	fifth := from(4)
	page := b.load("GET", "/seite?a=b", append(fifth, "Accept-Language", "de")...)
	page.want(t, 429, "text/html")
	for _, want := range []string{"Zu viele verschiedene Internet-Anschlüsse", `href="/.einlass/wait?room=termine&amp;to=/seite?a=b"`, "von selbst"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q\n%s", want, page.body)
		}
	}
	if kind := s.kindOf(page); kind != "stay-networks" {
		t.Errorf("%q in the log", kind)
	}
	if page.Header.Get("Retry-After") != "60" || page.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("headers %v", page.Header)
	}
	script := b.load("GET", "/seite", append(fifth, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Accept", "*/*")...)
	script.want(t, 429, "application/problem+json")
	if script.Header.Get("Retry-After") != "60" || !strings.Contains(script.body, "stay-networks") || script.Header.Get("Einlass-State") != "inside" ||
		!strings.Contains(script.body, `"url":"/"`) || !strings.HasPrefix(script.Header.Get("Link"), "</>;") {
		t.Errorf("headers %v\n%s", script.Header, script.body)
	}
	form := b.load("POST", "/buchen", append(fifth, "Accept-Language", "en")...)
	form.want(t, 429, "text/html")
	for _, want := range []string{"Too many different internet connections", "We did not pass your form on."} {
		if !strings.Contains(form.body, want) {
			t.Errorf("the page for a form lacks %q\n%s", want, form.body)
		}
	}
	for _, never := range []string{"http-equiv", "/buchen"} {
		if strings.Contains(form.body, never) {
			t.Errorf("the page for a form has %q", never)
		}
	}
}

// crowd sends count requests of one pass at once and gives how many got which status. It calls refusedDone when as many
// as want are answered with 429.
func (b *browser) crowd(t *testing.T, count, refused int, refusedDone func()) map[int]int {
	t.Helper()
	cookie := "einlass-termine=" + b.cookie("einlass-termine")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: count}}
	t.Cleanup(client.CloseIdleConnections)
	var mu sync.Mutex
	got := map[int]int{}
	var all sync.WaitGroup
	for range count {
		all.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.s.addr+"/bild", nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Cookie", cookie)
			res, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			if got[res.StatusCode]++; res.StatusCode == 429 && got[429] == refused {
				refusedDone()
			}
		})
	}
	all.Wait()
	return got
}

func TestOnePassHasSoManyRequestsUnderWay(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	arrived, leave := make(chan struct{}, 500), make(chan struct{})
	s.sites[0].slow.Store(func() { arrived <- struct{}{}; <-leave })
	// 32 are under way and three times as many wait; the others are told to come again.
	got := b.crowd(t, 200, 200-4*32, func() {
		for range 32 {
			<-arrived
		}
		if n := len(arrived); n > 0 {
			t.Errorf("%d more than 32 requests are under way", n)
		}
		close(leave)
	})
	if got[200] != 4*32 || got[429] != 200-4*32 {
		t.Errorf("answers by status: %v, want 128 of 200 and 72 of 429", got)
	}
	s.wantVisits("busy", 200-4*32)
	if a := b.load("GET", "/seite", from(0)...); a.body != "site GET /seite" {
		t.Errorf("afterwards: %d", a.StatusCode)
	}
}

func TestEachOfTwoGatewaysBoundsAStay(t *testing.T) {
	s := newFixture(t, slow)
	other := s.twin(slow)
	b := s.inside()
	copied := &browser{other, b.client} // the same jar: cookies do not tell ports apart
	served := [2]int{}
	for i := range 100 {
		for j, at := range []*browser{b, copied} {
			if a := at.load("GET", "/seite", from(i)...); a.StatusCode == 200 {
				served[j]++
			}
		}
	}
	if served != [2]int{4, 4} {
		t.Errorf("the gateways served %v of 100 networks, want 4 each", served)
	}
	// The next stay of this visitor begins with nothing.
	b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	s.pass(time.Minute)
	other.pass(time.Minute)
	if a := b.load("GET", "/", from(50)...); a.body != "site GET /" {
		t.Fatalf("not let in again: %d", a.StatusCode)
	}
	if a := copied.load("GET", "/", from(51)...); a.body != "site GET /" {
		t.Errorf("a new stay has the networks of the one before: %d", a.StatusCode)
	}
}

func TestAStayIsForgottenHoweverItEnds(t *testing.T) {
	for name, end := range map[string]func(*fixture, *browser){
		"by the visitor": func(_ *fixture, b *browser) {
			b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
		},
		"by the site": func(s *fixture, b *browser) {
			s.sites[0].finish.Store(true)
			b.load("GET", "/danke")
		},
		"at another gateway": func(s *fixture, b *browser) {
			// Its frame, or the answer to a heartbeat, tells this one; here it is said by hand.
			if err := s.lines[0].Finish(t.Context(), queue.VisitorID(s.passOf(b).Visitor)); err != nil {
				t.Fatal(err)
			}
			b.load("POST", "/weiter", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, slow)
			b := s.inside()
			if n := s.g.KnownStays(); n != 1 {
				t.Fatalf("%d stays are known, want 1", n)
			}
			end(s, b)
			if n := s.g.KnownStays(); n != 0 {
				t.Errorf("%d stays are known after its end", n)
			}
		})
	}
}

// passOf reads the pass in a browser's cookie.
func (s *fixture) passOf(b *browser) token.Pass {
	s.t.Helper()
	pass, err := s.authority("termine").VerifyPass([]byte(b.cookie("einlass-termine")), s.clock())
	if err != nil {
		s.t.Fatal(err)
	}
	return pass
}

func TestALateFormCountsForItsStay(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	// Too early to extend the pass, which is over at ten minutes.
	s.pass(4 * time.Minute)
	for i := range 4 {
		b.load("GET", "/", from(i)...)
	}
	s.pass(7 * time.Minute)
	if a := b.load("POST", "/buchen", from(9)...); a.StatusCode != 429 || !strings.Contains(a.body, "We did not pass your form on.") {
		t.Errorf("a late form from a fifth network: %d\n%s", a.StatusCode, a.body)
	}
	if a := b.load("POST", "/buchen", from(3)...); a.body != "site POST /buchen" {
		t.Errorf("a late form from one of the four: %d", a.StatusCode)
	}
}

// A visitor that reloads a page of many images leaves many requests behind that nobody waits for.
func TestRequestsThatNobodyWaitsForDoNotWait(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	arrived, leave := make(chan struct{}, 500), make(chan struct{})
	s.sites[0].slow.Store(func() { arrived <- struct{}{}; <-leave })
	request := "GET /bild HTTP/1.1\r\nHost: x\r\nCookie: einlass-termine=" + b.cookie("einlass-termine") + "\r\n\r\n"
	var left []net.Conn
	for i := range 4 * 32 {
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		if i < 32 {
			<-arrived
			continue
		}
		left = append(left, c)
	}
	for s.g.Waiting() < 3*32 {
		runtime.Gosched()
	}
	for _, c := range left {
		_ = c.Close()
	}
	for s.g.Waiting() > 0 {
		runtime.Gosched()
	}
	s.wantVisits("busy", 0)
	close(leave)
	if a := b.load("GET", "/seite", from(0)...); a.body != "site GET /seite" {
		t.Errorf("afterwards: %d", a.StatusCode)
	}
	if n := len(arrived); n > 1 {
		t.Errorf("the site saw %d requests that nobody waited for", n-1)
	}
}
