package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken")

// diary writes down what happens to services.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, " ")
}

func (d *diary) service(name string) Service {
	return Service{
		Name:  name,
		Start: func(context.Context) error { d.add("+" + name); return nil },
		Run: func(ctx context.Context) error {
			<-ctx.Done()
			d.add("." + name)
			return ctx.Err()
		},
		Stop: func(context.Context) error { d.add("-" + name); return nil },
	}
}

func group(t *testing.T, cfg Config, services ...Service) *Group {
	t.Helper()
	if cfg.StopTimeout == 0 {
		cfg.StopTimeout = time.Minute
	}
	g, err := New(cfg, services...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestServicesStopInTheOppositeOrderOfTheirStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error, 1)
		g := group(t, Config{}, d.service("a"), d.service("b"), d.service("c"))
		go func() { result <- g.Run(ctx) }()
		synctest.Wait()
		if got := d.String(); got != "+a +b +c" {
			t.Errorf("started: %s", got)
		}
		cancel()
		if err := <-result; err != nil {
			t.Errorf("Run says %v", err)
		}
		if got := d.String(); got != "+a +b +c -c .c -b .b -a .a" {
			t.Errorf("course: %s", got)
		}
	})
}

func TestARunThatEndsWithItsStopIsNoFailure(t *testing.T) {
	// Servers are like that: Serve returns when Shutdown is called, and knows no context.
	synctest.Test(t, func(t *testing.T) {
		quit, served := make(chan struct{}), make(chan struct{})
		server := Service{
			Name: "server",
			Run:  func(context.Context) error { <-quit; close(served); return nil },
			Stop: func(context.Context) error { close(quit); <-served; synctest.Wait(); return nil },
		}
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error, 1)
		go func() { result <- group(t, Config{}, server).Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-result; err != nil {
			t.Errorf("Run says %v", err)
		}
	})
}

func TestAServiceThatDoesNotStartStopsThoseBeforeIt(t *testing.T) {
	var d diary
	bad := d.service("b")
	bad.Start = func(context.Context) error { return errBroken }
	err := group(t, Config{}, d.service("a"), bad, d.service("c")).Run(t.Context())
	if !errors.Is(err, errBroken) || err.Error() != "start b: broken" {
		t.Errorf("Run says %v", err)
	}
	if got := d.String(); got != "+a -a .a" {
		t.Errorf("course: %s", got)
	}
}

func TestAServiceThatEndsByItselfStopsTheGroup(t *testing.T) {
	for name, result := range map[string]error{"with an error": errBroken, "without an error": nil} {
		t.Run(name, func(t *testing.T) {
			var d diary
			bad := d.service("b")
			bad.Run = func(context.Context) error { return result }
			err := group(t, Config{}, d.service("a"), bad).Run(t.Context())
			want := result
			if want == nil {
				want = ErrEnded
			}
			if !errors.Is(err, want) || strings.Count(err.Error(), "run b: ") != 1 {
				t.Errorf("Run says %v", err)
			}
			if got := d.String(); got != "+a +b -b -a .a" {
				t.Errorf("course: %s", got)
			}
		})
	}
}

func TestAFailureInterruptsTheStartOfLaterServices(t *testing.T) {
	var d diary
	bad := d.service("a")
	bad.Run = func(context.Context) error { return errBroken }
	slow := d.service("b")
	slow.Start = func(ctx context.Context) error {
		<-ctx.Done()
		return fmt.Errorf("wait for the store: %w", ctx.Err())
	}
	err := group(t, Config{}, bad, slow, d.service("c")).Run(t.Context())
	if err == nil || err.Error() != "run a: broken" {
		t.Errorf("Run says %v", err)
	}
	if got := d.String(); got != "+a -a" {
		t.Errorf("course: %s", got)
	}
}

