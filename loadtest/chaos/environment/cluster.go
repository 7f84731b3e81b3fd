package environment

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/einlass/einlass/loadtest/launch"
)

// Cluster is a Redis Cluster of three masters with a replica each.
type Cluster struct {
	servers []*Redis
	links   [][]*Link // by gateway
}

// NewCluster starts it, with links for so many gateways.
func NewCluster(ctx context.Context, dir string, n *Network, gateways int) (*Cluster, error) {
	c := &Cluster{}
	err := c.start(ctx, dir, n)
	if err == nil {
		err = c.create(ctx)
	}
	if err == nil {
		err = c.connect(n, gateways)
	}
	if err == nil {
		err = c.Ready(ctx)
	}
	if err == nil {
		err = c.together(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("redis cluster: %w", err), c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, dir string, n *Network) error {
	for i := range 6 {
		inner, err := n.reserve()
		if err != nil {
			return err
		}
		r, err := newRedis(fmt.Sprintf("node-%d", i), dir)
		if err != nil {
			return err
		}
		bus := strconv.Itoa(r.Port + 10_000)
		r.args = append(append([]string{}, memoryOnly...), "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
			"--cluster-node-timeout", "1500", "--cluster-port", bus, "--cluster-announce-ip", "127.0.0.1",
			"--cluster-announce-port", strconv.Itoa(inner.Port), "--cluster-announce-bus-port", bus)
		r.Inner = inner
		c.servers = append(c.servers, r)
		if err := n.open(inner, r.Port, nil); err != nil {
			return err
		}
		if err := r.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// create joins the nodes as an operator does.
func (c *Cluster) create(ctx context.Context) error {
	args := []string{"--cluster", "create"}
	for _, r := range c.servers {
		args = append(args, fmt.Sprintf("127.0.0.1:%d@%d", r.Port, r.Port+10_000))
	}
	out, err := exec.CommandContext(ctx, "redis-cli", append(args, "--cluster-replicas", "1", "--cluster-yes")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("redis-cli --cluster create: %w\n%s", err, out)
	}
	return nil
}

func (c *Cluster) connect(n *Network, gateways int) error {
	for range gateways {
		ports, links := map[int]int{}, []*Link{}
		for _, r := range c.servers {
			l, err := n.reserve()
			if err != nil {
				return err
			}
			ports[r.Inner.Port] = l.Port
			links = append(links, l)
		}
		for i, r := range c.servers {
			if err := n.open(links[i], r.Port, newReaddress(ports)); err != nil {
				return err
			}
		}
		c.links = append(c.links, links)
	}
	return nil
}

// Store implements Group.
func (c *Cluster) Store(i int) launch.Store {
	var more []string
	for _, l := range c.links[i][1:] {
		more = append(more, l.Addr())
	}
	return launch.Store{URL: "redis://" + c.links[i][0].Addr(), Cluster: true, Addresses: more}
}

// Links implements Group.
func (c *Cluster) Links(i int) []*Link { return c.links[i] }

// Servers implements Group.
func (c *Cluster) Servers() []*Redis { return c.servers }

// node is a line of CLUSTER NODES.
type node struct {
	port   string // announced
	flags  string
	master string // its id, "-" for a master
	id     string
	slots  []string // ranges, as in 0-5460
	linked bool
}

// has reports whether a slot is the node's.
func (n *node) has(slot int64) bool {
	for _, r := range n.slots {
		first, last, ok := strings.Cut(r, "-")
		if !ok {
			last = first
		}
		lo, err := strconv.ParseInt(first, 10, 64)
		hi, err2 := strconv.ParseInt(last, 10, 64)
		if err == nil && err2 == nil && lo <= slot && slot <= hi {
			return true
		}
	}
	return false
}

// nodes is what one server knows of all.
func (c *Cluster) nodes(ctx context.Context, r *Redis) ([]node, error) {
	text, err := r.client.ClusterNodes(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	var all []node
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		f := strings.Fields(line)
		if len(f) < 8 {
			return nil, fmt.Errorf("%s: CLUSTER NODES has %q", r.Name, line)
		}
		addr, _, _ := strings.Cut(f[1], "@")
		_, port, _ := strings.Cut(addr, ":")
		all = append(all, node{port: port, flags: f[2], master: f[3], id: f[0], slots: f[8:], linked: f[7] == "connected"})
	}
	return all, nil
}

func (c *Cluster) byPort(port string) *Redis {
	for _, r := range c.servers {
		if strconv.Itoa(r.Inner.Port) == port {
			return r
		}
	}
	return nil
}

// Master implements Group.
func (c *Cluster) Master(ctx context.Context) (*Redis, error) { return c.owner(ctx, Room) }

// owner is the one that most nodes say has the room's slot.
func (c *Cluster) owner(ctx context.Context, room string) (*Redis, error) {
	votes := map[*Redis]int{}
	for _, r := range c.servers {
		if !r.proc.Alive() {
			continue
		}
		slot, err := r.client.ClusterKeySlot(ctx, "{"+room+"}").Result()
		if err != nil {
			continue // paused, or just gone
		}
		all, err := c.nodes(ctx, r)
		if err != nil {
			continue
		}
		for _, n := range all {
			if n.has(slot) {
				if owner := c.byPort(n.port); owner != nil {
					votes[owner]++
				}
			}
		}
	}
	for owner, n := range votes {
		if n >= 3 && owner.proc.Alive() {
			return owner, nil
		}
	}
	return nil, fmt.Errorf("the nodes do not agree on who has %s: %d candidates", room, len(votes))
}

// together holds the two rooms to what faults take for granted: that one master has both.
func (c *Cluster) together(ctx context.Context) error {
	a, err := c.owner(ctx, Room)
	if err != nil {
		return err
	}
	b, err := c.owner(ctx, OpeningRoom)
	if err == nil && a != b {
		err = fmt.Errorf("%s has %s and %s has %s", a.Name, Room, b.Name, OpeningRoom)
	}
	return err
}

// Replica is the one that follows a master.
func (c *Cluster) Replica(ctx context.Context, master *Redis) (*Redis, error) {
	all, err := c.nodes(ctx, master)
	if err != nil {
		return nil, err
	}
	for _, self := range all {
		if !strings.Contains(self.flags, "myself") {
			continue
		}
		for _, n := range all {
			if n.master == self.id && !strings.Contains(n.flags, "fail") {
				return c.byPort(n.port), nil
			}
		}
	}
	return nil, fmt.Errorf("%s has no replica", master.Name)
}

// Revive implements Group. The node remembers the others and learns from them that it is a replica now.
func (c *Cluster) Revive(ctx context.Context, r *Redis) error { return r.Start(ctx) }

// Ready implements Group.
func (c *Cluster) Ready(ctx context.Context) error {
	return launch.Until(ctx, func() error {
		for _, r := range c.servers {
			if state, err := r.client.ClusterInfo(ctx).Result(); err != nil || !strings.Contains(state, "cluster_state:ok") {
				return fmt.Errorf("%s: the cluster is not whole: %w", r.Name, errOr(err, "not ok"))
			}
			all, err := c.nodes(ctx, r)
			if err != nil {
				return err
			}
			masters := 0
			for _, n := range all {
				if strings.Contains(n.flags, "fail") || !n.linked && !strings.Contains(n.flags, "myself") {
					return fmt.Errorf("%s: node %s is %s", r.Name, n.port, n.flags)
				}
				if len(n.slots) > 0 {
					masters++
				}
			}
			if len(all) != 6 || masters != 3 {
				return fmt.Errorf("%s knows %d nodes, %d with slots", r.Name, len(all), masters)
			}
			if role, err := r.Info(ctx, "role"); err != nil || role == "slave" {
				if up, err := r.Info(ctx, "master_link_status"); err != nil || up != "up" {
					return fmt.Errorf("%s: its link to the master is %s: %w", r.Name, up, errOr(err, "down"))
				}
			}
		}
		_, err := c.Master(ctx)
		return err
	})
}

// Close implements Group.
func (c *Cluster) Close() error {
	var errs []error
	for _, r := range c.servers {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// Deposed reports whether the others have taken a dead server's slots away: nil if so.
func (c *Cluster) Deposed(ctx context.Context, dead *Redis) error {
	for _, r := range c.servers {
		if !r.proc.Alive() {
			continue
		}
		all, err := c.nodes(ctx, r)
		if err != nil {
			return err
		}
		for _, n := range all {
			if n.port == strconv.Itoa(dead.Inner.Port) && len(n.slots) > 0 {
				return fmt.Errorf("%s still has slots", dead.Name)
			}
		}
	}
	return nil
}
