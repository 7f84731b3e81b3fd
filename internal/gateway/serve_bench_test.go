package gateway_test

import (
	"bufio"
	"bytes"
	"net"
	"strconv"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// BenchmarkServe is what one request costs from socket to socket, by what the visitor carries. The client's part is small: it
// sends the same bytes and reads as many as the first answer had.
func BenchmarkServe(b *testing.B) {
	const page = "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
	for _, bb := range []struct {
		name, target, headers string
		pace                  queue.Pace
		carries               func(s *fixture) *browser
	}{
		{"Pass", "/termine", page, slow, func(s *fixture) *browser { return s.inside() }},
		{"Poll", "/.einlass/status?room=termine&shown=", "Accept: */*\r\nSec-Fetch-Mode: cors\r\n", trickle, func(s *fixture) *browser { return s.waiting(4) }},
		{"WaitingPage", "/.einlass/wait?room=termine&to=/", page, trickle, func(s *fixture) *browser { return s.waiting(4) }},
		{"ZippedPage", "/.einlass/wait?room=termine&to=/", page + "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: de-DE,de;q=0.9,en;q=0.8\r\n", trickle, func(s *fixture) *browser { return s.waiting(4) }},
		{"Arrival", "/termine", page, trickle, nil},
		{"Door", "/termine", page, trickle, func(s *fixture) *browser { s.residentsOnly(1); return s.atThePage() }},
		{"Unread", "/bild.png", "Accept: image/*\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", trickle, nil},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := newFixtureOver(b, newLibrary(b), bb.pace)
			s.unlimited.Store(true)
			var cookie string
			if bb.carries != nil {
				cookie = "Cookie: einlass-termine=" + bb.carries(s).cookie("einlass-termine") + "\r\n"
			} else {
				s.waiting(1)
			}
			c, err := net.Dial("tcp", s.addr)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			request := []byte("GET " + bb.target + " HTTP/1.1\r\nHost: " + s.addr + "\r\n" + bb.headers + cookie + "\r\n")
			r := bufio.NewReaderSize(c, 64<<10)
			ask := func() {
				if _, err := c.Write(request); err != nil {
					b.Fatal(err)
				}
				if err := skipAnswer(r); err != nil {
					b.Fatal(err)
				}
			}
			ask()
			b.ReportAllocs()
			for b.Loop() {
				ask()
			}
		})
	}
}

// skipAnswer reads one answer, without an allocation.
func skipAnswer(r *bufio.Reader) error {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	_, err := r.Discard(length)
	return err
}