func TestAllErrorsOfAStopAreJoined(t *testing.T) {
	var d diary
	a, b := d.service("a"), d.service("b")
	a.Stop = func(context.Context) error { return errBroken }
	errTorn := errors.New("torn")
	b.Run = func(ctx context.Context) error { <-ctx.Done(); return errTorn }
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := Service{Name: "c", Start: func(context.Context) error { cancel(); return nil }}
	err := group(t, Config{}, a, b, cancelled).Run(ctx)
	if !errors.Is(err, errBroken) || !errors.Is(err, errTorn) || errors.Is(err, context.Canceled) {
		t.Errorf("Run says %v", err)
	}
	if got := err.Error(); got != "run b: torn\nstop a: broken" {
		t.Errorf("Run says %q", got)
	}
}

func TestAServiceThatDoesNotStopIsLeftBehindAndNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		stuck := make(chan struct{})
		bad := Service{
			Name: "b", Stop: func(ctx context.Context) error { <-stuck; return nil },
			Run: func(context.Context) error { <-stuck; return nil },
		}
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		g := group(t, Config{StopTimeout: 10 * time.Second}, d.service("a"), bad)
		result := make(chan error, 1)
		go func() { result <- g.Run(ctx) }()
		synctest.Wait()
		cancel()
		err := <-result
		if !errors.Is(err, ErrStopTimeout) || !strings.Contains(err.Error(), "stop b: ") || strings.Contains(err.Error(), "stop a: ") {
			t.Errorf("Run says %v", err)
		}
		if took := time.Since(began); took != 10*time.Second+graceAfterLimit {
			t.Errorf("it took %v", took)
		}
		if got := d.String(); got != "+a -a .a" {
			t.Errorf("course: %s", got)
		}
		close(stuck)
	})
}

func TestHurryEndsTheTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hurry := make(chan struct{})
		drain := Service{Name: "drain", Stop: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		ctx, cancel := context.WithCancel(t.Context())
		g := group(t, Config{StopTimeout: time.Hour, Hurry: hurry}, drain)
		result := make(chan error, 1)
		began := time.Now()
		go func() { result <- g.Run(ctx) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(hurry)
		if err := <-result; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stop drain: ") {
			t.Errorf("Run says %v", err)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %v", took)
		}
	})
}

func TestAGroupThatIsStoppedBeforeItStartsStartsNothing(t *testing.T) {
	var d diary
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := group(t, Config{}, d.service("a")).Run(ctx); err != nil || d.String() != "" {
		t.Errorf("Run says %v, course: %s", err, d.String())
	}
}

func TestWrongGroupsAreRefused(t *testing.T) {
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "stop_timeout") {
		t.Errorf("no time limit: %v", err)
	}
	if _, err := New(Config{StopTimeout: time.Second}, Service{}); err == nil || !strings.Contains(err.Error(), "service 0 has no name") {
		t.Errorf("no name: %v", err)
	}
}

// TestManyGroupsInAnyWeatherKeepTheOrder runs groups whose services fail at random places, and checks that what
// was started is stopped, once, in the opposite order, and that nothing is left running.
func TestManyGroupsInAnyWeatherKeepTheOrder(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	var live atomic.Int64
	for range 500 {
		var mu sync.Mutex
		var started, stopped []int
		ctx, cancel := context.WithCancel(t.Context())
		services := make([]Service, random.IntN(8))
		for i := range services {
			startFails, runFails, stopFails := random.IntN(12) == 0, random.IntN(12) == 0, random.IntN(8) == 0
			services[i] = Service{
				Name: fmt.Sprint(i),
				Start: func(context.Context) error {
					if startFails {
						return errBroken
					}
					mu.Lock()
					defer mu.Unlock()
					started = append(started, i)
					return nil
				},
				Run: func(ctx context.Context) error {
					live.Add(1)
					defer live.Add(-1)
					if runFails {
						return errBroken
					}
					<-ctx.Done()
					return nil
				},
				Stop: func(context.Context) error {
					mu.Lock()
					defer mu.Unlock()
					stopped = append(stopped, i)
					if stopFails {
						return errBroken
					}
					return nil
				},
			}
		}
		go cancel()
		err := group(t, Config{}, services...).Run(ctx)
		if err != nil && !errors.Is(err, errBroken) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		slices.Reverse(stopped)
		if !slices.Equal(started, stopped) || live.Load() != 0 {
			t.Fatalf("seed %d: started %v, stopped %v in reverse, %d still run", seed, started, stopped, live.Load())
		}
		cancel()
	}
}
