package gateway

import (
	"net/netip"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
	"github.com/einlass/einlass/pkg/token"
)

// The door stands before the number: the schedule says who may come to an opening, and a code or an invitation says of which group its
// bearer is. All that is known of it is in memory, so whoever has no code costs no call to the store, and however many those are.

// Door is what a room reads codes and invitations with. The zero value reads none.
type Door struct {
	// Keys are those that codes were made with.
	Keys *token.Source
	// Invitations may be nil: there are none.
	Invitations *door.Invitations
	// Guesses bounds how many wrong codes are read; nil: no bound.
	Guesses Guesses
}

// Guesses bounds how many wrong codes are read; *limit.Guesses is one.
type Guesses interface {
	// Blocked is after what time a code from this address is read; 0: now.
	Blocked(client netip.Addr, now time.Time) time.Duration
	// Wrong notes that one from this address was wrong.
	Wrong(client netip.Addr, now time.Time)
}

// doorways remembers what the settings of a room say of its door, which operators may change while it runs. The zero value is ready;
// safe for concurrent use.
type doorways struct {
	calendars plan.Current
	latest    atomic.Pointer[doorway]
}

type doorway struct {
	schedule, batches string
	calendar          *plan.Calendar // nil: nothing is planned, and everybody may come
	guards            bool           // the door asks for something, at some time
	codes             *door.Codes    // nil: there are none
	now               atomic.Pointer[doorNow]
}

// doorNow is who may come by one view of the line, and when everybody may who may not now; zero: nobody knows. All that come between two
// snapshots read the same, so it is found once.
type doorNow struct {
	view      *queue.View
	opening   string // not empty: its time has come since the view
	door      plan.Door
	everybody time.Time
}

// doorway is what the settings say at present. What cannot be read changes nothing of who may come, and opens no door.
func (e *exchange) doorway() *doorway {
	r, v := e.r, e.r.Line.View()
	known := r.doorways.latest.Load()
	if known != nil && known.schedule == v.Schedule && known.batches == v.Codes {
		return known
	}
	next := &doorway{schedule: v.Schedule, batches: v.Codes}
	if v.Known {
		next.calendar = r.doorways.calendars.Of(&v.Snapshot.Document)
		next.guards = len(next.calendar.Groups()) > 0
	}
	var err error
	if next.codes, err = r.Door.read(r.ID, v.Codes); err != nil {
		e.g.Log.Error("the batches of codes cannot be read: no code opens the door", zap.String("room", r.ID), zap.Error(err))
	}
	r.doorways.latest.Store(next)
	return next
}

// read makes the codes of a room's batches; nil: there are none.
func (d *Door) read(room, batches string) (*door.Codes, error) {
	if d.Keys == nil || batches == "" {
		return nil, nil
	}
	all, err := door.ParseBatches(batches)
	if err != nil {
		return nil, err
	}
	return door.NewCodes(d.Keys, room, all)
}

// comes is who may come at present. An opening whose time has come counts from then on, although the snapshot is of before: else its door
// would stand open for the first moment.
func (r *Room) comes(w *doorway) *doorNow {
	v, now := r.Line.View(), r.Line.Now()
	o, next, begun := &v.Snapshot.Opening, &v.Following, ""
	if o.Phase == queue.PhaseClosed || o.Phase == queue.PhaseLine {
		next = &v.Start
	}
	if at := numbersAt(next); at > 0 && at <= now {
		begun = next.Opening
	}
	known := w.now.Load()
	if known != nil && known.view == v && known.opening == begun {
		return known
	}
	known = &doorNow{view: v, opening: begun}
	if known.door = w.calendar.DoorNow(o, time.UnixMilli(now)); begun != "" {
		known.door = w.calendar.Door(begun)
	}
	if !known.door.Open() {
		known.everybody = r.comesAt(w, plan.Everybody)
	}
	w.now.Store(known)
	return known
}

// comesAt is when a group may come, by the plan; zero: nobody knows.
func (r *Room) comesAt(w *doorway, group string) time.Time {
	next, ok := w.calendar.Coming(group, r.now())
	if !ok {
		return time.Time{}
	}
	return next.Begins
}

// at is a time of the store in the room's zone; zero: none.
func (r *Room) at(ms int64) (t time.Time) {
	if ms > 0 {
		t = time.UnixMilli(ms).In(r.zones.of(r.Line.View().Schedule))
	}
	return t
}

// passDoor is what the door says to an arrival, before anything else is asked: its lane and code, or why it has to stay outside.
func (e *exchange) passDoor() (queue.Arrival, verdict) {
	w := e.doorway()
	if !w.guards {
		return queue.Arrival{}, verdict{}
	}
	outside := verdict{kind: challenge, answer: answerDoor}
	if e.carries == carriesPress && e.brought.text != "" && !e.knows(present) {
		e.ask(present)
	}
	switch {
	case e.knows(present) && e.entrance.news != web.DoorAsks:
		return queue.Arrival{}, outside
	case e.knows(present):
		return e.arrival, verdict{}
	case e.r.comes(w).door.Open():
		return queue.Arrival{}, verdict{}
	}
	if why := e.r.refusal(); why != queue.ReasonNone {
		e.joined = queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: why}}
		return queue.Arrival{}, e.turnedAway()
	}
	return queue.Arrival{}, outside
}

// doorPage is what the page at the door says.
func (e *exchange) doorPage() web.Door {
	r, w, to := e.r, e.doorway(), e.target()
	now := r.comes(w)
	page := web.Door{
		News: e.entrance.news, Next: e.entrance.next, Action: e.g.ownURL(r, e.v, "door", "", to), Free: now.door.Open(), Everybody: now.everybody,
		Stands: e.carries == carriesTicket, Back: to,
	}
	if page.Stands {
		page.Back = e.g.waitURL(r, e.v, to)
	}
	if page.Code = e.brought.text; e.brought.invitation {
		page.Code, page.Invitation = "", e.brought.text
	}
	for _, g := range now.door.Groups {
		if !page.Free {
			page.Groups = append(page.Groups, web.DoorGroup{Title: g.Title, Ask: g.Ask})
		}
	}
	page.Entry = r.firstEntry(page.Next, page.Everybody)
	page.Now, _ = r.clock()
	return page
}
