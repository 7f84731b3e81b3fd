package harness

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

// Answer is a response that was read to its end.
type Answer struct {
	*http.Response
	Body string
}

func answerOf(a *visitor.Answer) *Answer { return &Answer{a.Response, string(a.Body)} }

// Refresh reads a page's wish to be loaded again.
func (a *Answer) Refresh() (after time.Duration, target string, err error) {
	after, target, ok := (&visitor.Answer{Body: []byte(a.Body)}).Refresh()
	if !ok {
		err = errors.New("the page does not ask to be loaded again")
	}
	return after, target, err
}

// Button is where the button of a waiting page leads.
func (a *Answer) Button(t testing.TB) string {
	t.Helper()
	found := button.FindStringSubmatch(a.Body)
	if found == nil {
		t.Fatalf("no button on a page of state %q", a.Header.Get("Einlass-State"))
	}
	return html.UnescapeString(found[1])
}

var button = regexp.MustCompile(`id="go" href="([^"]+)"`)

// FromSite reports whether the site answered, and not the gateway in its stead.
func (a *Answer) FromSite() bool { return a.Header.Get("X-Site") != "" }

// Waiting reports whether this is the waiting page.
func (a *Answer) Waiting() bool {
	state := a.Header.Get("Einlass-State")
	return a.StatusCode == 200 && !a.FromSite() && state != "" && state != "none" && a.isHTML()
}

func (a *Answer) isHTML() bool { return strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") }

// Want stops the test unless the answer has the status and a type that begins so.
func (a *Answer) Want(tb testing.TB, status int, contentType string) {
	tb.Helper()
	if a.StatusCode != status || !strings.HasPrefix(a.Header.Get("Content-Type"), contentType) {
		tb.Fatalf("%d %q, want %d %q\n%v\n%s", a.StatusCode, a.Header.Get("Content-Type"), status, contentType, a.Header, a.Body)
	}
}

// WantSite stops the test unless the site answered with text that begins so.
func (a *Answer) WantSite(tb testing.TB, text string) {
	tb.Helper()
	if !a.FromSite() || a.StatusCode != 200 || !strings.HasPrefix(a.Body, text) {
		tb.Fatalf("%d %q, want the site's %q", a.StatusCode, a.Body, text)
	}
}

// WantProblem stops the test unless the answer is a small problem document that says when to ask again.
func (a *Answer) WantProblem(tb testing.TB, status int, kind string) {
	tb.Helper()
	a.Want(tb, status, "application/problem+json")
	if !strings.Contains(a.Body, "/.einlass/problems/"+kind) || len(a.Body) > 500 {
		tb.Fatalf("problem %s, want %s", a.Body, kind)
	}
	if status == 429 && a.Header.Get("Retry-After") == "" {
		tb.Fatal("429 without Retry-After")
	}
}

// Breach is an answer that nobody may ever get.
type Breach struct{ What string }

func (b *Breach) Error() string { return b.What }

func breach(format string, args ...any) error { return &Breach{fmt.Sprintf(format, args...)} }

// wrong is what no answer may be, whatever was asked: a *Breach or nil.
func (a *Answer) wrong(page bool) error {
	switch {
	case a.FromSite():
		if a.Header.Get("Einlass-Finish") != "" {
			return breach("what the site tells the gateway reached a visitor: %v", a.Header)
		}
		return nil
	case a.Header.Get("Cache-Control") != "private, no-store" || a.Header.Get("X-Robots-Tag") != "noindex":
		return breach("%s %s may be cached or indexed: %v", a.Request.Method, a.Request.URL, a.Header)
	case a.StatusCode >= 500 && a.StatusCode != 503:
		return breach("%s %s: %s %s", a.Request.Method, a.Request.URL, a.Status, a.Body)
	case a.isHTML() && !page:
		return breach("%s %s is no page load and got a page", a.Request.Method, a.Request.URL)
	}
	return nil
}
