package queue

import (
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
	// Document is what the configuration says: Pace, Door, Timing, Plan and the message in Settings. A zero Timing is
	// DefaultTiming. A new room begins with it. In a room that exists, the first tick writes the keys in which Document differs
	// from the configuration that was applied last, once; what operators have set stays otherwise, and so do Door and Plan,
	// which have no keys. Where it is not known what was applied last, it writes all keys.
	//
	// A burst of DefaultBurst of the rate is left to the rate: with another rate, the burst in force follows if it is left to
	// the rate too, and one that an operator has set stays.
	Document Document
	// ConfigHash names the configuration: a hash over all its bytes. One whose hash is in the document is not applied
	// again. Default: a hash of the values of Document's keys. At most 64 bytes.
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
	// Slots is how many Join or Claim batches may be in flight. Default 1, right for a store in this process. More than one are only if
	// a batch is full or takes long.
	Slots int
	// Visitors is for how many visitors the process remembers what the store said. Default 1<<20.
	Visitors int
	// FirstStart says that no ticket of an earlier line can exist, because the keys that sign tickets are new. A new room
	// then shows figures at once; otherwise earlier places may still come back.
	FirstStart bool
	// Seed makes the room draw ids of visitors, and when pages ask, as another room with the same seed: for plays in virtual
	// time alone. Zero: what it draws cannot be known before.
	Seed [32]byte
	// Clock is the process's time; its monotonic reading is used. Default time.Now.
	Clock func() time.Time
	// Health judges the site behind; nil: nobody does, and the pace is what operators set.
	Health Health
	// Planner makes the plan of the schedule in Document; nil: the plan is what is set.
	Planner Planner
	// Drawer finds the seeds of draws; nil: somebody else reveals them, or the order of arrival stands.
	Drawer Drawer
	// OnEvent is called with what operators should know. It must not block. Optional.
	OnEvent func(Event)
	// OnSnapshot is called with every new snapshot and must not change it. It must not block. Optional.
	OnSnapshot func(*Snapshot)
	// OnBeatsDropped counts heartbeats that were not sent: the store was away, or too many were pending. They need no
	// retry, the next poll of each visitor sends one again. It must not block. Optional.
	OnBeatsDropped func(n int)
}

func (c *RoomConfig) setDefaults() {
	if c.Document.Timing == (Timing{}) {
		c.Document.Timing = DefaultTiming()
	}
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
	errs := []error{c.Document.Validate(), c.Document.CheckSettings()}
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
	// EventOlder: the schedule of the configuration was left out, because another gateway has brought a later one.
	EventOlder EventKind = "schedule of an older configuration left out"
	// EventLanes: the schedule of the configuration waits, because places would stand in the lanes of other groups.
	EventLanes     EventKind = "schedule of the configuration held"
	EventError     EventKind = "error"         // of the store, beside EventStoreDown; what each tick meets again is reported once
	EventErrorOver EventKind = "error is over" // the tick can write the document again, after an EventError
	// EventDrawn: this process knows the seed of a draw, and one is in force. Opening says of which.
	EventDrawn EventKind = "drawn"
	// EventDrawFailed: the seed of a draw did not come, and its lobby goes in the order of arrival. Opening says of which.
	EventDrawFailed EventKind = "draw failed"
)

// Event is one thing that happened.
type Event struct {
	Kind    EventKind
	Err     error
	Keys    []Key
	Opening string
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

	joins   *batcher[Arrival, Joined]
	claims  *batcher[Place, Standing]
	resumes *batcher[Stay, Standing]
	beats   *batcher[Beat, Standing]

	outbox    outbox
	ends      ends
	stays     stays
	closings  closings
	doors     doors
	watermark watermark
	local     localPace

	judge judge
	wait  wait
	usage usage
	// arriving belongs to Tick.
	arriving arriving

	controllers   []controller // run by Tick
	steering      faults       // of what the controllers write
	advancing     faults       // of the snapshots
	revealing     faults       // of draws that have failed
	configuration configuration
	tune          atomic.Pointer[tunable]

	rebuilding sync.RWMutex  // held while the store is given what was lost
	rebuilds   atomic.Uint64 // how often that was done
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
	// Rebuilding says that the line was lost and its places are coming back; Snapshot.Sketches are from before the loss.
	Rebuilding bool
	// Starting says that an opening has just begun and the places of its lobby are coming into the line.
	Starting bool
	// blindUntil is the store's time until which places may be coming back to a line that this process did not know before.
	blindUntil int64
	// unsure is the store's time until which an opening has just begun, see opensJustNow.
	unsure int64
	// Wait is how fast the line was seen to move, and how the promises about it were kept.
	Wait Wait
	// Usage is what became of the entries that were possible of late.
	Usage Usage
	// Arriving is how many numbers were given in the last minute, as far back as this process has seen.
	Arriving int64
	// Sales is what the places of the opening have taken.
	Sales Sales
	// Start is what the plan says comes next, Following the next opening after the one under way. Message is what waiting pages
	// show, Schedule what the plan is made of, Codes the batches of codes.
	Start, Following         Start
	Message, Schedule, Codes string
	// Messages are shown instead of Message in single languages; they must not be changed.
	Messages map[string]string

	draws []drawn // whose seeds are known
	// seedWait is how long after the start the seed of the lobby's draw is known, in ms.
	seedWait int64
	notice   notice
	// staysFrom is when the oldest stays that count began, in store ms.
	staysFrom int64
	plan      []Step    // in order
	opened    []Segment // the lobby that has just been opened, in the order of arrival
	skipped   int64     // numbers of the lobby that a loss left out
	crowd     crowd
}

