package desk

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// Line is what naming and keeping places needs of a room's line; *queue.Room is one.
type Line interface {
	View() *queue.View
	Now() int64
	Timing() queue.Timing
	Place(queue.Ticket) (p queue.Place, known bool)
	Glance(queue.Place) queue.Answer
	FindPlace(ctx context.Context, p queue.Place) (queue.Found, error)
	Arrive(queue.Arrival) (queue.Joined, error)
	Away(queue.Place)
	Leave(ctx context.Context, id queue.VisitorID) error
}

// Names says which number and code name a place, and which place they name. Safe for concurrent use.
type Names struct {
	line  Line
	codes *door.Places
	// epochs are those of which tickets have been seen, the latest first: what was given before a loss is named by them.
	epochs atomic.Pointer[[]uint64]
}

// NewNames names the places of a room.
func NewNames(source *token.Source, room string, line Line) (*Names, error) {
	codes, err := door.NewPlaces(source, room)
	if err != nil {
		return nil, err
	}
	return &Names{line: line, codes: codes}, nil
}

// Name is a number with its code.
type Name struct {
	Number uint64
	Code   string
	// Lot: the draw has not given the place its number yet, and this one counts the lots.
	Lot bool
}

// What a code is made of beside an order, which has 53 bits: so that the lane is known again by it, and that the code of a lot is none of
// the place that has drawn the same number.
const (
	laneBit = 53
	lotBit  = 1 << 56
)

func nameKey(order queue.Order, lane uint8, lot bool) uint64 {
	key := uint64(order) | uint64(lane)<<laneBit
	if lot {
		key |= lotBit
	}
	return key
}

// Of is the name of a place.
func (n *Names) Of(p queue.Place) Name {
	name := Name{Number: n.line.View().Number(&p)}
	if name.Lot = name.Number == 0; name.Lot {
		name.Number, p.Order = p.Number, queue.Ticket(p).OwnOrder()
	}
	name.Code = n.codes.Code(nameKey(p.Order, p.Lane, name.Lot), n.line.Now())
	return name
}

// mostEpochs bounds the epochs that are remembered: a line is seldom lost, and each ticket says its epoch again.
const mostEpochs = 32

// Saw notes the epoch of a ticket.
func (n *Names) Saw(epoch uint64) {
	for {
		old := n.epochs.Load()
		var known []uint64
		if old != nil {
			known = *old
		}
		if slices.Contains(known, epoch) {
			return
		}
		next := append([]uint64{epoch}, known...)
		slices.SortFunc(next, func(a, b uint64) int { return int(int64(b) - int64(a)) })
		next = next[:min(len(next), mostEpochs)]
		if !slices.Contains(next, epoch) || n.epochs.CompareAndSwap(old, &next) {
			return
		}
	}
}

// candidates are the places that a number may name.
func (n *Names) candidates(number uint64) (all []candidate) {
	f := &n.line.View().Snapshot
	epochs := []uint64{f.Epoch}
	if seen := n.epochs.Load(); seen != nil {
		for _, epoch := range *seen {
			if epoch != f.Epoch {
				epochs = append(epochs, epoch)
			}
		}
	}
	for _, epoch := range epochs {
		t := queue.Ticket{Epoch: epoch, Number: number}
		all = append(all, candidate{t, nameKey(t.OwnOrder(), 0, false)}, candidate{t, nameKey(t.OwnOrder(), 0, true)})
	}
	for i := range f.Opening.Draws {
		d := &f.Opening.Draws[i]
		if len(d.Segments) == 0 {
			continue
		}
		// The order of a number that was drawn is the one that it would have by itself where the lobby began, and its ticket says so.
		t := queue.Ticket{Epoch: d.Segments[0].Epoch, Number: number}
		if t.Order = t.OwnOrder(); d.Known && d.Holds(t.Order) {
			all = append([]candidate{{t, nameKey(t.Order, 0, false)}}, all...)
		}
	}
	return all
}

type candidate struct {
	ticket queue.Ticket
	key    uint64
}

// Find is the ticket, without its visitor, of the place that a number and a code name: door.ErrTypo, or door.ErrWrong. It makes no store call.
func (n *Names) Find(number uint64, code string) (queue.Ticket, error) {
	if number == 0 || number > queue.MaxNumber {
		return queue.Ticket{}, door.ErrWrong
	}
	for _, c := range n.candidates(number) {
		for lane := range uint8(queue.Lanes) {
			err := n.codes.Check(c.key|uint64(lane)<<laneBit, code, n.line.Now())
			if errors.Is(err, door.ErrTypo) {
				return queue.Ticket{}, err
			}
			if err == nil {
				c.ticket.Lane = lane
				return c.ticket, nil
			}
		}
	}
	return queue.Ticket{}, door.ErrWrong
}

// Where is where a place stands, and whose it is. In a lobby it is nobody's that the store would know. queue.ErrUnknown: the store does not
// know it now, as long as it has not come back after a loss.
func (n *Names) Where(ctx context.Context, p queue.Place) (queue.Answer, queue.VisitorID, error) {
	if p.Visitor == (queue.VisitorID{}) {
		p.Visitor[0] = 1 // whose it is, the store says
	}
	a := n.line.Glance(p)
	if a.State == queue.StateLobby {
		return a, queue.VisitorID{}, nil
	}
	found, err := n.line.FindPlace(ctx, p)
	if err != nil {
		return a, queue.VisitorID{}, err
	}
	if found.State != queue.StateWaiting || a.State != queue.StateWaiting {
		a.State, a.Reason, a.Until = found.State, found.Reason, found.Until
	}
	return a, found.Visitor, nil
}
