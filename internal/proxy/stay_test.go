package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/httpx"
)

// toldStays is what knows the stays in these tests.
type toldStays struct {
	acted chan Stay
	over  atomic.Bool
	left  atomic.Int64 // a time.Duration
	asked chan struct{}
}

func newToldStays(left time.Duration) *toldStays {
	s := &toldStays{acted: make(chan Stay, 1000), asked: make(chan struct{}, 1000)}
	s.left.Store(int64(left))
	return s
}

func (s *toldStays) Act(stay Stay) bool {
	s.acted <- stay
	return !s.over.Load()
}

func (s *toldStays) Left(Stay) time.Duration {
	s.asked <- struct{}{}
	if s.over.Load() {
		return 0
	}
	return time.Duration(s.left.Load())
}

// of makes all visits those of a stay.
func (s *toldStays) of(stay Stay) func(*forwarder) {
	return func(f *forwarder) {
		f.options = func(*httpx.Visit) Options { return Options{Inside: true, Stays: s, Stay: stay} }
	}
}

var (
	somebody = Stay{Visitor: [16]byte{7}, Started: 1000}
	quietly  = Stay{Visitor: [16]byte{7}, Started: 1000, Quiet: true}
	maskKey  = [4]byte{1, 2, 3, 4}
)

func TestAVisitorsMessagesAreActivityAndControlFramesAreNot(t *testing.T) {
	stays := newToldStays(time.Hour)
	_, addr := startProxy(t, siteAt(echoServer(t, nil)), stays.of(somebody))
	c := dialTest(t, addr)
	r := handshake(t, c)
	for range 3 { // an echo follows each, from the origin
		send(t, c, string(maskedFrame(0x89, maskKey, "ping")))
		want(t, r, "\x8a\x04ping")
		send(t, c, string(maskedFrame(0x8a, maskKey, "pong")))
	}
	message := string(maskedFrame(0x81, maskKey, "Hello"))
	send(t, c, message)
	want(t, r, "\x81\x05Hello")
	if told := <-stays.acted; told != somebody {
		t.Errorf("told of %+v", told)
	}
	if n := len(stays.acted); n > 0 {
		t.Errorf("%d times more than there were messages", n)
	}
	// One message in pieces: each of them is its visitor's.
	for _, piece := range []string{message[:3], message[3:8], message[8:]} {
		send(t, c, piece)
	}
	want(t, r, "\x81\x05Hello")
	<-stays.acted
}

func TestAWebSocketEndsWithTheStay(t *testing.T) {
	goingAwayFrame := string(closeFrame(false))
	t.Run("found by a message", func(t *testing.T) {
		stays := newToldStays(time.Hour)
		_, addr := startProxy(t, siteAt(echoServer(t, nil)), stays.of(somebody))
		c := dialTest(t, addr)
		r := handshake(t, c)
		stays.over.Store(true)
		send(t, c, string(maskedFrame(0x81, maskKey, "Hello")))
		rest, _ := io.ReadAll(r)
		if !strings.Contains(string(rest), goingAwayFrame) {
			t.Errorf("it ends with %q", rest)
		}
	})
	t.Run("found by the time", func(t *testing.T) {
		stays := newToldStays(20 * time.Millisecond)
		_, addr := startProxy(t, siteAt(echoServer(t, nil)), stays.of(somebody))
		c := dialTest(t, addr)
		r := handshake(t, c)
		for range 3 { // as long as the visitor does something elsewhere, it goes on
			<-stays.asked
		}
		stays.over.Store(true)
		rest, _ := io.ReadAll(r)
		if !strings.Contains(string(rest), goingAwayFrame) {
			t.Errorf("it ends with %q", rest)
		}
		if n := len(stays.acted); n > 0 {
			t.Errorf("silence is told as activity, %d times", n)
		}
	})
}

func TestNothingWithinAQuietRequestIsActivity(t *testing.T) {
	stays := newToldStays(time.Hour)
	_, addr := startProxy(t, siteAt(echoServer(t, nil)), stays.of(quietly))
	c := dialTest(t, addr)
	r := handshake(t, c)
	for range 2 {
		send(t, c, string(maskedFrame(0x81, maskKey, "Hello")))
		want(t, r, "\x81\x05Hello")
	}
	stays.over.Store(true)
	send(t, c, string(maskedFrame(0x81, maskKey, "Hello")))
	if rest, _ := io.ReadAll(r); !strings.Contains(string(rest), string(closeFrame(false))) {
		t.Errorf("it ends with %q", rest)
	}
	if n := len(stays.acted); n > 0 {
		t.Errorf("told %d times", n)
	}
}

// drip answers with a head, and then with a piece for each word that it is given.
func drip(t *testing.T, head string, words <-chan string) string {
	return serveRaw(t, func(c net.Conn) {
		if _, err := readRawHead(bufio.NewReader(c)); err != nil {
			return
		}
		_, _ = io.WriteString(c, head)
		for word := range words {
			if _, err := io.WriteString(c, word); err != nil {
				return
			}
		}
	})
}

func TestALongTransferIsActivityAndEndsByItself(t *testing.T) {
	stays, words := newToldStays(time.Hour), make(chan string)
	addr := startedAt(t, drip(t, "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 120000\r\n\r\n", words), stays, somebody)
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	part := strings.Repeat("x", 60000)
	words <- part
	if told := <-stays.acted; told != somebody {
		t.Errorf("told of %+v", told)
	}
	stays.over.Store(true)
	words <- part
	close(words)
	wantAnswer(t, bufio.NewReader(c), "GET", 200, part+part)
}

func TestAStreamOfEventsIsActivityAndEndsWithTheStay(t *testing.T) {
	for name, stay := range map[string]Stay{"loud": somebody, "quiet": quietly} {
		t.Run(name, func(t *testing.T) {
			stays, words := newToldStays(time.Hour), make(chan string, 10)
			addr := startedAt(t, drip(t, "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream ; charset=utf-8\r\n\r\n", words), stays, stay)
			c := dialTest(t, addr)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			words <- "data: 1\n\n"
			want(t, resp.Body, "data: 1\n\n")
			if stay.Quiet {
				<-stays.asked
			} else {
				<-stays.acted
			}
			stays.over.Store(true)
			words <- "data: 2\n\n"
			words <- "data: 3\n\n"
			close(words)
			if _, err := io.ReadAll(resp.Body); err == nil {
				t.Error("it goes on")
			}
			if n := len(stays.acted); stay.Quiet && n > 0 {
				t.Errorf("told %d times", n)
			}
		})
	}
}

func TestALongUploadIsActivity(t *testing.T) {
	stays := newToldStays(time.Hour)
	site := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		_, _ = io.CopyN(io.Discard, r, 200_000)
		_, _ = io.WriteString(c, okAnswer)
	})
	addr := startedAt(t, site, stays, somebody)
	c := dialTest(t, addr)
	send(t, c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n")
	for range 2 {
		send(t, c, strings.Repeat("x", 50_000))
		if told := <-stays.acted; told != somebody {
			t.Errorf("told of %+v", told)
		}
	}
	stays.over.Store(true) // a form that is on its way is sent on
	send(t, c, strings.Repeat("x", 100_000))
	if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || resp.StatusCode != 200 {
		t.Errorf("%v, %v", resp, err)
	}
}

// startedAt is a proxy before a raw origin, all of whose visits are those of a stay.
func startedAt(t *testing.T, origin string, stays *toldStays, stay Stay) string {
	t.Helper()
	_, addr := startProxy(t, siteAt("http://"+origin), stays.of(stay))
	return addr
}
