package desk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/token"
)

// office is a desk over a line in memory, on a clock of its own.
type office struct {
	t     *testing.T
	now   int64
	keys  *token.Source
	store queue.Store
	line  *queue.Room
	names *desk.Names
	desk  *desk.Desk
	path  string
}

var eight = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

func (o *office) clock() time.Time { return time.UnixMilli(o.now) }

// away is the store that was there before a loss.
type losing struct{ queue.Store }

func (o *office) lose() {
	store, err := memstore.New(memstore.Config{Clock: func() int64 { return o.now }})
	if err != nil {
		o.t.Fatal(err)
	}
	o.store.(*losing).Store = store
}

func newOffice(t *testing.T, pace queue.Pace, plan ...queue.Step) *office {
	t.Helper()
	o := &office{t: t, now: eight.UnixMilli(), path: filepath.Join(t.TempDir(), "termine.desk.json"), store: &losing{}}
	ring, err := token.NewKeyring(bytes.NewReader(bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyzABCD"), 8)), eight.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if o.keys, err = token.NewSource(ring); err != nil {
		t.Fatal(err)
	}
	o.lose()
	pace.Mode = queue.ModeRun
	timing := queue.DefaultTiming()
	timing.Grace = 0
	o.start(queue.Document{Pace: pace, Timing: timing})
	if len(plan) > 0 {
		if _, err := o.line.Update(t.Context(), func(d *queue.Document) error { d.Plan = plan; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// start starts a gateway over the store and the file that there are.
func (o *office) start(d queue.Document) {
	o.t.Helper()
	var err error
	if o.line, err = queue.NewRoom(o.store, queue.RoomConfig{Document: d, Clock: o.clock, Visitors: 1024, FirstStart: true}); err != nil {
		o.t.Fatal(err)
	}
	o.line.Tick(o.t.Context())
	if o.names, err = desk.NewNames(o.keys, "termine", o.line); err != nil {
		o.t.Fatal(err)
	}
	if o.desk, err = desk.Open("termine", o.path, o.line, o.names, zap.NewNop()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) pass(d time.Duration) {
	for d > 0 {
		step := min(d, 500*time.Millisecond)
		o.now += step.Milliseconds()
		o.line.Flush(o.t.Context())
		o.line.Tick(o.t.Context())
		o.desk.Look(o.t.Context())
		d -= step
	}
}

func (o *office) take() desk.Taken {
	o.t.Helper()
	taken, err := o.desk.Take(o.t.Context(), queue.Arrival{})
	if err != nil {
		o.t.Fatal(err)
	}
	return taken
}

// comes is somebody with a browser.
func (o *office) comes() queue.Place {
	o.t.Helper()
	j, err := o.line.Arrive(queue.Arrival{})
	if err != nil {
		o.t.Fatal(err)
	}
	return j.Place
}

func (o *office) state(t queue.Ticket) string {
	o.t.Helper()
	p, _ := o.line.Place(t)
	a, _, err := o.names.Where(o.t.Context(), p)
	if err != nil {
		return err.Error()
	}
	return a.State.String()
}

// nobody is called at this pace.
var nobody = queue.Pace{Rate: 0, Burst: 1}

func TestACallersPlaceIsPassedOverAndComesFirstOnceItsLinkIsOpened(t *testing.T) {
	o := newOffice(t, queue.Pace{Rate: 6, Burst: 1})
	first := o.comes()
	caller := o.take()
	later := []queue.Place{o.comes(), o.comes(), o.comes()}
	o.pass(time.Second)
	if s := o.state(caller.Ticket); s != "waiting" {
		t.Fatalf("the caller's place is %s", s)
	}
	polls := func(d time.Duration, all ...queue.Place) {
		for ; d > 0; d -= time.Second {
			for _, p := range all {
				if a := o.line.Poll(p, -1); a.State != queue.StateWaiting {
					if _, err := o.line.Claim(p); err != nil {
						t.Fatal(err)
					}
				}
			}
			o.pass(time.Second)
		}
	}
	polls(time.Minute, append(later, first)...)
	// Hours later it is still its turn: no call was made, and none has run out.
	if s := o.state(caller.Ticket); s != "missed" {
		t.Fatalf("the caller's place is %s", s)
	}
	polls(3 * time.Hour)
	if s := o.state(caller.Ticket); s != "missed" || len(o.desk.List()) != 1 {
		t.Fatalf("after hours it is %s, in a list of %d", s, len(o.desk.List()))
	}
	line := []queue.Place{o.comes(), o.comes(), o.comes()}
	p, _ := o.line.Place(caller.Ticket)
	next := p
	next.Visitor = queue.VisitorID{9}
	if _, err := o.line.Move(t.Context(), queue.Move{Act: queue.ActHand, Visitor: p.Visitor, To: next.Visitor}); err != nil {
		t.Fatal(err)
	}
	if s, err := o.line.Claim(next); err != nil || s.State != queue.StateFront && s.State != queue.StateInside {
		t.Fatalf("%+v, %v", s, err)
	}
	for i := range 40 {
		if a := o.line.Poll(next, -1); a.State == queue.StateCalled {
			break
		} else if i == 39 {
			t.Errorf("not called before those in line: %+v", a)
		}
		for _, p := range line {
			if a := o.line.Poll(p, -1); a.State == queue.StateCalled {
				t.Fatal("somebody who came later is called first")
			}
		}
		o.pass(500 * time.Millisecond)
	}
	o.pass(time.Minute)
	if n := len(o.desk.List()); n != 0 {
		t.Errorf("%d places are kept, though it goes on in a browser", n)
	}
}

func TestCallersPlacesComeBackAfterALossAndARestart(t *testing.T) {
	o := newOffice(t, queue.Pace{Rate: 1, Burst: 1})
	before := o.comes()
	var all []desk.Taken
	for range 5 {
		all = append(all, o.take())
	}
	o.pass(time.Second)
	for round := range 3 {
		if o.lose(); round == 2 {
			o.start(o.line.View().Snapshot.Document) // all at once
		}
		o.pass(2 * time.Second)
		o.line.Poll(before, -1)
		o.pass(time.Second)
		if list := o.desk.List(); len(list) != len(all) {
			t.Fatalf("round %d: %d places are kept", round, len(list))
		}
		for i, one := range all {
			if s := o.state(one.Ticket); s != "waiting" {
				t.Errorf("round %d: place %d is %s", round, i, s)
			}
			name := o.nameOf(one)
			if found, err := o.names.Find(name.Number, strings.ToLower(name.Code)); err != nil || found.Number != one.Ticket.Number || found.Epoch != one.Ticket.Epoch {
				t.Errorf("round %d: by number and code %+v, %v", round, found, err)
			}
		}
		if f := o.line.View().Snapshot; f.Waiting != 6 {
			t.Errorf("round %d: %d wait, want 6", round, f.Waiting)
		}
	}
}

// placeOf is a place in the order that is known now.
func (o *office) placeOf(p queue.Place) queue.Place {
	p, _ = o.line.Place(queue.Ticket{Visitor: p.Visitor, Epoch: p.Epoch, Number: p.Number, Lane: p.Lane})
	return p
}

func (o *office) nameOf(one desk.Taken) desk.Name {
	p, _ := o.line.Place(one.Ticket)
	return o.names.Of(p)
}

// In a lobby the store keeps nothing; the places are in the line when it has ended, with the numbers that the draw gives.
func TestCallersPlacesOfALobbyComeIntoTheLine(t *testing.T) {
	for name, drawn := range map[string]bool{"arrival": false, "draw": true} {
		t.Run(name, func(t *testing.T) {
			at := eight.UnixMilli()
			o := newOffice(t, nobody,
				queue.Step{At: at, Opening: "morning", Rank: 1, Phase: queue.PhaseLobby},
				queue.Step{At: at + 60_000, Opening: "morning", Rank: 2, Phase: queue.PhaseOpen, Draw: drawn})
			o.pass(time.Second)
			browser := o.comes()
			caller := o.take()
			o.pass(time.Second)
			name := o.nameOf(caller)
			if s := o.state(caller.Ticket); s != "lobby" || name.Lot != drawn || name.Number != caller.Ticket.Number {
				t.Fatalf("in the lobby it is %s, named %+v", s, name)
			}
			o.pass(time.Minute)
			if drawn {
				if _, err := o.line.Reveal(t.Context(), "morning", [32]byte{7}); err != nil {
					t.Fatal(err)
				}
			}
			o.pass(time.Second)
			o.line.Poll(o.placeOf(browser), -1)
			o.pass(2 * time.Second)
			if s := o.state(caller.Ticket); s != "waiting" {
				t.Errorf("behind the start it is %s", s)
			}
			// Both names are of this place: the one that was read out in the lobby, and the one that it has now.
			now := o.nameOf(caller)
			for _, n := range []desk.Name{name, now} {
				found, err := o.names.Find(n.Number, n.Code)
				if err != nil {
					t.Fatalf("%+v: %v", n, err)
				}
				if one, ok := o.desk.Has(found); !ok || one.Ticket.Visitor != caller.Ticket.Visitor {
					t.Errorf("%+v is the name of %+v", n, found)
				}
			}
			if f := o.line.View().Snapshot; f.Waiting != 2 {
				t.Errorf("%d wait", f.Waiting)
			}
		})
	}
}

// The code of a lot is none of the place that has drawn the same number, and the code of a place none of the next.
func TestACodeNamesOnePlace(t *testing.T) {
	at := eight.UnixMilli()
	o := newOffice(t, queue.Pace{Rate: 1, Burst: 1},
		queue.Step{At: at, Opening: "morning", Rank: 1, Phase: queue.PhaseLobby},
		queue.Step{At: at + 60_000, Opening: "morning", Rank: 2, Phase: queue.PhaseOpen, Draw: true})
	o.pass(time.Second)
	var lots []desk.Name
	var all []desk.Taken
	for range 12 {
		one := o.take()
		all = append(all, one)
		lots = append(lots, o.nameOf(one))
	}
	o.pass(time.Minute)
	if _, err := o.line.Reveal(t.Context(), "morning", [32]byte{9}); err != nil {
		t.Fatal(err)
	}
	o.pass(2 * time.Second)
	codes := map[string]bool{}
	for i, one := range all {
		drawn := o.nameOf(one)
		codes[drawn.Code], codes[lots[i].Code] = true, true
		for _, n := range []desk.Name{drawn, lots[i]} {
			if found, err := o.names.Find(n.Number, n.Code); err != nil {
				t.Errorf("%+v: %v", n, err)
			} else if is, _ := o.desk.Has(found); is.Ticket.Visitor != one.Ticket.Visitor {
				t.Errorf("%+v is another's place", n)
			}
		}
		if _, err := o.names.Find(drawn.Number%12+1, drawn.Code); !errors.Is(err, door.ErrWrong) {
			t.Errorf("a code with another number: %v", err)
		}
	}
	if len(codes) != 24 {
		t.Errorf("%d codes, want 24", len(codes))
	}
	typo := []byte(lots[0].Code)
	if typo[0]++; typo[0] == 'I' || typo[0] == 'L' || typo[0] == 'O' || typo[0] > 'Z' || typo[0] == ':' {
		typo[0] = '2'
	}
	if _, err := o.names.Find(lots[0].Number, string(typo)); !errors.Is(err, door.ErrTypo) && lots[0].Code[0] != '2' {
		t.Errorf("a typo: %v", err)
	}
}

// The lane of a place is known again by its code.
func TestACodeTellsTheLane(t *testing.T) {
	o := newOffice(t, queue.Pace{Rate: 1, Burst: 1})
	o.comes()
	taken, err := o.desk.Take(t.Context(), queue.Arrival{Lane: 3})
	if err != nil {
		t.Fatal(err)
	}
	name := o.nameOf(taken)
	if found, err := o.names.Find(name.Number, name.Code); err != nil || found.Lane != 3 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestAPlaceThatCannotBeWrittenDownIsGivenUp(t *testing.T) {
	o := newOffice(t, queue.Pace{Rate: 1, Burst: 1})
	o.comes()
	o.path = filepath.Join(t.TempDir(), "gone", "termine.desk.json")
	o.start(o.line.View().Snapshot.Document)
	if _, err := o.desk.Take(t.Context(), queue.Arrival{}); !errors.Is(err, desk.ErrNotKept) {
		t.Errorf("%v", err)
	}
	o.pass(time.Second)
	if f := o.line.View().Snapshot; f.Waiting != 1 || len(o.desk.List()) != 0 {
		t.Errorf("%d wait, %d are listed", f.Waiting, len(o.desk.List()))
	}
}

func TestAFileThatIsNoneIsLeftAlone(t *testing.T) {
	o := newOffice(t, queue.Pace{Rate: 1, Burst: 1})
	for _, text := range []string{"", "{", `{"version":2,"room":"termine","places":[]}`, `{"version":1,"room":"andere","places":[]}`, `{"version":1,"room":"termine","places":[{"visitor":"AQAAAAAAAAAAAAAAAAAAAA","epoch":1,"number":0}]}`} {
		if err := os.WriteFile(o.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := desk.Open("termine", o.path, o.line, o.names, zap.NewNop()); err == nil || !strings.Contains(err.Error(), o.path) {
			t.Errorf("%q: %v", text, err)
		}
		if kept, err := os.ReadFile(o.path); err != nil || string(kept) != text {
			t.Errorf("%q became %q", text, kept)
		}
	}
}

func TestAClosedLineGivesNoPlace(t *testing.T) {
	o := newOffice(t, queue.Pace{Rate: 1, Burst: 1}, queue.Step{At: eight.UnixMilli(), Opening: "x", Rank: 1, Phase: queue.PhaseClosed})
	o.pass(time.Second)
	var refused *desk.Refused
	if _, err := o.desk.Take(t.Context(), queue.Arrival{}); !errors.As(err, &refused) || refused.Reason != queue.ReasonClosed || !strings.Contains(err.Error(), "closed") {
		t.Errorf("%v", err)
	}
}

// A place waits for longer than a ticket lives, as long as it waits; once its turn has come it ends with the ticket.
func TestAPlaceThatWaitsIsKept(t *testing.T) {
	o := newOffice(t, nobody)
	o.comes()
	caller := o.take()
	o.pass(time.Second)
	for range 30 {
		o.now += time.Hour.Milliseconds()
		o.pass(2 * time.Second)
	}
	if s := o.state(caller.Ticket); s != "waiting" || len(o.desk.List()) != 1 {
		t.Errorf("after 30 hours it is %s, %d listed", s, len(o.desk.List()))
	}
	if _, err := o.line.Update(t.Context(), func(d *queue.Document) error { d.Pace.Rate = 60; return nil }); err != nil {
		t.Fatal(err)
	}
	o.pass(3 * time.Minute) // a line that stood still is held first
	for range 25 {
		o.now += time.Hour.Milliseconds()
		o.pass(2 * time.Second)
	}
	if n := len(o.desk.List()); n != 0 {
		t.Errorf("%d are listed a day after their turn", n)
	}
}
