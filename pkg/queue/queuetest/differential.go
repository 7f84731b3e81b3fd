package queuetest

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

const (
	// defaultSteps is how many steps Differential plays unless the environment says otherwise: a few seconds.
	defaultSteps = 4_000
	// everydaySeed is what rapid draws from without DIFFERENTIAL_STEPS.
	everydaySeed = 20210614
	// historySteps is how long one history is on average.
	historySteps = 60
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
	actions := map[string]func(*rapid.T){"": d.settled}
	for name, action := range map[string]struct {
		weight int
		play   func(*rapid.T)
	}{
		"join":    {4, d.playJoin},
		"keep":    {5, d.playKeep},
		"claim":   {4, d.playClaim},
		"renew":   {2, d.playRenew},
		"report":  {2, d.playReport},
		"leave":   {1, d.playLeave},
		"find":    {1, d.playFind},
		"move":    {2, d.playMove},
		"advance": {5, d.playAdvance},
		"settle":  {2, d.playSettle},
		"reveal":  {2, d.playReveal},
		"clock":   {4, d.playClock},
		"tick":    {3, d.playTick},
		"touch":   {5, d.playTouch},
		"lose":    {1, d.playLose},
		"restore": {2, d.playRestore},
		"stray":   {1, d.playStray},
		"invalid": {1, d.playInvalid},
		"release": {1, d.playRelease},
	} {
		for i := range action.weight {
			actions[name+strconv.Itoa(i)] = action.play
		}
	}
	rt.Repeat(actions)
	d.epilogue(rt)
}
