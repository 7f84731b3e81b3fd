package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue"
)

func TestWhatIsTheSameStaysTheSame(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}}}
	r := run(t, p)
	before := r.serving.Load()
	if d := r.apply(p); len(d.fields()) != 1 || d.fields()[0].Key != "unchanged" {
		t.Errorf("the same file again: %+v", d)
	}
	p.rooms[0].more += "    title: Another\n"
	p.rooms[1].backend = other.backend()
	p.rooms = append(p.rooms, planned{"c", other.backend(), quick})
	p.head = "limits: {stay: {in_flight: 7}, arrivals_per_prefix: {rate: 17, burst: 10000}}\nlog: {level: debug}\n"
	d := r.apply(p)
	if got := fmt.Sprint(d.added, d.changed, d.removed, d.settings); got != "[c] [a b] [] [limits log]" {
		t.Errorf("changed are %s", got)
	}
	now := r.serving.Load()
	if now.room("a").backend != before.room("a").backend || now.room("a").line != before.room("a").line {
		t.Error("a backend or a line of which nothing changed was made anew")
	}
	if now.room("b").backend == before.room("b").backend || now.room("b").line != before.room("b").line {
		t.Error("the room with another site has the old backend, or another line")
	}
	if a, b, c := now.room("a").backend.site, now.room("b").backend.site, now.room("c").backend.site; a == b || b != c {
		t.Error("rooms have one limit if, and only if, they have one site")
	}
	if now.arrivals == before.arrivals {
		t.Error("the limit of arrivals is the old one")
	}
	if r.level.Level() != zap.DebugLevel {
		t.Errorf("the level is %v", r.level.Level())
	}
	for room, want := range map[string]string{"a": s.URL, "b": other.URL, "c": other.URL} {
		if got := r.from(room); got != want {
			t.Errorf("room %s is served by %s, want %s", room, got, want)
		}
	}
	limit := now.arrivals
	p.rooms[0].more = quick
	if r.apply(p); r.serving.Load().arrivals != limit {
		t.Error("the limit of arrivals forgets when a title changes")
	}
	if all := r.operated(); len(all) != 3 || all[2].ID != "c" || len(all[2].Backends()) != 1 {
		t.Errorf("operators see %+v", all)
	}
}

func TestARemovedRoomFindsItsLineAgain(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), closed}}}
	r := run(t, p)
	v := r.visitor()
	if res, _ := r.get(v, "b", "/"); res.Header.Get("Einlass-State") != "paused" {
		t.Fatalf("%s %s", res.Status, res.Header.Get("Einlass-State"))
	}
	line := r.serving.Load().room("b").line
	both := p.rooms
	p.rooms = p.rooms[:1]
	r.apply(p)
	if res, _ := r.get(v, "b", "/"); res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("the removed room answers %s", res.Status)
	}
	p.rooms = both
	r.apply(p) // waits for the store to be closed
	if _, err := line.store.Snapshot(t.Context()); !errors.Is(err, queue.ErrClosed) {
		t.Errorf("the old handle of the store: %v", err)
	}
	next := r.serving.Load().room("b").line
	if next == line {
		t.Fatal("the line that was stopped serves again")
	}
	if f := next.View().Snapshot; f.Last < 1 || f.Waiting != 1 || f.Epoch <= line.View().Snapshot.Epoch {
		t.Errorf("the line that came back is %+v", f)
	}
	other := r.visitor()
	r.get(other, "b", "/")
	until(t, "both wait in one line", func() bool { f := next.View().Snapshot; return f.Waiting == 2 && f.Last >= 2 })
}

func TestALineWithoutMemoryThatComesBackBeginsALaterEpoch(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), closed}}}
	r := run(t, p)
	r.get(r.visitor(), "b", "/")
	epoch := r.serving.Load().room("b").line.View().Snapshot.Epoch
	both := p.rooms
	p.rooms = p.rooms[:1]
	r.apply(p)
	<-r.leaving["b"]
	files, err := filepath.Glob(filepath.Join(p.dir, "b*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
	}
	p.rooms = both
	r.apply(p)
	if now := r.serving.Load().room("b").line.View().Snapshot.Epoch; now <= epoch {
		t.Errorf("epoch %d behind %d: numbers would be given twice", now, epoch)
	}
}

