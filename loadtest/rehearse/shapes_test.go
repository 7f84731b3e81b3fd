package rehearse

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// server is a site of some workers: each answer takes one of them for a time, in the order of the requests, also for
// people who have given up.
type server struct {
	workers int
	work    func(r *rand.Rand, since time.Duration) time.Duration
	status  func(r *http.Request, rnd *rand.Rand, busy int) int

	began time.Time
	mu    sync.Mutex
	rand  *rand.Rand
	free  []time.Time // when each worker will be
	busy  int
}

func newServer(workers int, seed uint64, work func(*rand.Rand, time.Duration) time.Duration) *server {
	return &server{
		workers: workers, work: work, began: time.Now(), rand: rand.New(rand.NewPCG(seed, 3)), free: make([]time.Time, workers),
	}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.busy++
	now, first, status := time.Now(), 0, 200
	if s.status != nil {
		status = s.status(r, s.rand, s.busy)
	}
	for i := range s.free {
		if s.free[i].Before(s.free[first]) {
			first = i
		}
	}
	took := time.Millisecond
	if status < 0 {
		took = time.Hour
	} else if status < 400 {
		begin := now
		if s.free[first].After(now) {
			begin = s.free[first]
		}
		s.free[first] = begin.Add(s.work(s.rand, now.Sub(s.began)))
		took = s.free[first].Sub(now)
	}
	s.mu.Unlock()
	select {
	case <-time.After(took):
	case <-r.Context().Done():
	}
	s.mu.Lock()
	s.busy--
	s.mu.Unlock()
	w.WriteHeader(max(status, 200))
}

func exponential(mean time.Duration) func(*rand.Rand, time.Duration) time.Duration {
	return func(r *rand.Rand, _ time.Duration) time.Duration {
		return time.Duration(r.ExpFloat64() * float64(mean))
	}
}

// rehearsed plays a rehearsal in faked time.
func rehearsed(t *testing.T, cfg Config, seed uint64, site func() http.Handler) (res Result, out string, took time.Duration) {
	t.Helper()
	return rehearsedAt(t, cfg, seed, site, nil)
}

// rehearsedAt is through a gate, if there is one.
func rehearsedAt(t *testing.T, cfg Config, seed uint64, site func() http.Handler, g *gate) (res Result, out string, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		cfg.Seed, cfg.Out = seed, &b
		h, began := site(), time.Now()
		r := newRun(cfg)
		r.gather = func(_ context.Context, c drive.Config) (people, error) {
			w := &crowd{site: h, cfg: c, rand: rand.New(rand.NewPCG(seed, 2))}
			if g != nil {
				g.crowd = w
				return g, nil
			}
			return w, nil
		}
		if g != nil {
			r.room = g
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go g.call(ctx)
		}
		if err := r.climb(t.Context()); (err != nil) != (g != nil && g.obey > 0) {
			t.Error(err)
		}
		r.result.Visit, r.result.Long, r.result.Page = r.visits.lengths()
		r.result.Advice = advise(&r.cfg, &r.result)
		res, out, took = r.result, b.String(), time.Since(began)
	})
	return res, out, took
}

// limit lets so many requests a second pass, with some in reserve, and answers others with a status; hang is none.
func limit(perSecond float64, status int) func(*http.Request, *rand.Rand, int) int {
	tokens, last := 20.0, time.Now()
	return func(*http.Request, *rand.Rand, int) int {
		tokens, last = min(20, tokens+time.Since(last).Seconds()*perSecond), time.Now()
		if tokens < 1 {
			return status
		}
		tokens--
		return 200
	}
}

const hang = -1

func TestTheRateThatIsAdvisedIsNeverAboveWhatTheSiteCanServe(t *testing.T) {
	pages := []drive.Step{{Path: "/a"}, {Path: "/b"}} // a session is three requests
	quick := exponential(100 * time.Millisecond)
	for _, c := range []struct {
		what      string
		cfg       Config
		workers   int
		work      func(*rand.Rand, time.Duration) time.Duration
		status    func() func(*http.Request, *rand.Rand, int) int
		low, high int64 // of what is advised
	}{
		{"ten a minute", Config{}, 1, exponential(2 * time.Second), nil, 0, 9},
		{"forty a minute", Config{}, 8, exponential(4 * time.Second), nil, 10, 38},
		{"a limit that refuses", Config{}, 16, quick, func() func(*http.Request, *rand.Rand, int) int { return limit(10, 429) }, 70, 200},
		{"a limit that forbids", Config{}, 16, quick, func() func(*http.Request, *rand.Rand, int) int { return limit(10, 403) }, 70, 200},
		{"a wrong address", Config{}, 16, quick, func() func(*http.Request, *rand.Rand, int) int { return limit(0, 404) }, 0, 0},
		{"silence, and steps shorter than a browser's patience", Config{Length: 20 * time.Second}, 16, quick, func() func(*http.Request, *rand.Rand, int) int { return limit(5, hang) }, 30, 100},
	} {
		for seed := range uint64(rehearsals) {
			cfg := c.cfg
			cfg.Script, cfg.Most = pages, 400
			r, out, _ := rehearsed(t, cfg, seed, func() http.Handler {
				s := newServer(c.workers, seed, c.work)
				if c.status != nil {
					s.status = c.status()
				}
				return s
			})
			if r.Advice.Rate < c.low || r.Advice.Rate > c.high {
				t.Errorf("%s: %d to %d may be advised:\n%s%s", c.what, c.low, c.high, out, r.Text())
			}
		}
	}
}

