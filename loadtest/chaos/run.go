package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/check"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Config of a run.
type Config struct {
	Seed       uint64
	Topologies []Topology
	// Few plays only so many faults of each topology; 0 plays all.
	Few int
	// Only plays these faults alone, in the order of the plan; empty plays all.
	Only []string
	// Repeat plays only the crashes, each so many times in a row; 0 plays every fault once.
	Repeat int
	// Small lets only a few visitors come, none of whom sleep.
	Small bool
	// Gateway is the absolute path of the gateway's program.
	Gateway string
	// Keep is a directory for journals, logs and configurations of the run; empty removes them.
	Keep string
	// Out gets a line as each fault ends.
	Out io.Writer
	// Of says when the run was and of what, for its page.
	Of string
}

// Outcome is what happened in one topology.
type Outcome struct {
	Topology Topology      `json:"topology"`
	Faults   []Played      `json:"faults"`
	Lasted   time.Duration `json:"lasted"`
	Felt     *felt         `json:"felt"`
	Report   *check.Report `json:"report"`
	// Openings is what came of the openings, and OpeningReport what the checker says of their room.
	Openings      *openingFigures `json:"openings"`
	OpeningReport *check.Report   `json:"opening_report"`
	// Failures are reasons why the run has not ended well.
	Failures []string `json:"failures"`
}

// Played is one fault that was played.
type Played struct {
	Fault string        `json:"fault"`
	Seen  string        `json:"seen"`  // by what it was seen to have happened
	Took  time.Duration `json:"took"`  // from its begin until everything was well again
	Error string        `json:"error"` // it was not seen, or not recovered from
	Times int           `json:"times"` // how often it was played; the times are of the longest, Seen of the last
	// Numbers is how far numbers went on meanwhile, Asked how many page loads may have been given one.
	Numbers int64 `json:"numbers"`
	Asked   int64 `json:"asked"`
	// Losses is how often a store may lose the line each time.
	Losses int `json:"losses"`
}

// Run plays all topologies. The error is of the machinery, or the context's; what went wrong in a topology is in its Failures.
func Run(ctx context.Context, cfg Config) ([]*Outcome, error) {
	dir := cfg.Keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "einlass-chaos-"); err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var outcomes []*Outcome
	for _, t := range cfg.Topologies {
		place := filepath.Join(dir, string(t))
		if err := os.Mkdir(place, 0o700); err != nil {
			return outcomes, err
		}
		out, err := play(ctx, cfg, t, place)
		if err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, out)
	}
	return outcomes, nil
}

// drain is how long visitors that are there at the end may take to get in and finish.
const drain = 75 * time.Second

