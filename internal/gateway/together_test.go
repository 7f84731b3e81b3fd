package gateway_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// stand lets time go by at two gateways of one store.
func stand(d time.Duration, gateways ...*fixture) {
	for _, s := range gateways {
		s.now.Add(d.Milliseconds())
	}
	for _, s := range gateways {
		s.lines[0].Flush(s.t.Context())
		s.lines[0].Tick(s.t.Context())
	}
}

// A stay and what its visitor sees of it end together, Idle after the last request, whichever gateway and kind of request that
// was and however soon it came after the one before. The room is full: whoever is asked to wait is seen.
func TestARequestWithinIdleOfTheLastOneIsServed(t *testing.T) {
	const idle, step = 40 * time.Second, 200 * time.Millisecond
	kinds := []struct {
		name, method string
		headers      []string
	}{
		{"page", "GET", nil}, {"script", "GET", script}, {"form", "POST", ownPage}, {"frame", "GET", framed("iframe", "cross-site")},
	}
	library, server := newLibrary(t), redistest.Shared(t)
	for seed := range uint64(idlers + stored) {
		chance := rand.New(rand.NewPCG(seed, 11))
		s := &fixture{t: t, library: library}
		if seed >= idlers {
			s.onRedis(server)
		}
		newFixtureLike(s, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
		s.idle(idle)
		b := s.inside()
		other := s.twin(queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
		both := []*fixture{s, other}
		next := s.browser()
		next.load("GET", "/", from(9)...)
		// Bursts, and then a silence up to the last moment.
		for burst := range 4 {
			for range 1 + chance.IntN(4) {
				stand(time.Duration(chance.IntN(30))*step, both...)
				at, kind := both[chance.IntN(2)], kinds[chance.IntN(len(kinds))]
				if a := at.same(b).load(kind.method, "/weiter", kind.headers...); a.Header.Get("X-Site") == "" {
					t.Fatalf("seed %d: a %s within a burst: %d %q", seed, kind.name, a.StatusCode, a.Header.Get("Einlass-State"))
				}
			}
			at, kind := both[chance.IntN(2)], kinds[(int(seed)+burst)%len(kinds)]
			for silent := step; silent < idle; silent += step {
				stand(step, both...)
				next.poll("room=termine&shown=")
				if f := other.lines[0].View().Snapshot; f.Live != 1 {
					t.Fatalf("seed %d: after %v of silence %d inside", seed, silent, f.Live)
				}
			}
			if a := at.same(b).load(kind.method, "/weiter", kind.headers...); a.Header.Get("X-Site") == "" {
				t.Fatalf("seed %d: a %s %v after the last request: %d %q", seed, kind.name, idle-step, a.StatusCode, a.Header.Get("Einlass-State"))
			}
		}
		// Idle after the last one the stay is over in the store, and its pass is served no more.
		stand(idle, both...)
		stand(0, both...)
		if f := s.lines[0].View().Snapshot; f.Live != 0 {
			t.Fatalf("seed %d: the stay goes on in the store", seed)
		}
		s.fillRoom()
		stand(0, both...)
		for _, at := range both {
			for _, kind := range kinds[:2] {
				if a := at.same(b).load(kind.method, "/weiter", kind.headers...); a.Header.Get("X-Site") != "" || a.StatusCode == 303 {
					t.Fatalf("seed %d: a %s when the stay is over: %d", seed, kind.name, a.StatusCode)
				}
			}
		}
	}
}

// same is a browser at this gateway, with the cookies that it has at another.
func (s *fixture) same(b *browser) *browser { return &browser{s, b.client} }

// onRedis lets the room that is made next be kept on a server, by the fixture's clock.
func (s *fixture) onRedis(server *redistest.Server) {
	s.t.Helper()
	store, err := redisstore.New(server.Client(s.t), redisstore.Config{Room: server.Room(s.t), Clock: s.now.Load})
	if err != nil {
		s.t.Fatal(err)
	}
	s.over = store
}
