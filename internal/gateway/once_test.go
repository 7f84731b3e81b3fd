package gateway_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/proxy"
)

// portal books with each form that reaches it, as sites do that know no double click.
type portal struct {
	booked atomic.Int64
	// came gets a value when a form is here, and answer lets it be answered; nil: at once.
	came, answer chan struct{}
	status       atomic.Int64
	leads        atomic.Bool // to the page that says what was booked
	long, broken atomic.Bool
	bound        int // of requests under way, of one stay; 0: the fixture's
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		_, _ = io.WriteString(w, "page")
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	n := p.booked.Add(1)
	if p.came != nil {
		p.came <- struct{}{}
		<-p.answer
	}
	if p.broken.Load() {
		panic(http.ErrAbortHandler)
	}
	if status := p.status.Load(); status != 0 {
		w.WriteHeader(int(status))
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: fmt.Sprint(n)})
	if p.leads.Load() {
		http.Redirect(w, r, "/danke", http.StatusSeeOther)
		return
	}
	_, _ = fmt.Fprintf(w, "booking %d", n)
	if p.long.Load() {
		_, _ = io.WriteString(w, strings.Repeat("x", 2<<20))
	}
}

// before puts a portal behind the fixture's room, whose forms at /buchen are sent once.
func (p *portal) before(t *testing.T, s *fixture) {
	t.Helper()
	origin := httptest.NewServer(p)
	t.Cleanup(origin.Close)
	cfg := config.DefaultRoom().Backend
	cfg.Addresses = []string{origin.URL}
	backend, err := proxy.New(cfg, proxy.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = backend.Stop(t.Context()) })
	room := s.room("termine", slow)
	room.Line, room.Backend = s.lines[0], backend
	room.Once = []string{"/buchen"}
	if p.bound > 0 {
		room.StayInFlight = p.bound
	}
	s.replace([]config.Room{everything}, room)
}

