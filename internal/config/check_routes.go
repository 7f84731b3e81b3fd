package config

import (
	"fmt"
	"slices"
)

// routes checks the rules of all rooms together: nothing may belong to two of them.
func (ch *checker) routes(c *Config) {
	type claim struct{ host, path string }
	taken := map[claim]string{}
	for i := range c.Rooms {
		r := &c.Rooms[i]
		at := fmt.Sprintf("rooms[%d]", i)
		hosts := hostsOf(r)
		for j, host := range hosts {
			if slices.Contains(hosts[:j], host) {
				ch.bad(fmt.Sprintf("%s.hosts[%d]", at, j), "%q is given twice", host)
			}
		}
		for _, rules := range []struct {
			key   string
			paths []string
		}{{"paths", pathsOf(r)}, {"exclude", r.Exclude}} {
			for j, path := range rules.paths {
				here := fmt.Sprintf("%s.%s[%d]", at, rules.key, j)
				clean, err := parseRule(path)
				if err != nil {
					ch.bad(here, "%q %v", path, err)
					continue
				}
				if prefixForm.MatchString(c.Prefix) && covers(string(loose(nil, []byte(c.Prefix))), loose(nil, []byte(clean))) {
					ch.bad(here, "%q lies at or below prefix %q, where the gateway answers itself: no visitor would get there", path, c.Prefix)
					continue
				}
				for _, host := range slices.Compact(slices.Sorted(slices.Values(hosts))) {
					key := claim{host, string(loose(nil, []byte(clean)))}
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
	for i := range c.Rooms {
		for _, path := range slices.Concat(pathsOf(&c.Rooms[i]), c.Rooms[i].Exclude) {
			if path == "/" {
				for _, host := range hostsOf(&c.Rooms[i]) {
					covered[host] = true
				}
			}
		}
	}
	for i := range c.Rooms {
		for _, host := range hostsOf(&c.Rooms[i]) {
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
