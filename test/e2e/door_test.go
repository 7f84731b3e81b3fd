package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// applicant is a browser with cookies that brings a code to any gateway.
type applicant struct {
	t      *testing.T
	client *http.Client
}

func newApplicant(t *testing.T) *applicant {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &applicant{t, &http.Client{
		Jar: anyGate{jar}, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// anyGate keeps the cookies of one host, whichever gateway it is.
type anyGate struct{ jar http.CookieJar }

func (anyGate) one() *url.URL                                   { return &url.URL{Scheme: "http", Host: "termine.example"} }
func (a anyGate) Cookies(*url.URL) []*http.Cookie               { return a.jar.Cookies(a.one()) }
func (a anyGate) SetCookies(_ *url.URL, cookies []*http.Cookie) { a.jar.SetCookies(a.one(), cookies) }

// ask makes a request, and says its status and state.
func (c *applicant) ask(g *harness.Gate, method, path, body string) (status int, state string) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+g.Addr+path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, ""
	}
	for name, v := range map[string]string{
		"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
		"Content-Type": "application/x-www-form-urlencoded",
	} {
		req.Header.Set(name, v)
	}
	res, err := c.client.Do(req)
	if err != nil {
		c.t.Error(err)
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, res.Body)
	state = res.Header.Get("Einlass-State")
	if strings.Contains(res.Header.Get("Location"), "/door?") {
		state = "door"
	}
	return res.StatusCode, state
}

// enters brings a code, and says whether it gave a number.
func (c *applicant) enters(g *harness.Gate, code string) bool {
	c.ask(g, http.MethodGet, "/.einlass/door?code="+code, "")
	status, state := c.ask(g, http.MethodPost, "/.einlass/door?to=/", "code="+code)
	return status == http.StatusSeeOther && state != "door"
}

// guarded lets residents in only, and gives so many of their codes.
func guarded(t *testing.T, g *harness.Gate, count, uses int) (codes []string) {
	t.Helper()
	g.Set(t, `{"schedule": {"zone": "Europe/Berlin", "groups": [{"name": "residents"}], "who": ["residents"]}}`)
	asked, err := json.Marshal(map[string]any{"group": "residents", "count": count, "uses": uses})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+g.Admin+"/v1/rooms/termine/codes", strings.NewReader(string(asked)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+launch.OperatorToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	for lines := json.NewDecoder(res.Body); ; {
		var line struct{ Code string }
		if err := lines.Decode(&line); err != nil {
			break
		}
		if line.Code != "" {
			codes = append(codes, line.Code)
		}
	}
	if len(codes) != count {
		t.Fatalf("%d codes of %d: %s", len(codes), count, res.Status)
	}
	return codes
}

// awaitDoor waits until each gateway asks for a code.
func awaitDoor(t *testing.T, gates ...*harness.Gate) {
	t.Helper()
	for _, g := range gates {
		for end := time.Now().Add(20 * time.Second); ; let(t, 50*time.Millisecond) {
			if _, state := newApplicant(t).ask(g, http.MethodGet, "/.einlass/door", ""); state == "door" {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s asks for no code", g.Addr)
			}
		}
	}
}

// A code counts once for all gateways, and is known again after the store was emptied, when the browsers that wait with it ask.
func TestACodeIsUsedAsOftenAsItMayBeAtAllGatewaysTogether(t *testing.T) {
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{})
	codes := guarded(t, s.Gates[0], 12, 3)
	awaitDoor(t, s.Gates...)
	var (
		all sync.WaitGroup
		in  atomic.Int64
	)
	for i := range 60 {
		all.Go(func() {
			if newApplicant(t).enters(s.Gates[i%3], codes[0]) {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if in.Load() != 3 {
		t.Errorf("%d of 60 came in with a code of 3 uses", in.Load())
	}
	var waiting []*applicant
	for i, code := range codes[1:] {
		for range 3 {
			c := newApplicant(t)
			if !c.enters(s.Gates[i%3], code) {
				t.Fatalf("code %d does not open the door", i)
			}
			waiting = append(waiting, c)
		}
	}
	before := s.Healthy(t, 1)
	s.Flush(t)
	s.Healthy(t, before+1)
	awaitDoor(t, s.Gates...)
	for i, c := range waiting {
		if i/3 < 8 { // the last three have gone
			c.ask(s.Gates[(i+1)%3], http.MethodGet, "/.einlass/wait?to=/", "")
		}
	}
	let(t, time.Second) // heartbeats are sent
	again := 0
	for i, code := range codes[1:] {
		for range 3 {
			if newApplicant(t).enters(s.Gates[i%3], code) {
				again++
			}
		}
	}
	if again != 9 {
		t.Errorf("%d uses are free again, want the 9 of the tickets that have not come back", again)
	}
}