func play(ctx context.Context, cfg Config, t Topology, dir string) (out *Outcome, err error) {
	w, err := newWorld(ctx, t, dir, cfg.Gateway, needsDisk(t, chosen(cfg, t)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	out = &Outcome{Topology: t}
	began := time.Now()
	if t == Embedded {
		out.Faults = append(out.Faults, w.upgraded(ctx))
	}
	if w.crowd, err = newCrowd(w.balancer.Addr(), cfg.Seed, cfg.Small); err != nil {
		return nil, err
	}
	crowd, over := context.WithCancel(ctx)
	defer over()
	stop, flowed := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(flowed)
		w.crowd.flow(crowd, stop)
	}()
	guests, home := context.WithCancel(ctx)
	defer home()
	if w.openings, err = newOpenings(guests, w); err != nil {
		return nil, err
	}
	launch.Rest(ctx, 2*time.Second)
	w.playAll(ctx, cfg, out)
	close(stop)
	<-flowed
	out.Openings = w.openings.ends(ctx, home)
	timer := time.AfterFunc(drain, over)
	w.crowd.wait()
	timer.Stop()
	if err := context.Cause(ctx); err != nil {
		return nil, err // nobody was waited for, so there is nothing to judge
	}
	out.Lasted = time.Since(began)
	out.Felt = w.crowd.feel()
	for _, g := range w.gateways {
		if code := g.Process().Stop(); code != 0 && len(out.Failures) == 0 {
			out.Failures = append(out.Failures, fmt.Sprintf("%s ended with code %d", g.Name, code))
		}
	}
	if err := keepLogs(w); err != nil {
		return out, err
	}
	if out.Report, err = w.judge(environment.Room); err != nil {
		return out, err
	}
	if out.OpeningReport, err = w.judge(environment.OpeningRoom); err != nil {
		return out, err
	}
	out.verdict(w)
	return out, nil
}

func (w *world) playAll(ctx context.Context, cfg Config, out *Outcome) {
	for _, s := range chosen(cfg, w.topology) {
		played := w.act(ctx, s)
		out.Faults = append(out.Faults, played)
		fmt.Fprintf(cfg.Out, "%s: %-34s %6.1f s  %s%s, %d numbers for %d page loads\n",
			w.topology, s.Fault, played.Took.Seconds(), played.Seen, played.Error, played.Numbers, played.Asked)
		if played.Error != "" || ctx.Err() != nil {
			return // the next faults need a system that works
		}
	}
}

// act plays a step about the hour of an opening, until the opening is sold out.
func (w *world) act(ctx context.Context, s Step) Played {
	err := w.openings.begin(ctx, slots)
	if err == nil {
		err = moments[s.Moment].wait(ctx, w.openings)
	}
	if err != nil {
		return Played{Fault: s.Fault, Error: err.Error()}
	}
	if f, err := faultNamed(w.topology, s.Fault); err == nil {
		w.openings.now.deaf = f.deaf
	}
	p := w.playInARow(ctx, s)
	if p.Error == "" {
		if err := w.openings.soldOut(ctx); err != nil {
			p.Error = err.Error()
		}
	}
	return p
}

// playInARow plays a step as often as it says. Meanwhile few people come, because a line that begins anew calls nobody for
// a while, and one that begins anew all the time calls nobody at all.
func (w *world) playInARow(ctx context.Context, s Step) Played {
	p := Played{Fault: s.Fault}
	f, err := faultNamed(w.topology, s.Fault)
	p.Losses = max(1, f.losses)
	before, asked := uint64(0), w.crowd.asked.Load()
	if err == nil {
		before, err = w.lastNumber(ctx)
	}
	if s.Times > 1 {
		w.crowd.tenths.Store(1)
		defer w.crowd.tenths.Store(10)
	}
	for p.Times < s.Times && err == nil {
		began := time.Now()
		p.Times++
		if p.Seen, err = w.play(ctx, f, s); err != nil {
			break
		}
		p.Took = max(p.Took, time.Since(began))
		if s.Times > 1 {
			w.crowd.load(ctx, false) // a number is given in every calm
			if err = w.openings.goesOn(ctx); err != nil {
				break
			}
		}
		if !launch.Rest(ctx, s.Calm) {
			break
		}
	}
	after := before
	if err == nil {
		after, err = w.lastNumber(ctx)
	}
	p.Numbers, p.Asked = int64(after-before), w.crowd.asked.Load()-asked
	if s.Times > 1 {
		p.Seen = fmt.Sprintf("%d times in a row, at last: %s", p.Times, p.Seen)
	}
	if err != nil {
		p.Error = fmt.Sprintf("time %d: %v", p.Times, err)
	}
	return p
}

// lastNumber is the highest number that a gateway knows of.
func (w *world) lastNumber(ctx context.Context) (last uint64, err error) {
	for _, g := range w.gateways {
		info, err := g.Figures(ctx)
		if err != nil {
			return 0, err
		}
		last = max(last, info.LastNumber)
	}
	return last, nil
}

// needsDisk reports whether a step needs the small disk, which takes root to mount.
func needsDisk(t Topology, steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool {
		f, err := faultNamed(t, s.Fault)
		return err == nil && f.disk
	})
}

// chosen are the steps of a run.
func chosen(cfg Config, t Topology) []Step {
	steps := slices.DeleteFunc(Plan(t, cfg.Seed), func(s Step) bool {
		f, err := faultNamed(t, s.Fault)
		return err == nil && f.minutes && !slices.Contains(cfg.Only, s.Fault)
	})
	if cfg.Repeat > 0 {
		steps = inARow(t, steps, cfg.Repeat)
	}
	if len(cfg.Only) > 0 {
		return slices.DeleteFunc(steps, func(s Step) bool { return !slices.Contains(cfg.Only, s.Fault) })
	}
	if cfg.Few > 0 {
		steps = steps[:min(cfg.Few, len(steps))]
	}
	return steps
}

func (w *world) play(ctx context.Context, f fault, s Step) (seen string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.Hold+2*time.Minute)
	defer cancel()
	do := func() (err error) {
		if seen, err = f.play(ctx, w, s); err != nil {
			return err
		}
		return w.well(ctx)
	}
	switch {
	case f.lossy:
		err = w.losing(do)
	case f.forgets:
		err = w.openings.forgets(ctx, do)
	default:
		err = do()
	}
	return seen, err
}

// upgraded says what became of the state files that an earlier version had left.
func (w *world) upgraded(ctx context.Context) Played {
	p := Played{Fault: "upgrade with older state files", Times: 1, Losses: 1}
	info, err := w.gateways[0].Figures(ctx)
	switch {
	case err != nil:
		p.Error = err.Error()
	case info.LastNumber < oldNumbers || info.Totals.Joined < oldNumbers:
		p.Error = fmt.Sprintf("numbers go on from %d, %d were given", info.LastNumber, oldNumbers)
	default:
		p.Seen = fmt.Sprintf("numbers go on behind %d, %d places in line", info.LastNumber, info.Waiting)
	}
	return p
}

// oldNumbers is how many numbers the release that wrote testdata/state-v1 had given.
const oldNumbers = 60

// keepLogs writes what the gateways have logged beside their configuration.
func keepLogs(w *world) error {
	for _, g := range w.gateways {
		if err := os.WriteFile(filepath.Join(w.dir, g.Name, "log"), []byte(g.Log()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// judge lets the checker read all journals of a room, with the losses that the faults brought.
func (w *world) judge(room string) (*check.Report, error) {
	files, err := w.journalFiles(room)
	if err != nil {
		return nil, err
	}
	m, err := journal.Merge(files...)
	if err != nil {
		return nil, err
	}
	m.Add(w.losses...)
	return check.Run(m)
}
