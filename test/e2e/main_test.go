// Package e2e runs the real gateway as real processes, with a real site behind, a real Redis beside and browsers in
// front, and asserts what a visitor is promised: on good days here and in way_test.go, when things break in
// the others.
package e2e

import (
	"context"
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/test/e2e/harness"
)

var program harness.Program

func TestMain(m *testing.M) {
	// The tests wait more than they compute: twice as many as there are processors go side by side, and three times as many with programs
	// that were built before, which are without the race detector.
	sideBySide := 2
	if launchtest.Programs() != "" {
		sideBySide = 3
	}
	if err := flag.Set("test.parallel", strconv.Itoa(sideBySide*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	os.Exit(harness.Main(m, &program))
}

// within bounds what a test waits for.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// let lets the line move on for a while before the next fault. It is the moment of a fault, not a wait for something.
func let(t *testing.T, d time.Duration) {
	t.Helper()
	if !launch.Rest(t.Context(), d) {
		t.Fatal("the test is over")
	}
}

// until asks again and again whether something has come about, and answers how long it took.
func until(t *testing.T, d time.Duration, what string, ok func(ctx context.Context) bool) time.Duration {
	t.Helper()
	ctx, began := within(t, d), time.Now()
	for !ok(ctx) {
		if !launch.Rest(ctx, 50*time.Millisecond) {
			t.Fatalf("not within %v: %s", d, what)
		}
	}
	return time.Since(began)
}

// one is a gateway with the embedded store and one room.
func one(t *testing.T, r harness.Room) (*harness.Gate, *harness.Site) {
	t.Helper()
	site := harness.NewSite(t)
	r.Site = site
	return harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{r}}), site
}
