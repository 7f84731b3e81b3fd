package harness

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// NewOrigin serves a site by hand until the test ends: what it does with a connection is the test's to say. serve owns the
// connection until it returns.
func NewOrigin(tb testing.TB, serve func(net.Conn)) *Site {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var mu sync.Mutex
	open := map[net.Conn]bool{} // nil: the test is over
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			if open == nil {
				_ = c.Close()
			} else {
				open[c] = true
			}
			mu.Unlock()
			wg.Go(func() {
				_ = c.SetDeadline(time.Now().Add(time.Minute))
				serve(c)
				_ = c.Close()
				mu.Lock()
				defer mu.Unlock()
				delete(open, c)
			})
		}
	})
	tb.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		open = nil
		mu.Unlock()
		wg.Wait()
	})
	return &Site{Addr: ln.Addr().String()}
}

// Head is the head of a request that an origin has read.
type Head struct {
	Line   string // the request line
	Fields map[string]string
}

// Path is the path that is asked for.
func (h *Head) Path() string {
	parts := strings.Split(h.Line, " ")
	if len(parts) < 2 {
		return ""
	}
	path, _, _ := strings.Cut(parts[1], "?")
	return path
}

// ReadHead reads a head; names of fields are in lower case. It never looks at a body.
func ReadHead(r *bufio.Reader) (*Head, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	h := &Head{Line: strings.TrimSpace(line), Fields: map[string]string{}}
	for {
		if line, err = r.ReadString('\n'); err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			return h, nil
		}
		name, value, _ := strings.Cut(line, ":")
		h.Fields[strings.ToLower(name)] = strings.TrimSpace(value)
	}
}
