package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// agreed does an act, and confirms what it asks.
func agreed[T any](do func(code string) (T, error)) (T, error) {
	got, err := do("")
	var asks *operator.ConfirmError
	if errors.As(err, &asks) {
		return do(asks.Code)
	}
	return got, err
}

func (h *house) revoke(asked operator.CodesRevoked) (operator.CodesInfo, error) {
	return agreed(func(code string) (operator.CodesInfo, error) {
		asked.Confirm = code
		return h.RevokeCodes(h.as(staff), "termine", asked)
	})
}

func (h *house) mode(word operator.ModeWord, code string) (operator.ModeInfo, error) {
	return h.SetMode(h.as(staff), "termine", operator.ModeAct{Mode: word, Because: operator.Because{Reason: "Probe"}, Confirmed: operator.Confirmed{Confirm: code}})
}

// come lets n people come, who wait.
func (h *house) come(n int) {
	h.t.Helper()
	for range n {
		if j, err := h.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateWaiting {
			h.t.Fatalf("%+v, %v", j, err)
		}
	}
	h.tick()
}

// asks holds an act to what it asks, and gives its code.
func asks(t *testing.T, err error, kind operator.EffectKind, count int64, says string) string {
	t.Helper()
	var e *operator.ConfirmError
	if !errors.As(err, &e) || !errors.Is(err, operator.ErrConfirm) {
		t.Fatalf("%v", err)
	}
	if e.Kind != kind || e.Count != count || !strings.Contains(e.Effect, says) || e.Code == "" {
		t.Errorf("it asks %+v", e)
	}
	return e.Code
}

func TestEachWordOfAModeIsOneChange(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		word operator.ModeWord
		mode queue.Mode
		door string
	}{
		{operator.WordPause, queue.ModePause, queue.DoorOpen},
		{operator.WordClose, queue.ModePause, queue.DoorClosed},
		{operator.WordRun, queue.ModeRun, queue.DoorOpen},
		{operator.WordDrain, queue.ModeRun, queue.DoorClosed},
		{operator.WordPause, queue.ModePause, queue.DoorClosed},
		{operator.WordOpen, queue.ModeOpen, queue.DoorClosed},
		{operator.WordClose, queue.ModeRun, queue.DoorClosed},
		{operator.WordRun, queue.ModeRun, queue.DoorOpen},
	} {
		before := h.room.View().Snapshot.Document.Version
		info, err := agreed(func(code string) (operator.ModeInfo, error) { return h.mode(c.word, code) })
		if err != nil || info.Mode != c.mode || info.Door != c.door || info.Version != before+1 {
			t.Errorf("%s: %s, door %s, version %d after %d, %v", c.word, info.Mode, info.Door, info.Version, before, err)
		}
		h.tick()
		h.tick()
		if d := h.room.View().Snapshot.Document; d.Pace.Mode != c.mode || d.DoorState() != c.door {
			t.Errorf("%s in force: %s, door %s", c.word, d.Pace.Mode, d.DoorState())
		}
	}
	if _, err := h.mode("shut", ""); !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), "want one of run, pause, close, drain, open") {
		t.Error(err)
	}
	if _, err := h.SetMode(h.as(viewer), "termine", operator.ModeAct{Mode: operator.WordPause}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Error(err)
	}
}

func TestTheAnswerToADrainSaysHowManyAreStillToBeServed(t *testing.T) {
	h := newHouse(t)
	h.come(7)
	info, err := agreed(func(code string) (operator.ModeInfo, error) { return h.mode(operator.WordDrain, code) })
	if f := h.room.View().Snapshot; err != nil || info.ToServe != f.Waiting+f.Calls+f.Live || info.ToServe != 7 {
		t.Errorf("%d, %v", info.ToServe, err)
	}
}

// A confirmation is for one act in one room and about as many people, for some minutes.
func TestAConfirmationIsForWhatWasAskedAlone(t *testing.T) {
	h := newHouse(t)
	h.come(7)
	_, err := h.mode(operator.WordOpen, "")
	code := asks(t, err, operator.EffectOpenAll, 7, "so do the 7 people who wait")
	if h.logs.Len() != 0 {
		t.Errorf("the question is recorded: %v", h.logs.All())
	}
	if d := h.room.View().Snapshot.Document; d.Pace.Mode != queue.ModeRun {
		t.Fatal("it was done at once")
	}
	for _, wrong := range []string{"yes", "7", "7-", "8" + code[1:], code + "0", "-" + code, strings.Replace(code, "7-", "-7-", 1)} {
		_, err := h.mode(operator.WordOpen, wrong)
		asks(t, err, operator.EffectOpenAll, 7, "")
	}
	_, err = h.EndStays(h.as(staff), "termine", operator.StaysEnd{All: true, Because: operator.Because{Reason: "x"}, Confirmed: operator.Confirmed{Confirm: code}})
	asks(t, err, operator.EffectStaysEnd, 0, "0 people inside lose their stay")
	h.come(13) // more than half as many more, and ten
	h.tick()
	if _, err := h.mode(operator.WordOpen, code); err != nil {
		t.Errorf("a line that has grown a little: %v", err)
	}
	if _, err := h.mode(operator.WordRun, ""); err != nil {
		t.Fatal(err)
	}
	h.tick()
	h.come(1)
	_, err = h.mode(operator.WordOpen, code)
	code = asks(t, err, operator.EffectOpenAll, 21, "")
	h.now.Add((11 * time.Minute).Milliseconds())
	h.tick()
	if _, err = h.mode(operator.WordOpen, code); !errors.Is(err, operator.ErrConfirm) {
		t.Errorf("an old confirmation: %v", err)
	}
}

