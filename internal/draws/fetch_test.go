package draws_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/pkg/queue/draw/drand/drandtest"
)

// begun is a chain whose rounds up to a thousand have begun.
func begun(t *testing.T) *drandtest.Chain { return drandtest.New(t, time.Now().Unix()-3000, 3) }

// asking runs beacons that ask these servers.
func asking(t *testing.T, chain *drandtest.Chain, servers ...http.Handler) *draws.Beacons {
	t.Helper()
	var urls []string
	for _, h := range servers {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		urls = append(urls, s.URL)
	}
	b, err := draws.NewBeacons(chain.Chain, urls, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return b
}

// comes waits for a round.
func comes(t *testing.T, b *draws.Beacons, round uint64) []byte {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if signature, ok := b.Signature(round, -time.Second); ok {
			return signature
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("no signature")
		}
	}
}

func TestTheFirstGoodAnswerCounts(t *testing.T) {
	chain, other := begun(t), begun(t)
	good := http.HandlerFunc(chain.ServeHTTP)
	hangs := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	moved := http.RedirectHandler("/elsewhere", http.StatusFound)
	for name, bad := range map[string]http.HandlerFunc{
		"one that hangs":      hangs,
		"one that leads away": moved.ServeHTTP,
		"one of another chain": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":7,"signature":"%x"}`, other.Sign(7))
		},
		"one with another round": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":6,"signature":"%x"}`, chain.Sign(6))
		},
		"one that says so falsely": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":7,"signature":"%x"}`, chain.Sign(6))
		},
		"one that talks": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":7,"signature":"%x"}%s`, chain.Sign(7), strings.Repeat(" ", 5000))
		},
		"one that is broken": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"round":`) },
		"one that fails":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
	} {
		t.Run(name, func(t *testing.T) {
			if got := comes(t, asking(t, chain, bad, good), 7); !bytes.Equal(got, chain.Sign(7)) {
				t.Errorf("%x", got)
			}
		})
	}
}

// Alone, none of these is believed: the round is asked for again, and taken when it is good.
func TestABadAnswerIsAskedAgain(t *testing.T) {
	chain := begun(t)
	bad := []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":7,"signature":"%x"}%s`, chain.Sign(7), strings.Repeat(" ", 5000))
		},
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":6,"signature":"%x"}`, chain.Sign(7))
		},
	}
	var asked atomic.Int64
	b := asking(t, chain, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := int(asked.Add(1)); n <= len(bad) {
			bad[n-1](w, r)
			return
		}
		chain.ServeHTTP(w, r)
	}))
	if got := comes(t, b, 7); !bytes.Equal(got, chain.Sign(7)) || asked.Load() != int64(len(bad))+1 {
		t.Errorf("%x after %d questions", got, asked.Load())
	}
}

func TestARoundIsNotAskedForBeforeItBegins(t *testing.T) {
	chain := begun(t)
	asked := make(chan time.Time, 8)
	b := asking(t, chain, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- time.Now()
		chain.ServeHTTP(w, r)
	}))
	begins := time.Now().Add(200 * time.Millisecond)
	if _, ok := b.Signature(7, 200*time.Millisecond); ok {
		t.Fatal("it is there")
	}
	if at := <-asked; at.Before(begins.Add(-10 * time.Millisecond)) {
		t.Errorf("asked %v too early", begins.Sub(at))
	}
	comes(t, b, 7)
}

func TestBeaconsNeedServersAndAKey(t *testing.T) {
	chain := begun(t)
	if _, err := draws.NewBeacons(chain.Chain, nil, zap.NewNop()); err == nil {
		t.Error("no servers are accepted")
	}
	chain.Key = chain.Key[:95]
	if _, err := draws.NewBeacons(chain.Chain, []string{"http://127.0.0.1"}, zap.NewNop()); err == nil {
		t.Error("a broken key is accepted")
	}
}
