package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// cpuHeader begins a table that compares the processor time per request: of a poll with the same bytes from bare fasthttp,
// and of a forwarded request with nginx. Only the two take turns, so that their rounds lie close together. Of a build that
// -beside names, a third one takes part.
func (b *bench) cpuHeader() {
	fmt.Printf("| CPU µs/request | ours | of the reference | ratio, median of %d rounds | quartiles | beside the other build | quartiles |\n|---|---|---|---|---|---|---|\n", b.rounds)
}

func (b *bench) pollCPUs() error {
	b.cpuHeader()
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if err := b.pollCPU(n); err != nil {
			return err
		}
		b.stopAll()
	}
	fmt.Println()
	return nil
}

func (b *bench) pollCPU(waiting int) error {
	in, err := b.install()
	if err != nil {
		return err
	}
	cookies, err := in.fill(waiting)
	if err != nil {
		return err
	}
	requests := pollRequests(cookies)
	script, err := b.script(requests...)
	if err != nil {
		return err
	}
	all, err := b.builds(b.both(), in, "127.0.0.1:9", 0, script)
	if err != nil {
		return err
	}
	answer, err := b.capture(all[0].p.addr, closing(requests[len(requests)/2]))
	if err != nil {
		return err
	}
	ref, err := b.reference(answer)
	if err != nil {
		return err
	}
	return b.cpuTurns(fmt.Sprintf("poll, %d waiting ÷ bare fasthttp", waiting), append(all, against("bare fasthttp", ref, script)))
}

func (b *bench) passCPU() error {
	// The limit in flight learns from a few answers of each network only: with one network a crowd would wait in its queue for a minute.
	b.networks = true
	defer func() { b.networks = false }()
	backend, err := b.backend()
	if err != nil {
		return err
	}
	in, err := b.install()
	if err != nil {
		return err
	}
	script, fresh, err := b.passScript(in)
	if err != nil {
		return err
	}
	all, err := b.builds(b.both(), in, backend, 60, script)
	if err != nil {
		return err
	}
	nginx, err := b.nginxProxy(backend)
	if err != nil {
		return err
	}
	all = append(all, against("nginx", nginx, script))
	b.cpuHeader()
	for _, c := range all {
		c.fresh = fresh
	}
	if err := b.cpuTurns("forwarded with a pass, 2,000 bytes ÷ nginx", all); err != nil {
		return err
	}
	if err := in.writePasses(script, time.Minute); err != nil {
		return err
	}
	for i, c := range all {
		all[i] = against(c.name, c.p, script)
	}
	if err := b.cpuTurns("the same, each answer with a renewed pass", all); err != nil {
		return err
	}
	b.stopAll()
	fmt.Println()
	return nil
}

// arrivalCPU measures what an arrival with its page costs the gateway and its Redis. Each build has a Redis of its own.
func (b *bench) arrivalCPU() error {
	script, err := b.script(rawRequest("/termine?ort=3", navigation, ""))
	if err != nil {
		return err
	}
	var all []*contestant
	for _, bin := range b.both() {
		in, err := b.install()
		if err != nil {
			return err
		}
		store, url, err := b.redis()
		if err != nil {
			return err
		}
		g, err := b.gatewayOf(bin, in, url, "127.0.0.1:9", 0)
		if err != nil {
			return err
		}
		c := against(filepath.Base(bin), g, script)
		c.store = store
		all = append(all, c)
	}
	if err := b.takeTurns(all); err != nil {
		return err
	}
	fmt.Printf("| CPU µs of an arrival with page, median of %d rounds | gateway | quartiles | Redis | quartiles |\n|---|---|---|---|---|\n", b.rounds)
	for _, c := range all {
		fmt.Printf("| %s | %.1f | %.1f to %.1f | %.1f | %.1f to %.1f |\n", c.name, median(c.costs), quantile(c.costs, 0.25), quantile(c.costs, 0.75),
			median(c.pays), quantile(c.pays, 0.25), quantile(c.pays, 0.75))
	}
	fmt.Println()
	b.stopAll()
	return nil
}

// both are this build, and the other one if there is one.
func (b *bench) both() []string {
	if b.beside == "" {
		return []string{b.gatewayBin}
	}
	return []string{b.gatewayBin, b.beside}
}

// builds starts a gateway of each build, each with its own copy of the installation.
func (b *bench) builds(bins []string, in *installation, backend string, rate int64, script string) ([]*contestant, error) {
	all := make([]*contestant, 0, len(bins)+1)
	for _, bin := range bins {
		own, err := b.copyOf(in)
		if err != nil {
			return nil, err
		}
		g, err := b.gatewayOf(bin, own, "memory", backend, rate)
		if err != nil {
			return nil, err
		}
		all = append(all, against(filepath.Base(bin), g, script))
	}
	return all, nil
}

// takeTurns drives the contestants in turns, another one first in each round.
func (b *bench) takeTurns(all []*contestant) error {
	for round := range b.rounds + 1 {
		for i := range all {
			if err := b.round(all[(i+round)%len(all)], round == 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// cpuTurns lets them take turns and prints a line. The last one is the reference.
func (b *bench) cpuTurns(title string, all []*contestant) error {
	if err := b.takeTurns(all); err != nil {
		return err
	}
	if err := b.profile(all[0]); err != nil {
		return err
	}
	ours, ref := all[0], all[len(all)-1]
	if ours.bad > 0 {
		return errors.New("the gateway refused requests: " + title)
	}
	ratio := ours.costOver(ref)
	line := fmt.Sprintf("| %s | %.1f | %.1f | %.2f | %.2f to %.2f |", title, median(ours.costs), median(ref.costs), median(ratio), quantile(ratio, 0.25), quantile(ratio, 0.75))
	if len(all) > 2 {
		other := ours.costOver(all[1])
		line += fmt.Sprintf(" %.2f | %.2f to %.2f |", median(other), quantile(other, 0.25), quantile(other, 0.75))
	} else {
		line += strings.Repeat(" |", 2)
	}
	fmt.Println(line)
	return nil
}
