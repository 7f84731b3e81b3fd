package drive

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
)

// Drive is one run. Make it with New; let people arrive; Wait for them; read the Result. Or use Run, which does all
// that by the configured waves.
type Drive struct {
	cfg     Config
	room    *visitor.Room
	sockets *sockets
	figures *figures
	witness *witness
	watcher *watcher // nil: no admin API
	hotline *hotline // nil: nobody comes by telephone
	began   time.Time
	ended   time.Time // when the last one had gone

	before *demo.Stats // nil: no portal

	people sync.WaitGroup
	aside  sync.WaitGroup
	stop   context.CancelFunc
	mu     sync.Mutex
	count  int
}

// New makes a run and begins to watch. Errors name all that is wrong with the configuration, are ErrForeign for a target
// elsewhere, or say that the portal or enough file descriptors cannot be had. Close it.
func New(ctx context.Context, cfg Config) (*Drive, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	cfg = cfg.withDefaults()
	u, err := Permit(cfg.Target, cfg.Confirmed)
	if err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	if cfg.Host == "" {
		cfg.Host = u.Host
	}
	d := &Drive{cfg: cfg}
	d.room, err = visitor.New(visitor.Config{Origin: u.Scheme + "://" + cfg.Host, Room: cfg.Room, Prefix: cfg.Prefix, Now: cfg.Now})
	if err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	if d.sockets, err = newSockets(u, &cfg); err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	if err := d.sockets.dialer.reach(); err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	if d.witness, err = newWitness(cfg.Timing, cfg.Shared, cfg.Journal != ""); err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	if cfg.Portal != "" {
		s, err := portalStats(ctx, cfg.Portal, cfg.Confirmed)
		if err != nil {
			return nil, fmt.Errorf("drive: %w", err)
		}
		d.before = &s
	}
	if cfg.Admin != "" {
		if d.watcher, err = newWatcher(&cfg, d.witness); err != nil {
			return nil, fmt.Errorf("drive: %w", err)
		}
		if len(cfg.Hotline.Due) > 0 {
			d.hotline = newHotline(&cfg, d.watcher.client)
		}
	}
	d.began = cfg.Now()
	d.figures = newFigures(d.began, cfg.Every, cfg.Observe)
	d.attend(ctx)
	return d, nil
}

// attend starts what runs beside the citizens.
func (d *Drive) attend(ctx context.Context) {
	ctx, d.stop = context.WithCancel(ctx)
	if d.watcher != nil {
		d.watcher.ask(ctx) // the first snapshot before the first citizen
		d.aside.Go(func() { d.watcher.run(ctx) })
	}
	if d.hotline != nil {
		d.aside.Go(func() { d.hotline.run(ctx) })
	}
	d.aside.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				// Nothing is written of a time before a request that is still under way, or a snapshot's age.
				d.witness.settle(d.cfg.Now().Add(-d.cfg.Timeout - 2*grace - 15*time.Second))
			}
		}
	})
}

// Began is when the run did; arrivals are due from then on.
func (d *Drive) Began() time.Time { return d.began }

// Arrive sends one more citizen, who was to come at the given time. Not blocking. The visit ends with the context.
func (d *Drive) Arrive(ctx context.Context, due time.Time) {
	d.mu.Lock()
	d.count++
	c := newCitizen(d, d.count)
	d.mu.Unlock()
	d.come(ctx, c, due, c.live)
}

// come lets a citizen live its visit.
func (d *Drive) come(ctx context.Context, c *citizen, due time.Time, live func(context.Context, time.Time) outcome) {
	d.figures.came(due)
	d.people.Go(func() {
		end := live(ctx, due)
		c.gone(end)
		d.figures.ended(end)
	})
}

