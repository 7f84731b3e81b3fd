// Package fakegateway is a small server that plays the gateway and the site behind it, for tests of the pages in a real
// browser. What it answers is set from outside, over HTTP, so that a test written for the browser can direct it:
//
//	PUT /-/setup   a Setup as JSON: what every following answer says
//	GET /-/log     what was asked so far, as JSON; DELETE forgets it
//
// Everything below the prefix and every other path is answered as the gateway would. It is imported by tests and
// by the program that takes the pictures, and holds no rule of its own.
package fakegateway

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/web"
)

// The waiting page and the script of the release of 28 November 2026, as browsers have them open while it is followed.
var (
	//go:embed testdata/2026-11-28/wait.html
	pageBefore []byte
	//go:embed testdata/2026-11-28/en.js
	scriptBefore []byte
)

// Prefix is the gateway's own prefix.
const Prefix = "/.einlass"

// Setup is what the fake gateway shows. The figures are as in the status that pages poll.
type Setup struct {
	// Page chooses the answer to a navigation: "wait" (also when empty), "site", "error", "neutral", "before", "retry", "form",
	// "lapsed", "early", "in-line", "busy", "networks" (also with "-form"), "press", "window", "cookies", "door", a page of serveDevice, or
	// "over-" and why a place has ended, as the waiting page's texts name it.
	Page   string `json:"page"`
	Lang   string `json:"lang"` // the tag of the page's language; empty: as the browser asks
	State  string `json:"state"`
	Number uint64 `json:"number"`
	Code   string `json:"code"`
	Ahead  int    `json:"ahead"`
	Exact  bool   `json:"exact"`
	More   int    `json:"more"`
	// Promised and Kept are of the ranges that were told before.
	Promised int    `json:"promised"`
	Kept     int    `json:"kept"`
	Full     bool   `json:"full"`
	Low      int    `json:"low"`
	High     int    `json:"high"`
	Next     int    `json:"next"` // milliseconds
	Message  string `json:"message"`
	// Messages are those for single languages.
	Messages map[string]string `json:"messages"`
	Stale    bool              `json:"stale"`
	Lots     uint64            `json:"lots"`  // of the draw that has drawn the number
	Start    string            `json:"start"` // the whole address of the start page
	InApp    bool              `json:"in_app"`
	Of       int64             `json:"of"` // of when the figures are that are stale, in Unix milliseconds
	Until    int               `json:"until"`
	Idle     int               `json:"idle"` // the bounds of a stay
	Max      int               `json:"max"`
	Last     bool              `json:"last"`
	Came     int               `json:"came"`
	Chance   uint8             `json:"chance"` // 1, little, to 4, usually
	Starts   int               `json:"starts"` // seconds from now, which is a Monday at 7:47:55, as Opens
	Opens    int               `json:"opens"`
	Dropped  bool              `json:"dropped"` // the place does not stand in line when it starts
	Shut     bool              `json:"shut"`    // no numbers are given at present
	// Clock is the server's clock in Unix milliseconds, 0: it is not said; Zone how many minutes the room's is ahead of UTC.
	Clock int64 `json:"clock"`
	Zone  *int  `json:"zone"`
	// Status is the HTTP status of "error", "retry" and "form".
	Status int `json:"status"`
	// Polls is how polls end: "" with the status, "drop" with a broken connection, or an HTTP status.
	Polls string `json:"polls"`
	// Worse: the page says that it takes longer than the page before it said.
	Worse bool `json:"worse"`
	// Still: the visitor has turned the reloads without script off.
	Still bool `json:"still"`
	// Admit lets a navigation in when the state is "called", as the gateway does.
	Admit bool `json:"admit"`
	// BeforeScript answers the script of the release before, BeforePolls polls as its gateway does, and the page "before" is
	// its waiting page: all of them meet while gateways of two releases run side by side.
	BeforeScript bool `json:"before_script"`
	BeforePolls  bool `json:"before_polls"`
	// Post chooses the page for a POST to the site: "site" (also when empty), "form" or "lapsed".
	Post string `json:"post"`
	// News is what the waiting page says of a draw: "comes", "drawn", "alone", "failed", or nothing; Draw its page.
	News string `json:"news"`
	Draw *Draw  `json:"draw"`
	// Town: the pages have a town's colours, its logo, and links at their foot.
	Town bool `json:"town"`
	// Door is what the page at the door says.
	Door *Door `json:"door"`
}

