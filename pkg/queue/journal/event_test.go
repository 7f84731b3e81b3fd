package journal_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func TestEventsSurviveJSON(t *testing.T) {
	s := new(script).join(0, 1).snapshot(10, 1, 1).claim(20, 1, inside, 20+idle).away(30, 2).
		add(journal.Event{At: 40, Kind: journal.Settle, Document: &queue.Document{Version: 3, Timing: queue.DefaultTiming()}}).
		add(journal.Event{At: 45, Kind: journal.Report, Visitor: visitor(2), Report: &journal.Outcome{
			Kind: journal.OutcomeKind(queue.Booked), Count: 2, Ref: visitor(9),
		}}).
		add(journal.Event{At: 46, Kind: journal.Moved, Visitor: visitor(2), Reason: journal.Reason(queue.ReasonMoved), Move: &journal.Move{
			Act: journal.Act(queue.ActHand), Ref: visitor(9), To: visitor(8),
		}}).
		add(journal.Event{At: 47, Kind: journal.Step, Step: &journal.Stepped{Opening: "eight", Rank: 2, Cursor: 7}}).
		add(journal.Event{At: 48, Kind: journal.Freeze, Draw: &queue.Draw{Opening: "eight", N: 7, Segments: []queue.Segment{{Epoch: 1}}}}).
		add(journal.Event{At: 49, Kind: journal.Record, Record: &queue.Opening{Name: "eight", Phase: queue.PhaseDrawing}}).
		add(journal.Event{At: 50, Kind: journal.Restore, Watermark: &queue.Watermark{Epoch: epoch, Ceiling: 7}}).
		add(journal.Event{At: 60, Kind: journal.Uncertain, Verb: journal.Join, Visitor: visitor(3)}).
		add(journal.Event{At: 70, Kind: journal.Shown, Visitor: visitor(2), Epoch: epoch, Number: 2, Ahead: 1}).
		add(journal.Event{At: 80, Kind: journal.Lose})
	for _, e := range *s {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back journal.Event
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if !reflect.DeepEqual(back, e) {
			t.Errorf("%s: %+v came back as %+v", line, e, back)
		}
	}
}

func TestAnEventReadsLikeWhatHappened(t *testing.T) {
	line, err := json.Marshal((*new(script).claim(20, 1, inside, 30))[0])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"at":1800000000020,"kind":"claim","visitor":"AQABAAAAAAAAAAAAAAAAAA","epoch":32774400,"number":1,` +
		`"state":"inside","until":1800000000030}`
	if string(line) != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	line, err = json.Marshal(journal.Event{At: 5, Kind: journal.Lose})
	if err != nil || string(line) != `{"at":5,"kind":"lose"}` {
		t.Errorf("%s, %v", line, err)
	}
}

func TestEventsOfUnknownStatesAndVisitorsAreRefused(t *testing.T) {
	for _, line := range []string{
		`{"state":"gone"}`, `{"reason":"none"}`, `{"frame":{"phase":"noon"}}`, `{"outcome":{"kind":"lost"}}`, `{"act":{"act":"jump"}}`, `{"visitor":"short"}`, `{"visitor":"` + strings.Repeat("!", 22) + `"}`,
	} {
		var e journal.Event
		if err := json.Unmarshal([]byte(line), &e); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
