package adminapi

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/internal/staff/stafftest"
	keyring "github.com/einlass/einlass/pkg/token"
)

const password = "vier kurze wörter hier"

// counter is a server with staff, as a browser and others see it. The clock is that of a bubble.
type counter struct {
	*door
	t    *testing.T
	path string
	roll *staff.Roll
	book *staff.Book
	keys *keyring.Source
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	ring, err := keyring.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{t: t, path: filepath.Join(t.TempDir(), staff.FileName)}
	if c.keys, err = keyring.NewSource(ring); err != nil {
		t.Fatal(err)
	}
	if c.roll, err = staff.LoadOrEmpty(c.path); err != nil {
		t.Fatal(err)
	}
	grant := staff.Grant{Name: "anna", Role: "operator", Rooms: []string{"termine"}}
	c.roll.Users = append(c.roll.Users, staff.User{Grant: grant, Password: staff.HashPassword(password), TOTP: staff.NewTOTP()})
	if err := c.roll.Save(c.path); err != nil {
		t.Fatal(err)
	}
	c.door, c.book = c.gateway()
	return c
}

// gateway is another one with the same files.
func (c *counter) gateway() (*door, *staff.Book) {
	c.t.Helper()
	book, err := staff.Open(staff.Config{Path: c.path, Keys: c.keys})
	if err != nil {
		c.t.Fatal(err)
	}
	core, logs := observer.New(zapcore.InfoLevel)
	d := &door{logs: logs, metrics: prometheus.NewRegistry()}
	m, err := metrics.New(d.metrics, metrics.Config{})
	if err != nil {
		c.t.Fatal(err)
	}
	log := zap.New(core)
	if d.Server, err = New((&town{log: log}).service(), Config{Token: token, Log: log, Refused: m.AdminRefused, Staff: book}); err != nil {
		c.t.Fatal(err)
	}
	return d, book
}

// browse asks as a page of the listener's own does; headers are name, value pairs.
func (d *door) browse(method, path, body string, cookie *http.Cookie, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://localhost"+path, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.1:1000"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", jsonType)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i] == "RemoteAddr" {
			r.RemoteAddr = headers[i+1]
		}
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func (c *counter) typed(user, password, code string) string {
	c.t.Helper()
	text, err := json.Marshal(LogIn{User: user, Password: password, Code: code})
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

func (c *counter) code() string {
	c.t.Helper()
	return stafftest.Code(c.t, c.roll.User("anna").TOTP, time.Now())
}

// login is the cookie of a log-in that goes well.
func (c *counter) login() *http.Cookie {
	c.t.Helper()
	w := c.browse(http.MethodPost, "/v1/session", c.typed("anna", password, c.code()), nil)
	cookies := w.Result().Cookies()
	if w.Code != http.StatusNoContent || len(cookies) != 1 {
		c.t.Fatalf("%d %s %v", w.Code, w.Body, cookies)
	}
	return cookies[0]
}

func TestALogInBeginsASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		cookie := c.login()
		if cookie.Name != "__Host-einlass-admin" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 0 {
			t.Errorf("the cookie is %+v", cookie)
		}
		w := c.browse(http.MethodGet, "/v1/session", "", cookie)
		var info SessionInfo
		if err := json.Unmarshal(w.Body.Bytes(), &info); err != nil || info.Name != "anna" || info.Role != "operator" || len(info.Rooms) != 1 || info.Method != "session" || !info.Expires.Equal(time.Now().Add(staff.SessionIdle)) {
			t.Errorf("%d %s, %v", w.Code, w.Body, err)
		}
		if w := c.browse(http.MethodPatch, "/v1/rooms/termine", `{"rate": 90}`, cookie); w.Code != http.StatusOK {
			t.Errorf("a change: %d %s", w.Code, w.Body)
		}
		for path, want := range map[string]int{"/v1/rooms/kfz": 404, "/v1/rooms/termine/debug/snapshot": 403, "/debug/pprof/": 403} {
			if w := c.browse(http.MethodGet, path, "", cookie); w.Code != want {
				t.Errorf("%s: %d, want %d", path, w.Code, want)
			}
		}
		var told []string
		for _, line := range c.logs.All() {
			m := line.ContextMap()
			told = append(told, line.Message)
			if m["principal"] != "anna" || m["role"] != "operator" || m["from"] != "network" || m["method"] != "session" {
				t.Errorf("%s %v", line.Message, m)
			}
		}
		if got := strings.Join(told, "; "); got != "operator access; operator change made; operator access refused; operator access refused" {
			t.Errorf("logged %s", got)
		}
	})
}

