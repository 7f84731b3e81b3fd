package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/httpx"
)

func TestTheHookSaysWhereARedirectLeads(t *testing.T) {
	for name, test := range map[string]struct {
		status, to, leads string
		store             []string
	}{
		"changed":          {"302 Found", "/other", "/other", []string{"public", "no-store"}},
		"a permanent one":  {"308 Permanent Redirect", "/other", "/other", []string{"public", "no-store"}},
		"left":             {"302 Found", "", "/start", []string{"public"}},
		"no redirect":      {"201 Created", "/other", "/start", []string{"public"}},
		"what would split": {"302 Found", "/a\r\nSet-Cookie: b=c", "/start", []string{"public"}},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, answering("HTTP/1.1 "+test.status+"\r\nCache-Control: public\r\nLocation: /start\r\nContent-Length: 0\r\n\r\n"))
			_, addr := startProxy(t, siteAt("http://"+origin.addr), func(f *forwarder) {
				f.options = func(*httpx.Visit) Options {
					return Options{OnHead: func(h Head) {
						if got := string(h.Field("location")); got != "/start" {
							t.Errorf("it sees %q", got)
						}
						h.SetLocation(test.to)
					}}
				}
			})
			c := dialTest(t, addr)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if got := resp.Header.Values("Location"); !slices.Equal(got, []string{test.leads}) {
				t.Errorf("it leads to %q", got)
			}
			if got := resp.Header.Values("Cache-Control"); !slices.Equal(got, test.store) {
				t.Errorf("Cache-Control: %q", got)
			}
		})
	}
}

func TestARedirectWithoutALocationGetsNone(t *testing.T) {
	origin := newScriptedBackend(t, answering("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"))
	_, addr := startProxy(t, siteAt("http://"+origin.addr), func(f *forwarder) {
		f.options = func(*httpx.Visit) Options { return Options{OnHead: func(h Head) { h.SetLocation("/other") }} }
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	resp := wantAnswer(t, bufio.NewReader(c), "GET", 302, "")
	if len(resp.Header["Location"])+len(resp.Header["Cache-Control"]) > 0 {
		t.Errorf("the visitor got %v", resp.Header)
	}
}

// results is a forwarder's record of what Forward returned.
type results chan struct {
	Result
	error
}

func (rs results) record(f *forwarder) {
	f.results = func(r Result, err error) {
		rs <- struct {
			Result
			error
		}{r, err}
	}
}

func TestTheResultSaysWhatBecameOfARequest(t *testing.T) {
	var worked atomic.Int64 // ns, what the origin spent between the request and its answer
	origin := serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			began := time.Now()
			answer := "HTTP/1.1 204 No Content\r\n\r\n"
			switch {
			case strings.HasPrefix(string(head), "GET /breaks"):
				answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"
			case strings.HasPrefix(string(head), "GET /hints"):
				answer = "HTTP/1.1 103 Early Hints\r\n\r\n" + answer
			case strings.HasPrefix(string(head), "GET /"):
			default:
				if _, err := readRawBody(r, head); err != nil {
					return
				}
			}
			worked.Store(int64(time.Since(began)))
			if _, err := io.WriteString(c, answer); err != nil || strings.Contains(answer, "abc") {
				return
			}
		}
	})
	all := make(results, 1)
	address := "http://" + origin
	_, addr := startProxy(t, siteAt(address), all.record)
	for _, test := range []struct {
		request string
		status  int
		err     error
	}{
		{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 204, nil},
		{"GET /hints HTTP/1.1\r\nHost: h\r\n\r\n", 204, nil},
		{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok", 204, nil},
		{"GET /breaks HTTP/1.1\r\nHost: h\r\n\r\n", 0, ErrBackendDown},
	} {
		c := dialTest(t, addr)
		send(t, c, test.request)
		got := <-all
		if got.Status != test.status || got.Address != address || !errors.Is(got.error, test.err) {
			t.Errorf("%.12q: %+v, want status %d from %s", test.request, got, test.status, address)
		}
		if least := time.Duration(worked.Load()); got.error == nil && got.Took < least || got.error != nil && got.Took != 0 {
			t.Errorf("%.12q: it took %v, and the origin alone %v", test.request, got.Took, least)
		}
	}
}

func TestTheTimeOfAnUploadIsNotTheOriginsTime(t *testing.T) {
	begin := time.Now()
	for name, test := range map[string]struct {
		up   *upload
		want time.Duration
	}{
		"no body, or a small one":          {nil, 5 * time.Second},
		"a streamed body":                  {&upload{finishedAt: begin.Add(3 * time.Second)}, 2 * time.Second},
		"an answer before the body's end":  {&upload{finishedAt: begin.Add(5 * time.Second)}, 0},
		"a clock that the upload is ahead": {&upload{finishedAt: begin.Add(6 * time.Second)}, 0},
	} {
		x := &exchange{handed: begin, now: begin.Add(5 * time.Second), up: test.up}
		if got := x.took(); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestWithoutAPlaceNoAddressWasAsked(t *testing.T) {
	all := make(results, 1)
	b, addr := startProxy(t, siteAt("http://127.0.0.1:9"), all.record)
	ctx, cancel := testTimeout()
	defer cancel()
	if err := b.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if got := <-all; got.Result != (Result{}) || !errors.Is(got.error, ErrStopped) {
		t.Errorf("%+v", got)
	}
}

func TestAHookCostsNoAllocation(t *testing.T) {
	x := new(exchange)
	if err := x.ans.parse([]byte("HTTP/1.1 302 Found\r\nLocation: /a\r\nEinlass-Finish: 1\r\nContent-Length: 0\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	finished := 0
	x.opt.OnHead = func(h Head) {
		if h.Status() == 302 && string(h.Field("einlass-finish")) == "1" {
			finished++
		}
	}
	if n := testing.AllocsPerRun(100, x.showHead); n > 0 || finished == 0 {
		t.Errorf("%v allocations, seen %d times", n, finished)
	}
}

func TestAHookSeesAllValuesOfAFieldButThoseOfTheHop(t *testing.T) {
	for fields, want := range map[string][]string{
		"X-A: b\r\nX-B: n\r\nx-a: c, d\r\n":       {"b", "c, d"},
		"X-B: n\r\n":                              nil,
		"Connection: x-a\r\nX-A: b\r\nX-A: c\r\n": nil,
	} {
		x := new(exchange)
		if err := x.ans.parse([]byte("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 0\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		var got []string
		x.opt.OnHead = func(h Head) { got = h.Values("x-a") }
		if x.showHead(); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", fields, got, want)
		}
	}
}

// What a request did before it came here is not the site's time, and takes nothing off its time-outs.
func TestTheTimeOfARequestBeginsWhenItIsForwarded(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer origin.Close()
	var began time.Time
	wrong := make(chan string, 1)
	_, addr := startProxy(t, siteAt(origin.URL), func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			<-time.After(100 * time.Millisecond) // no wait for anything: time that passes before
			began = time.Now()
			return Options{Inside: true}
		}
		f.results = func(r Result, err error) {
			text := ""
			if all := time.Since(began); err != nil || r.Took > all {
				text = fmt.Sprintf("it took %v of %v, %v", r.Took, all, err)
			}
			wrong <- text
		}
	})
	conn := dialTest(t, addr)
	send(t, conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if text := <-wrong; text != "" {
		t.Error(text)
	}
}
