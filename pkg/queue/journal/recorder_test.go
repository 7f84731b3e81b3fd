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

func (s echo) Join(_ context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	reply := queue.JoinReply{Now: start + 1}
	for i, a := range arrivals {
		reply.Places = append(reply.Places, queue.Joined{
			Standing: queue.Standing{State: waiting}, Place: numbered(a.Visitor, uint64(i+1)),
		})
	}
	return reply, s.err
}

// numbered is a place with the order of its number.
func numbered(id queue.VisitorID, n uint64) queue.Place {
	return queue.Place{Visitor: id, Epoch: epoch, Number: n, Order: queue.OrderOf(epoch, n)}
}

func (s echo) stand(n int) (queue.KeepReply, error) {
	reply := queue.KeepReply{Now: start + 2}
	for range n {
		reply.Standings = append(reply.Standings, queue.Standing{State: inside, Until: start + 9})
	}
	return reply, s.err
}

func (s echo) Keep(_ context.Context, _ uint64, b []queue.Beat) (queue.KeepReply, error) {
	return s.stand(len(b))
}

func (s echo) Claim(_ context.Context, _ uint64, p []queue.Place) (queue.KeepReply, error) {
	return s.stand(len(p))
}

func (s echo) Renew(_ context.Context, p []queue.Stay) (queue.KeepReply, error) {
	return s.stand(len(p))
}

func (s echo) Report(context.Context, queue.Tally, []queue.Outcome) (queue.Reported, error) {
	return queue.Reported{}, s.err
}
func (s echo) Leave(context.Context, []queue.VisitorID) error { return s.err }
func (s echo) Restore(context.Context, queue.Watermark) error { return s.err }
func (s echo) Snapshot(context.Context) (queue.Snapshot, error) {
	return queue.Snapshot{Now: start + 3, Epoch: epoch, Last: 7}, s.err
}

func (s echo) Advance(ctx context.Context, _ queue.Watermark, _ queue.Sample, _ queue.Verdict) (queue.Snapshot, error) {
	return s.Snapshot(ctx)
}

func (s echo) Settle(_ context.Context, d queue.Document) (queue.Document, error) {
	d.Version++
	return d, s.err
}

func (s echo) Reveal(_ context.Context, _ string, seed [32]byte) ([32]byte, error) {
	return seed, s.err
}

func (s echo) Move(context.Context, queue.Move) (queue.Moved, error) {
	return queue.Moved{Standing: queue.Standing{State: spent, Reason: queue.ReasonMoved}}, s.err
}

// playAll calls every verb once, with two visitors where it takes several.
func playAll(t *testing.T, s queue.Store) (errs []error) {
	ctx := t.Context()
	v := []queue.VisitorID{queue.VisitorID(visitor(1)), queue.VisitorID(visitor(2))}
	places := []queue.Place{numbered(v[0], 1), numbered(v[1], 2)}
	places[0].Order = 77
	note := func(_ any, err error) { errs = append(errs, err) }
	note(s.Join(ctx, []queue.Arrival{{Visitor: v[0]}, {Visitor: v[1]}}))
	note(s.Keep(ctx, 4, []queue.Beat{{Place: places[0]}, {Place: places[1], Away: true}}))
	note(s.Claim(ctx, 4, places))
	note(s.Renew(ctx, []queue.Stay{{Visitor: v[0], Started: start - 9, At: start - 5}, {Visitor: v[1]}}))
	note(s.Report(ctx, queue.Tally{}, []queue.Outcome{
		{Kind: queue.Booked, Visitor: v[0], Count: 2, Ref: queue.Code(v[1])}, {Kind: queue.Finished, Visitor: v[0]},
	}))
	note(nil, s.Leave(ctx, v))
	note(s.Move(ctx, queue.Move{Act: queue.ActHand, Visitor: v[0], To: v[1], Ref: queue.Code(v[1])}))
	note(s.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{}))
	note(s.Snapshot(ctx))
	note(s.Settle(ctx, queue.Document{Version: 7}))
	note(s.Reveal(ctx, "eight", [32]byte{1}))
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
		"1 join", "1 join", "2 keep", "2 keep", "2 claim", "2 claim", "2 renew", "2 renew", "2 report", "2 finish", "2 leave",
		"2 leave", "2 move", "3 settle", "3 record", "3 frame", "3 frame", "3 settle", "3 reveal", "3 restore", "3 lose",
	}
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if e := events[3]; !e.Away || e.Visitor != visitor(2) || e.Number != 2 || e.Epoch != epoch || e.Until != start+9 {
		t.Errorf("second heartbeat: %+v", e)
	}
	if e := events[2]; e.Order != 77 || e.Mapping != 4 {
		t.Errorf("first heartbeat: %+v", e)
	}
	if e := events[6]; e.Started != start-9 || e.Told != start-5 {
		t.Errorf("first renewal: %+v", e)
	}
	if e := events[8]; *e.Report != (journal.Outcome{Kind: journal.OutcomeKind(queue.Booked), Count: 2, Ref: visitor(2)}) {
		t.Errorf("booking: %+v", e.Report)
	}
	if e := events[12]; e.Move.To != visitor(2) || e.Reason != journal.Reason(queue.ReasonMoved) {
		t.Errorf("hand-over: %+v, %+v", e, e.Move)
	}
	if d := events[17].Document; d.Version != 8 {
		t.Errorf("document: %+v", d)
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
		"5 uncertainrenew", "5 uncertainrenew", "5 uncertainreport", "5 uncertainreport", "5 uncertainleave",
		"5 uncertainleave", "5 uncertainmove", "5 uncertainmove", "5 uncertainframe", "5 uncertainsettle", "5 uncertainreveal", "5 restore",
	}
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// refusing answers that every id is taken.
type refusing struct{ echo }

func (refusing) Join(_ context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	return queue.JoinReply{Now: start, Places: slices.Repeat([]queue.Joined{{Standing: queue.Standing{State: queue.StateTaken}}}, len(arrivals))}, nil
}

func TestAnIdThatIsTakenStandsInTheJournalWithoutAStateAsInEarlierReleases(t *testing.T) {
	var got journal.Event
	r := &journal.Recorder{Store: refusing{}, Sink: func(e journal.Event) { got = e }}
	if _, err := r.Join(t.Context(), []queue.Arrival{{Visitor: queue.VisitorID(visitor(1))}}); err != nil {
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
