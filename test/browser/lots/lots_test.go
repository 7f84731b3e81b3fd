// Package lots follows people through an opening with a draw, in Chromium before the real gateway: from the lobby to the page
// that checks the draw. The test itself is written for node in lots.test.mjs.
package lots

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	browser "github.com/einlass/einlass/test/browser/fakegateway"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

func TestPeopleSeeTheirLotsDrawnAndCheckThem(t *testing.T) {
	chromium, err := browser.Chromium(true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("../node_modules/playwright-core/package.json"); err != nil {
		t.Fatal(browser.ErrDeps)
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<h1>Inside") }))
	defer site.Close()
	// Nobody is called, so that the pages stand still.
	cfg := launch.OneRoom(t.TempDir(), launch.Settings{
		Backend: site.URL, Pace: queue.Pace{Rate: 60, Burst: 1}, Paused: true, PollMin: 500 * time.Millisecond, PollMax: 2 * time.Second,
	})
	if cfg.Rooms[0].Schedule, err = launch.OpensAt(time.Now().Add(gathers).Truncate(time.Second)); err != nil {
		t.Fatal(err)
	}
	cfg.Rooms[0].Schedule.Openings[0].Order, cfg.Rooms[0].Draw = "draw", launch.RoomDraw{Beacon: string(draw.None)}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	g, err := launch.StartGateway(ctx, program, t.TempDir(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	cmd := exec.CommandContext(ctx, "node", "--test-reporter=spec", "lots.test.mjs")
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "GATE="+g.URL(), "PEOPLE="+people, "CHROMIUM="+chromium, "NODE_NO_WARNINGS=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "ℹ pass 1\n") {
		t.Fatalf("%v\n%s", err, out)
	}
}
