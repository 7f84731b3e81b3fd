package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// controls are what operators may change while a room runs.
type controls struct {
	rate, maxInside, burst int64
	strict                 bool
	mode, message, health  string
}

func controlsOf(t *testing.T, g *harness.Gate) controls {
	t.Helper()
	r := g.Room(t)
	return controls{r.Rate, r.MaxInside, r.Burst, r.Strict, string(r.Mode), r.Message, string(r.Health)}
}

// ticked waits until the gateway has asked its store twice, so that what it does by itself is done and seen.
func ticked(t *testing.T, g *harness.Gate) {
	t.Helper()
	for range 2 {
		before := g.Room(t).AsOf
		until(t, 10*time.Second, "a tick", func(context.Context) bool { return g.Room(t).AsOf.After(before) })
	}
}

// edit changes in the file what operators may have set, and key in what is then in force.
type edit struct {
	before, after string
	key           func(c *controls)
}

// first are the first n of all.
func first[T any](n int, all []T) []T { return all[:min(n, len(all))] }

// Whatever is edited in the file, and however it comes into force, what operators have set for the other keys stays: a pause, a
// message, a pace.
func TestAnEditNeverUndoesWhatOperatorsSetForAnotherKey(t *testing.T) {
	t.Parallel()
	for _, name := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := harness.Settings{}
			if name == "redis" {
				settings.Store, settings.Keys = redistest.Start(t).URL(), program.Keys(t)
			}
			settings.Rooms = []harness.Room{{Site: harness.NewSite(t), Rate: 120, MaxInside: 50, Burst: 3, Hosts: []string{"termine.example"}, Exclude: []string{"/free"}}}
			g := harness.NewGate(t, &program, settings)
			g.Set(t, `{"rate": 30, "max_inside": 7, "burst": 5, "strict": true, "mode": "pause", "message": "Wir pausieren", "health": "advise"}`)
			set := controls{30, 7, 5, true, "pause", "Wir pausieren", "advise"}
			ticked(t, g)

			ways := map[string]func(){
				"SIGHUP":  func() { wants(t, g.Reload(), "in force") },
				"restart": func() { g.Stop(); g.Start() },
				"crash":   func() { g.Kill(); g.Start() },
			}
			const room = "  - id: termine\n"
			for i, edit := range first(edits, []string{
				"title: Bürgeramt", "contact: Telefon 115", "languages: [de]", "canonical: http://termine.example", "frame_ancestors: [\"https://www.example\"]",
				"once: [/book]", "confirm_within: 20s",
			}) {
				// An edit adds a line behind the id.
				g.Edit(room, room+"    "+edit+"\n")
				way := []string{"SIGHUP", "restart", "SIGHUP", "crash"}[i%4]
				ways[way]()
				ticked(t, g)
				if got := controlsOf(t, g); got != set {
					t.Errorf("behind an edit to %q by %s: %+v, want %+v", edit, way, got, set)
				}
			}
			for i, edit := range first(edits, [][2]string{
				{"claim_window: 20s", "claim_window: 25s"},
				{"idle: 10m0s", "idle: 11m0s"},
				{"max: 1s", "max: 2s"},
				{"on_store_failure: hold", "on_store_failure: local"},
				{"- /free", "- /other"},
				{"- termine.example", "- termine.example\n      - \"*.termine.example\""},
			}) {
				g.Edit(edit[0], edit[1])
				way := []string{"restart", "SIGHUP"}[i%2]
				ways[way]()
				ticked(t, g)
				if got := controlsOf(t, g); got != set {
					t.Errorf("behind an edit to %q by %s: %+v, want %+v", edit[1], way, got, set)
				}
			}
			for i, edit := range first(edits, []edit{
				{"rate: 120", "rate: 240", func(c *controls) { c.rate = 240 }},
				{"max_inside: 50", "max_inside: 60", func(c *controls) { c.maxInside = 60 }},
				{"burst: 3", "burst: 4", func(c *controls) { c.burst = 4 }},
				{"      burst: 4\n", "      burst: 4\n      inside: strict\n", func(*controls) {}}, // it is strict already
				{room, room + "    message: Guten Morgen\n", func(c *controls) { c.message = "Guten Morgen" }},
				{"      inside: strict\n", "", func(c *controls) { c.strict = false }},
				{"      burst: 4\n", "      burst: 4\n      health: off\n", func(c *controls) { c.health = "off" }},
				{room, room + "    mode: pause\n", func(*controls) {}}, // it is paused already
				{"    mode: pause\n", "    mode: run\n", func(c *controls) { c.mode = "run" }},
			}) {
				g.Edit(edit.before, edit.after)
				edit.key(&set)
				way := []string{"SIGHUP", "restart"}[i%2]
				ways[way]()
				ticked(t, g)
				if got := controlsOf(t, g); got != set {
					t.Errorf("behind an edit to %q by %s: %+v, want %+v", edit.after, way, got, set)
				}
				if edit.after == "rate: 240" { // and again by hand
					g.Set(t, `{"rate": 33}`)
					set.rate = 33
					ticked(t, g)
				}
			}
		})
	}
}
