package adminapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef0123456789abcdef"

// town has two rooms with lines in memory, which have the store's compare-and-set.
type town struct {
	lines []*line
	// before runs between the reading and the writing of an update.
	before func(d *queue.Document)
	err    error
	panics bool
	log    *zap.Logger // of the operator service
	past   func(time.Duration, int) history.Answer
}

// line is the line of one room.
type line struct {
	operator.DebugLine
	town     *town
	mu       sync.Mutex
	snapshot queue.Snapshot
	usage    queue.Usage
}

func (l *line) View() *queue.View {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.town.panics {
		panic("a bug")
	}
	return &queue.View{Known: true, Snapshot: l.snapshot, Usage: l.usage}
}

// set says how many wait.
func (l *line) set(waiting int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshot.Waiting = waiting
}

func (l *line) Document(context.Context) (queue.Document, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.snapshot.Document.Clone(), l.town.err
}

func (l *line) Update(_ context.Context, change func(*queue.Document) error) (queue.Document, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.town.err != nil {
		return queue.Document{}, l.town.err
	}
	for {
		read := l.snapshot.Document
		next := read.Clone()
		if err := change(&next); err != nil {
			return read, err
		}
		if l.town.before != nil {
			l.town.before(&l.snapshot.Document)
			l.snapshot.Document.Version++
			l.town.before = nil
		}
		if l.snapshot.Document.Version != read.Version {
			continue // somebody else was quicker
		}
		next.Version++
		l.snapshot.Document = next
		return next, nil
	}
}

func (l *line) EndStays(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ended := l.snapshot.Live
	if l.town.err == nil {
		l.snapshot.Live = 0
	}
	return ended, l.town.err
}

func (l *line) Report(context.Context, ...queue.Outcome) error { return l.town.err }

// interrupt has somebody else change the controls in the middle of the next change.
func (t *town) interrupt(change func(*queue.Document)) {
	t.lines[0].mu.Lock()
	defer t.lines[0].mu.Unlock()
	t.before = change
}

func (t *town) document() queue.Document { return t.lines[0].View().Snapshot.Document }

func (t *town) rooms() []operator.Room {
	return []operator.Room{
		{ID: "termine", Title: "Termine", Line: t.lines[0], History: t.past, Backends: func() []operator.Backend {
			return []operator.Backend{{Address: "http://10.0.0.1:80", Up: true, State: "ok", InFlight: 4, Requests: 40, Failed: 3, Median: 0.016, Slow: 0.128}}
		}},
		{ID: "kfz", Line: t.lines[1], Backends: func() []operator.Backend { return nil }},
	}
}

func (t *town) service() *operator.Service {
	t.lines = []*line{
		{town: t, snapshot: queue.Snapshot{
			Now: 1_750_000_000_123, Epoch: 7, Last: 1234, HeadNumbers: [queue.Lanes]uint64{900}, Waiting: 300, Front: 2, Calls: 12, Asking: 4, Live: 88, Counted: 71_500, Gateways: 3,
			Opening: queue.NewOpening(),
			Joined:  1234, Called: 930, Admitted: 900, Finished: 800, Left: 20,
			Document: document(3, queue.Pace{Mode: queue.ModeRun, Rate: 60, MaxInside: 100, Burst: 2}, "Bitte warten."),
		}, usage: queue.Usage{Possible: 300, Used: 60, Lost: [queue.Losses]float64{queue.LossFull: 240}}},
		{town: t, snapshot: queue.Snapshot{Document: document(1, queue.Pace{Mode: queue.ModePause, Rate: 6000, Burst: 100}, "")}},
	}
	if t.log == nil {
		t.log = zap.NewNop()
	}
	s, err := operator.New(t.rooms, t.log)
	if err != nil {
		panic(err)
	}
	return s
}

func document(version int64, pace queue.Pace, message string) queue.Document {
	return queue.Document{
		Version: version, Pace: pace, Timing: queue.DefaultTiming(), Settings: queue.Settings{Message: message}.Encode(),
	}
}

