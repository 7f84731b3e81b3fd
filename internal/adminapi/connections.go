package adminapi

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxConnections is how many connections are open at once. Operators, their streams of events and what asks for metrics need a few hundred.
const maxConnections = 1024

// connections bounds how many are open at once. The one that has been without a request for longest makes room for a new one, so that whoever
// only opens connections keeps nobody out; where all have a request under way, the new one is closed. Safe for concurrent use.
type connections struct {
	most int

	mu sync.Mutex
	// quiet is since when a connection has no request; the zero time: it has one.
	quiet map[net.Conn]time.Time
}

func newConnections(most int) *connections {
	return &connections{most: most, quiet: make(map[net.Conn]time.Time)}
}

// moved is the hook http.Server.ConnState.
func (c *connections) moved(conn net.Conn, state http.ConnState) {
	if over := c.note(conn, state); over != nil {
		_ = bare(over).Close() // its server notices, and forgets it
	}
}

// note notes a state, and returns the connection that is too many.
func (c *connections) note(conn net.Conn, state http.ConnState) (over net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, open := c.quiet[conn]
	switch state {
	case http.StateClosed, http.StateHijacked:
		delete(c.quiet, conn)
	case http.StateActive:
		if open { // else it was too many, and is closed
			c.quiet[conn] = time.Time{}
		}
	case http.StateIdle:
		if open {
			c.quiet[conn] = time.Now()
		}
	case http.StateNew:
		if len(c.quiet) >= c.most {
			if over = c.longest(); over == nil {
				return conn
			}
			delete(c.quiet, over)
		}
		c.quiet[conn] = time.Now()
	}
	return over
}

// longest is the connection that has been quiet for longest; nil: none is.
func (c *connections) longest() (found net.Conn) {
	var since time.Time
	for conn, at := range c.quiet {
		if !at.IsZero() && (found == nil || at.Before(since)) {
			found, since = conn, at
		}
	}
	return found
}

// bare is a connection without its TLS, whose goodbye could wait for the peer.
func bare(conn net.Conn) net.Conn {
	if secured, ok := conn.(*tls.Conn); ok {
		return secured.NetConn()
	}
	return conn
}
