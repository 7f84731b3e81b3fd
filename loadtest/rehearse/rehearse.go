package rehearse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// Result is what a rehearsal has learned.
type Result struct {
	Steps []Step `json:"steps"`
	// Confirmed is the highest rate that held over the long step, sessions a minute; 0: none did. Best is the highest
	// that held over a short one.
	Confirmed int64 `json:"confirmed"`
	Best      int64 `json:"best"`
	// Bad is the lowest rate that was bad, 0: none was. Below is the highest good rate below Best, 0: there is none.
	Bad   int64 `json:"bad"`
	Below int64 `json:"below"`
	// Visit is the mean length of a session, Long its 95th percentile, at the rates that were good.
	Visit time.Duration `json:"visit"`
	Long  time.Duration `json:"long"`
	// Page is the longest time within one from an answer to the next.
	Page time.Duration `json:"page"`
	// Stopped says why the rehearsal ended early; empty: it did not.
	Stopped string `json:"stopped,omitempty"`
	Advice  Advice `json:"advice"`
}

// ErrHurt: the site answered with a burst of errors, and was left alone at once.
var ErrHurt = errors.New("the site is in trouble")

// Run rehearses. The result is what was learned, also when the context ended or the site got into trouble; Stopped then
// says so. Errors are of the configuration, of the target, or of an admin API that does not obey; what was learned before
// is in the result nevertheless.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if err := cfg.Validate(); err != nil {
		return Result{}, fmt.Errorf("rehearse: %w", err)
	}
	r := newRun(cfg)
	if r.cfg.Admin != "" {
		restore, err := r.takeRoom(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("rehearse: %w", err)
		}
		defer restore()
	}
	err := r.climb(ctx)
	r.result.Visit, r.result.Long, r.result.Page = r.visits.lengths()
	r.result.Advice = advise(&r.cfg, &r.result)
	if err != nil {
		return r.result, fmt.Errorf("rehearse: %w", err)
	}
	return r.result, nil
}

// people go to the site when they are told to: a drive.Drive.
type people interface {
	Arrive(ctx context.Context, due time.Time)
	InLine() int64
	OnSite() int64
	Cut()
	Wait()
	Close()
}

// room obeys: an adminclient.Client.
type room interface {
	Update(ctx context.Context, id string, change operator.Change) (operator.RoomInfo, error)
}

// run is one rehearsal under way.
type run struct {
	cfg    Config
	gather func(context.Context, drive.Config) (people, error)
	room   room // nil: directly
	people people
	meter  atomic.Pointer[meter]
	visits *visits
	rand   *rand.Rand
	result Result

	// crowd is the context of the sessions under way; home ends it. A bad step's sessions go home, or they would go on to
	// load a site that has enough.
	crowd context.Context
	home  context.CancelFunc
}

func newRun(cfg Config) *run {
	return &run{cfg: cfg.withDefaults(), visits: &visits{}, gather: func(ctx context.Context, c drive.Config) (people, error) {
		d, err := drive.New(ctx, c)
		if err != nil {
			return nil, err
		}
		return d, nil
	}}
}

