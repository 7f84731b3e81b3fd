package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// traced writes events into the journals of two processes, every other into each, and traces a place in them.
func traced(t *testing.T, events []journal.Event, p queue.Place, lobby bool) []journal.Event {
	t.Helper()
	dir := t.TempDir()
	var files [2]*journal.File
	for i := range files {
		var err error
		if files[i], err = journal.Create(dir, "termine", false, time.UnixMilli(int64(1000+i)), func(err error) { t.Error(err) }); err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range events {
		f := files[i%2]
		f.End(f.Begin(journal.Event{Kind: e.Kind, At: e.At}, []queue.VisitorID{queue.VisitorID(e.Visitor)}), []journal.Event{e})
	}
	paths, err := journal.Find(dir, "termine")
	if err != nil || len(paths) != 2 {
		t.Fatal(paths, err)
	}
	broken := filepath.Join(dir, "termine-empty.jsonl")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := journal.Trace(t.Context(), append(paths, broken, filepath.Join(dir, "gone.jsonl")), p, lobby)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := journal.Trace(ended, paths, p, lobby); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
	return all
}

func kindsOf(all []journal.Event) (text string) {
	for _, e := range all {
		text += string(e.Kind) + " "
	}
	return text
}

func TestATraceHasWhatWasAnsweredAboutOnePlaceAlone(t *testing.T) {
	a, b, c := journal.ID{1}, journal.ID{2}, journal.ID{3}
	waiting, inside := journal.State(queue.StateWaiting), journal.State(queue.StateInside)
	events := []journal.Event{
		{At: 10, Kind: journal.Join, Visitor: a, Epoch: 1, Number: 3, State: waiting}, // another place, before
		{At: 20, Kind: journal.Leave, Visitor: a},
		{At: 30, Kind: journal.Join, Visitor: a, Epoch: 1, Number: 7, State: waiting},
		{At: 31, Kind: journal.Join, Visitor: c, Epoch: 1, Number: 70, State: waiting},
		{At: 40, Kind: journal.Keep, Visitor: a, Epoch: 1, Number: 7, State: waiting},
		{At: 50, Kind: journal.Moved, Visitor: a, Move: &journal.Move{Act: journal.Act(queue.ActHand), To: b}},
		{At: 60, Kind: journal.Keep, Visitor: c, Epoch: 1, Number: 70, State: waiting},
		{At: 70, Kind: journal.Claim, Visitor: b, Epoch: 1, Number: 7, State: inside},
		{At: 80, Kind: journal.Renew, Visitor: b, State: inside},
		{At: 81, Kind: journal.Renew, Visitor: c, State: inside},
		{At: 90, Kind: journal.Finish, Visitor: b},
		{At: 95, Kind: journal.Join, Visitor: b, Epoch: 1, Number: 90, State: waiting}, // another place, afterwards
		{At: 96, Kind: journal.Keep, Visitor: b, Epoch: 1, Number: 90, State: waiting},
	}
	p := queue.Place{Epoch: 1, Number: 7, Order: queue.OrderOf(1, 7)}
	got := traced(t, events, p, false)
	if is := kindsOf(got); is != "join keep move claim renew finish " {
		t.Errorf("%s", is)
	}
	for i := 1; i < len(got); i++ {
		if got[i].At < got[i-1].At {
			t.Errorf("%+v stands behind %+v", got[i], got[i-1])
		}
	}
	if all := traced(t, events, queue.Place{Epoch: 1, Number: 8, Order: queue.OrderOf(1, 8)}, false); len(all) != 0 {
		t.Errorf("a number that nobody has: %+v", all)
	}
}

// Who has drawn a place had another number before, which somebody else may have drawn.
func TestATraceFollowsAPlaceThroughADraw(t *testing.T) {
	a, b := journal.ID{1}, journal.ID{2}
	lobby, waiting := journal.State(queue.StateLobby), journal.State(queue.StateWaiting)
	one, two := queue.OrderOf(1, 1), queue.OrderOf(1, 2)
	events := []journal.Event{
		{At: 10, Kind: journal.Join, Visitor: a, Epoch: 1, Number: 1, State: lobby},
		{At: 11, Kind: journal.Join, Visitor: b, Epoch: 1, Number: 2, State: lobby},
		{At: 20, Kind: journal.Keep, Visitor: a, Epoch: 1, Number: 1, Order: two, State: waiting},
		{At: 21, Kind: journal.Keep, Visitor: b, Epoch: 1, Number: 2, Order: one, State: waiting},
	}
	got := traced(t, events, queue.Place{Epoch: 1, Number: 2, Order: two}, false)
	if len(got) != 2 || got[0].Visitor != a || got[1].Visitor != a || got[0].At != 10 {
		t.Errorf("the second place, which the first of the lobby has drawn: %+v", got)
	}
	got = traced(t, events, queue.Place{Epoch: 1, Number: 2, Order: two}, true)
	if len(got) != 2 || got[0].Visitor != b || got[0].At != 11 {
		t.Errorf("the second number of the lobby: %+v", got)
	}
}
