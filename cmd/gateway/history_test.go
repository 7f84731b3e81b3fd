package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

func asOperator(t *testing.T) context.Context {
	return operator.NewContext(t.Context(), operator.Principal{Name: "token", Role: operator.RoleOperator})
}

// known is how many points of a room's history are known.
func (r *running) known(room string) (n int) {
	r.t.Helper()
	info, err := r.operators.History(asOperator(r.t), room, operator.HistoryAsked{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, v := range info.Columns["waiting"] {
		if !math.IsNaN(float64(v)) {
			n++
		}
	}
	return n
}

func TestTheHistoryOfARoomOutlivesTheGateway(t *testing.T) {
	site, dir := newSite(t), t.TempDir()
	p := &draft{dir: dir, rooms: []planned{{"a", site.backend(), ""}}}
	r := run(t, p)
	until(t, "a look at the room", func() bool { return r.known("a") > 0 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "history")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	l := &line{id: "a"}
	next := &app{open: &opener{log: r.log}, stores: r.stores}
	next.openHistory(l, r.log)
	defer func() {
		if err := l.closeHistory(); err != nil {
			t.Error(err)
		}
	}()
	found := 0
	for _, v := range l.history.Ask(time.Now(), 0, 100).Columns["store"] {
		if !math.IsNaN(float64(v)) {
			found++
		}
	}
	if found == 0 {
		t.Error("the next gateway knows nothing of it")
	}
}

func TestAGatewayWhoseHistoryCannotBeKeptServesAllTheSame(t *testing.T) {
	site, dir := newSite(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "history"), nil, 0o600); err != nil { // where a directory should be
		t.Fatal(err)
	}
	r := run(t, &draft{dir: dir, rooms: []planned{{"a", site.backend(), ""}}})
	until(t, "a look at the room", func() bool { return r.known("a") > 0 })
	if n := r.logs.FilterMessage("the room's history cannot be kept over a restart").Len(); n != 1 {
		t.Errorf("said %d times", n)
	}
}

func TestOtherControlsAndOtherRoomsAreTold(t *testing.T) {
	site := newSite(t)
	p := &draft{dir: t.TempDir(), rooms: []planned{{"a", site.backend(), ""}}}
	r := run(t, p)
	until(t, "a snapshot", func() bool { return r.serving.Load().room("a").line.View().Known })
	changed := r.operators.Changes()
	rate := int64(77)
	if _, err := r.operators.Change(asOperator(t), "a", operator.Change{Rate: &rate}); err != nil {
		t.Fatal(err)
	}
	<-changed
	if got := r.serving.Load().room("a").line.View().Snapshot.Document.Pace.Rate; got != rate {
		t.Errorf("it is told before the rate of %d is seen", got)
	}
	changed = r.operators.Changes()
	p.rooms = append(p.rooms, planned{"b", site.backend(), ""})
	r.apply(p)
	<-changed
}
