package adminapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

// listener is a client of the stream of events, in memory.
type listener struct {
	mu   sync.Mutex
	head http.Header
	code int
	text strings.Builder
	gone context.CancelFunc
	over chan struct{}
}

func (l *listener) Header() http.Header                { return l.head }
func (l *listener) WriteHeader(code int)               { l.code = code }
func (l *listener) SetReadDeadline(time.Time) error    { return nil }
func (l *listener) SetWriteDeadline(t time.Time) error { return nil }
func (l *listener) Flush()                             {}
func (l *listener) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// took are the lines of the stream that begin so, since the last call.
func (l *listener) took(begin string) (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), begin); ok {
			all = append(all, rest)
		}
	}
	l.text.Reset()
	return all
}

// listensTo opens a stream within a bubble of synctest.
func listensTo(t *testing.T, s *Server, path string, headers ...string) *listener {
	t.Helper()
	ctx, gone := context.WithCancel(t.Context())
	l := &listener{head: http.Header{}, gone: gone, over: make(chan struct{})}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	go func() { defer close(l.over); s.ServeHTTP(l, r) }()
	t.Cleanup(gone)
	synctest.Wait()
	return l
}

// watched is a town whose figures change only when a test says so.
func watched(t *testing.T) (s *Server, rooms *town, service *operator.Service) {
	t.Helper()
	rooms = &town{}
	service = rooms.service()
	s, err := New(service, Config{Token: token, Staff: tokens(byRole)})
	if err != nil {
		t.Fatal(err)
	}
	return s, rooms, service
}

func TestEventsTellTheRoomsOnceASecondAndControlsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, rooms, service := watched(t)
		l := listensTo(t, s, "/v1/events")
		if kind := l.head.Get("Content-Type"); l.code != http.StatusOK || kind != eventsType {
			t.Fatalf("%d, %s", l.code, kind)
		}
		if text := l.text.String(); !strings.HasPrefix(text, "retry: 2000\n\nevent: rooms\nid: ") || !strings.HasSuffix(text, "\n\n") {
			t.Errorf("it begins with %q", text)
		}
		var list RoomList
		if got := l.took("data: "); len(got) != 1 || json.Unmarshal([]byte(got[0]), &list) != nil || len(list.Rooms) != 2 || list.Rooms[0].Waiting != 300 {
			t.Fatalf("the first event is %v", got)
		}
		// Figures that change often are told once a second.
		for i := range 20 {
			rooms.lines[0].set(int64(301 + i))
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
		}
		if got := l.took("data: "); len(got) != 2 {
			t.Errorf("%d events in two seconds of changing figures, want 2", len(got))
		}
		// Other controls are told at once.
		if _, err := service.Change(operator.NewContext(t.Context(), operator.Principal{Role: operator.RoleOperator}), "termine", operator.Change{Rate: ref(int64(90))}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		service.Changed()
		synctest.Wait()
		if got := l.took("data: "); len(got) != 1 || json.Unmarshal([]byte(got[0]), &list) != nil || list.Rooms[0].Rate != 90 || time.Since(began) != 0 {
			t.Errorf("after %v: %v", time.Since(began), got)
		}
		// Nothing changes: only a comment says that the stream lives.
		time.Sleep(eventsAlive + time.Second/2)
		synctest.Wait()
		l.mu.Lock()
		text := l.text.String()
		l.mu.Unlock()
		if text != ": nothing new\n\n" {
			t.Errorf("in %v without news: %q", eventsAlive, text)
		}
	})
}

func ref[T any](v T) *T { return &v }

func TestAClientThatComesBackGetsOnlyWhatItHasNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, rooms, _ := watched(t)
		l := listensTo(t, s, "/v1/events")
		id := l.took("id: ")[0]
		l.gone()
		<-l.over
		l = listensTo(t, s, "/v1/events", "Last-Event-ID", id)
		if got := l.took("data: "); len(got) != 0 {
			t.Errorf("it is told again what it has: %v", got)
		}
		rooms.lines[0].set(7)
		time.Sleep(eventsEvery)
		synctest.Wait()
		if got := l.took("id: "); len(got) != 1 || got[0] == id {
			t.Errorf("then it gets %v", got)
		}
		l.gone()
		<-l.over
		if got := listensTo(t, s, "/v1/events", "Last-Event-ID", id).took("data: "); len(got) != 1 {
			t.Errorf("with news there are %d events", len(got))
		}
	})
}

func TestOneRoomIsListenedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := watched(t)
		var list RoomList
		got := listensTo(t, s, "/v1/events?room=kfz").took("data: ")
		if len(got) != 1 || json.Unmarshal([]byte(got[0]), &list) != nil || len(list.Rooms) != 1 || list.Rooms[0].ID != "kfz" {
			t.Errorf("%v", got)
		}
		if l := listensTo(t, s, "/v1/events?room=park"); l.code != http.StatusNotFound {
			t.Errorf("a room that there is not: %d", l.code)
		}
	})
}

func TestAClientListensToTheRoomsOfItsScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, service := watched(t)
		scope := []string{"kfz"}
		s.cfg.Staff = tokens(func(string) (operator.Principal, bool) {
			return operator.Principal{Name: "hotline", Role: operator.RoleViewer, Rooms: scope}, true
		})
		listed := func(l *listener) (ids []string) {
			var list RoomList
			for _, text := range l.took("data: ") {
				if err := json.Unmarshal([]byte(text), &list); err != nil {
					t.Fatal(err)
				}
				for i := range list.Rooms {
					ids = append(ids, list.Rooms[i].ID)
				}
			}
			return ids
		}
		l := listensTo(t, s, "/v1/events", "Authorization", "Bearer x")
		if got := listed(l); len(got) != 1 || got[0] != "kfz" {
			t.Errorf("of the room kfz alone: %v", got)
		}
		if l := listensTo(t, s, "/v1/events?room=termine", "Authorization", "Bearer x"); l.code != http.StatusNotFound {
			t.Errorf("another room: %d", l.code)
		}
		scope = []string{"termine"} // while it listens
		service.Changed()
		synctest.Wait()
		if got := listed(l); len(got) != 1 || got[0] != "termine" {
			t.Errorf("then of the room termine alone: %v", got)
		}
	})
}

func TestSoManyClientsListenAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := watched(t)
		var all []*listener
		for range maxEvents {
			all = append(all, listensTo(t, s, "/v1/events"))
		}
		late := listensTo(t, s, "/v1/events")
		<-late.over
		var p Problem
		if err := json.Unmarshal([]byte(late.text.String()), &p); err != nil || late.code != http.StatusServiceUnavailable || p.Code != CodeListeners {
			t.Errorf("one too many: %d %+v %v", late.code, p, err)
		}
		all[0].gone()
		<-all[0].over
		if next := listensTo(t, s, "/v1/events"); next.code != http.StatusOK {
			t.Errorf("after one has gone: %d", next.code)
		}
	})
}

func TestAStreamEndsWithTheServerAndWithTheRightToListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := watched(t)
		var over atomic.Bool
		s.cfg.Staff = tokens(func(text string) (operator.Principal, bool) {
			who, ok := byRole(text)
			return who, ok && !over.Load()
		})
		l := listensTo(t, s, "/v1/events", "Authorization", "Bearer viewer")
		over.Store(true)
		time.Sleep(eventsEvery)
		synctest.Wait()
		select {
		case <-l.over:
		default:
			t.Error("a token that is not valid any more still listens")
		}
		l = listensTo(t, s, "/v1/events")
		close(s.events.stop)
		<-l.over
	})
}

// live answers rooms that change with every look.
type live struct {
	Operators
	looks int64
	size  int
	mu    sync.Mutex
}

func (l *live) List(context.Context) ([]operator.RoomInfo, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks++
	return []operator.RoomInfo{{ID: "termine", Waiting: l.looks, Message: strings.Repeat("x", l.size)}}, nil
}

// running is a server with short time limits, and its address.
func running(t *testing.T, o Operators) (s *Server, addr string, served chan error) {
	t.Helper()
	s, err := New(o, Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	s.events.within = 100 * time.Millisecond
	s.http.ReadTimeout, s.http.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served = make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	return s, l.Addr().String(), served
}

func listenOverHTTP(t *testing.T, addr string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestAStreamOutlivesTheTimeLimitsOfAnswersAndEndsWhenTheServerStops(t *testing.T) {
	o := &live{Operators: (&town{}).service()}
	s, addr, served := running(t, o)
	resp := listenOverHTTP(t, addr)
	lines := bufio.NewScanner(resp.Body)
	events := 0
	for events < 3 && lines.Scan() { // two seconds: far beyond the limits of 50 ms
		if strings.HasPrefix(lines.Text(), "data: ") {
			events++
		}
	}
	if events != 3 {
		t.Fatalf("%d events: %v", events, lines.Err())
	}
	if err := errors.Join(s.Shutdown(t.Context()), <-served); err != nil {
		t.Error(err)
	}
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestAClientThatTakesNothingIsGivenUpAndHoldsNobodyBack(t *testing.T) {
	o := &live{Operators: (&town{}).service(), size: 8 << 20} // more than sockets hold
	s, addr, served := running(t, o)
	slow, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := fmt.Fprintf(slow, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", token); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Read(make([]byte, 1)); err != nil { // it has begun, and nothing more is read
		t.Fatal(err)
	}
	resp := listenOverHTTP(t, addr)
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil || line != "retry: 2000\n" {
		t.Errorf("another client gets %q, %v", line, err)
	}
	_ = resp.Body.Close()
	for range maxEvents { // all slots come free: nobody holds one any more
		s.events.slots <- struct{}{}
	}
	http.DefaultClient.CloseIdleConnections()
	if err := errors.Join(s.Shutdown(t.Context()), <-served); err != nil {
		t.Error(err)
	}
}
