package drive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// Hotline is the staff that answers people who come by telephone. The zero value: nobody does.
type Hotline struct {
	// Agents answer the calls, each one at a time. At most three quarters of them book while somebody rings.
	Agents int
	// Take is the mean time of a call in which a place is taken, Dial that from opening a place whose turn it is to the click.
	Take, Dial time.Duration
	// Linked is the share of callers who open the link to their place in a browser of their own. Staff book for the others.
	Linked float64
	// Due is when the callers ring, each at its own time after the start. They stay on the line for as long as anything is left of what
	// the opening has.
	Due []time.Duration
}

func (h *Hotline) validate(c *Config) error {
	if len(h.Due) == 0 {
		return nil
	}
	var errs []error
	if h.Agents < 1 || h.Agents > 10_000 {
		errs = append(errs, fmt.Errorf("hotline.agents: must be 1 to 10000, is %d", h.Agents))
	}
	if !(h.Linked >= 0 && h.Linked <= 1) {
		errs = append(errs, fmt.Errorf("hotline.linked: must be 0 to 1, is %v", h.Linked))
	}
	if h.Take < 0 || h.Dial < 0 {
		errs = append(errs, fmt.Errorf("hotline.take, hotline.dial: must not be negative, are %v and %v", h.Take, h.Dial))
	}
	if c.Admin == "" || c.Journal == "" {
		errs = append(errs, errors.New("hotline: needs an admin API, by which places are taken, and a journal: clients do not see these places"))
	}
	return errors.Join(errs...)
}

// Callers is what became of those who came by telephone.
type Callers struct {
	Arrived int64 `json:"arrived"`
	// Numbered were told a number; Linked of these opened the link to their place themselves.
	Numbered int64 `json:"numbered"`
	Linked   int64 `json:"linked"`
	// Booked have an appointment, Assisted of these by the staff.
	Booked   int64 `json:"booked"`
	Assisted int64 `json:"assisted"`
	// Due: everything was over, and it had been their turn while nobody of the staff was free.
	Due int64 `json:"due"`
}

// places is the admin API as the staff uses it.
type places interface {
	TakePlace(ctx context.Context, room string, asked operator.NewPlace) (operator.PlaceInfo, error)
	Places(ctx context.Context, room string) (operator.PlaceList, error)
	ActOnPlace(ctx context.Context, room, act string, asked operator.PlaceAct) (operator.PlaceInfo, error)
	Room(ctx context.Context, room string) (operator.RoomInfo, error)
}

// listEvery is how often the staff looks at its list of places.
const listEvery = 200 * time.Millisecond

// hotline is the staff at work. Booking comes before answering, because a turn has come there, but not for all of them.
type hotline struct {
	cfg  Hotline
	room string
	api  places

	mu      sync.Mutex
	work    *sync.Cond
	stopped bool // nobody is there any more
	opened  bool // the room has let people in
	over    bool // nothing is left
	booking int
	ringing []*caller // in the order in which they began
	kept    []*caller // told a number, and waiting for their turn
	now     []*caller // whose turn it is
	count   Callers
}

func newHotline(cfg *Config, api places) *hotline {
	h := &hotline{cfg: cfg.Hotline, room: cfg.Room, api: api}
	h.work = sync.NewCond(&h.mu)
	return h
}

// run is the working day: it ends with the context.
func (h *hotline) run(ctx context.Context) {
	var staff sync.WaitGroup
	for range h.cfg.Agents {
		staff.Go(h.agent)
	}
	for launch.Rest(ctx, listEvery) {
		h.look(ctx)
	}
	h.locked(func() { h.stopped = true })
	staff.Wait()
}

// agent attends to one caller after the other.
func (h *hotline) agent() {
	for {
		c, what := h.next()
		if c == nil {
			return
		}
		c.hears <- what
		select {
		case <-c.free:
		case <-c.left:
		}
		if what == hearsTurn {
			h.locked(func() { h.booking-- })
		}
	}
}

// next waits for something to do, and takes it. nil: the day is over.
func (h *hotline) next() (c *caller, what hears) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ; !h.stopped; h.work.Wait() {
		switch most := max(1, h.cfg.Agents*3/4); {
		case len(h.now) > 0 && (h.booking < most || len(h.ringing) == 0):
			c, h.now = h.now[0], h.now[1:]
			h.booking++
			return c, hearsTurn
		case len(h.ringing) > 0:
			c, h.ringing = h.ringing[0], h.ringing[1:]
			return c, hearsStaff
		}
	}
	return nil, 0
}

// locked changes what there is to do.
func (h *hotline) locked(f func()) {
	h.mu.Lock()
	f()
	h.mu.Unlock()
	h.work.Broadcast()
}

// ring lets a caller wait for staff. When nothing is left, a voice says so.
func (h *hotline) ring(c *caller) {
	h.locked(func() {
		h.count.Arrived++
		if h.over {
			c.hears <- hearsOver
			return
		}
		h.ringing = append(h.ringing, c)
	})
}

// look reads the list of places and whether anything is left. A gateway that does not answer is asked again.
func (h *hotline) look(ctx context.Context) {
	h.mu.Lock()
	before := len(h.kept)
	h.mu.Unlock()
	room, err := h.api.Room(ctx, h.room)
	if err != nil || !room.Store.OK {
		return
	}
	list, err := h.api.Places(ctx, h.room)
	if err != nil {
		return
	}
	h.locked(func() { h.seen(before, &room.Opening, list.Places) })
}

// seen sorts the callers that wait. Who was among the first so many, before the list was read, and is not in it, has lost the place. Only
// look takes callers out of kept, so that they stay the first.
func (h *hotline) seen(before int, o *operator.Opening, list []operator.PlaceInfo) {
	h.judge(o)
	turn := make(map[string]bool, len(list))
	for i := range list {
		turn[list[i].Code] = list[i].Now
	}
	kept := h.kept
	h.kept = nil
	for i, c := range kept {
		switch now, listed := turn[c.given.Code]; {
		case now:
			h.now = append(h.now, c)
		case !listed && i < before && !h.over:
			c.hears <- hearsLoss
		default:
			h.kept = append(h.kept, c)
		}
	}
	if !h.over {
		return
	}
	h.count.Due += int64(len(h.now))
	for _, c := range slices.Concat(h.ringing, h.kept, h.now) {
		c.hears <- hearsOver
	}
	h.ringing, h.kept, h.now = nil, nil, nil
}

// judge notes whether anything is left.
func (h *hotline) judge(o *operator.Opening) {
	open := o.Phase == queue.PhaseOpen.String()
	h.opened = h.opened || open
	h.over = h.over || h.opened && (!open || o.Quota != nil && o.Booked >= *o.Quota)
}

// isOver asks the gateway whether anything is left.
func (h *hotline) isOver(ctx context.Context) (over bool) {
	room, err := h.api.Room(ctx, h.room)
	h.locked(func() {
		if err == nil && room.Store.OK {
			h.judge(&room.Opening)
		}
		over = h.over
	})
	return over
}

// callers is what became of them until now.
func (h *hotline) callers() *Callers {
	h.mu.Lock()
	defer h.mu.Unlock()
	count := h.count
	return &count
}
