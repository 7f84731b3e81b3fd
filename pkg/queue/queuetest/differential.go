package queuetest

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

const (
	// everydaySeed is what rapid draws from without DIFFERENTIAL_STEPS.
	everydaySeed = 20210614
	// historySteps is how long one history is on average.
	historySteps = 100
)

// Differential plays random histories against two stores and stops the test at the first reply that differs; rapid then looks
// for the shortest history that does so. See the package's documentation for longer hunts. Both factories get the same clock;
// a answers exact sketches, b may answer older ones. It must not run in parallel with other uses of rapid, since it sets
// rapid's flags for the time it runs.
func Differential(t *testing.T, a, b Factory) {
	steps := defaultSteps
	if os.Getenv("DIFFERENTIAL_STEPS") == "" {
		// The everyday run plays the same histories each time, so that it says something about the change at hand;
		// the hunt draws new ones.
		setFlag(t, "rapid.seed", everydaySeed)
	}
	if env := os.Getenv("DIFFERENTIAL_STEPS"); env != "" {
		n, err := strconv.Atoi(env)
		if err != nil || n < 1 {
			t.Fatalf("DIFFERENTIAL_STEPS=%q: want a number of steps from 1 on", env)
		}
		steps = n
	}
	play(t, t, steps, a, b)
}

// play plays so many steps. What fails is told to verdict.
func play(t testing.TB, verdict rapid.TB, steps int, a, b Factory) {
	perHistory := setFlag(t, "rapid.steps", historySteps)
	setFlag(t, "rapid.checks", max(1, steps/perHistory))
	rapid.Check(verdict, func(rt *rapid.T) { playHistory(t, rt, a, b) })
}

// setFlag gives a flag of the test binary a value until the test is over, unless the command line has set it, and
// answers the value that holds.
func setFlag(t testing.TB, name string, value int) int {
	t.Helper()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	f := flag.Lookup(name)
	was := f.Value.String()
	if set {
		n, err := strconv.Atoi(was)
		if err != nil || n < 1 {
			t.Fatalf("-%s=%s: want a number from 1 on", name, was)
		}
		return n
	}
	// Through the value, not flag.Set: the flag must not count as set on the command line afterwards.
	if err := f.Value.Set(strconv.Itoa(value)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(was) })
	return value
}

// playHistory draws one history and plays it.
func playHistory(t testing.TB, rt *rapid.T, a, b Factory) {
	d := newHistory(t, rt, a, b)
	defer d.close(rt)
	actions := d.actions()
	rt.Repeat(map[string]func(*rapid.T){
		"": d.settled,
		"step": func(rt *rapid.T) {
			play := sample(rt, "action", actions)
			d.old = below(rt, "older release", 24) == 23
			defer func() { d.old = false }()
			play(rt)
		},
	})
	d.epilogue(rt)
}

// actions are what a history is made of, the frequent ones several times.
func (d *history) actions() (all []func(*rapid.T)) {
	for _, action := range []struct {
		weight int
		play   func(*rapid.T)
	}{
		{4, d.playJoin},
		{5, d.playAdvance},
		{4, d.playClaim},
		{5, d.playKeep},
		{5, d.playTouch},
		{3, d.playClock},
		{5, d.playTick},
		{2, d.playRenew},
		{2, d.playReport},
		{2, d.playSettle},
		{3, d.playReveal},
		{1, d.playRestore},
		{2, d.playMove},
		{1, d.playLeave},
		{1, d.playFind},
		{1, d.playLose},
		{1, d.playStray},
		{1, d.playInvalid},
		{1, d.playOpening},
		{1, d.playDoor},
		{1, d.playLapse},
	} {
		for range action.weight {
			all = append(all, action.play)
		}
	}
	return all
}
