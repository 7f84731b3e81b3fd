package setup

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/suggest"
)

// Proxy is what stands in front of the gateway.
type Proxy struct {
	// Kind is none, the name of a program on this machine, or balancer.
	Kind string
	// Trusted are the addresses of a balancer.
	Trusted []netip.Prefix
}

const (
	none     = "none"
	balancer = "balancer"
)

// fronts are the programs that configs/fronts has a file for.
func fronts() map[string]string {
	return map[string]string{"nginx": "nginx.conf", "haproxy": "haproxy.cfg", "caddy": "Caddyfile", "apache": "apache.conf"}
}

// Here reports whether it is a program on this machine.
func (p Proxy) Here() bool { return fronts()[p.Kind] != "" }

// ParseProxy reads none, the name of a program, or addresses and networks of a balancer, separated by commas.
func ParseProxy(text string) (Proxy, error) {
	const want = "want none, nginx, haproxy, caddy, apache, or the address of a balancer as 10.0.0.7 or 10.0.0.0/24"
	lower := strings.ToLower(text)
	switch {
	case text == "":
		return Proxy{}, errors.New("is empty; " + want)
	case lower == none, fronts()[lower] != "":
		return Proxy{Kind: lower}, nil
	}
	p := Proxy{Kind: balancer}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		network, err := config.ParseNetwork(word)
		switch {
		case err != nil && strings.Contains(word, "/"):
			return Proxy{}, err
		case err != nil:
			return Proxy{}, fmt.Errorf("%q is not accepted; %s%s", word, want, meant(lower))
		}
		if network.Bits() == 0 {
			return Proxy{}, fmt.Errorf("%v is everybody, who could then claim any address; %s", network, want)
		}
		if !slices.Contains(p.Trusted, network) {
			p.Trusted = append(p.Trusted, network)
		}
	}
	if len(p.Trusted) == 0 {
		return Proxy{}, fmt.Errorf("%q is not accepted; %s", text, want)
	}
	return p, nil
}

func meant(word string) string {
	like := suggest.Nearest(word, []string{none, "nginx", "haproxy", "caddy", "apache"}, 2)
	if like == "" {
		return ""
	}
	return "; did you mean " + like + "?"
}
