//go:build long

package handover

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
)

// longLine is how many stand in line.
const longLine = 100_000

// A line that takes a while to write and to read again moves with all its places, and whoever asks meanwhile waits for it. The figure of
// docs/operations.md is the longest request that it logs.
func TestALongLineMovesWithAllItsPlaces(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.start()
	c := usual(t, g)
	g.fill(longLine)
	for range 3 {
		c.settled(2)
		if pid, said := g.upgrade(); pid == 0 {
			t.Fatal(said)
		}
	}
	c.end()
	room, err := g.operators().Room(t.Context(), "termine")
	if err != nil || room.Waiting < longLine {
		t.Errorf("%d wait after the upgrades, %v", room.Waiting, err)
	}
}

// fill lets so many visitors arrive who keep their tickets and do not come again.
func (g *gate) fill(n int) {
	g.t.Helper()
	const connections = 32
	var all sync.WaitGroup
	faults := make(chan error, connections)
	for i := range connections {
		r := g.dial()
		all.Go(func() {
			for range n/connections + min(1, max(0, n%connections-i)) {
				if _, err := io.WriteString(r, "GET / HTTP/1.1\r\nHost: termine.example\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n"); err != nil {
					faults <- err
					return
				}
				res, err := http.ReadResponse(r.in, nil)
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
				}
				if err == nil && (res.StatusCode != http.StatusOK || len(res.Cookies()) == 0) {
					err = fmt.Errorf("an arrival gets %s", res.Status)
				}
				if err != nil {
					faults <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(faults)
	for err := range faults {
		g.t.Fatal(err)
	}
}
