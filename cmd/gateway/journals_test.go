package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue/journal"
)

func TestJournalsGoOnInAnotherFileEachDayAndAreDeleted(t *testing.T) {
	p := &draft{dir: t.TempDir(), rooms: []planned{{id: "termine", backend: newSite(t).backend()}}}
	dir := filepath.Join(p.dir, "journal")
	p.head = "journal: {dir: " + dir + ", retention: 72h}\n"
	r := run(t, p)
	cfg := &r.stores.cfg.Journal
	files := func() int {
		t.Helper()
		paths, err := journal.Find(dir, "termine")
		if err != nil {
			t.Fatal(err)
		}
		return len(paths)
	}
	now := time.Now()
	// The machine has slept: the journal in use is old until its room's next tick.
	own, err := journal.Find(dir, "termine")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(own[0], now, now.Add(-100*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r.stores.journals.look(now, cfg, r.log); files() != 1 {
		t.Fatal("the journal in use was deleted")
	}
	for after, want := range map[time.Duration]int{0: 1, journalPart - time.Minute: 1} {
		if r.stores.journals.look(now.Add(after), cfg, r.log); files() != want {
			t.Errorf("%d files after %v, want %d", files(), after, want)
		}
	}
	if r.stores.journals.look(now.Add(journalPart+time.Minute), cfg, r.log); files() != 2 {
		t.Errorf("%d files on the second day", files())
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	paths, err := journal.Find(dir, "termine")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := journal.Merge(paths...); err != nil || !m.Files[0].Closed {
		t.Errorf("%+v, %v", m, err)
	}
	for _, path := range paths {
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	var j journals
	if j.look(now.Add(71*time.Hour), cfg, zap.NewNop()); files() != 2 {
		t.Error("deleted too early")
	}
	if j.look(now.Add(73*time.Hour), cfg, zap.NewNop()); files() != 0 {
		t.Error("not deleted")
	}
}

// A journal of a gateway that runs is written with each tick, also of a room to which nobody comes: what deletes old ones, here or in another
// gateway, never finds one that is in use.
func TestAJournalInUseIsNeverOld(t *testing.T) {
	t.Parallel()
	for name, pace := range map[string]string{"open": quick, "closed": closed} {
		t.Run(name, func(t *testing.T) {
			p := &draft{dir: t.TempDir(), rooms: []planned{{"termine", newSite(t).backend(), pace}}}
			dir := filepath.Join(p.dir, "journal")
			p.head = "journal: {dir: " + dir + ", retention: 24h}\n"
			r := run(t, p)
			paths, err := journal.Find(dir, "termine")
			if err != nil || len(paths) != 1 {
				t.Fatalf("%v, %v", paths, err)
			}
			now := time.Now()
			for range 2 { // what is on its way at the first may be the last
				if err := os.Chtimes(paths[0], now, now.Add(-25*time.Hour)); err != nil {
					t.Fatal(err)
				}
				until(t, "it is written without a visitor", func() bool {
					info, err := os.Stat(paths[0])
					return err == nil && now.Sub(info.ModTime()) < time.Minute
				})
			}
			var another journals
			another.look(time.Now(), &r.stores.cfg.Journal, zap.NewNop())
			if left, err := journal.Find(dir, "termine"); err != nil || len(left) != 1 {
				t.Errorf("left are %v, %v", left, err)
			}
		})
	}
}
