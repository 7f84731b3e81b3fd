package operator_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func TestFileAndLiveValuesStandSideBySide(t *testing.T) {
	h := newHouse(t)
	log, err := audit.New(audit.Config{Dir: filepath.Join(t.TempDir(), "audit")})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	h.KeepIn(log)
	origin := func(name string) operator.Origin {
		t.Helper()
		info, err := h.Origins(h.as(staff), "termine")
		if err != nil || info.ID != "termine" || info.Version < 1 || len(info.Origins) != len(operator.Members()) {
			t.Fatalf("%+v, %v", info, err)
		}
		for _, o := range info.Origins {
			if o.Name == name {
				return o
			}
		}
		t.Fatalf("no %s in %+v", name, info)
		return operator.Origin{}
	}
	if o := origin("rate"); o.From != operator.FromFile || string(o.Now) != "60" || string(o.File) != "60" || o.Change != nil {
		t.Errorf("before a change: %+v", o)
	}
	if _, err := h.ask(operator.Change{Rate: ptr[int64](90), Reason: "more seats"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ask(operator.Change{Strict: ptr(true), Reason: "a rush"}); err != nil {
		t.Fatal(err)
	}
	h.tick()
	o := origin("rate")
	if o.From != operator.FromOperator || string(o.File) != "60" || string(o.Now) != "90" || o.Change == nil || o.Change.Reason != "more seats" || o.Change.By != "token" || o.Change.Time.IsZero() {
		t.Errorf("after a change: %+v, %+v", o, o.Change)
	}
	if o := origin("strict"); o.From != operator.FromOperator || o.Change == nil || o.Change.Reason != "a rush" {
		t.Errorf("of another value: %+v", o)
	}
	// A newer file counts for the value that it changes, and for no other.
	h.reconfigure("b", func(d *queue.Document) { d.Pace.Rate = 30 })
	if o := origin("rate"); o.From != operator.FromFile || string(o.Now) != "30" || o.Change != nil {
		t.Errorf("after a newer file: %+v", o)
	}
	if o := origin("strict"); o.From != operator.FromOperator {
		t.Errorf("of another value: %+v", o)
	}
	// What this gateway's record does not know, it does not guess.
	h.KeepIn(&kept{})
	if o := origin("strict"); o.From != operator.FromOperator || o.Change != nil {
		t.Errorf("without an entry: %+v", o)
	}
	if _, err := h.Origins(h.as(viewer), "termine"); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("a viewer: %v", err)
	}
}
