package chaos

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/report"
)

func TestASeedAlwaysPlaysTheSame(t *testing.T) {
	for _, topology := range Topologies() {
		a, b, other := Plan(topology, 7), Plan(topology, 7), Plan(topology, 8)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two plans of one seed differ", topology)
		}
		if reflect.DeepEqual(a, other) {
			t.Errorf("%s: two seeds have one plan", topology)
		}
		if few := chosen(Config{Seed: 7, Few: 3}, topology); !reflect.DeepEqual(few, a[:3]) {
			t.Errorf("%s: the first three are %v", topology, few)
		}
	}
}

func TestAPlanHasEveryFaultOnceWithinItsBounds(t *testing.T) {
	for _, topology := range Topologies() {
		for seed := range uint64(50) {
			var names []string
			for _, s := range Plan(topology, seed) {
				f, err := faultNamed(topology, s.Fault)
				if err != nil {
					t.Fatal(err)
				}
				if s.Hold < f.least-5*time.Millisecond || s.Hold > f.most+5*time.Millisecond || s.Calm < time.Second {
					t.Errorf("seed %d: %+v, the fault lasts %v to %v", seed, s, f.least, f.most)
				}
				names = append(names, s.Fault)
			}
			slices.Sort(names)
			if len(slices.Compact(names)) != len(faultsOf(topology)) {
				t.Errorf("seed %d plays %q", seed, names)
			}
		}
	}
}

func TestAFaultThatTheTopologyLacksIsAnError(t *testing.T) {
	if _, err := faultNamed(Embedded, "FLUSHALL"); err == nil || !strings.Contains(err.Error(), "FLUSHALL") {
		t.Errorf("got %v", err)
	}
}

func TestThePageIsReplacedBetweenItsMarkersOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	text := "before\n<!-- chaos:begin -->\n\nold\n\n<!-- chaos:end -->\nafter\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := report.Splice(file, section, "new\n"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil || string(data) != strings.Replace(text, "old", "new", 1) {
		t.Errorf("%v\n%s", err, data)
	}
	if err := os.WriteFile(file, []byte("no markers"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := report.Splice(file, section, "new\n"); err == nil {
		t.Error("a page without markers was written")
	}
}

func TestWhatMayNotBeIsAFailure(t *testing.T) {
	quiet := func() *Act {
		return &Act{Lasted: time.Minute, Felt: &felt{In: 1}, Report: emptyReport()}
	}
	for want, spoil := range map[string]func(*Act){
		"places lost":            func(a *Act) { a.Felt.Lost = []string{"x"} },
		"thrown out":             func(a *Act) { a.Felt.Thrown = []string{"x"} },
		"figures that rose":      func(a *Act) { a.Felt.Rose = []string{"x"} },
		"somebody else's place":  func(a *Act) { a.Felt.Twice = 1 },
		"did not get in":         func(a *Act) { a.Felt.Outside = []string{"x"} },
		"the pace allows":        func(a *Act) { a.Felt.In = 10_000; a.Report.Entries = 10_000 },
		"violations":             func(a *Act) { a.Report.Summary.Violations = 1; a.Report.Violations = []string{"x"} },
		"incomplete":             func(a *Act) { a.Report.Until = 1 },
		"the journals know of":   func(a *Act) { a.Report.Entries = 0 },
		"was not seen to happen": func(a *Act) { a.Faults = []Played{{Fault: "FLUSHALL", Error: "was not seen to happen"}} },
		"0 went in, the pace":    func(a *Act) { a.Felt.In = 0 },
	} {
		a := quiet()
		a.verdict(&world{})
		if len(a.Failures) != 0 {
			t.Fatalf("a quiet act fails: %q", a.Failures)
		}
		spoil(a)
		a.verdict(&world{})
		if !slices.ContainsFunc(a.Failures, func(f string) bool { return strings.Contains(f, want) }) {
			t.Errorf("want %q among %q", want, a.Failures)
		}
	}
}