// A cookie that somebody has does nothing from another page, nor from what is no page at all.
func TestAStolenCookieDoesNothingFromElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		cookie := c.login()
		for _, one := range []struct {
			name, method string
			headers      []string
			status       int
		}{
			{"a page of another site", http.MethodPatch, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
			{"a picture on a page of another site", http.MethodGet, []string{"Sec-Fetch-Site", "cross-site"}, 403},
			{"a page of another port", http.MethodPatch, []string{"Sec-Fetch-Site", "same-site", "Origin", "https://localhost:3000"}, 403},
			{"another origin, of an old browser", http.MethodPatch, []string{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, 403},
			{"what says nothing of where it is from", http.MethodPatch, []string{"Sec-Fetch-Site", ""}, 401},
			{"what says nothing of where it is from, and reads", http.MethodGet, []string{"Sec-Fetch-Site", ""}, 401},
			{"a form without a page", http.MethodPatch, []string{"Sec-Fetch-Site", "none"}, 401},
			{"a person who types the address", http.MethodGet, []string{"Sec-Fetch-Site", "none"}, 200},
		} {
			if w := c.browse(one.method, "/v1/rooms/termine", `{"rate": 90}`, cookie, one.headers...); w.Code != one.status {
				t.Errorf("%s: %d %s, want %d", one.name, w.Code, w.Body, one.status)
			}
		}
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "null"}} {
			if w := c.browse(http.MethodPost, "/v1/session", c.typed("anna", password, "x"), nil, headers...); w.Code != http.StatusForbidden {
				t.Errorf("a log-in by a page of another site, %v: %d", headers, w.Code)
			}
		}
	})
}

// Gateways that share keyring and staff file serve each other's sessions, and a user who is removed is out everywhere.
func TestASessionIsServedByAnyGatewayUntilTheUserIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newCounter(t)
		b, book := a.gateway()
		cookie := a.login()
		if w := b.browse(http.MethodGet, "/v1/rooms", "", cookie); w.Code != http.StatusOK {
			t.Errorf("at another gateway: %d %s", w.Code, w.Body)
		}
		a.roll.Users = a.roll.Users[:0]
		if err := a.roll.Save(a.path); err != nil {
			t.Fatal(err)
		}
		for _, one := range []*staff.Book{a.book, book} {
			if _, err := one.Poll(); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range []*door{a.door, b} {
			w := d.browse(http.MethodGet, "/v1/rooms", "", cookie)
			if gone := w.Result().Cookies(); w.Code != http.StatusUnauthorized || len(gone) != 1 || gone[0].MaxAge >= 0 {
				t.Errorf("removed: %d %s %v", w.Code, w.Body, gone)
			}
		}
	})
}

func TestASessionGoesOnWhileItIsUsedAndEndsWhenLoggedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		first := c.login()
		time.Sleep(30 * time.Minute)
		w := c.browse(http.MethodGet, "/v1/rooms", "", first)
		renewed := w.Result().Cookies()
		if w.Code != http.StatusOK || len(renewed) != 1 || renewed[0].Value == first.Value || renewed[0].Name != CookieName {
			t.Fatalf("%d %v", w.Code, renewed)
		}
		time.Sleep(45 * time.Minute)
		if w := c.browse(http.MethodGet, "/v1/rooms", "", first); w.Code != http.StatusUnauthorized {
			t.Errorf("the old cookie after more than an hour: %d", w.Code)
		}
		w = c.browse(http.MethodDelete, "/v1/session", "", renewed[0])
		if gone := w.Result().Cookies(); w.Code != http.StatusNoContent || len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Value != "" {
			t.Errorf("log out: %d %v", w.Code, gone)
		}
		if w := c.browse(http.MethodGet, "/v1/rooms", "", renewed[0]); w.Code != http.StatusUnauthorized {
			t.Errorf("after logging out: %d", w.Code)
		}
		if last := c.logs.All()[c.logs.Len()-1].ContextMap(); last["act"] != "log out" || last["principal"] != "anna" {
			t.Errorf("%v", last)
		}
	})
}