// serve starts a server for the length of a test.
func serve(t *testing.T, rooms *town, cfg Config) (url string) {
	t.Helper()
	return serveOperators(t, rooms.service(), cfg)
}

func serveOperators(t *testing.T, operators Operators, cfg Config) (url string) {
	t.Helper()
	if cfg.Token == "" {
		cfg.Token = token
	}
	if cfg.After == nil {
		cfg.After = func(time.Duration) <-chan time.Time { over := make(chan time.Time); close(over); return over }
	}
	s, err := New(operators, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, s)
}

// serveOn lets a server serve for the length of a test.
func serveOn(t *testing.T, s *Server) (url string) {
	t.Helper()
	s.handler = held(t, s.handler)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := errors.Join(s.Shutdown(context.Background()), <-served); err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// ask sends one request; headers are name, value pairs. The token is sent unless Authorization is given.
func ask(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", patchType)
	}
	for i := 0; i < len(headers); i += 2 {
		switch {
		case headers[i] == "Host":
			req.Host = headers[i+1]
		case headers[i+1] == "":
			req.Header.Del(headers[i])
		default:
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

func wantProblem(t *testing.T, resp *http.Response, body string, status int, code string) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("answer %d %q is no problem: %v", resp.StatusCode, body, err)
	}
	if resp.StatusCode != status || p.Status != status || p.Code != code || p.Title == "" || resp.Header.Get("Content-Type") != ProblemType {
		t.Errorf("answer is %d %s, want %d %s", resp.StatusCode, body, status, code)
	}
	return p
}

func TestTheRoomsAreListed(t *testing.T) {
	url := serve(t, &town{}, Config{})
	resp, body := ask(t, "GET", url+"/v1/rooms", "")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("answer is %d, %v", resp.StatusCode, resp.Header)
	}
	want := `{"rooms":[{"id":"termine","title":"Termine","rate":60,"max_inside":100,"burst":2,"strict":false,"mode":"run","message":"Bitte warten.","messages":{},"message_until":"","health":"act","schedule":{},"door":"open","close_at":0,"version":3,` +
		`"timing":{"absent_after":600,"confirm_within":15,"claim_window":180,"lead":4.5,"active":2,"page":600,"idle":600,"max":7200,"resume":1800,` +
		`"ticket_life":86400,"hold":36,"grace":2},` +
		`"as_of":"2025-06-15T15:06:40.123Z","epoch":7,"waiting":300,"front":2,"calls":12,"asking":4,"inside":88,"counted":71.5,` +
		`"head_number":900,"last_number":1234,"gateways":3,"opening":{"phase":"open","booked":0},` +
		`"why":{"asked":60,"in_force":0,"reason":"health","words":"held back for the site's health"},"wait":{"low":null,"high":null,"end_from":null,"end_to":null},"left":null,` +
		`"site":{"factor":0,"advised":1,"median":0,"usual":0,"failed":0},` +
		`"totals":{"joined":1234,"called":930,"admitted":900,"finished":800,"left":20},"usage":{"possible":300,"used":60,"lost":{"full":240},"words":"the room was full: 20 % of 300 possible entries used in ten minutes"},"promises":{"kept":0,"early":0,"late":0,"recent":0,"recent_kept":0},"store":{"ok":true},` +
		`"backends":[{"address":"http://10.0.0.1:80","up":true,"state":"ok","in_flight":4,"requests":40,"failed":3,"median":0.016,"slow":0.128}]},{"id":"kfz",`
	if !strings.HasPrefix(body, want) || !strings.Contains(body, `"backends":[]`) {
		t.Errorf("body is %s", body)
	}
}

