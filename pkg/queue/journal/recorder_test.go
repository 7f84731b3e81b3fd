package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// echo is a store that answers every entry alike, or with an error.
type echo struct {
	queue.Store
	err error
}

func (s echo) Join(_ context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	reply := queue.JoinReply{Now: start + 1}
	for i, id := range ids {
		reply.Places = append(reply.Places, queue.Joined{
			Standing: queue.Standing{State: waiting}, Place: queue.Place{Visitor: id, Epoch: epoch, Number: uint64(i + 1)},
		})
	}
	return reply, s.err
}

func (s echo) stand(n int) (queue.KeepReply, error) {
	reply := queue.KeepReply{Now: start + 2}
	for range n {
		reply.Standings = append(reply.Standings, queue.Standing{State: inside, Until: start + 9})
	}
	return reply, s.err
}

func (s echo) Keep(_ context.Context, b []queue.Beat) (queue.KeepReply, error) {
	return s.stand(len(b))
}

func (s echo) Claim(_ context.Context, p []queue.Place) (queue.KeepReply, error) {
	return s.stand(len(p))
}

func (s echo) Renew(_ context.Context, p []queue.Stay) (queue.KeepReply, error) {
	return s.stand(len(p))
}
func (s echo) Finish(context.Context, []queue.VisitorID) error { return s.err }
func (s echo) Leave(context.Context, []queue.VisitorID) error  { return s.err }
func (s echo) Restore(context.Context, queue.Watermark) error  { return s.err }
func (s echo) Snapshot(context.Context) (queue.Snapshot, error) {
	return queue.Snapshot{Now: start + 3, Epoch: epoch, Last: 7}, s.err
}

func (s echo) Advance(ctx context.Context, _ queue.Watermark) (queue.Snapshot, error) {
	return s.Snapshot(ctx)
}

func (s echo) Control(_ context.Context, c queue.Control) (queue.Control, error) {
	c.Version++
	return c, s.err
}

// playAll calls every verb once, with two visitors where it takes several.
func playAll(t *testing.T, s queue.Store) (errs []error) {
	ctx := t.Context()
	v := []queue.VisitorID{queue.VisitorID(visitor(1)), queue.VisitorID(visitor(2))}
	places := []queue.Place{{Visitor: v[0], Epoch: epoch, Number: 1}, {Visitor: v[1], Epoch: epoch, Number: 2}}
	note := func(_ any, err error) { errs = append(errs, err) }
	note(s.Join(ctx, v))
	note(s.Keep(ctx, []queue.Beat{{Place: places[0]}, {Place: places[1], Away: true}}))
	note(s.Claim(ctx, places))
	note(s.Renew(ctx, []queue.Stay{{Visitor: v[0]}, {Visitor: v[1]}}))
	note(nil, s.Finish(ctx, v))
	note(nil, s.Leave(ctx, v))
	note(s.Advance(ctx, queue.Watermark{}))
	note(s.Snapshot(ctx))
	note(s.Control(ctx, pace))
	note(nil, s.Restore(ctx, queue.Watermark{Epoch: epoch}))
	return errs
}

func kinds(events []journal.Event) (all []string) {
	for _, e := range events {
		all = append(all, fmt.Sprintf("%d %s%s", e.At-start, e.Kind, e.Verb))
	}
	return all
}

func TestTheRecorderWritesDownEveryAnswer(t *testing.T) {
	var events []journal.Event
	r := &journal.Recorder{Store: echo{}, Sink: func(e journal.Event) { events = append(events, e) }}
	for _, err := range playAll(t, r) {
		if err != nil {
			t.Error(err)
		}
	}
	r.Lost()
	want := []string{
		"1 join", "1 join", "2 keep", "2 keep", "2 claim", "2 claim", "2 renew", "2 renew", "2 finish", "2 finish", "2 leave",
		"2 leave", "3 frame", "3 frame", "3 control", "3 restore", "3 lose",
	}
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if e := events[3]; !e.Away || e.Visitor != visitor(2) || e.Number != 2 || e.Epoch != epoch || e.Until != start+9 {
		t.Errorf("second heartbeat: %+v", e)
	}
	if c := events[14].Control; c.Version != pace.Version+1 {
		t.Errorf("controls: %+v", c)
	}
}

func TestTheRecorderWritesDownWhatMayHaveHappened(t *testing.T) {
	var events []journal.Event
	r := &journal.Recorder{
		Store: echo{err: fmt.Errorf("time-out: %w", queue.ErrUnavailable)}, Sink: func(e journal.Event) { events = append(events, e) },
		Clock: func() int64 { return start + 5 },
	}
	playAll(t, r)
	want := []string{
		"5 uncertainjoin", "5 uncertainjoin", "5 uncertainkeep", "5 uncertainkeep", "5 uncertainclaim", "5 uncertainclaim",
		"5 uncertainrenew", "5 uncertainrenew", "5 uncertainfinish", "5 uncertainfinish", "5 uncertainleave",
		"5 uncertainleave", "5 uncertainframe", "5 control", "5 restore",
	}
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// refusing answers that every id is taken.
type refusing struct{ echo }

func (refusing) Join(_ context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	return queue.JoinReply{Now: start, Places: slices.Repeat([]queue.Joined{{Standing: queue.Standing{State: queue.StateTaken}}}, len(ids))}, nil
}

func TestAnIdThatIsTakenStandsInTheJournalWithoutAStateAsInEarlierReleases(t *testing.T) {
	var got journal.Event
	r := &journal.Recorder{Store: refusing{}, Sink: func(e journal.Event) { got = e }}
	if _, err := r.Join(t.Context(), []queue.VisitorID{queue.VisitorID(visitor(1))}); err != nil {
		t.Fatal(err)
	}
	if want := (journal.Event{At: start, Kind: journal.Join, Visitor: visitor(1)}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestTheRecorderWritesNothingWhereNothingHappened(t *testing.T) {
	for _, err := range []error{queue.ErrLost, queue.ErrInvalid, queue.ErrConflict, queue.ErrClosed} {
		var events []journal.Event
		r := &journal.Recorder{Store: echo{err: err}, Sink: func(e journal.Event) { events = append(events, e) }}
		for _, got := range playAll(t, r) {
			if !errors.Is(got, err) {
				t.Errorf("%v, want %v", got, err)
			}
		}
		if len(events) > 0 {
			t.Errorf("%v: %q", err, kinds(events))
		}
	}
}