// climb goes from step to step until the ladder is done.
func (r *run) climb(ctx context.Context) error {
	load, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.crowd, r.home = context.WithCancel(load)
	defer func() { r.home() }()
	r.rand = rand.New(rand.NewPCG(r.cfg.Seed, 1))
	r.meter.Store(newMeter())
	d, err := r.gather(ctx, drive.Config{
		Target: r.cfg.Target, Confirmed: r.cfg.Confirmed, Path: r.cfg.Path, Room: r.cfg.Room, Script: r.cfg.Script,
		Crowd: drive.Crowd{Think: r.cfg.Think, Typing: r.cfg.Typing, Patience: time.Hour}, Seed: r.cfg.Seed,
		Observe: func(s drive.Sample) {
			if r.meter.Load().observe(s) {
				stop(ErrHurt)
			}
		},
		OnVisit: r.visits.ended,
	})
	if err != nil {
		return err
	}
	r.people = d
	defer d.Close()
	defer context.AfterFunc(load, d.Cut)()
	defer d.Wait()
	defer stop(nil) // sessions under way at the end are stopped

	l := newLadder(r.cfg.First, r.cfg.Most, r.cfg.Factor, r.cfg.Narrow)
	defer func() {
		r.result.Confirmed, r.result.Best, r.result.Bad, r.result.Below = l.confirmed, l.best(), l.bad, l.below()
	}()
	judge := newJudge(&r.cfg, r.room != nil)
	for !l.done {
		s, took, err := r.step(load, l.next, l.confirming)
		if err != nil {
			return err
		}
		if load.Err() != nil {
			s.Why = r.stopped(load)
			r.note(s)
			if errors.Is(context.Cause(load), ErrHurt) {
				l.step(false)
			}
			break
		}
		s.Why = judge.step(&s, took)
		r.note(s)
		l.step(s.Why == "")
		if s.Why != "" {
			r.visits.forget()
		}
		if s.Why != "" && !l.done {
			calm, err := r.rest(load, judge.ordinary())
			if err != nil {
				return err
			}
			if !calm {
				r.result.Stopped = "the site did not come to rest after a bad step"
				break
			}
		}
	}
	return nil
}

// stopped says why the load has ended.
func (r *run) stopped(load context.Context) string {
	if errors.Is(context.Cause(load), ErrHurt) {
		r.result.Stopped = fmt.Sprintf("%v: at least %d errors within %v, and more of them than answers; the load was stopped at once",
			ErrHurt, burstErrors, burstSpan)
		return "a burst of errors"
	}
	r.result.Stopped = "it was interrupted"
	return "interrupted"
}

func (r *run) note(s Step) {
	r.result.Steps = append(r.result.Steps, s)
	fmt.Fprintln(r.cfg.Out, s.String())
}

// longestSettle bounds what sessions that never end can hold up.
const longestSettle = 10 * time.Minute

// fewest sessions are expected in a step, or there might be none by chance.
const fewest = 6

// timeFor is in which so many sessions begin, on the mean.
func timeFor(sessions, rate int64) time.Duration {
	return time.Duration(sessions) * time.Minute / time.Duration(rate)
}

// step lets sessions begin at a rate, and measures after the rate has settled: the figures and how long each answer took.
func (r *run) step(ctx context.Context, rate int64, confirming bool) (Step, *hdrhistogram.Histogram, error) {
	s := Step{Rate: rate, Length: r.cfg.Length, Confirming: confirming}
	if confirming {
		s.Length = r.cfg.Confirm
	}
	s.Length = max(s.Length, timeFor(fewest, rate))
	if err := r.update(ctx, queue.ModeRun, rate); err != nil {
		return s, nil, err
	}
	// Until the first of the new rate's sessions have ended, more come than go at any site.
	_, long, _ := r.visits.lengths()
	if long == 0 {
		long = max(r.cfg.Length, r.cfg.scripted())
	}
	r.send(ctx, rate, min(max(r.cfg.Settle, long), longestSettle))
	m := newMeter()
	r.meter.Store(m)
	r.visits.measure(true)
	before := r.people.OnSite()
	n := r.send(ctx, rate, s.Length)
	r.visits.measure(false)
	s.Inside = r.people.OnSite()
	s.Piled = s.Inside - before
	took := m.step(&s)
	if r.room == nil { // else the gateway decides which sessions come in, and the meter has counted them
		s.Sessions = n
	}
	return s, took, nil
}

// send lets people come for a while: at the rate if they go to the site directly, else as many as keep the line filled.
func (r *run) send(ctx context.Context, rate int64, length time.Duration) int64 {
	next := time.Now()
	end := next.Add(length)
	n := int64(0)
	for {
		next = next.Add(time.Duration(r.rand.ExpFloat64() * float64(time.Minute) / float64(rate)))
		if next.After(end) {
			launch.Rest(ctx, time.Until(end))
			return n
		}
		if !launch.Rest(ctx, time.Until(next)) {
			return n
		}
		if r.room == nil || r.people.InLine() < lineOf(rate) {
			r.people.Arrive(r.crowd, next)
			n++
		}
		if r.room != nil && r.people.InLine() == 0 { // nobody to call: the line would fall behind the pace
			r.people.Arrive(r.crowd, next)
			n++
		}
	}
}

