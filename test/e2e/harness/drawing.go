package harness

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
	"github.com/einlass/einlass/pkg/queue/draw/drand/drandtest"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// NewDrand starts a chain of drand of the test's own, with a server that has its rounds once they have begun.
func NewDrand(tb testing.TB) launch.Draws {
	tb.Helper()
	chain := drandtest.New(tb, time.Now().Unix()-3000, 1)
	server := httptest.NewServer(chain)
	tb.Cleanup(server.Close)
	key, err := chain.Key.MarshalText()
	must(tb, err)
	return launch.Draws{Drand: launch.Drand{
		Servers: []string{server.URL}, Hash: chain.Hash.String(), Key: string(key), Genesis: chain.Genesis, Period: time.Second,
	}}
}

// PlanDraw has the room's lobby open now and its order drawn at a time. A line that there is stays.
func PlanDraw(tb testing.TB, gates []*Gate, opening string, start time.Time) {
	tb.Helper()
	lobby, open := journal.Phase(queue.PhaseLobby), journal.Phase(queue.PhaseOpen)
	act := &operator.DebugPlan{Steps: []operator.Step{
		{At: time.Now().Truncate(time.Millisecond), Opening: opening, Rank: 1, Phase: &lobby},
		{At: start.Truncate(time.Millisecond), Opening: opening, Rank: 2, Phase: &open, Draw: true},
	}}
	insist(tb, gates, func(ctx context.Context, g *Gate) error {
		_, err := g.Operators.Debug(ctx, launch.RoomID, act)
		return err
	})
}

// Record is what a gateway publishes of the draw of an opening, as text and verified; nil: nothing yet.
func (g *Gate) Record(ctx context.Context, opening string) ([]byte, *draw.Verified) {
	a, err := NewBrowser(g).Fetch(ctx, "GET", "/.einlass/draw?room=termine&opening="+opening)
	if err != nil || a.StatusCode != 200 {
		return nil, nil
	}
	r, err := draw.ParseRecord([]byte(a.Body))
	if err != nil {
		g.tb.Errorf("%s: %v", a.Body, err)
		return nil, nil
	}
	v, err := draw.Verify(&r, nil, drand.Check)
	if err != nil {
		g.tb.Errorf("%s: %v", a.Body, err)
	}
	return []byte(a.Body), &v
}
