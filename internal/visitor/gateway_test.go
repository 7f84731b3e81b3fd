package visitor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/pkg/queue"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

// TestAVisitorGoesThroughARealGateway follows the whole protocol: a page of the line, polls, a place given up, the call, the
// way in, and the site.
func TestAVisitorGoesThroughARealGateway(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "site ", r.Method, " ", r.RequestURI)
	}))
	defer site.Close()
	dir := t.TempDir()
	g, err := launch.StartGateway(t.Context(), program, dir, launch.OneRoom(dir, launch.Settings{
		Backend: site.URL, Paused: true, Pace: queue.Pace{Rate: 6000, Burst: 10}, PollMin: 100 * time.Millisecond, PollMax: 300 * time.Millisecond,
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	room, err := visitor.New(visitor.Config{Origin: g.URL(), Room: launch.RoomID, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	transport := visitor.HTTP(&http.Transport{DisableCompression: true})
	first, second := room.Open(transport), room.Open(transport)
	for i, b := range []*visitor.Browser{first, second} {
		a, err := b.Visit(ctx, visitor.Want{Target: "/termine?ort=3"})
		if err != nil || a.Status != 200 || !a.Waiting() {
			t.Fatalf("arrival: %+v, %v", a, err)
		}
		if c := b.Credential(); c.Number != uint64(i+1) || c.Pass || c.Until < time.Now().Unix() || c.Visitor == "" || c.Key == "" {
			t.Errorf("credential %+v", c)
		}
		if _, target, ok := a.Refresh(); !ok || target == "" || a.Data("next") <= 0 {
			t.Errorf("the page does not say when to ask: %q", a.Body)
		}
		if s, err := b.Poll(ctx); err != nil || !s.InLine() || s.Turn() || s.Number != uint64(i+1) {
			t.Errorf("status %+v, %v", s, err)
		}
	}
	if a, err := second.Away(ctx); err != nil || a.Status != 204 {
		t.Errorf("away: %+v, %v", a, err)
	}
	copied := room.Open(transport)
	copied.SetCookie("einlass-"+launch.RoomID, first.Ticket())
	if a, err := first.Leave(ctx); err != nil || a.Status != 303 || first.Credential().Known() {
		t.Errorf("leave: %+v, %v, then %+v", a, err, first.Credential())
	}

	over, err := copied.Visit(ctx, visitor.Want{Target: "/termine?ort=3"})
	if err != nil || over.Status != 200 || over.State != "none" || copied.Credential().Number != 1 {
		t.Errorf("the place that was given up: %+v, %v", over, err)
	}
	if a, pressed, err := copied.Join(ctx, over); err != nil || !pressed || !a.Waiting() || copied.Credential().Number != 3 {
		t.Errorf("a new number: %+v, %t, %v, then %+v", a, pressed, err, copied.Credential())
	}
	if a, pressed, err := copied.Join(ctx, over); err != nil || !pressed || !a.Waiting() || copied.Credential().Number != 3 {
		t.Errorf("a second press: %+v, %t, %v, then %+v", a, pressed, err, copied.Credential())
	}

	place := second.Credential().Token
	run := queue.ModeRun
	if _, err := g.Operators.Update(ctx, launch.RoomID, operator.Change{Mode: &run}); err != nil {
		t.Fatal(err)
	}
	s, err := second.Wait(ctx, visitor.Script{Rest: func(ctx context.Context, d time.Duration) error {
		if !launch.Rest(ctx, d) {
			return ctx.Err()
		}
		return nil
	}})
	if err != nil || !s.Turn() {
		t.Fatalf("%+v, %v", s, err)
	}
	a, err := second.Visit(ctx, visitor.Want{Target: "/termine?ort=3"})
	if err != nil || a.Waiting() || string(a.Body) != "site GET /termine?ort=3" {
		t.Errorf("inside: %+v, %v", a, err)
	}
	if c := second.Credential(); c.Token != place || !c.Pass {
		t.Errorf("%+v became %+v", place, c)
	}
	a, err = second.Visit(ctx, visitor.Want{Method: http.MethodPost, Target: "/book", ContentType: "text/plain", Body: []byte("Anna")})
	if err != nil || string(a.Body) != "site POST /book" {
		t.Errorf("a form: %+v, %v", a, err)
	}
}

// BenchmarkPoll is what a poll costs the client besides HTTP.
func BenchmarkPoll(b *testing.B) {
	room, err := visitor.New(visitor.Config{Origin: "http://127.0.0.1:8080", Room: launch.RoomID})
	if err != nil {
		b.Fatal(err)
	}
	browser := room.Open(status{})
	browser.SetCookie("einlass-termine", "a-ticket-of-some-length-a-ticket-of-some-length-a-ticket-of-some-length")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := browser.Poll(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// status answers polls.
type status struct{}

func (status) Do(_ context.Context, r *visitor.Request, a *visitor.Answer) error {
	n := 0
	for name, value := range r.Fields() {
		n += len(name) + len(value)
	}
	a.Head(200, func(string) string { return "" })
	a.Body = fmt.Appendf(nil, `{"state":"waiting","number":9,"ahead":5,"exact":true,"low":60,"high":120,"next":3000,"message":"","stale":false,"until":%d}`, n)
	return nil
}
