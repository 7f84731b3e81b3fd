package gateway_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

var update = flag.Bool("update", false, "write testdata/outcomes.txt anew")

// What becomes of each kind of request for each thing that a visitor can carry stands in testdata/outcomes.txt, one line
// each: a change of a line is a change of what visitors see, and has to be meant.
func TestTheOutcomeOfEachKindOfRequest(t *testing.T) {
	const file = "testdata/outcomes.txt"
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	scenery := make([]string, len(scenes))
	t.Run("scenes", func(t *testing.T) {
		for i, sc := range scenes {
			t.Run(sc.name, func(t *testing.T) {
				t.Parallel()
				scenery[i] = outcomesOf(t, sc, i, recorded(string(want), sc))
			})
		}
	})
	got := strings.Join(scenery, "")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		want = []byte(got)
	}
	scene := ""
	wanted := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if strings.HasPrefix(line, "#") {
			scene = line
		}
		if i >= len(wanted) || line != wanted[i] {
			t.Errorf("%s\ngot  %s\nwant %s", scene, line, slices.Concat(wanted, make([]string, i+1))[i])
		}
	}
}

// recorded are the lines of a scene in the file.
func recorded(file string, sc scene) []string {
	_, after, _ := strings.Cut(file, "# "+sc.name+"\n")
	lines, _, _ := strings.Cut(after, "\n#")
	return strings.Split(lines, "\n")
}

// outcomesOf plays kinds of request in a scene, one of so many as few_test.go and every_test.go say, by turns; what it does not play
// stays as it is recorded. Kinds that are the same in every scene are played in the first one only.
func outcomesOf(t *testing.T, sc scene, turn int, recorded []string) string {
	t.Helper()
	var got strings.Builder
	counted := newCounts(t)
	fmt.Fprintf(&got, "# %s\n", sc.name)
	for i, kind := range requestKinds {
		if kind.same && turn > 0 {
			continue
		}
		if !kind.same && !*update && (turn+i)%oneOutcomeIn != 0 {
			name := fmt.Sprintf("%-22s ", kind.name)
			if i := slices.IndexFunc(recorded, func(line string) bool { return strings.HasPrefix(line, name) }); i >= 0 {
				fmt.Fprintln(&got, recorded[i])
			}
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			s := newFixtureLike(&fixture{t: t, library: newLibrary(t), counted: counted}, sc.pace)
			b := sc.set(s)
			fmt.Fprintf(&got, "%-22s %s\n", kind.name, s.outcome(b, kind))
		})
	}
	return got.String()
}

// requestKind is one kind of request.
type requestKind struct {
	name, method, path string
	headers            []string
	// same says that the outcome is the same whatever is carried: it is looked at in one scene.
	same bool
}

var (
	script   = []string{"Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"}
	ownPage  = []string{"Sec-Fetch-Site", "same-origin"}
	elsePage = []string{"Sec-Fetch-Site", "cross-site"}
	noFetch  = []string{"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", ""}
	referer  = []string{"Referer", "http://{host}/form?x=1"}
)

