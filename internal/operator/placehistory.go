package operator

import (
	"context"
	"errors"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// PlaceHistory is the act of the record by which somebody looks at what became of a place.
const PlaceHistory = "history"

// ErrNoJournal means that the gateway writes no journal.
var ErrNoJournal = errors.New("no journal is written: journal.dir is not set, so nothing tells what became of a place")

// PlaceStep is something that was answered about a place, once or several times in a row.
type PlaceStep struct {
	// At and Until are when, first and last, by the clock of the store; Times is how often.
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Times int64     `json:"times"`
	// What is the kind of answer: join (a number was given), keep (the page asked), claim (it went in at its turn), renew (a request inside), finish,
	// leave, report (something was booked or given back), move (an operator, or another browser that took it over), or uncertain (a
	// request whose answer was lost).
	What journal.Kind `json:"what"`
	// State is where the place stood then, and Reason says more of some states; absent: the answer did not say.
	State  string         `json:"state,omitempty"`
	Reason journal.Reason `json:"reason,omitempty"`
	// Act is what a move did.
	Act *journal.Act `json:"act,omitempty"`
	// Away: nobody was there when the page was asked about.
	Away bool `json:"away,omitempty"`
}

// PlaceTold is what the journals tell of a place.
type PlaceTold struct {
	ID     string `json:"id"`
	Number uint64 `json:"number"`
	Code   string `json:"code"`
	Lot    bool   `json:"lot,omitempty"`
	// State is where it stands now, as PlaceInfo has it.
	State string `json:"state"`
	// Steps are what happened, the first first; never nil. Empty: the journals that there are tell nothing of it.
	Steps []PlaceStep `json:"steps"`
	// Gateways is how many share the line: journals that others write elsewhere are not read.
	Gateways int64 `json:"gateways"`
}

// PlaceHistory tells what the journals of this gateway have about a place, for the principal in ctx. Errors are those of ActOnPlace and
// ErrNoJournal. It is recorded, without the code, whatever comes of it.
func (s *Service) PlaceHistory(ctx context.Context, id string, a PlaceAct) (told PlaceTold, err error) {
	defer func() { s.writePlace(ctx, id, PlaceHistory, a.Number, a.Reason, err) }()
	err = s.withPlaces(ctx, id, &a, a.Reason, a.problems(PlaceHistory), func(r *Room) error {
		if r.Journals == nil {
			return ErrNoJournal
		}
		t, err := r.named(a.Number, a.Code)
		if err != nil {
			return err
		}
		info := r.placeInfo(ctx, t)
		told = PlaceTold{ID: r.ID, Number: info.Number, Code: info.Code, Lot: info.Lot, State: info.State, Gateways: max(1, r.Line.View().Snapshot.Gateways)}
		paths, err := r.Journals()
		if err != nil {
			return err
		}
		p, _ := r.Places.Line.Place(t)
		if info.Lot {
			p.Order = t.OwnOrder()
		}
		events, err := journal.Trace(ctx, paths, p, info.Lot)
		told.Steps = stepsOf(events)
		return err
	})
	if err != nil {
		told = PlaceTold{}
	}
	return told, err
}

// stepsOf makes one step of answers in a row that say the same.
func stepsOf(events []journal.Event) []PlaceStep {
	steps := []PlaceStep{}
	for i := range events {
		next := stepOf(&events[i])
		if n := len(steps); n > 0 && next.saysWhat(&steps[n-1]) {
			steps[n-1].Until = next.Until
			steps[n-1].Times++
			continue
		}
		steps = append(steps, next)
	}
	return steps
}

func stepOf(e *journal.Event) PlaceStep {
	at := time.UnixMilli(e.At).UTC()
	s := PlaceStep{At: at, Until: at, Times: 1, What: e.Kind, Reason: e.Reason, Away: e.Away}
	if state := queue.State(e.State); state != queue.StateUnknown {
		s.State = state.String()
	}
	if e.Move != nil {
		s.Act = &e.Move.Act
	}
	return s
}

// saysWhat reports whether a step says nothing else than another one.
func (s *PlaceStep) saysWhat(other *PlaceStep) bool {
	return s.What == other.What && s.State == other.State && s.Reason == other.Reason && s.Away == other.Away && s.Act == nil && other.Act == nil
}
