package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func create(t *testing.T, dir string, embedded bool, started int64) (*journal.File, string) {
	t.Helper()
	f, err := journal.Create(dir, "termine", embedded, time.UnixMilli(started), func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	paths, err := filepath.Glob(filepath.Join(dir, "termine-*.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	return f, paths[len(paths)-1]
}

func merge(t *testing.T, paths ...string) *journal.Merged {
	t.Helper()
	m, err := journal.Merge(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func id(n byte) queue.VisitorID { return queue.VisitorID{n} }

func TestAFileTellsWhatTheStoreAnswered(t *testing.T) {
	f, path := create(t, t.TempDir(), false, start)
	r := &journal.Recorder{Store: echo{}, Log: f}
	ctx := t.Context()
	if _, err := r.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Join(ctx, []queue.Arrival{{Visitor: id(1)}, {Visitor: id(2)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Keep(ctx, 0, []queue.Beat{{Place: queue.Place{Visitor: id(1), Epoch: epoch, Number: 1, Order: queue.OrderOf(epoch, 1)}, Away: true}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Leave(ctx, []queue.VisitorID{id(2)}); err != nil {
		t.Fatal(err)
	}
	if err := r.Restore(ctx, queue.Watermark{Ceiling: 9}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	m := merge(t, path)
	var kinds []string
	for _, e := range m.Events {
		kinds = append(kinds, string(e.Kind))
	}
	if got := strings.Join(kinds, " "); got != "join join restore keep leave settle record frame" {
		t.Errorf("events are %q", got)
	}
	if s := m.Files[0]; !s.Closed || s.Open != 0 || !s.Complete || s.Room != "termine" || m.Format != journal.Format {
		t.Errorf("source is %+v", s)
	}
	if e := m.Events[3]; !e.Away || e.Visitor != journal.ID(id(1)) || e.Number != 1 {
		t.Errorf("heartbeat is %+v", e)
	}
}

func TestAKillBetweenTheStoreAndTheAnswerLeavesAnUncertainty(t *testing.T) {
	f, path := create(t, t.TempDir(), false, start)
	f.Begin(journal.Event{At: start + 5, Kind: journal.Join}, []queue.VisitorID{id(1), id(2)})
	f.Begin(journal.Event{At: start + 6, Kind: journal.Claim}, []queue.VisitorID{id(3)})
	f.Begin(journal.Event{At: start + 7, Kind: journal.Snapshot}, nil)
	f.Begin(journal.Event{At: start + 8, Kind: journal.Restore, Watermark: &queue.Watermark{Ceiling: 7}}, nil)
	m := merge(t, path)
	want := map[journal.Kind]int{journal.Join: 2, journal.Claim: 1, journal.Snapshot: 1}
	got, restored := map[journal.Kind]int{}, false
	for _, e := range m.Events {
		if e.Kind == journal.Uncertain {
			got[e.Verb]++
		}
		restored = restored || e.Kind == journal.Restore && e.Watermark.Ceiling == 7
	}
	if len(got) != 3 || got[journal.Join] != 2 || got[journal.Claim] != 1 || got[journal.Snapshot] != 1 || !restored {
		t.Errorf("uncertain are %v, want %v; restored %v", got, want, restored)
	}
	if s := m.Files[0]; s.Open != 4 || s.Closed {
		t.Errorf("source is %+v", s)
	}
}

func TestACallThatFailedIsUncertainFromItsBeginning(t *testing.T) {
	f, path := create(t, t.TempDir(), false, start)
	call := f.Begin(journal.Event{At: start + 5, Kind: journal.Claim}, []queue.VisitorID{id(1)})
	f.End(call, []journal.Event{{At: start + 900, Kind: journal.Uncertain, Verb: journal.Claim, Visitor: journal.ID(id(1))}})
	call = f.Begin(journal.Event{At: start + 901, Kind: journal.Keep}, []queue.VisitorID{id(2)})
	f.End(call, nil)
	m := merge(t, path)
	if len(m.Events) != 2 || m.Events[0].At != start+5 || m.Events[1].At != start+900 || m.Files[0].Open != 0 {
		t.Errorf("events are %+v", m.Events)
	}
}

func TestFilesOfSeveralProcessesAreMergedByTheStoresTime(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i := range int64(3) {
		f, path := create(t, dir, false, start+i)
		for n := range int64(4) {
			f.End(0, []journal.Event{{At: start + 10*n + i, Kind: journal.Leave, Visitor: journal.ID(id(byte(n + 1)))}})
		}
		paths = append(paths, path)
	}
	m := merge(t, paths[2], paths[0], paths[1])
	for i := 1; i < len(m.Events); i++ {
		if m.Events[i].At < m.Events[i-1].At {
			t.Fatalf("event %d is older than the one before", i)
		}
	}
	if len(m.Events) != 12 || m.Files[0].Path != paths[0] {
		t.Errorf("%d events, files %+v", len(m.Events), m.Files)
	}
}

func TestALineThatIsBrokenOffIsNoLineAndABrokenOneIsAnError(t *testing.T) {
	f, path := create(t, t.TempDir(), false, start)
	f.End(0, []journal.Event{{At: start, Kind: journal.Leave, Visitor: journal.ID(id(1))}})
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(data []byte) string {
		p := filepath.Join(t.TempDir(), "x.jsonl")
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	if m := merge(t, write(append(bytes.Clone(data), `{"at":12,"kind":"le`...))); len(m.Events) != 1 {
		t.Errorf("events are %+v", m.Events)
	}
	if m := merge(t, write(data[:100]), path); len(m.Events) != 1 || len(m.Files) != 1 {
		t.Errorf("a process that never began counts: %+v", m.Files)
	}
	for _, bad := range []string{"{\"at\":12,\"kind\":\"le\n", "{\"kind\":\"what\"}\n", "{\"at\":1,\"kind\":\"frame\"}\n", "{\"kind\":\"leave\",\"x\":1}\n"} {
		if _, err := journal.Merge(write(append(bytes.Clone(data), bad...))); err == nil || !strings.Contains(err.Error(), "line 3") {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
	if _, err := journal.Merge(write(bytes.Repeat([]byte("no journal\n"), 200))); err == nil {
		t.Error("what is no journal is taken")
	}
}

func TestAnEmbeddedStoreThatWasKilledMayHaveLostSomething(t *testing.T) {
	for _, closed := range []bool{false, true} {
		dir := t.TempDir()
		leave := func(f *journal.File, at int64) {
			f.End(0, []journal.Event{{At: at, Kind: journal.Leave, Visitor: journal.ID(id(1))}})
		}
		a, first := create(t, dir, true, start)
		leave(a, start)
		if closed {
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
		}
		b, second := create(t, dir, true, start+50)
		leave(b, start+60)
		m := merge(t, first, second)
		if lost := len(m.Events) == 3 && m.Events[1].Kind == journal.Lose; lost == closed {
			t.Errorf("closed %v, lost %v: %+v", closed, lost, m.Events)
		}
	}
}