var requestKinds = []requestKind{
	{"page", "GET", "/termine?ort=3", nil, false},
	{"page, older browser", "GET", "/termine?ort=3", noFetch, false},
	{"head", "HEAD", "/termine", nil, false},
	{"form", "POST", "/buchen", slices.Concat(ownPage, referer), false},
	{"form, older client", "POST", "/buchen", noFetch, false},
	{"script", "GET", "/api", script, false},
	{"script's form", "POST", "/api", script, false},
	{"picture", "GET", "/bild.png", []string{"Accept", "image/*", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, true},
	{"program", "GET", "/api", slices.Concat(noFetch, []string{"Accept", "*/*"}), false},
	{"preflight", "OPTIONS", "/api", append([]string{"Access-Control-Request-Method", "PUT", "Origin", "http://elsewhere.test"}, script[:6]...), false},
	{"guess", "GET", "/termine", []string{"Sec-Purpose", "prefetch;prerender"}, false},
	{"own frame", "GET", "/termine", framed("iframe", "same-origin"), false},
	{"other's frame", "GET", "/termine", framed("iframe", "cross-site"), false},
	{"form in other's frame", "POST", "/buchen", framed("iframe", "cross-site"), false},
	{"open path", "GET", "/impressum", nil, true},
	{"status", "GET", "/.einlass/status?room=termine&shown=", script, false},
	{"wait", "GET", "/.einlass/wait?room=termine&to=/a?b=1", nil, false},
	{"wait, kept", "GET", "/.einlass/wait?room=termine&kept=1&to=/a?b=1", nil, false},
	{"wait, by itself", "GET", "/.einlass/wait?room=termine&said=7.0.0.waiting&to=/a?b=1", nil, false},
	{"wait, guess", "GET", "/.einlass/wait?room=termine&to=/a", []string{"Sec-Purpose", "prefetch"}, false},
	{"wait, script", "GET", "/.einlass/wait?room=termine&to=/a", script, false},
	{"wait, other's frame", "GET", "/.einlass/wait?room=termine&to=/a", framed("iframe", "cross-site"), false},
	{"wait, POST", "POST", "/.einlass/wait?room=termine&to=/a", ownPage, true},
	{"ask", "POST", "/.einlass/ask?room=termine&lang=en&shown=", script, false},
	{"ask, GET", "GET", "/.einlass/ask?room=termine&lang=en&shown=", script, true},
	{"ask from elsewhere", "POST", "/.einlass/ask?room=termine&lang=en&shown=", elsePage, true},
	{"join", "POST", "/.einlass/join?room=termine&to=/a", ownPage, false},
	{"join, GET", "GET", "/.einlass/join?room=termine&to=/a", ownPage, true},
	{"join from elsewhere", "POST", "/.einlass/join?room=termine&to=/a", elsePage, true},
	{"join, script elsewhere", "POST", "/.einlass/join?room=termine&to=/a", slices.Concat(script[:6], elsePage), true},
	{"door", "GET", "/.einlass/door?room=termine&code=x&to=/a", nil, false},
	{"door, guess", "GET", "/.einlass/door?room=termine&code=x&to=/a", []string{"Sec-Purpose", "prefetch"}, false},
	{"door, press", "POST", "/.einlass/door?room=termine&to=/a", ownPage, false},
	{"door from elsewhere", "POST", "/.einlass/door?room=termine&to=/a", elsePage, true},
	{"leave", "POST", "/.einlass/leave?room=termine", slices.Concat(ownPage, referer), false},
	{"leave, GET", "GET", "/.einlass/leave?room=termine", ownPage, true},
	{"leave from elsewhere", "POST", "/.einlass/leave?room=termine", elsePage, true},
	{"away", "POST", "/.einlass/away?room=termine", script, false},
	{"away from elsewhere", "POST", "/.einlass/away?room=termine", elsePage, true},
	{"own, unknown", "GET", "/.einlass/nothing?room=termine", nil, true},
}

// outcome makes one request and says what became of it.
func (s *fixture) outcome(b *browser, kind requestKind) string {
	visits, seen := s.visits(), s.sites[0].seen.Load()
	before := s.stored()
	headers := slices.Clone(kind.headers)
	for i := range headers {
		headers[i] = strings.ReplaceAll(headers[i], "{host}", s.addr)
	}
	a := b.load(kind.method, kind.path, headers...)
	out := []string{fmt.Sprint(a.StatusCode)}
	if kind := a.Header.Get("Content-Type"); kind != "" {
		out = append(out, kind[strings.IndexByte(kind, '/')+1:])
	}
	out = append(out, told(a)...)
	for _, c := range a.Cookies() {
		out = append(out, cookieSet(c))
	}
	counted := s.visits()
	for _, kind := range slices.Sorted(maps.Keys(counted)) {
		if n := counted[kind] - visits[kind]; n != 0 {
			out = append(out, fmt.Sprintf("visits[%s]+%d", kind, n))
		}
	}
	s.away.Store(false)
	after := s.stored()
	for _, count := range []struct {
		name string
		n    int64
	}{
		{"site", s.sites[0].seen.Load() - seen}, {"numbers", after.Joined - before.Joined}, {"inside", after.Live - before.Live},
	} {
		if count.n != 0 {
			out = append(out, fmt.Sprintf("%s%+d", count.name, count.n))
		}
	}
	return strings.Join(out, " ")
}

// stored is what the store says once it has all that the gateway knows.
func (s *fixture) stored() queue.Snapshot {
	s.t.Helper()
	s.lines[0].Flush(s.t.Context())
	f, err := s.stores["termine"].Snapshot(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

var (
	heading      = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	tags         = regexp.MustCompile(`<[^>]*>`)
	problemType  = regexp.MustCompile(`"type":"([^"]*)"`)
	stateOf      = regexp.MustCompile(`"state":"([^"]*)","number":(\d+),"ahead":(-?\d+)`)
	refreshes    = regexp.MustCompile(`http-equiv="refresh" content="\d+;url=([^"]*)"`)
	forPrograms  = regexp.MustCompile(`^(none|lobby|lots|between|refill|over|standby|booked|ended|nostore)$`)
	frameAllowed = regexp.MustCompile(`frame-ancestors [^;]*`)
)

// told is what an answer says, by what does not change with its wording.
func told(a answer) (out []string) {
	for _, name := range []string{"Location", "Retry-After", "Einlass-State", "Allow", "Cache-Control", "X-Site"} {
		value := a.Header.Get(name)
		if name == "Retry-After" && value != "" && value != "10" && forPrograms.MatchString(a.Header.Get("Einlass-State")) {
			value = "later" // it is spread
		}
		if value != "" && value != "private, no-store" {
			out = append(out, name+"="+value)
		} else if name == "Cache-Control" && value == "" && a.Header.Get("X-Site") == "" {
			out = append(out, "cacheable!")
		}
	}
	if m := frameAllowed.FindString(a.Header.Get("Content-Security-Policy")); m != "" {
		out = append(out, "["+m+"]")
	}
	for _, re := range []*regexp.Regexp{heading, problemType, stateOf, refreshes} {
		if m := re.FindStringSubmatch(a.body); m != nil {
			text := strings.Join(strings.Fields(tags.ReplaceAllString(strings.Join(m[1:], ","), "")), " ")
			out = append(out, fmt.Sprintf("%q", text))
		}
	}
	return out
}

// cookieSet says which cookie was set to what.
func cookieSet(c *http.Cookie) string {
	value := c.Value
	if word, _, secret := strings.Cut(value, "."); secret && (word == "try" || word == "press") {
		value = word + " with a secret"
	} else if header, _, ok := strings.Cut(value, "."); ok && !strings.HasSuffix(c.Name, ".shown") {
		raw, _ := base64.RawURLEncoding.DecodeString(header)
		_, after, _ := strings.Cut(string(raw), `"typ":"`)
		value, _, _ = strings.Cut(after, `"`)
	}
	return fmt.Sprintf("%s:=%s/%ds", strings.TrimPrefix(c.Name, "einlass-termine"), value, c.MaxAge)
}
