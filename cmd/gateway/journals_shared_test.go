package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/report"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// Two gateways of one line may write their journals into one directory.
func TestGatewaysShareADirectoryOfJournals(t *testing.T) {
	t.Parallel()
	store, dir := redistest.Start(t), filepath.Join(t.TempDir(), "journal")
	keys := filepath.Join(t.TempDir(), "keys.json")
	if code, said := keysCommand("new", keys); code != 0 {
		t.Fatal(said)
	}
	s := newSite(t)
	gate := func() *running {
		r := run(t, &draft{
			head:  fmt.Sprintf("store: {url: %q}\nkeys: {file: %q}\njournal: {dir: %q, retention: 72h}\n", store.URL(), keys, dir),
			rooms: []planned{{"termine", s.backend(), quick}},
		})
		until(t, "the gateway is ready", func() bool { return r.ready(t.Context()) == nil })
		return r
	}
	enters := func(r *running, people int) {
		t.Helper()
		for range people {
			c := r.visitor()
			until(t, "a visitor is let in", func() bool {
				res, _ := r.get(c, "termine", "/")
				return res.StatusCode == http.StatusOK && res.Header.Get("X-Site") != ""
			})
		}
	}
	files := func() []string {
		t.Helper()
		paths, err := journal.Find(dir, "termine")
		if err != nil {
			t.Fatal(err)
		}
		return paths
	}
	first := gate()
	ofFirst := files()
	second := gate()
	if len(ofFirst) != 1 || len(files()) != 2 {
		t.Fatalf("two gateways write %v", files())
	}
	enters(first, 2)
	enters(second, 3)
	for _, r := range []*running{first, second} {
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
	}
	merged, err := journal.Merge(files()...)
	if err != nil {
		t.Fatal(err)
	}
	made, err := report.Make(report.Input{Journal: merged, Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	if made.People.Arrivals != 5 || made.Proof.Violations != 0 || len(merged.Files) != 2 || !merged.Files[0].Closed || !merged.Files[1].Closed {
		t.Errorf("the report has %d arrivals and %d violations, from %+v", made.People.Arrivals, made.Proof.Violations, merged.Files)
	}
	alone, err := journal.Merge(ofFirst...)
	if err != nil {
		t.Fatal(err)
	}
	if one, err := report.Make(report.Input{Journal: alone, Version: "v"}); err != nil || one.People.Arrivals != 2 {
		t.Errorf("the first gateway's journal alone: %+v, %v", one, err)
	}

	ofBoth := files()
	third := gate() // a gateway that starts deletes what is old, its own or another's
	now := time.Now()
	ofThird := slices.DeleteFunc(files(), func(path string) bool { return slices.Contains(ofBoth, path) })
	if err := os.Chtimes(ofFirst[0], now, now.Add(-73*time.Hour)); err != nil {
		t.Fatal(err)
	}
	third.stores.journals.look(now, &third.stores.cfg.Journal, third.log)
	if left := files(); len(left) != 2 || slices.Contains(left, ofFirst[0]) || len(ofThird) != 1 || !slices.Contains(left, ofThird[0]) {
		t.Errorf("of %v is left %v", ofBoth, left)
	}
}
