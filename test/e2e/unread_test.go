package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// naive is a site that answers as soon as it has read a head, never looks at a body, and takes whatever follows for the
// next request. It says which request line it answers.
type naive struct {
	addr string

	mu       sync.Mutex
	answered []string
}

func newNaive(t *testing.T) *naive {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &naive{addr: ln.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		wg.Wait()
	})
	return s
}

func (s *naive) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(c)
	for {
		first, err := r.ReadString('\n')
		if err != nil {
			return
		}
		for line := first; strings.TrimSpace(line) != ""; {
			if line, err = r.ReadString('\n'); err != nil {
				return
			}
		}
		first = strings.TrimSpace(first)
		if _, err := fmt.Fprintf(c, "HTTP/1.1 403 Forbidden\r\nX-Site: naive\r\nContent-Length: %d\r\n\r\n%s", len(first), first); err != nil {
			return
		}
		s.mu.Lock()
		s.answered = append(s.answered, first)
		s.mu.Unlock()
	}
}

// deceived reports whether it has answered a request that nobody made.
func (s *naive) deceived() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.answered, "GET /smuggled HTTP/1.1")
}

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: full.example\r\n\r\n"

// beforeTheSite is more of a body in chunks than the gateway reads before it asks the site.
var beforeTheSite = strings.Repeat("x", 70_000)

// bodies are requests whose body is another request: whole and broken off, by length and in chunks.
func bodies(host, fields string) map[string]string {
	head := "POST /book HTTP/1.1\r\nHost: " + host + "\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nAccept: text/html\r\n" + fields
	return map[string]string{
		"a length":                  head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(smuggled), smuggled),
		"chunks":                    head + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(smuggled), smuggled),
		"a length that is too long": head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", 300_000, smuggled),
		"a chunk that is too long":  head + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s%s", 300_000, smuggled, beforeTheSite),
	}
}

// answers sends a request, waits for its answer, asks for one page more, and returns everything that came back.
func answers(t *testing.T, g *harness.Gate, request, host string) string {
	t.Helper()
	c, err := net.Dial("tcp", g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if _, err := r.Peek(1); err != nil {
		t.Fatalf("no answer: %v", err)
	}
	_, _ = io.WriteString(c, "HEAD /last HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n") // it may be closed by now
	got, _ := io.ReadAll(r)                                                                        // a reset ends it as well
	return string(got)
}

func TestABodyIsNeverTheNextRequest(t *testing.T) {
	t.Parallel()
	early, site := newNaive(t), harness.NewSite(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	full := harness.Room{ID: "full", Hosts: []string{"full.example"}, Site: site}
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{
		full,
		{ID: "early", Hosts: []string{"early.example"}, Site: &harness.Site{Addr: early.addr}, Rate: 6000, Burst: 100},
		{ID: "dead", Hosts: []string{"dead.example"}, Site: &harness.Site{Addr: dead}, Rate: 6000, Burst: 100},
	}})
	// inside is the cookie of somebody who was let straight in.
	inside := func(room string) string {
		b := harness.NewBrowserAt(g, room+".example", room)
		until(t, 10*time.Second, "somebody inside "+room, func(context.Context) bool {
			_, _ = b.Load(t.Context(), "GET", "/") // whatever the site says, the cookie tells
			s, err := b.Poll(t.Context())
			return err == nil && s.State == "inside"
		})
		return "Cookie: einlass-" + room + "=" + b.Cookie("einlass-"+room) + "\r\n"
	}
	for _, way := range []struct {
		name, room, cookie, extra, want string
	}{
		{name: "of somebody without a place", room: "full", want: "HTTP/1.1 429 Too Many Requests"},
		{name: "to a site that answers early", room: "early", cookie: inside("early"), want: "HTTP/1.1 403 Forbidden"},
		{name: "to a site that is down", room: "dead", cookie: inside("dead"), want: "HTTP/1.1 502 Bad Gateway"},
		{name: "in a request that is refused", room: "full", extra: "Content-Length: 3\r\nContent-Length: 4\r\n", want: "HTTP/1.1 400 Bad Request"},
	} {
		host := way.room + ".example"
		for name, request := range bodies(host, way.cookie+way.extra) {
			t.Run(way.name+", "+name, func(t *testing.T) {
				got := answers(t, g, request, host)
				// One answer, and perhaps that to the page that was asked for in the end.
				first, rest, _ := strings.Cut(got, "\r\n")
				if first != way.want || strings.Count(rest, "HTTP/1.1 ") > 1 || strings.Contains(got, "smuggled") {
					t.Errorf("want %s and at most one answer more:\n%s", way.want, got)
				}
			})
		}
	}
	if site.Seen("GET /smuggled") != 0 {
		t.Error("the site was sent a request that nobody made")
	}
	// The site has been deceived by the bodies, as it deserves; its answers to them must not reach anybody.
	until(t, 10*time.Second, "the naive site is deceived", func(context.Context) bool { return early.deceived() })
	other := harness.NewBrowserAt(g, "early.example", "early")
	for i := range 20 {
		page := fmt.Sprintf("/own-%d", i)
		if a := other.Get(t, page); a.Body != "GET "+page+" HTTP/1.1" {
			t.Errorf("a visitor who asked for %s got the answer to %q", page, a.Body)
		}
	}
}
