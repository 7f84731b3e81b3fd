package environment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// Group is what the gateways' store is made of.
type Group interface {
	// Store is the store section of gateway i's configuration.
	Store(i int) launch.Store
	// Links are all ways of gateway i to the store.
	Links(i int) []*Link
	// Servers are the servers that can hold the line.
	Servers() []*Redis
	// Master is the server that holds the line and takes writes, as the group itself says.
	Master(ctx context.Context) (*Redis, error)
	// Revive starts a server that was killed, empty, as a replica.
	Revive(ctx context.Context, r *Redis) error
	// Ready waits until every server is in its place: a master, and replicas that follow it.
	Ready(ctx context.Context) error
	Close() error
}

// SentinelName is what the Sentinels call the group.
const SentinelName = "einlass"

// Sentinels is a master, two replicas and three Sentinels.
type Sentinels struct {
	servers   []*Redis
	Sentinels []*Redis
	links     [][]*Link // by gateway: to servers, then to Sentinels
}

// NewSentinels starts the group, with links for so many gateways.
func NewSentinels(ctx context.Context, dir string, n *Network, gateways int) (*Sentinels, error) {
	s := &Sentinels{}
	err := s.start(ctx, dir, n)
	if err == nil {
		err = s.connect(n, gateways)
	}
	if err == nil {
		err = s.Ready(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("redis with sentinels: %w", err), s.Close())
	}
	return s, nil
}

