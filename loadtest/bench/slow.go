package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"time"
)

// slowModes are slowhttptest's three attacks: heads, bodies and reads that never end.
var slowModes = []struct {
	name string
	args []string
}{
	{"slow heads", []string{"-H", "-i", "5"}},
	{"slow bodies", []string{"-B", "-i", "5", "-s", "8192"}},
	{"slow reads", []string{"-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3"}},
}

// slow measures what a poll of an ordinary visitor takes while 400 connections are held by slowhttptest, beside its
// value in peace a moment before.
func (b *bench) slow() error {
	if _, err := exec.LookPath("slowhttptest"); err != nil {
		return fmt.Errorf("slowhttptest is not installed; on Debian: apt-get install slowhttptest")
	}
	in, err := b.install()
	if err != nil {
		return err
	}
	cookies, err := in.fill(1000)
	if err != nil {
		return err
	}
	g, err := b.gateway(in, "memory", "127.0.0.1:9", 0)
	if err != nil {
		return err
	}
	poll := rawRequest("/.einlass/status?room=bench&shown=9", browserHeaders, cookies[0])
	fmt.Print("### A visitor's poll while 400 connections are slow on purpose\n\n" +
		"| | connections held | p99 quiet, ms | p99, ms | p99 ÷ quiet (median) |\n|---|---|---|---|---|\n")
	for _, mode := range slowModes {
		var quiet, attacked, ratios, held []float64
		for range b.rounds {
			before, during, n, err := b.attack(g, mode.args, poll)
			if err != nil {
				return err
			}
			quiet, attacked = append(quiet, before), append(attacked, during)
			ratios, held = append(ratios, during/before), append(held, float64(n))
		}
		fmt.Printf("| %s | %.0f | %.2f | %.2f | %.2f |\n", mode.name, max(0, median(held)), median(quiet), median(attacked), median(ratios))
	}
	fmt.Println()
	g.Stop()
	return nil
}

// attack answers the visitor's p99 in milliseconds before and during an attack, and how many connections it held.
func (b *bench) attack(g *process, args []string, poll string) (quiet, attacked float64, held int, err error) {
	before, err := g.descriptors()
	if err != nil {
		return 0, 0, 0, err
	}
	if quiet, err = visit(g.addr, poll); err != nil {
		return 0, 0, 0, err
	}
	cmd := exec.Command("slowhttptest", append([]string{"-c", "400", "-r", "400", "-l", "8", "-u", "http://" + g.addr + "/termine"}, args...)...)
	if err := cmd.Start(); err != nil {
		return 0, 0, 0, err
	}
	time.Sleep(2 * time.Second) // all its connections are open
	now, err := g.descriptors()
	if err != nil {
		return 0, 0, 0, err
	}
	attacked, err = visit(g.addr, poll)
	_ = cmd.Wait() // its exit status says what it thinks of us
	return quiet, attacked, now - before, err
}

// visit polls two hundred times a second for three seconds on one connection and answers the p99 in milliseconds.
func visit(addr, poll string) (p99 float64, err error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return 0, err
	}
	r := bufio.NewReader(c)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	times := make([]float64, 600)
	for i := range times {
		<-tick.C
		began := time.Now()
		if _, err := io.WriteString(c, poll); err != nil {
			return 0, err
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return 0, err
		}
		if res.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("a poll got %s", res.Status)
		}
		times[i] = time.Since(began).Seconds() * 1e3
	}
	slices.Sort(times)
	return times[len(times)*99/100], nil
}

// descriptors is how many files and connections the process holds.
func (p *process) descriptors() (int, error) {
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.Pid()))
	return len(open), err
}