// lineOf is how many people wait in front of a gate in a step: some seconds' worth, so that the pace decides who
// comes in and not the arrivals.
func lineOf(rate int64) int64 { return max(10, rate/6) }

// longestRest is how long a site may take to come to rest, when all visits have ended.
const longestRest = 5 * time.Minute

// rest leaves the site in peace after a bad step until it is itself again. calm: it is.
//
// That nobody is inside any more says little: a site goes on working for people who have given up. So once they have
// gone, single ones come, as in the first step, until their answers are as quick as they were then.
func (r *run) rest(ctx context.Context, ok time.Duration) (calm bool, err error) {
	// Through a gate people are left to end their visits: nobody else could come in at their place.
	_, long, _ := r.visits.lengths()
	end := time.Now().Add(longestRest + max(long, r.cfg.scripted()))
	if r.room == nil {
		r.home()
		r.crowd, r.home = context.WithCancel(ctx)
	} else if err := r.update(ctx, queue.ModePause, r.cfg.First); err != nil {
		return false, err
	}
	for r.people.OnSite() > 0 {
		if time.Now().After(end) {
			return false, nil
		}
		if !launch.Rest(ctx, 50*time.Millisecond) {
			return true, nil // the next step will say why
		}
	}
	if err := r.update(ctx, queue.ModeRun, r.cfg.First); err != nil {
		return false, err
	}
	end = time.Now().Add(max(longestRest, timeFor(4*atRest, r.cfg.First)))
	m := newMeter()
	m.ok = ok
	r.meter.Store(m)
	for m.inARow() < atRest {
		if time.Now().After(end) {
			return false, nil
		}
		// Time for one to come, on the mean.
		r.send(ctx, r.cfg.First, timeFor(1, r.cfg.First))
		if ctx.Err() != nil {
			return true, nil //nolint:nilerr // the end of the run is no failure
		}
	}
	return true, nil
}

// atRest is how many quick answers in a row show a site at rest.
const atRest = 5

// takeRoom remembers the room's controls, and gives the function that sets them back.
func (r *run) takeRoom(ctx context.Context) (restore func(), err error) {
	client, err := adminclient.New(adminclient.Config{URL: r.cfg.Admin, Token: r.cfg.AdminToken})
	if err != nil {
		return nil, err
	}
	before, err := client.Room(ctx, r.cfg.Room)
	if err != nil {
		client.Close()
		return nil, err
	}
	r.room = client
	return func() {
		defer client.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		change := operator.Change{Rate: &before.Rate, MaxInside: &before.MaxInside, Burst: &before.Burst, Mode: &before.Mode}
		if before.Rate == 0 { // of a file; the API takes none
			pause := queue.ModePause
			change.Rate, change.Burst, change.Mode = nil, nil, &pause
		}
		if _, err := client.Update(ctx, r.cfg.Room, change); err != nil {
			fmt.Fprintf(r.cfg.Out, "the room could not be set back to rate %d, max inside %d, burst %d, mode %s: %v\n",
				before.Rate, before.MaxInside, before.Burst, before.Mode, err)
		}
	}, nil
}

// update sets the room's mode and rate, if there is a room. Nothing but the rate bounds a step.
func (r *run) update(ctx context.Context, mode queue.Mode, rate int64) error {
	if r.room == nil || ctx.Err() != nil {
		return nil //nolint:nilerr // the end of the run is no failure
	}
	inside, burst := int64(0), queue.DefaultBurst(rate)
	_, err := r.room.Update(ctx, r.cfg.Room, operator.Change{Rate: &rate, MaxInside: &inside, Burst: &burst, Mode: &mode})
	if err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}
