package chaos

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/pkg/queue"
)

// browser keeps cookies and asks as a browser does. It belongs to one goroutine.
type browser struct {
	transport http.RoundTripper
	jar       *cookiejar.Jar
	shown     int64  // the last number of people ahead, -1 before
	name      string // what the site repeats in its answers
	wrong     string // an answer of the site to somebody else
	frame     bool   // shows the page in a frame of another site
}

const (
	host    = "termine.example"
	page    = "/termine?ort=3"
	cookie  = "einlass-" + environment.Room
	timeout = 8 * time.Second // of the visitor's patience with one request
)

func newBrowser(transport http.RoundTripper) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // never: there are no options
	}
	return &browser{transport: transport, jar: jar, shown: -1, name: strconv.FormatUint(rand.Uint64(), 36)}
}

// answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// site reports whether the site answered and not the gateway in its stead.
func (a *answer) site() bool { return a.header.Get(environment.SiteHeader) != "" }

// gateway reports whether a gateway answered, and not the balancer.
func (a *answer) gateway() bool { return a.header.Get("X-Robots-Tag") == "noindex" }

// failure is a request without a usable answer, by kind.
type failure struct{ kind string }

func (f *failure) Error() string { return f.kind }

// ask sends one request. An answer that is no use to the visitor is a *failure.
func (b *browser) ask(ctx context.Context, method, target string, navigation bool) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var body io.Reader
	switch target {
	case "/book":
		body = strings.NewReader("name=Anna")
	case environment.UnreadPath:
		body = strings.NewReader("GET " + environment.SlowPath + " HTTP/1.1\r\nHost: " + host + "\r\n" + environment.NameHeader + ": nobody\r\n\r\n")
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+host+target, body)
	if err != nil {
		return nil, err
	}
	if navigation {
		req.Header.Set("Accept", "text/html,*/*;q=0.8")
		req.Header.Set("Sec-Fetch-Mode", "navigate")
		req.Header.Set("Sec-Fetch-Dest", "document")
	} else {
		req.Header.Set("Sec-Fetch-Mode", "cors")
		req.Header.Set("Sec-Fetch-Dest", "empty")
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if b.frame {
		req.Header.Set("Sec-Fetch-Dest", "iframe")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	req.Header.Set(environment.NameHeader, b.name)
	if method == http.MethodPost {
		req.Header.Set("Origin", "http://"+host)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	res, err := b.transport.RoundTrip(req)
	if err != nil {
		return nil, &failure{kindOf(err)}
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, &failure{kindOf(err)}
	}
	b.jar.SetCookies(req.URL, res.Cookies())
	a := &answer{res.StatusCode, res.Header, data}
	if got, want := a.header.Get(environment.AskedHeader), b.name+" "+req.URL.Path; a.site() && got != want {
		b.wrong = fmt.Sprintf("%q was answered with what the site said to %q", want, got)
	}
	if a.status >= 500 {
		who := "the balancer"
		if a.gateway() {
			who = "the gateway"
		}
		return a, &failure{fmt.Sprintf("%d from %s", a.status, who)}
	}
	return a, nil
}

// kindOf names what went wrong on the way.
func kindOf(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer within 8 s"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed before the answer"
	default:
		return "other: " + err.Error()
	}
}

// status is the answer to a poll.
type status struct {
	State  string
	Number uint64
	Ahead  int64
	Next   int64
	Stale  bool
}

// poll asks where the visitor stands.
func (b *browser) poll(ctx context.Context) (status, error) {
	var s status
	target := "/.einlass/status?room=" + environment.Room
	if b.shown >= 0 {
		place, _ := b.token()
		target += "&shown=" + strconv.FormatUint(place.Number, 10) + "." + strconv.FormatInt(b.shown, 10)
	}
	a, err := b.ask(ctx, http.MethodGet, target, false)
	if err != nil {
		return s, err
	}
	if a.status != http.StatusOK {
		return s, &failure{fmt.Sprintf("%d to a poll", a.status)}
	}
	return s, json.Unmarshal(a.body, &s)
}

// ticket is what the cookie says of the place. Only a test looks into it.
type ticket struct {
	Visitor string `json:"sub"`
	Epoch   uint64 `json:"ep"`
	Number  uint64 `json:"n"`
}

func (t ticket) order() queue.Order { return queue.Place{Epoch: t.Epoch, Number: t.Number}.Order() }

// token reads the room's cookie: what it says, and the key it was signed with. Zero values if there is none.
func (b *browser) token() (t ticket, key string) {
	for _, c := range b.jar.Cookies(&url.URL{Scheme: "http", Host: host, Path: "/"}) {
		parts := strings.Split(c.Value, ".")
		if c.Name != cookie || len(parts) != 3 {
			continue
		}
		var head struct {
			Kid string `json:"kid"`
		}
		for part, into := range map[string]any{parts[0]: &head, parts[1]: &t} {
			if data, err := base64.RawURLEncoding.DecodeString(part); err == nil {
				_ = json.Unmarshal(data, into) // what is not JSON is no token
			}
		}
		key = head.Kid
	}
	return t, key
}
