package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// contestant is one server in a comparison.
type contestant struct {
	name   string
	p      *process
	url    string
	script string       // of wrk
	fresh  func() error // renews the script before a round; nil: it stays

	store *process // its Redis; nil for none

	rates []float64
	costs []float64 // processor time per request of each round, in microseconds
	pays  []float64 // the same of its store
	cpu   time.Duration
	done  float64
	bad   int
}

var (
	rateLine = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	doneLine = regexp.MustCompile(`(\d+) requests in`)
	badLine  = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
)

// compare lets contestants take turns and prints a table of them; the last one is the reference.
func (b *bench) compare(title string, goal float64, all ...*contestant) error {
	for round := range b.rounds + 1 {
		for _, c := range all {
			if err := b.round(c, round == 0); err != nil {
				return err
			}
		}
	}
	if err := b.profile(all[0]); err != nil {
		return err
	}
	ref := all[len(all)-1]
	fmt.Printf("### %s\n\n| | requests/s (median) | CPU µs/request | ÷ %s |\n|---|---|---|---|\n", title, ref.name)
	for _, c := range all {
		note := ""
		if c.bad > 0 {
			note = fmt.Sprintf(" (%d refused)", c.bad)
		}
		fmt.Printf("| %s%s | %.0f | %.1f | %.2f |\n", c.name, note, median(c.rates), c.cpu.Seconds()*1e6/c.done, c.over(ref))
	}
	if goal > 0 {
		fmt.Printf("\nGoal for the first: %.2f.\n", goal)
	}
	fmt.Println()
	return nil
}

// over is the median over the rounds of the ratios to another one.
func (c *contestant) over(ref *contestant) float64 {
	return median(ratios(c.rates, ref.rates))
}

// costOver are, round by round, the ratios of the processor time per request to that of another one.
func (c *contestant) costOver(ref *contestant) []float64 {
	return ratios(c.costs, ref.costs)
}

// round drives one contestant; a warm-up is not counted.
func (b *bench) round(c *contestant, warmUp bool) error {
	if c.fresh != nil {
		if err := c.fresh(); err != nil {
			return err
		}
	}
	before, ofStore := c.p.cpu(), c.store.cpu()
	out, err := exec.Command("wrk", "-t1", "-c", strconv.Itoa(b.conns), "-d", strconv.Itoa(b.seconds)+"s", "-s", c.script, c.url).CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk on %s: %w\n%s", c.name, err, out)
	}
	text := string(out)
	rate, ok1 := number(rateLine, text)
	done, ok2 := number(doneLine, text)
	if !ok1 || !ok2 {
		return fmt.Errorf("wrk on %s:\n%s\n%s", c.name, text, tail(c.p.log()))
	}
	if warmUp {
		return nil
	}
	bad, _ := number(badLine, text)
	c.bad += int(bad)
	c.rates = append(c.rates, rate)
	c.done += done
	used := c.p.cpu() - before
	c.cpu += used
	c.costs = append(c.costs, used.Seconds()*1e6/done)
	c.pays = append(c.pays, (c.store.cpu()-ofStore).Seconds()*1e6/done)
	return nil
}

func number(re *regexp.Regexp, text string) (float64, bool) {
	m := re.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	return n, err == nil
}

// ratios are those of each round.
func ratios(over, under []float64) []float64 {
	all := make([]float64, len(over))
	for i := range over {
		all[i] = over[i] / under[i]
	}
	return all
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
