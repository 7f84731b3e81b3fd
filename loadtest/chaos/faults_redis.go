package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// redisFaults happen wherever gateways share a Redis.
var redisFaults = []fault{
	{name: "redis master killed", lossy: true, crash: true, play: killMaster},
	{name: "redis master paused briefly", least: 200 * time.Millisecond, most: 500 * time.Millisecond, play: blinkMaster},
	{name: "redis master paused until a failover", lossy: true, most: time.Second, play: pauseMaster},
	{name: "failover with lost writes", lossy: true, crash: true, least: 300 * time.Millisecond, most: 700 * time.Millisecond, play: loseWrites},
	{name: "redis replica killed", crash: true, play: killReplica},
	{name: "redis replica paused", least: time.Second, most: 3 * time.Second, play: pauseReplica},
	{name: "FLUSHALL", crash: true, play: flush},
	{name: "one gateway cut off from redis", deaf: true, least: 2 * time.Second, most: 5 * time.Second, play: cutOne},
	{name: "all gateways refused by redis", least: 2 * time.Second, most: 5 * time.Second, play: cutAll},
	{name: "200 ms to redis", least: 3 * time.Second, most: 6 * time.Second, play: slowDown},
}

// failedOver waits until another server is the master.
func (w *world) failedOver(ctx context.Context, old *environment.Redis) (*environment.Redis, error) {
	var now *environment.Redis
	err := seenBy(ctx, func() (err error) {
		if now, err = w.group.Master(ctx); err == nil && now == old {
			err = fmt.Errorf("%s is still the master", old.Name)
		}
		return err
	})
	return now, err
}

func killMaster(ctx context.Context, w *world, _ Step) (string, error) {
	old, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	old.Process().Kill()
	now, err := w.failedOver(ctx, old)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s took over from %s", now.Name, old.Name), w.group.Revive(ctx, old)
}

func blinkMaster(ctx context.Context, w *world, s Step) (string, error) {
	master, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	return still(ctx, master, s.Hold, "role")
}

// still pauses a server for a while, and sees that it then does not tell a field of its Info.
func still(ctx context.Context, r *environment.Redis, hold time.Duration, field string) (string, error) {
	began := time.Now()
	r.Process().Pause()
	launch.Rest(ctx, hold)
	_, silent := r.Info(shortly(ctx), field)
	r.Process().Resume()
	if silent == nil {
		return "", fmt.Errorf("%s answered while it was paused", r.Name)
	}
	return fmt.Sprintf("%s stood still for %v and did not answer", r.Name, time.Since(began).Round(10*time.Millisecond)), nil
}

// shortly is a context that ends before a failover begins.
func shortly(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	context.AfterFunc(ctx, cancel)
	return ctx
}

func pauseMaster(ctx context.Context, w *world, s Step) (string, error) {
	old, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	old.Process().Pause()
	now, err := w.failedOver(ctx, old)
	launch.Rest(ctx, s.Hold)
	old.Process().Resume()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s took over while %s stood still", now.Name, old.Name), nil
}

// lostWrites is how long a master is cut off at least: until gateways have seen what was given.
const lostWrites = 700 * time.Millisecond

// loseWrites cuts the master off from its replicas while gateways still write to it, and kills it.
func loseWrites(ctx context.Context, w *world, s Step) (string, error) {
	old, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	joined := func() (n int64) {
		for _, g := range w.gateways {
			if info, err := g.Figures(ctx); err == nil {
				n = max(n, info.Totals.Joined)
			}
		}
		return n
	}
	if err := old.Inner.Cut(); err != nil {
		return "", err
	}
	before := joined()
	every(ctx, s.Hold, func() { w.crowd.load(ctx, false) }) // somebody comes, however few people do
	launch.Rest(ctx, lostWrites-s.Hold)
	lost := joined() - before
	old.Process().Kill()
	if err := old.Inner.Mend(); err != nil {
		return "", err
	}
	if lost <= 0 {
		return "", errors.New("nothing was written while the replicas were cut off")
	}
	now, err := w.failedOver(ctx, old)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s took over from %s without its last %d or more numbers", now.Name, old.Name, lost), w.group.Revive(ctx, old)
}

