package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// versus measures the processor time per request of another gateway, mostly an earlier one, against this one. Two
// processes of the other and one of this one take turns in each round, and each round is a pair of differences: this one
// against the other, and the other against itself, which is the noise of the machine.
func (b *bench) versus() error {
	if _, err := os.Stat(b.before); err != nil {
		return fmt.Errorf("the gateway to compare with: %w", err)
	}
	fmt.Printf("| CPU µs/request | before | now | now − before, median of %d rounds | quartiles | before − before, median | quartiles |\n|---|---|---|---|---|---|---|\n", b.rounds)
	for _, part := range []func() error{b.versusPolls, b.versusArrivals, b.versusPasses} {
		if err := part(); err != nil {
			return err
		}
		b.stopAll()
	}
	return nil
}

func (b *bench) versusPolls() error {
	in, err := b.install()
	if err != nil {
		return err
	}
	cookies, err := in.fill(100_000)
	if err != nil {
		return err
	}
	script, err := b.script(pollRequests(cookies)...)
	if err != nil {
		return err
	}
	return b.turns("poll, 100,000 waiting", in, "127.0.0.1:9", 0, script, nil)
}

func (b *bench) versusArrivals() error {
	in, err := b.install()
	if err != nil {
		return err
	}
	script, err := b.script(rawRequest("/termine?ort=3", navigation, ""))
	if err != nil {
		return err
	}
	return b.turns("arrival with page, embedded store", in, "127.0.0.1:9", 0, script, nil)
}

func (b *bench) versusPasses() error {
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
	return b.turns("forwarded with a pass, 2,000 bytes", in, backend, 60, script, fresh)
}

// turns starts the three gateways, each with its own copy of the installation, and drives them in turns. Which comes first
// changes from round to round.
func (b *bench) turns(title string, in *installation, backend string, rate int64, script string, fresh func() error) error {
	all, err := b.builds([]string{b.before, b.before, b.gatewayBin}, in, backend, rate, script)
	if err != nil {
		return err
	}
	for _, c := range all {
		c.fresh = fresh
	}
	perRequest := make([][]float64, len(all))
	for round := range b.rounds + 1 {
		for i := range all {
			n := (i + round) % len(all)
			c := all[n]
			c.cpu, c.done = 0, 0
			if err := b.round(c, round == 0); err != nil {
				return err
			}
			if c.bad > 0 {
				return errors.New("a gateway refused requests: " + title)
			}
			if round > 0 {
				perRequest[n] = append(perRequest[n], c.cpu.Seconds()*1e6/c.done)
			}
		}
	}
	once, again, now := perRequest[0], perRequest[1], perRequest[2]
	both := slices.Concat(once, again)
	change := differences(now, once, again)
	noise := differences(again, once, once)
	fmt.Printf("| %s | %.1f | %.1f | %+.1f %% | %+.1f to %+.1f %% | %+.1f %% | %+.1f to %+.1f %% |\n", title, median(both), median(now),
		median(change), quantile(change, 0.25), quantile(change, 0.75), median(noise), quantile(noise, 0.25), quantile(noise, 0.75))
	return nil
}

// copyOf is a copy of an installation: two gateways cannot share a state directory.
func (b *bench) copyOf(in *installation) (*installation, error) {
	own := &installation{dir: b.file("state"), ring: in.ring}
	if err := os.CopyFS(own.dir, os.DirFS(in.dir)); err != nil {
		return nil, err
	}
	return own, os.Chmod(filepath.Join(own.dir, "keys.json"), 0o600)
}

// differences are, round by round, how many per cent a lies above the mean of b and c.
func differences(a, b, c []float64) []float64 {
	var all []float64
	for i := range a {
		mean := (b[i] + c[i]) / 2
		all = append(all, 100*(a[i]-mean)/mean)
	}
	return all
}

// quantile is the value below which a part q of v lies, to the nearest element.
func quantile(v []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[int(q*float64(len(s)-1)+0.5)]
}