func TestOneRoomIsShownWithItsVersion(t *testing.T) {
	url := serve(t, &town{}, Config{})
	resp, body := ask(t, "GET", url+"/v1/rooms/termine", "")
	if resp.StatusCode != 200 || resp.Header.Get("ETag") != `"3"` || !strings.HasPrefix(body, `{"id":"termine"`) {
		t.Errorf("answer is %d %v %s", resp.StatusCode, resp.Header, body)
	}
	resp, body = ask(t, "HEAD", url+"/v1/rooms/termine", "")
	if resp.StatusCode != 200 || body != "" || resp.ContentLength < 100 {
		t.Errorf("HEAD is %d with %d bytes of %d", resp.StatusCode, len(body), resp.ContentLength)
	}
}

func TestARoomThatDoesNotExistIsAnsweredWithThoseThatDo(t *testing.T) {
	url := serve(t, &town{}, Config{})
	for _, method := range []string{"GET", "PATCH"} {
		resp, body := ask(t, method, url+"/v1/rooms/termin", `{"rate":1}`)
		p := wantProblem(t, resp, body, 404, CodeUnknownRoom)
		if !slices.Equal(p.Rooms, []string{"termine", "kfz"}) || !strings.Contains(p.Detail, `"termin"`) {
			t.Errorf("problem is %+v", p)
		}
	}
}

func TestWrongPathsAndMethodsAreNamed(t *testing.T) {
	url := serve(t, &town{}, Config{})
	for _, path := range []string{"/", "/v1", "/v1/", "/v2/rooms", "/v1/rooms/", "/v1/rooms/a/b", "/debug/", "/debug/vars"} {
		resp, body := ask(t, "GET", url+path, "")
		wantProblem(t, resp, body, 404, CodeNotFound)
	}
	for path, allow := range map[string]string{
		"/v1/rooms": "HEAD, GET", "/v1/rooms/termine": "HEAD, GET, PATCH", "/healthz": "HEAD, GET", "/metrics": "HEAD, GET",
		"/debug/pprof/symbol": "HEAD, GET, POST",
	} {
		resp, body := ask(t, "DELETE", url+path, "")
		wantProblem(t, resp, body, 405, CodeMethod)
		if resp.Header.Get("Allow") != allow {
			t.Errorf("%s: Allow is %q", path, resp.Header.Get("Allow"))
		}
	}
}

