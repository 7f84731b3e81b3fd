package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// byProxy is what a trusted proxy on this machine says of who asks.
func byProxy(address string) []string { return []string{"X-Forwarded-For", address} }

func TestAPassServesOneVisitorAndNotAHundredAddresses(t *testing.T) {
	t.Parallel()
	const addresses, networks = 100, 4
	g := harness.NewGate(t, &program, harness.Settings{
		Trusted: []string{"127.0.0.1"},
		Rooms:   []harness.Room{{Site: harness.NewSite(t), Rate: 6000, Burst: 100}},
	})
	owner := harness.NewBrowser(g)
	until(t, 10*time.Second, "somebody inside", func(context.Context) bool {
		return owner.Get(t, "/", byProxy("192.0.2.1")...).FromSite()
	})
	for _, family := range []struct {
		name    string
		address func(i int) string
	}{
		{"IPv4", func(i int) string { return "10." + strconv.Itoa(i) + ".0.1" }},
		{"IPv6", func(i int) string { return "2001:db8:" + strconv.Itoa(1000+i) + "::1" }},
	} {
		served := 0
		for i := range addresses {
			copied := harness.NewBrowser(g)
			copied.SetCookie("einlass-termine", owner.Cookie("einlass-termine"))
			if copied.Get(t, "/", byProxy(family.address(i))...).FromSite() {
				served++
			}
		}
		if served > networks {
			t.Errorf("%s: one pass served %d of %d addresses, at most %d networks may use it", family.name, served, addresses, networks)
		}
	}
	if a := owner.Get(t, "/", byProxy("192.0.2.1")...); !a.FromSite() {
		t.Errorf("whose pass it is got %d", a.StatusCode)
	}
}

func TestAPassHasABoundedNumberOfRequestsAtATime(t *testing.T) {
	t.Parallel()
	const most, asked = 32, 80
	var now, peak atomic.Int64
	arrived, release := make(chan struct{}, asked), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Site", "slow")
		if r.URL.Path != "/slow" {
			return
		}
		n := now.Add(1)
		defer now.Add(-1)
		for old := peak.Load(); n > old && !peak.CompareAndSwap(old, n); old = peak.Load() {
		}
		arrived <- struct{}{}
		<-release
	}))
	t.Cleanup(server.Close)
	slow := &harness.Site{Addr: strings.TrimPrefix(server.URL, "http://")}
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: slow, Rate: 6000, Burst: 100}}})
	b := harness.NewBrowser(g)
	until(t, 10*time.Second, "somebody inside", func(context.Context) bool { return b.Get(t, "/").FromSite() })
	var wg sync.WaitGroup
	refused := make(chan int, asked)
	for range asked {
		wg.Go(func() {
			copied := harness.NewBrowser(g)
			copied.SetCookie("einlass-termine", b.Cookie("einlass-termine"))
			a, err := copied.Fetch(t.Context(), "GET", "/slow")
			if err != nil {
				t.Error(err)
			} else if !a.FromSite() {
				refused <- a.StatusCode
			}
		})
	}
	for range asked { // each is at the site or refused
		select {
		case <-arrived:
		case code := <-refused:
			if code != http.StatusTooManyRequests && code != http.StatusServiceUnavailable {
				t.Errorf("refused with %d", code)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("a request neither reaches the site nor is answered; %d are there", now.Load())
		}
	}
	close(release)
	wg.Wait()
	if peak.Load() > most {
		t.Errorf("%d requests of one pass were at the site at a time, at most %d may be", peak.Load(), most)
	}
	if a := b.Get(t, "/"); !a.FromSite() {
		t.Errorf("when they are done the next gets %d", a.StatusCode)
	}
}
