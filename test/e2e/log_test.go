package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// logged are the lines of a gateway's log.
func logged(t *testing.T, g *harness.Gate) (lines []map[string]any) {
	t.Helper()
	s := bufio.NewScanner(strings.NewReader(g.Log()))
	for s.Scan() {
		line := map[string]any{}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("%v in %q", err, s.Text())
		}
		lines = append(lines, line)
	}
	return lines
}

func having(lines []map[string]any, message string) (found []map[string]any) {
	for _, line := range lines {
		if line["msg"] == message {
			found = append(found, line)
		}
	}
	return found
}

// A site that is down under load costs a line when it goes, one when it comes back, and counts.
func TestADeadSiteDoesNotFillTheLog(t *testing.T) {
	t.Parallel()
	port, err := launch.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	addr := launch.Addr(port)
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: &harness.Site{Addr: addr}, Exclude: []string{"/free"}}}})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	const lanes, each = 8, 250
	failed := 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range lanes {
		all.Go(func() {
			for range each {
				if status := free(t.Context(), g, client); status != 502 {
					t.Errorf("a dead site answers %d", status)
					return
				}
				mu.Lock()
				failed++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	newSlowSite(t, addr)
	until(t, time.Minute, "the site", func(ctx context.Context) bool {
		status := free(ctx, g, client)
		if status == 502 {
			failed++
		}
		return status == 200
	})
	client.CloseIdleConnections()
	if code := g.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	lines := logged(t, g)
	if len(lines) > 40 {
		t.Errorf("%d requests to a dead site cost %d lines", failed, len(lines))
	}
	down, up := having(lines, "backend address cannot be connected to"), having(lines, "backend address can be connected to again")
	if len(down) != 1 || len(up) != 1 || up[0]["after"].(float64) <= 0 || up[0]["failures"].(float64) < 5 {
		t.Errorf("the changes of state are %v and %v", down, up)
	}
	said, left := len(having(lines, "not forwarded")), 0
	for _, line := range having(lines, "lines like this were left out") {
		if line["like"] == "not forwarded" && line["level"] == "warn" {
			left += int(line["lines"].(float64))
		}
	}
	if said+left != failed || said == 0 {
		t.Errorf("%d lines and %d that were left out, of %d failures", said, left, failed)
	}
}

func TestTheStartSaysWhatServesWhere(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	lines := logged(t, g)
	starts, serves := having(lines, "gateway starts"), having(lines, "visitors are served")
	if len(starts) != 1 || len(serves) != 1 {
		t.Fatalf("the log says %v", lines)
	}
	version, _ := starts[0]["version"].(string)
	if version == "" || strings.Contains(version, "devel") || starts[0]["configuration"] != g.File {
		t.Errorf("%v", starts[0])
	}
	for key, want := range map[string]string{"http": "[tcp " + g.Addr + "]", "admin": g.Admin, "rooms": "[termine]", "store": "memory, kept in " + g.State} {
		if got := strings.Trim(strings.ReplaceAll(toText(serves[0][key]), `"`, ""), " "); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if said := program.Run(t, "--version"); !strings.Contains(said, version) {
		t.Errorf("--version says %q, the log %q", said, version)
	}
}

func toText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Whoever reads a reference out on the telephone is found in the log, however many others there are in the same minute.
func TestEveryReferenceOnAPageIsInTheLog(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	s := harness.NewStranger(g)
	told := map[string]bool{}
	for range 12 {
		a := send(t, s, "GET", "/.einlass/nothing?room=termine", "", navigates...)
		ref := a.Header.Get("Einlass-Reference")
		if a.StatusCode != 404 || ref == "" {
			t.Fatalf("%d, reference %q", a.StatusCode, ref)
		}
		told[ref] = true
	}
	until(t, time.Minute, "a line for each reference", func(context.Context) bool {
		known := 0
		for _, line := range having(logged(t, g), "page of a fault") {
			if ref, _ := line["reference"].(string); told[ref] {
				known++
			}
		}
		return known == 12
	})
}