func TestFaultsOfTheStoreAreToldApart(t *testing.T) {
	tests := []struct {
		err    error
		status int
		code   string
	}{
		{queue.ErrUnavailable, 503, CodeUnavailable},
		{queue.ErrLost, 503, CodeUnavailable},
		{context.DeadlineExceeded, 503, CodeUnavailable},
		{queue.ErrClosed, 503, CodeStopping},
		{queue.ErrConflict, 409, CodeConflict},
		{queue.ErrFormat, 503, CodeFormat},
		{queue.ErrUnknown, 404, CodeUnknown},
		{errors.New("secret details"), 500, CodeInternal},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			url := serve(t, &town{err: tt.err}, Config{})
			resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 1}`)
			wantProblem(t, resp, body, tt.status, tt.code)
			if (tt.status == 503 && tt.code != CodeFormat) != (resp.Header.Get("Retry-After") == "1") || strings.Contains(body, "secret") {
				t.Errorf("answer is %v %s", resp.Header, body)
			}
		})
	}
}

func TestHealthAndReadinessNeedNoToken(t *testing.T) {
	var notReady error
	url := serve(t, &town{}, Config{Ready: func(context.Context) error { return notReady }})
	if resp, body := ask(t, "GET", url+"/healthz", "", "Authorization", ""); resp.StatusCode != 200 || body != "ok\n" {
		t.Errorf("healthz: %d %q", resp.StatusCode, body)
	}
	if resp, body := ask(t, "GET", url+"/readyz", "", "Authorization", ""); resp.StatusCode != 200 || body != "ready\n" {
		t.Errorf("readyz: %d %q", resp.StatusCode, body)
	}
	const detail = "ready\nroom termine: backend http://10.0.0.1:80: ok, 3 of 40 requests failed in the last minute, half of the answers within 0.016s, nearly all within 0.128s\n"
	if resp, body := ask(t, "GET", url+"/readyz?verbose", "", "Authorization", ""); resp.StatusCode != 200 || body != detail {
		t.Errorf("readyz?verbose: %d %q", resp.StatusCode, body)
	}
	notReady = queue.ErrUnavailable
	resp, body := ask(t, "GET", url+"/readyz", "", "Authorization", "")
	if p := wantProblem(t, resp, body, 503, CodeNotReady); !strings.Contains(p.Detail, "the store is unavailable") {
		t.Errorf("problem is %+v", p)
	}
}

func TestHealthIsAnsweredWhateverHostIsNamed(t *testing.T) {
	url := serve(t, &town{}, Config{})
	addr := strings.TrimPrefix(url, "http://")
	for _, path := range []string{"/healthz", "/livez", "/startupz", "/readyz"} {
		for _, head := range []string{
			" HTTP/1.0", // HAProxy's option httpchk
			" HTTP/1.0\r\nHost: einlass-0",
			" HTTP/1.1\r\nHost: einlass-0.einlass.svc:8081",
			" HTTP/1.1\r\nHost: ",
		} {
			if line := statusLine(t, addr, "GET "+path+head); !strings.Contains(line, " 200 ") {
				t.Errorf("%s%q is answered %q", path, head, line)
			}
		}
	}
	if line := statusLine(t, addr, "GET /metrics HTTP/1.0"); !strings.Contains(line, " 421 ") {
		t.Errorf("metrics without Host are answered %q", line)
	}
}

// statusLine sends a request head and returns the first line of the answer.
func statusLine(t *testing.T, addr, head string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, head+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func TestMetricsAreThoseOfTheRegistry(t *testing.T) {
	reg := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "einlass_test_total", Help: "Test."})
	reg.MustRegister(c)
	c.Add(41)
	url := serve(t, &town{}, Config{Gatherer: reg})
	if resp, body := ask(t, "GET", url+"/metrics", "", "Authorization", ""); resp.StatusCode != 200 || !strings.Contains(body, "einlass_test_total 41") || strings.Contains(body, "go_") {
		t.Errorf("metrics: %d %s", resp.StatusCode, body)
	}
}

func TestProfilesAreServed(t *testing.T) {
	url := serve(t, &town{}, Config{})
	for path, want := range map[string]string{
		"/debug/pprof/": "goroutine", "/debug/pprof/goroutine?debug=1": "goroutine profile: total", "/debug/pprof/cmdline": "test",
		"/debug/pprof/symbol": "num_symbols",
	} {
		if resp, body := ask(t, "GET", url+path, ""); resp.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.100s", path, resp.StatusCode, body)
		}
	}
}

func TestEveryTimeAndSizeIsBounded(t *testing.T) {
	s, err := New((&town{}).service(), Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]time.Duration{
		"head": s.http.ReadHeaderTimeout, "read": s.http.ReadTimeout, "write": s.http.WriteTimeout, "idle": s.http.IdleTimeout,
	} {
		if d <= 0 || d > time.Minute {
			t.Errorf("%s timeout is %v", name, d)
		}
	}
	if s.http.MaxHeaderBytes <= 0 {
		t.Error("heads have no bound")
	}
}

func TestWrongConfigurationsAreRefusedWithAllMistakes(t *testing.T) {
	_, err := New((&town{}).service(), Config{Hosts: []string{"ok.example", "Upper.example", "a:1", ""}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"admin.token: is empty", `admin.hosts[1]: "Upper.example"`, `admin.hosts[2]: "a:1"`, `admin.hosts[3]: ""`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q in it", err, want)
		}
	}
}

func TestABrokenListenerIsAnError(t *testing.T) {
	s, err := New((&town{}).service(), Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); err == nil || !strings.Contains(err.Error(), "serve admin API") {
		t.Errorf("error is %v", err)
	}
}
