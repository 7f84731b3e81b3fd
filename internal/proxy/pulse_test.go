package proxy

import (
	"bufio"
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/config"
)

func TestTheLastMinuteIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pulse
		if r, _ := p.recent(time.Now()); r != (Recent{}) {
			t.Errorf("nothing was noted: %+v", r)
		}
		for i := range 100 {
			p.note(time.Now(), 200, time.Duration(i)*time.Millisecond)
		}
		p.note(time.Now(), 503, time.Second)
		p.note(time.Now(), 0, 0)
		want := Recent{Requests: 102, Errors: 1, Silent: 1, Median: 64 * time.Millisecond, Slow: 128 * time.Millisecond}
		if r, _ := p.recent(time.Now()); r != want {
			t.Errorf("%+v, want %+v", r, want)
		}
		time.Sleep(30 * time.Second)
		p.note(time.Now(), 500, 0)
		if r, _ := p.recent(time.Now()); r.Requests != 103 || r.Errors != 2 {
			t.Errorf("after half a minute: %+v", r)
		}
		time.Sleep(40 * time.Second)
		if r, _ := p.recent(time.Now()); r.Requests != 1 || r.Errors != 1 {
			t.Errorf("after a minute: %+v", r)
		}
		time.Sleep(time.Hour)
		if r, _ := p.recent(time.Now()); r != (Recent{}) {
			t.Errorf("after an hour: %+v", r)
		}
	})
}

// siteThat answers every request in one way, or hangs up, or is not there.
func siteThat(t *testing.T, does string) string {
	t.Helper()
	if does == "is not there" {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		return ln.Addr().String()
	}
	return serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			if _, err := readRawHead(r); err != nil || does == "hangs up" {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.1 " + does + "\r\nContent-Length: 0\r\n\r\n"))
		}
	})
}

func TestASiteThatDoesNotWorkIsNotUp(t *testing.T) {
	for does, want := range map[string]struct {
		state  State
		detail string
	}{
		"200 OK":       {StateOK, ""},
		"404 No":       {StateOK, ""},
		"500 Error":    {StateFailing, "6 of 6 requests failed in the last minute, 6 with status 5xx, 0 without an answer"},
		"hangs up":     {StateFailing, "6 of 6 requests failed in the last minute, 0 with status 5xx, 6 without an answer"},
		"is not there": {StateUnreachable, "cannot be connected to, 6 times in a row"},
	} {
		b, addr := startProxy(t, siteAt("http://"+siteThat(t, does)))
		for range 6 {
			c := dialTest(t, addr)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			finalStatus(t, bufio.NewReader(c))
		}
		a := b.Status().Addresses[0]
		if a.State != want.state || a.Detail() != want.detail || a.Recent.Requests != 6 {
			t.Errorf("a site that %s: %s, %q, %+v", does, a.State, a.Detail(), a.Recent)
		}
	}
}

// At 7:59 nobody is inside yet, and the site has to be known to be away all the same.
func TestASiteThatIsAwayIsKnownBeforeTheFirstRequest(t *testing.T) {
	looked := make(chan struct{}, 100)
	cfg := with(siteAt("http://"+siteThat(t, "is not there")), func(b *config.Backend) { b.Health.Interval = time.Second })
	b, err := New(cfg, Deps{OnCheck: func() { looked <- struct{}{} }})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	<-looked
	if a := b.Status().Addresses[0]; a.State != StateUnreachable || a.Recent.Requests != 0 || a.Failed != 0 {
		t.Errorf("%+v", a)
	}
	if err := b.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}