// NewRoom makes a room over store. Run it with Run.
func NewRoom(store Store, cfg RoomConfig) (*Room, error) {
	cfg.setDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("room: %w", err)
	}
	key := cfg.Seed
	if key == ([32]byte{}) {
		var err error
		if key, err = newKey(); err != nil {
			return nil, fmt.Errorf("room: %w", err)
		}
	}
	r := &Room{
		cfg: cfg, store: store, start: cfg.Clock(), recent: newRecent(cfg.Visitors / 4),
		rand: rand.NewChaCha8(key),
	}
	r.view.Store(&View{})
	r.tune.Store(cfg.tunable())
	r.configuration.older.of(r)
	r.configuration.lanes.of(r)
	r.configuration.set(cfg.Document, cfg.ConfigHash)
	plan := &planning{planner: cfg.Planner, view: r.View}
	r.doors.planner, r.doors.view = cfg.Planner, r.View
	draws := &noted{drawer: cfg.Drawer, view: r.View, onEvent: cfg.OnEvent}
	r.controllers = []controller{&r.configuration, plan, &r.doors, draws}
	r.watermark.m = Watermark{Gateway: cfg.Gateway, Document: r.configuration.initial()}
	if r.watermark.teller = cfg.Gateway; cfg.Gateway == "" {
		name, err := NewVisitorID(nil) // any that no other process has
		if err != nil {
			return nil, fmt.Errorf("room: %w", err)
		}
		r.watermark.teller = fmt.Sprintf("%x", name)
	}
	plan.first(&r.watermark.m.Document, r.Now())
	r.joins = newBatcher(MaxBatch, cfg.Slots, cfg.Clock, r.joinBatch)
	r.claims = newBatcher(MaxBatch, cfg.Slots, cfg.Clock, r.claimBatch)
	r.resumes = newBatcher(MaxBatch, cfg.Slots, cfg.Clock, r.resumeBatch)
	r.beats = newBatcher(MaxBatch, cfg.Slots, cfg.Clock, r.beatBatch)
	r.outbox.full = make(chan struct{}, 1)
	return r, nil
}

// share draws evenly from [0, 1). Polls draw it, so a room without a seed takes no lock for it.
func (r *Room) share() float64 {
	if r.cfg.Seed == ([32]byte{}) {
		return rand.Float64()
	}
	r.drawing.Lock()
	defer r.drawing.Unlock()
	return float64(r.rand.Uint64()>>11) / (1 << 53)
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

// storeNow is the store's time, as far as it is known.
func (r *Room) storeNow() int64 { return r.Now() + r.skew.Load() }

// here converts the times of a standing from the store's time to that of Now.
func (r *Room) here(s Standing) Standing {
	skew := r.skew.Load()
	if s.Until != 0 {
		s.Until -= skew
	}
	if s.Started != 0 {
		s.Started = max(1, s.Started-skew)
	}
	return s
}

// there converts the times of a stay from that of Now to the store's.
func (r *Room) there(c Stay) Stay {
	skew := r.skew.Load()
	c.At = max(1, c.At+skew)
	c.Started = min(max(1, c.Started+skew), c.At)
	return c
}

// newVisitor draws an id. ChaCha8 seeded from crypto/rand, at a fraction of a system call's cost.
func (r *Room) newVisitor() (id VisitorID) {
	r.drawing.Lock()
	defer r.drawing.Unlock()
	_, _ = r.rand.Read(id[:]) // never fails
	return id
}