func TestARefusalNamesEverythingAndChangesNothing(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}}}
	r := run(t, p)
	before := r.serving.Load()
	good := p.rooms[0]
	for _, c := range []struct {
		head, more string
		want       []string
	}{
		{"prefix: /.else\n", "", []string{"prefix: /.einlass cannot become /.else while the gateway runs: pages that are open in browsers ask there; restart it for this"}},
		{"limits: {header_count: 99}\n", "", []string{"limits.header_count: 100 cannot become 99"}},
		{"stop_timeout: 1m\ntrusted_proxies: [10.0.0.0/8]\n", "", []string{"trusted_proxies: [] cannot become [10.0.0.0/8] ", "stop_timeout: 30s cannot"}},
		{"journal: {dir: /tmp/j}\nlog: {format: console}\n", "", []string{"journal.dir: ", "log.format: "}},
		{"keys: {file: k}\n", "    session: {idle: 5m}\n    title: Refused\n", []string{"keys.file: "}},
	} {
		p.head = c.head
		p.rooms = []planned{{"a", other.backend(), good.more + c.more}, {"new", other.backend(), quick}}
		lines := r.refuses(p)
		if len(lines) != len(c.want) {
			t.Errorf("%q: %q, want %d problems", c.head+c.more, lines, len(c.want))
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(lines[i], want) {
				t.Errorf("%q\nwant %q", lines[i], want)
			}
		}
		if r.serving.Load() != before || r.from("a") != s.URL || r.counts("room", "new") {
			t.Fatal("a refused configuration changed something")
		}
		if res, _ := r.get(r.client, "new", "/free"); res.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("a room of a refused configuration answers %s", res.Status)
		}
	}
}

func TestAFileThatMovesGroupsToOtherLanesIsRefusedWhileSomebodyWaits(t *testing.T) {
	s := newSite(t)
	groups := func(names string) string { return closed + "    schedule: {groups: [" + names + "]}\n" }
	p := &draft{rooms: []planned{{"a", s.backend(), groups("{name: over80}, {name: residents}")}}}
	r := run(t, p)
	line := r.serving.Load().room("a").line
	r.get(r.visitor(), "a", "/")
	until(t, "somebody waits", func() bool { return line.View().Snapshot.Waiting == 1 })
	p.rooms[0].more = groups("{name: residents}, {name: over80}")
	lines := r.refuses(p)
	want := "rooms[0].schedule.groups: residents would get the lane of over80, and the room has places"
	if len(lines) != 1 || !strings.HasPrefix(lines[0], want) {
		t.Errorf("%q, want %q", lines, want)
	}
	p.rooms[0].more = groups("{name: over80}, {name: residents, share: 3}, {name: staff}")
	r.apply(p)
	until(t, "the groups are in force", func() bool { return line.View().Snapshot.Opening.Weights[2] == 3 })
}

// The times of a line are part of its document, so an edit brings them while people wait and are inside.
func TestTheTimesOfALineFollowAnEdit(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), closed}}}
	r := run(t, p)
	inside, waiting := r.visitor(), r.visitor()
	until(t, "somebody is inside", func() bool {
		res, _ := r.get(inside, "a", "/")
		return res.Header.Get("X-Site") != ""
	})
	r.get(waiting, "b", "/")
	times := "    session: {idle: 5m, max: 0, resume: 1h, active: 10s, page: 4m}\n    claim_window: 4m\n" +
		"    absent_after: 6m\n    confirm_within: 20s\n    ticket_life: 23h\n"
	for i := range p.rooms {
		p.rooms[i].more += times
	}
	cfg := p.load(t)
	for i := range cfg.Rooms {
		cfg.Rooms[i].Poll.Max = 2 * time.Second // above what the lines were started with
	}
	if _, err := r.Apply(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	const m = time.Minute
	for _, id := range []string{"a", "b"} {
		line := r.serving.Load().room(id).line
		until(t, "room "+id+" has its times", func() bool { return line.Timing().Idle == 5*m })
		got := line.Timing()
		got.Lead, got.Grace = 0, 0
		if want := (queue.Timing{
			Absent: 6 * m, Confirm: 20 * time.Second, Window: 4 * m, Active: 10 * time.Second, Page: 4 * m, Idle: 5 * m, Max: 23 * 60 * m,
			Resume: 60 * m, Life: 23 * 60 * m, Hold: 2400 * time.Millisecond,
		}); got != want {
			t.Errorf("room %s has %+v\nwant %+v", id, got, want)
		}
	}
	if res, _ := r.get(inside, "a", "/"); res.Header.Get("X-Site") == "" {
		t.Errorf("who was inside gets %s %s", res.Status, res.Header.Get("Einlass-State"))
	}
	if v := r.serving.Load().room("b").line.View(); v.Snapshot.Waiting != 1 || v.Snapshot.Epoch == 0 {
		t.Errorf("%d wait", v.Snapshot.Waiting)
	}
}

