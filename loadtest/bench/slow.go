package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
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
// value in peace.
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
	script, err := b.script(rawRequest("/.einlass/status?room=bench&shown=9", browserHeaders, cookies[0]))
	if err != nil {
		return err
	}
	fmt.Print("### A visitor's poll while 400 connections are slow on purpose\n\n| | p50, ms | p99, ms | p99 ÷ quiet |\n|---|---|---|---|\n")
	quiet50, quiet99, err := b.latency(g.addr, script)
	if err != nil {
		return err
	}
	fmt.Printf("| quiet | %.2f | %.2f | 1.00 |\n", quiet50, quiet99)
	for _, mode := range slowModes {
		args := append([]string{"-c", "400", "-r", "400", "-l", "12", "-u", "http://" + g.addr + "/termine"}, mode.args...)
		attack := exec.Command("slowhttptest", args...)
		if err := attack.Start(); err != nil {
			return err
		}
		time.Sleep(3 * time.Second) // all its connections are open
		p50, p99, err := b.latency(g.addr, script)
		if err != nil {
			return err
		}
		_ = attack.Wait() // its exit status says what it thinks of us
		fmt.Printf("| %s | %.2f | %.2f | %.2f |\n", mode.name, p50, p99, p99/quiet99)
	}
	fmt.Println()
	b.stop(g)
	return nil
}

var percentile = regexp.MustCompile(`(50|99)%\s+([0-9.]+)(us|ms|s)`)

// latency drives 8 connections for a few seconds and answers percentiles in milliseconds.
func (b *bench) latency(addr, script string) (p50, p99 float64, err error) {
	out, err := exec.Command("wrk", "-t1", "-c8", "-d5s", "--latency", "-s", script, "http://"+addr).CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	unit := map[string]float64{"us": 0.001, "ms": 1, "s": 1000}
	for _, m := range percentile.FindAllStringSubmatch(string(out), -1) {
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return 0, 0, err
		}
		if n *= unit[m[3]]; m[1] == "50" {
			p50 = n
		} else {
			p99 = n
		}
	}
	if p99 == 0 {
		return 0, 0, fmt.Errorf("wrk printed no percentiles:\n%s", strings.TrimSpace(string(out)))
	}
	return p50, p99, nil
}
