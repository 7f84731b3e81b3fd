//go:build long

package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// sick is a site whose pages take as long as it is told, and whose files are always quick.
type sick struct {
	harness.Site
	takes atomic.Int64 // ns
}

func newSick(t *testing.T) *sick {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sick{}
	s.Addr = ln.Addr().String()
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/page" && !launch.Rest(r.Context(), time.Duration(s.takes.Load())) {
				return
			}
			w.Header().Set("X-Site", "1")
		}),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

// people look at pages with four files each, until the test ends, each from a network of its own.
type people struct {
	gates  atomic.Pointer[[]*harness.Gate]
	loaded atomic.Int64
}

func (p *people) use(gates ...*harness.Gate) { p.gates.Store(&gates) }

func (p *people) come(ctx context.Context, n int) (all *sync.WaitGroup) {
	all = &sync.WaitGroup{}
	for i := range n {
		all.Go(func() {
			from := []string{"X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i+1)}
			b := harness.NewBrowser((*p.gates.Load())[0])
			for n := 0; launch.Rest(ctx, 300*time.Millisecond); n++ {
				gates := *p.gates.Load()
				b.Move(gates[i%len(gates)])
				a, err := b.Load(ctx, "GET", "/page", from...)
				if err != nil || !a.FromSite() {
					continue
				}
				p.loaded.Add(1)
				for range 4 {
					_, _ = b.Fetch(ctx, "GET", "/style.css", from...)
				}
			}
		})
	}
	return all
}

// Two gateways judge a site alike, whatever happens to one of them and to Redis meanwhile, and one that starts while the site is
// slow knows that it is.
func TestGatewaysFollowASiteInTroubleAlike(t *testing.T) {
	site := newSick(t)
	site.takes.Store(int64(80 * time.Millisecond))
	redis := redistest.Start(t)
	keys := program.Keys(t)
	var gates []*harness.Gate
	for range 2 {
		gates = append(gates, harness.NewGate(t, &program, harness.Settings{
			Store: redis.URL(), Keys: keys, Trusted: []string{"127.0.0.0/8"},
			Rooms: []harness.Room{{Site: &site.Site, Rate: 6000}},
		}))
	}
	a, b := gates[0], gates[1]
	var p people
	p.use(a, b)
	ctx, cancel := context.WithCancel(t.Context())
	all := p.come(ctx, 24)
	defer func() {
		cancel()
		all.Wait()
	}()
	look := func(g *harness.Gate) operator.Site { return g.Room(t).Site }
	says := func(what string, d time.Duration, ok func(operator.Site) bool, at ...*harness.Gate) {
		t.Helper()
		took := until(t, d, what, func(context.Context) bool {
			for _, g := range at {
				if !ok(look(g)) {
					return false
				}
			}
			return true
		})
		t.Logf("%s after %v: %+v", what, took.Round(100*time.Millisecond), look(at[0]))
	}

	until(t, 30*time.Second, "people to be inside", func(context.Context) bool { return p.loaded.Load() > 100 })
	let(t, 75*time.Second) // what is usual is known well after ten windows
	says("a site that is well", time.Second, func(s operator.Site) bool { return s.Factor == 1 && s.Words == "" }, a, b)

	site.takes.Store(int64(800 * time.Millisecond))
	says("the pace to be cut", 40*time.Second, func(s operator.Site) bool { return s.Factor < 0.6 && s.Reason == "latency" }, a, b)
	until(t, 10*time.Second, "both to say the same", func(context.Context) bool { return look(a).Factor == look(b).Factor })

	p.use(b)
	a.Kill()
	before := look(b).Factor
	says("the pace to be cut by the one that is left", 40*time.Second, func(s operator.Site) bool { return s.Factor < before }, b)

	epoch := b.Room(t).Epoch
	if err := redis.Client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, 20*time.Second, "the loss to be noticed", func(context.Context) bool { return b.Room(t).Epoch > epoch })
	says("the judgement to be back", 40*time.Second, func(s operator.Site) bool {
		return s.Factor < before && s.Reason == "latency" && s.Usual > 0 && s.Usual < 0.3
	}, b)

	// The one that was killed knows nothing any more. It is told what is usual, and does not take for that what it sees.
	a.Start()
	p.use(a)
	b.Kill()
	let(t, 60*time.Second)
	says("the site to be known as slow by one that never saw it well", 20*time.Second, func(s operator.Site) bool {
		return s.Factor < 0.3 && s.Reason == "latency" && s.Usual < 0.3 && s.Median > 0.5
	}, a)

	a.Set(t, `{"health": "advise"}`)
	says("advice", 20*time.Second, func(s operator.Site) bool { return s.Factor == 1 && s.Advised < 0.5 && s.Words != "" }, a)
	a.Stop()
	a.Start()
	says("advice after a restart", 20*time.Second, func(s operator.Site) bool { return s.Factor == 1 && s.Advised < 0.5 }, a)
	a.Edit("rate: 6000", "rate: 6000\n      health: off")
	a.Reload()
	says("nothing, when the file says off", 20*time.Second, func(s operator.Site) bool { return s.Factor == 1 && s.Words == "" }, a)
	a.Edit("health: off", "health: act")
	a.Reload()
	says("the pace to be cut again", 40*time.Second, func(s operator.Site) bool { return s.Factor < 1 && s.Reason == "latency" }, a)

	site.takes.Store(int64(80 * time.Millisecond))
	says("the pace to rise", 60*time.Second, func(s operator.Site) bool { return s.Factor < 1 && s.Median < 0.3 }, a)
	low := look(a).Factor
	says("the pace to rise on", 60*time.Second, func(s operator.Site) bool { return s.Factor > low }, a)
}
