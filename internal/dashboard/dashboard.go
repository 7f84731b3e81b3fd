package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"time"
)

//go:embed pages/*.html
var pageFiles embed.FS

// Policy is the content policy of every page.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// view is one kind of page.
type view struct {
	pattern string // of http.ServeMux
	name    string // of its template, and of the module of its script
	room    bool   // it is about one room
}

func views() []view {
	return []view{
		{"/{$}", "rooms", false},
		{"/login", "login", false},
		{"/rooms/{room}", "room", true},
		{"/rooms/{room}/plan", "plan", true},
		{"/rooms/{room}/places", "places", true},
		{"/rooms/{room}/codes", "codes", true},
		{"/rooms/{room}/draws", "draws", true},
		{"/audit", "audit", false},
		{"/people", "people", false},
		{"/keys", "keys", false},
		{"/config", "config", false},
		{"/settings", "settings", false},
	}
}

// Paths are the patterns of what it answers, for the table of routes of who serves it.
func (d *Dashboard) Paths() []string {
	paths := []string{"/assets/{name}"}
	for _, v := range views() {
		paths = append(paths, v.pattern)
	}
	return paths
}

// Dashboard serves the pages. Make one with New. Safe for concurrent use.
type Dashboard struct {
	assets map[string]*asset
	pages  map[string]map[string]*template.Template // by language and view
	texts  map[string]*texts
	mux    *http.ServeMux
}

// New reads pages and texts.
func New() (*Dashboard, error) {
	d := &Dashboard{pages: map[string]map[string]*template.Template{}, texts: map[string]*texts{}, mux: http.NewServeMux()}
	var err error
	if d.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	for _, tag := range languages() {
		if d.texts[tag], err = loadTexts(tag); err != nil {
			return nil, err
		}
		if d.pages[tag], err = parsePages(d.texts[tag]); err != nil {
			return nil, err
		}
	}
	d.mux.HandleFunc("GET /assets/{name}", d.serveAsset)
	for _, v := range views() {
		d.mux.HandleFunc("GET "+v.pattern, d.servePage(&v))
	}
	return d, nil
}

func parsePages(t *texts) (map[string]*template.Template, error) {
	pages := map[string]*template.Template{}
	for _, v := range views() {
		page, err := template.New("layout.html").Funcs(template.FuncMap{"t": t.text}).ParseFS(pageFiles, "pages/layout.html", "pages/"+v.name+".html")
		if err != nil {
			return nil, fmt.Errorf("dashboard: %w", err)
		}
		pages[v.name] = page
	}
	return pages, nil
}

// ServeHTTP answers with a page or a file.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }

// page is what a template knows.
type page struct {
	View, Room, Path string
	Language         string
	Others           []*texts          // the languages that one can switch to
	Script           map[string]string // texts
}

// roomID is what an id of a room may look like (internal/config); others are not written into a page.
var roomID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (d *Dashboard) servePage(v *view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		room := r.PathValue("room")
		if v.room && !roomID.MatchString(room) {
			http.NotFound(w, r)
			return
		}
		if tag := r.URL.Query().Get("language"); known(tag) {
			choose(w, r, tag)
			return
		}
		tag := languageOf(r)
		p := page{View: v.name, Room: room, Path: r.URL.Path, Language: tag, Script: d.texts[tag].Script}
		for _, other := range languages() {
			if other != tag {
				p.Others = append(p.Others, d.texts[other])
			}
		}
		var body bytes.Buffer
		if err := d.pages[tag][v.name].Execute(&body, &p); err != nil {
			http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", Policy)
		h.Set("Content-Language", tag)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		_, _ = body.WriteTo(w) // a browser that has gone is nobody's concern
	}
}

// languageKept is how long a browser remembers the language.
const languageKept = 365 * 24 * time.Hour

// choose remembers a language and shows the page again without the choice in its address.
func choose(w http.ResponseWriter, r *http.Request, tag string) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: tag, Path: "/", MaxAge: int(languageKept.Seconds()), HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}