func (s *Sentinels) start(ctx context.Context, dir string, n *Network) error {
	for i := range 3 {
		inner, err := n.reserve()
		if err != nil {
			return err
		}
		r, err := newRedis(fmt.Sprintf("redis-%d", i), dir, append(memoryOnly,
			"--replica-announce-ip", "127.0.0.1", "--replica-announce-port", strconv.Itoa(inner.Port))...)
		if err != nil {
			return err
		}
		r.Inner = inner
		s.servers = append(s.servers, r)
		if err := n.open(inner, r.Port, nil); err != nil {
			return err
		}
		if err := r.Start(ctx, s.following(i, 0)...); err != nil {
			return err
		}
	}
	for i := range 3 {
		r, err := newRedis(fmt.Sprintf("sentinel-%d", i), dir)
		if err != nil {
			return err
		}
		s.Sentinels = append(s.Sentinels, r)
		file := filepath.Join(r.dir, "sentinel.conf")
		lines := []string{
			fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 2", SentinelName, s.servers[0].Inner.Port),
			"sentinel down-after-milliseconds " + SentinelName + " 1000",
			"sentinel failover-timeout " + SentinelName + " 4000",
			"sentinel parallel-syncs " + SentinelName + " 2", "",
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			return err
		}
		r.first = []string{file, "--sentinel"}
		if err := r.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// following are the options of a server that follows another.
func (s *Sentinels) following(i, master int) []string {
	if i == master {
		return nil
	}
	return []string{"--replicaof", fmt.Sprintf("127.0.0.1 %d", s.servers[master].Inner.Port)}
}

// connect gives every gateway its links, and lets what is announced lead to them.
func (s *Sentinels) connect(n *Network, gateways int) error {
	for range gateways {
		ports, links := map[int]int{}, []*Link{}
		for _, r := range append(append([]*Redis{}, s.servers...), s.Sentinels...) {
			l, err := n.reserve()
			if err != nil {
				return err
			}
			announced := r.Port
			if r.Inner != nil {
				announced = r.Inner.Port
			}
			ports[announced] = l.Port
			links = append(links, l)
		}
		for i, r := range append(append([]*Redis{}, s.servers...), s.Sentinels...) {
			if err := n.open(links[i], r.Port, newReaddress(ports)); err != nil {
				return err
			}
		}
		s.links = append(s.links, links)
	}
	return nil
}

// Store implements Group.
func (s *Sentinels) Store(i int) launch.Store {
	var addrs []string
	for _, l := range s.links[i][len(s.servers):] {
		addrs = append(addrs, l.Addr())
	}
	return launch.Store{URL: "redis://", Sentinel: launch.Sentinel{Master: SentinelName, Addresses: addrs}}
}

// Links implements Group.
func (s *Sentinels) Links(i int) []*Link { return s.links[i] }

// Servers implements Group.
func (s *Sentinels) Servers() []*Redis { return s.servers }

// Master implements Group: what most Sentinels that answer say.
func (s *Sentinels) Master(ctx context.Context) (*Redis, error) {
	votes := map[string]int{}
	for _, sentinel := range s.Sentinels {
		if !sentinel.proc.Alive() {
			continue
		}
		ask, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		port, err := sentinel.says(ask)
		cancel()
		if err == nil {
			votes[port]++
		}
	}
	for _, r := range s.servers {
		if votes[strconv.Itoa(r.Inner.Port)] >= 2 {
			return r, nil
		}
	}
	return nil, fmt.Errorf("the sentinels do not agree on a master: %v", votes)
}

// says is the port of the master that a Sentinel names.
func (r *Redis) says(ctx context.Context) (string, error) {
	reply, err := r.client.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SentinelName).StringSlice()
	if err != nil || len(reply) != 2 {
		return "", fmt.Errorf("%s: %w", r.Name, errOr(err, "it names no master"))
	}
	return reply[1], nil
}

// Revive implements Group.
func (s *Sentinels) Revive(ctx context.Context, r *Redis) error {
	master, err := s.Master(ctx)
	if err != nil {
		return err
	}
	if master == r {
		return fmt.Errorf("%s is still the master and would come back empty", r.Name)
	}
	return r.Start(ctx, "--replicaof", fmt.Sprintf("127.0.0.1 %d", master.Inner.Port))
}

// Ready implements Group.
func (s *Sentinels) Ready(ctx context.Context) error {
	return launch.Until(ctx, func() error {
		master, err := s.Master(ctx)
		if err != nil {
			return err
		}
		for _, r := range s.servers {
			if err := inPlace(ctx, r, r == master, strconv.Itoa(master.Inner.Port)); err != nil {
				return err
			}
		}
		for _, sentinel := range s.Sentinels {
			// One that lags behind leads gateways to a server that is the master no more.
			if port, err := sentinel.says(ctx); err != nil || port != strconv.Itoa(master.Inner.Port) {
				return fmt.Errorf("%s takes %s for the master, not %s: %w", sentinel.Name, port, master.Name, errOr(err, "another master"))
			}
			known, err := sentinel.client.Do(ctx, "SENTINEL", "CKQUORUM", SentinelName).Text()
			if err != nil || !strings.HasPrefix(known, "OK 3") {
				return fmt.Errorf("%s: %s: %w", sentinel.Name, known, errOr(err, "not three sentinels"))
			}
			replicas, err := sentinel.client.Do(ctx, "SENTINEL", "REPLICAS", SentinelName).Slice()
			if err != nil || len(replicas) < 2 {
				return fmt.Errorf("%s knows %d replicas: %w", sentinel.Name, len(replicas), errOr(err, "not two"))
			}
		}
		return nil
	})
}

// inPlace says what is wrong with a server's role.
func inPlace(ctx context.Context, r *Redis, master bool, port string) error {
	role, err := r.Info(ctx, "role")
	if err != nil {
		return err
	}
	if (role == "master") != master {
		return fmt.Errorf("%s is a %s", r.Name, role)
	}
	if master {
		return nil
	}
	if of, err := r.Info(ctx, "master_port"); err != nil || of != port {
		return fmt.Errorf("%s follows %s, not %s: %w", r.Name, of, port, errOr(err, "another master"))
	}
	if up, err := r.Info(ctx, "master_link_status"); err != nil || up != "up" {
		return fmt.Errorf("%s: its link to the master is %s: %w", r.Name, up, errOr(err, "down"))
	}
	return nil
}

func errOr(err error, text string) error {
	if err != nil {
		return err
	}
	return errors.New(text)
}

// Close implements Group.
func (s *Sentinels) Close() error {
	var errs []error
	for _, r := range append(append([]*Redis{}, s.Sentinels...), s.servers...) {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}
