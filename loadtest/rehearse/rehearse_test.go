package rehearse_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/loadtest/rehearse"
	"github.com/einlass/einlass/pkg/queue"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

// quick is a rehearsal that takes seconds.
func quick(target string) rehearse.Config {
	return rehearse.Config{
		Target: target, Script: []drive.Step{{Path: "/termine"}}, Think: 20 * time.Millisecond,
		First: 1200, Factor: 1.7, Narrow: 0.4, Length: 900 * time.Millisecond, Confirm: 1500 * time.Millisecond, Settle: 150 * time.Millisecond,
		// Steps this short are a moment's, and a busy machine has slow ones.
		Slower: 50,
	}
}

func TestThroughAGateTheRoomIsSetBackAtTheEnd(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.Header().Set("Einlass-Finish", "1")
		}
	}))
	defer site.Close()
	pace := queue.Pace{Rate: 7, MaxInside: 5, Burst: 3}
	dir := t.TempDir()
	g, err := launch.StartGateway(t.Context(), program, dir, launch.OneRoom(dir, launch.Settings{
		Backend: site.URL, Pace: pace, PollMin: 100 * time.Millisecond, PollMax: 200 * time.Millisecond,
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	cfg := quick(g.URL())
	cfg.Room, cfg.Admin, cfg.AdminToken, cfg.Most, cfg.First = launch.RoomID, g.AdminURL(), launch.OperatorToken, 960, 600
	cfg.Out = t.Output()
	r, err := rehearse.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	// Which rates are good here and what is advised is a matter of the machine, and tested in faked time.
	came := int64(0)
	for _, s := range r.Steps {
		// The gate lets in by the pace, not by the arrivals; a burst and a tick more at either end.
		want := float64(s.Rate) * s.Length.Minutes()
		if float64(s.Sessions) > 1.5*want+25 {
			t.Errorf("%d were let in at %d a minute for %v", s.Sessions, s.Rate, s.Length)
		}
		came += s.Sessions
	}
	if came == 0 {
		t.Error("nobody was let in")
	}
	// The controls that are shown are those of the latest snapshot.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		info, err := g.Operators.Room(t.Context(), launch.RoomID)
		if err != nil {
			t.Fatal(err)
		}
		if info.Rate == pace.Rate && info.MaxInside == pace.MaxInside && info.Burst == pace.Burst {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("the room was left at rate %d, max inside %d, burst %d", info.Rate, info.MaxInside, info.Burst)
		}
	}
}

func TestASiteInTroubleIsLeftAloneAtOnce(t *testing.T) {
	var requests atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) > 40 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer site.Close()
	cfg := quick(site.URL)
	cfg.First, cfg.Length = 3000, time.Hour
	r, err := rehearse.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Stopped, rehearse.ErrHurt.Error()) || requests.Load() > 600 || r.Advice.Rate != 0 {
		t.Errorf("%q after %d requests, advice %v", r.Stopped, requests.Load(), r.Advice)
	}
}

func TestWhatWasLearnedIsToldWhenItIsInterrupted(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer site.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := quick(site.URL)
	cfg.Out = writer(func(string) { cancel() }) // after the first step
	r, err := rehearse.Run(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if r.Best != cfg.First || r.Advice.Rate != 960 || !strings.Contains(r.Text(), "interrupted") || !strings.Contains(r.Text(), "not confirmed") {
		t.Errorf("best %d, advice %+v:\n%s", r.Best, r.Advice, r.Text())
	}
}

type writer func(string)

func (w writer) Write(p []byte) (int, error) { w(string(p)); return len(p), nil }

func TestTargetsElsewhereAndMistakesAreRefused(t *testing.T) {
	if _, err := rehearse.Run(t.Context(), rehearse.Config{Target: "https://termine.example.org", Portal: true}); !errors.Is(err, drive.ErrForeign) {
		t.Error(err)
	}
	_, err := rehearse.Run(t.Context(), rehearse.Config{
		Target: "http://127.0.0.1:1", Room: "a", First: -1, Most: -1, Factor: 1, Narrow: 2, Slower: 1, Errors: 2, Margin: 2, Length: -1,
	})
	for _, want := range []string{"script", "admin, room", "first", "most", "factor", "narrow", "slower", "errors", "margin", "step"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in %v", want, err)
		}
	}
}

func TestTheCommandReadsAScript(t *testing.T) {
	var paths atomic.Pointer[string]
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			text := r.URL.Path + "?" + r.PostFormValue("q")
			paths.Store(&text)
		}
	}))
	defer site.Close()
	file := t.TempDir() + "/script.yaml"
	if err := os.WriteFile(file, []byte("- {path: /a, think: 1ms}\n- {path: /b, think: 1ms}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := rehearse.Command()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs([]string{
		"--target", site.URL, "--script", file, "--form", "/find?q=x", "--first", "600", "--most", "600", "--think", "1ms",
		"--step", "300ms", "--confirm", "300ms", "--slower", "1000",
	})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := paths.Load(); got == nil || *got != "/find?x" || !strings.Contains(out.String(), "pace: {rate: 480") {
		t.Errorf("form %v, output\n%s", got, out.String())
	}
	for _, args := range [][]string{
		{"--target", site.URL, "--script", file + "x"},
		{"--target", site.URL, "--form", "/find"},
		{"--target", site.URL},
		{"--target", site.URL, "--get", "/a", "--think", "0"},
		{"--target", site.URL, "--get", "/a", "--errors", "0"},
	} {
		bad := rehearse.Command()
		bad.SetArgs(args)
		bad.SetOut(&out)
		bad.SetErr(&out)
		if err := bad.ExecuteContext(t.Context()); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
