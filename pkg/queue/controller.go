package queue

import (
	"context"
	"errors"
	"sync"
)

// controller changes the control document by itself. All controllers of a room run in each tick, each on what the one
// before it proposed; the store takes the result only if the document has not changed meanwhile.
type controller interface {
	// propose is the document as this controller wants it, current if nothing has to change. It may be discarded.
	propose(current Control) Control
	// settled tells the controller which document is in force once it has no more to propose, or its proposal was stored.
	settled(current Control)
}

// steerTries bounds how often a tick proposes anew because another writer came first. The next tick goes on.
const steerTries = 4

// steer runs the controllers. What they change raises the version, as every change does, but is noted in the document as
// made by a gateway; see Control.ChangedSince.
func (r *Room) steer(ctx context.Context, current Control) {
	for range steerTries {
		next := current
		for _, c := range r.controllers {
			next = c.propose(next)
		}
		if next == current {
			r.settle(current)
			r.steered()
			return
		}
		keys := next.byGateway(current)
		stored, err := r.replace(ctx, next)
		switch {
		case err == nil:
			r.settle(stored)
			if len(keys) > 0 {
				r.cfg.OnEvent(Event{Kind: EventControl, Keys: keys})
			}
			r.steered()
			return
		case !errors.Is(err, ErrConflict):
			if r.steering.failed(err) {
				r.cfg.OnEvent(Event{Kind: EventError, Err: err})
			}
			return
		}
		current = stored
	}
}

// steered notes that the controllers have no more to write.
func (r *Room) steered() {
	if r.steering.worked() {
		r.cfg.OnEvent(Event{Kind: EventErrorOver})
	}
}

func (r *Room) settle(current Control) {
	for _, c := range r.controllers {
		c.settled(current)
	}
}

// configuration is the controller that brings what the configuration says: of a configuration that was never applied all,
// otherwise the keys whose values differ from those of the configuration that was applied last. What operators have set
// stays where the file has not changed.
//
// Each process does so once for each configuration that it is given. Otherwise gateways with different configurations
// would overwrite each other in turns, and with it what an operator changes meanwhile.
type configuration struct {
	mu   sync.Mutex
	want Control // with ValuesHash
	hash string  // of all bytes of the configuration
	done bool
}

// set takes a configuration. One that is known by its hash is not applied again.
func (f *configuration) set(want Control, hash string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	want.ValuesHash = want.valuesHash()
	if hash == "" {
		hash = want.ValuesHash
	}
	if hash != f.hash {
		f.want, f.hash, f.done = want, hash, false
	}
}

// initial is the document of a new room with this configuration.
func (f *configuration) initial() Control {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.want
	c.Version = max(1, c.Version)
	f.sign(&c)
	return c
}

// sign notes in c that this configuration was applied.
func (f *configuration) sign(c *Control) {
	n, said := c.notes(), f.want.values()
	n.Hash, n.Values = f.hash, said
	c.ValuesHash = f.want.ValuesHash
	c.note(n)
}

func (f *configuration) propose(current Control) Control {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return current // at almost every tick; the notes need not be read
	}
	n := current.notes()
	if n.Hash == f.hash {
		return current
	}
	next := current
	for _, k := range f.edited(&current, n.Values) {
		next.take(k, &f.want)
	}
	f.sign(&next)
	return next
}

// edited lists the keys in which the configuration differs from the one that was applied last. Where that is not known,
// those in which it differs from the document.
func (f *configuration) edited(current *Control, before values) []ControlKey {
	mine := f.want.values()
	switch {
	case before != nil:
		return mine.edited(before, current.values())
	case current.ValuesHash == f.want.ValuesHash:
		return nil // the release before this one has applied the same values
	default:
		return mine.changed(current.values())
	}
}

func (f *configuration) settled(current Control) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = f.done || current.notes().Hash == f.hash
}
