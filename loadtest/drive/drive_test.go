package drive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/pkg/queue"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

// quickSite is a portal whose server is never the reason to wait.
func quickSite(t *testing.T) *httptest.Server {
	t.Helper()
	cfg := demo.Demo(time.Now())
	cfg.FinishHeader = true
	cfg.Curve = demo.Curve{Rate: 1e6, Workers: 100, Queue: 1000}
	site, err := demo.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(func() { site.Close(); server.Close() })
	return server
}

func startGate(t *testing.T, site string, pace queue.Pace) (g *launch.Gateway, journal string) {
	t.Helper()
	dir := t.TempDir()
	cfg := launch.OneRoom(dir, launch.Settings{
		Backend: site, Pace: pace, PollMin: 100 * time.Millisecond, PollMax: 300 * time.Millisecond,
	})
	g, err := launch.StartGateway(t.Context(), program, dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Errorf("%v\n%s", err, g.Log())
		}
	})
	return g, cfg.Journal.Dir
}

// quickCrowd is a crowd of every kind whose visit takes moments.
func quickCrowd() drive.Crowd {
	return drive.Crowd{
		Think: 20 * time.Millisecond, Typing: 40 * time.Millisecond, Retry: 100 * time.Millisecond,
		NoScript: 0.05, Bots: 0.1, Tabs: 0.2, Reloads: 0.2, Leaves: 0.1, Sleeps: 0.1, NoShows: 0.05,
		BotEvery: 50 * time.Millisecond, ReloadEvery: 200 * time.Millisecond, SleepFor: 300 * time.Millisecond, LeaveAfter: 300 * time.Millisecond,
	}
}

func TestACrowdOfEveryKindIsLetInInOrderAndBooks(t *testing.T) {
	for _, name := range []string{"what the clients saw", "the gateway's journal"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := quickSite(t)
			g, journal := startGate(t, site.URL, queue.Pace{Rate: 6000, MaxInside: 40, Burst: 20, Strict: true})
			if name == "what the clients saw" {
				journal = ""
			}
			r, err := drive.Run(t.Context(), drive.Config{
				Target: g.URL(), Room: launch.RoomID, Admin: g.AdminURL(), AdminToken: launch.OperatorToken, Portal: site.URL, Journal: journal,
				Waves: []drive.Wave{{Over: 300 * time.Millisecond, People: 80}}, Crowd: quickCrowd(), Seed: uint64(len(name)), Sources: 20,
			})
			if err != nil {
				t.Fatal(err)
			}
			everybodyWentIn(t, r, name)
		})
	}
}

// everybodyWentIn checks the result of a drive of 80 people whose rules were sworn to by what name says.
func everybodyWentIn(t *testing.T, r drive.Result, name string) {
	t.Helper()
	// Numbers and stays are events, and so are snapshots, but how many of those there are is a matter of the machine.
	if !r.Kept() || r.Checked.Events < 80+50 || !strings.Contains(r.Sworn, name) {
		t.Errorf("checked %+v, lost %d, by %q: %v", r.Checked, r.Lost, r.Sworn, r.Violations)
	}
	ended := int64(0)
	for _, n := range r.Ends {
		ended += n
	}
	if r.Arrived != 80 || ended != 80 || r.Ends["booked"] < 50 || int64(r.Portal.Bookings) != r.Ends["booked"] {
		t.Errorf("%d came, ends %v, the site booked %d", r.Arrived, r.Ends, r.Portal.Bookings)
	}
	if r.Claims != r.Waits.Count+r.Straight || r.Waits.Max == 0 || r.Line.Snapshots == 0 || r.Line.MostInside > 40 {
		t.Errorf("%d came in, waits %+v, line %+v", r.Claims, r.Waits, r.Line)
	}
}

