package sim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// Failure is what a crash takes.
type Failure string

const (
	// LosesAll: the store comes back empty, and the gateway tells it what it remembers.
	LosesAll Failure = "loses everything"
	// LosesSince: store and gateway end together. They come back with files that are lag old, but for the marks, which
	// are as old as the store lets them be.
	LosesSince Failure = "loses what came since its last save"
	// Freezes: nothing is answered for a while, and then everything goes on.
	Freezes Failure = "is frozen"
)

// Crash is one of a run.
type Crash struct {
	At   time.Duration // since the start
	What Failure
	For  time.Duration // of Freezes
}

// lag is how long before a crash the places were saved.
const lag = 30 * time.Second

// MaxCrashes is how many a run may have: a ticket here remembers the line that gave it in a byte.
const MaxCrashes = 200

// InARow are n crashes with as much time between as there is, by turns of both kinds.
func InARow(n int, from, to time.Duration) []Crash {
	var all []Crash
	for i := range n {
		what := LosesSince
		if i%2 == 1 {
			what = LosesAll
		}
		all = append(all, Crash{At: from + (to-from)*time.Duration(i)/time.Duration(n), What: what})
	}
	return all
}

// crashes is the store over all its lives, and what each crash has cost. It is the queue.Store of the run.
type crashes struct {
	queue.Store // the present life

	left  []Crash
	saved bool // for the next of them
	dir   string
	lives int
	until int32 // frozen; 0: not yet

	last  uint64 // the highest number given
	given uint64 // how many in this life
	costs []cost
}

// cost is what a crash took in numbers: skipped, after so many had been given in the life before it.
type cost struct{ given, skipped uint64 }

// bound is what it may take at most: what a store that doubles its reserve may have given since it wrote it down.
func (c *cost) bound() uint64 { return max(1000, 2*c.given) + 1000 }

// numbered notes a number given.
func (k *crashes) numbered(n uint64) {
	if m := len(k.costs); m > 0 && n > k.last+1 {
		k.costs[m-1].skipped += n - k.last - 1
	}
	k.last = max(k.last, n)
	k.given++
}

func (k *crashes) skipped() (sum int64) {
	for _, c := range k.costs {
		sum += int64(c.skipped)
	}
	return sum
}

// overdrawn is how many numbers crashes have skipped beyond what they may.
func (k *crashes) overdrawn() (sum int64) {
	for _, c := range k.costs {
		sum += max(0, int64(c.skipped)-int64(c.bound()))
	}
	return sum
}

// firstLife makes the store, with files if a crash needs them.
func (s *sim) firstLife() error {
	k := &s.crashes
	k.left = s.cfg.Crashes
	for _, c := range k.left {
		if c.What == LosesSince && k.dir == "" {
			var err error
			if k.dir, err = stateDir(); err != nil {
				return err
			}
		}
	}
	return s.nextLife()
}

// stateDir makes a directory for the files of a process, in memory where the system has a place for that: with a quota the store waits
// for the disk with each slot that it gives away, and here a process dies, never its machine.
func stateDir() (string, error) {
	if dir, err := os.MkdirTemp("/dev/shm", "einlass-sim-"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "einlass-sim-")
}

// nextLife makes a store anew, from the files of the present life if there are any.
func (s *sim) nextLife() (err error) {
	k := &s.crashes
	cfg := memstore.Config{Clock: s.storeNow}
	if k.dir != "" {
		// By the wall clock nothing is ever saved: one run is as the other.
		cfg.Files = &memstore.Files{Path: filepath.Join(k.place(), "room"), Every: 24 * time.Hour, PlacesEvery: 24 * time.Hour}
		if err := os.MkdirAll(k.place(), 0o700); err != nil {
			return err
		}
	}
	k.Store, err = memstore.New(cfg)
	return err
}

func (k *crashes) place() string { return filepath.Join(k.dir, fmt.Sprintf("life-%d", k.lives)) }

// end closes the last store and removes its files.
func (k *crashes) end() error {
	var errs []error
	if k.Store != nil {
		errs = append(errs, k.Close())
	}
	if k.dir != "" {
		errs = append(errs, os.RemoveAll(k.dir))
	}
	return errors.Join(errs...)
}

