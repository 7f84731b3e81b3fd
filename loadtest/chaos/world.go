package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// world is everything that runs in one topology.
type world struct {
	topology Topology
	dir      string
	journals string
	keys     string // keyring file
	program  string // the gateway

	network  *environment.Network
	group    environment.Group // nil for the embedded store
	disk     *environment.Disk // of the embedded store's state files; nil if none of its faults is played
	state    string            // the embedded store's state directory
	site     *environment.Site
	gateways []*environment.Gateway
	balancer *environment.Balancer
	crowd    *crowd
	portal   *environment.Portal
	openings *openings

	mu     sync.Mutex
	losses []journal.Event
}

// recovery is how long everything may take to get well after a fault.
const recovery = 40 * time.Second

// newWorld starts the processes of a topology. What it started is ended by close, also when it fails.
func newWorld(ctx context.Context, t Topology, dir string, program string, smallDisk bool) (*world, error) {
	w := &world{topology: t, dir: dir, journals: filepath.Join(dir, "journals"), program: program, network: environment.NewNetwork()}
	if err := w.start(ctx, smallDisk); err != nil {
		return nil, errors.Join(fmt.Errorf("set up %s: %w", t, err), w.close())
	}
	return w, nil
}

func (w *world) start(ctx context.Context, smallDisk bool) (err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if w.site, err = environment.NewSite(); err != nil {
		return err
	}
	if w.portal, err = environment.NewPortal(ctx); err != nil {
		return err
	}
	count := 3
	switch w.topology {
	case Sentinel:
		w.group, err = asGroup(environment.NewSentinels(ctx, w.dir, w.network, count))
	case Cluster:
		w.group, err = asGroup(environment.NewCluster(ctx, w.dir, w.network, count))
	case Embedded:
		count = 1
		w.state = filepath.Join(w.dir, "disk")
		if smallDisk {
			w.disk, err = environment.NewDisk(w.state)
		} else {
			err = os.Mkdir(w.state, 0o700)
		}
		if err == nil {
			err = oldState(w.state)
		}
	}
	if err != nil {
		return err
	}
	w.keys = filepath.Join(w.dir, "keys.json")
	if _, err := launch.Run(ctx, w.program, "keys", "new", w.keys); err != nil {
		return err
	}
	if err := w.startGateways(ctx, count); err != nil {
		return err
	}
	w.balancer, err = environment.NewBalancer(ctx, w.dir, w.gateways)
	return err
}

// asGroup keeps a nil pointer from becoming a Group.
func asGroup[G environment.Group](g G, err error) (environment.Group, error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (w *world) startGateways(ctx context.Context, count int) error {
	schedule, _, err := firstSchedule(time.Now())
	if err != nil {
		return err
	}
	for i := range count {
		s := environment.Settings{
			Store: launch.Store{URL: "memory"}, Keys: w.keys, State: filepath.Join(w.dir, fmt.Sprintf("state-%d", i)), Journal: w.journals, Site: w.site.Addr,
			Portal: w.portal.Addr, Schedule: schedule,
		}
		if w.group != nil {
			s.Store = w.group.Store(i)
		} else {
			s.State = w.state
		}
		g, err := environment.NewGateway(w.program, w.dir, fmt.Sprintf("gateway-%d", i), s)
		if err != nil {
			return err
		}
		w.gateways = append(w.gateways, g)
		if err := g.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) close() error {
	var errs []error
	if w.balancer != nil {
		w.balancer.Close()
	}
	for _, g := range w.gateways {
		g.Close()
	}
	if w.group != nil {
		errs = append(errs, w.group.Close())
	}
	w.network.Close()
	if w.site != nil {
		errs = append(errs, w.site.Close())
	}
	if w.portal != nil {
		errs = append(errs, w.portal.Close())
	}
	if w.disk != nil {
		errs = append(errs, w.disk.Close())
	}
	return errors.Join(errs...)
}

// well waits until everything works as in the beginning.
func (w *world) well(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recovery)
	defer cancel()
	if w.group != nil {
		if err := w.group.Ready(ctx); err != nil {
			return fmt.Errorf("redis does not get well: %w", err)
		}
	}
	for _, g := range w.gateways {
		if err := launch.Until(ctx, func() error { return g.Well(ctx) }); err != nil {
			return fmt.Errorf("a gateway does not get well: %w", err)
		}
	}
	return w.balancer.AllUp(ctx)
}

// losing tells the checker of losses for as long as something happens in which Redis may forget what it has acknowledged:
// before the master is cut off, while two may be masters, and until all gateways agree with one again.
func (w *world) losing(do func() error) error {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			w.lost()
			select {
			case <-stop:
				w.lost()
				return
			case <-tick.C:
			}
		}
	}()
	err := do()
	close(stop)
	<-done
	return err
}

// lost notes a loss at the store's time, which is this machine's.
func (w *world) lost() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.losses = append(w.losses, journal.Event{At: time.Now().UnixMilli(), Kind: journal.Lose})
}

// epochs are the gateways' epochs, the lowest and the highest.
func (w *world) epochs(ctx context.Context) (low, high uint64, err error) {
	for i, g := range w.gateways {
		info, err := g.Figures(ctx)
		if err != nil {
			return 0, 0, err
		}
		if i == 0 || info.Epoch < low {
			low = info.Epoch
		}
		high = max(high, info.Epoch)
	}
	return low, high, nil
}

// journalFiles are all journals of a room.
func (w *world) journalFiles(room string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(w.journals, room+"-*.jsonl"))
	if err == nil && len(files) == 0 {
		err = os.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("journals: %w", err)
	}
	return files, nil
}
