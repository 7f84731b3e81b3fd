package environment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"

	"github.com/einlass/einlass/loadtest/launch"
)

// Network makes links.
type Network struct {
	server *toxiproxy.ApiServer
	links  []*Link // reserved or open
}

// Link is a way from a client to a server.
type Link struct {
	Port  int
	held  net.Listener // keeps the port of a link that is reserved, and not open yet
	proxy *toxiproxy.Proxy
	cut   bool
	slow  bool
}

// NewNetwork is one without links.
func NewNetwork() *Network {
	toxics.Register(readdressType, new(Readdress))
	return &Network{server: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())}
}

// reserve plans a link whose port is known before the server that it leads to. Until it is open nothing else may take the port.
func (n *Network) reserve() (*Link, error) {
	port, err := launch.FreePort()
	if err != nil {
		return nil, err
	}
	held, err := net.Listen("tcp", launch.Addr(port))
	if err != nil {
		return nil, fmt.Errorf("reserve a link: %w", err)
	}
	l := &Link{Port: port, held: held}
	n.links = append(n.links, l)
	return l, nil
}

// open lets a reserved link lead to a port. readdress may be nil.
func (n *Network) open(l *Link, to int, readdress *Readdress) error {
	if err := l.release(); err != nil {
		return err
	}
	l.proxy = toxiproxy.NewProxy(n.server, fmt.Sprintf("%d to %d", l.Port, to), launch.Addr(l.Port), launch.Addr(to))
	if err := l.proxy.Start(); err != nil {
		return fmt.Errorf("link to %d: %w", to, err)
	}
	if readdress == nil {
		return nil
	}
	return l.add(readdressType, "downstream", readdress)
}

// release lets the port of a reserved link go.
func (l *Link) release() error {
	if l.held == nil {
		return nil
	}
	held := l.held
	l.held = nil
	return held.Close()
}

// Close ends all links.
func (n *Network) Close() {
	for _, l := range n.links {
		_ = l.release() // of one that was never opened
		if l.proxy != nil {
			l.proxy.Stop()
		}
	}
}

// Addr is where the client finds the link.
func (l *Link) Addr() string { return launch.Addr(l.Port) }

func (l *Link) add(kind, direction string, attributes any) error {
	text, err := json.Marshal(map[string]any{"name": kind + "-" + direction, "type": kind, "stream": direction, "attributes": attributes})
	if err != nil {
		return err
	}
	if _, err := l.proxy.Toxics.AddToxicJson(bytes.NewReader(text)); err != nil {
		return fmt.Errorf("link %s: %s: %w", l.proxy.Name, kind, err)
	}
	return nil
}

func (l *Link) remove(kind, direction string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := l.proxy.Toxics.RemoveToxic(ctx, kind+"-"+direction); err != nil {
		return fmt.Errorf("link %s: %s: %w", l.proxy.Name, kind, err)
	}
	return nil
}

// Cut lets nothing through: whatever is sent is lost, and neither end gets an error.
func (l *Link) Cut() error {
	l.cut = true
	if err := l.add("timeout", "upstream", map[string]int{"timeout": 0}); err != nil {
		return err
	}
	return l.add("timeout", "downstream", map[string]int{"timeout": 0})
}

// Break closes all connections and refuses new ones.
func (l *Link) Break() { l.proxy.Stop() }

// Slow delays what is answered.
func (l *Link) Slow(by time.Duration) error {
	l.slow = true
	return l.add("latency", "downstream", map[string]int64{"latency": by.Milliseconds()})
}

// Mend undoes Cut, Break and Slow. Connections from before a Cut are closed: what was sent on them is lost for good.
func (l *Link) Mend() error {
	if l.slow {
		l.slow = false
		if err := l.remove("latency", "downstream"); err != nil {
			return err
		}
	}
	if l.cut {
		l.cut = false
		l.proxy.Stop()
		for _, direction := range []string{"upstream", "downstream"} {
			if err := l.remove("timeout", direction); err != nil {
				return err
			}
		}
	}
	if l.proxy.Enabled {
		return nil
	}
	return l.proxy.Start()
}
