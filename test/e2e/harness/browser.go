package harness

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/einlass/einlass/internal/visitor"
)

// Browser is one visitor: it keeps cookies, loads pages and polls as the page's script does. It is used by one
// goroutine; only Move may be called from others.
type Browser struct {
	*visitor.Browser

	host   string // in the address bar; cookies belong to it, whichever gateway answers
	gate   *atomic.Pointer[Gate]
	breach error // of the latest answer: a *Breach or nil
}

// Status is the answer to a poll.
type Status = visitor.Status

// Token is what the room's cookie says of a place.
type Token = visitor.Token

// defaultHost is the site's name unless a test says otherwise.
const defaultHost = "termine.example"

// NewBrowser opens a browser that reaches the room "termine" of termine.example through g.
func NewBrowser(g *Gate) *Browser { return NewBrowserAt(g, defaultHost, "termine") }

// NewBrowserAt opens a browser that reaches a room of a host through g.
func NewBrowserAt(g *Gate, host, room string) *Browser {
	r, err := visitor.New(visitor.Config{Origin: "http://" + host, Room: room, Language: "en"})
	if err != nil {
		panic(err) // a test's mistake
	}
	return open(g, host, r.Open)
}

// At is another tab of the browser, at another gateway.
func (b *Browser) At(g *Gate) *Browser { return open(g, b.host, b.Tab) }

func open(g *Gate, host string, how func(visitor.Transport) *visitor.Browser) *Browser {
	b := &Browser{host: host, gate: &atomic.Pointer[Gate]{}}
	b.Browser = how(toGate{b.gate})
	b.Observe = func(_ context.Context, r *visitor.Request, a *visitor.Answer, err error) {
		if b.breach = nil; err == nil {
			b.breach = answerOf(a).wrong(r.For == visitor.Page || r.For == visitor.Leave || r.For == visitor.Join)
		}
	}
	b.Move(g)
	return b
}

// Host is the name in the address bar.
func (b *Browser) Host() string { return b.host }

// Move lets the next requests go to another gateway, as a balancer does.
func (b *Browser) Move(g *Gate) { b.gate.Store(g) }

// toGate leads to the gateway of the moment.
type toGate struct{ gate *atomic.Pointer[Gate] }

func (t toGate) Do(ctx context.Context, r *visitor.Request, a *visitor.Answer) error {
	return visitor.HTTP(t.gate.Load().to()).Do(ctx, r, a)
}

// Load asks for a page. extra are pairs of header names and values that replace the browser's; an empty value
// removes one. A POST sends a small form.
func (b *Browser) Load(ctx context.Context, method, target string, extra ...string) (*Answer, error) {
	return b.send(ctx, visitor.Page, method, target, extra)
}

// Visit is Load of a page by GET, and follows redirects as a browser does.
func (b *Browser) Visit(ctx context.Context, target string) (*Answer, error) {
	return b.checked(b.Browser.Visit(ctx, visitor.Want{For: visitor.Page, Target: target}))
}

// JoinAgain asks for a page, reads there that its number or its stay is over, and presses the button.
func (b *Browser) JoinAgain(tb testing.TB, target string) *Answer {
	tb.Helper()
	over, err := b.Browser.Visit(tb.Context(), visitor.Want{For: visitor.Page, Target: target})
	if err != nil {
		tb.Fatal(err)
	}
	joined, pressed, err := b.Join(tb.Context(), over)
	if err != nil || !pressed {
		tb.Fatalf("%v: %d %s in state %q is no page of a place that is over\n%s", err, over.Status, target, over.State, over.Body)
	}
	return answerOf(joined)
}

// Fetch asks for something as a script does.
func (b *Browser) Fetch(ctx context.Context, method, target string, extra ...string) (*Answer, error) {
	return b.send(ctx, visitor.Fetch, method, target, extra)
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

func (b *Browser) send(ctx context.Context, purpose visitor.Purpose, method, target string, extra []string) (*Answer, error) {
	w := visitor.Want{For: purpose, Method: method, Target: target, Extra: extra}
	if method == http.MethodPost {
		w.Body, w.ContentType = []byte(Form), "application/x-www-form-urlencoded"
	}
	return b.checked(b.Browser.Load(ctx, w))
}

// checked is an answer, with a *Breach if nobody may ever get it.
func (b *Browser) checked(a *visitor.Answer, err error) (*Answer, error) {
	if err != nil {
		return nil, err
	}
	return answerOf(a), b.breach
}

// Poll asks where the visitor stands, see visitor.Browser. An answer that nobody may ever get is a *Breach.
func (b *Browser) Poll(ctx context.Context) (Status, error) {
	s, err := b.Browser.Poll(ctx)
	return s, or(b.breach, err)
}

// Status is Poll in the test's goroutine.
func (b *Browser) Status(tb testing.TB) Status {
	tb.Helper()
	s, err := b.Poll(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Away is what the page sends when it is closed.
func (b *Browser) Away(ctx context.Context) error {
	a, err := b.checked(b.Browser.Away(ctx))
	if err == nil && a.StatusCode != 204 {
		err = fmt.Errorf("away: %s", a.Status)
	}
	return err
}

// Token is the place in the room's cookie; the zero value if there is none.
func (b *Browser) Token() Token { return b.Credential().Token }