// Guesses at a user are answered later and later, whatever addresses they come from; the answers are all the same.
func TestGuessesAtAUserAreSlowedWhereverTheyComeFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		guess := func(user, from string) (string, time.Duration) {
			begun := time.Now()
			w := c.browse(http.MethodPost, "/v1/session", c.typed(user, "a wrong password", "123456"), nil, "RemoteAddr", from)
			if w.Code != http.StatusUnauthorized || len(w.Result().Cookies()) != 0 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			return w.Body.String(), time.Since(begun)
		}
		known, first := guess("anna", "192.0.2.10:1")
		if unknown, _ := guess("otto", "192.0.2.99:1"); unknown != known || !strings.Contains(known, CodeWrongLogIn) {
			t.Errorf("%s and %s", known, unknown)
		}
		if first != firstDelay {
			t.Errorf("the first is answered after %v", first)
		}
		var last time.Duration
		for i := range 8 {
			if _, last = guess("anna", "198.51.100."+string(rune('1'+i))+":1"); last < first {
				t.Errorf("after %v, and then %v", first, last)
			}
		}
		if last != longestDelay {
			t.Errorf("the ninth of nine addresses is answered after %v", last)
		}
		begun := time.Now()
		c.login()
		if took := time.Since(begun); took > mildDelay {
			t.Errorf("the user waits for %v", took)
		}
		if got := c.counted(t, "login"); got != 10 {
			t.Errorf("counted %v", got)
		}
		for _, line := range c.logs.All() {
			if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, "otto") || strings.Contains(text, "a wrong password") {
				t.Errorf("what was typed is logged: %s", text)
			}
		}
	})
}

// What was typed is repeated nowhere, whatever form it came in.
func TestALogInThatCannotBeReadIsNotRepeated(t *testing.T) {
	c := newCounter(t)
	for _, body := range []string{`{"user": "anna", "passwort": "geheim"}`, `{"user": 7, "password": "geheim"}`, `"geheim"`, `geheim`, `{"user": "geheim`, ``, `[]`} {
		w := c.browse(http.MethodPost, "/v1/session", body, nil)
		if w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "geheim") || strings.Contains(w.Body.String(), "passwort") {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := c.browse(http.MethodPost, "/v1/session", c.typed("anna", strings.Repeat("a", maxLogIn), ""), nil); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large one: %d", w.Code)
	}
	for _, line := range c.logs.All() {
		t.Errorf("logged %s %v", line.Message, line.ContextMap())
	}
}

// Log-ins beyond the bound are refused before a password is looked at.
func TestLogInsThatWaitAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		statuses := make(chan int, waitingPeer)
		for range waitingPeer {
			go func() {
				statuses <- c.browse(http.MethodPost, "/v1/session", c.typed("otto", "wrong", "1"), nil).Code
			}()
		}
		synctest.Wait()
		w := c.browse(http.MethodPost, "/v1/session", c.typed("anna", password, c.code()), nil)
		if w.Code != http.StatusTooManyRequests || len(w.Result().Cookies()) != 0 {
			t.Errorf("one more of the address: %d %s", w.Code, w.Body)
		}
		for range waitingPeer {
			if status := <-statuses; status != http.StatusUnauthorized {
				t.Errorf("%d", status)
			}
		}
		c.login()
	})
}

// Two cookies of one name: one of them was set by somebody else.
func TestTwoCookiesProveNothing(t *testing.T) {
	c := newCounter(t)
	cookie := c.login()
	if w := c.browse(http.MethodGet, "/v1/rooms", "", cookie, "Cookie", cookie.String()+"; "+CookieName+"=x"); w.Code != http.StatusUnauthorized {
		t.Errorf("%d", w.Code)
	}
	if w := c.browse(http.MethodGet, "/v1/rooms", "", cookie, "Authorization", "Bearer wrong"); w.Code != http.StatusUnauthorized {
		t.Errorf("a wrong token beside the cookie: %d", w.Code)
	}
}
