package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/internal/proxy"
)

func TestWebSocketsOfTheSameBackendLiveOnAndOthersAreClosed(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}, {"c", s.backend(), quick}}}
	r := run(t, p)
	stays, changes, goes := r.webSocket("a"), r.webSocket("b"), r.webSocket("c")
	p.rooms = p.rooms[:2]
	p.rooms[1].backend = other.backend()
	r.apply(p)
	for name, c := range map[string]*websocket.Conn{"of the changed backend": changes, "of the removed room": goes} {
		if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("a WebSocket %s ends with %v", name, err)
		}
	}
	if err := r.echoes(stays); err != nil {
		t.Errorf("a WebSocket of the unchanged backend: %v", err)
	}
}

func TestRequestsUnderWayEndAtTheBackendTheyBegan(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}}}
	r := run(t, p)
	var bodies []io.Reader
	for _, room := range []string{"a", "b"} {
		res, err := r.ask(r.newClient(nil), room, "/free/stream")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		bodies = append(bodies, firstLine(t, res.Body))
	}
	slow := make(chan error, 1)
	go func() {
		res, _, err := r.fetch(r.newClient(nil), "a", "/free/slow")
		if err == nil && res.StatusCode != http.StatusOK {
			err = errors.New(res.Status)
		}
		slow <- err
	}()
	<-s.came // it is at the site, which has not answered
	old := r.serving.Load()
	p.rooms = p.rooms[:1]
	p.rooms[0].backend = other.backend()
	r.apply(p)
	if got := r.from("a"); got != other.URL {
		t.Errorf("new requests go to %s", got)
	}
	p.rooms = append(p.rooms, planned{"b", other.backend(), quick})
	r.apply(p) // waits for the line of b, with which nobody works; the download goes on
	if err := old.room("b").backend.Start(); errors.Is(err, proxy.ErrStopped) {
		t.Error("a backend was stopped during a download")
	}
	p.rooms = p.rooms[:1]
	r.apply(p)
	for range 3 {
		s.goOn <- struct{}{}
	}
	for _, body := range bodies {
		if rest, err := io.ReadAll(body); err != nil || string(rest) != "last\n" {
			t.Errorf("the rest of a download is %q, %v", rest, err)
		}
	}
	if err := <-slow; err != nil {
		t.Errorf("the slow request: %v", err)
	}
	for _, room := range old.rooms {
		until(t, "the old backend stops", func() bool { return errors.Is(room.backend.Start(), proxy.ErrStopped) && !r.counts("address", s.URL) })
	}
	until(t, "the series of the removed room are gone", func() bool { return !r.counts("room", "b") })
	if !r.counts("address", other.URL) || !r.counts("room", "a") {
		t.Error("there are no series of what serves")
	}
}

func TestRequestsThatWaitAtTheOldBackendAreServed(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend() + ", max_in_flight: 1, queue: {length: 9, wait: 30s}", quick}}}
	r := run(t, p)
	answers := make(chan string, 3)
	ask := func() {
		res, _, err := r.fetch(r.newClient(nil), "a", "/free/slow")
		if err != nil {
			answers <- err.Error()
			return
		}
		answers <- res.Status
	}
	go ask()
	<-s.came
	go ask()
	old := r.serving.Load().room("a").backend
	until(t, "one waits for a place", func() bool { return old.Status().Queued == 1 })

	// And one has not sent its form yet.
	form := r.posts(t, "a", 9)
	p.rooms[0].backend = other.backend()
	r.apply(p)
	if got := r.from("a"); got != other.URL {
		t.Errorf("new requests go to %s", got)
	}
	s.goOn <- struct{}{}
	<-s.came
	s.goOn <- struct{}{}
	for range 2 {
		if got := <-answers; got != "200 OK" {
			t.Errorf("a request at the old site: %s", got)
		}
	}
	if old.Start() == nil {
		t.Error("the old backend was not in use")
	}
	if status, site := form("name=Anna"); status != 200 || site != s.URL {
		t.Errorf("a form whose request came before: %d from %s", status, site)
	}
}

func TestARequestOlderThanTheLastConfigurationKeepsItsBackendAndItsLine(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}, {"c", s.backend(), quick}}}
	r := run(t, p)
	forms := map[string]func(string) (int, string){"a": r.posts(t, "a", 9), "b": r.posts(t, "b", 9)}
	all := p.rooms
	for range 2 { // rooms are replaced, and what the requests use is kept
		for i := range p.rooms {
			p.rooms[i].more += "    title: Another\n"
		}
		r.apply(p)
		p.rooms[0].more, p.rooms[1].more, p.rooms[2].more = quick, quick, quick
		r.apply(p)
	}
	p.rooms = []planned{{"a", other.backend(), quick}}
	r.apply(p)
	left := r.leaving["b"]
	p.rooms = append(p.rooms, all[2])
	r.apply(p) // waits for the line of c, which no request works with
	if isClosed(left) {
		t.Error("the line of a removed room has ended while a request works with it")
	}
	for room, form := range forms {
		if status, site := form("name=Anna"); status != 200 || site != s.URL {
			t.Errorf("a form for room %s, begun before the rooms were replaced: %d from %q", room, status, site)
		}
	}
	<-left
}

// posts begins a request with a form of n bytes at a room, and returns when the form is asked for. The answer sends it, and
// tells the status and which site took it.
func (r *running) posts(t *testing.T, room string, n int) func(form string) (status int, site string) {
	t.Helper()
	c, err := net.Dial("tcp", r.public[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	fmt.Fprintf(c, "POST /free/form HTTP/1.1\r\nHost: %s.example\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", room, n)
	answer := bufio.NewReader(c)
	if res, err := http.ReadResponse(answer, nil); err != nil || res.StatusCode != http.StatusContinue {
		t.Fatalf("%v, %v", res, err)
	}
	return func(form string) (int, string) {
		if _, err := io.WriteString(c, form); err != nil {
			t.Error(err)
		}
		res, err := http.ReadResponse(answer, nil)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer res.Body.Close()
		return res.StatusCode, res.Header.Get("X-Site")
	}
}

// counts reports whether there are series with a label.
func (r *running) counts(name, value string) bool {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == name && label.GetValue() == value {
					return true
				}
			}
		}
	}
	return false
}
