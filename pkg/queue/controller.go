package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// controller changes the document by itself. All controllers of a room run in each tick, each on what the one
// before it proposed; the store takes the result only if the document has not changed meanwhile.
type controller interface {
	// propose is the document as this controller wants it, current if nothing has to change. It may be discarded.
	propose(current *Document) Document
	// settled tells the controller which document is in force once it has no more to propose, or its proposal was stored.
	settled(current *Document)
}

// steerTries bounds how often a tick proposes anew because another writer came first. The next tick goes on.
const steerTries = 4

// steer runs the controllers. What they change raises the version, as every change does, but is noted in the document as
// made by a gateway; see Document.ChangedSince. It answers the document that is in force, as far as it knows.
func (r *Room) steer(ctx context.Context, current Document) Document {
	for range steerTries {
		next := current
		for _, c := range r.controllers {
			next = c.propose(&next)
		}
		if next.equal(&current) {
			r.settle(&current)
			r.steered()
			return current
		}
		keys := next.byGateway(&current)
		stored, err := r.replace(ctx, next)
		switch {
		case err == nil:
			r.settle(&stored)
			if len(keys) > 0 {
				r.cfg.OnEvent(Event{Kind: EventControl, Keys: keys})
			}
			r.steered()
			return stored
		case !errors.Is(err, ErrConflict):
			if r.steering.failed(err) {
				r.cfg.OnEvent(Event{Kind: EventError, Err: err})
			}
			return current
		}
		current = stored
	}
	return current
}

// steered notes that the controllers have no more to write.
func (r *Room) steered() {
	if r.steering.worked() {
		r.cfg.OnEvent(Event{Kind: EventErrorOver})
	}
}

func (r *Room) settle(current *Document) {
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
	mu         sync.Mutex
	want       Document
	valuesHash string
	hash       string // of all bytes of the configuration
	done       bool

	older older
	lanes lanes
}

// set takes a configuration. One that is known by its hash is not applied again.
func (f *configuration) set(want Document, hash string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if hash == "" {
		hash = want.values().hash()
	}
	if hash != f.hash {
		f.older.begin(f)
		f.want, f.valuesHash, f.hash, f.done = want.Clone(), want.valuesHash(), hash, false
	}
}

// initial is the document of a new room with this configuration.
func (f *configuration) initial() Document {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.want.Clone()
	d.Version = max(1, d.Version)
	f.sign(&d)
	return d
}

// sign notes in d that this configuration was applied.
func (f *configuration) sign(d *Document) {
	s := d.settings()
	n := s.notes()
	values := f.want.values()
	n.seen(values[KeySchedule], f.older.follows(&n))
	n.Hash, n.Values = f.hash, values
	s.ValuesHash = f.valuesHash
	s.note(n)
	d.Settings = s.Encode()
}

func (f *configuration) propose(current *Document) Document {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return *current // at almost every tick; the notes need not be read
	}
	s := current.settings()
	n := s.notes()
	if n.Hash == f.hash {
		return *current
	}
	f.lanes.held = false
	next := current.Clone()
	keys := f.edited(current, s.ValuesHash, n.Values)
	held := slices.Contains(keys, KeySchedule) &&
		(f.older.holds(&n, f.want.values()[KeySchedule]) || f.lanes.holds(current, &f.want))
	if held {
		keys = slices.DeleteFunc(keys, func(k Key) bool { return k == KeySchedule })
	}
	for _, k := range keys {
		next.take(k, &f.want)
	}
	if next.Timing.Validate() != nil {
		next.Timing = f.want.Timing // single durations do not go with those that the document had
	}
	switch {
	case !held:
		f.sign(&next)
	case len(keys) > 0:
		f.signPart(&next, keys)
	}
	return next
}

// signPart notes in d that these keys of the configuration were applied. The one that was applied last stays so.
func (f *configuration) signPart(d *Document, keys []Key) {
	s := d.settings()
	n := s.notes()
	values := f.want.values()
	for _, k := range keys {
		n.Values[k] = values[k]
	}
	s.note(n)
	d.Settings = s.Encode()
}

// edited lists the keys in which the configuration differs from the one that was applied last. Of values of which it is not
// known what that one said, those in which it differs from the document.
func (f *configuration) edited(current *Document, applied string, before values) []Key {
	mine, stands := f.want.values(), current.values()
	if before == nil && applied == f.valuesHash {
		before = values{} // a release without notes has applied the values that it knew
		for _, k := range [...]Key{KeyMode, KeyRate, KeyMaxInside, KeyBurst, KeyMessage} {
			before[k] = mine[k]
		}
	}
	if before == nil {
		return mine.changed(stands)
	}
	return mine.edited(before.with(stands), stands)
}

func (f *configuration) settled(current *Document) {
	if f.brought(current) {
		f.older.onEvent(Event{Kind: EventOlder})
	}
	f.lanes.tell()
}

// brought notes whether there is no more to bring, and reports whether that is so because the schedule is left out.
func (f *configuration) brought(current *Document) (leftOut bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return false
	}
	s := current.settings()
	leftOut = s.notes().Hash != f.hash && f.older.left
	f.done = s.notes().Hash == f.hash || leftOut
	return leftOut
}

// equal reports whether two documents say the same.
func (d *Document) equal(other *Document) bool {
	return d.Version == other.Version && d.Pace == other.Pace && d.Door == other.Door && d.Timing == other.Timing &&
		d.Settings == other.Settings && slices.Equal(d.Plan, other.Plan)
}

// Clone is a copy that shares nothing.
func (d *Document) Clone() Document {
	c := *d
	c.Plan = slices.Clone(d.Plan)
	return c
}
