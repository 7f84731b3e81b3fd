package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed templates/*.html assets/*
var files embed.FS

// pages renders everything that people see.
type pages struct {
	cfg    Config
	byName map[string]*template.Template
	assets map[string]assetFile
}

type assetFile struct {
	body        []byte
	contentType string
	version     string // changes with the content, so that browsers may keep it for ever
}

// page is what every template gets; Body is the page's own data.
type page struct {
	Town, Service, Address string

	Title  string
	Step   int    // 1 to 3 within a booking; 0 outside
	Notice string // what just happened
	CSRF   string
	Body   any
}

const retrySeconds = 10 // what a busy server asks for

func newPages(cfg Config) (*pages, error) {
	p := &pages{cfg: cfg, byName: map[string]*template.Template{}, assets: map[string]assetFile{}}
	for name, contentType := range map[string]string{
		"portal.css": "text/css; charset=utf-8",
		"portal.js":  "text/javascript; charset=utf-8",
		"shield.svg": "image/svg+xml",
	} {
		body, err := files.ReadFile("assets/" + name)
		if err != nil {
			return nil, fmt.Errorf("demo site: pages: %w", err)
		}
		sum := sha256.Sum256(body)
		p.assets[name] = assetFile{body: body, contentType: contentType, version: hex.EncodeToString(sum[:6])}
	}
	layout, err := template.New("layout.html").Funcs(p.funcs()).ParseFS(files, "templates/layout.html")
	if err != nil {
		return nil, fmt.Errorf("demo site: pages: %w", err)
	}
	for _, name := range []string{"start", "calendar", "details", "booking", "lookup", "upload", "cancel", "message"} {
		t, err := layout.Clone()
		if err == nil {
			t, err = t.ParseFS(files, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("demo site: pages: %w", err)
		}
		p.byName[name] = t
	}
	return p, nil
}

// show answers with a page. It is rendered before the first byte goes out, so
// that a failure is a 500 and not half a page.
func (p *pages) show(w http.ResponseWriter, status int, name string, data page) {
	data.Town, data.Service, data.Address = p.cfg.Town, p.cfg.Service, p.cfg.Address
	var b bytes.Buffer
	if err := p.byName[name].Execute(&b, data); err != nil {
		http.Error(w, "Die Seite konnte nicht erstellt werden.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a browser that has left needs no page
}

// message is a page with one thing to say and one way to go on.
type message struct {
	Heading, Text  string
	Link, LinkText string
}

func (p *pages) message(w http.ResponseWriter, status int, m message) {
	p.show(w, status, "message", page{Title: m.Heading, Body: m})
}

func (p *pages) busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", strconv.Itoa(retrySeconds))
	p.message(w, http.StatusServiceUnavailable, message{
		Heading: "Der Server ist überlastet",
		Text:    "Zurzeit rufen sehr viele Menschen diese Seite auf. Bitte versuchen Sie es später noch einmal.",
		Link:    "/", LinkText: "Noch einmal versuchen",
	})
}

func (p *pages) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := p.assets[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+a.version+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}

func (p *pages) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":  func(name string) string { return "/assets/" + name + "?v=" + p.assets[name].version },
		"day":    germanDay,
		"clock":  func(t time.Time) string { return t.Format("15:04") },
		"iso":    func(t time.Time) string { return t.Format(time.RFC3339) },
		"number": thousands,
		"places": placesLeft,
		"size":   fileSize,
		"steps":  func() []string { return []string{"Termin wählen", "Angaben machen", "Bestätigung"} },
		"inc":    func(i int) int { return i + 1 },
	}
}

var (
	weekdays = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	months   = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
)

// germanDay returns "Sonntag, 20. Juni 2021".
func germanDay(t time.Time) string {
	return fmt.Sprintf("%s, %d. %s %d", weekdays[t.Weekday()], t.Day(), months[t.Month()-1], t.Year())
}

// thousands returns "2.500".
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}

func placesLeft(n int) string {
	switch n {
	case 0:
		return "ausgebucht"
	case 1:
		return "1 Platz frei"
	}
	return thousands(n) + " frei"
}

func fileSize(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt((n+1023)>>10, 10) + " KB"
	}
	mega := strings.TrimSuffix(strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64), ".0")
	return strings.Replace(mega, ".", ",", 1) + " MB"
}
