package main

import "fmt"

// soakPolls is how many polls the gateway's memory is watched over.
const soakPolls = 8_000_000

// soak polls on and on and prints the resident memory after each million.
func (b *bench) soak() error {
	in, err := b.install()
	if err != nil {
		return err
	}
	cookies, err := in.fill(100_000)
	if err != nil {
		return err
	}
	g, err := b.gateway(in, "memory", "127.0.0.1:9", 0)
	if err != nil {
		return err
	}
	script, err := b.script(pollRequests(cookies)...)
	if err != nil {
		return err
	}
	fmt.Printf("### Memory over %d polls, 100,000 waiting\n\n| polls, million | RSS, MiB |\n|---|---|\n", soakPolls)
	c := against("gateway", g, script)
	seconds := b.seconds
	b.seconds = 5
	defer func() { b.seconds = seconds }()
	for next := 0.0; ; {
		if c.done >= next {
			fmt.Printf("| %.1f | %d |\n", c.done/1e6, g.rss()>>20)
			next += 1e6
		}
		if c.done >= soakPolls {
			break
		}
		if err := b.round(c, false); err != nil {
			return err
		}
	}
	if c.bad > 0 {
		return fmt.Errorf("%d polls were refused", c.bad)
	}
	fmt.Println()
	b.stopAll()
	return nil
}
