package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// deafOrigin is a site that does not read request bodies: it reads a head, answers, and takes what follows for the
// next request. Its answer to a path says which path and which cookie it saw. It keeps a ledger of what came on each
// of its connections.
type deafOrigin struct {
	addr string

	mu     sync.Mutex
	ledger [][]string // by connection: path and cookie of each request
}

func newDeafOrigin(tb testing.TB) *deafOrigin {
	o := &deafOrigin{}
	o.addr = serveRaw(tb, o.serve)
	return o
}

func (o *deafOrigin) serve(c net.Conn) {
	o.mu.Lock()
	n := len(o.ledger)
	o.ledger = append(o.ledger, nil)
	o.mu.Unlock()
	for r := bufio.NewReaderSize(c, 1<<17); ; {
		path, cookie, err := readDeaf(r)
		if err != nil {
			return
		}
		o.mu.Lock()
		o.ledger[n] = append(o.ledger[n], strings.TrimSpace(path+" "+cookie))
		o.mu.Unlock()
		switch {
		case strings.Contains(path, "drop") && len(o.on(n)) > 1:
			return // a kept connection that dies
		case strings.Contains(path, "refuse"):
			_, _ = io.WriteString(c, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
			continue
		case strings.HasPrefix(path, "/late"):
			// A slow answer: it is ready when the next request is there.
			_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := r.Peek(1); err != nil {
				return
			}
		}
		answer := path + " " + cookie
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer); err != nil {
			return
		}
	}
}

func (o *deafOrigin) on(n int) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ledger[n]
}

// readDeaf reads one head, skipping lines that begin none: the frame of a chunk, the rest of a body.
func readDeaf(r *bufio.Reader) (path, cookie string, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		line = strings.TrimRight(line, "\r\n")
		if i := strings.Index(line, " HTTP/1."); path == "" && i > 0 {
			_, path, _ = strings.Cut(line[:i], " ")
		} else if value, ok := strings.CutPrefix(line, "Cookie: "); ok {
			cookie = value
		} else if line == "" && path != "" {
			return path, cookie, nil
		}
	}
}

// lent lists the connections on which a request for a path that begins with /a was not the last, except for what its
// own body held.
func (o *deafOrigin) lent() (bad [][]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, requests := range o.ledger {
		used := false
		for _, request := range requests {
			if used && !strings.Contains(request, "evil") {
				bad = append(bad, requests)
				break
			}
			used = used || strings.HasPrefix(request, "/a")
		}
	}
	return bad
}
