package chaos

import (
	"context"
	"errors"
	"fmt"

	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// clusterFaults need a Cluster.
var clusterFaults = []fault{
	{name: "failover by an operator", crash: true, play: manualFailover},
	{name: "another shard's master killed", play: killOtherShard},
}

// manualFailover is CLUSTER FAILOVER, as before maintenance: nothing may be lost, and nobody is away.
func manualFailover(ctx context.Context, w *world, _ Step) (string, error) {
	group, ok := w.group.(*environment.Cluster)
	if !ok {
		return "", errors.New("there is no cluster")
	}
	old, err := group.Master(ctx)
	if err != nil {
		return "", err
	}
	var replica *environment.Redis
	if err := seenBy(ctx, func() (err error) { replica, err = group.Replica(ctx, old); return err }); err != nil {
		return "", err
	}
	// The other masters elect nobody in place of a master that has just been elected, so an operator asks again.
	for try := 1; ; try++ {
		if err := replica.Failover(ctx); err != nil {
			return "", err
		}
		short, cancel := context.WithTimeout(ctx, noticing/handOvers)
		now, err := w.failedOver(short, old)
		cancel()
		if err == nil {
			return fmt.Sprintf("%s handed over to %s, asked %d times", old.Name, now.Name, try), nil
		}
		if try == handOvers {
			return "", err
		}
	}
}

// handOvers is how often a replica is asked to take over.
const handOvers = 4

// killOtherShard takes away a master that has nothing to do with the room.
func killOtherShard(ctx context.Context, w *world, s Step) (string, error) {
	mine, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	var others []*environment.Redis
	for _, r := range w.group.Servers() {
		if role, err := r.Info(ctx, "role"); err == nil && role == "master" && r != mine {
			others = append(others, r)
		}
	}
	if len(others) == 0 {
		return "", errors.New("there is no other master")
	}
	r := others[s.Pick%len(others)]
	r.Process().Kill()
	group, ok := w.group.(*environment.Cluster)
	if !ok {
		return "", errors.New("there is no cluster")
	}
	// While the dead one is a master it must not come back: it would be an empty one.
	if err := seenBy(ctx, func() error { return group.Deposed(ctx, r) }); err != nil {
		return "", err
	}
	return r.Name + " lost its slots to its replica", w.group.Revive(ctx, r)
}
