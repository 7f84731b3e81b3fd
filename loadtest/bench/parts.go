package main

import (
	"fmt"
	"strings"

	"github.com/einlass/einlass/loadtest/launch"
)

// closing makes a request the last on its connection.
func closing(request string) string {
	return strings.Replace(request, "\r\nHost:", "\r\nConnection: close\r\nHost:", 1)
}

// polls compares a waiting visitor's poll with the same bytes from bare fasthttp, at three lengths of the line.
func (b *bench) polls() error {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		in, err := b.install()
		if err != nil {
			return err
		}
		cookies, err := in.fill(n)
		if err != nil {
			return err
		}
		g, err := b.gateway(in, "memory", "127.0.0.1:9", 0)
		if err != nil {
			return err
		}
		requests := pollRequests(cookies)
		empty := g.rss()
		answer, err := b.capture(g.addr, closing(requests[len(requests)/2]))
		if err != nil {
			return err
		}
		ref, err := b.reference(answer)
		if err != nil {
			return err
		}
		script, err := b.script(requests...)
		if err != nil {
			return err
		}
		ours := against("gateway, poll", g, script)
		all := []*contestant{ours}
		if n == 1_000 {
			peers, err := b.answering(answer, script)
			if err != nil {
				return err
			}
			all = append(all, peers...)
		}
		all = append(all, against("bare fasthttp, same bytes", ref, script))
		if err := b.compare(fmt.Sprintf("Poll, %d waiting", n), 0.85, all...); err != nil {
			return err
		}
		fmt.Printf("RSS of the gateway: %d MiB after loading the line, %d MiB after %.0f polls.\n\n", empty>>20, g.rss()>>20, ours.done)
		b.stopAll()
	}
	return nil
}

// arrivals compares an arrival with its page with the same bytes from bare fasthttp.
func (b *bench) arrivals() error {
	for _, kind := range []struct {
		name  string
		redis bool
		goal  float64
	}{{"embedded store", false, 0.60}, {"Redis", true, 0.45}} {
		in, err := b.install()
		if err != nil {
			return err
		}
		store := "memory"
		if kind.redis {
			if _, store, err = b.redis(); err != nil {
				return err
			}
		}
		g, err := b.gateway(in, store, "127.0.0.1:9", 0)
		if err != nil {
			return err
		}
		request := rawRequest("/termine?ort=3", navigation, "")
		answer, err := b.capture(g.addr, closing(request))
		if err != nil {
			return err
		}
		ref, err := b.reference(answer)
		if err != nil {
			return err
		}
		script, err := b.script(request)
		if err != nil {
			return err
		}
		ours := against("gateway, arrival", g, script)
		all := []*contestant{ours}
		if !kind.redis {
			if all, err = b.pagePeers(all, answer, script); err != nil {
				return err
			}
		}
		all = append(all, against("bare fasthttp, same bytes", ref, script))
		if err := b.compare("Arrival with page, "+kind.name, kind.goal, all...); err != nil {
			return err
		}
		fmt.Printf("%.0f places given; RSS of the gateway: %d MiB.\n\n", ours.done, g.rss()>>20)
		b.stopAll()
	}
	return nil
}

// pagePeers adds the servers that could stand there in place of a gateway.
func (b *bench) pagePeers(all []*contestant, answer, script string) ([]*contestant, error) {
	peers, err := b.answering(answer, script)
	if err != nil {
		return nil, err
	}
	backendAddr, err := b.backend()
	if err != nil {
		return nil, err
	}
	limit, err := b.refusing(backendAddr, script)
	return append(append(all, peers...), limit), err
}

// passes compares a forwarded request with a bare fasthttp proxy and with nginx.
func (b *bench) passes() error {
	backendAddr, err := b.backend()
	if err != nil {
		return err
	}
	in, err := b.install()
	if err != nil {
		return err
	}
	g, err := b.gateway(in, "memory", backendAddr, 60)
	if err != nil {
		return err
	}
	proxyAddr, err := launch.FreeAddr()
	if err != nil {
		return err
	}
	bare, err := b.start(proxyAddr, b.self, "serve", "proxy", proxyAddr, backendAddr)
	if err != nil {
		return err
	}
	script, fresh, err := b.passScript(in)
	if err != nil {
		return err
	}
	peers, err := b.forwarding(backendAddr, script)
	if err != nil {
		return err
	}
	ours := against("gateway", g, script)
	all := append([]*contestant{ours}, peers...)
	all = append(all, against("bare fasthttp `HostClient` proxy", bare, script))
	for _, c := range all {
		c.fresh = fresh
	}
	if err := b.compare("Forwarded with a pass, 2,000 bytes", 0.90, all...); err != nil {
		return err
	}
	fmt.Printf("The gateway beside nginx: %.2f (goal 0.80).\n\n", ours.over(peers[0]))
	b.stopAll()
	return nil
}