func TestAStepIsLongEnoughForSomebodyToCome(t *testing.T) {
	for seed := range uint64(10) {
		cfg := Config{Script: []drive.Step{{Path: "/a"}}, First: 1, Most: 2}
		r, out, took := rehearsed(t, cfg, seed, func() http.Handler { return newServer(4, seed, exponential(time.Second)) })
		if r.Confirmed == 0 || took > time.Hour {
			t.Errorf("%v\n%s%s", took, out, r.Text())
		}
	}
}

func TestNoStepIsFasterThanTheHighestRateAndTheAdviceSaysThatItWasTheLimit(t *testing.T) {
	cfg := Config{Script: []drive.Step{{Path: "/a"}}, Most: 3}
	r, out, _ := rehearsed(t, cfg, 1, func() http.Handler { return newServer(4, 1, exponential(20*time.Millisecond)) })
	if r.Confirmed != 3 || !strings.Contains(r.Text(), "highest rate that was tried") {
		t.Errorf("%s%s", out, r.Text())
	}
}

// gate lets people into a crowd, one by one, at the pace that it is told, and never faster than most a minute.
type gate struct {
	*crowd
	most int64

	mu   sync.Mutex
	rate int64 // 0: paused
	obey int   // so many changes, then errors; 0: always
	asks int
	line []context.Context
}

func (g *gate) Update(_ context.Context, _ string, c operator.Change) (operator.RoomInfo, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asks++; g.obey > 0 && g.asks > g.obey {
		return operator.RoomInfo{}, errors.New("the gate does not answer")
	}
	if g.rate = min(*c.Rate, g.most); *c.Mode == queue.ModePause {
		g.rate = 0
	}
	return operator.RoomInfo{}, nil
}

func (g *gate) Arrive(ctx context.Context, _ time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.line = append(g.line, ctx)
}

func (g *gate) InLine() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return int64(len(g.line))
}

func (g *gate) call(ctx context.Context) {
	for next := time.Now(); launch.Rest(ctx, 100*time.Millisecond); {
		g.mu.Lock()
		if g.rate == 0 || len(g.line) == 0 {
			next = time.Now()
		}
		for len(g.line) > 0 && g.rate > 0 && !next.After(time.Now()) {
			g.crowd.Arrive(g.line[0], time.Now())
			g.line, next = g.line[1:], next.Add(time.Minute/time.Duration(g.rate))
		}
		g.mu.Unlock()
	}
}

func TestThroughAGateTheSiteComesToRestAfterLongVisits(t *testing.T) {
	// Visits of up to 24 minutes; the site is slow for a while, in the second step, and itself again after it.
	cfg := Config{Script: []drive.Step{{Path: "/a"}}, Think: 12 * time.Minute, First: 30, Most: 45}
	r, out, _ := rehearsedAt(t, cfg, 1, func() http.Handler {
		return newServer(64, 1, func(_ *rand.Rand, since time.Duration) time.Duration {
			if since > 20*time.Minute && since < 23*time.Minute {
				return 8 * time.Second
			}
			return 50 * time.Millisecond
		})
	}, &gate{most: 1e6})
	bad := 0
	for _, s := range r.Steps {
		if s.Why != "" {
			bad++
		}
	}
	if bad != 1 || r.Stopped != "" || r.Confirmed != 45 {
		t.Errorf("%s%s", out, r.Text())
	}
}

func TestAPaceThatTheGateDoesNotKeepIsNotAdvised(t *testing.T) {
	cfg := Config{Script: []drive.Step{{Path: "/a"}}, Most: 1000}
	r, out, _ := rehearsedAt(t, cfg, 1, func() http.Handler {
		return newServer(16, 1, exponential(20*time.Millisecond))
	}, &gate{most: 100})
	if r.Advice.Rate > 100 || r.Advice.Rate < 50 || !strings.Contains(r.Text(), "the rate was not reached") {
		t.Errorf("%s%s", out, r.Text())
	}
}

func TestWhatWasLearnedIsToldWhenTheGateFails(t *testing.T) {
	cfg := Config{Script: []drive.Step{{Path: "/a"}}, First: 10, Factor: 2, Most: 1000}
	r, out, _ := rehearsedAt(t, cfg, 1, func() http.Handler {
		return newServer(16, 1, exponential(20*time.Millisecond))
	}, &gate{most: 1e6, obey: 3})
	if r.Best != 40 || r.Advice.Rate != 32 {
		t.Errorf("%s%s", out, r.Text())
	}
}