// One who was asked agrees once: a request that is sent again, by whatever is between, does nothing.
func TestAConfirmationCountsOnceAndForWhoWasAsked(t *testing.T) {
	h := newHouse(t)
	h.come(7)
	end := func(who operator.Principal, code string) error {
		_, err := h.EndStays(h.as(who), "termine", operator.StaysEnd{All: true, Because: operator.Because{Reason: "x"}, Confirmed: operator.Confirmed{Confirm: code}})
		return err
	}
	other := staff
	other.Name = "berta"
	code := asks(t, end(staff, ""), operator.EffectStaysEnd, 0, "")
	asks(t, end(other, code), operator.EffectStaysEnd, 0, "")
	if err := end(staff, code); err != nil {
		t.Fatal(err)
	}
	again := asks(t, end(staff, code), operator.EffectStaysEnd, 0, "")
	if again == code {
		t.Error("the same code is given again")
	}
	if err := end(staff, again); err != nil {
		t.Errorf("what was asked again: %v", err)
	}
	h.now.Add((6 * time.Minute).Milliseconds())
	h.tick()
	asks(t, end(staff, again), operator.EffectStaysEnd, 0, "")
}

// twice is a line on which somebody else is quicker once in each change.
type twice struct{ *queue.Room }

func (l twice) Update(ctx context.Context, change func(*queue.Document) error) (queue.Document, error) {
	return l.Room.Update(ctx, func(d *queue.Document) error {
		first := d.Clone()
		if err := change(&first); err != nil {
			return err
		}
		return change(d)
	})
}

// A change that somebody else is quicker than looks twice, and is one act.
func TestAConfirmationCountsForAnActThatIsTriedAgain(t *testing.T) {
	h := newHouse(t)
	h.come(7)
	var err error
	h.Service, err = operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: twice{h.room}, Backends: func() []operator.Backend { return nil }}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.mode(operator.WordOpen, "")
	code := asks(t, err, operator.EffectOpenAll, 7, "")
	if _, err := h.mode(operator.WordOpen, code); err != nil {
		t.Error(err)
	}
}

func TestTheDoorIsClosedAtOnceUnlessPeopleArrive(t *testing.T) {
	h := newHouse(t)
	closes := operator.Change{Door: ptr(queue.DoorClosed)}
	if _, err := h.ask(closes); err != nil {
		t.Errorf("nobody comes: %v", err)
	}
	if _, err := h.ask(operator.Change{Door: ptr(queue.DoorOpen)}); err != nil {
		t.Fatal(err)
	}
	h.tick()
	h.come(5)
	_, err := h.ask(closes)
	closes.Confirm = asks(t, err, operator.EffectNoPlaces, 5, "nobody gets a number any more, and 5 people came in the last minute")
	if info, err := h.ask(closes); err != nil || info.Door != queue.DoorClosed {
		t.Errorf("%s, %v", info.Door, err)
	}
	if _, err := h.ask(operator.Change{Door: ptr(queue.DoorOpen)}); err != nil {
		t.Fatal(err)
	}
	for range 4 * 70 {
		h.tick()
	}
	if _, err := h.ask(operator.Change{Door: ptr(queue.DoorClosed)}); err != nil {
		t.Errorf("a minute after the last one has come: %v", err)
	}
}

// What is asked names the opening under way; what changes only another day is not asked about.
func TestAScheduleIsAskedAboutWhileItsOpeningIsUnderWay(t *testing.T) {
	day := func(end string, more ...plan.Opening) *plan.Schedule {
		today := time.UnixMilli(1_800_000_000_000).UTC().Format(time.DateOnly)
		return &plan.Schedule{Zone: "UTC", Openings: append([]plan.Opening{{Dates: []string{today}, Start: "07:00", End: end, Quota: 9}}, more...)}
	}
	h := newHouseWith(t, func(c *queue.RoomConfig) {
		c.Planner = plan.Planner{}
		c.Document.Pace.Rate = 0
		c.Document.SetSchedule(day("18:00").Encode())
	})
	for range 4 * 40 { // an opening of which pages did not know is held
		h.tick()
	}
	h.come(3)
	next := plan.Opening{Dates: []string{"2027-02-01"}, Start: "07:00", End: "09:00", Quota: 9}
	if _, err := h.ask(operator.Change{Schedule: day("18:00", next)}); err != nil {
		t.Errorf("another day: %v", err)
	}
	h.tick()
	for name, s := range map[string]*plan.Schedule{"taken away": {}, "shorter": day("12:00", next)} {
		_, err := h.ask(operator.Change{Schedule: s})
		code := asks(t, err, operator.EffectSchedule, 3, "is under way, with 3 people in its lobby or line")
		if _, err := h.ask(operator.Change{Schedule: day("13:00", next), Confirm: code}); !errors.Is(err, operator.ErrConfirm) {
			t.Errorf("%s: another schedule with its confirmation: %v", name, err)
		}
	}
}
