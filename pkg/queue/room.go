package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// FailureMode is what a gateway does with arrivals and claims while the store is away.
type FailureMode string

const (
	// FailHold lets nobody in; arrivals get a place when the store returns. The default.
	FailHold FailureMode = "hold"
	// FailLocal lets each gateway admit its share of the pace, in order of number.
	FailLocal FailureMode = "local"
	// FailOpen lets everybody in.
	FailOpen FailureMode = "open"
)

// RoomConfig configures a Room. Zero durations take the defaults named.
type RoomConfig struct {
	// Gateway names this process among those that share the store.
	Gateway string
	// Timing must be the one the store was made with.
	Timing Timing
	// Control is what the configuration says: Mode, Pace and Message. A new room begins with it. In a room that exists, the
	// first tick writes the keys in which Control differs from the configuration that was applied last, once; what
	// operators have set stays otherwise. Where it is not known what was applied last, it writes all keys.
	//
	// A burst of DefaultBurst of the rate is left to the rate: with another rate, the burst in force follows if it is left to
	// the rate too, and one that an operator has set stays.
	Control Control
	// ConfigHash names the configuration: a hash over all its bytes. One whose hash is in the document is not applied
	// again. Default: a hash of Control's values. At most 64 bytes.
	ConfigHash string
	// OnFailure is what happens while the store is away. Default: FailHold.
	OnFailure FailureMode
	// Tick is how often the room advances. Default 250 ms.
	Tick time.Duration
	// Flush is how often heartbeats are sent if fewer than MaxBatch are pending. Default 50 ms.
	Flush time.Duration
	// PollMin and PollMax bound the poll interval, as far as two polls fit into the claim window. Defaults 2 s and 20 s.
	PollMin, PollMax time.Duration
	// StoreTimeout bounds one store call. Default 2 s.
	StoreTimeout time.Duration
	// Slots is how many Join or Claim batches may be in flight. Default 1, right for a store in this process.
	Slots int
	// Visitors is for how many visitors the process remembers what the store said. Default 1<<20.
	Visitors int
	// FirstStart says that no ticket of an earlier line can exist, because the keys that sign tickets are new. A new room
	// then shows figures at once; otherwise earlier places may still come back.
	FirstStart bool
	// Clock is the process's time; its monotonic reading is used. Default time.Now.
	Clock func() time.Time
	// OnEvent is called with what operators should know. It must not block. Optional.
	OnEvent func(Event)
	// OnSnapshot is called with every new snapshot and must not change it. It must not block. Optional.
	OnSnapshot func(*Snapshot)
	// OnBeatsDropped counts heartbeats that were not sent: the store was away, or too many were pending. They need no
	// retry, the next poll of each visitor sends one again. It must not block. Optional.
	OnBeatsDropped func(n int)
}

func (c *RoomConfig) setDefaults() {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.Tick, 250*time.Millisecond)
	def(&c.Flush, 50*time.Millisecond)
	def(&c.PollMin, 2*time.Second)
	def(&c.PollMax, 20*time.Second)
	def(&c.StoreTimeout, 2*time.Second)
	if c.Slots == 0 {
		c.Slots = 1
	}
	if c.Visitors == 0 {
		c.Visitors = 1 << 20
	}
	if c.OnFailure == "" {
		c.OnFailure = FailHold
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	if c.OnSnapshot == nil {
		c.OnSnapshot = func(*Snapshot) {}
	}
	if c.OnBeatsDropped == nil {
		c.OnBeatsDropped = func(int) {}
	}
}

// validate runs after setDefaults.
func (c *RoomConfig) validate() error {
	errs := []error{c.Timing.Validate(), c.Control.Validate()}
	if c.OnFailure != FailHold && c.OnFailure != FailLocal && c.OnFailure != FailOpen {
		errs = append(errs, fmt.Errorf("on failure %q: want hold, local or open: %w", c.OnFailure, ErrInvalid))
	}
	if c.Tick < 0 || c.Flush < 0 || c.PollMin < 0 || c.StoreTimeout < 0 || c.PollMax < c.PollMin {
		errs = append(errs, fmt.Errorf("intervals must be positive and the longest poll not below the shortest: %w", ErrInvalid))
	}
	if len(c.ConfigHash) > maxConfigHash {
		errs = append(errs, fmt.Errorf("config hash of %d bytes: want at most %d: %w", len(c.ConfigHash), maxConfigHash, ErrInvalid))
	}
	return errors.Join(errs...)
}

// maxConfigHash is the longest hash for which the notes stay within their bounds.
const maxConfigHash = 64

// EventKind says what happened to a room.
type EventKind string

