//go:build long

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/test/e2e/harness"
)

// trial does an act of tests and trials with the room "termine".
func trial(t *testing.T, g *harness.Gate, act operator.DebugAct) json.RawMessage {
	t.Helper()
	answer, err := g.Operators.Debug(t.Context(), "termine", act)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// step is one of a plan, due now.
func step(opening string, rank uint8, phase queue.Phase, more func(*operator.Step)) operator.Step {
	name := journal.Phase(phase)
	s := operator.Step{At: time.Now().Add(-time.Second).Truncate(time.Millisecond), Opening: opening, Rank: rank, Phase: &name}
	if more != nil {
		more(&s)
	}
	return s
}

// trialsMove plays what has no configuration: a draw, lanes with weights, a place that an operator finds and moves, and a full room
// with somebody at the door. Nobody else is in the room.
func trialsMove(t *testing.T, w *metricsWatch) {
	g, _ := one(t, harness.Room{})
	line := func(name string) string { return "einlass_" + name + `{room="termine"}` }
	until(t, 10*time.Second, "the line is known", func(context.Context) bool { return w.has(g, line("line_epoch")) })
	w.look(g)
	strangersAtTheAdminAPI(t, w, g)
	share := int64(500)
	plan := []operator.Step{step("eight", 1, queue.PhaseLobby, func(s *operator.Step) {
		s.Share, s.Weights = &share, []int64{1, 2, 1, 1, 1, 1, 1, 1}
	})}
	trial(t, g, &operator.DebugPlan{Steps: plan})
	w.until(g, 20*time.Second, line("pace_share_ratio"))
	w.until(g, 20*time.Second, line("line_format"))
	w.until(g, 20*time.Second, `einlass_opening_phase{phase="lobby",room="termine"}`)
	var first operator.DebugPlace
	for range 2 {
		if err := json.Unmarshal(trial(t, g, &operator.DebugJoin{}), &first); err != nil {
			t.Fatal(err)
		}
	}
	plan = append(plan, step("eight", 2, queue.PhaseOpen, func(s *operator.Step) { s.Draw = true }))
	trial(t, g, &operator.DebugPlan{Steps: plan})
	w.until(g, 20*time.Second, `einlass_opening_phase{phase="drawing",room="termine"}`)
	trial(t, g, &operator.DebugReveal{Opening: "eight", Seed: "00000000000000000000000000000000000000000000000000000000000000ff"})
	g.Set(t, `{"strict": true}`)
	w.until(g, 20*time.Second, line("pace_strict"))

	// One is found by the number and put to the front; then the room has one seat for two who are called.
	visitors := []*harness.Browser{harness.NewBrowser(g), harness.NewBrowser(g)}
	for _, b := range visitors {
		b.Get(t, "/")
		b.Status(t)
	}
	var found operator.DebugFound
	until(t, 20*time.Second, "a place that waits", func(ctx context.Context) bool {
		answer, err := g.Operators.Debug(ctx, "termine", &operator.DebugFind{Number: visitors[0].Token().Number})
		return err == nil && json.Unmarshal(answer, &found) == nil && queue.State(found.State) == queue.StateWaiting
	})
	front := journal.Act(queue.ActFront)
	trial(t, g, &operator.DebugMove{Act: &front, Visitor: found.Visitor})
	g.Set(t, `{"rate": 6000, "burst": 10, "max_inside": 1}`)
	until(t, 30*time.Second, "somebody at the door", func(context.Context) bool {
		for _, b := range visitors {
			if b.Status(t).State == "called" {
				b.Get(t, "/")
			}
		}
		return w.has(g, line("line_asking"))
	})
	w.look(g)
	g.Set(t, `{"mode": "open"}`)
	w.until(g, 20*time.Second, line("pace_open_to_all"))
	w.until(g, 2*time.Minute, "einlass_audit_signed_line") // a head each minute
}

// strangersAtTheAdminAPI asks without a token, logs in as nobody that there is, and asks with more wrong ones at once than may wait.
func strangersAtTheAdminAPI(t *testing.T, w *metricsWatch, g *harness.Gate) {
	ask := func(token, logIn string) {
		method, path := http.MethodGet, "/v1/rooms"
		if logIn != "" {
			method, path = http.MethodPost, "/v1/session"
		}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+g.Admin+path, strings.NewReader(logIn))
		if err != nil {
			t.Error(err)
			return
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		if logIn != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		if res.Body.Close(); res.StatusCode != http.StatusUnauthorized && res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("token %q and log-in %q are answered %s", token, logIn, res.Status)
		}
	}
	ask("", "")
	ask("", `{"user": "nobody", "password": "none of anybody", "code": "123456"}`)
	var wrong sync.WaitGroup
	for range 30 {
		wrong.Go(func() { ask("wrong", "") })
	}
	wrong.Wait()
	for _, reason := range []string{"missing", "wrong", "login", "crowd"} {
		w.until(g, 10*time.Second, `einlass_admin_unauthorized_total{reason="`+reason+`"}`)
	}
}
