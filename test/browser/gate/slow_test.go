//go:build long

package gate

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

var update = flag.Bool("update", false, "measure the pages on a slow telephone and write the table anew")

const slowFile = "../../../docs/pages/slow.md"

// loaded is one load of a page: the browser's own times in milliseconds from the request on.
type loaded struct {
	Page                             string
	First, Largest, Script, Answered float64
	Bytes                            int
}

// TestPagesAreShownOnASlowTelephone is about a page that comes slowly to a slow processor: it is shown, and its script runs. No time is asked for; with -update
// the times are written into a table.
func TestPagesAreShownOnASlowTelephone(t *testing.T) {
	site := &harness.Site{Addr: serveSite(t)}
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{
		{ID: "waiting", Hosts: []string{"waiting.localhost"}, Site: site},
		{ID: "turn", Hosts: []string{"turn.localhost"}, Site: site, Claim: 10 * time.Minute},
		{Hosts: []string{"lobby.localhost"}, Site: site},
	}})
	now := time.Now()
	harness.Plan(t, []*harness.Gate{g}, harness.Opening{Name: "today", Lobby: now, Start: now.Add(time.Hour), Slots: -1})
	rounds := "1"
	if *update {
		rounds = "9"
	}
	cmd := node(t, g, "slow.mjs")
	cmd.Env = append(cmd.Env, "PROCESSOR=4", "LATENCY=400", "BITS=400000", "ROUNDS="+rounds)
	var failed strings.Builder
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, failed.String())
	}
	loads := map[string][]loaded{}
	for line := range bytes.Lines(out) {
		var l loaded
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if l.First <= 0 || l.Script <= 0 || l.Bytes <= 0 {
			t.Errorf("not shown: %s", line)
		}
		loads[l.Page] = append(loads[l.Page], l)
	}
	var table strings.Builder
	for _, page := range []string{"waiting", "lobby", "turn"} {
		if len(loads[page]) == 0 {
			t.Fatalf("%s was not loaded:\n%s", page, out)
		}
		table.WriteString(slowRow(page, loads[page]))
	}
	if *update {
		writeSlow(t, table.String())
	}
}

func slowRow(page string, loads []loaded) string {
	spread := func(of func(*loaded) float64) string {
		var all []float64
		for i := range loads {
			all = append(all, of(&loads[i]))
		}
		slices.Sort(all)
		return fmt.Sprintf("%.0f (%.0f to %.0f)", all[len(all)/2], all[0], all[len(all)-1])
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s |\n", page, loads[0].Bytes,
		spread(func(l *loaded) float64 { return l.Answered }), spread(func(l *loaded) float64 { return l.First }),
		spread(func(l *loaded) float64 { return l.Largest }), spread(func(l *loaded) float64 { return l.Script }))
}

// writeSlow replaces the table and the line above it, which says when it was measured.
func writeSlow(t *testing.T, table string) {
	t.Helper()
	doc, err := os.ReadFile(slowFile)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(doc), "Measured ")
	if !found {
		t.Fatalf("%s does not say when it was measured", slowFile)
	}
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		t.Fatal(err)
	}
	busy, _, _ := strings.Cut(string(load), " ")
	text := fmt.Sprintf("%sMeasured %s, %s, by `make slow`, on %d processors with a load of %s; milliseconds, the median of nine loads, and the fastest and slowest.\n\n", before,
		time.Now().UTC().Format(time.DateOnly), strings.TrimSpace(string(commit)), runtime.NumCPU(), busy)
	text += "| page | bytes, gzip | answer is here | first text can be read | largest text | script has run |\n|---|---:|---|---|---|---|\n" + table
	if err := os.WriteFile(slowFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