// Request is a line of the log.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body"`
}

// Server is the server. Make it with [New]; safe for concurrent use.
type Server struct {
	library *web.Library
	pages   *web.Site
	town    *Server // answers by the town's pages; it has no setup of its own

	mu    sync.Mutex
	setup Setup
	log   []Request
}

// New makes a fake gateway for a site.
func New(site web.SiteConfig) (*Server, error) {
	library, err := web.NewLibrary(Prefix)
	if err != nil {
		return nil, fmt.Errorf("fake gateway: %w", err)
	}
	pages, err := library.Site(site)
	if err != nil {
		return nil, fmt.Errorf("fake gateway: %w", err)
	}
	town, err := newTown(site)
	if err != nil {
		return nil, err
	}
	return &Server{library: library, pages: pages, town: town}, nil
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch own, isOwn := strings.CutPrefix(r.URL.Path, Prefix+"/"); {
	case r.URL.Path == "/-/setup":
		s.setScene(w, r)
	case r.URL.Path == "/-/log":
		s.serveLog(w, r)
	case isOwn && strings.HasPrefix(own, "assets/"):
		s.serveAsset(w, r, strings.TrimPrefix(own, "assets/"))
	case isOwn && own == "client.js":
		set(w, web.ClientHeaders())
		w.Header().Set("Content-Type", s.library.Client().ContentType)
		write(w, http.StatusOK, s.library.Client().Body)
	case isOwn:
		setup := s.note(r)
		s.of(setup).serveOwn(w, r, own, setup)
	default:
		setup := s.note(r)
		s.of(setup).serveSite(w, r, setup)
	}
}

