package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// faulty is a site that fails as the path says: below "/" for people inside, below "/open" for anybody.
func faulty(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		h, err := harness.ReadHead(r)
		if err != nil {
			return
		}
		n, _ := strconv.Atoi(h.Fields["content-length"]) // none is 0
		if _, err := io.CopyN(io.Discard, r, int64(n)); err != nil {
			return
		}
		answer := "HTTP/1.1 200 OK\r\nX-Site: faulty\r\nContent-Length: 4\r\n\r\nfine"
		path := h.Path()
		switch path[strings.LastIndexByte(path, '/')+1:] {
		case "drop":
			return
		case "500":
			answer = "HTTP/1.1 500 Internal Server Error\r\nX-Site: faulty\r\nContent-Length: 3\r\n\r\n500"
		case "503":
			answer = "HTTP/1.1 503 Service Unavailable\r\nX-Site: faulty\r\nContent-Length: 3\r\n\r\n503"
		case "garbage":
			_, _ = io.WriteString(c, "what do you want?\r\n\r\n")
			return
		case "half":
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Site: faulty\r\nContent-Length: 100\r\n\r\nhalf")
			return
		case "head":
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Site: fau")
			return
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

func TestStrangersDoNotTakeTheSiteFromPeopleInside(t *testing.T) {
	t.Parallel()
	faults := []string{"drop", "500", "503", "garbage", "half", "head"}
	for _, who := range []struct {
		name, below string
		inside      bool
	}{
		{"strangers at an open path", "/open/", false},
		{"somebody inside", "/", true},
	} {
		t.Run(who.name, func(t *testing.T) {
			t.Parallel()
			var rooms []harness.Room // each fault has a site of its own
			for _, fault := range faults {
				rooms = append(rooms, harness.Room{
					ID: "f-" + fault, Hosts: []string{fault + ".example"}, Site: harness.NewOrigin(t, faulty),
					Exclude: []string{"/open"}, Rate: 6000, Burst: 100,
				})
			}
			g := harness.NewGate(t, &program, harness.Settings{Rooms: rooms})
			for _, fault := range faults {
				host := fault + ".example"
				person, other, stranger := harness.NewBrowserAt(g, host, "f-"+fault), harness.NewBrowserAt(g, host, "f-"+fault), harness.NewStranger(g)
				stranger.Host = host
				for _, b := range []*harness.Browser{person, other} {
					until(t, 10*time.Second, "somebody inside", func(context.Context) bool { return b.Get(t, "/").FromSite() })
				}
				const rounds = 10
				failed := 0
				for range rounds {
					for range 10 { // what becomes of these is as it may
						if who.inside {
							_, _ = other.Load(t.Context(), "GET", who.below+fault)
						} else {
							_, _ = stranger.Send(t.Context(), "GET", who.below+fault, "", navigates...)
						}
					}
					if a, err := person.Load(t.Context(), "GET", "/"); err != nil || !a.FromSite() || a.StatusCode != 200 {
						failed++
					}
				}
				if failed > 0 {
					t.Errorf("%s: %d of %d requests of somebody else inside were not served", fault, failed, rounds)
				}
			}
		})
	}
}

// blind is a site that never looks at a body: it answers when all of it has come, and takes it for the next request. It
// answers what follows on a connection only when more has come in, as one that is slow does. It says whom it answered.
func blind(c net.Conn) {
	r := bufio.NewReaderSize(c, 64<<10)
	for first := true; ; first = false {
		h, err := harness.ReadHead(r)
		if err != nil {
			return
		}
		switch n, _ := strconv.Atoi(h.Fields["content-length"]); {
		case n > 0:
			if _, err := r.Peek(n); err != nil {
				return
			}
		case h.Fields["transfer-encoding"] != "":
			for !endsChunks(r) {
				if _, err := r.Peek(r.Buffered() + 1); err != nil {
					return
				}
			}
		case !first && h.Fields["cookie"] == "":
			// Nobody asked for this: victims carry a cookie.
			if _, err := r.Peek(r.Buffered() + 1); err != nil {
				return
			}
		}
		body := h.Line + " " + h.Fields["cookie"]
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nX-Site: blind\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			return
		}
	}
}

// endsChunks reports whether what has come in ends as a chunked body does.
func endsChunks(r *bufio.Reader) bool {
	b, _ := r.Peek(r.Buffered()) // never more than there is
	return bytes.HasSuffix(b, []byte("0\r\n\r\n"))
}

func TestNobodyReadsTheAnswerToAnother(t *testing.T) {
	t.Parallel()
	site := harness.NewOrigin(t, blind)
	g := harness.NewGate(t, &program, harness.Settings{
		Rooms: []harness.Room{{Site: site, Exclude: []string{"/open"}, Rate: 6000, Burst: 100}},
	})
	attacker := harness.NewBrowser(g)
	until(t, 10*time.Second, "somebody inside", func(context.Context) bool { return attacker.Get(t, "/").FromSite() })
	const whole, begun = "GET /smuggled HTTP/1.1\r\nHost: termine.example\r\n\r\n", "GET /begun HTTP/1.1\r\nHost: termine.example\r\nX-Swallow: "
	const victims = 5
	for _, from := range []string{"/open/a", "/a"} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			for _, body := range []string{whole, begun} {
				head := method + " " + from + " HTTP/1.1\r\nHost: termine.example\r\n"
				if from == "/a" {
					head += "Cookie: einlass-termine=" + attacker.Cookie("einlass-termine") + "\r\n"
				}
				for framing, request := range map[string]string{
					"a length": head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
					"chunks":   head + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
				} {
					robbed, example := 0, ""
					for i := range victims {
						answers(t, g, request, "termine.example")
						victim := harness.NewBrowser(g)
						victim.SetCookie("session", fmt.Sprintf("victim-%d", i))
						page := fmt.Sprintf("/open/own-%d", i)
						if a := victim.Get(t, page); a.Body != fmt.Sprintf("GET %s HTTP/1.1 session=victim-%d", page, i) {
							robbed, example = robbed+1, a.Body
						}
					}
					if robbed > 0 {
						t.Errorf("after %s %s with %q in %s %d of %d visitors got the answer to another request, as %q",
							method, from, body, framing, robbed, victims, example)
					}
				}
			}
		}
	}
}