// callAll lets everybody ring who comes by telephone, each at its time.
func (d *Drive) callAll(ctx context.Context) {
	for n, after := range slices.Sorted(slices.Values(d.cfg.Hotline.Due)) {
		due := d.began.Add(after)
		if !launch.Rest(ctx, due.Sub(d.cfg.Now())) {
			return
		}
		c := newCaller(d, n)
		d.come(ctx, c.citizen, due, c.live)
	}
}

// Wait returns when everybody who has arrived has gone.
func (d *Drive) Wait() {
	d.people.Wait()
	d.ended = d.cfg.Now()
}

// Cut ends every request under way, and lets none begin: for a run that has to stop now, after its context has ended.
func (d *Drive) Cut() { d.sockets.dialer.cut() }

// InLine is how many are waiting now, as they see it.
func (d *Drive) InLine() int64 {
	d.figures.mu.Lock()
	defer d.figures.mu.Unlock()
	return d.figures.lineNow
}

// OnSite counts citizens that have arrived, do not wait in line and have not gone: those inside and those without an answer
// yet.
func (d *Drive) OnSite() int64 {
	f := d.figures
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.arrived - f.lineNow
	for _, ended := range f.ends {
		n -= ended
	}
	return n
}

// Close stops watching and gives up the connections. Everybody must have gone. It may be called again.
func (d *Drive) Close() {
	d.stop()
	d.aside.Wait()
	d.sockets.client.CloseIdleConnections()
}

// Result reads what was measured, after Wait, and checks the journal. To be called once. A portal or a journal that
// cannot be read is an error; what was measured is given nevertheless.
func (d *Drive) Result(ctx context.Context) (Result, error) {
	if d.watcher != nil {
		d.watcher.ask(ctx) // the last snapshot after the last citizen
	}
	d.Close()
	r := Result{Target: d.cfg.Target, Began: d.began, Took: d.ended.Sub(d.began), Every: d.cfg.Every}
	d.figures.read(&r)
	if d.watcher != nil {
		d.watcher.read(&r)
	}
	if d.hotline != nil {
		r.Callers = d.hotline.callers()
	}
	var errs []error
	if d.before != nil {
		after, err := portalStats(ctx, d.cfg.Portal, d.cfg.Confirmed)
		errs = append(errs, err)
		if err == nil {
			r.Portal = portalSince(*d.before, after)
		}
	}
	switch {
	case d.cfg.Room == "":
	case d.cfg.Journal != "":
		r.Sworn = "the gateway's journal and the figures that were shown"
		errs = append(errs, d.witness.swear(d.cfg.Journal, d.cfg.Room))
	case d.watcher != nil:
		r.Sworn = "what the clients saw and snapshots from the admin API"
	default:
		r.Sworn = "what the clients saw, without snapshots: numbers, stays and figures only"
	}
	if r.Sworn != "" {
		r.Checked, r.Broken, r.Violations = d.witness.close()
	}
	if err := errors.Join(errs...); err != nil {
		return r, fmt.Errorf("drive: %w", err)
	}
	return r, nil
}

// Run drives the configured waves to their end. When the context ends, everybody stops and the result is what was
// measured until then.
func Run(ctx context.Context, cfg Config) (Result, error) {
	d, err := New(ctx, cfg)
	if err != nil {
		return Result{}, err
	}
	defer d.Close()
	crowd, cancel := ctx, context.CancelFunc(func() {})
	if cfg.Length > 0 {
		crowd, cancel = context.WithDeadline(ctx, d.began.Add(cfg.Length))
	}
	defer cancel()
	defer context.AfterFunc(crowd, d.Cut)()
	d.people.Go(func() { d.callAll(crowd) })
	for _, after := range schedule(cfg.Waves, cfg.Due, rand.New(rand.NewPCG(cfg.Seed, 0))) {
		due := d.began.Add(after)
		if !launch.Rest(crowd, due.Sub(d.cfg.Now())) {
			break
		}
		d.Arrive(crowd, due)
	}
	d.Wait()
	return d.Result(context.WithoutCancel(ctx))
}