// send posts a form.
func (b *browser) send(path, kind, body string) answer {
	b.s.t.Helper()
	req, err := http.NewRequestWithContext(b.s.t.Context(), "POST", "http://"+b.s.addr+path, strings.NewReader(body))
	if err != nil {
		b.s.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": kind, "Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin",
	} {
		req.Header.Set(name, value)
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	return answer{res, string(data)}
}

const urlencoded = "application/x-www-form-urlencoded"

func multipart(boundary, name string) (kind, body string) {
	return "multipart/form-data; boundary=" + boundary,
		"--" + boundary + "\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + name + "\r\n--" + boundary + "--\r\n"
}

func TestAFormThatIsSentTwiceReachesTheSiteOnce(t *testing.T) {
	s, p := newFixture(t, slow), &portal{}
	b := s.inside()
	p.before(t, s)
	first := b.send("/buchen", urlencoded, "name=Anna")
	again := b.send("/buchen", urlencoded, "name=Anna")
	if p.booked.Load() != 1 || again.body != "booking 1" || again.StatusCode != first.StatusCode || again.Header.Get("Set-Cookie") != first.Header.Get("Set-Cookie") {
		t.Errorf("%d booked; %d %q after %d %q", p.booked.Load(), again.StatusCode, again.body, first.StatusCode, first.body)
	}
	kind, body := multipart("----a1", "Bert")
	b.send("/buchen/neu", kind, body)
	kind, body = multipart("----b2", "Bert")
	if a := b.send("/buchen/neu", kind, body); p.booked.Load() != 2 || a.body != "booking 2" {
		t.Errorf("multipart: %d booked, %q", p.booked.Load(), a.body)
	}
	// Another form, another address and another person are something else.
	b.send("/buchen", urlencoded, "name=Berta")
	b.send("/buchen?x", urlencoded, "name=Anna")
	s.pass(time.Second)
	s.inside0(t).send("/buchen", urlencoded, "name=Anna")
	if n := p.booked.Load(); n != 5 {
		t.Errorf("%d booked, want 5", n)
	}
	// Paths that the room does not name are sent each time.
	b.send("/suche", urlencoded, "q=1")
	b.send("/suche", urlencoded, "q=1")
	if n := p.booked.Load(); n != 7 {
		t.Errorf("%d forms, want 7", n)
	}
}

// inside0 is somebody else who is inside.
func (s *fixture) inside0(t *testing.T) *browser {
	t.Helper()
	b := s.browser()
	if a := b.load("GET", "/"); b.cookie("einlass-termine") == "" {
		t.Fatalf("not let in: %d", a.StatusCode)
	}
	return b
}

func TestADoubleClickBooksOnceAlsoWhenTheBrowserGivesUpOnTheFirst(t *testing.T) {
	s, p := newFixture(t, slow), &portal{came: make(chan struct{}), answer: make(chan struct{})}
	b := s.inside()
	p.before(t, s)
	// The first one leaves while the site works on it.
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+s.addr+"/buchen", strings.NewReader("name=Anna"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", urlencoded)
	req.Header.Set("Cookie", "einlass-termine="+b.cookie("einlass-termine"))
	c := s.dialRaw(t)
	if err := req.Write(c); err != nil {
		t.Fatal(err)
	}
	<-p.came
	_ = c.Close()
	var all sync.WaitGroup
	bodies := make([]string, 3)
	for i := range bodies {
		all.Go(func() { bodies[i] = b.copyOf("einlass-termine").send("/buchen", urlencoded, "name=Anna").body })
	}
	close(p.answer)
	all.Wait()
	for _, body := range bodies {
		if body != "booking 1" {
			t.Errorf("got %q", body)
		}
	}
	if n := p.booked.Load(); n != 1 {
		t.Errorf("%d booked", n)
	}
}

func TestAFormThatTheSiteRefusedMayBeSentAgain(t *testing.T) {
	s, p := newFixture(t, slow), &portal{}
	b := s.inside()
	p.before(t, s)
	for _, status := range []int64{503, 422} {
		p.status.Store(status)
		if a := b.send("/buchen", urlencoded, "name=Anna"); a.StatusCode != int(status) {
			t.Errorf("%d, want %d", a.StatusCode, status)
		}
	}
	p.status.Store(0)
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.body != "booking 3" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
}

func TestALongAnswerToAFormGoesOnWholeAndTheFormIsNotSentAgain(t *testing.T) {
	s, p := newFixture(t, slow), &portal{}
	p.long.Store(true)
	b := s.inside()
	p.before(t, s)
	if a := b.send("/buchen", urlencoded, "name=Anna"); len(a.body) != len("booking 1")+2<<20 {
		t.Errorf("%d bytes", len(a.body))
	}
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.StatusCode != 503 || s.kindOf(a) != "form-sent" || p.booked.Load() != 1 {
		t.Errorf("%d booked; %d %.300s", p.booked.Load(), a.StatusCode, a.body)
	}
}

func (s *fixture) dialRaw(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What waits for an answer is under way as what waits for the site is: one pass cannot fill the gate with it.
func TestRepeatsOfAFormCountAgainstTheBoundsOfTheStay(t *testing.T) {
	const bound, most = 2, 2 * (1 + 3) // three times the bound may wait
	s, p := newFixture(t, slow), &portal{came: make(chan struct{}, 60), answer: make(chan struct{})}
	b := s.inside()
	p.bound = bound
	p.before(t, s)
	type result struct {
		status int
		body   string
	}
	results := make(chan result, 60)
	for range 60 {
		c := b.copyOf("einlass-termine")
		go func() {
			a := c.send("/buchen", urlencoded, "name=Anna")
			results <- result{a.StatusCode, a.body}
		}()
	}
	// Those beyond the bounds are answered before the first one is.
	hangs := time.AfterFunc(30*time.Second, func() {
		t.Error("those beyond the bounds wait too")
		close(p.answer)
	})
	for range 60 - most {
		if r := <-results; r.status != 429 || !strings.Contains(r.body, "<h1>Please wait a moment</h1>") {
			t.Errorf("beyond the bounds: %d", r.status)
		}
	}
	if hangs.Stop() {
		close(p.answer)
	}
	for range most {
		if r := <-results; r.body != "booking 1" {
			t.Errorf("within the bounds: %d %.80q", r.status, r.body)
		}
	}
	if n := p.booked.Load(); n != 1 {
		t.Errorf("%d booked", n)
	}
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.body != "booking 1" {
		t.Errorf("afterwards: %d %q", a.StatusCode, a.body)
	}
}

// A repeat is no activity of a stay that has ended: only the door lets that go on.
func TestTheAnswerGivenAgainDoesNotProlongAnEndedStay(t *testing.T) {
	s, p := newFixture(t, slow), &portal{}
	b := s.inside()
	p.before(t, s)
	b.send("/buchen", urlencoded, "name=Anna")
	s.fill(16 * time.Minute)
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.body != "booking 1" {
		t.Errorf("its answer: %d %q", a.StatusCode, a.body)
	}
	if a := b.send("/buchen", urlencoded, "name=Berta"); a.StatusCode != 403 {
		t.Errorf("another form: %d", a.StatusCode)
	}
	s.pass(time.Second)
	if f := s.lines[0].View().Snapshot; f.Live != 0 || p.booked.Load() != 1 {
		t.Errorf("%d inside, %d booked", f.Live, p.booked.Load())
	}
}

// The next stay of the same browser is another one, and books again.
func TestTheNextStaySendsTheSameFormAgain(t *testing.T) {
	s, p := newFixture(t, slow), &portal{}
	b := s.inside()
	p.before(t, s)
	b.send("/buchen", urlencoded, "name=Anna")
	b.load("POST", "/.einlass/leave?room=termine", ownPage...)
	s.pass(time.Second)
	b.load("GET", "/")
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.body != "booking 2" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
}

// A site that breaks off gives no answer: all that wait are told so, and the form may be sent again.
func TestAFormThatTheSiteDidNotAnswerMayBeSentAgain(t *testing.T) {
	s, p := newFixture(t, slow), &portal{}
	b := s.inside()
	p.before(t, s)
	p.broken.Store(true)
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.StatusCode != 502 && a.StatusCode != 503 {
		t.Errorf("%d %.200q", a.StatusCode, a.body)
	}
	p.broken.Store(false)
	before := p.booked.Load()
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.StatusCode != 200 || p.booked.Load() != before+1 {
		t.Errorf("%d %q, %d booked", a.StatusCode, a.body, p.booked.Load()-before)
	}
}
