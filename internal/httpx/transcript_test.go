package httpx

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// transcript is one case of the files that testdata/transcripts/README describes.
type transcript struct {
	name, handler string
	limits        map[string]int
	sent          []byte
	answers       []string
	open, maybe   bool
}

func readTranscripts(tb testing.TB, file string) []transcript {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var all []transcript
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		if mark == "=" {
			all = append(all, transcript{name: rest, handler: "read", limits: map[string]int{}})
			continue
		}
		if len(all) == 0 || !all[len(all)-1].take(mark, rest) {
			tb.Fatalf("%s:%d: %q is not understood", file, n+1, line)
		}
	}
	return all
}

func (tr *transcript) take(mark, rest string) bool {
	switch mark {
	case "#":
	case "@":
		words := strings.Fields(rest)
		switch {
		case len(words) == 2 && words[0] == "handler":
			tr.handler = words[1]
		case len(words) == 3 && words[0] == "limit":
			n, err := strconv.Atoi(words[2])
			if err != nil {
				return false
			}
			tr.limits[words[1]] = n
		default:
			return false
		}
	case ">":
		text, err := strconv.Unquote(`"` + rest + `"`)
		if err != nil {
			return false
		}
		tr.sent = append(tr.sent, text...)
	case "<":
		switch rest {
		case "open":
			tr.open = true
		case "maybe open":
			tr.maybe = true
		default:
			tr.answers = append(tr.answers, unescape(rest))
		}
	default:
		return false
	}
	return true
}

// unescape reads \\x escapes and leaves everything else, quotes as well, as it is.
func unescape(s string) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		b, _ := strconv.ParseUint(e[2:], 16, 8)
		return string([]byte{byte(b)})
	})
}

var escape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

func (tr *transcript) config(tb testing.TB) Config {
	cfg := given(func(c *Config) {
		c.Page = func(_ int, kind string, _ Reader) (string, []byte, []string) {
			return "text/plain", []byte(kind), nil
		}
	})
	for name, n := range tr.limits {
		switch name {
		case "header_bytes":
			cfg.Limits.HeaderBytes = config.Size(n)
		case "header_count":
			cfg.Limits.HeaderCount = n
		case "url_bytes":
			cfg.Limits.URLBytes = config.Size(n)
		case "body_bytes":
			cfg.Limits.BodyBytes = config.Size(n)
		default:
			tb.Fatalf("unknown limit %q", name)
		}
	}
	return cfg
}

const probe = "GET /probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"

// tell is the handlers of the transcripts.
func tell(handler string) Handler {
	return func(v *Visit) {
		saw := fmt.Appendf(nil, "%s %s %s %d", v.Method(), v.Target(), v.HostPort(), v.ContentLength())
		stream := v.Ctx().RequestBodyStream()
		handler := handler
		if string(v.Path()) == "/probe" {
			handler = "read"
		}
		switch handler {
		case "fault":
			v.Fault(FaultBodySize)
			return
		case "panic":
			panic("on purpose")
		case "half":
			part := make([]byte, 2)
			_, err := io.ReadFull(stream, part)
			if err != nil {
				v.Answer(500, "text/plain", []byte(err.Error()))
				return
			}
			saw = fmt.Appendf(saw, " %q", part)
		case "read":
			var body []byte
			if stream != nil {
				var err error
				if body, err = io.ReadAll(stream); err != nil {
					v.Answer(422, "text/plain", []byte(bodyError(err)))
					return
				}
			}
			saw = fmt.Appendf(saw, " %q", body)
		}
		v.Answer(200, "text/plain", saw)
	}
}

func bodyError(err error) string {
	switch {
	case errors.Is(err, ErrFraming):
		return "ErrFraming"
	case errors.Is(err, ErrBodyTooLarge):
		return "ErrBodyTooLarge"
	}
	return err.Error()
}

// deliveries are ways in which the same bytes may come.
var deliveries = map[string]func([]byte) [][]byte{
	"at once": func(b []byte) [][]byte { return [][]byte{b} },
	"byte by byte": func(b []byte) (pieces [][]byte) {
		for i := range b {
			pieces = append(pieces, b[i:i+1])
		}
		return pieces
	},
	"head and body apart": func(b []byte) [][]byte {
		before, after, _ := strings.Cut(string(b), "\r\n\r\n")
		return [][]byte{[]byte(before + "\r\n\r\n"), []byte(after)}
	},
}

func TestTheBytesAreAnsweredAsTheTranscriptsSay(t *testing.T) {
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("transcripts are missing: %d, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, tr := range readTranscripts(t, file) {
				t.Run(tr.name, func(t *testing.T) { tr.play(t) })
			}
		})
	}
}

func (tr *transcript) play(t *testing.T) {
	_, addr := serve(t, tr.config(t), tell(tr.handler))
	for name, pieces := range deliveries {
		c := dial(t, addr)
		// Writing fails once the server has closed, which may be before everything is sent.
		for _, piece := range pieces(append(tr.sent[:len(tr.sent):len(tr.sent)], probe...)) {
			if _, err := c.Write(piece); err != nil {
				break
			}
		}
		_ = c.Conn.(*net.TCPConn).CloseWrite()
		got, open := readAnswers(t, c.br, tr)
		if want := tr.answers; strings.Join(got, "\n") != strings.Join(want, "\n") || open != tr.open && !tr.maybe {
			t.Errorf("%s:\n got %q, open %v\nwant %q, open %v", name, got, open, want, tr.open)
		}
	}
}

// readAnswers reads answers until the connection ends, and says whether the last one was the probe's.
func readAnswers(t *testing.T, br *bufio.Reader, tr *transcript) (all []string, open bool) {
	method, _, _ := strings.Cut(string(tr.sent), " ")
	for {
		if _, err := br.Peek(1); err != nil {
			if err != io.EOF {
				t.Errorf("the connection broke: %v", err)
			}
			return all, open
		}
		if len(all) >= len(tr.answers) {
			method = "GET"
		}
		resp, err := http.ReadResponse(br, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("not an answer: %v", err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatalf("half an answer: %v", err)
		}
		if string(body) == `GET /probe probe 0 ""` {
			open = true
			continue
		}
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, body)))
	}
}
