package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// unmoved are the series that this test does not move from outside, each with the reason and, where there is one, with the
// test that moves it. A pattern that matches no series fails the test, and so does a series that moves all the same, unless
// it is one that may.
var unmoved = []struct {
	series, reason string
	may            bool
}{
	{`einlass_build_info\{.*`, "always 1: its labels are what it says", false},
	{`einlass_panics_total`, "nobody can make a panic from outside; TestThePlaneIsCounted in cmd/gateway", false},
	{`einlass_faults_total\{fault="internal"\}`, "as the panics", false},
	{`einlass_(faults|connections_refused)_total\{(fault|reason)="other"\}`, "a name outside its set; TestNoRequestCanMakeANewSeries", false},
	{`einlass_store_call.*verb="other".*`, "as the names outside their set", false},
	{`einlass_backend_requests_total\{.*outcome="stopped".*`, "only while the process ends, when nobody scrapes it any more; TestWithoutAPlaceNoAddressWasAsked", false},
	{`einlass_backend_requests_total\{address="",outcome="down".*`, "needs a health check that fails; TestWhatHappenedIsCounted in internal/metrics", false},
	{`einlass_backend_requests_total\{address="",outcome="client_gone".*`, "a client that leaves the queue, which this gateway has none of; TestWhatHappenedIsCounted", true},
	{`einlass_backend_requests_total\{address="\*",outcome="request_refused".*`, "a body that turns out to be broken on its way; TestAnErrorSaysWhoseFaultItWas in internal/proxy", true},
	{`einlass_store_calls_total\{outcome="(closed|conflict|invalid|lost|other|unavailable)",verb="(advance|claim|control|finish|frame|join|keep|leave|renew|restore)"\}`, "which call meets the fault is a matter of the moment; TestAWatchedStoreAnswersAsBeforeAndIsCounted has all of them", true},
}

// metricsWatch compares what gateways show to what they showed first.
type metricsWatch struct {
	t *testing.T
	// first is the value of each series of a gateway in its first scrape.
	first map[*harness.Gate]map[string]string
	seen  map[string]bool   // by series, with whether it has moved
	kinds map[string]string // of families, by name
}

// address is a label that differs from run to run.
var address = regexp.MustCompile(`address="[^"]+"`)

// look reads all series of a gateway. One that was not there at first was 0.
func (w *metricsWatch) look(gates ...*harness.Gate) {
	w.t.Helper()
	for _, g := range gates {
		now := w.scrape(g)
		first, known := w.first[g]
		if !known {
			first = now
			w.first[g] = now
		}
		for series, value := range now {
			name := address.ReplaceAllString(series, `address="*"`)
			before, there := first[series]
			w.seen[name] = w.seen[name] || there && value != before || !there && value != "0"
		}
	}
}

// scrape reads the text format of Prometheus as far as this gateway writes it.
func (w *metricsWatch) scrape(g *harness.Gate) map[string]string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+g.Admin+"/metrics", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	all := map[string]string{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		line := lines.Text()
		if fields := strings.Fields(line); strings.HasPrefix(line, "# TYPE einlass_") && len(fields) == 4 {
			w.kinds[fields[2]] = fields[3]
		}
		if i := strings.LastIndexByte(line, ' '); strings.HasPrefix(line, "einlass_") && !strings.Contains(line, "_bucket{") {
			all[line[:i]] = line[i+1:]
		}
	}
	if err := lines.Err(); err != nil || res.StatusCode != 200 || len(all) == 0 {
		w.t.Fatalf("%s, %d series, %v", res.Status, len(all), err)
	}
	return all
}

// has reports whether a series of a gateway is above 0 now.
func (w *metricsWatch) has(g *harness.Gate, series string) bool {
	w.t.Helper()
	for name, value := range w.scrape(g) {
		if address.ReplaceAllString(name, `address="*"`) == series {
			return value != "0"
		}
	}
	return false
}

// until waits for a series to rise above 0.
func (w *metricsWatch) until(g *harness.Gate, d time.Duration, series string) {
	w.t.Helper()
	until(w.t, d, series, func(context.Context) bool { return w.has(g, series) })
	w.look(g)
}

