package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/config"
)

// crashingOrigin closes unanswered when it is asked for /crash, answers /error with 500, and serves everything else.
func crashingOrigin(tb testing.TB) (addr string, served *atomic.Int32) {
	served = new(atomic.Int32)
	return serveRaw(tb, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			if err != nil || strings.Contains(string(head), " /crash ") {
				return
			}
			if _, err := readRawBody(r, head); err != nil {
				return
			}
			answer := okAnswer
			if strings.Contains(string(head), " /error ") {
				answer = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"
			} else {
				served.Add(1)
			}
			_, _ = io.WriteString(c, answer)
		}
	}), served
}

// asking sends requests one after the other, each on a connection to the gateway that is opened anew if it was
// closed, and counts the statuses.
type asking struct {
	tb    testing.TB
	addr  string
	field string // of the head

	c    net.Conn
	r    *bufio.Reader
	seen map[int]int
}

func (a *asking) ask(method, path, rest string) int {
	a.tb.Helper()
	if a.c == nil {
		a.c = dialTest(a.tb, a.addr)
		a.r = bufio.NewReader(a.c)
	}
	send(a.tb, a.c, method+" "+path+" HTTP/1.1\r\nHost: h\r\n"+a.field+rest)
	resp, err := http.ReadResponse(a.r, &http.Request{Method: method})
	if err != nil {
		a.tb.Fatalf("%s %s: no answer: %v", method, path, err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.Close {
		_ = a.c.Close()
		a.c = nil
	}
	if a.seen == nil {
		a.seen = map[int]int{}
	}
	a.seen[resp.StatusCode]++
	return resp.StatusCode
}

// behindAFront believes the forwarding fields of whoever connects, so that a test can ask from many networks.
func behindAFront(f *forwarder) {
	f.options = insideByHeader
	f.configure = append(f.configure, trustLoopback)
}

// from is a field by which a request comes from the n-th network.
func from(n int) string { return fmt.Sprintf("X-Forwarded-For: 198.51.%d.%d\r\n", n/200, n%200+1) }

func TestStrangersWhoCrashAPathTakeNothingFromPeopleInside(t *testing.T) {
	for _, n := range []int{1, 3} {
		for _, path := range []string{"/crash", "/error"} {
			t.Run(fmt.Sprintf("%d addresses, %s", n, path), func(t *testing.T) {
				cfg := with(siteAt(), func(b *config.Backend) { b.Health.Backoff = time.Hour; b.Health.MaxBackoff = time.Hour })
				for range n {
					addr, _ := crashingOrigin(t)
					cfg.Addresses = append(cfg.Addresses, "http://"+addr)
				}
				b, addr := startProxy(t, cfg, behindAFront)
				// 18 requests of strangers for every two of a person inside, from as many networks.
				inside := &asking{tb: t, addr: addr, field: "Inside: 1\r\n"}
				strangers := &asking{tb: t, addr: addr}
				for i := range 30 {
					for j := range 18 {
						strangers.field = from(18*i + j)
						strangers.ask("GET", path, "\r\n")
					}
					inside.ask("GET", "/", "\r\n")
					inside.ask("POST", "/form", "Content-Length: 1\r\n\r\nx")
				}
				if inside.seen[200] != 60 {
					t.Errorf("people inside were answered %v, want 60 times 200", inside.seen)
				}
				open := 0
				for _, a := range b.Status().Addresses {
					if a.Open {
						open++
					}
					if !a.Up || a.Share != 1 {
						t.Errorf("%+v", a)
					}
				}
				if open == 0 {
					t.Error("no address is left for open paths")
				}
				if l := b.Status().Limit; l != 512 {
					t.Errorf("the origin may work on %d requests", l)
				}
			})
		}
	}
}

func TestOnePersonInsideWhoCrashesAPathTakesNothingFromOthers(t *testing.T) {
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			cfg := with(siteAt(), func(b *config.Backend) { b.Health.Backoff = time.Hour; b.Health.MaxBackoff = time.Hour })
			for range n {
				addr, _ := crashingOrigin(t)
				cfg.Addresses = append(cfg.Addresses, "http://"+addr)
			}
			b, addr := startProxy(t, cfg, behindAFront)
			crasher := &asking{tb: t, addr: addr, field: "Inside: 1\r\n" + from(1)}
			others := &asking{tb: t, addr: addr, field: "Inside: 1\r\n" + from(2)}
			for range 30 {
				for range 18 {
					crasher.ask("GET", "/crash", "\r\n")
				}
				others.ask("GET", "/", "\r\n")
			}
			if others.seen[200] != 30 {
				t.Errorf("others inside were answered %v, want 30 times 200", others.seen)
			}
			for _, a := range b.Status().Addresses {
				if !a.Up {
					t.Errorf("%+v", a)
				}
			}
		})
	}
}

