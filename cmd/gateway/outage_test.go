package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func TestARoomThatIsAddedWhileTheStoreIsAwayTakesNoOtherOutOfService(t *testing.T) {
	t.Parallel()
	s, other := newSite(t), newSite(t)
	store := redistest.Start(t)
	file := filepath.Join(t.TempDir(), "keys.json")
	if code, said := keysCommand("new", file); code != 0 {
		t.Fatal(said)
	}
	p := &draft{
		head:  fmt.Sprintf("store: {url: %q, command_timeout: 200ms, dial_timeout: 200ms}\nkeys: {file: %q}\n", store.URL(), file),
		rooms: []planned{{"a", s.backend(), quick}},
	}
	r := run(t, p)
	until(t, "the gateway is ready", func() bool { return r.ready(t.Context()) == nil })
	store.Kill()
	p.rooms = append(p.rooms, planned{"b", other.backend(), quick})
	r.apply(p)
	if r.serving.Load().room("b").line.View().Known {
		t.Fatal("the new line has heard of a store that is away")
	}
	if err := r.ready(t.Context()); err != nil {
		t.Errorf("the gateway wants no visitors any more: %v", err)
	}
	if res, _ := r.get(r.visitor(), "b", "/"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the new room answers %s", res.Status)
	}
	if up := r.gauge("einlass_backend_up", "address", other.URL); up != 1 {
		t.Errorf("the site of the new room is reported as %v", up)
	}
	store.Restart(redistest.Empty)
	until(t, "the new room serves", func() bool { return r.serving.Load().room("b").line.View().Known })
}

// gauge is the one gauge of a name with this label.
func (r *running) gauge(name, label, value string) float64 {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, l := range metric.GetLabel() {
				if f.GetName() == name && l.GetName() == label && l.GetValue() == value {
					return metric.GetGauge().GetValue()
				}
			}
		}
	}
	r.t.Fatalf("no %s with %s %s", name, label, value)
	return 0
}
