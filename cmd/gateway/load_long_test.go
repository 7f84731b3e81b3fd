//go:build long

package main

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// oneStartIn is of how many mistakes `make long-matrices` starts with one.
const oneStartIn = 1

func TestSixtyReloadsInARowLeaveNothingBehind(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}}}
	r := run(t, p)
	plans := [2]*config.Config{p.load(t)}
	p.rooms = []planned{{"b", s.backend(), closed}, {"a", other.backend() + ", health: {path: /}", quick}}
	plans[1] = p.load(t)
	reload := func(n int) {
		for i := range n {
			if _, err := r.Apply(t.Context(), plans[(i+1)%2]); err != nil {
				t.Fatal(err)
			}
			r.from("a")
		}
	}
	settled := func() (goroutines, files int) {
		r.client.CloseIdleConnections()
		s.CloseClientConnections()
		other.CloseClientConnections()
		return runtime.NumGoroutine(), descriptors(t)
	}
	reload(2)
	<-r.leaving["b"]
	var goroutines, files int
	until(t, "rest", func() bool {
		g, f := settled()
		rest := g == goroutines && f == files
		goroutines, files = g, f
		return rest && !r.counts("address", other.URL)
	})
	reload(60)
	until(t, fmt.Sprintf("%d goroutines and %d open files, as before", goroutines, files), func() bool {
		g, f := settled()
		return g <= goroutines && f <= files
	})
	if n := len(r.leaving); n > 1 {
		t.Errorf("%d rooms are remembered as leaving", n)
	}
}