// check asserts that every family has moved, and of counters every series.
func (w *metricsWatch) check() {
	w.t.Helper()
	moved, used := map[string]bool{}, map[string]bool{}
	for _, series := range slices.Sorted(maps.Keys(w.seen)) {
		family, _, _ := strings.Cut(series, "{")
		for _, part := range []string{"_sum", "_count"} {
			if base := strings.TrimSuffix(family, part); w.kinds[base] == "histogram" {
				family = base
			}
		}
		reason, may := "", false
		for _, u := range unmoved {
			if regexp.MustCompile("^" + u.series + "$").MatchString(series) {
				reason, may, used[u.series] = u.reason, u.may, true
			}
		}
		switch {
		case w.seen[series] && reason != "" && !may:
			w.t.Errorf("%s has moved, so it does not belong into the list: %s", series, reason)
		case !w.seen[series] && reason == "" && w.kinds[family] != "gauge":
			w.t.Errorf("%s has not moved", series)
		}
		moved[family] = moved[family] || w.seen[series] || reason != ""
	}
	for family := range w.kinds {
		if !moved[family] {
			w.t.Errorf("nothing of %s has moved", family)
		}
	}
	for _, u := range unmoved {
		if !used[u.series] {
			w.t.Errorf("there is no series %s", u.series)
		}
	}
}

// oddSite is a site of which each path does one thing that sites do. It ends with the test.
func oddSite(t *testing.T) *odd {
	raw := func(w http.ResponseWriter, text string) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(c, text)
		_ = c.Close()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, err := strconv.Atoi(r.PathValue("code"))
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(code)
	})
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	mux.HandleFunc("/hang", hang)
	mux.HandleFunc("/inside/hang", hang)
	mux.HandleFunc("/done", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Einlass-Finish", "1") })
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { raw(w, "") })
	mux.HandleFunc("/garbage", func(w http.ResponseWriter, _ *http.Request) { raw(w, "garbage\r\n\r\n") })
	mux.HandleFunc("/inside/surplus", func(w http.ResponseWriter, _ *http.Request) {
		raw(w, "HTTP/1.1 200 OK\r\nX-Site: odd\r\nContent-Length: 2\r\n\r\nok, and more")
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			_ = c.Close(websocket.StatusNormalClosure, "")
		}
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Site", "odd")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &odd{harness.Site{Addr: strings.TrimPrefix(server.URL, "http://")}, server}
}

// odd is a site that can be closed.
type odd struct {
	harness.Site
	server *httptest.Server
}

// Close ends the site, and what hangs in it.
func (o *odd) Close() {
	o.server.CloseClientConnections()
	o.server.Close()
}

// raw sends bytes to a gateway and reads until it closes the connection.
func raw(t *testing.T, g *harness.Gate, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, text)
	answer, _ := io.ReadAll(c)
	return string(answer)
}

func TestEveryMetricMoves(t *testing.T) {
	t.Parallel()
	w := &metricsWatch{t: t, first: map[*harness.Gate]map[string]string{}, seen: map[string]bool{}, kinds: map[string]string{}}
	boundaryMoves(t, w)
	visitsMove(t, w)
	storeMoves(t, w)
	reloadsMove(t, w)
	w.check()
}