func TestMoreThanWasAnnouncedReachesNobody(t *testing.T) {
	t.Parallel()
	const more = "HTTP/1.1 200 OK\r\nX-Site: more\r\nContent-Length: 4\r\n\r\nmore"
	var late atomic.Bool
	gotFirst := make(chan struct{})
	site := harness.NewOrigin(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for {
			h, err := harness.ReadHead(r)
			if err != nil {
				return
			}
			answer := "HTTP/1.1 200 OK\r\nX-Site: own\r\nContent-Length: " + strconv.Itoa(len(h.Path())) + "\r\n\r\n" + h.Path()
			if h.Path() == "/open/long" && !late.Load() {
				answer += more
			}
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
			if h.Path() == "/open/long" && late.Load() {
				<-gotFirst
				if _, err := io.WriteString(c, more); err != nil {
					return
				}
				gotFirst <- struct{}{}
			}
		}
	})
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: site, Exclude: []string{"/open"}}}})
	for _, when := range []bool{false, true} {
		late.Store(when)
		for i := range 10 {
			if a := send(t, harness.NewStranger(g), http.MethodGet, "/open/long", "", navigates...); a.Body != "/open/long" {
				t.Fatalf("the announced part: %q", a.Body)
			}
			if when {
				gotFirst <- struct{}{}
				<-gotFirst // the rest is on its way
			}
			page := fmt.Sprintf("/open/own-%d", i)
			if a := send(t, harness.NewStranger(g), http.MethodGet, page, "", navigates...); a.Body != page {
				t.Errorf("sent late: %v: who asked for %s got %q", when, page, a.Body)
			}
		}
	}
}
