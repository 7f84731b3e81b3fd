package harness

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Browser is one visitor: it keeps cookies, loads pages and polls as the page's script does. It is used by one
// goroutine; only Move may be called from others.
type Browser struct {
	// Host is the name in the address bar. Cookies belong to it, whichever gateway answers.
	Host string
	// Shown is the last number of people ahead that it was shown, -1 before.
	Shown int64

	jar  *cookiejar.Jar
	gate atomic.Pointer[Gate]
}

// Status is the answer to a poll.
type Status struct {
	State   string
	Number  uint64
	Ahead   int64
	Exact   bool
	Next    int64
	Stale   bool
	Until   int64
	Message string
}

// InLine reports whether the visitor waits for the turn, also while nobody is called.
func (s *Status) InLine() bool { return s.State == "waiting" || s.State == "paused" }

// NewBrowser opens a browser that reaches the site through g.
func NewBrowser(g *Gate) *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // never: there are no options
	}
	b := &Browser{Host: "termine.example", Shown: -1, jar: jar}
	b.Move(g)
	return b
}

// Move lets the next requests go to another gateway, as a balancer does.
func (b *Browser) Move(g *Gate) { b.gate.Store(g) }

// pageHeaders and fetchHeaders are what a browser sends with a page load and with a script's fetch.
var (
	pageHeaders = []string{
		"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language", "en",
		"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "same-origin",
	}
	fetchHeaders = []string{
		"Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin",
	}
)

// Load asks for a page. extra are pairs of header names and values that replace the browser's; an empty value
// removes one. A POST sends a small form.
func (b *Browser) Load(ctx context.Context, method, target string, extra ...string) (*Answer, error) {
	return b.send(ctx, true, method, target, extra)
}

// Fetch asks for something as a script does.
func (b *Browser) Fetch(ctx context.Context, method, target string, extra ...string) (*Answer, error) {
	return b.send(ctx, false, method, target, extra)
}

// Get is Load in the test's goroutine, where an error ends the test.
func (b *Browser) Get(tb testing.TB, target string, extra ...string) *Answer {
	tb.Helper()
	a, err := b.Load(tb.Context(), http.MethodGet, target, extra...)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// Form is the body of a POST.
const Form = "name=Anna"

func (b *Browser) send(ctx context.Context, page bool, method, target string, extra []string) (*Answer, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(Form)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+b.Host+target, body)
	if err != nil {
		return nil, err
	}
	own := fetchHeaders
	if page {
		own = pageHeaders
	}
	setPairs(req.Header, own)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	setPairs(req.Header, extra)
	for _, c := range b.jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	res, err := b.gate.Load().transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	b.jar.SetCookies(req.URL, res.Cookies())
	a := &Answer{res, string(data)}
	return a, a.wrong(page)
}

func setPairs(h http.Header, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Del(pairs[i])
		if pairs[i+1] != "" {
			h.Set(pairs[i], pairs[i+1])
		}
	}
}

// Poll asks where the visitor stands and remembers what was shown.
func (b *Browser) Poll(ctx context.Context, room string) (Status, error) {
	var s Status
	target := "/.einlass/status?room=" + room
	if b.Shown >= 0 {
		target += "&shown=" + strconv.FormatUint(b.Token(room).Number, 10) + "." + strconv.FormatInt(b.Shown, 10)
	}
	a, err := b.Fetch(ctx, http.MethodGet, target)
	if err != nil {
		return s, err
	}
	if a.StatusCode != 200 {
		return s, fmt.Errorf("poll: %s", a.Status)
	}
	if err := json.Unmarshal([]byte(a.Body), &s); err != nil {
		return s, fmt.Errorf("poll: %w: %s", err, a.Body)
	}
	if s.InLine() && s.Ahead >= 0 {
		b.Shown = s.Ahead
	}
	return s, nil
}

// Status is Poll of the room "termine" in the test's goroutine.
func (b *Browser) Status(tb testing.TB) Status {
	tb.Helper()
	s, err := b.Poll(tb.Context(), "termine")
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Away is what the page sends when it is closed.
func (b *Browser) Away(ctx context.Context) error {
	a, err := b.Fetch(ctx, http.MethodPost, "/.einlass/away?room=termine", "Sec-Fetch-Mode", "no-cors")
	if err == nil && a.StatusCode != 204 {
		err = fmt.Errorf("away: %s", a.Status)
	}
	return err
}

// Cookie is the value of a cookie for the host, "" if there is none.
func (b *Browser) Cookie(name string) string {
	for _, c := range b.jar.Cookies(b.url()) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// SetCookie puts a cookie there, as somebody does who copies or forges one.
func (b *Browser) SetCookie(name, value string) {
	b.jar.SetCookies(b.url(), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

func (b *Browser) url() *url.URL { return &url.URL{Scheme: "http", Host: b.Host, Path: "/"} }

// Token is what the room's cookie says. Only a test looks into it.
type Token struct {
	Visitor string `json:"sub"`
	Epoch   uint64 `json:"ep"`
	Number  uint64 `json:"n"`
}

// Token reads the cookie of a room; the zero value if there is none.
func (b *Browser) Token(room string) Token { return readToken(b.Cookie("einlass-" + room)) }

func readToken(cookie string) Token {
	var t Token
	parts := strings.Split(cookie, ".")
	if len(parts) != 3 {
		return t
	}
	if data, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
		_ = json.Unmarshal(data, &t) // what is not JSON is no token
	}
	return t
}

// refresh is how a page asks a browser without script to come again, and where.
var refresh = regexp.MustCompile(`<noscript><meta http-equiv="refresh" content="(\d+);url=([^"]+)">`)

// Refresh reads a page's wish to be loaded again.
func (a *Answer) Refresh() (after time.Duration, target string, err error) {
	m := refresh.FindStringSubmatch(a.Body)
	if m == nil {
		return 0, "", errors.New("the page does not ask to be loaded again")
	}
	seconds, err := strconv.Atoi(m[1])
	return time.Duration(seconds) * time.Second, strings.ReplaceAll(m[2], "&amp;", "&"), err
}
