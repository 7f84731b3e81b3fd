package main

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/config"
)

// watched looks at a running gateway's alerts with a clock of its own.
type watched struct {
	*running
	now time.Time
}

// pass lets time pass, and then says which alerts there are.
func (w *watched) pass(d time.Duration) (names []string) {
	for until := w.now.Add(d); w.now.Before(until); {
		w.now = w.now.Add(alerts.Interval)
		w.alarm.watch.Look(w.now)
	}
	for _, a := range w.alarm.watch.Active() {
		names = append(names, a.Name)
	}
	return names
}

func (w *watched) want(name string, d time.Duration) {
	w.t.Helper()
	if got := w.pass(d); !slices.Contains(got, name) {
		w.t.Errorf("%s is not said; said: %v", name, got)
	}
}

// load asks for a page of the room, with more in the head.
func (w *watched) load(path string, head ...string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.public[0].Addr().String()+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Host = "a.example"
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	resp, err := w.newClient(nil).Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// What goes wrong with a gateway that serves is said, once its metrics have heard of it.
func TestWhatGoesWrongWithAGatewayIsSaid(t *testing.T) {
	s := newSite(t)
	w := &watched{running: run(t, &draft{rooms: []planned{{"a", s.backend(), "    pace: {rate: 60, max_inside: 0}\n    mode: pause\n"}}}), now: time.Now()}
	until(t, "the room to hear of its store", func() bool { return w.ready(t.Context()) == nil })
	if got := w.pass(time.Minute); len(got) > 0 {
		t.Fatalf("with nothing wrong: %v", got)
	}
	w.load("/free", "X-Forwarded-For", "203.0.113.7")
	w.want("EinlassUntrustedProxy", alerts.Interval)

	w.reload(t.Context(), func() (*config.Config, error) { return nil, &config.LoadError{} })
	w.want("EinlassConfigurationNotInForce", alerts.Interval)
	w.reload(t.Context(), func() (*config.Config, error) { return nil, errors.New("it cannot be read") })
	w.want("EinlassConfigurationNotInForce", alerts.Interval)

	w.load("/")
	until(t, "somebody to wait", func() bool { return w.serving.Load().rooms[0].line.View().Snapshot.Waiting > 0 })
	w.want("EinlassPausedWhilePeopleWait", 11*time.Minute)

	s.Close()
	until(t, "the site to be said to be away", func() bool {
		w.load("/free")
		return slices.Contains(w.pass(time.Minute), "EinlassSiteDown")
	})
}
