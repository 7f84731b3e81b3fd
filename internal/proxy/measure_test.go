package proxy

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/config"
)

// seen is what the meter has noted in the ticks around now.
func seen(b *Backend) (s admission.Sample) {
	tick := time.Now().Unix() / 5
	for k := tick - 2; k <= tick; k++ {
		one := b.site.Meter.Sample(k, 0)
		s.Add(&one)
	}
	return s
}

func TestTheMeterHearsOfPeopleInsideOnly(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		if r.URL.Path == "/events" {
			w.Header().Set("Content-Type", "text/event-stream")
		}
		w.WriteHeader(status)
		if r.URL.Path == "/events" {
			w.(http.Flusher).Flush()
			_, _ = fmt.Fprint(w, "data: 1\n\n")
		}
	}))
	defer origin.Close()
	b, addr := startProxy(t, siteAt(origin.URL), func(f *forwarder) { f.options = insideByHeader })
	ask := func(target, fields string, status int) {
		t.Helper()
		conn := dialTest(t, addr)
		send(t, conn, "GET "+target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"+fields+"\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != status {
			t.Fatalf("%s: %v", target, err)
		}
		_ = res.Body.Close()
	}
	ask("/?status=200", "Inside: 1\r\n", 200)
	ask("/?status=500", "Inside: 1\r\n", 500)
	if s := seen(b); s != (admission.Sample{}) {
		t.Errorf("off: %+v", s)
	}
	b.SetHealth(HealthWatch)
	for _, c := range []struct {
		target, fields   string
		status           int
		requests, failed int64
	}{
		{"/?status=200", "", 200, 0, 0},
		{"/?status=500", "", 500, 0, 0},
		{"/?status=200", "Inside: 1\r\n", 200, 1, 0},
		{"/?status=404", "Inside: 1\r\n", 404, 2, 0},
		{"/events?status=200", "Inside: 1\r\n", 200, 2, 0},
		{"/?status=503", "Inside: 1\r\n", 503, 3, 1},
		{"/?status=500", "Inside: 1\r\n", 500, 3, 1}, // the same network within a minute
	} {
		ask(c.target, c.fields, c.status)
		if s := seen(b); s.Requests != c.requests || s.Failed != c.failed {
			t.Errorf("after %s %q: %d of %d failed", c.target, c.fields, s.Failed, s.Requests)
		}
	}
}

func TestASiteThatCannotBeConnectedToIsDown(t *testing.T) {
	origin := httptest.NewServer(http.NotFoundHandler())
	origin.Close()
	cfg := siteAt(origin.URL)
	b, addr := startProxy(t, cfg, func(f *forwarder) { f.options = insideByHeader })
	b.SetHealth(HealthWatch)
	for range cfg.Health.Failures {
		if b.stands() != admission.StandingUnknown {
			t.Fatal("down too soon")
		}
		conn := dialTest(t, addr)
		send(t, conn, "GET / HTTP/1.1\r\nHost: h\r\nInside: 1\r\n\r\n")
		want(t, conn, "HTTP/1.1 502 ")
	}
	if s := seen(b); b.stands() != admission.StandingDown || s.Failed != int64(cfg.Health.Failures) || s.Requests != s.Failed {
		t.Errorf("%d, %d of %d failed", b.stands(), s.Failed, s.Requests)
	}
}

func TestTheLimitFollowsTheSiteOnlyIfItIsTold(t *testing.T) {
	b, err := New(siteAt("http://127.0.0.1:1"), Deps{})
	if err != nil {
		t.Fatal(err)
	}
	most := b.cfg.MaxInFlight
	if got := b.Status().Limit; got != most {
		t.Errorf("%d at first", got)
	}
	b.SetHealth(HealthLimit)
	if got := b.Status().Limit; got != min(most, admission.StartLimit) {
		t.Errorf("%d in force", got)
	}
	b.site.gate.learn(admission.Heard{}, admission.Failed)
	if got := b.Status().Limit; got >= min(most, admission.StartLimit) {
		t.Errorf("%d after a failure", got)
	}
	b.SetHealth(HealthWatch)
	if got := b.Status().Limit; got != most {
		t.Errorf("%d afterwards", got)
	}
}

// Whoever has asked nothing has nothing to say; a check that goes on and passed has.
func TestOnlyACheckThatPassedSaysThatTheSiteIsUp(t *testing.T) {
	for path, up := range map[string]admission.Standing{"/health": admission.StandingUp, "": admission.StandingUnknown} {
		b, err := New(with(siteAt("http://127.0.0.1:1", "http://127.0.0.1:2"), func(b *config.Backend) { b.Health.Path = path }), Deps{})
		if err != nil {
			t.Fatal(err)
		}
		want := func(when string, want admission.Standing) {
			t.Helper()
			if got := b.stands(); got != want {
				t.Errorf("with path %q, %s: %d, want %d", path, when, got, want)
			}
		}
		now := time.Now()
		want("before anything was asked", admission.StandingUnknown)
		one, two := &b.fleet.origins[0].health, &b.fleet.origins[1].health
		for range b.cfg.Health.Unhealthy {
			one.checked(now, false)
		}
		want("when one fails", admission.StandingUnknown)
		two.checked(now, true)
		want("when the other passes", up)
		for range b.cfg.Health.Unhealthy {
			two.checked(now, false)
		}
		want("when both fail", admission.StandingDown)
	}
}
