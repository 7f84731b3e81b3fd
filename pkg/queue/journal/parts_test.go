package journal_test

import (
	"cmp"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// inParts writes twelve ends of places in files of four, with a call that begins in one part and is answered in the next.
func inParts(t *testing.T, dir string, part func(*journal.File)) []string {
	t.Helper()
	f, err := journal.Create(dir, "termine", false, time.UnixMilli(start), func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	call := uint64(0)
	for n := range int64(12) {
		if n%4 == 3 {
			call = f.Begin(journal.Event{At: start + n, Kind: journal.Claim}, []queue.VisitorID{id(99)})
			part(f)
		}
		f.End(0, []journal.Event{{At: start + n, Kind: journal.Leave, Visitor: journal.ID(id(byte(n + 1)))}})
		if n%4 == 3 {
			f.End(call, []journal.Event{{At: start + n, Kind: journal.Claim, Visitor: journal.ID(id(99)), State: journal.State(queue.StateWaiting)}})
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	paths, err := journal.Find(dir, "termine")
	if err != nil {
		t.Fatal(err)
	}
	// The name of the first part is the last in order: it has no number.
	return append(paths[len(paths)-1:], paths[:len(paths)-1]...)
}

func parted(t *testing.T) []string {
	t.Helper()
	return inParts(t, t.TempDir(), func(f *journal.File) {
		if goesOn, err := f.Part(); !goesOn || err != nil {
			t.Fatal(goesOn, err)
		}
	})
}

func TestAJournalInPartsIsReadAsOne(t *testing.T) {
	paths := parted(t)
	whole := inParts(t, t.TempDir(), func(*journal.File) {})
	if len(paths) != 4 || len(whole) != 1 {
		t.Fatalf("files are %v, %v", paths, whole)
	}
	slices.Reverse(paths)
	got, want := merge(t, paths...), merge(t, whole...)
	if !reflect.DeepEqual(got.Events, want.Events) || got.Files[0].Open != 0 || !got.Files[0].Closed || len(got.Files) != 1 {
		t.Errorf("%+v of %+v\nwant\n%+v of %+v", got.Events, got.Files, want.Events, want.Files)
	}
	if f, err := os.Stat(paths[0]); err != nil || f.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", f, err)
	}
}

func TestAPartThatIsMissingIsNamedUnlessItIsTheFirst(t *testing.T) {
	paths := parted(t)
	if m := merge(t, paths[1:]...); len(m.Events) == 0 || m.Files[0].Open != 0 {
		t.Errorf("without the first part: %+v", m)
	}
	for _, missing := range [][]string{{paths[0], paths[2], paths[3]}, paths[:2], {paths[0], paths[1], paths[1], paths[2], paths[3]}} {
		if _, err := journal.Merge(missing...); err == nil {
			t.Errorf("%v are taken", missing)
		}
	}
}

func TestAProcessThatDiedWhileItBeganAPartHasEnded(t *testing.T) {
	paths := parted(t)
	text, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	header := text[:strings.IndexByte(string(text), '\n')+1]
	last, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(strings.TrimSuffix(string(last), "\n"), "\n")
	for path, text := range map[string]string{paths[0]: strings.Join(rows[:len(rows)-1], ""), paths[1]: string(header)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if m := merge(t, paths[:2]...); m.Files[0].Closed || m.Files[0].Open != 1 {
		t.Errorf("the file is %+v", m.Files[0])
	}
}

func TestAJournalThatHasEndedHasNoMoreParts(t *testing.T) {
	f, _ := create(t, t.TempDir(), false, start)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if goesOn, err := f.Part(); goesOn || err != nil {
		t.Error(goesOn, err)
	}
}

func TestAPartThatCannotBeMadeLeavesTheJournalAsItIs(t *testing.T) {
	dir := t.TempDir()
	f, path := create(t, dir, false, start)
	if err := os.WriteFile(strings.TrimSuffix(path, ".jsonl")+".1.jsonl", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if goesOn, err := f.Part(); !goesOn || err == nil {
		t.Error(goesOn, err)
	}
	f.End(0, []journal.Event{{At: start, Kind: journal.Leave, Visitor: journal.ID(id(1))}})
	if m := merge(t, path); len(m.Events) != 1 {
		t.Errorf("events are %+v", m.Events)
	}
}

func TestOldJournalsAreDeletedAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	_, old := create(t, dir, false, start)
	_, young := create(t, dir, false, start+1)
	file, inUse := create(t, dir, false, start+2)
	other := filepath.Join(dir, "other.jsonl")
	if err := os.WriteFile(other, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, path := range []string{old, inUse, other} {
		if err := os.Chtimes(path, now.Add(-time.Hour), now.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	deleted, err := journal.DeleteOld(dir, now.Add(-time.Minute), file.Name())
	if err != nil || len(deleted) != 1 || deleted[0] != filepath.Base(old) {
		t.Errorf("%v, %v", deleted, err)
	}
	for path, stays := range map[string]bool{old: false, young: true, inUse: true, other: true} {
		if _, err := os.Stat(path); (err == nil) != stays {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := journal.DeleteOld(filepath.Join(dir, "none"), now); err == nil {
		t.Error("a directory that is not there")
	}
}

// What was before a journal is not known, as when old parts are deleted.
func TestTheLaterPartOfAWalkBreaksNoRule(t *testing.T) {
	for seed := range uint64(walks) {
		w := newWalkerOf(t, seed, func(below queue.Store) queue.Store { return below }, seed%2 == 1)
		for range steps {
			w.step()
		}
		events := slices.Clone(w.events)
		slices.SortStableFunc(events, func(a, b journal.Event) int { return cmp.Compare(a.At, b.At) })
		for _, from := range []int{len(events) / 4, len(events) / 2} {
			v, err := journal.New(journal.Config{Report: func(v journal.Violation) { t.Errorf("seed %d from %d: %v", seed, from, v) }})
			w.must(err)
			for _, e := range events[from:] {
				v.Observe(e)
			}
			v.Close()
		}
	}
}
