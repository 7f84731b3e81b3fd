package check_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/loadtest/check"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

var timing = queue.Timing{
	Absent: 10 * time.Minute, ClaimWindow: time.Minute, Idle: 10 * time.Minute, TicketLife: time.Hour, Hold: time.Second,
}

// morning plays a small opening on a real store: ten arrive, six are called one every ten seconds and go in, one leaves.
func morning(t *testing.T, dir string) {
	t.Helper()
	bare, err := memstore.New(memstore.Config{Timing: timing})
	if err != nil {
		t.Fatal(err)
	}
	file, err := journal.Create(dir, "termine", timing, true, time.Now(), func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	s := &journal.Recorder{Store: bare, Log: file}
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	control := queue.Control{Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: 6, Burst: 1, MaxInside: 100}}
	must(s.Restore(ctx, queue.Watermark{Control: control}))
	ids := make([]queue.VisitorID, 10)
	for i := range ids {
		ids[i][0] = byte(i + 1)
	}
	joined, err := s.Join(ctx, ids)
	must(err)
	for i := range 6 {
		time.Sleep(10 * time.Second)
		f, err := s.Advance(ctx, queue.Watermark{})
		must(err)
		if f.Called != int64(i+1) {
			t.Fatalf("%d are called, want %d", f.Called, i+1)
		}
		r, err := s.Claim(ctx, []queue.Place{joined.Places[i].Place})
		must(err)
		if r.Standings[0].State != queue.StateInside {
			t.Fatalf("claim %d is %v", i, r.Standings[0].State)
		}
	}
	must(s.Leave(ctx, ids[9:]))
	must(s.Close())
}

func command(args ...string) (string, error) {
	var out bytes.Buffer
	cmd := check.Command()
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	return paths
}

func TestTheReportCountsWhatHappened(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { morning(t, dir) })
	out, err := command(append(files(t, dir), "--format", "json")...)
	if err != nil {
		t.Fatal(err, out)
	}
	var r check.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Arrivals != 10 || r.Entries != 6 || r.StraightIn != 0 || r.Left != 1 || r.StillThere != 3 || r.Unclaimed != 0 {
		t.Errorf("people are %+v", r)
	}
	if w := r.Waits; w.Count != 6 || w.P50 != 30_000 || w.Max != 60_000 {
		t.Errorf("waits are %+v", w)
	}
	var calls, entries int64
	var allowed float64
	for _, m := range r.Minutes {
		calls, entries, allowed = calls+m.Calls, entries+m.Entries, allowed+m.Allowed
	}
	// The call before the first snapshot is in its total, which begins the count.
	if calls != r.Calls || r.Calls != 5 || entries != 6 || allowed != 5 {
		t.Errorf("%d calls, %d entries, %v allowed; %d calls in all", calls, entries, allowed, r.Calls)
	}
	if len(r.Controls) != 1 || r.Controls[0].Pace.Rate != 6 || len(r.Epochs) != 1 || r.Summary.Violations != 0 {
		t.Errorf("controls %+v, epochs %+v, %+v", r.Controls, r.Epochs, r.Summary)
	}
	text, err := command(files(t, dir)...)
	if err != nil || !strings.Contains(text, "No rule of the line was broken") || !strings.Contains(text, "| arrived and got a number | 10 |") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestAJournalThatBreaksOffIsNoAcquittal(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { morning(t, dir) })
	file := files(t, dir)[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// As a gateway replaces its header when the disk is full: the header keeps its length.
	broken := strings.Replace(string(data), `"complete":true} `, `"complete":false}`, 1)
	if broken == string(data) || len(broken) != len(data) {
		t.Fatalf("header %.200s", data)
	}
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := command(file)
	if !errors.Is(err, check.ErrIncomplete) || !strings.Contains(out, "complete only until") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestABrokenRuleIsToldAndEndsInAnError(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		morning(t, dir)
		f, err := journal.Create(dir, "termine", timing, false, time.Now(), func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		again := journal.Event{
			At: time.Now().UnixMilli() + 1, Kind: journal.Join, Visitor: journal.ID{99}, Number: 3, State: journal.State(queue.StateWaiting),
		}
		again.Epoch = queue.EpochAt(time.Now().Add(-time.Minute).UnixMilli())
		f.End(0, []journal.Event{again})
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	})
	out, err := command(files(t, dir)...)
	if !errors.Is(err, check.ErrBroken) || !strings.Contains(out, "a number was given twice") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestBadArgumentsAreTold(t *testing.T) {
	for want, args := range map[string][]string{
		"no such file":          {"/nowhere/x.jsonl"},
		"want markdown or json": {"--format", "xml", "x"},
		"requires at least 1":   {},
	} {
		if _, err := command(args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", args, err, want)
		}
	}
}
