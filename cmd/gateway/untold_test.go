package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// TestALineThatEndsSaysWhichBookingsItsStoreWasNotTold ends two lines while their store is away, one of which has something to tell.
func TestALineThatEndsSaysWhichBookingsItsStoreWasNotTold(t *testing.T) {
	s, store := newSite(t), redistest.Start(t)
	file := filepath.Join(t.TempDir(), "keys.json")
	if code, said := keysCommand("new", file); code != 0 {
		t.Fatal(said)
	}
	p := &draft{
		head:  fmt.Sprintf("stop_timeout: 3s\nstore: {url: %q, command_timeout: 200ms, dial_timeout: 200ms}\nkeys: {file: %q}\n", store.URL(), file),
		rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}, {"c", s.backend(), quick}},
	}
	r := run(t, p)
	until(t, "the gateway is ready", func() bool { return r.ready(t.Context()) == nil })
	store.Kill()
	b := r.serving.Load().room("b").line
	until(t, "the line knows that its store is away", func() bool { return b.View().Stale != 0 })
	err := b.Report(t.Context(), queue.Outcome{Kind: queue.Booked, Count: 3}, queue.Outcome{Kind: queue.Freed, Count: 1})
	if !errors.Is(err, queue.ErrUnavailable) {
		t.Fatal(err)
	}
	p.rooms = p.rooms[:1]
	r.apply(p)
	<-r.leaving["b"]
	<-r.leaving["c"]
	all := r.logs.FilterMessageSnippet("correct how many there are with admin booked").All()
	if len(all) != 1 {
		t.Fatalf("the log says %v", all)
	}
	if f := all[0].ContextMap(); f["room"] != "b" || f["booked"] != int64(3) || f["freed"] != int64(1) {
		t.Errorf("the log says %v", f)
	}
}
