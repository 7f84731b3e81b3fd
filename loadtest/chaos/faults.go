package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// fault is one thing that goes wrong.
type fault struct {
	name        string
	least, most time.Duration // of Step.Hold
	// lossy says that Redis may forget what it has acknowledged.
	lossy bool
	// losses is how often the line may be lost each time, if more than once: two masters are restored one after the other.
	losses int
	// crash says that something ends uncleanly or loses what it held: what may happen many times in a row.
	crash bool
	// minutes says that it lasts for minutes: it is played only when it is asked for by name.
	minutes bool
	// forgets says that nobody is left who knows all that was booked.
	forgets bool
	// deaf says that a gateway hears people and cannot tell the store of them for seconds.
	deaf bool
	// disk says that it needs the small disk.
	disk bool
	// play does it and ends it, and answers by what it was seen to have happened. The world need not be well yet.
	play func(ctx context.Context, w *world, s Step) (seen string, err error)
}

// noticing is how long anybody may take to notice a fault.
const noticing = 15 * time.Second

func faultsOf(t Topology) []fault {
	all := append([]fault{}, gatewayFaults...)
	switch t {
	case Sentinel:
		all = append(append(all, redisFaults...), sentinelFaults...)
	case Cluster:
		all = append(append(all, redisFaults...), clusterFaults...)
	case Embedded:
		all = append(all, embeddedFaults...)
	}
	return all
}

func faultNamed(t Topology, name string) (fault, error) {
	for _, f := range faultsOf(t) {
		if f.name == name {
			return f, nil
		}
	}
	return fault{}, fmt.Errorf("%s has no fault %q", t, name)
}

// gatewayFaults happen in every topology.
var gatewayFaults = []fault{
	{name: "gateway killed", crash: true, least: 500 * time.Millisecond, most: 2 * time.Second, play: killGateway},
	{name: "gateway paused", deaf: true, least: 2 * time.Second, most: 6 * time.Second, play: pauseGateway},
	{name: "rolling restart", play: rollingRestart},
	{name: "keys rotated", play: rotateKeys},
	{name: "ten times the arrivals", least: 2 * time.Second, most: 2 * time.Second, play: burst},
	{name: "twenty strangers a second", least: 2 * time.Second, most: 2 * time.Second, play: strangersCome},
	{name: "a path that closes connections", least: 2 * time.Second, most: 2 * time.Second, play: closedPath},
	{name: "a path that reads no bodies", least: 2 * time.Second, most: 2 * time.Second, play: unreadBodies},
}

// seenBy waits until something is noticed.
func seenBy(ctx context.Context, ok func() error) error {
	ctx, cancel := context.WithTimeout(ctx, noticing)
	defer cancel()
	return launch.Until(ctx, ok)
}

// newEpoch waits until the line has begun anew.
func (w *world) newEpoch(ctx context.Context, before uint64) (string, error) {
	var now uint64
	err := seenBy(ctx, func() (err error) {
		if now, _, err = w.epochs(ctx); err == nil && now <= before {
			err = fmt.Errorf("a gateway still has epoch %d", now)
		}
		return err
	})
	return fmt.Sprintf("epoch %d became %d", before, now), err
}

// gateway picks one.
func (w *world) gateway(s Step) *environment.Gateway { return w.gateways[s.Pick%len(w.gateways)] }

// downs is how often HAProxy has seen a gateway go down.
func (w *world) downs(ctx context.Context, g *environment.Gateway) (int, error) {
	servers, err := w.balancer.Servers(ctx)
	return servers[g.Name].Downs, err
}

// untilDown waits until HAProxy has seen it go down once more.
func (w *world) untilDown(ctx context.Context, g *environment.Gateway, before int) error {
	return seenBy(ctx, func() error {
		now, err := w.downs(ctx, g)
		if err == nil && now <= before {
			err = fmt.Errorf("haproxy has not noticed that %s is away", g.Name)
		}
		return err
	})
}

func killGateway(ctx context.Context, w *world, s Step) (string, error) {
	g := w.gateway(s)
	before, err := w.downs(ctx, g)
	if err != nil {
		return "", err
	}
	pid := g.Process().Pid()
	g.Process().Kill()
	launch.Rest(ctx, s.Hold)
	if err := w.untilDown(ctx, g, before); err != nil {
		return "", err
	}
	if err := g.Start(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: pid %d gone, %d serves; down for haproxy", g.Name, pid, g.Process().Pid()), nil
}

func pauseGateway(ctx context.Context, w *world, s Step) (string, error) {
	g := w.gateway(s)
	before, err := w.downs(ctx, g)
	if err != nil {
		return "", err
	}
	began := time.Now()
	g.Process().Pause()
	launch.Rest(ctx, s.Hold)
	err = w.untilDown(ctx, g, before)
	g.Process().Resume()
	return fmt.Sprintf("%s stood still for %v; down for haproxy", g.Name, time.Since(began).Round(10*time.Millisecond)), err
}

func rollingRestart(ctx context.Context, w *world, _ Step) (string, error) {
	for _, g := range w.gateways {
		if code := g.Process().Stop(); code != 0 {
			return "", fmt.Errorf("%s was stopped and ended with code %d", g.Name, code)
		}
		if err := g.Start(ctx); err != nil {
			return "", err
		}
		if err := errors.Join(launch.Until(ctx, func() error { return g.Well(ctx) }), w.balancer.AllUp(ctx)); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d gateways ended with code 0 and serve again", len(w.gateways)), nil
}

func rotateKeys(ctx context.Context, w *world, _ Step) (string, error) {
	before := w.crowd.keysSeen()
	if _, err := launch.Run(ctx, w.program, "keys", "rotate", w.keys, "--in", "2s", "--urgent", "--overlap", "25h"); err != nil {
		return "", err
	}
	err := seenBy(ctx, func() error {
		if w.crowd.keysSeen() <= before {
			return errors.New("no ticket with the new key")
		}
		return nil
	})
	return fmt.Sprintf("new tickets are signed with key %d", before+1), err
}

func burst(ctx context.Context, w *world, s Step) (string, error) {
	before := w.crowd.arrived()
	w.crowd.tenths.Store(100)
	launch.Rest(ctx, s.Hold)
	w.crowd.tenths.Store(10)
	came := w.crowd.arrived() - before
	if want := int(9 * usual * s.Hold.Seconds()); came < want {
		return "", fmt.Errorf("%d came within %v, want at least %d", came, s.Hold, want)
	}
	return fmt.Sprintf("%d came within %v", came, s.Hold), nil
}