func (s *Server) setScene(w http.ResponseWriter, r *http.Request) {
	var setup Setup
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&setup); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, ok := stateOf(setup.State); !ok && setup.State != "" {
		http.Error(w, "unknown state "+setup.State, http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.setup = setup
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) serveLog(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodDelete {
		s.log = nil
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(append([]Request{}, s.log...)); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// note writes a request into the log and gives the setup that it meets.
func (s *Server) note(r *http.Request) Setup {
	body := ""
	if r.Method == http.MethodPost && r.ParseForm() == nil {
		body = r.PostForm.Encode()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, Request{r.Method, r.URL.RequestURI(), body})
	return s.setup
}

func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	s.mu.Lock()
	before := s.setup.BeforeScript
	s.mu.Unlock()
	if before && strings.HasSuffix(name, ".js") {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		write(w, http.StatusOK, scriptBefore)
		return
	}
	a, ok := s.library.Asset([]byte(name))
	if !ok {
		http.NotFound(w, r)
		return
	}
	set(w, a.Headers())
	w.Header().Set("Content-Type", a.ContentType)
	w.Header().Set("Content-Encoding", "gzip")
	write(w, http.StatusOK, a.Gzip)
}

func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request, path string, setup Setup) {
	switch path {
	case "status":
		s.servePoll(w, r, setup)
	case "ask":
		if r.Method != http.MethodPost {
			http.Error(w, "ask by POST", http.StatusMethodNotAllowed)
			return
		}
		s.servePoll(w, r, setup)
	case "draw", "draw.json":
		s.serveDraw(w, r, setup)
	case "away":
		w.WriteHeader(http.StatusNoContent)
	case "leave", "join":
		w.Header().Set("Location", Prefix+"/wait?to=/termine")
		w.WriteHeader(http.StatusSeeOther)
	case "wait":
		s.servePage(w, http.StatusOK, s.pages.AppendOver(nil, 0, &web.Placeless{Why: web.EndedLeft, Join: "/termine"}))
	default:
		s.servePage(w, http.StatusNotFound, s.pages.AppendError(nil, 0, http.StatusNotFound, ""))
	}
}

func (s *Server) servePoll(w http.ResponseWriter, r *http.Request, setup Setup) {
	switch setup.Polls {
	case "":
	case "drop":
		panic(http.ErrAbortHandler)
	default:
		var code int
		if _, err := fmt.Sscan(setup.Polls, &code); err != nil {
			code = http.StatusInternalServerError
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(code)
		return
	}
	status := setup.status()
	w.Header().Set("Content-Type", web.JSONType)
	w.Header().Set("Cache-Control", "private, no-store")
	lang, ok := s.pages.LangOf([]byte(r.URL.Query().Get("lang")))
	if !ok {
		lang = s.pages.Lang([]byte(r.Header.Get("Accept-Language")))
	}
	status.Has = []byte(r.URL.Query().Get("text"))
	body := s.pages.AppendStatus(nil, lang, &status)
	if setup.BeforePolls {
		if at := bytes.Index(body, []byte(`,"words":`)); at >= 0 {
			body = bytes.Replace(append(body[:at], '}'), []byte(`"text":`), []byte(`"unknown":`), 1)
		}
	}
	write(w, http.StatusOK, body)
}

func (s *Server) serveSite(w http.ResponseWriter, r *http.Request, setup Setup) {
	lang := s.lang(r, setup)
	page, status := setup.Page, http.StatusOK
	if r.Method == http.MethodPost {
		page = setup.Post
		if page == "" {
			page = "site"
		}
	}
	if setup.Status != 0 && page != "site" {
		status = setup.Status
	}
	next := time.Duration(setup.Next) * time.Millisecond
	switch {
	case page == "site", page != "form" && page != "lapsed" && setup.Admit && setup.State == "called":
		s.serveForm(w)
	case page == "before":
		w.Header().Set("Content-Security-Policy", policyBefore)
		w.Header().Set("Content-Type", web.HTMLType)
		write(w, status, pageBefore)
	case page == "neutral":
		neutral := s.library.Neutral()
		s.servePage(w, status, neutral.AppendError(nil, neutral.Lang([]byte(r.Header.Get("Accept-Language"))), status, ""))
	case page == "error":
		s.servePage(w, status, s.pages.AppendError(nil, lang, status, "8F3A"))
	case page == "retry", page == "form":
		s.servePage(w, status, s.pages.AppendInterruption(nil, lang, &web.Interruption{
			Status: status, Form: page == "form", Target: r.URL.RequestURI(), Back: "/form", Next: next,
			Ref: "8F3A",
		}))
	case page == "lapsed":
		s.servePage(w, http.StatusForbidden, s.pages.AppendPassEnded(nil, lang, &web.PassEnded{Start: "/form", Wait: setup.status()}))
	case page == "early":
		s.servePage(w, http.StatusTooManyRequests, s.pages.AppendPassEnded(nil, lang, &web.PassEnded{Start: "/form", Why: web.FormEarly, Wait: setup.status()}))
	case page == "in-line":
		s.servePage(w, http.StatusForbidden, s.pages.AppendPassEnded(nil, lang, &web.PassEnded{Start: "/form", Why: web.FormInLine}))
	case strings.HasPrefix(page, "busy"), strings.HasPrefix(page, "networks"):
		s.servePage(w, http.StatusTooManyRequests, s.pages.AppendCrowded(nil, lang, &web.Crowded{
			Networks: strings.HasPrefix(page, "networks"), Form: strings.HasSuffix(page, "-form"), Target: "/termine", Next: next, Ref: "8F3A",
		}))
	case page == "press":
		s.servePage(w, status, s.pages.AppendPress(nil, lang, Prefix+"/join?to=/termine"))
	case page == "window":
		s.servePage(w, status, s.pages.AppendWindow(nil, lang, "/termine"))
	case page == "cookies":
		s.servePage(w, status, s.pages.AppendCookies(nil, lang, "/termine"))
	case page == "door":
		s.servePage(w, status, s.pages.AppendDoor(nil, lang, setup.Door.page()))
	case ofDevice(page):
		s.serveDevice(w, page, status, lang)
	case strings.HasPrefix(page, "over-"):
		s.servePage(w, status, s.pages.AppendOver(nil, lang, setup.placeless(strings.TrimPrefix(page, "over-"))))
	default:
		s.servePage(w, http.StatusServiceUnavailable,
			s.pages.AppendWait(nil, lang, &web.Wait{
				Status: setup.status(), Target: r.URL.RequestURI(), Join: Prefix + "/join?to=/termine", Worse: setup.Worse, Start: setup.Start, InApp: setup.InApp,
				Still: setup.Still, Switch: Prefix + "/reloads?to=/termine", Absent: 10 * time.Minute,
			}))
	}
}

// lang is the language of a page: as the setup says, else as the browser asks.
func (s *Server) lang(r *http.Request, setup Setup) web.Lang {
	if lang, ok := s.pages.LangOf([]byte(setup.Lang)); ok {
		return lang
	}
	return s.pages.Lang([]byte(r.Header.Get("Accept-Language")))
}

// serveForm is the site behind: a page with a form.
func (s *Server) serveForm(w http.ResponseWriter) {
	w.Header().Set("Content-Type", web.HTMLType)
	write(w, http.StatusOK, []byte(`<!doctype html><html lang="en"><title>Inside</title><h1>Inside</h1>
<form method="post" action="/send"><label>Name <input name="name" id="name"></label><button>Send</button></form></html>`))
}

// policyBefore is what the release before sent its pages with: their script and style are files.
const policyBefore = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; require-trusted-types-for 'script'; form-action 'self'; frame-ancestors 'self'"

func (s *Server) servePage(w http.ResponseWriter, status int, body []byte) {
	set(w, s.pages.Headers())
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Type", web.HTMLType)
	write(w, status, body)
}

func set(w http.ResponseWriter, headers []string) {
	for i := 0; i+1 < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
}

// write sends a body. A browser that has gone is nobody's concern here.
func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (s Setup) status() web.Status {
	state, _ := stateOf(s.State)
	of := s
	of.Clock = s.Of
	return web.Status{
		State: state, Number: s.Number, Code: s.Code, Ahead: s.Ahead, Exact: s.Exact, More: s.More, Full: s.Full, Promised: s.Promised, Kept: s.Kept,
		Low: seconds(s.Low), High: seconds(s.High), Next: time.Duration(s.Next) * time.Millisecond,
		Message: s.Message, Messages: s.Messages, Stale: s.Stale, AsOf: of.now(), ClaimLeft: seconds(s.Until), Idle: seconds(s.Idle), Max: seconds(s.Max),
		Last: s.Last, Came: s.Came, Chance: web.Chance(s.Chance), Coming: s.coming(), Now: s.now(), Zoned: s.Zone != nil,
		Draw: drawNews[s.News], Place: min(s.Number, s.Lots), Lots: s.Lots, Shut: s.Shut,
	}
}

// placeless is what the page says of a place that has ended.
func (s Setup) placeless(why string) *web.Placeless {
	p := web.Placeless{Why: endings[why], Join: "/termine"}
	if s.Shut {
		p.Shut, p.Coming = web.Closed, s.coming()
	}
	return &p
}

func (s Setup) now() time.Time {
	switch {
	case s.Clock == 0:
		return time.Time{}
	case s.Zone == nil:
		return time.UnixMilli(s.Clock).UTC()
	}
	return time.UnixMilli(s.Clock).In(time.FixedZone("", *s.Zone*60))
}

// monday is the clock of the fake gateway.
var monday = time.Date(2027, 6, 14, 7, 47, 55, 0, time.FixedZone("", 2*60*60))

func (s Setup) coming() web.Coming {
	after := func(n int) (t time.Time) {
		if n > 0 {
			t = monday.Add(seconds(n))
		}
		return t
	}
	return web.Coming{Now: monday, Opens: after(s.Opens), Begins: after(s.Starts), Kept: !s.Dropped}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// endings are why a place has ended, by the names of their pages.
var endings = map[string]web.Ending{
	"left": web.EndedLeft, "used": web.EndedUsed, "stay": web.EndedStay, "unknown": web.EndedUnknown,
	"expired": web.EndedExpired, "twice": web.EndedTwice, "moved": web.EndedMoved,
	"removed": web.EndedRemoved, "code": web.EndedCode,
}

// stateOf finds a state by its name.
func stateOf(name string) (web.State, bool) {
	for s := range web.Inside + 1 {
		if name != "" && s.String() == name {
			return s, true
		}
	}
	return web.NoStore, false
}