// crash does what is due, and reports whether the gateway is frozen.
func (s *sim) crash(ctx context.Context) (frozen bool, err error) {
	k := &s.crashes
	if s.now < k.until {
		s.askInVain()
		return true, nil
	}
	if len(k.left) == 0 {
		return false, nil
	}
	next, now := k.left[0], time.Duration(s.now)*time.Millisecond
	if next.What == LosesSince && !k.saved && now >= next.At-lag {
		k.saved = true
		if err := s.save(ctx); err != nil {
			return false, fmt.Errorf("save: %w", err)
		}
	}
	if now < next.At {
		return false, nil
	}
	k.left, k.saved = k.left[1:], false
	if next.What == Freezes {
		k.until = after(s.now, int32(next.For.Milliseconds()))
		s.stay(k.until)
		s.askInVain()
		return true, nil // from this step on: a call that it made would be lost on those who are noted
	}
	k.costs = append(k.costs, cost{given: k.given})
	k.given = 0
	if err := s.revive(ctx, next.What); err != nil {
		return false, fmt.Errorf("%s: %w", next.What, err)
	}
	return false, nil
}

// save is a restart in order, which writes everything down.
func (s *sim) save(ctx context.Context) error {
	if err := s.crashes.Close(); err != nil {
		return err
	}
	if err := s.nextLife(); err != nil {
		return err
	}
	return s.restart(ctx)
}

// restart is what a gateway does that knows its configuration only.
func (s *sim) restart(ctx context.Context) error {
	s.room.snapshot = queue.Snapshot{}
	s.room.given, s.room.door = 0, queue.NewDoorkeeper(scheduled{s.planned.calendar})
	return s.room.restore(ctx, queue.Watermark{Document: s.document()})
}

// revive ends the store without a word and starts the next.
func (s *sim) revive(ctx context.Context, what Failure) error {
	k := &s.crashes
	old, from := k.Store, k.place()
	k.lives++
	if what == LosesSince {
		if err := os.CopyFS(k.place(), os.DirFS(from)); err != nil {
			return err
		}
	}
	if err := s.nextLife(); err != nil {
		return err
	}
	// It would have ended; what it writes now nobody reads.
	if err := old.Close(); err != nil {
		return err
	}
	s.unhear()
	if what == LosesSince {
		s.planned.correct = after(s.now, correctAfter)
		return s.restart(ctx)
	}
	if err := s.room.store.Restore(ctx, s.room.memory()); err != nil {
		return err
	}
	if err := s.room.report(ctx, s.room.reported); err != nil {
		return err
	}
	return s.recall(ctx)
}

// recall tells the store of the stays that the gateway knows, before anybody is called.
func (s *sim) recall(ctx context.Context) error {
	for _, who := range s.inOrder {
		if c := &s.people[who]; c.state == inside && s.now-c.sent < s.idle {
			s.room.renews.add(who)
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	return s.room.advance(ctx)
}

// unhear: the gateway asks the store about everybody anew, with the next poll of each.
func (s *sim) unhear() {
	for _, who := range s.inOrder {
		c := &s.people[who]
		if c.state.over() {
			continue
		}
		c.habits |= unheard
		if c.state == waiting {
			c.sent = s.now - s.beatEvery
			c.due = s.wheel.put(s.now+int32(s.random.Int64N(int64(s.pollMax))), who)
		}
	}
	s.retell()
}

// askInVain: citizens that are due get no answer and ask again.
func (s *sim) askInVain() {
	for _, who := range s.wheel.take() {
		if c := &s.people[who]; c.due == s.wheel.step {
			c.due = s.wheel.put(s.now+s.jitter(s.pollMax), who)
		}
	}
}

// stay notes the citizens that wait and are there until the gateway goes on, and for a while after it.
func (s *sim) stay(until int32) {
	until = after(until, stayAfter)
	for _, who := range s.inOrder {
		c := &s.people[who]
		if s.order(who) <= s.room.snapshot.Heads[s.lane] {
			continue // called already, and the call goes by meanwhile
		}
		if c.kind == somebody && c.state == waiting && c.leaves > until && c.sleeps > until {
			c.habits |= stayed
			s.nobody.Stayed++
		}
	}
}

// stayAfter is for how long after a gateway was frozen somebody who was there must not have lost the turn, ms.
const stayAfter = 300_000
