package main

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const (
	// repeatsFor is the time in which a line that says the same is written repeatsKept times. What is beyond it is counted.
	repeatsFor  = time.Minute
	repeatsKept = 3
	// repeatsOf is of how many lines the counts are kept apart. Messages are constants, far fewer.
	repeatsOf = 256
)

// repeats counts log lines that were left out, so that a fault that lasts costs a line a minute and not one a request. Safe for
// concurrent use.
type repeats struct {
	log  *zap.Logger // every line
	left func(n int) // counts, for the metrics

	mu   sync.Mutex
	from time.Time
	seen map[string]*repeated
}

type repeated struct {
	level zapcore.Level
	lines int
}

func newRepeats(log *zap.Logger, left func(int)) *repeats {
	return &repeats{log: log, left: left, from: time.Now(), seen: map[string]*repeated{}}
}

// often is the log with what repeats left out and counted. What changes a state, and what operators do, goes to the log itself.
func (r *repeats) often() *zap.Logger {
	return r.log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, repeatsFor, repeatsKept, 0, zapcore.SamplerHook(r.note))
	}))
}

func (r *repeats) note(e zapcore.Entry, decided zapcore.SamplingDecision) {
	if decided&zapcore.LogDropped == 0 {
		return
	}
	r.left(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	like := e.Message
	if len(r.seen) >= repeatsOf && r.seen[like] == nil {
		like = "other lines"
	}
	of := r.seen[like]
	if of == nil {
		of = &repeated{level: e.Level}
		r.seen[like] = of
	}
	of.lines++
}

// tell writes the counts since the last time.
func (r *repeats) tell() {
	r.mu.Lock()
	seen, from := r.seen, r.from
	r.seen, r.from = map[string]*repeated{}, time.Now()
	r.mu.Unlock()
	for _, like := range slices.Sorted(maps.Keys(seen)) {
		of := seen[like]
		if line := r.log.Check(of.level, "lines like this were left out"); line != nil {
			line.Write(zap.String("like", like), zap.Int("lines", of.lines), zap.Duration("within", time.Since(from)))
		}
	}
}

// run tells once a minute, and a last time at the end.
func (r *repeats) run(ctx context.Context) error {
	tick := time.NewTicker(repeatsFor)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.tell()
		case <-ctx.Done():
			r.tell()
			return nil
		}
	}
}
