package e2e

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// siteAt serves an empty page at an address until it is stopped.
func siteAt(t *testing.T, addr string) (stop func()) {
	t.Helper()
	var ln net.Listener
	until(t, 10*time.Second, "the address to be free", func(context.Context) bool {
		var err error
		ln, err = net.Listen("tcp", addr)
		return err == nil
	})
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Site", "1") }),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln)
	}()
	return func() {
		_ = server.Close()
		<-done
	}
}

// A site that does not answer gets nobody, those who wait keep their places and read why, and it goes on by itself. An operator can
// let people in all the same.
func TestASiteThatIsDownGetsNobody(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	stop := siteAt(t, addr)
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: &harness.Site{Addr: addr}, Rate: 6}}})
	var b *harness.Browser
	for range 40 { // until it is known, some are called, who do not come
		b = harness.NewBrowser(g)
		b.Get(t, "/")
		b.Status(t) // from now on it is present
	}
	number := b.Status(t).Number

	stop()
	says := func(text string) func(context.Context) bool {
		return func(context.Context) bool { return strings.Contains(g.Room(t).Site.Words, text) }
	}
	until(t, time.Minute, "the site to be known as down", says("stopped: the site does not answer"))
	if r := g.Room(t); r.Site.Factor != 0 || r.Site.Reason != "down" {
		t.Errorf("the API says %+v", r.Site)
	}
	if s := b.Status(t); s.State != "down" || s.Number != number {
		t.Errorf("the page of number %d says %q to number %d", number, s.State, s.Number)
	}

	g.Set(t, `{"health": "off"}`)
	until(t, time.Minute, "the pace to be left alone", func(context.Context) bool {
		r := g.Room(t)
		return r.Site.Factor == 1 && r.Site.Words == ""
	})
	g.Set(t, `{"health": "act"}`)
	until(t, time.Minute, "the pace to be stopped again", says("stopped"))

	defer siteAt(t, addr)()
	until(t, time.Minute, "the site to be known as up", says("rising: the site did not answer"))
	if r := g.Room(t); r.Site.Factor == 0 {
		t.Errorf("the API says %+v", r.Site)
	}
}
