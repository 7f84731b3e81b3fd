package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
)

var (
	// ErrFull means that a desk keeps as many places as it can.
	ErrFull = errors.New("the desk keeps as many places as it can")
	// ErrNotKept means that a place could not be written down. It was given up again.
	ErrNotKept = errors.New("the place could not be written down and was given up")
)

// Refused is why there is no place to be had.
type Refused struct{ Reason queue.Reason }

func (r *Refused) Error() string {
	switch r.Reason {
	case queue.ReasonLimit:
		return "no place is given: as many wait as may"
	case queue.ReasonSoldOut:
		return "no place is given: everything is booked"
	case queue.ReasonCode:
		return "no place is given: the code was used by others"
	default:
		return "no place is given: the line is closed"
	}
}

// maxPlaces bounds a desk.
const maxPlaces = 10_000

// Desk keeps the places that staff have taken in one room at this gateway. Make one with Open.
type Desk struct {
	room  string
	path  string // "": in memory alone
	line  Line
	names *Names
	log   *zap.Logger

	mu     sync.Mutex
	places []entry // in the order in which they were taken
	failed bool    // the file could not be written

	looked
}

// Open opens the desk of a room. What it kept is in the file; an empty path is no file. A damaged one is set aside, as the state of the line is: the
// line goes on, and number and code still name its places. One of another release or room is left alone and is an error.
func Open(room, path string, line Line, names *Names, log *zap.Logger) (*Desk, error) {
	d := &Desk{room: room, path: path, line: line, names: names, log: log}
	if err := d.readFile(); err != nil {
		return nil, fmt.Errorf("places taken by telephone: %w", err)
	}
	for i := range d.places {
		names.Saw(d.places[i].Epoch)
	}
	kept := d.places
	names.kept.Store(&kept)
	return d, nil
}

func (d *Desk) readFile() (err error) {
	if d.path == "" {
		return nil
	}
	d.places, err = read(d.path, d.room)
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	aside, asideErr := setAside(d.path, time.UnixMilli(d.line.Now()))
	if asideErr != nil {
		return errors.Join(err, asideErr)
	}
	d.log.Error("the list of places taken by telephone is damaged and was set aside", zap.String("kept", aside), zap.Error(err))
	return nil
}

// Check is Open for a look: whether the file can be read. ErrDamaged: Open sets it aside.
func Check(room, path string) error {
	_, err := read(path, room)
	return err
}

// Taken is a place of a desk.
type Taken struct {
	Ticket queue.Ticket
	At     time.Time
}

// Take takes a place. It is written down before Take returns. A *Refused, ErrFull, ErrNotKept or an error of the store: there is none.
func (d *Desk) Take(ctx context.Context, a queue.Arrival) (Taken, error) {
	d.mu.Lock()
	full := len(d.places) >= maxPlaces
	d.mu.Unlock()
	if full {
		return Taken{}, ErrFull
	}
	j, err := d.line.Arrive(a)
	switch {
	case err != nil:
		return Taken{}, err
	case j.State == queue.StateRefused:
		return Taken{}, &Refused{j.Reason}
	case j.Place.Number == 0:
		// Let in without a number while the store is away: nothing names such a stay.
		return Taken{}, errors.Join(queue.ErrUnavailable, d.line.Leave(ctx, j.Place.Visitor))
	}
	p, now := j.Place, d.line.Now()
	if j.State == queue.StateWaiting {
		d.line.Away(p)
	}
	e := entry{Visitor: visitorText(p.Visitor), Epoch: p.Epoch, Number: p.Number, Lane: p.Lane, Taken: now, Renewed: now}
	if err := d.add(e); err != nil {
		return Taken{}, errors.Join(ErrNotKept, err, d.line.Leave(ctx, p.Visitor))
	}
	d.names.Saw(p.Epoch)
	return e.taken(), nil
}

func (e *entry) taken() Taken { return Taken{e.ticket(), time.UnixMilli(e.Taken)} }

func (d *Desk) add(e entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keep(append(slices.Clip(d.places), e))
}

// keep writes the places down and takes them over. The lock is held.
func (d *Desk) keep(places []entry) error {
	if d.path != "" {
		if err := write(d.path, d.room, places); err != nil {
			return err
		}
	}
	d.places = places
	d.names.kept.Store(&places)
	return nil
}

// List is all places, in the order in which they were taken.
func (d *Desk) List() []Taken {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Taken, len(d.places))
	for i := range d.places {
		all[i] = d.places[i].taken()
	}
	return all
}

// Has is the place of the desk that a ticket without a visitor is of.
func (d *Desk) Has(t queue.Ticket) (Taken, bool) {
	p, _ := d.line.Place(t)
	for _, one := range d.List() {
		if q, _ := d.line.Place(one.Ticket); q.Order == p.Order && q.Lane == p.Lane {
			return one, true
		}
	}
	return Taken{}, false
}

// Drop lets go of the place of a visitor, if the desk has it. Where that cannot be written, the next look finds that the place has ended.
func (d *Desk) Drop(id queue.VisitorID) {
	d.mu.Lock()
	has := slices.ContainsFunc(d.places, func(e entry) bool { return e.Visitor == visitorText(id) })
	d.mu.Unlock()
	if !has {
		return
	}
	_ = d.update(map[visitorText]bool{visitorText(id): true}, nil, 0)
}