// The kinds of events.
const (
	EventStoreDown EventKind = "store down" // the store stopped answering; Err says how
	EventStoreUp   EventKind = "store up"
	EventLost      EventKind = "line lost"                       // the store was empty or older than remembered and is being rebuilt
	EventControl   EventKind = "controls set from configuration" // Keys says which
	EventError     EventKind = "error"                           // of the store, beside EventStoreDown; what each tick meets again is reported once
	EventErrorOver EventKind = "error is over"                   // the tick can write the controls again, after an EventError
)

// Event is one thing that happened.
type Event struct {
	Kind EventKind
	Err  error
	Keys []ControlKey
}

// Room is one room in one process. It answers polls from the last snapshot, batches arrivals, claims and heartbeats,
// and keeps the snapshot fresh. All methods are safe for concurrent use.
type Room struct {
	cfg    RoomConfig
	store  Store
	start  time.Time    // origin of local time, monotonic
	offset atomic.Int64 // store time minus local time, ms
	skew   atomic.Int64 // store time minus Now, ms, after the store's clock has jumped
	view   atomic.Pointer[View]
	recent *recent

	joins  *batcher[VisitorID, Joined]
	claims *batcher[Place, Standing]

	outbox    outbox
	ends      ends
	stays     stays
	watermark watermark
	local     localPace

	controllers   []controller // run by Tick
	steering      faults       // of what the controllers write
	advancing     faults       // of the snapshots
	configuration configuration
	tune          atomic.Pointer[tunable]

	// restored: marks were restored since the last snapshot.
	restored atomic.Bool

	drawing sync.Mutex
	rand    *rand.ChaCha8
}

// View is what a process knows about its room at one moment. It is immutable.
type View struct {
	Snapshot Snapshot
	// At is the local time of the snapshot, in milliseconds.
	At int64
	// Known says that there has been a snapshot at all.
	Known bool
	// Stale is the local time (ms) since which the store has not answered; 0: it answers.
	Stale int64
	// Rebuilding says that the line was lost and its places are coming back; Snapshot.Sketch is from before the loss.
	Rebuilding bool
	// blindUntil is the store's time until which places may be coming back to a line that this process did not know before.
	blindUntil int64
	// Flow is how fast the line was seen to move.
	Flow Flow
}

// NewRoom makes a room over store. Run it with Run.
func NewRoom(store Store, cfg RoomConfig) (*Room, error) {
	cfg.setDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("room: %w", err)
	}
	key, err := newKey()
	if err != nil {
		return nil, fmt.Errorf("room: %w", err)
	}
	r := &Room{
		cfg: cfg, store: store, start: cfg.Clock(), recent: newRecent(cfg.Visitors / 4),
		rand: rand.NewChaCha8(key),
	}
	r.view.Store(&View{})
	r.tune.Store(cfg.tunable())
	r.configuration.set(cfg.Control, cfg.ConfigHash)
	r.controllers = []controller{&r.configuration}
	r.watermark.m = Watermark{Gateway: cfg.Gateway, Control: r.configuration.initial()}
	r.joins = newBatcher(MaxBatch, cfg.Slots, r.joinBatch)
	r.claims = newBatcher(MaxBatch, cfg.Slots, r.claimBatch)
	r.outbox.full = make(chan struct{}, 1)
	return r, nil
}

func newKey() (key [32]byte, err error) {
	a, err := NewVisitorID(nil)
	if err != nil {
		return key, err
	}
	b, err := NewVisitorID(nil)
	copy(key[:16], a[:])
	copy(key[16:], b[:])
	return key, err
}

// View is what is known of the room now.
func (r *Room) View() *View { return r.view.Load() }

// localNow is this process's time in milliseconds, monotonic.
func (r *Room) localNow() int64 {
	return r.start.UnixMilli() + r.cfg.Clock().Sub(r.start).Milliseconds()
}

// Now is this process's estimate of the store's time, in milliseconds. Tokens are issued and checked by it, so that a gateway
// whose clock is wrong agrees with the others. Before the first snapshot it is local time. It is slewed by at most a tenth of
// the time that passes, so that a jump of the store's clock ends no pass.
func (r *Room) Now() int64 { return r.localNow() + r.offset.Load() }

// here converts the end of a call or stay from the store's time to that of Now.
func (r *Room) here(s Standing) Standing {
	if s.Until != 0 {
		s.Until -= r.skew.Load()
	}
	return s
}

// newVisitor draws an id. ChaCha8 seeded from crypto/rand, at a fraction of a system call's cost.
func (r *Room) newVisitor() (id VisitorID) {
	r.drawing.Lock()
	defer r.drawing.Unlock()
	_, _ = r.rand.Read(id[:]) // never fails
	return id
}

