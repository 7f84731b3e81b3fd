package demo

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick is a site whose server is never the reason to wait.
func quick() Config {
	return Config{
		Town: "Musterstadt", Service: "Termin <&> Beratung", Address: "Rathaus; Zimmer 1, links",
		Calendar: small(), Hold: 10 * time.Minute,
		Curve: Curve{Rate: 1e9, Workers: 100, Queue: 100},
		Work:  OrdinaryWork(),
		Clock: &testClock{now: noon},
	}
}

// browser is a person at a real HTTP client.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

// answer is a page that came.
type answer struct {
	status int
	header http.Header
	body   string
	path   string // where the redirects ended
}

func open(t *testing.T, cfg Config) (*Site, *httptest.Server) {
	t.Helper()
	site, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(func() {
		site.Close()
		server.Close()
	})
	return site, server
}

func newBrowser(t *testing.T, server *httptest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t: t, base: server.URL, client: &http.Client{Jar: jar, Transport: transport}}
}

func (b *browser) do(r *http.Request, err error) answer {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body), resp.Request.URL.Path}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do(http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil))
}

func (b *browser) post(path string, fields ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(r, err)
}

// send posts a form with a file.
func (b *browser) send(path, filename string, content []byte, fields ...string) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	part, _ := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="certificate"; filename="` + filename + `"`},
		"Content-Type":        {"application/octet-stream"},
	})
	_, _ = part.Write(content) // into a buffer: cannot fail
	_ = w.Close()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, &body)
	if err == nil {
		r.Header.Set("Content-Type", w.FormDataContentType())
	}
	return b.do(r, err)
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) csrf(a answer) string {
	b.t.Helper()
	m := csrfField.FindStringSubmatch(a.body)
	if m == nil {
		b.t.Fatalf("no token on %s (%d)", a.path, a.status)
	}
	return m[1]
}

// choose goes to the form of an appointment and returns it.
func (b *browser) choose(slot string) answer {
	b.t.Helper()
	return b.post("/termine/waehlen", "csrf", b.csrf(b.get("/termine")), "slot", slot)
}

// book takes an appointment from the calendar to the confirmation.
func (b *browser) book(slot, name string) answer {
	b.t.Helper()
	form := b.choose(slot)
	if form.status != http.StatusOK {
		b.t.Fatalf("choose: %d on %s", form.status, form.path)
	}
	return b.submit(form, slot, name)
}

func (b *browser) submit(form answer, slot, name string) answer {
	b.t.Helper()
	return b.post("/termine/angaben", "csrf", b.csrf(form), "slot", slot, "name", name,
		"birth", "1980-12-24", "email", "erika@example.org", "consent", "ja")
}

// testClock stands still until it is told to move.
type testClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*testTimer
	armed  chan struct{} // told of every AfterFunc, if not nil
}

type testTimer struct {
	clock *testClock
	at    time.Time
	f     func()
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) AfterFunc(d time.Duration, f func()) Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := &testTimer{c, c.now.Add(d), f}
	if d < time.Millisecond && c.armed == nil {
		// A quick site: its work ends while nobody moves the clock.
		c.now = timer.at
		go f()
		return timer
	}
	c.timers = append(c.timers, timer)
	if c.armed != nil {
		c.armed <- struct{}{}
	}
	return timer
}

func (t *testTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	for i, other := range t.clock.timers {
		if other == t {
			t.clock.timers = append(t.clock.timers[:i], t.clock.timers[i+1:]...)
			return true
		}
	}
	return false
}

// advance moves the clock and calls what is due, as often as it takes.
func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.mu.Unlock()
	for {
		c.mu.Lock()
		var due *testTimer
		for i, timer := range c.timers {
			if !timer.at.After(c.now) {
				due = timer
				c.timers = append(c.timers[:i], c.timers[i+1:]...)
				break
			}
		}
		c.mu.Unlock()
		if due == nil {
			return
		}
		due.f()
	}
}
