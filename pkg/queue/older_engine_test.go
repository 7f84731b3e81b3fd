package queue_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// pair is a room at two gateways, of which one may have the file of the week before.
type pair struct {
	*engine
	a, b  *queue.Room
	older map[string]int
}

// file is the configuration of a gateway: its schedule and its rate.
func file(hash string, rate int64, o plan.Opening) queue.RoomConfig {
	cfg := scheduled(o)
	cfg.ConfigHash, cfg.Document.Pace, cfg.Document.Timing = hash, runs(rate, 1).Pace, simple()
	return cfg
}

// lastWeek is a file without the opening of today, thisWeek one with it.
func lastWeek() queue.RoomConfig {
	yesterday := time.UnixMilli(engineStart).UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	return file("last week", 60, plan.Opening{Dates: []string{yesterday}, Start: "00:00", End: "23:00", Quota: 5})
}

func thisWeek() queue.RoomConfig { return file("this week", 60, today(1, 2, 30)) }

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{older: map[string]int{}}
	cfg := lastWeek()
	cfg.Gateway, cfg.OnEvent = "a", p.on("a")
	p.engine = newEngine(t, cfg)
	p.a = p.room
	p.reads(p.a, thisWeek())
	p.ticks(3 * time.Minute)
	if o := p.a.View().Snapshot.Opening; o.Phase != queue.PhaseOpen {
		t.Fatalf("%+v", o)
	}
	return p
}

func (p *pair) on(gateway string) func(queue.Event) {
	return func(e queue.Event) {
		if e.Kind == queue.EventOlder {
			p.older[gateway]++
		}
	}
}

func (p *pair) reads(r *queue.Room, cfg queue.RoomConfig) {
	p.t.Helper()
	if err := r.Reconfigure(cfg); err != nil {
		p.t.Fatal(err)
	}
}

// starts starts the other gateway with a file.
func (p *pair) starts(cfg queue.RoomConfig) {
	p.t.Helper()
	cfg.Gateway, cfg.Visitors, cfg.OnEvent = "b", 1024, p.on("b")
	cfg.Clock = func() time.Time { return time.UnixMilli(p.now.Load()) }
	var err error
	if p.b, err = queue.NewRoom(p.store, cfg); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) ticks(d time.Duration) {
	for range int(d / (250 * time.Millisecond)) {
		p.now.Add(250)
		for _, r := range []*queue.Room{p.a, p.b} {
			if r != nil {
				r.Tick(p.t.Context())
			}
		}
	}
}

// is what is in force: the phase, the pace, and whether the place keeps its turn.
func (p *pair) is(what string, phase queue.Phase, rate int64, told map[string]int) {
	p.t.Helper()
	f, err := p.store.Snapshot(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	if f.Opening.Phase != phase || f.Document.Pace.Rate != rate {
		p.t.Errorf("%s: %v of %q at %d a minute, want %v at %d", what, f.Opening.Phase, f.Opening.Name, f.Document.Pace.Rate, phase, rate)
	}
	for _, gateway := range []string{"a", "b"} {
		if p.older[gateway] != told[gateway] {
			p.t.Errorf("%s: gateway %s has said %d times that its schedule is older, want %d", what, gateway, p.older[gateway], told[gateway])
		}
	}
}

// TestAGatewayWithAnOlderFileDoesNotTakeThePlanBack lets a gateway start with the file of last week, and read it again with another rate,
// while the room is open: the opening goes on, nobody loses a place, and the rate is brought.
func TestAGatewayWithAnOlderFileDoesNotTakeThePlanBack(t *testing.T) {
	p := newPair(t)
	places := p.arrive(40)
	cursor := p.a.View().Snapshot.Opening.Cursor
	p.starts(lastWeek())
	p.ticks(7 * time.Second)
	p.is("started", queue.PhaseOpen, 60, map[string]int{"b": 1})
	slow := lastWeek()
	slow.ConfigHash, slow.Document.Pace.Rate = "last week, slower", 30
	p.reads(p.b, slow)
	p.ticks(7 * time.Second)
	p.is("reloaded", queue.PhaseOpen, 30, map[string]int{"b": 2})
	if got := p.a.View().Snapshot.Opening.Cursor; got != cursor {
		t.Errorf("%d steps were applied", got-cursor)
	}
	if a := p.a.Poll(places[len(places)-1], -1); a.State != queue.StateWaiting {
		t.Errorf("the last place is %+v", a)
	}
	// With the file of this week all is as it was, and nothing is applied by the gateway that has had it all the time.
	p.reads(p.b, thisWeek())
	p.ticks(7 * time.Second)
	p.is("with the later file", queue.PhaseOpen, 30, map[string]int{"b": 2})
}

// TestWhoHasTheLaterFileMayGoBackToTheOlderOne reads the older file where the later one was in force: that is meant. The one that was
// given up is the older one then.
func TestWhoHasTheLaterFileMayGoBackToTheOlderOne(t *testing.T) {
	p := newPair(t)
	p.starts(thisWeek())
	p.ticks(time.Second)
	p.reads(p.b, lastWeek())
	p.ticks(time.Second)
	p.is("one goes back", queue.PhaseClosed, 60, nil)
	p.reads(p.a, lastWeek())
	p.ticks(7 * time.Second)
	p.is("both go back", queue.PhaseClosed, 60, nil)
	p.starts(thisWeek())
	p.ticks(7 * time.Second)
	p.is("a gateway that was forgotten", queue.PhaseClosed, 60, map[string]int{"b": 1})
	p.reads(p.a, thisWeek())
	p.ticks(time.Second)
	p.is("and forth", queue.PhaseOpen, 60, map[string]int{"b": 1})
}

// TestAGatewayThatIsAloneBringsWhatItsFileSays starts one with the older file in place of the other, which the store knows for some
// seconds more.
func TestAGatewayThatIsAloneBringsWhatItsFileSays(t *testing.T) {
	p := newPair(t)
	p.a = nil
	p.starts(lastWeek())
	p.ticks(4 * time.Second)
	p.is("at once", queue.PhaseOpen, 60, nil)
	p.ticks(3 * time.Second)
	p.is("alone", queue.PhaseClosed, 60, nil)
	p.a = p.room // with the later file, that was not gone back from
	p.reads(p.a, lastWeek())
	p.ticks(time.Second)
	p.starts(thisWeek())
	p.ticks(time.Second)
	p.is("the later one", queue.PhaseOpen, 60, nil)
}

// TestSchedulesAreNotedOnce brings more schedules than are noted, in turns.
func TestSchedulesAreNotedOnce(t *testing.T) {
	p := newPair(t)
	var phases []queue.Phase
	for i := range 40 {
		cfg := file("edited", 60, today(1, 2, 31+i))
		cfg.ConfigHash += inMinutes(i)
		p.reads(p.a, cfg)
		p.ticks(500 * time.Millisecond)
		phases = append(phases, p.a.View().Snapshot.Opening.Phase)
		if d := p.document(); d.Schedule() != cfg.Document.Schedule() {
			t.Fatalf("edit %d: %s", i, d.Schedule())
		}
	}
	if phases = slices.Compact(phases); len(phases) != 1 {
		t.Errorf("%v", phases)
	}
}