// boundaryMoves makes each fault of a request and of a connection, at gateways with small limits.
func boundaryMoves(t *testing.T, w *metricsWatch) {
	g := harness.NewGate(t, &program, harness.Settings{
		Limits: launch.Limits{HeadTimeout: time.Second}, Rooms: []harness.Room{{Site: &oddSite(t).Site}},
	})
	w.look(g)
	for fault, request := range map[string]string{
		"request-line":     "GET\r\n\r\n",
		"version":          "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
		"target":           "GET x HTTP/1.1\r\nHost: h\r\n\r\n",
		"url-too-long":     "GET /" + strings.Repeat("x", 9<<10) + " HTTP/1.1\r\nHost: h\r\n\r\n",
		"host":             "GET / HTTP/1.1\r\n\r\n",
		"other-host":       "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
		"header-field":     "GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n",
		"header-too-large": "GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("x", 17<<10) + "\r\n\r\n",
		"line-end":         "GET / HTTP/1.1\nHost: h\n\n",
		"framing":          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"body-too-large":   "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n",
		"expectation":      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n",
		"method":           "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n",
		"request-timeout":  "GET / HTTP/1.1\r\nHost: h\r\n",
	} {
		answer := raw(t, g, request)
		if series := `einlass_faults_total{fault="` + fault + `"}`; !w.has(g, series) {
			t.Errorf("%s was answered with %.200q", fault, answer)
		}
	}
	w.look(g)

	small := func(limits launch.Limits) *harness.Gate {
		return harness.NewGate(t, &program, harness.Settings{Limits: limits, Rooms: []harness.Room{{Site: &oddSite(t).Site}}})
	}
	hold := func(g *harness.Gate, n int) {
		for range n {
			c, err := net.Dial("tcp", g.Addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}
	const ask = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	perNetwork := small(launch.Limits{ConnectionsPerIP: 1})
	w.look(perNetwork)
	hold(perNetwork, 1)
	w.until(perNetwork, 10*time.Second, "einlass_connections_open")
	if answer := raw(t, perNetwork, ask); !strings.HasPrefix(answer, "HTTP/1.1 429 ") {
		t.Errorf("a second connection was answered with %.100q", answer)
	}
	hold(perNetwork, 100)
	w.until(perNetwork, 10*time.Second, `einlass_connections_refused_total{reason="unanswered"}`)
	inAll := small(launch.Limits{Connections: 1})
	w.look(inAll)
	hold(inAll, 1)
	w.until(inAll, 10*time.Second, "einlass_connections_open")
	if answer := raw(t, inAll, ask); !strings.HasPrefix(answer, "HTTP/1.1 503 ") {
		t.Errorf("a second connection was answered with %.100q", answer)
	}
	w.look(perNetwork, inAll)
}

// visitsMove makes each kind of visit and each outcome of a request to the site.
func visitsMove(t *testing.T, w *metricsWatch) {
	site := oddSite(t)
	g := harness.NewGate(t, &program, harness.Settings{
		Trusted: []string{"127.0.0.1"},
		Limits:  launch.Limits{ArrivalsPerPrefix: launch.Arrivals{Rate: 1, Burst: 2}, Stay: launch.Stay{InFlight: 1, Networks: 4}},
		Rooms:   []harness.Room{{Site: &site.Site, Exclude: []string{"/status", "/ws", "/gone", "/garbage", "/hang"}, Rate: 6000, Burst: 100, Idle: 2 * time.Second}},
	})
	g.Stop()
	url := "url: http://" + site.Addr + "\n"
	g.Edit(url, url+"      timeouts: {first_byte: 2s}\n      max_in_flight: 2\n      queue: {length: 0}\n      health: {failures: 1}\n")
	g.Start()
	w.look(g)
	stranger, network := harness.NewStranger(g), 0
	// somebody is a visitor from a network of its own, so that the limit of arrivals is not in the way.
	from := func() []string {
		network++
		return byProxy(fmt.Sprintf("10.%d.%d.1", network/250, network%250))
	}
	send := func(method, target, body string) *harness.Answer {
		t.Helper()
		a, err := stranger.Send(t.Context(), method, target, body, from()...)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	outcome := func(name string) string {
		return `einlass_backend_requests_total{address="*",outcome="` + name + `",room="termine"}`
	}
	visit := func(kind string) string { return `einlass_visits_total{kind="` + kind + `",room="termine"}` }

	for _, code := range []int{200, 304, 404, 503, 799} {
		send("GET", "/status/"+strconv.Itoa(code), "")
	}
	c, _, err := websocket.Dial(t.Context(), "ws://"+g.Addr+"/ws", &websocket.DialOptions{HTTPHeader: http.Header{}})
	if err != nil {
		t.Fatal(err)
	}
	_ = c.CloseNow()
	send("GET", "/status/200", "a body without a meaning")
	send("GET", "/gone", "")
	send("GET", "/garbage", "")
	send("GET", "/hang", "") // until the timeout
	w.look(g)

	// Two requests fill the site, a third is one too many, and one of the two is given up by its client.
	ctx, giveUp := context.WithCancel(t.Context())
	for range 2 {
		go func() {
			for ctx.Err() == nil {
				_, _ = stranger.Send(ctx, "GET", "/hang", "")
			}
		}()
	}
	until(t, 5*time.Second, "the site is full", func(context.Context) bool {
		a := send("GET", "/status/200", "")
		return a.StatusCode == 503
	})
	giveUp()
	w.until(g, 10*time.Second, outcome("client_gone"))

	in := func(fields ...string) *harness.Browser {
		b := harness.NewBrowser(g)
		until(t, 10*time.Second, "somebody inside", func(context.Context) bool {
			return b.Get(t, "/", fields...).StatusCode == 200 && b.Cookie("einlass-termine") != ""
		})
		return b
	}
	home := from()
	b := in(home...)
	b.Get(t, "/", home...)
	w.until(g, 5*time.Second, visit("straight"))
	w.until(g, 5*time.Second, visit("forward"))
	for range 5 {
		b.Get(t, "/", from()...)
	}
	w.until(g, 5*time.Second, visit("shared"))
	// One request of a stay goes on, three wait, and a fifth is one too many.
	home = from()
	b = in(home...)
	busy, end := context.WithCancel(t.Context())
	defer end()
	for range 5 {
		copied := harness.NewBrowser(g)
		copied.SetCookie("einlass-termine", b.Cookie("einlass-termine"))
		go func() { _, _ = copied.Fetch(busy, "GET", "/inside/hang", home...) }()
	}
	w.until(g, 10*time.Second, visit("busy"))
	end()

	// A form that comes a moment after the end of a stay is let through.
	home = from()
	b = in(home...)
	until(t, 30*time.Second, "a form with a pass that has ended", func(ctx context.Context) bool {
		if !launch.Rest(ctx, 3500*time.Millisecond) {
			return false
		}
		_, _ = b.Load(ctx, "POST", "/", home...)
		return w.has(g, visit("late"))
	})
	// Arrivals from one network beyond its limit.
	home = from()
	for range 4 {
		harness.NewBrowser(g).Get(t, "/", home...)
	}
	send("GET", "/inside", "") // a program
	home = from()
	in(home...).Get(t, "/inside/surplus", home...)
	w.until(g, 5*time.Second, visit("limited"))
	until(t, 10*time.Second, "the address is no longer trusted to say how long its answers are", func(context.Context) bool {
		return !w.has(g, `einlass_backend_reused{address="*",room="termine"}`)
	})
	w.look(g)
	site.Close()
	until(t, 10*time.Second, "the address is down", func(context.Context) bool {
		send("GET", "/status/200", "")
		return !w.has(g, `einlass_backend_up{address="*",room="termine"}`)
	})
	w.look(g)
}

// storeMoves makes what happens to a line in a store that is shared.
func storeMoves(t *testing.T, w *metricsWatch) {
	redis := redistest.Start(t)
	client, keys := redis.Client(t), program.Keys(t)
	settings := harness.Settings{Store: redis.URL(), Keys: keys, Rooms: []harness.Room{{Site: harness.NewSite(t), Claim: time.Second}}}
	g := harness.NewGate(t, &program, settings)
	line := func(name string) string { return "einlass_" + name + `{room="termine"}` }
	visit := func(kind string) string { return `einlass_visits_total{kind="` + kind + `",room="termine"}` }
	until(t, 10*time.Second, "the line is known", func(context.Context) bool { return w.has(g, line("line_epoch")) })
	w.look(g)
	harness.NewGate(t, &program, settings)
	until(t, 10*time.Second, "two gateways share the line", func(context.Context) bool {
		return w.scrape(g)[line("line_gateways")] == "2"
	})
	w.look(g)

	press := func(b *harness.Browser, what string) {
		t.Helper()
		a, err := b.Load(t.Context(), "POST", "/.einlass/"+what+"?room=termine", "Origin", "http://"+b.Host())
		if err != nil || a.StatusCode != 303 {
			t.Fatalf("%s: %v, %v", what, a, err)
		}
	}
	// One misses the call and comes to the front, one is let in, one gives the place up, two wait.
	var waiting []*harness.Browser
	for range 5 {
		b := harness.NewBrowser(g)
		b.Get(t, "/")
		b.Get(t, "/")
		b.Status(t)
		waiting = append(waiting, b)
	}
	w.until(g, 10*time.Second, line("line_waiting"))
	press(waiting[4], "leave")
	g.Set(t, `{"rate": 6000, "burst": 1, "max_inside": 1}`)
	w.until(g, 10*time.Second, line("line_calls"))
	g.Set(t, `{"mode": "pause"}`)
	w.until(g, 10*time.Second, line("pace_paused"))
	var late *harness.Browser
	until(t, 20*time.Second, "one has missed the call", func(context.Context) bool {
		i := slices.IndexFunc(waiting[:4], func(b *harness.Browser) bool { return b.Status(t).State == "missed" })
		if i >= 0 {
			late = waiting[i]
		}
		return i >= 0
	})
	late.Get(t, "/") // comes back
	w.until(g, 10*time.Second, line("line_front"))
	g.Set(t, `{"mode": "run"}`)
	until(t, 20*time.Second, "one is let in", func(context.Context) bool {
		for _, b := range waiting[:4] {
			if b.Status(t).State == "called" {
				b.Get(t, "/")
				late = b
			}
		}
		return w.has(g, visit("claim"))
	})
	w.until(g, 10*time.Second, line("line_inside"))
	for range 3 {
		late.Get(t, "/")
	}
	press(late, "leave")
	w.until(g, 10*time.Second, line("line_finished_total"))
	w.until(g, 10*time.Second, line("line_left_total"))

	// The store is away for a moment, and after that it is empty.
	if err := client.Do(t.Context(), "CLIENT", "PAUSE", "5000", "ALL").Err(); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "heartbeats that the store has missed", func(ctx context.Context) bool {
		for _, b := range waiting {
			_ = b.Away(ctx)
		}
		return w.has(g, "einlass_heartbeats_dropped_total")
	})
	until(t, 15*time.Second, "the store counts as away", func(context.Context) bool { return !w.has(g, line("store_up")) })
	w.until(g, 15*time.Second, `einlass_store_calls_total{outcome="unavailable",verb="advance"}`)
	w.look(g)
	w.until(g, 30*time.Second, line("store_up"))
	epoch := w.scrape(g)[line("line_epoch")]
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "a new epoch", func(context.Context) bool { return w.scrape(g)[line("line_epoch")] != epoch })
	for name, value := range map[string]string{"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"} {
		if err := client.ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	w.until(g, 45*time.Second, "einlass_store_evicts")
}
