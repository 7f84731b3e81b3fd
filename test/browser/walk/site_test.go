package walk

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// site is one that breaks easily, as booking sites do: a session in a cookie, a form that books each time it is sent, an answer
// that is one redirect away, pages that browsers may keep for an hour. It has a life of its own for each host.
type site struct {
	mu    sync.Mutex
	hosts map[string]*figures
}

// figures are what the site saw at one host. Tests read them at /-/figures?host=.
type figures struct {
	Pages    int `json:"pages"`    // loads of the first page
	Bookings int `json:"bookings"` // forms that arrived with a session
	Orphans  int `json:"orphans"`  // forms that arrived without one
	Ticks    int `json:"ticks"`    // requests of a page's timer
	Sockets  int `json:"sockets"`  // open now
	Said     int `json:"said"`     // messages from browsers
}

const sessionCookie = "PHPSESSID"

func serveSite(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{hosts: map[string]*figures{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.form)
	mux.HandleFunc("POST /buchen", s.book)
	mux.HandleFunc("GET /fertig", s.done)
	mux.HandleFunc("GET /weg", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/fertig?"+r.URL.RawQuery, http.StatusFound)
	})
	mux.HandleFunc("GET /seite", func(w http.ResponseWriter, r *http.Request) {
		body := `<a href="/seite?nr=2">Next</a><script>onpageshow = (e) => { if (e.persisted) document.title = 'kept'; };</script>`
		if strings.HasPrefix(r.Host, "unkept.") { // browsers keep no such page for Back
			body += `<script>addEventListener('unload', () => {});</script>`
		}
		html(w, page("Page "+r.FormValue("nr"), body+clientScript))
	})
	mux.HandleFunc("GET /logout", s.logout)
	mux.HandleFunc("GET /app", s.app)
	mux.HandleFunc("GET /puls", s.count(func(f *figures) { f.Ticks++ }))
	mux.HandleFunc("GET /ws", s.socket)
	mux.HandleFunc("GET /-/figures", s.figures)
	for path, part := range parts {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", part.kind)
			_, _ = fmt.Fprint(w, part.body) // a browser that has gone is nobody's concern
		})
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: mux}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // ends by Close
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return ln.Addr().String()
}

// parts are what pages are made of.
var parts = map[string]struct{ kind, body string }{
	"/stil.css":   {"text/css", "h1 { color: rgb(1, 2, 3) }"},
	"/code.svg":   {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>`},
	"/termin.ics": {"text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
	"/termin.pdf": {"application/pdf", "%PDF-1.4\n%%EOF\n"},
	"/api/frei":   {"application/json", `{"frei":7}`},
	"/sw.js":      {"text/javascript", worker},
	"/weiter":     {"text/html", page("On", "")},
	"/ohne":       {"text/html", page("Without", forbidden+clientScript)},
	"/takt":       {"text/html", page("Timer", `<script>setInterval(() => { fetch('/puls') }, 1000)</script>`)},
	"/chat": {"text/html", page("Chat", `<script>
const ws = new WebSocket(location.origin.replace('http', 'ws') + '/ws' + location.search);
ws.onopen = () => { document.title = 'open'; if (location.search === '?talk') setInterval(() => { ws.send('x') }, 1000); };
ws.onclose = () => { document.title = 'closed'; };
</script>`)},
}

// clientScript is how a site includes the script of ours: the room is the host's first.
const clientScript = `<script src="/.einlass/client.js" async></script>`

// forbidden is what a page sees whose browser keeps nothing for it.
const forbidden = `<script>
Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } });
window.onerror = () => { document.title = 'failed'; };
</script>`

// worker passes page loads on to the network, as many do that are there for something else.
const worker = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (e) => { if (e.request.mode === 'navigate') e.respondWith(fetch(e.request)); });
`

