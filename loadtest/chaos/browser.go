package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/pkg/queue"
)

// browser is a visitor's browser that judges each answer. It belongs to one goroutine.
type browser struct {
	*visitor.Browser
	name   string // what the site repeats in its answers
	wrong  string // an answer of the site to somebody else
	failed error  // why the latest answer was no use to the visitor: a *failure, or nil
}

const (
	host    = "termine.example"
	page    = "/termine?ort=3"
	cookie  = "einlass-" + environment.Room
	timeout = 8 * time.Second // of the visitor's patience with one request
)

// framed are the header fields of a page in another site's frame.
var framed = []string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site"}

// newRoom is the waiting room as the crowd reaches it.
func newRoom() (*visitor.Room, error) {
	return visitor.New(visitor.Config{Origin: "http://" + host, Room: environment.Room, Timeout: timeout})
}

func (c *crowd) newBrowser(extra ...string) *browser {
	b := &browser{Browser: c.room.Open(visitor.HTTP(c.transport)), name: strconv.FormatUint(rand.Uint64(), 36)}
	b.Extra = append([]string{environment.NameHeader, b.name}, extra...)
	b.Observe = b.judge
	return b
}

// site reports whether the site answered and not the gateway in its stead.
func site(a *visitor.Answer) bool {
	return a.Response != nil && a.Response.Header.Get(environment.SiteHeader) != ""
}

// judge notes an answer that is no use to the visitor, and one that was meant for somebody else.
func (b *browser) judge(_ context.Context, r *visitor.Request, a *visitor.Answer, err error) {
	b.failed = nil
	if err != nil {
		b.failed = &failure{kindOf(err)}
		return
	}
	path, _, _ := strings.Cut(r.Target, "?")
	if got, want := a.Response.Header.Get(environment.AskedHeader), b.name+" "+path; site(a) && got != want {
		b.wrong = fmt.Sprintf("%q was answered with what the site said to %q", want, got)
	}
	if a.Status >= 500 {
		who := "the balancer"
		if a.Response.Header.Get("X-Robots-Tag") == "noindex" {
			who = "the gateway"
		}
		b.failed = &failure{fmt.Sprintf("%d from %s", a.Status, who)}
	}
}

// get loads a page. An answer that is no use to the visitor is a *failure.
func (b *browser) get(ctx context.Context, target string) (*visitor.Answer, error) {
	return b.send(ctx, http.MethodGet, target)
}

// send loads a page, or sends the form that belongs to the target.
func (b *browser) send(ctx context.Context, method, target string) (*visitor.Answer, error) {
	w := visitor.Want{Method: method, Target: target}
	if method == http.MethodPost {
		w.ContentType, w.Body = "application/x-www-form-urlencoded", []byte("name=Anna")
		if target == environment.UnreadPath {
			w.Body = []byte("GET " + environment.SlowPath + " HTTP/1.1\r\nHost: " + host + "\r\n" + environment.NameHeader + ": nobody\r\n\r\n")
		}
	}
	a, err := b.Load(ctx, w)
	return a, b.failure(err)
}

// leave gives the place up by the page's button.
func (b *browser) leave(ctx context.Context) error {
	_, err := b.Leave(ctx)
	return b.failure(err)
}

// away closes the page.
func (b *browser) away(ctx context.Context) error {
	_, err := b.Away(ctx)
	return b.failure(err)
}

// failure is why the latest request was no use to the visitor when the client says err: a *failure, or nil.
func (b *browser) failure(err error) error {
	if b.failed == nil && err != nil {
		return &failure{err.Error()} // an answer, but none to a poll
	}
	return b.failed
}

// failure is a request without a usable answer, by kind.
type failure struct{ kind string }

func (f *failure) Error() string { return f.kind }

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

// order is the rank of a place.
func order(t visitor.Token) queue.Order { return queue.OrderOf(t.Epoch, t.Number) }