// Arrive numbers a new arrival, or lets it straight in when the allowance permits and the line is empty. ErrUnavailable: no place
// can be given now; try again.
func (r *Room) Arrive() (Joined, error) {
	if r.down() {
		// Arrivals must not wait for one time-out each; a tick notices when the store returns.
		return r.arriveWithoutStore(ErrUnavailable)
	}
	j, err := r.joins.do(r.newVisitor())
	if err == nil && j.State == StateTaken {
		// The call was repeated on its way, after the store had let the id in. No visitor has that stay: draw another id.
		if j, err = r.joins.do(r.newVisitor()); err == nil && j.State == StateTaken {
			err = ErrUnavailable
		}
	}
	if errors.Is(err, ErrUnavailable) {
		return r.arriveWithoutStore(err)
	}
	if err == nil && j.State == StateInside {
		r.inside(j.Place.Visitor, 0)
	}
	return j, err
}

// Claim turns a call into a stay, or says where the place stands. A place that no store can have given is StateSpent.
func (r *Room) Claim(p Place) (Standing, error) {
	if !p.Valid() {
		return Standing{State: StateSpent}, nil // the store would refuse the whole batch
	}
	if !r.down() {
		s, err := r.claims.do(p)
		if err == nil {
			r.recent.answer(p.Visitor, r.Now(), s)
			if s.State == StateInside {
				r.inside(p.Visitor, 0)
			}
			return s, nil
		}
		if !errors.Is(err, ErrUnavailable) {
			return s, err
		}
	}
	return r.claimWithoutStore(p)
}

// Finish ends a stay at once, so that the next place can be called.
//
// ErrUnavailable: the store is away. The end is sent when it returns, and this process refuses the pass from now on.
func (r *Room) Finish(ctx context.Context, id VisitorID) error {
	return r.end(ctx, ended{id, finished})
}

// Leave gives a place up, for good. ErrUnavailable as for Finish.
func (r *Room) Leave(ctx context.Context, id VisitorID) error { return r.end(ctx, ended{id, left}) }

// Update changes the controls for an operator. change gets the current document and is called again if the document
// was changed meanwhile. An error of change is returned as it is, and nothing is changed. For a change that was decided on an
// earlier version, change asks Control.ChangedSince.
func (r *Room) Update(ctx context.Context, change func(*Control) error) (Control, error) {
	current, err := r.Controls(ctx)
	for err == nil {
		next := current
		if err := change(&next); err != nil {
			return current, err
		}
		var stored Control
		stored, err = r.replace(ctx, next)
		if err == nil {
			return stored, nil
		}
		if errors.Is(err, ErrConflict) {
			current, err = stored, nil
		}
	}
	return current, err
}

// replace stores next if the document that it was made from is still the stored one; see Store.Control.
func (r *Room) replace(ctx context.Context, next Control) (stored Control, err error) {
	err = r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		stored, err = r.store.Control(ctx, next)
		return err
	})
	if err == nil {
		r.watermark.controls(stored)
	}
	return stored, err
}

// Controls reads the current control document from the store.
func (r *Room) Controls(ctx context.Context) (Control, error) {
	var f Snapshot
	err := r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		f, err = r.store.Snapshot(ctx)
		return err
	})
	return f.Control, err
}

func (r *Room) joinBatch(ids []VisitorID) ([]Joined, error) {
	if r.down() {
		return nil, ErrUnavailable // callers that came before this was known would wait for one time-out after the other
	}
	var reply JoinReply
	err := r.retryLost(context.Background(), func(ctx context.Context) error {
		var err error
		reply, err = r.store.Join(ctx, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.watermark.joined(reply)
	for i := range reply.Places {
		reply.Places[i].Standing = r.here(reply.Places[i].Standing)
	}
	return reply.Places, nil
}

func (r *Room) claimBatch(places []Place) ([]Standing, error) {
	if r.down() {
		return nil, ErrUnavailable
	}
	var reply KeepReply
	err := r.retryLost(context.Background(), func(ctx context.Context) error {
		var err error
		reply, err = r.store.Claim(ctx, places)
		return err
	})
	for i, s := range reply.Standings {
		reply.Standings[i] = r.here(s)
	}
	return reply.Standings, err
}

// retryLost runs verb, and when the store has lost the room, rebuilds it and runs verb once more.
func (r *Room) retryLost(ctx context.Context, verb func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.StoreTimeout)
	defer cancel()
	err := verb(ctx)
	if !errors.Is(err, ErrLost) {
		return err
	}
	if err := r.rebuild(ctx, err); err != nil {
		return err
	}
	return verb(ctx)
}
