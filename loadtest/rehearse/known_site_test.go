package rehearse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
)

// crowd sends its people to a handler without sockets, so that a rehearsal with its real times takes no time.
type crowd struct {
	site   http.Handler
	cfg    drive.Config
	inside atomic.Int64
	gone   sync.WaitGroup

	mu   sync.Mutex
	rand *rand.Rand
}

func (w *crowd) Arrive(ctx context.Context, due time.Time) {
	w.inside.Add(1)
	w.gone.Go(func() {
		defer w.inside.Add(-1)
		for !w.get(ctx, drive.KindArrive, w.cfg.Path, due) {
			if !launch.Rest(ctx, w.about(10*time.Second)) {
				return
			}
			due = time.Now()
		}
		entered := time.Now()
		whole, think := true, w.cfg.Crowd.Think
		for _, s := range w.cfg.Script {
			if !launch.Rest(ctx, w.about(think)) {
				w.cfg.OnVisit(drive.Visit{Inside: time.Since(entered)})
				return
			}
			whole = w.get(ctx, drive.KindSite, s.Path, time.Now()) && whole
			if think = s.Think; think == 0 {
				think = w.cfg.Crowd.Think
			}
		}
		w.cfg.OnVisit(drive.Visit{Inside: time.Since(entered), Page: time.Since(entered), Whole: whole && ctx.Err() == nil})
	})
}

// get is one request with a browser's patience.
func (w *crowd) get(ctx context.Context, k drive.Kind, path string, due time.Time) (ok bool) {
	limited, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, httptest.NewRequestWithContext(limited, http.MethodGet, path, http.NoBody))
	if ctx.Err() != nil {
		return false
	}
	s := drive.Sample{Kind: k, Due: due, Took: time.Since(due), Status: answer.Code, FromSite: true}
	if limited.Err() != nil {
		s.Status, s.FromSite = 0, false
	}
	w.cfg.Observe(s)
	return s.FromSite && s.Status < 500 && s.Status != http.StatusTooManyRequests
}

// about is as drive's people draw a time.
func (w *crowd) about(mean time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return mean/2 + min(time.Duration(w.rand.ExpFloat64()*float64(mean)/2), mean*3/2)
}

func (w *crowd) InLine() int64 { return 0 }
func (w *crowd) OnSite() int64 { return w.inside.Load() }
func (w *crowd) Cut()          {}
func (w *crowd) Wait()         { w.gone.Wait() }
func (w *crowd) Close()        {}

// The rehearsal has its default times here, and a site that is overrun for long after a bad step.
func TestTheRateThatIsFoundIsNearTheKnownCapacity(t *testing.T) {
	confirmed := 0
	for seed := range uint64(rehearsals) {
		synctest.Test(t, func(t *testing.T) {
			cfg := demo.Demo(time.Now())
			cfg.Calendar.Days = 1
			cfg.Curve = demo.Curve{Rate: 1, Contention: 0.03, Coherency: 0.005, Workers: 64, Queue: 400}
			cfg.Random = rand.NewChaCha8([32]byte{byte(seed)})
			site, err := demo.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer site.Close()
			// A session is the start page and the calendar. From the knee on the site does not get faster.
			units := cfg.Work.Mean(demo.KindStart) + cfg.Work.Mean(demo.KindCalendar)
			capacity := cfg.Curve.Throughput(cfg.Curve.Knee()) / units * 60

			var out strings.Builder
			r := newRun(Config{Script: []drive.Step{{Path: "/termine"}}, Seed: seed, Out: &out})
			r.gather = func(_ context.Context, c drive.Config) (people, error) {
				return &crowd{site: site, cfg: c, rand: rand.New(rand.NewPCG(seed, 2))}, nil
			}
			if err := r.climb(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.result.Visit, r.result.Long, r.result.Page = r.visits.lengths()
			a := advise(&r.cfg, &r.result)
			t.Logf("capacity %.0f a minute\n%s%s", capacity, out.String(), r.result.Text())
			if low, high := 0.4*capacity, capacity; float64(a.Rate) < low || float64(a.Rate) > high {
				t.Errorf("advised %d a minute, want %.0f to %.0f", a.Rate, low, high)
			}
			if r.result.Confirmed > 0 {
				confirmed++
			}
			want := fmt.Sprintf("pace: {rate: %d, max_inside: %d, burst: %d}", a.Rate, a.MaxInside, a.Burst)
			r.result.Advice = a
			if text := r.result.Text(); !strings.Contains(text, want) || a.MaxInside < 1 || !strings.Contains(text, "Little's law") {
				t.Errorf("%q is not in\n%s", want, text)
			}
		})
	}
	// A site may break while its best rate is confirmed, if that is near its knee; not always.
	if confirmed == 0 {
		t.Error("no rate was ever confirmed")
	}
}
