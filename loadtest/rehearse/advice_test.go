package rehearse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/loadtest/drive"
)

func TestARateThatWasNotConfirmedIsNotAdvisedNextToABadOne(t *testing.T) {
	c := Config{}.withDefaults()
	for _, each := range []struct {
		what string
		r    Result
		rate int64
		want string
	}{
		{"interrupted while all was well", Result{Best: 100, Below: 50}, 80, "not confirmed"},
		{"a higher one was bad", Result{Best: 100, Below: 50, Bad: 120, Steps: []Step{{Rate: 120, Why: "2.0 % errors"}}}, 40, "120 a minute was bad: 2.0 % errors"},
		{"nothing lower was tried", Result{Best: 6, Bad: 9, Steps: []Step{{Rate: 9, Why: "slow"}}}, 0, "--first"},
		{"nothing was tried", Result{Steps: []Step{{Rate: 6, Why: "interrupted"}}}, 0, "ended before"},
		{"the first was bad", Result{Bad: 6, Steps: []Step{{Rate: 6, Why: "slow"}}}, 0, "--first"},
	} {
		each.r.Long = time.Second
		if a := advise(&c, &each.r); a.Rate != each.rate || !strings.Contains(a.Why, each.want) {
			t.Errorf("%s: %d, want %d and %q in\n%s", each.what, a.Rate, each.rate, each.want, a.Why)
		}
	}
}

func TestAPlaceIsHeldWhileSomebodyComes(t *testing.T) {
	c := Config{}.withDefaults() // idle 0: the site ends visits
	r := Result{Confirmed: 600, Visit: time.Second, Long: 2 * time.Second, Steps: []Step{{}}}
	a := advise(&c, &r)
	// 480 a minute of whom each holds a place for the 3 s of a poll and a second.
	if a.MaxInside < 480*4/60 || a.MaxInside > 480*8/60 {
		t.Errorf("max inside %d at %d a minute", a.MaxInside, a.Rate)
	}
}

func TestWhereAScriptIsLedAwayIsTold(t *testing.T) {
	c := Config{}.withDefaults()
	r := Result{Confirmed: 10, Steps: []Step{{Requests: 30, Redirects: 15}}}
	if a := advise(&c, &r); !strings.Contains(a.Why, "login") {
		t.Error(a.Why)
	}
}

func TestTheLinesSayHowLongVisitsLast(t *testing.T) {
	for _, each := range []struct {
		what   string
		c      Config
		page   time.Duration
		want   []string
		absent string
		low    int64
		high   int64
	}{
		{
			"an unmodified site",
			Config{Idle: 10 * time.Minute, Script: []drive.Step{{Path: "/start"}, {Path: "/book?day=1", Form: "a=b"}}},
			59 * time.Second,
			[]string{
				"    session: {visit: 1m31s, page: 59s}\n", "37.96s for which a stay that nobody finishes still counts",
				"a rule for the page that ends a visit, or a site that sends Einlass-Finish, max_inside 101 is enough", `finish: [{path: "/book", method: POST}]`,
			},
			"", 125, 135,
		},
		{"a page longer than a stay", Config{Idle: 30 * time.Second, Script: []drive.Step{{Path: "/"}}}, time.Minute, []string{"page: 30s}", "is enough."}, "finish: [", 110, 120},
		{"a site that ends visits", Config{Script: []drive.Step{{Path: "/done"}}}, time.Minute, []string{"session: {visit: 1m31s}\n"}, "page:", 101, 101},
		{"the portal", Config{Idle: 10 * time.Minute, Portal: true}, time.Minute, []string{"page: 1m0s}"}, "finish: [", 125, 135},
	} {
		c := each.c.withDefaults()
		r := Result{Confirmed: 60, Visit: 90500 * time.Millisecond, Long: 2 * time.Minute, Page: each.page, Steps: []Step{{}}}
		r.Advice = advise(&c, &r)
		text := r.Text()
		for _, want := range each.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", each.what, want, text)
			}
		}
		if each.absent != "" && strings.Contains(text, each.absent) {
			t.Errorf("%s: %q in\n%s", each.what, each.absent, text)
		}
		if n := r.Advice.MaxInside; n < each.low || n > each.high {
			t.Errorf("%s: max_inside %d, want %d to %d", each.what, n, each.low, each.high)
		}
	}
}

// What is printed is a configuration, and its own check has nothing against it.
func TestTheLinesAreGoodInAConfiguration(t *testing.T) {
	for _, idle := range []time.Duration{0, 30 * time.Second, 10 * time.Minute} {
		c := Config{Idle: idle, Script: []drive.Step{{Path: "/book", Form: "a=b"}}}.withDefaults()
		r := Result{Confirmed: 60, Visit: 90500 * time.Millisecond, Long: 2 * time.Minute, Page: 59 * time.Second, Steps: []Step{{}}}
		lines := strings.ReplaceAll(advise(&c, &r).String(), "session: {", fmt.Sprintf("session: {idle: %v, ", max(idle, time.Minute)))
		if idle == 0 {
			lines += "\nfinish: [{path: /book, method: POST}]"
		}
		text := "listen: {http: \":8080\"}\nrooms:\n  - id: a\n    backend: {url: \"http://127.0.0.1:8000\"}\n    " + strings.ReplaceAll(lines, "\n", "\n    ") + "\n"
		file := filepath.Join(t.TempDir(), "einlass.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.Load(config.Source{File: file})
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			continue
		}
		if got.Rooms[0].Session.Visit != 91*time.Second {
			t.Errorf("visits of %v in\n%s", got.Rooms[0].Session.Visit, text)
		}
		for _, p := range got.Warnings() {
			t.Errorf("warned of %v in\n%s", p, text)
		}
	}
}
