package setup

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/survey"
	"github.com/einlass/einlass/internal/survey/surveytest"
)

// draft is one of good answers, some of which are others.
func draft(t *testing.T, others map[string]string) *Draft {
	t.Helper()
	given := good()
	for flag, text := range others {
		given[flag] = text
	}
	a, err := Read(given, monday)
	if err != nil {
		t.Fatal(err)
	}
	return &Draft{
		Answers: *a, File: Installed, StateDir: "/var/lib/einlass", Fronts: "configs/fronts", CertFile: "/c.pem", KeyFile: "/k.pem",
		Blind: "nobody looked", Now: monday,
	}
}

// parsed is the file as a gateway reads it.
func parsed(t *testing.T, d *Draft) *config.Config {
	t.Helper()
	text := d.Render()
	c, err := config.Parse(config.Source{Languages: []string{"de", "de-simple", "en"}}, text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

func TestEachProxyIsWhatTheGatewayTrusts(t *testing.T) {
	for proxy, want := range map[string]struct {
		http, https, trusted, said string
	}{
		"none":                   {":80", ":443", "", "Put the certificate to /c.pem"},
		"nginx":                  {"127.0.0.1:8080", "", "127.0.0.1/32", "configs/fronts/nginx.conf"},
		"haproxy":                {"127.0.0.1:8080", "", "127.0.0.1/32", "configs/fronts/haproxy.cfg"},
		"caddy":                  {"127.0.0.1:8080", "", "127.0.0.1/32", "configs/fronts/Caddyfile"},
		"apache":                 {"127.0.0.1:8080", "", "127.0.0.1/32", "configs/fronts/apache.conf"},
		"10.0.0.7,2001:db8::/64": {":8080", "", "10.0.0.7/32 2001:db8::/64", "port 8080"},
	} {
		d := draft(t, map[string]string{"proxy": proxy})
		c := parsed(t, d)
		var trusted []string
		for _, network := range c.TrustedProxies {
			trusted = append(trusted, network.String())
		}
		if c.Listen.HTTP != want.http || c.Listen.HTTPS != want.https || strings.Join(trusted, " ") != want.trusted {
			t.Errorf("%s: %+v, %v", proxy, c.Listen, trusted)
		}
		if proxy == "none" != (c.TLS.CertFile == "/c.pem" && c.TLS.KeyFile == "/k.pem") {
			t.Errorf("%s: %+v", proxy, c.TLS)
		}
		if s := d.Summary(); !strings.Contains(s, want.said) {
			t.Errorf("%s: %s", proxy, s)
		}
	}
}

func TestTheAnswersAreTheConfiguration(t *testing.T) {
	d := draft(t, map[string]string{"name": "termine.example.org,www.example.org", "hours": "tue 8:00-12:00; 2026-12-24 10:00", "site": "https://10.0.0.5/start"})
	d.SiteCA = "/etc/ca \"x\".pem"
	c := parsed(t, d)
	r := c.Rooms[0]
	if r.ID != "termine" || !slices.Equal(r.Hosts, d.Names) || r.Canonical != "https://termine.example.org" || r.Backend.Addresses[0] != "https://10.0.0.5" {
		t.Errorf("%+v", r)
	}
	if o := r.Schedule.Openings; len(o) != 2 || o[0].Start != "08:00" || o[0].End != "12:00" || o[0].Lobby != "07:30" || o[1].Dates[0] != "2026-12-24" || r.Schedule.Zone == "" {
		t.Errorf("%+v", r.Schedule)
	}
	if r.Backend.TLS.CAFile != d.SiteCA || c.State.Dir != "/var/lib/einlass" || c.Admin.Listen != "127.0.0.1:8081" || r.Pace.Rate != 30 || r.Pace.MaxInside != 60 {
		t.Errorf("%+v", c)
	}
	text := string(d.Render())
	for _, want := range []string{"NOTHING WAS LOOKED AT: nobody looked", "answered: the first login is it-amt", "# assumed: the id", "exclude: []"} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "found:") {
		t.Errorf("nothing was looked at, and something is found:\n%s", text)
	}
	if s := d.Summary(); !strings.Contains(s, "Nothing was looked at: nobody looked.") || !strings.Contains(s, "gateway users add /var/lib/einlass/staff.json it-amt --role admin") {
		t.Error(s)
	}
}

func TestASiteByTheNameOfVisitorsIsACircle(t *testing.T) {
	d := draft(t, map[string]string{"site": "https://Termine.example.org"})
	d.Seen = &survey.Report{}
	if !strings.Contains(string(d.Render()), "CAREFUL") || !strings.Contains(d.Summary(), "CAREFUL") {
		t.Error("nobody is told")
	}
}

// looked looks at a site for a draft.
func looked(t *testing.T, d *Draft, s *httptest.Server) *Draft {
	t.Helper()
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	d.Site = u
	if d.Seen, err = survey.Look(t.Context(), survey.Options{Site: u, Names: d.Names, Secure: true, Agent: "test"}); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatWasFoundIsTheConfiguration(t *testing.T) {
	d := looked(t, draft(t, nil), httptest.NewServer(surveytest.CMS()))
	r := parsed(t, d).Rooms[0]
	if r.Title != "Bürgerbüro Musterstadt – Termine" || r.Links.Imprint != "/impressum/" || r.Links.Accessibility != "https://www.musterstadt.example/barrierefreiheit" {
		t.Errorf("%q, %+v", r.Title, r.Links)
	}
	if len(r.Exclude) != len(d.Seen.Open) || !slices.Contains(r.Exclude, "*.woff2") || !slices.Contains(r.Exclude, "/site.webmanifest") || r.Languages[0] != "de" {
		t.Errorf("%q", r.Exclude)
	}
	wantScreen(t, d)
	d = looked(t, draft(t, map[string]string{"hours": "tuesday 08:00"}), httptest.NewServer(surveytest.SPA()))
	d.File = "/home/it/einlass.yaml"
	r = parsed(t, d).Rooms[0]
	if !slices.Equal(r.FrameAncestors, d.Seen.Ancestors) || len(r.FrameAncestors) != 2 || r.Languages[0] != "en" || r.Backend.Upgrade.Max != 4096 {
		t.Errorf("%q, %q", r.FrameAncestors, r.Languages)
	}
	for _, want := range []string{"service worker (/sw.js,", "/api/bookings/", "idle_read: 2m"} {
		if text := string(d.Render()); !strings.Contains(strings.ReplaceAll(text, "\n    #", ""), want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
	wantScreen(t, d)
	if s := d.Summary(); !strings.Contains(s, "more, in the file") || !strings.Contains(s, "service worker") {
		t.Error(s)
	}
	portal, err := demo.New(demo.Demo(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(portal.Close)
	d = looked(t, draft(t, nil), httptest.NewServer(portal))
	if r := parsed(t, d).Rooms[0]; !slices.Equal(r.Exclude, []string{"*.css", "*.js", "*.svg"}) {
		t.Errorf("%q", r.Exclude)
	}
	wantScreen(t, d)
}

// wantScreen holds a summary to one screen.
func wantScreen(t *testing.T, d *Draft) {
	t.Helper()
	text := d.Summary()
	if n := strings.Count(text, "\n"); n > 36 { // and four that say what was written
		t.Errorf("%d lines:\n%s", n, text)
	}
	for line := range strings.Lines(text) {
		if len([]rune(line)) > 81 && !strings.HasPrefix(line, "     gateway ") {
			t.Errorf("a long line: %s", line)
		}
	}
}

// FuzzASiteWritesNoKey puts what a site may say into the file: it is read as the same values, and has no other key.
func FuzzASiteWritesNoKey(f *testing.F) {
	f.Add("x\"\nrooms: []\n# ", "/a\": b", "https://ok.example", "*.css", "/impressum")
	f.Add("'%@`{[", "#: - ", "\u2028", "/x y", "https://b.example/#x")
	var page, policy, media string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", media)
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, page)
		}
	}))
	f.Cleanup(site.Close)
	at, err := url.Parse(site.URL)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, title, text, ancestor, rule, link string) {
		page = "<title>" + title + "</title><a href=\"" + link + "\">Impressum</a><link rel=manifest href=\"" + rule + "\"><script>fetch('" + text + "')</script>" +
			"<iframe src='" + text + "'></iframe><script>navigator.serviceWorker.register('" + link + "')</script>"
		policy, media = "frame-ancestors "+ancestor, "image/png"
		seen, err := survey.Look(t.Context(), survey.Options{Site: at, Names: []string{"termine.example.org"}, Secure: true})
		if err != nil {
			t.Skip(err) // a field that no HTTP client reads
		}
		d := draft(t, nil)
		d.Seen = seen
		file := d.Render()
		c, err := config.Parse(config.Source{}, file)
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if r := c.Rooms[0]; len(c.Rooms) != 1 || seen.Title != "" && r.Title != seen.Title || len(r.Exclude) != len(seen.Open) || c.Listen.HTTP != "127.0.0.1:8080" {
			t.Errorf("%q, %q\n%s", r.Title, r.Exclude, file)
		}
		if i := strings.IndexFunc(d.Summary()+string(file), func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }); i >= 0 {
			t.Errorf("at %d something that a terminal may obey: %s", i, file)
		}
	})
}
