package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/theatre"
	"github.com/einlass/einlass/loadtest/process"
)

// sentinelFaults need Sentinels.
var sentinelFaults = []fault{
	{name: "sentinel killed", play: killSentinel},
	{name: "sentinel paused", least: 2 * time.Second, most: 4 * time.Second, play: pauseSentinel},
	{name: "master cut off from its group", lossy: true, least: time.Second, most: 2 * time.Second, play: splitBrain},
	{name: "all of redis restarted empty", play: restartEmpty},
}

func (w *world) sentinel(s Step) (*theatre.Redis, error) {
	group, ok := w.group.(*theatre.Sentinels)
	if !ok {
		return nil, errors.New("there are no sentinels")
	}
	return group.Sentinels[s.Pick%len(group.Sentinels)], nil
}

func killSentinel(ctx context.Context, w *world, s Step) (string, error) {
	r, err := w.sentinel(s)
	if err != nil {
		return "", err
	}
	pid := r.Process().Pid()
	r.Process().Kill()
	process.Rest(ctx, time.Second)
	if err := r.Start(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: pid %d gone, %d watches", r.Name, pid, r.Process().Pid()), nil
}

func pauseSentinel(ctx context.Context, w *world, s Step) (string, error) {
	r, err := w.sentinel(s)
	if err != nil {
		return "", err
	}
	return still(ctx, r, s.Hold, "sentinel_masters")
}

// splitBrain cuts the master off from replicas and Sentinels but not from the gateways: until they learn of the new
// master, they go on writing to the old one, and all of that is lost.
func splitBrain(ctx context.Context, w *world, s Step) (string, error) {
	old, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	if err := old.Inner.Cut(); err != nil {
		return "", err
	}
	now, err := w.failedOver(ctx, old)
	process.Rest(ctx, s.Hold)
	role, roleErr := old.Info(ctx, "role")
	if err := errors.Join(err, roleErr, old.Inner.Mend()); err != nil {
		return "", err
	}
	if role != "master" {
		return "", fmt.Errorf("%s was a %s while it was cut off", old.Name, role)
	}
	return fmt.Sprintf("%s and %s were masters at the same time", now.Name, old.Name), nil
}

// restartEmpty is a power failure of all servers that keep nothing on disk.
func restartEmpty(ctx context.Context, w *world, _ Step) (string, error) {
	master, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	_, before, err := w.epochs(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range w.group.Servers() {
		r.Process().Kill()
	}
	if err := master.Start(ctx); err != nil {
		return "", err
	}
	for _, r := range w.group.Servers() {
		if r != master {
			if err := w.group.Revive(ctx, r); err != nil {
				return "", err
			}
		}
	}
	return w.newEpoch(ctx, before)
}
