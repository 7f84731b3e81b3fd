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
				if s.Hold < f.least-5*time.Millisecond || s.Hold > f.most+5*time.Millisecond || s.Moment < 0 || s.Moment >= len(moments) {
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

func TestOnlyCrashesAreRepeatedEachInARow(t *testing.T) {
	crashes := map[Topology]int{}
	for _, topology := range Topologies() {
		for _, s := range chosen(Config{Seed: 7, Repeat: 60}, topology) {
			f, err := faultNamed(topology, s.Fault)
			if err != nil || !f.crash || s.Times != 60 || s.Hold != f.least || s.Calm != shortCalm && (topology != Sentinel || !f.lossy) {
				t.Errorf("%s: %+v, %v", topology, s, err)
			}
			crashes[topology]++
		}
		for _, s := range Plan(topology, 7) {
			if s.Times != 1 {
				t.Errorf("%s: %+v", topology, s)
			}
		}
	}
	if crashes[Sentinel] < 7 || crashes[Cluster] < 6 || crashes[Embedded] < 4 {
		t.Errorf("crashes %v", crashes)
	}
	if some := chosen(Config{Seed: 7, Repeat: 8, Only: []string{"FLUSHALL", "rolling restart"}}, Cluster); len(some) != 1 {
		t.Errorf("%+v", some)
	}
}

func TestWhatLastsForMinutesIsPlayedByNameOnly(t *testing.T) {
	long := "gateway frozen for minutes"
	for _, s := range chosen(Config{Seed: 7}, Embedded) {
		if s.Fault == long {
			t.Error("it is played with the others")
		}
	}
	if s := chosen(Config{Seed: 7, Only: []string{long}}, Embedded); len(s) != 1 || s[0].Hold != 345*time.Second {
		t.Errorf("%+v", s)
	}
}

func TestWhoGetsInAfterNewcomersIsOvertaken(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(1000+s), 0) }
	one := func(came, entered int, h habit) *citizen {
		return &citizen{came: at(came), entered: at(entered), habit: h}
	}
	c := &crowd{frozen: at(10), thawed: at(400), visitors: []*citizen{
		one(1, 402, patient), one(2, 420, patient), one(3, 420, sleeper), one(401, 405, patient), one(401, 430, patient), one(5, 9, patient),
	}}
	if n := c.overtaken(); n != 1 {
		t.Errorf("%d, want the one who waited until 420", n)
	}
	c.frozen = time.Time{}
	if n := c.overtaken(); n != 0 {
		t.Errorf("%d without a frozen gateway", n)
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
	quiet := func() *Outcome {
		crashes := Played{Fault: "FLUSHALL", Times: 2, Losses: 1, Asked: 11, Numbers: 2*skip + 11}
		return &Outcome{
			Lasted: time.Minute, Felt: &felt{In: 1}, Report: emptyReport(), Faults: []Played{crashes},
			Openings: &openingFigures{Played: 1, Booked: 3}, OpeningReport: emptyReport(),
		}
	}
	for want, spoil := range map[string]func(*Outcome){
		"places lost":            func(o *Outcome) { o.Felt.Lost = []string{"x"} },
		"thrown out":             func(o *Outcome) { o.Felt.Thrown = []string{"x"} },
		"figures that rose":      func(o *Outcome) { o.Felt.Rose = []string{"x"} },
		"somebody else's place":  func(o *Outcome) { o.Felt.Twice = 1 },
		"did not get in":         func(o *Outcome) { o.Felt.Outside = []string{"x"} },
		"the pace allows":        func(o *Outcome) { o.Felt.In = 10_000; o.Report.Entries = 10_000 },
		"violations":             func(o *Outcome) { o.Report.Summary.Violations = 1; o.Report.Violations = []string{"x"} },
		"incomplete":             func(o *Outcome) { o.Report.Until = 1 },
		"the journals know of":   func(o *Outcome) { o.Report.Entries = 0 },
		"was not seen to happen": func(o *Outcome) { o.Faults = []Played{{Fault: "FLUSHALL", Error: "was not seen to happen"}} },
		"frames of another site": func(o *Outcome) { o.Felt.Strangers.FrameNumbers = 1 },
		"to somebody else":       func(o *Outcome) { o.Felt.Wrong = []string{"x"} },
		"got in after":           func(o *Outcome) { o.Felt.Overtaken = 1 },
		"strangers decide":       func(o *Outcome) { o.Felt.Errors = map[string]int{fromGateway: 1} },
		"numbers went on by 4012": func(o *Outcome) {
			o.Faults = []Played{{Fault: "FLUSHALL", Times: 2, Losses: 1, Asked: 11, Numbers: 4012}}
		},
		"opening x is open":              func(o *Outcome) { o.Openings.Wrong = []string{"x", "opening x is open"} },
		"2 more":                         func(o *Outcome) { o.Openings.Wrong = make([]string, 12) },
		"0 openings were played":         func(o *Outcome) { o.Openings.Played = 0 },
		"in the room of the openings":    func(o *Outcome) { o.OpeningReport.Summary.Violations = 1; o.OpeningReport.Violations = []string{"x"} },
		"of the openings are incomplete": func(o *Outcome) { o.OpeningReport.Until = 1 },
		"0 went in, the pace":            func(o *Outcome) { o.Felt.In = 0 },
	} {
		o := quiet()
		o.verdict(&world{})
		if len(o.Failures) != 0 {
			t.Fatalf("a quiet run fails: %q", o.Failures)
		}
		spoil(o)
		o.verdict(&world{})
		if !slices.ContainsFunc(o.Failures, func(f string) bool { return strings.Contains(f, want) }) {
			t.Errorf("want %q among %q", want, o.Failures)
		}
	}
}
