package lent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Args are those of one verb. The types of the calls are exported for net/rpc.
type Args[T any] struct {
	Room string
	// Within is the caller's time limit; 0: it has none.
	Within time.Duration
	Values T
}

// Reply is the answer to a verb: Kind is empty, or the name of the error of pkg/queue and Text what it says.
type Reply[T any] struct {
	Kind, Text string
	Values     T
}

// Serve answers the calls of conn with the stores of rooms, until it ends; it closes conn. A verb of a room that is not there answers
// queue.ErrUnavailable.
func Serve(conn io.ReadWriteCloser, room func(id string) queue.Store) error {
	server := rpc.NewServer()
	if err := server.RegisterName(service, &lines{room}); err != nil {
		return fmt.Errorf("lend lines: %w", err)
	}
	server.ServeConn(conn)
	return nil
}

// service is the name of the calls.
const service = "Lines"

// kinds are the errors that callers tell apart, by the names that they travel by.
var kinds = []struct {
	name string
	err  error
}{
	{"lost", queue.ErrLost},
	{"conflict", queue.ErrConflict},
	{"invalid", queue.ErrInvalid},
	{"format", queue.ErrFormat},
	{"unknown", queue.ErrUnknown},
	{"closed", queue.ErrClosed},
	{"unavailable", queue.ErrUnavailable},
}

func kindOf(err error) string {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.name
		}
	}
	return "unavailable"
}

// lines are what can be called.
type lines struct{ room func(id string) queue.Store }

// do runs a verb on a room's store.
func do[A, R any](l *lines, args *Args[A], reply *Reply[R], verb func(context.Context, queue.Store, A) (R, error)) error {
	ctx := context.Background()
	if args.Within != 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, args.Within)
		defer cancel()
	}
	store := l.room(args.Room)
	if store == nil {
		reply.Kind, reply.Text = kindOf(queue.ErrUnavailable), "room "+args.Room+" is not there"
		return nil
	}
	values, err := verb(ctx, store, args.Values)
	reply.Values = values
	if err != nil {
		reply.Kind, reply.Text = kindOf(err), err.Error()
	}
	return nil
}

// None is nothing, as the values of a verb.
type None struct{ Nothing bool }

// Asked, Told, Ticked and Revealed are the values of verbs that take several.
type (
	Asked[T any] struct {
		Mapping uint64
		Entries []T
	}
	Told struct {
		Teller   queue.Tally
		Outcomes []queue.Outcome
	}
	Ticked struct {
		Watermark queue.Watermark
		Sample    queue.Sample
		Verdict   queue.Verdict
	}
	Revealed struct {
		Opening string
		Seed    [32]byte
	}
)

// Join and those below are the verbs of queue.Store.
func (l *lines) Join(a *Args[[]queue.Arrival], r *Reply[queue.JoinReply]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v []queue.Arrival) (queue.JoinReply, error) {
		return s.Join(ctx, v)
	})
}

func (l *lines) Keep(a *Args[Asked[queue.Beat]], r *Reply[queue.KeepReply]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v Asked[queue.Beat]) (queue.KeepReply, error) {
		return s.Keep(ctx, v.Mapping, v.Entries)
	})
}

func (l *lines) Claim(a *Args[Asked[queue.Place]], r *Reply[queue.KeepReply]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v Asked[queue.Place]) (queue.KeepReply, error) {
		return s.Claim(ctx, v.Mapping, v.Entries)
	})
}

func (l *lines) Renew(a *Args[[]queue.Stay], r *Reply[queue.KeepReply]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v []queue.Stay) (queue.KeepReply, error) {
		return s.Renew(ctx, v)
	})
}

func (l *lines) Report(a *Args[Told], r *Reply[queue.Reported]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v Told) (queue.Reported, error) {
		return s.Report(ctx, v.Teller, v.Outcomes)
	})
}

func (l *lines) Leave(a *Args[[]queue.VisitorID], r *Reply[None]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v []queue.VisitorID) (None, error) {
		return None{}, s.Leave(ctx, v)
	})
}

func (l *lines) Find(a *Args[queue.Order], r *Reply[queue.Found]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v queue.Order) (queue.Found, error) { return s.Find(ctx, v) })
}

func (l *lines) Move(a *Args[queue.Move], r *Reply[queue.Moved]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v queue.Move) (queue.Moved, error) { return s.Move(ctx, v) })
}

func (l *lines) Advance(a *Args[Ticked], r *Reply[queue.Snapshot]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v Ticked) (queue.Snapshot, error) {
		return s.Advance(ctx, v.Watermark, v.Sample, v.Verdict)
	})
}

func (l *lines) Settle(a *Args[queue.Document], r *Reply[queue.Document]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v queue.Document) (queue.Document, error) {
		return s.Settle(ctx, v)
	})
}

func (l *lines) Reveal(a *Args[Revealed], r *Reply[[32]byte]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v Revealed) ([32]byte, error) {
		return s.Reveal(ctx, v.Opening, v.Seed)
	})
}

func (l *lines) Snapshot(a *Args[None], r *Reply[queue.Snapshot]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, _ None) (queue.Snapshot, error) { return s.Snapshot(ctx) })
}

func (l *lines) Restore(a *Args[queue.Watermark], r *Reply[None]) error {
	return do(l, a, r, func(ctx context.Context, s queue.Store, v queue.Watermark) (None, error) {
		return None{}, s.Restore(ctx, v)
	})
}