func TestWhatCannotBeOpenedLeavesEverythingAsItWas(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}}}
	r := run(t, p)
	before := r.serving.Load()
	r.from("a")
	broken := filepath.Join(p.dir, "broken")
	until(t, "the files of a room", func() bool { files, _ := filepath.Glob(filepath.Join(p.dir, "a*")); return len(files) > 0 })
	files, err := filepath.Glob(filepath.Join(p.dir, "a.*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files { // a directory where a file should be
		if err := os.MkdirAll(broken+strings.TrimPrefix(file, filepath.Join(p.dir, "a"))+"/x", 0o700); err != nil {
			t.Fatal(err)
		}
	}
	open := descriptors(t)
	for name, room := range map[string]planned{
		"state.dir: room broken: ":           {"broken", other.backend(), quick},
		"rooms[2].backend.tls.ca_file: open": {"tls", `url: "https://127.0.0.1:1", tls: {ca_file: /nowhere/ca.pem}`, quick},
	} {
		p.rooms = []planned{{"a", other.backend(), quick}, {"fine", other.backend(), quick}, room}
		_, err := r.Apply(t.Context(), p.load(t))
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if r.serving.Load() != before || r.from("a") != s.URL || r.counts("room", "fine") || r.counts("address", other.URL) {
			t.Errorf("%s changed something", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, given := range [][]planned{p.rooms[:1], p.rooms[:2]} {
		p.rooms = given
		_, err := r.Apply(ctx, p.load(t))
		if !errors.Is(err, context.Canceled) || r.serving.Load() != before || r.from("a") != s.URL || r.counts("room", "fine") {
			t.Errorf("a change to %d rooms that is given up: %v", len(given), err)
		}
	}
	until(t, "what was opened is closed", func() bool { return descriptors(t) <= open })
	// What was not applied does not stand in the way; a site that is down is no reason to refuse.
	p.rooms[0].backend = `url: "http://127.0.0.1:1"`
	r.apply(p)
	if r.from("fine") != other.URL {
		t.Error("the new room does not serve")
	}
	if res, _ := r.get(r.client, "a", "/free"); res.StatusCode != http.StatusBadGateway && res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the site that is down: %s", res.Status)
	}
}

// descriptors counts what this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc to count in")
	}
	return len(all)
}

func TestAReloadSaysWhatCameOfIt(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}}}
	r := run(t, p)
	last := func() string {
		all := r.logs.All()
		e := all[len(all)-1]
		return fmt.Sprint(e.Level, " ", e.Message, " ", e.ContextMap())
	}
	r.reload(t.Context(), nil)
	if got := last(); got != "warn there is no configuration file that could be read again map[]" {
		t.Error(got)
	}
	p.rooms = append(p.rooms, planned{"b", s.backend(), quick})
	r.reload(t.Context(), func() (*config.Config, error) { return p.load(t), nil })
	if got := last(); got != "info configuration in force map[rooms_new:[b]]" {
		t.Error(got)
	}
	r.reload(t.Context(), func() (*config.Config, error) {
		return nil, exitError{exitConfig, &config.LoadError{Problems: []*config.Problem{{Path: "x", Text: "is wrong", Where: "line 3"}, {Path: "y", Text: "too"}}}}
	})
	if got := last(); got != "error configuration refused, the one before stays in force map[problems:[line 3: x: is wrong y: too]]" {
		t.Error(got)
	}
	r.reload(t.Context(), func() (*config.Config, error) { return nil, os.ErrNotExist })
	if got := last(); !strings.HasPrefix(got, "error configuration could not be brought into force, the one before stays map[error:") {
		t.Error(got)
	}
}

func TestAConfigurationThatCannotBeReadToItsEndDoesNotHinderAStop(t *testing.T) {
	r := run(t, &draft{rooms: []planned{{"a", newSite(t).backend(), quick}}})
	ctx, stop := context.WithCancel(t.Context())
	never := make(chan struct{})
	defer close(never)
	r.reload(ctx, func() (*config.Config, error) {
		stop()
		<-never
		return nil, os.ErrClosed
	})
	last := r.logs.All()[r.logs.Len()-1]
	if got := fmt.Sprint(last.ContextMap()); last.Message != "configuration could not be brought into force, the one before stays" || got != "map[error:read configuration: context canceled]" {
		t.Errorf("%s %s", last.Message, got)
	}
}

func TestAStopWhileAConfigurationComesIntoForceIsClean(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}}}
	r := run(t, p)
	plans := [2]*config.Config{p.load(t)}
	p.rooms = []planned{{"a", other.backend(), quick}, {"b", other.backend(), closed}}
	plans[1] = p.load(t)
	applied := make(chan int, 1)
	begun := make(chan struct{})
	go func() {
		n := 0
		for ; ; n++ {
			if _, err := r.Apply(context.Background(), plans[(n+1)%2]); err != nil {
				break // the process stops
			}
			if n == 1 {
				close(begun)
			}
		}
		applied <- n
	}()
	<-begun
	if err := r.stop(); err != nil {
		t.Errorf("the stop: %v", err)
	}
	if n := <-applied; n < 2 {
		t.Errorf("%d configurations came into force", n)
	}
	// All stores are closed: another process can use the files.
	again := run(t, &draft{dir: p.dir, rooms: p.rooms})
	if again.from("b") != other.URL {
		t.Error("the next start does not serve")
	}
}
