package gateway_test

import (
	"bufio"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// site stands for the backend: it says what it saw, or fails.
type site struct {
	seen atomic.Int64
	// asked is the request line and the fields of the last request, and options what the gateway said of it.
	asked   atomic.Pointer[string]
	options atomic.Pointer[proxy.Options]
	fail    atomic.Value // error
	finish  atomic.Bool
	// redirects is where it leads: each answer is a redirect then.
	redirects atomic.Value
	slow      atomic.Value // func(), called before the answer
	// kind is the media type that it says an answer is of.
	kind atomic.Value
}

// siteAddress is where the site seems to be.
const siteAddress = "http://site"

func (s *site) Forward(v *httpx.Visit, opt proxy.Options) (proxy.Result, error) {
	if err, ok := s.fail.Load().(error); ok && err != nil {
		return proxy.Result{Address: siteAddress}, err
	}
	s.seen.Add(1)
	asked := v.Method() + " " + string(v.Target())
	for name, value := range v.Headers() {
		asked += "\n" + string(name) + ": " + string(value)
	}
	s.asked.Store(&asked)
	s.options.Store(&opt)
	if wait, ok := s.slow.Load().(func()); ok {
		wait()
	}
	head := answerHead{status: http.StatusOK, fields: map[string]string{}}
	if s.finish.Load() {
		head.fields["einlass-finish"] = "1"
	}
	if kind, ok := s.kind.Load().(string); ok {
		head.fields["content-type"] = kind
	}
	if location, ok := s.redirects.Load().(string); ok {
		head.status, head.fields["location"] = http.StatusFound, location
	}
	if opt.OnHead != nil {
		opt.OnHead(&head)
	}
	if opt.Takes != nil && !opt.Takes(&head) {
		return proxy.Result{Status: head.status, Took: time.Millisecond, Address: siteAddress}, proxy.ErrUnwanted
	}
	v.Ctx().Response.Header.Set("X-Site", "yes")
	v.Ctx().Response.SetStatusCode(head.status)
	if head.status == http.StatusFound {
		v.Ctx().Response.Header.Set("Location", head.fields["location"])
	} else {
		v.Ctx().Response.SetBodyString("site " + v.Method() + " " + string(v.Target()))
	}
	return proxy.Result{Status: head.status, Took: time.Millisecond, Address: siteAddress}, nil
}

// answerHead is the head of the site's answer.
type answerHead struct {
	status int
	fields map[string]string
}

func (h *answerHead) Status() int { return h.status }

func (h *answerHead) Field(name string) []byte {
	if value, ok := h.fields[name]; ok {
		return []byte(value)
	}
	return nil
}

func (h *answerHead) Has(name, value string) bool {
	is, ok := h.fields[name]
	return ok && is == value
}

func (h *answerHead) Values(name string) []string {
	if value, ok := h.fields[name]; ok {
		return []string{value}
	}
	return nil
}

func (h *answerHead) SetLocation(to string) {
	if to != "" {
		h.fields["location"] = to
	}
}

// fixture is a gateway with one or two rooms over memory stores, on a clock of its own.
type fixture struct {
	t     testing.TB
	now   atomic.Int64 // ms
	lines []*queue.Room
	sites []*site
	ring  *token.Source
	addr  string
	g     *gateway.Gateway
	// behind and quiet are of the next room that is made, in the place of a site and no paths.
	behind gateway.Forwarder
	quiet  []string
	handed sync.Map // whose place another browser has taken over
	// finishRules are of the rooms that are made.
	finishRules []booking.Rule
	// over is the store of the rooms that are made; nil: one in memory.
	over queue.Store
	// library is where the rooms' pages come from.
	library *web.Library
	// logs is all that the gateway and the boundary have written.
	logs *observer.ObservedLogs
	// ancestors may show the rooms' pages in a frame.
	ancestors []string
	// draws are the records of the rooms' draws.
	draws gateway.Draws
	// counted is what the rooms' metrics say; nil: of this fixture alone.
	counted *counts
	// stores are the rooms'. Those that another fixture left here are used again, see twin.
	stores map[string]*lossyStore
	// lots are those of the first room.
	lots limit.Lots
	// chances says the word of a chance; nil: none.
	chances gateway.Chances
	// away takes the stores away; crowded and unlimited are the word of the limit for arrivals.
	away, crowded, unlimited atomic.Bool
	// notReady is what the gateway is told of itself.
	notReady atomic.Bool
}

const epochMs = int64(1_800_000_000_000)

func (s *fixture) clock() time.Time { return time.UnixMilli(s.now.Load()) }

// pass lets time go by and the lines advance.
func (s *fixture) pass(d time.Duration) {
	const tick = time.Minute // at the longest: one that stands still for longer holds the line
	for first := true; d > 0 || first; first = false {
		s.now.Add(min(d, tick).Milliseconds())
		d -= tick
		for _, l := range s.lines {
			l.Flush(s.t.Context())
			l.Tick(s.t.Context())
		}
	}
}

// arrivals limits by the fixture's clock: in real time a slow machine's limit would fill up while its arrivals come.
type arrivals struct {
	*fixture
	limit *limit.Arrivals
}

func (a arrivals) Allow(client netip.Addr, _ time.Time) (bool, time.Duration) {
	if a.crowded.Load() {
		return false, 7 * time.Second
	}
	if a.unlimited.Load() {
		return true, 0
	}
	return a.limit.Allow(client, a.clock())
}

func newFixture(t testing.TB, pace queue.Pace, rooms ...config.Room) *fixture {
	t.Helper()
	return newFixtureOver(t, newLibrary(t), pace, rooms...)
}

// compiled is the library of all fixtures. It never changes, and to make one takes longer than all the rest of a fixture.
var compiled = sync.OnceValues(func() (*web.Library, error) { return web.NewLibrary("/.einlass") })

func newLibrary(t testing.TB) *web.Library {
	t.Helper()
	library, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// newFixtureOver is newFixture with a library.
func newFixtureOver(t testing.TB, library *web.Library, pace queue.Pace, rooms ...config.Room) *fixture {
	t.Helper()
	return newFixtureLike(&fixture{t: t, library: library}, pace, rooms...)
}

// newFixtureLike completes a fixture of which some fields are set.
func newFixtureLike(s *fixture, pace queue.Pace, rooms ...config.Room) *fixture {
	t := s.t
	t.Helper()
	s.stores = map[string]*lossyStore{}
	s.now.Store(epochMs)
	ring, err := token.NewKeyring(rand.Reader, time.UnixMilli(epochMs).Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if s.ring, err = token.NewSource(ring); err != nil {
		t.Fatal(err)
	}
	s.open(pace, rooms...)
	return s
}

// authority issues and checks the tokens of a room.
func (s *fixture) authority(room string) *token.Authority {
	s.t.Helper()
	authority, err := token.NewAuthority(s.ring, room)
	if err != nil {
		s.t.Fatal(err)
	}
	return authority
}

// twin is another gateway on the same store and keys, with a clock of its own that is set like the first one's.
func (s *fixture) twin(pace queue.Pace) *fixture {
	s.t.Helper()
	other := &fixture{t: s.t, library: s.library, stores: s.stores, ring: s.ring}
	other.now.Store(s.now.Load())
	other.open(pace)
	return other
}

func (s *fixture) open(pace queue.Pace, rooms ...config.Room) {
	t := s.t
	t.Helper()
	if len(rooms) == 0 {
		rooms = []config.Room{{ID: "termine", Paths: []string{"/"}, Exclude: []string{"/impressum"}}}
	}
	if s.counted == nil {
		s.counted = newCounts(t)
	}
	var all []gateway.RoomConfig
	for _, r := range rooms {
		cfg := s.room(r.ID, pace)
		cfg.Files, cfg.Open = r.Files(), r.Links.Open()
		cfg.Metrics = s.counted.open(t, r.ID)
		all = append(all, cfg)
	}
	router, err := route.New((&config.Config{Rooms: rooms}).Routes())
	if err != nil {
		t.Fatal(err)
	}
	perNetwork, err := limit.NewArrivals(60, 100, time.UnixMilli(epochMs))
	if err != nil {
		t.Fatal(err)
	}
	asides, err := limit.NewArrivals(gateway.AsideRate, gateway.AsideBurst, time.UnixMilli(epochMs))
	if err != nil {
		t.Fatal(err)
	}
	shed, err := limit.NewShedder(64)
	if err != nil {
		t.Fatal(err)
	}
	var core zapcore.Core
	core, s.logs = observer.New(zap.DebugLevel)
	log := zap.New(core)
	g, err := gateway.New(
		gateway.RoomSet{Rooms: all, Router: router, Arrivals: arrivals{s, perNetwork}},
		gateway.Deps{Prefix: "/.einlass", Library: s.library, Shed: shed, Asides: arrivals{s, asides}, Log: log, Ready: func() bool { return !s.notReady.Load() }, Probe: s.seal(), Now: s.clock},
	)
	if err != nil {
		t.Fatal(err)
	}
	s.g = g
	s.serve(g, log)
}

// seal is that of the operator's probe.
func (s *fixture) seal() *probe.Seal {
	seal, err := probe.NewSeal(s.ring)
	if err != nil {
		s.t.Fatal(err)
	}
	return seal
}

// timing is that of the rooms.
var timing = queue.Timing{
	Absent: 5 * time.Minute, Confirm: 15 * time.Second, Window: time.Minute, Lead: 2 * time.Second,
	Active: 5 * time.Second, Page: 10 * time.Minute, Idle: 10 * time.Minute, Max: time.Hour, Resume: 30 * time.Minute,
	Life: 24 * time.Hour, Hold: 10 * time.Second,
}

func (s *fixture) room(id string, pace queue.Pace) gateway.RoomConfig {
	store := s.stores[id]
	if store == nil {
		store = &lossyStore{}
		if store.Store = s.over; store.Store == nil {
			store.lose(s)
		}
		s.stores[id] = store
	}
	pace.Mode = queue.ModeRun
	line, err := queue.NewRoom(leavingStore{store, &s.away}, queue.RoomConfig{
		Document: queue.Document{Pace: pace, Timing: timing}, Clock: s.clock, Visitors: 1024, FirstStart: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	line.Tick(s.t.Context())
	pages, err := s.library.Site(web.SiteConfig{Title: "Termine", Room: id, Contact: "07131 56-2000", FrameAncestors: s.ancestors})
	if err != nil {
		s.t.Fatal(err)
	}
	behind := &site{}
	s.lines, s.sites = append(s.lines, line), append(s.sites, behind)
	cfg := gateway.RoomConfig{
		ID: id, Line: line, Tokens: s.authority(id), Backend: behind, Pages: pages,
		FrameAncestors: s.ancestors, FormGrace: 5 * time.Minute, StayInFlight: 32, StayNetworks: 4, Quiet: s.quiet, Finish: s.finishRules,
	}
	cfg.RefKey = func() [32]byte { return s.ring.Ring().Derive("bookings", s.clock()) }
	cfg.Lots, cfg.Chances = &s.lots, s.chances
	cfg.Commands = []string{"finish", "booked", "freed"}
	cfg.Draws = s.draws
	cfg.HandedOver = func(id queue.VisitorID) { s.handed.Store(id, true) }
	if cfg.Names, err = desk.NewNames(s.ring, id, line); err != nil {
		s.t.Fatal(err)
	}
	cfg.Door = s.atDoor()
	if s.behind != nil {
		cfg.Backend = s.behind
	}
	return cfg
}

func (s *fixture) serve(g *gateway.Gateway, log *zap.Logger) {
	server, err := httpx.New(httpx.Config{
		Limits: config.Default().Limits,
		Log:    log, Page: g.ErrorPage, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		TrustedFields: config.Default().TrustedFields,
	}, g.Anywhere(g.Serve))
	if err != nil {
		s.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- serve(server, ln) }()
	s.t.Cleanup(func() {
		_ = server.Shutdown(s.t.Context())
		_ = ln.Close()
		<-done
	})
	s.addr = ln.Addr().String()
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	s      *fixture
	client *http.Client
}

func (s *fixture) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &browser{s, &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

type answer struct {
	*http.Response
	body string
}

// load asks for a page as a person does; headers are pairs that replace what a browser would send.
func (b *browser) load(method, path string, headers ...string) answer {
	b.s.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("name=Anna")
	}
	req, err := http.NewRequestWithContext(b.s.t.Context(), method, "http://"+b.s.addr+path, body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	// The client of net/http asks for gzip by itself, and unpacks it.
	if page := res.Header.Get("Content-Security-Policy") != "" && res.Header.Get("X-Robots-Tag") == "noindex"; page && len(data) > 0 &&
		(!res.Uncompressed || !slices.Contains(res.Header.Values("Vary"), "Accept-Encoding")) && req.Header.Get("Accept-Encoding") == "" {
		b.s.t.Errorf("%s %s: a page that is not gzip, or does not say that it may be: %v", method, path, res.Header)
	}
	return answer{res, string(data)}
}

// poll asks as the page's script does.
func (b *browser) poll(query string) string {
	b.s.t.Helper()
	return b.load("GET", "/.einlass/status?"+query, "Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty").body
}

func (b *browser) cookie(name string) string {
	u := &url.URL{Scheme: "http", Host: b.s.addr, Path: "/"}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// raw sends bytes and reads one response.
func (s *fixture) raw(request string) answer {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, request); err != nil {
		s.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(res.Body)
	return answer{res, string(body)}
}