func TestAnAddressThatFailsWhatAnotherAnswersIsLeftOutForThatClassOnly(t *testing.T) {
	sick := serveRaw(t, func(c net.Conn) { _, _ = readRawHead(bufio.NewReader(c)) })
	well, _ := crashingOrigin(t)
	core, logs := observer.New(zap.WarnLevel)
	b, addr := startProxy(t, with(siteAt("http://"+sick, "http://"+well), func(b *config.Backend) {
		b.Health.Failures = 3
		b.Health.Backoff = time.Hour
		b.Health.MaxBackoff = time.Hour
	}), behindAFront)
	b.log = zap.New(core)
	inside := &asking{tb: t, addr: addr}
	for i := range 40 {
		inside.field = "Inside: 1\r\n" + from(i)
		inside.ask("GET", "/", "\r\n")
	}
	if inside.seen[502] != 3 || inside.seen[200] != 37 {
		t.Errorf("people inside were answered %v, want 502 three times", inside.seen)
	}
	a := b.Status().Addresses
	if a[0].Up || !a[0].Open || !a[0].Reached || a[0].OutUntil.IsZero() || !a[1].Up || !strings.Contains(a[0].Detail(), "people inside") {
		t.Errorf("%+v: %s", a, a[0].Detail())
	}
	if l := logs.FilterMessage("backend address left out after failures").All(); len(l) != 1 || l[0].ContextMap()["for"] != "people inside" {
		t.Errorf("logged: %v", l)
	}
	strangers := &asking{tb: t, addr: addr}
	for i := range 40 {
		strangers.field = from(i)
		strangers.ask("GET", "/", "\r\n")
	}
	if strangers.seen[502] != 3 {
		t.Errorf("strangers were answered %v, want 502 three times of their own", strangers.seen)
	}
	if a := b.Status().Addresses[0]; a.Open {
		t.Errorf("%+v", a)
	}
}

func TestAKeptConnectionThatDiesIsNoEvidence(t *testing.T) {
	origin, _, _ := dyingBackend(t, "")
	b, addr := startProxy(t, siteAt("http://"+origin), behindAFront)
	inside := &asking{tb: t, addr: addr, field: "Inside: 1\r\n"}
	inside.ask("GET", "/", "\r\n")
	inside.ask("PATCH", "/", "\r\n")
	if a := b.Status().Addresses[0]; a.Failed != 0 || inside.seen[502] != 1 {
		t.Errorf("%+v, %v", a, inside.seen)
	}
}

func TestWhatThisMachineLacksIsNotTheBackendsFault(t *testing.T) {
	for err, ours := range map[error]bool{
		&net.OpError{Err: os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)}: true,
		&net.OpError{Err: os.NewSyscallError("socket", syscall.EMFILE)}:         true,
		&net.OpError{Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}:  false,
		&net.OpError{Err: os.ErrDeadlineExceeded}:                               false,
		&net.DNSError{IsNotFound: true}:                                         false,
	} {
		if isLocal(err) != ours {
			t.Errorf("%v", err)
		}
	}
}

func TestOneSubscriberIsOneClient(t *testing.T) {
	b, _ := startProxy(t, siteAt("http://127.0.0.1:1"))
	key := func(s string) uint64 { return b.site.client(netip.MustParseAddr(s)) }
	if key("2001:db8:1:1200::1") != key("2001:db8:1:12ff::2") || key("192.0.2.1") != key("::ffff:192.0.2.1") {
		t.Error("one client is told apart")
	}
	if key("2001:db8:1:1200::1") == key("2001:db8:1:1300::1") || key("192.0.2.1") == key("192.0.2.2") {
		t.Error("two are not")
	}
}
