package proxy

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// A transcript under testdata/transcripts is what went over the wires, in sections that
// begin with "== name". Each line of a section ends in CRLF on the wire; a line that
// begins with "|" is a Go string without quotes and has no line end of its own. Lines
// before the first section say what is tested, or set something: "!via name",
// "!forwarded", "!trusted" with the fields if they are not the default ones, "!outside", "!host name", "!identity name value".
//
//	== client            what the visitor sends
//	== backend sees      what the origin gets
//	== backend answers   what it answers; "close" after the name closes the connection
//	== client sees       what the visitor gets; "closed" after the name: and then the end
//
// "{addr}" stands for the origin's address, "{now}" for the present time in what the visitor gets. The four may repeat, on the same connection of the visitor.
type transcript struct {
	cfg      config.Backend
	trusted  bool
	fields   []string
	outside  bool
	identity []string
	steps    []step
}

type step struct{ name, flag, text string }

func parseTranscript(tb testing.TB, text string) transcript {
	tb.Helper()
	tr := transcript{cfg: siteAt()}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "== "); ok {
			var s step
			s.name = name
			for _, flag := range []string{"closed", "close"} {
				if cut, ok := strings.CutSuffix(name, " "+flag); ok {
					s.name, s.flag = cut, flag
					break
				}
			}
			tr.steps = append(tr.steps, s)
			continue
		}
		if len(tr.steps) == 0 {
			tr.set(tb, line)
			continue
		}
		last := &tr.steps[len(tr.steps)-1]
		if raw, ok := strings.CutPrefix(line, "|"); ok {
			unquoted, err := strconv.Unquote(`"` + raw + `"`)
			if err != nil {
				tb.Fatalf("%q: %v", line, err)
			}
			last.text += unquoted
		} else {
			last.text += line + "\r\n"
		}
	}
	return tr
}

func (tr *transcript) set(tb testing.TB, line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "!via":
		tr.cfg.Via = rest
	case "!host":
		tr.cfg.HostHeader = rest
	case "!forwarded":
		tr.cfg.Forwarded = true
	case "!outside":
		tr.outside = true
	case "!trusted":
		tr.trusted, tr.fields = true, strings.Fields(rest)
	case "!identity":
		name, value, _ := strings.Cut(rest, " ")
		tr.identity = append(tr.identity, name, value)
	default:
		if strings.HasPrefix(word, "!") {
			tb.Fatalf("unknown setting %q", line)
		}
	}
}

func TestTheBytesOnTheWireAreAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			playTranscript(t, parseTranscript(t, string(text)))
		})
	}
}

func playTranscript(t *testing.T, tr transcript) {
	var answers []scriptedAnswer
	var wantSeen []string
	for _, s := range tr.steps {
		switch s.name {
		case "backend answers":
			answers = append(answers, scriptedAnswer{bytes: []byte(s.text), close: s.flag == "close"})
		case "backend sees":
			wantSeen = append(wantSeen, s.text)
		}
	}
	origin := newScriptedBackend(t, answers...)
	place := strings.NewReplacer("{addr}", origin.addr)
	tr.cfg.Addresses = []string{"http://" + origin.addr}
	_, addr := startProxy(t, tr.cfg, func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			return Options{StripCookies: isOurs, Identity: tr.identity, Inside: !tr.outside}
		}
		if tr.trusted {
			f.configure = append(f.configure, trustLoopback, func(c *httpx.Config) {
				if len(tr.fields) > 0 {
					c.TrustedFields = tr.fields
				}
			})
		}
	})
	c := dialTest(t, addr)
	for _, s := range tr.steps {
		s.text = place.Replace(s.text)
		playStep(t, c, s)
	}
	seen := origin.requests()
	if len(seen) != len(wantSeen) {
		t.Fatalf("the origin saw %d requests, want %d: %q", len(seen), len(wantSeen), seen)
	}
	for i := range seen {
		if want := place.Replace(wantSeen[i]); seen[i] != want {
			t.Errorf("request %d as the origin saw it:\ngot  %q\nwant %q", i+1, seen[i], want)
		}
	}
}

func playStep(t *testing.T, c net.Conn, s step) {
	t.Helper()
	switch s.name {
	case "client":
		send(t, c, s.text)
	case "client sees":
		wantNow(t, c, s.text)
		if s.flag == "closed" {
			wantClosed(t, c)
		}
	case "backend sees", "backend answers":
	default:
		t.Fatalf("unknown section %q", s.name)
	}
}

// wantNow is want for a text in which "{now}" stands for the time of an answer.
func wantNow(t *testing.T, c io.Reader, text string) {
	t.Helper()
	for before, rest, found := strings.Cut(text, "{now}"); ; before, rest, found = strings.Cut(rest, "{now}") {
		want(t, c, before)
		if !found {
			return
		}
		date := make([]byte, len(http.TimeFormat))
		if _, err := io.ReadFull(c, date); err != nil {
			t.Fatal(err)
		}
		if at, err := http.ParseTime(string(date)); err != nil || time.Since(at).Abs() > time.Minute {
			t.Fatalf("Date: %s, %v", date, err)
		}
	}
}