func page(heading, body string) string {
	return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Site</title><h1>` + heading + "</h1>" + body
}

func (s *site) host(r *http.Request) *figures { return s.named(strings.Split(r.Host, ":")[0]) }

func (s *site) named(host string) *figures {
	f := s.hosts[host]
	if f == nil {
		f = &figures{}
		s.hosts[host] = f
	}
	return f
}

// note changes the figures of the host that was asked.
func (s *site) note(r *http.Request, change func(*figures)) (now figures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.host(r)
	change(f)
	return *f
}

func (s *site) count(change func(*figures)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.note(r, change)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *site) figures(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(s.named(r.FormValue("host")))
}

// form is the first page: it begins a session.
func (s *site) form(w http.ResponseWriter, r *http.Request) {
	s.note(r, func(f *figures) { f.Pages++ })
	if _, err := r.Cookie(sessionCookie); err != nil {
		http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: "1", Path: "/", HttpOnly: true})
	}
	html(w, page("Book", `<form method="post" action="/buchen"><label>Name <input name="name" id="name"></label><button id="send">Send</button></form>`))
}

// book books each time.
func (s *site) book(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(sessionCookie); err != nil {
		s.note(r, func(f *figures) { f.Orphans++ })
		http.Error(w, "no session", http.StatusBadRequest)
		return
	}
	now := s.note(r, func(f *figures) { f.Bookings++ })
	to := "/fertig"
	if strings.HasPrefix(r.Host, "rule.") {
		to = "/weg" // by way of another redirect
	}
	http.Redirect(w, r, fmt.Sprintf("%s?nr=%d", to, now.Bookings), http.StatusSeeOther)
}

// done is the last page. Where the host's name says so, it tells the gate that the visitor is done.
func (s *site) done(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Host, "finish.") {
		w.Header().Set("Einlass-Finish", "1")
	}
	html(w, page("Booked "+r.FormValue("nr"), `<link rel="stylesheet" href="/stil.css"><img id="code" src="/code.svg" alt="">
<a href="/termin.ics">Calendar</a> <a href="/termin.pdf">Print</a>`))
}

// logout clears more than its own: all cookies, and those that have our name.
func (s *site) logout(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Clear-Site-Data", `"cookies", "storage"`)
	name, _, _ := strings.Cut(r.Host, ".")
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1})
	http.SetCookie(w, &http.Cookie{Name: "einlass-" + name, Value: "gone", Path: "/"})
	html(w, page("Logged out", ""))
}

// app is a page that browsers may keep for an hour. Its script leads to the line and back when it is told to.
func (s *site) app(w http.ResponseWriter, r *http.Request) {
	s.note(r, func(f *figures) { f.Pages++ })
	w.Header().Set("Cache-Control", "max-age=3600")
	html(w, page("Calendar", `<p id="free"></p><button id="ask">Ask</button><script>
if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => { document.title = 'worker'; });
document.getElementById('ask').onclick = async () => {
  const answer = await fetch('/api/frei');
  if ((answer.headers.get('Content-Type') || '').startsWith('application/problem+json')) {
    const problem = await answer.json();
    document.getElementById('free').textContent = answer.headers.get('Einlass-State');
    if (problem.url === location.pathname + location.search) location.reload();
    else location.assign(problem.url + location.hash);
    return;
  }
  document.getElementById('free').textContent = 'free ' + (await answer.json()).frei;
};
</script>`))
}

// socket counts what browsers say. At ?listen it says something every second itself.
func (s *site) socket(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it was answered
	}
	s.note(r, func(f *figures) { f.Sockets++ })
	defer s.note(r, func(f *figures) { f.Sockets-- })
	defer func() { _ = c.CloseNow() }()
	ctx := r.Context()
	if r.URL.RawQuery == "listen" {
		ctx = c.CloseRead(ctx)
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-tick.C:
				if c.Write(ctx, websocket.MessageText, []byte("y")) != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
	for {
		if _, _, err := c.Read(ctx); err != nil {
			return
		}
		s.note(r, func(f *figures) { f.Said++ })
	}
}

func html(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, body) // a browser that has gone is nobody's concern
}
