package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/loadtest/launch"
)

// The crowd of the lobby: so many come before the figures are compared, so that what any crowd takes is not the lobby's, and so
// many in all.
const (
	lobbyWarm  = 20_000
	lobbyConns = 64
	lobbyAtime = 16 // people of one connection, behind one another
)

// lobby lets a million people load the page in the lobby, each from a network of their own, and poll once, and measures what
// the gateway remembers of them.
func (b *bench) lobby() error {
	b.networks = true
	defer func() { b.networks = false }()
	fmt.Printf("### %d people in the lobby, each from a network of their own: a page and a poll\n\n"+
		"| arrivals a network | people | RSS, MiB | heap, MiB | RSS after a collection, MiB |\n|---|---|---|---|---|\n", million)
	for _, limits := range []launch.Arrivals{{}, {Rate: 1200, Burst: 2000}} {
		if err := b.lobbyOf(limits); err != nil {
			return err
		}
		b.stopAll()
	}
	fmt.Println()
	return nil
}

func (b *bench) lobbyOf(limits launch.Arrivals) error {
	in, err := b.install()
	if err != nil {
		return err
	}
	c := b.configure(b.gatewayBin, in, "memory", "127.0.0.1:9", 600)
	c.Limits.ArrivalsPerPrefix = limits
	if c.Rooms[0].Schedule, err = launch.OpensAt(time.Now().Add(time.Hour).Truncate(time.Second)); err != nil {
		return err
	}
	g, err := b.startGateway(b.gatewayBin, c)
	if err != nil {
		return err
	}
	name := "no limit"
	if limits.Rate > 0 {
		name = fmt.Sprintf("%d a minute, %d at once", limits.Rate, limits.Burst)
	}
	row := func(people int) (file string, err error) {
		busy := g.rss()
		heap, file, err := b.heapOf(g)
		if err == nil {
			fmt.Printf("| %s | %d | %.1f | %.1f | %.1f |\n", name, people, mib(busy), mib(heap), mib(g.rss()))
		}
		return file, err
	}
	if _, err := row(0); err != nil {
		return err
	}
	if err := comeToLobby(g.addr, 0, lobbyWarm); err != nil {
		return err
	}
	warm, err := row(lobbyWarm)
	if err != nil {
		return err
	}
	if err := comeToLobby(g.addr, lobbyWarm, million); err != nil {
		return err
	}
	full, err := row(million)
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodecount=8", "-sample_index=inuse_space", "-base", warm, full).Output()
	if err != nil {
		return fmt.Errorf("compare heaps: %w", err)
	}
	fmt.Printf("\n```\n%s```\n\n", out)
	return nil
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// heapOf is what a gateway holds after a collection, and the file of its profile. It leaves the system the time to take back what
// the gateway gives up.
func (b *bench) heapOf(g *process) (live int64, file string, err error) {
	for range 2 { // what the first one finalizes is collected by the second
		if _, err = fetch(g.admin, "heap?gc=1&debug=1"); err != nil {
			return 0, "", err
		}
	}
	time.Sleep(10 * time.Second)
	text, err := fetch(g.admin, "heap?gc=1&debug=1")
	if err != nil {
		return 0, "", err
	}
	_, rest, ok := strings.Cut(string(text), "# HeapAlloc = ")
	line, _, _ := strings.Cut(rest, "\n")
	if live, err = strconv.ParseInt(line, 10, 64); !ok || err != nil {
		return 0, "", fmt.Errorf("the profile names no heap: %w", err)
	}
	data, err := fetch(g.admin, "heap?gc=1")
	if err != nil {
		return 0, "", err
	}
	file, err = b.write("heap.pprof", string(data))
	return live, file, err
}

// comeToLobby lets people with these numbers come, over a few connections of a trusted proxy.
func comeToLobby(addr string, from, to int) error {
	var wg sync.WaitGroup
	errs := make([]error, lobbyConns)
	for i := range lobbyConns {
		wg.Go(func() { errs[i] = lobbyConn(addr, from+i*lobbyAtime, to) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// lobbyConn brings every lobbyConns-th group of them.
func lobbyConn(addr string, from, to int) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(20 * time.Minute)); err != nil {
		return err
	}
	in := bufio.NewReaderSize(c, 64<<10)
	for ; from < to; from += lobbyConns * lobbyAtime {
		people := min(lobbyAtime, to-from)
		tickets := make([]string, people)
		err := together(c, in, people, func(i int) string {
			return rawRequest("/termine?ort=3", forwardedFor(from+i)+navigation, "")
		}, func(i int, res *fasthttp.Response) error {
			ticket, _, _ := strings.Cut(string(res.Header.PeekCookie("einlass-"+roomID)), ";")
			if tickets[i] = ticket; ticket == "" {
				return errors.New("somebody in the lobby has no ticket")
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = together(c, in, people, func(i int) string {
			return rawRequest("/.einlass/status?room="+roomID+"&shown=", forwardedFor(from+i)+browserHeaders, tickets[i])
		}, func(_ int, res *fasthttp.Response) error {
			if !bytes.Contains(res.Body(), []byte(`"state":"lobby"`)) {
				return fmt.Errorf("a poll in the lobby got %s", res.Body())
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forwardedFor is the header field of a proxy for one of 16 million networks.
func forwardedFor(person int) string {
	return fmt.Sprintf("X-Forwarded-For: %d.%d.%d.7\r\n", 16+person>>16, person>>8&255, person&255)
}

// together writes n requests behind one another and reads their answers.
func together(c net.Conn, in *bufio.Reader, n int, request func(int) string, answer func(int, *fasthttp.Response) error) error {
	var all bytes.Buffer
	for i := range n {
		all.WriteString(request(i))
	}
	if _, err := c.Write(all.Bytes()); err != nil {
		return err
	}
	var res fasthttp.Response
	for i := range n {
		if err := res.Read(in); err != nil {
			return err
		}
		if res.StatusCode() != fasthttp.StatusOK {
			return fmt.Errorf("somebody in the lobby got %d", res.StatusCode())
		}
		if err := answer(i, &res); err != nil {
			return err
		}
	}
	return nil
}
