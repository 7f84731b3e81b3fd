package lent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Client calls the lines of another process. Safe for concurrent use.
type Client struct{ calls *rpc.Client }

// NewClient makes a client of a connection whose other end is given to Serve. Close closes the connection.
func NewClient(conn io.ReadWriteCloser) *Client { return &Client{rpc.NewClient(conn)} }

// Close ends all calls with queue.ErrUnavailable.
func (c *Client) Close() error { return c.calls.Close() }

// Store is the line of a room. Closing it does not close the client, nor the store of the other process.
func (c *Client) Store(room string) *Store { return &Store{client: c, room: room} }

// Store is a room's line in another process. Make one with Client.Store. Safe for concurrent use.
type Store struct {
	client *Client
	room   string
	closed atomic.Bool
}

var _ queue.Store = (*Store)(nil)

// call runs a verb there.
func call[A, R any](ctx context.Context, s *Store, verb string, values A) (R, error) {
	var reply Reply[R]
	if s.closed.Load() {
		return reply.Values, fmt.Errorf("%s: %w", verb, queue.ErrClosed)
	}
	args := &Args[A]{Room: s.room, Values: values}
	if until, bounded := ctx.Deadline(); bounded {
		args.Within = max(time.Until(until), 1)
	}
	if ctx.Err() != nil {
		return reply.Values, unavailable(verb, ctx.Err())
	}
	under := s.client.calls.Go(service+"."+verb, args, &reply, make(chan *rpc.Call, 1))
	select {
	case <-under.Done:
	case <-ctx.Done():
		var none R // reply may be written yet
		return none, unavailable(verb, ctx.Err())
	}
	if under.Error != nil {
		return reply.Values, unavailable(verb, under.Error)
	}
	for _, k := range kinds {
		if reply.Kind == k.name {
			return reply.Values, &refused{reply.Text, k.err}
		}
	}
	if reply.Kind != "" {
		return reply.Values, unavailable(verb, errors.New(reply.Text))
	}
	return reply.Values, nil
}

func unavailable(verb string, err error) error {
	return fmt.Errorf("%s: %w: %w", verb, queue.ErrUnavailable, err)
}

// refused is an error of the other process, with its words.
type refused struct {
	text string
	kind error
}

func (r *refused) Error() string { return r.text }
func (r *refused) Unwrap() error { return r.kind }

// Join implements queue.Store, as do those below.
func (s *Store) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	return call[[]queue.Arrival, queue.JoinReply](ctx, s, "Join", arrivals)
}

// Keep implements queue.Store.
func (s *Store) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	return call[Asked[queue.Beat], queue.KeepReply](ctx, s, "Keep", Asked[queue.Beat]{mapping, beats})
}

// Claim implements queue.Store.
func (s *Store) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	return call[Asked[queue.Place], queue.KeepReply](ctx, s, "Claim", Asked[queue.Place]{mapping, places})
}

// Renew implements queue.Store.
func (s *Store) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return call[[]queue.Stay, queue.KeepReply](ctx, s, "Renew", stays)
}

// Report implements queue.Store.
func (s *Store) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	return call[Told, queue.Reported](ctx, s, "Report", Told{teller, outcomes})
}

// Leave implements queue.Store.
func (s *Store) Leave(ctx context.Context, ids []queue.VisitorID) error {
	_, err := call[[]queue.VisitorID, None](ctx, s, "Leave", ids)
	return err
}

// Find implements queue.Store.
func (s *Store) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	return call[queue.Order, queue.Found](ctx, s, "Find", o)
}

// Move implements queue.Store.
func (s *Store) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	return call[queue.Move, queue.Moved](ctx, s, "Move", m)
}

// Advance implements queue.Store.
func (s *Store) Advance(ctx context.Context, m queue.Watermark, sample queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return call[Ticked, queue.Snapshot](ctx, s, "Advance", Ticked{m, sample, v})
}

// Settle implements queue.Store.
func (s *Store) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	return call[queue.Document, queue.Document](ctx, s, "Settle", d)
}

// Reveal implements queue.Store.
func (s *Store) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	return call[Revealed, [32]byte](ctx, s, "Reveal", Revealed{opening, seed})
}

// Snapshot implements queue.Store.
func (s *Store) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	return call[None, queue.Snapshot](ctx, s, "Snapshot", None{})
}

// Restore implements queue.Store.
func (s *Store) Restore(ctx context.Context, m queue.Watermark) error {
	_, err := call[queue.Watermark, None](ctx, s, "Restore", m)
	return err
}

// Close implements queue.Store.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}
