package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// sentinelFaults need Sentinels.
var sentinelFaults = []fault{
	{name: "sentinel killed", play: killSentinel},
	{name: "sentinel paused", least: 2 * time.Second, most: 4 * time.Second, play: pauseSentinel},
	{name: "master cut off from its group", lossy: true, losses: 2, least: time.Second, most: 2 * time.Second, play: splitBrain},
	{name: "all of redis restarted empty", crash: true, play: restartEmpty},
	{name: "all of redis restarted from a save", crash: true, least: 300 * time.Millisecond, most: 700 * time.Millisecond, play: restartOld},
}

func (w *world) sentinel(s Step) (*environment.Redis, error) {
	group, ok := w.group.(*environment.Sentinels)
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
	launch.Rest(ctx, time.Second)
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

// splitBrain cuts the master off from replicas and Sentinels but not from the gateways: until they know the new
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
	launch.Rest(ctx, s.Hold)
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
	return w.restartAll(ctx, master, func() error {
		// What a replica was sent by its master lies on its disk.
		return master.Forget()
	})
}

// restartOld is the same of servers that save now and then: the line that comes back is an older copy of itself.
func restartOld(ctx context.Context, w *world, s Step) (string, error) {
	master, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	if err := master.Save(ctx); err != nil {
		return "", err
	}
	launch.Rest(ctx, s.Hold)
	var held int64
	seen, err := w.restartAll(ctx, master, func() error { return nil })
	if err == nil {
		held, err = master.Keys(ctx)
	}
	if err == nil && held == 0 {
		err = fmt.Errorf("%s came back empty", master.Name)
	}
	return "it came back as it had been; " + seen, err
}

// restartAll kills all servers and starts them again, the master first, with what then lies on its disk.
func (w *world) restartAll(ctx context.Context, master *environment.Redis, meanwhile func() error) (string, error) {
	_, before, err := w.epochs(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range w.group.Servers() {
		r.Process().Kill()
	}
	if err := errors.Join(meanwhile(), master.Start(ctx)); err != nil {
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
