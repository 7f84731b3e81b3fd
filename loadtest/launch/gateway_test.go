package launch_test

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

func TestAGatewayKeepsItsAddressesConfigurationAndLogOverItsLives(t *testing.T) {
	dir := t.TempDir()
	cfg := launch.OneRoom(dir, launch.Settings{Backend: "http://127.0.0.1:9", Paused: true})
	cfg.Log.Level = "info"
	g, err := launch.StartGateway(t.Context(), program, dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	if cfg.Listen.HTTP != "" || cfg.Admin.Token != "" {
		t.Errorf("the caller's configuration was changed: %+v", cfg)
	}
	first := g.Process().Pid()
	g.Kill()
	if g.Process().Alive() {
		t.Error("it lives on")
	}
	file, err := os.ReadFile(g.File)
	if err != nil || os.WriteFile(g.File, bytes.Replace(file, []byte("mode: pause"), []byte("mode: run"), 1), 0o600) != nil {
		t.Fatal(err)
	}
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g.Process().Pid() == first {
		t.Error("it is the same process")
	}
	// The edited file is in force with a tick of the room, which may come after the first answer.
	info, err := g.Operators.Room(t.Context(), launch.RoomID)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 200 {
		if err != nil || info.Mode == "run" {
			break
		}
		<-tick.C
		info, err = g.Operators.Room(t.Context(), launch.RoomID)
	}
	if err != nil || info.Mode != "run" {
		t.Errorf("the room is %+v, %v", info, err)
	}
	res, err := http.Get(g.URL() + "/.einlass/status")
	if err != nil || res.Body.Close() != nil {
		t.Errorf("visitors: %v", err)
	}
	if n := g.Logged("keyring made"); n != 1 || !strings.Contains(g.Log(), "keyring made") {
		t.Errorf("the first life's only keyring is in the log %d times:\n%s", n, g.Log())
	}
	if code := g.Stop(); code != 0 || g.Process().Alive() {
		t.Errorf("exit code %d", code)
	}
}

func TestAGatewayThatIsRefusedIsAnErrorWithItsLog(t *testing.T) {
	dir := t.TempDir()
	cfg := launch.OneRoom(dir, launch.Settings{Backend: "ftp://127.0.0.1"})
	_, err := launch.StartGateway(t.Context(), program, dir, cfg)
	if err == nil || !strings.Contains(err.Error(), "backend.url") {
		t.Errorf("got %v", err)
	}
}