func TestWithoutAGateTheySimplyWalkTheScript(t *testing.T) {
	var pages atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages.Add(1)
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusFound)
		}
	}))
	defer site.Close()
	const think = 20 * time.Millisecond
	r, err := drive.Run(t.Context(), drive.Config{
		Target: site.URL, Waves: []drive.Wave{{People: 10}}, Crowd: drive.Crowd{Think: think},
		OnVisit: func(v drive.Visit) {
			if v.Inside < 2*think/2 || !v.Whole { // nobody looks at a page for less than half of the mean
				t.Errorf("a visit of three pages took %v, whole: %v", v.Inside, v.Whole)
			}
			if v.Page < think/2 || v.Page > v.Inside-think/2 {
				t.Errorf("the longest page of a visit of %v was looked at for %v", v.Inside, v.Page)
			}
		},
		Script: []drive.Step{{Path: "/old"}, {Path: "/form", Form: "a=b"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages.Load() != 40 || r.Ends["done"] != 10 || r.Requests != 40 {
		t.Errorf("%d pages, ends %v, %d requests", pages.Load(), r.Ends, r.Requests)
	}
}

func TestLatencyCountsFromTheMomentARequestWasDue(t *testing.T) {
	release := make(chan struct{})
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer site.Close()
	// One connection for five people: four of them cannot start in time, and that is part of their latency.
	timer := time.AfterFunc(200*time.Millisecond, func() { close(release) })
	defer timer.Stop()
	r, err := drive.Run(t.Context(), drive.Config{
		Target: site.URL, Waves: []drive.Wave{{People: 5}}, Connections: 1, Script: []drive.Step{{Path: "/"}},
		Crowd: drive.Crowd{Think: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Late < 4 || r.Kinds[0].P50 < 100*time.Millisecond {
		t.Errorf("%d late, half took %v", r.Late, r.Kinds[0].P50)
	}
}

func TestEndingTheRunCutsOffWhatIsUnderWay(t *testing.T) {
	reached := make(chan struct{}, 10)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		<-r.Context().Done()
	}))
	defer site.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	r, err := drive.Run(ctx, drive.Config{Target: site.URL, Waves: []drive.Wave{{People: 1}}, Timeout: time.Hour})
	if err != nil || r.Ends["stopped"] != 1 {
		t.Errorf("%v, ends %v", err, r.Ends)
	}
}

func TestNobodyGoesToAnotherHost(t *testing.T) {
	for target, confirmed := range map[string]string{
		"https://termine.example.org": "", "http://192.0.2.1": "termine.example.org", "https://termine.example.org:444": "termine.example.com",
	} {
		if _, err := drive.Run(t.Context(), drive.Config{Target: target, Confirmed: confirmed}); !errors.Is(err, drive.ErrForeign) {
			t.Errorf("%s with %q: %v", target, confirmed, err)
		}
	}
	for target, confirmed := range map[string]string{
		"https://termine.example.org": "termine.example.org", "http://127.0.0.1:8080": "", "http://[::1]:8080": "", "http://termine.localhost": "",
	} {
		if _, err := drive.Permit(target, confirmed); err != nil {
			t.Errorf("%s with %q: %v", target, confirmed, err)
		}
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	site := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer site.Close()
	r, err := drive.Run(t.Context(), drive.Config{Target: site.URL, Waves: []drive.Wave{{People: 1}}, Crowd: drive.Crowd{Patience: time.Millisecond}})
	if err != nil || r.Ends["gave_up"] != 1 {
		t.Errorf("%v, ends %v", err, r.Ends)
	}
}

func TestEveryMistakeInTheConfigurationIsNamed(t *testing.T) {
	_, err := drive.Run(t.Context(), drive.Config{
		Target: "ftp://x", Path: "a", Prefix: "b", Admin: "http://127.0.0.1:1", Journal: "x", Waves: []drive.Wave{{People: -1}},
		Connections: 99_999, Sources: -1, Timeout: -1, Every: 1, Crowd: drive.Crowd{Bots: 2, Think: -1}, Script: []drive.Step{{Path: "x"}},
		Timing: queue.Timing{Absent: -1},
	})
	for _, want := range []string{
		"target", "path", "prefix", "admin", "journal", "waves[0]", "connections", "sources", "timeout", "every", "bots", "think", "script[0]", "absent",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in %v", want, err)
		}
	}
}

func TestTheCommandPrintsATableAndWritesJSON(t *testing.T) {
	site := quickSite(t)
	file := t.TempDir() + "/result.json"
	cmd := drive.Command()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs([]string{
		"--target", site.URL, "--portal", site.URL, "--room", "", "--people", "3", "--over", "10ms", "--think", "5ms", "--typing", "5ms", "--json", file,
	})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	var r drive.Result
	if err != nil || json.Unmarshal(data, &r) != nil || r.Ends["booked"] != 3 {
		t.Errorf("%v: %s", err, data)
	}
	for _, want := range []string{"3 came, 3 booked", "site form", "3 booked, 0 double"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
