package config

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/internal/route"
)

// Routes are the rooms' hosts and paths, in the order of Rooms. Kinds of files are not among them, see Room.Files.
func (c *Config) Routes() []route.Room {
	all := make([]route.Room, len(c.Rooms))
	for i := range c.Rooms {
		r := &c.Rooms[i]
		exclude, _ := route.SplitFiles(r.Exclude)
		all[i] = route.Room{Hosts: r.Hosts, Paths: r.Paths, Exclude: exclude, Legacy: c.Paths.Legacy}.Filled()
	}
	return all
}

// routes checks the rules of all rooms together: nothing may belong to two of them.
func (ch *checker) routes(c *Config) {
	type claim struct{ host, path string }
	taken := map[claim]string{}
	own, err := route.ParseRule(c.Prefix)
	known := err == nil && prefixForm.MatchString(c.Prefix)
	for i, rules := range c.Routes() {
		rules.Exclude = c.Rooms[i].Exclude // with the kinds of files: positions are those of the file
		at := fmt.Sprintf("rooms[%d]", i)
		hosts := rules.Hosts
		for j, host := range hosts {
			if slices.Contains(hosts[:j], host) {
				ch.bad(fmt.Sprintf("%s.hosts[%d]", at, j), "%q is given twice", host)
			}
		}
		for _, list := range []struct {
			key   string
			paths []string
		}{{"paths", rules.Paths}, {"exclude", rules.Exclude}} {
			for j, path := range list.paths {
				here := fmt.Sprintf("%s.%s[%d]", at, list.key, j)
				if list.key == "exclude" && route.IsFiles(path) {
					if _, err := route.ParseFiles(path); err != nil {
						ch.bad(here, "%q %v", path, err)
					} else if slices.Contains(list.paths[:j], path) {
						ch.bad(here, "%q is given twice", path)
					}
					continue
				}
				rule, err := route.ParseRule(path)
				if err != nil {
					ch.bad(here, "%q %v", path, err)
					continue
				}
				if known && own.Covers(rule) {
					ch.bad(here, "%q lies at or below prefix %q, where the gateway answers itself: no visitor would get there", path, c.Prefix)
					continue
				}
				for _, host := range slices.Compact(slices.Sorted(slices.Values(hosts))) {
					key := claim{host, rule.Key()}
					if before, ok := taken[key]; ok {
						ch.bad(here, "%q on host %q is already %s; two rules cannot decide about one path", path, host, before)
						break
					}
					taken[key] = here
				}
			}
		}
	}
	ch.remainders(c)
}

// remainders checks that it is clear where the paths without a rule go.
func (ch *checker) remainders(c *Config) {
	first := map[string]int{}
	covered := map[string]bool{}
	routes := c.Routes()
	for _, rules := range routes {
		if slices.Contains(rules.Paths, "/") || slices.Contains(rules.Exclude, "/") {
			for _, host := range rules.Hosts {
				covered[host] = true
			}
		}
	}
	for i, rules := range routes {
		for _, host := range rules.Hosts {
			j, shared := first[host]
			if !shared {
				first[host] = i
				continue
			}
			if !covered[host] && !slices.Equal(c.Rooms[i].Backend.Addresses, c.Rooms[j].Backend.Addresses) {
				ch.bad(fmt.Sprintf("rooms[%d].hosts", i), "%q is also a host of rooms[%d] with another backend, and no rule says which of them gets "+
					`the other paths; give one of the rooms "/" in paths (with waiting) or in exclude (without)`, host, j)
			}
		}
	}
}
