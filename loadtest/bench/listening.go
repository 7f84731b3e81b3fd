package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// listening measures from the start of the process until it takes connections, with a million places in its state file. Builds
// take turns, each start with its own copy of the files.
func (b *bench) listening() error {
	const places = 1_000_000
	in, err := b.install()
	if err != nil {
		return err
	}
	if _, err := in.fill(places); err != nil {
		return err
	}
	bins := b.both()
	took, used := make([][]float64, len(bins)), make([][]float64, len(bins))
	for round := range b.rounds + 1 {
		for i := range bins {
			i = (i + round) % len(bins)
			seconds, cpu, err := b.startToPort(bins[i], in)
			if err != nil {
				return err
			}
			if round > 0 { // the first one finds nothing in the page cache
				took[i], used[i] = append(took[i], seconds), append(used[i], cpu)
			}
		}
	}
	fmt.Printf("| listening with %d places in the state file | s, median of %d rounds | quartiles | of the processor, s | quartiles |\n|---|---|---|---|---|\n", places, b.rounds)
	for i, bin := range bins {
		fmt.Printf("| %s | %.2f | %.2f to %.2f | %.2f | %.2f to %.2f |\n", filepath.Base(bin), median(took[i]), quantile(took[i], 0.25), quantile(took[i], 0.75),
			median(used[i]), quantile(used[i], 0.25), quantile(used[i], 0.75))
	}
	fmt.Println()
	return nil
}

// startToPort starts a gateway on a copy of an installation and stops it when its port is open.
func (b *bench) startToPort(bin string, in *installation) (seconds, cpu float64, err error) {
	own, err := b.copyOf(in)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = os.RemoveAll(own.dir) }()
	dir := b.file("gateway")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return 0, 0, err
	}
	g, err := launch.NewGateway(bin, dir, b.configure(bin, own, "memory", "127.0.0.1:9", 0))
	if err != nil {
		return 0, 0, err
	}
	g.Operators.Close()
	var log launch.Log
	began := time.Now()
	p, err := launch.Start("gateway", dir, &log, bin, "serve", "-c", g.File)
	if err != nil {
		return 0, 0, err
	}
	defer p.Kill()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.Accepts(ctx, g.Addr); err != nil {
		return 0, 0, fmt.Errorf("%w:\n%s", err, log.String())
	}
	seconds = time.Since(began).Seconds()
	return seconds, (&process{Process: p}).cpu().Seconds(), nil
}
