package harness

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Opening is one of the room "termine". The slots of openings add up: what is booked is never counted anew.
type Opening struct {
	Name string
	// Ends is when the opening before it is over, zero if there is none: its line goes on. Lobby and Start are those of this one.
	Ends, Lobby, Start time.Time
	Before             string // the name of the opening before
	// Slots is how many may be booked of this opening and of all before; negative: no bound.
	Slots int64
}

func (o *Opening) steps() []operator.Step {
	step := func(at time.Time, rank uint8, phase queue.Phase) operator.Step {
		p := journal.Phase(phase)
		return operator.Step{At: at, Opening: o.Name, Rank: rank, Phase: &p}
	}
	all := []operator.Step{step(o.Lobby, 1, queue.PhaseLobby), step(o.Start, 2, queue.PhaseOpen)}
	all[0].Quota, all[0].Standby = &o.Slots, 1000 // applied with the lobby
	if !o.Ends.IsZero() {
		end := step(o.Ends, 3, queue.PhaseClosed)
		end.Opening = o.Before
		all = append([]operator.Step{end}, all...) // of one time the first is applied first
	}
	return all
}

// Plan puts an opening in force, by the first of the gateways that can be reached.
func Plan(tb testing.TB, gates []*Gate, o Opening) {
	tb.Helper()
	act := &operator.DebugPlan{Steps: o.steps()}
	insist(tb, gates, func(ctx context.Context, g *Gate) error {
		_, err := g.Operators.Debug(ctx, launch.RoomID, act)
		return err
	})
}

// Book tells the gateways that a visitor has booked and is done, until one has taken it. It counts once, however often it is told.
func Book(ctx context.Context, gates []*Gate, v *Visitor) error {
	id, err := queue.ParseVisitorID(v.Place.Visitor)
	if err != nil {
		return err
	}
	booked, finished := journal.OutcomeKind(queue.Booked), journal.OutcomeKind(queue.Finished)
	act := &operator.DebugReport{Outcomes: []operator.Outcome{
		{Kind: &booked, Visitor: journal.ID(id), Count: 1, Ref: journal.ID(id)}, {Kind: &finished, Visitor: journal.ID(id)},
	}}
	for i := 0; ; i++ {
		if _, err = gates[i%len(gates)].Operators.Debug(ctx, launch.RoomID, act); err == nil || !launch.Rest(ctx, 100*time.Millisecond) {
			return err
		}
	}
}

func insist(tb testing.TB, gates []*Gate, act func(context.Context, *Gate) error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	for i := 0; ; i++ {
		err := act(ctx, gates[i%len(gates)])
		if err == nil {
			return
		}
		if !launch.Rest(ctx, 100*time.Millisecond) {
			tb.Fatal(err)
		}
	}
}

// Phases reads the phases of the room "termine" off gateways, for as long as a test lasts.
type Phases struct {
	tb   testing.TB
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu   sync.Mutex
	seen map[*Gate][]operator.RoomInfo // each in the order of reading
}

// NewPhases begins to read.
func NewPhases(tb testing.TB, gates ...*Gate) *Phases {
	ctx, cancel := context.WithCancel(tb.Context())
	p := &Phases{tb: tb, stop: cancel, seen: map[*Gate][]operator.RoomInfo{}}
	for _, g := range gates {
		p.wg.Go(func() {
			for launch.Rest(ctx, 100*time.Millisecond) {
				if info, err := g.Figures(ctx, launch.RoomID); err == nil && info.Store.OK {
					p.mu.Lock()
					p.seen[g] = append(p.seen[g], info)
					p.mu.Unlock()
				}
			}
		})
	}
	tb.Cleanup(p.end)
	return p
}

func (p *Phases) end() {
	p.stop()
	p.wg.Wait()
}

// Check ends the reading. At each gateway every opening was in each phase once, in the order of the names given; what is booked never
// fell in an epoch; nobody was called but in phase open.
func (p *Phases) Check(openings []string) {
	p.tb.Helper()
	p.end()
	rank := map[string]int{"open of ": 0}
	for i, name := range openings {
		for j, phase := range []string{"lobby", "open", "closed"} {
			rank[phase+" of "+name] = 1 + 3*i + j
		}
	}
	for g, seen := range p.seen {
		last := -1
		for i := range seen {
			b := &seen[i]
			phase := b.Opening.Phase + " of " + b.Opening.Name
			to, known := rank[phase]
			if !known || to < last {
				p.tb.Errorf("gateway %s: %s, after number %d of %d", g.Addr, phase, last, len(rank))
			}
			if i > 0 {
				p.follows(&seen[i-1], b, to == last)
			}
			last = to
		}
		if last < len(rank)-2 {
			p.tb.Errorf("gateway %s: the last of %d snapshots is number %d of %d", g.Addr, len(seen), last, len(rank))
		}
	}
	if len(p.seen) == 0 {
		p.tb.Error("nothing was read")
	}
}

// follows holds one snapshot of a gateway to the one before.
func (p *Phases) follows(a, b *operator.RoomInfo, same bool) {
	p.tb.Helper()
	// A process that was killed may have shown a booking that it had not answered yet; it is told again.
	if b.Opening.Booked < a.Opening.Booked && b.Epoch == a.Epoch {
		p.tb.Errorf("%d booked after %d, in %q", b.Opening.Booked, a.Opening.Booked, b.Opening.Name)
	}
	if same && b.Opening.Phase != "open" && b.Epoch == a.Epoch && b.Totals.Called > a.Totals.Called {
		p.tb.Errorf("%d were called in the phase %s of %q", b.Totals.Called-a.Totals.Called, b.Opening.Phase, b.Opening.Name)
	}
}

// In is how many have got in so far.
func (c *Crowd) In() int { return int(c.in.Load()) }
