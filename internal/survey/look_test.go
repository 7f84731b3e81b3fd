package survey

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/survey/surveytest"
)

// site serves a site, and notes what it is asked.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*http.Request
}

func serve(t *testing.T, h http.Handler) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func optionsFor(t *testing.T, at string) Options {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Site: u, Names: []string{"termine.example.org"}, Secure: true, Agent: "einlass-init/test"}
}

func looked(t *testing.T, at string) *Report {
	t.Helper()
	r, err := Look(t.Context(), optionsFor(t, at))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rulesOf(r *Report) (all []string) {
	for _, o := range r.Open {
		all = append(all, o.Rule)
	}
	return all
}

// said is all that a report says about a key.
func said(r *Report, key string) string {
	var all []string
	for _, f := range r.Findings {
		if f.Key == key {
			all = append(all, f.Text, f.Do)
		}
	}
	return strings.Join(all, " ")
}

func TestAPageOfAContentSystemIsOpenByKindsOfFiles(t *testing.T) {
	s := serve(t, surveytest.CMS())
	r := looked(t, s.URL+"/")
	want := []string{
		"*.css", "*.gif", "*.ico", "*.jpeg", "*.jpg", "*.js", "*.png", "*.svg", "*.webp", "*.woff", "*.woff2",
		"/site.webmanifest", "/wp-content/plugins/jquery.ui/images/ui-icons.png", "/wp-content/plugins/jquery.ui/jquery-ui.css",
	}
	if got := rulesOf(r); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if len(surveytest.Files()) != 30 || r.Parts != 30 || r.Tried != 30 || r.Passed != 30 {
		t.Errorf("%d files, %d parts, %d tried, %d pass", len(surveytest.Files()), r.Parts, r.Tried, r.Passed)
	}
	if r.Title != "Bürgerbüro Musterstadt – Termine" || r.Language != "de" || r.Path != "/" {
		t.Errorf("%q, %q, %q", r.Title, r.Language, r.Path)
	}
	if want := (Links{"/impressum/", "/datenschutz/", "https://www.musterstadt.example/barrierefreiheit"}); r.Links != want {
		t.Errorf("%+v", r.Links)
	}
	for key, want := range map[string]string{
		"cookies": "PHPSESSID", "frames": "karten.example.net", "frame_ancestors": "no other page", "calls": "/wp-json/contact-form/v1/forms",
	} {
		if got := said(r, key); !strings.Contains(got, want) {
			t.Errorf("%s: %q", key, got)
		}
	}
	if r.Worker || r.Sockets || r.Streams {
		t.Error("it has neither service worker nor sockets")
	}
	for _, f := range r.Findings {
		if strings.Contains(f.Text, "geheim") {
			t.Errorf("the value of a cookie: %s", f.Text)
		}
	}
}

func TestTheLookIsCareful(t *testing.T) {
	s := serve(t, surveytest.CMS())
	r := looked(t, s.URL+"/")
	if len(s.asked) != r.Requests || r.Requests > MaxRequests {
		t.Errorf("%d requests, %d of which are told", len(s.asked), r.Requests)
	}
	seen := map[string]bool{}
	for _, q := range s.asked {
		if q.Method != http.MethodGet || q.UserAgent() != "einlass-init/test" || q.Host != "termine.example.org" || q.Header.Get("X-Forwarded-Proto") != "https" {
			t.Errorf("%s %s for %s by %q", q.Method, q.URL, q.Host, q.UserAgent())
		}
		if seen[q.URL.String()] {
			t.Errorf("%s is asked for twice", q.URL)
		}
		seen[q.URL.String()] = true
	}
	if !seen["/wp-content/themes/stadt/style.css?ver=6.4.2"] || seen["/termine/"] {
		t.Errorf("a file without its query, or a page: %v", seen)
	}
}

func TestAnApplicationOfOnePage(t *testing.T) {
	s := serve(t, surveytest.SPA())
	r := looked(t, s.URL+"/")
	if got := rulesOf(r); !slices.Equal(got, []string{"*.css", "*.js", "/manifest.webmanifest"}) {
		t.Errorf("%q", got)
	}
	if !r.Worker || !r.Sockets || !r.Streams {
		t.Errorf("service worker %v, sockets %v, streams %v", r.Worker, r.Sockets, r.Streams)
	}
	if !slices.Equal(r.Ancestors, []string{"https://www.stadt.example", "https://*.kreis.example"}) {
		t.Errorf("%q", r.Ancestors)
	}
	calls := said(r, "calls")
	for _, want := range []string{"/api/slots", "/api/bookings/", "/api/me", "429"} {
		if !strings.Contains(calls, want) {
			t.Errorf("%q lacks %s", calls, want)
		}
	}
	for _, rule := range rulesOf(r) {
		if strings.Contains(rule, "api") {
			t.Errorf("%s is open", rule)
		}
	}
	if got := said(r, "worker"); !strings.Contains(got, "(/sw.js, for pages below /)") {
		t.Errorf("%q", got)
	}
	if got := said(r, "backend.timeouts.idle_read"); !strings.Contains(got, "/api/events") {
		t.Errorf("%q", got)
	}
}

func TestTheDemosSite(t *testing.T) {
	portal, err := demo.New(demo.Demo(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(portal.Close)
	s := serve(t, portal)
	r := looked(t, s.URL+"/")
	if got := rulesOf(r); !slices.Equal(got, []string{"*.css", "*.js", "*.svg"}) {
		t.Errorf("%q; %+v", got, r.Findings)
	}
	if r.Language != "de" || !strings.Contains(r.Title, "Termine") {
		t.Errorf("%q, %q", r.Language, r.Title)
	}
}

func TestAServiceWorkerIsSoughtAndItsScopeIsSaid(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<script>navigator.serviceWorker.register('/static/w.js', {scope: '/buchen/'})</script>"))
		case "/static/w.js":
			w.Header().Set("Content-Type", "text/javascript")
			w.Header().Set("Service-Worker-Allowed", "/buchen/")
		default:
			http.NotFound(w, r)
		}
	}))
	r := looked(t, s.URL)
	if got := said(r, "worker"); !strings.Contains(got, "(/static/w.js, for pages below /buchen/)") || !slices.Equal(rulesOf(r), []string{"*.js"}) {
		t.Errorf("%q, %q", got, rulesOf(r))
	}
	s = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/service-worker.js" {
			w.Header().Set("Content-Type", "text/javascript")
		}
		_, _ = w.Write([]byte("<script>const at = base + 'w.js'; navigator.serviceWorker.register(at)</script>"))
	}))
	if r := looked(t, s.URL); !r.Worker || !slices.Equal(rulesOf(r), []string{"*.js"}) || r.Parts != 1 {
		t.Errorf("%+v", r)
	}
}