// replica picks a server that is not the master.
func (w *world) replica(ctx context.Context, s Step) (*environment.Redis, error) {
	master, err := w.group.Master(ctx)
	if err != nil {
		return nil, err
	}
	if c, ok := w.group.(*environment.Cluster); ok {
		return c.Replica(ctx, master)
	}
	var others []*environment.Redis
	for _, r := range w.group.Servers() {
		if r != master {
			others = append(others, r)
		}
	}
	return others[s.Pick%len(others)], nil
}

func killReplica(ctx context.Context, w *world, s Step) (string, error) {
	r, err := w.replica(ctx, s)
	if err != nil {
		return "", err
	}
	pid := r.Process().Pid()
	r.Process().Kill()
	if err := w.group.Revive(ctx, r); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: pid %d gone, %d follows", r.Name, pid, r.Process().Pid()), nil
}

func pauseReplica(ctx context.Context, w *world, s Step) (string, error) {
	r, err := w.replica(ctx, s)
	if err != nil {
		return "", err
	}
	return still(ctx, r, s.Hold, "role")
}

func flush(ctx context.Context, w *world, _ Step) (string, error) {
	master, err := w.group.Master(ctx)
	if err != nil {
		return "", err
	}
	_, before, err := w.epochs(ctx)
	if err != nil {
		return "", err
	}
	if err := master.Flush(ctx); err != nil {
		return "", err
	}
	return w.newEpoch(ctx, before)
}

// away waits until a gateway says that its store does not answer.
func away(ctx context.Context, g *environment.Gateway) error {
	return seenBy(ctx, func() error {
		info, err := g.Figures(ctx)
		if err == nil && info.Store.OK {
			err = fmt.Errorf("%s has not noticed that its store is away", g.Name)
		}
		return err
	})
}

// links are all ways from gateways to Redis.
func (w *world) links() []*environment.Link {
	var all []*environment.Link
	for i := range w.gateways {
		all = append(all, w.group.Links(i)...)
	}
	return all
}

// mend mends links, all of them whatever happens.
func mend(links []*environment.Link) error {
	var errs []error
	for _, l := range links {
		errs = append(errs, l.Mend())
	}
	return errors.Join(errs...)
}

func cutOne(ctx context.Context, w *world, s Step) (string, error) {
	i := s.Pick % len(w.gateways)
	var errs []error
	for _, l := range w.group.Links(i) {
		errs = append(errs, l.Cut())
	}
	launch.Rest(ctx, s.Hold)
	errs = append(errs, away(ctx, w.gateways[i]), mend(w.group.Links(i)))
	return w.gateways[i].Name + " said that its store was away", errors.Join(errs...)
}

func cutAll(ctx context.Context, w *world, s Step) (string, error) {
	for _, l := range w.links() {
		l.Break()
	}
	launch.Rest(ctx, s.Hold)
	var errs []error
	for _, g := range w.gateways {
		errs = append(errs, away(ctx, g))
	}
	errs = append(errs, mend(w.links()))
	return "all gateways said that their store was away", errors.Join(errs...)
}

// slowDown delays what the gateways are answered, and measures it as they see it.
func slowDown(ctx context.Context, w *world, s Step) (string, error) {
	const by = 200 * time.Millisecond
	var errs []error
	for _, l := range w.links() {
		errs = append(errs, l.Slow(by))
	}
	took, err := roundTrip(ctx, w.group.Links(0)[0].Addr())
	launch.Rest(ctx, s.Hold)
	errs = append(errs, err)
	if took < by {
		errs = append(errs, fmt.Errorf("a round trip took %v, want at least %v", took, by))
	}
	errs = append(errs, mend(w.links()))
	return fmt.Sprintf("a PING took %v for %v", took.Round(time.Millisecond), s.Hold), errors.Join(errs...)
}

// roundTrip is how long a PING takes.
func roundTrip(ctx context.Context, addr string) (time.Duration, error) {
	conn, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	began := time.Now()
	if err := conn.SetDeadline(began.Add(3 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return 0, err
	}
	if _, err := conn.Read(make([]byte, 16)); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}
