package check_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
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

// document is that of the morning.
func document() queue.Document {
	t := queue.DefaultTiming()
	t.Hold, t.Window = time.Second, time.Minute
	return queue.Document{
		Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6, Burst: 1, MaxInside: 100}, Timing: t,
		Plan: []queue.Step{{At: begin + 1000, Opening: "eight", Rank: 1, SetQuota: true, Quota: 50, Per: 1}},
	}
}

// morning plays a small opening on a real store: ten arrive, six go in, one of them books, one that waits leaves.
func morning(t *testing.T, dir string) {
	t.Helper()
	bare, err := memstore.New(memstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := journal.Create(dir, "termine", true, time.Now(), func(err error) { t.Error(err) })
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
	must(s.Restore(ctx, queue.Watermark{Document: document()}))
	_, err = s.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{})
	must(err)
	arrivals := make([]queue.Arrival, 10)
	for i := range arrivals {
		arrivals[i].Visitor[0] = byte(i + 1)
	}
	joined, err := s.Join(ctx, arrivals)
	must(err)
	inside := 0
	for now := time.Now(); inside < 6; {
		time.Sleep(time.Second)
		if time.Since(now) > 2*time.Minute {
			t.Fatalf("%d are inside", inside)
		}
		_, err := s.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{})
		must(err)
		for i := inside; i < len(joined.Places); i++ {
			p := joined.Places[i].Place
			r, err := s.Keep(ctx, 0, []queue.Beat{{Place: p}})
			must(err)
			if s := r.Standings[0].State; s != queue.StateCalled && s != queue.StateFull { // called a little ahead of the pace: asks again
				continue
			}
			time.Sleep(time.Millisecond) // of two answers of one millisecond it is not known which came first
			r, err = s.Claim(ctx, 0, []queue.Place{p})
			must(err)
			if i == inside && r.Standings[0].State == queue.StateInside {
				inside++
			}
		}
	}
	ids := []queue.VisitorID{joined.Places[9].Place.Visitor}
	_, err = s.Report(ctx, queue.Tally{}, []queue.Outcome{{Kind: queue.Booked, Visitor: joined.Places[0].Place.Visitor, Count: 1, Ref: queue.Code{1}}})
	must(err)
	must(s.Leave(ctx, ids))
	_, err = s.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{})
	must(err)
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
	if w := r.Waits; w.Count != 6 || w.P50 != 30_018 || w.Max != 60_036 {
		t.Errorf("waits are %+v", w)
	}
	var calls, entries int64
	var allowed float64
	for _, m := range r.Minutes {
		calls, entries, allowed = calls+m.Calls, entries+m.Entries, allowed+m.Allowed
	}
	// One enters each ten seconds; the last snapshot is 60 s behind the first.
	if calls != r.Calls || r.Calls != 6 || entries != 6 || math.Abs(allowed-6.0036) > 1e-6 {
		t.Errorf("%d calls, %d entries, %v allowed; %d calls in all", calls, entries, allowed, r.Calls)
	}
	if len(r.Controls) != 1 || r.Controls[0].Pace.Rate != 6 || len(r.Epochs) != 1 || r.Summary.Violations != 0 || r.Booked != 1 {
		t.Errorf("controls %+v, epochs %+v, %+v, %d booked", r.Controls, r.Epochs, r.Summary, r.Booked)
	}
	if len(r.Steps) != 1 || r.Steps[0].Opening != "eight" || r.Steps[0].Rank != 1 {
		t.Errorf("steps are %+v", r.Steps)
	}
	text, err := command(files(t, dir)...)
	if err != nil || !strings.Contains(text, "No rule of the line was broken") || !strings.Contains(text, "| arrived and got a number | 10 |") ||
		!strings.Contains(text, "opening eight: step 1") {
		t.Errorf("%v\n%s", err, text)
	}
}

// written plays a morning and answers its journal, to be changed.
func written(t *testing.T) (file string, data []byte) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { morning(t, dir) })
	file = files(t, dir)[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, data
}

func TestTheReportSaysThatARoomIsStrict(t *testing.T) {
	file, data := written(t)
	strict := strings.ReplaceAll(string(data), `"burst":1`, `"burst":1,"strict":true`)
	if err := os.WriteFile(file, []byte(strict), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := command(file)
	if err != nil || !strings.Contains(out, "burst 1, strict |") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAJournalThatBreaksOffIsNoAcquittal(t *testing.T) {
	file, data := written(t)
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
		f, err := journal.Create(dir, "termine", false, time.Now(), func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		again := journal.Event{
			At: time.Now().UnixMilli() + 1, Kind: journal.Join, Visitor: journal.ID{99}, Number: 3, State: journal.State(queue.StateWaiting),
		}
		again.Epoch = 1
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
