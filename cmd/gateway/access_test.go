package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestTheAccessLogTellsOfRequestsAndNotOfPeople(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := &draft{head: "log: {access: 3}\n", rooms: []planned{{"a", s.backend(), quick}, {"down", `url: "http://127.0.0.1:1"`, quick}}}
	r := run(t, p)
	c := r.visitor()
	for range 9 {
		resp, err := r.ask(c, "a", "/free/Erika.Mustermann/brief?mail=erika@example.org")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	lines := r.logs.FilterMessage("request").All()
	if len(lines) != 3 {
		t.Fatalf("%d lines for nine requests, want 3", len(lines))
	}
	said := fmt.Sprint(lines[0].ContextMap())
	for _, secret := range []string{"127.0.0.1", "Erika", "mail", "einlass-a"} {
		if strings.Contains(said, secret) {
			t.Errorf("%s is in the log: %s", secret, said)
		}
	}
	if m := lines[0].ContextMap(); m["path"] != "/free/…" || m["host"] != "a.example" || m["status"] != int64(200) || m["method"] != "GET" {
		t.Errorf("%v", m)
	}
	before := r.logs.FilterMessage("request").Len()
	for range 3 {
		resp, err := r.ask(c, "down", "/free")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if n := r.logs.FilterMessage("request").Len() - before; n != 3 {
		t.Errorf("%d lines for three requests that failed, want each", n)
	}
	p.head = ""
	if _, err := r.Apply(t.Context(), p.load(t)); err != nil {
		t.Fatal(err)
	}
	before = r.logs.FilterMessage("request").Len()
	if resp, err := r.ask(c, "down", "/free"); err == nil {
		_ = resp.Body.Close()
	}
	if n := r.logs.FilterMessage("request").Len(); n != before {
		t.Errorf("it is off and %d lines came", n-before)
	}
}

func TestOnlyTheFirstSegmentOfAPathIsLogged(t *testing.T) {
	for path, want := range map[string]string{
		"": "", "/": "/", "/a": "/a", "/a/": "/a/", "/a/b/c": "/a/…", "//b": "//…", "/" + strings.Repeat("x", 99): "/" + strings.Repeat("x", 63) + "…",
		"/" + strings.Repeat("x", 99) + "/b": "/" + strings.Repeat("x", 63) + "/…",
	} {
		if got := firstSegment([]byte(path)); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
