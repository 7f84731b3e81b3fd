package operator_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// house is one gateway with one room over an embedded store, on a clock of its own.
type house struct {
	t    *testing.T
	now  atomic.Int64 // ms
	room *queue.Room
	cfg  queue.RoomConfig
	*operator.Service
	logs      *observer.ObservedLogs
	door      *door.Issuer
	languages []string
}

func newHouse(t *testing.T) *house { return newHouseWith(t, func(*queue.RoomConfig) {}) }

// newHouseWith is a house whose room is configured otherwise.
func newHouseWith(t *testing.T, change func(*queue.RoomConfig)) *house {
	t.Helper()
	h := &house{t: t}
	h.now.Store(1_800_000_000_000)
	store, err := memstore.New(memstore.Config{Clock: h.now.Load})
	if err != nil {
		t.Fatal(err)
	}
	h.cfg = queue.RoomConfig{
		Clock: func() time.Time { return time.UnixMilli(h.now.Load()) }, Visitors: 16, FirstStart: true, ConfigHash: "a",
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 2}, Timing: queue.DefaultTiming()},
	}
	change(&h.cfg)
	if h.room, err = queue.NewRoom(store, h.cfg); err != nil {
		t.Fatal(err)
	}
	h.tick()
	core, logs := observer.New(zapcore.InfoLevel)
	h.logs = logs
	h.Service, err = operator.New(func() []operator.Room {
		return []operator.Room{{
			ID: "termine", Title: "Termine", Line: h.room, File: func() queue.Document { return h.cfg.Document }, Languages: h.languages, Door: h.door, Backends: func() []operator.Backend { return nil },
			Ref: func(kind queue.OutcomeKind, name string) queue.Code {
				return booking.Hash([32]byte{}, "termine", byte(kind), name)
			},
		}}
	}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) tick() {
	h.now.Add(250)
	h.room.Tick(h.t.Context())
}

// reconfigure has the gateway apply another configuration by itself.
func (h *house) reconfigure(hash string, change func(*queue.Document)) {
	h.t.Helper()
	h.cfg.ConfigHash = hash
	change(&h.cfg.Document)
	if err := h.room.Reconfigure(h.cfg); err != nil {
		h.t.Fatal(err)
	}
	h.tick()
	h.tick()
}

var (
	staff  = operator.Principal{Name: "token", Method: "bearer", Role: operator.RoleOperator}
	admin  = operator.Principal{Name: "token", Method: "bearer", Role: operator.RoleAdmin}
	viewer = operator.Principal{Name: "screen", Method: "bearer", Role: operator.RoleViewer}
)

func (h *house) ask(change operator.Change) (operator.RoomInfo, error) {
	return h.Change(operator.NewContext(h.t.Context(), staff), "termine", change)
}

func ptr[T any](v T) *T { return &v }

func TestARoomIsShownAndChanged(t *testing.T) {
	h := newHouse(t)
	before, err := h.Get(h.as(staff), "termine")
	if err != nil || before.Rate != 60 || before.Title != "Termine" || !before.Store.OK || before.Backends == nil || before.Version < 1 {
		t.Fatalf("%+v, %v", before, err)
	}
	if before.Timing.Idle != 600 || before.Timing.ConfirmWithin != 15 || before.Opening.Phase != "open" || before.Opening.Quota != nil {
		t.Errorf("timing or opening: %+v", before)
	}
	after, err := h.ask(operator.Change{Rate: ptr[int64](600), Strict: ptr(true), Message: ptr("Gleich.")})
	if err != nil || after.Rate != 600 || after.Burst != 10 || !after.Strict || after.Message != "Gleich." || after.Version <= before.Version {
		t.Fatalf("%+v, %v", after, err)
	}
	h.tick()
	if all, _ := h.List(h.as(staff)); len(all) != 1 || all[0].Rate != 600 || all[0].Version != after.Version {
		t.Errorf("%+v", all)
	}
	if _, err := h.Get(h.as(staff), "kfz"); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
}

// What a gateway applies by itself does not make an operator's condition fail, unless it is about the same value.
func TestAConditionFailsOnlyForWhatWouldBeOverwrittenUnseen(t *testing.T) {
	h := newHouse(t)
	seen, err := h.Get(h.as(staff), "termine")
	if err != nil {
		t.Fatal(err)
	}
	h.reconfigure("b", func(d *queue.Document) { d.SetMessage("Aus der Datei") })
	if now, _ := h.Get(h.as(staff), "termine"); now.Version == seen.Version || now.Message != "Aus der Datei" {
		t.Fatalf("the configuration was not applied: %+v", now)
	}

	if _, err := h.ask(operator.Change{Message: ptr("Vom Amt"), IfVersion: seen.Version}); !errors.Is(err, operator.ErrVersion) {
		t.Errorf("the message was overwritten unseen: %v", err)
	}
	after, err := h.ask(operator.Change{Rate: ptr[int64](30), IfVersion: seen.Version})
	if err != nil || after.Rate != 30 || after.Message != "Aus der Datei" {
		t.Errorf("another value cannot be changed: %+v, %v", after, err)
	}
	// That was an operator's change, and it counts whatever it was about.
	if _, err := h.ask(operator.Change{MaxInside: ptr[int64](7), IfVersion: seen.Version}); !errors.Is(err, operator.ErrVersion) {
		t.Errorf("an operator's change went unseen: %v", err)
	}
	if _, err := h.ask(operator.Change{MaxInside: ptr[int64](7), IfVersion: after.Version}); err != nil {
		t.Error(err)
	}

	// A burst that follows the rate is a value that the change is about.
	seen, _ = h.ask(operator.Change{Mode: ptr(queue.ModePause)})
	h.reconfigure("c", func(d *queue.Document) { d.Pace.Burst = 50 })
	if _, err := h.ask(operator.Change{Rate: ptr[int64](600), IfVersion: seen.Version}); !errors.Is(err, operator.ErrVersion) {
		t.Errorf("the burst was decided on unseen: %v", err)
	}
}

func TestOnlyAnOperatorChangesARoom(t *testing.T) {
	h := newHouse(t)
	for name, ctx := range map[string]context.Context{
		"nobody": t.Context(), "the public": operator.NewContext(t.Context(), operator.Principal{Name: "x"}),
	} {
		if _, err := h.Change(ctx, "termine", operator.Change{Rate: ptr[int64](1)}); !errors.Is(err, operator.ErrNotAllowed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.tick()
	if r, _ := h.Get(h.as(staff), "termine"); r.Rate != 60 {
		t.Errorf("%+v", r)
	}
	if all := h.logs.FilterMessage("operator change failed").All(); len(all) != 2 {
		t.Errorf("records: %v", all)
	}
}

func TestARecordSaysWhoWhatWhyAndWhatCameOfIt(t *testing.T) {
	h := newHouse(t)
	seen, _ := h.Get(h.as(staff), "termine")
	after, err := h.ask(operator.Change{Rate: ptr[int64](600), Message: ptr("Gleich."), Reason: "Die Seite hält mehr aus."})
	if err != nil {
		t.Fatal(err)
	}
	all := h.logs.TakeAll()
	if len(all) != 1 || all[0].Message != "operator change made" || all[0].Level != zapcore.InfoLevel {
		t.Fatalf("records: %v", all)
	}
	got := all[0].ContextMap()
	for name, want := range map[string]any{
		"principal": "token", "method": "bearer", "role": "operator", "room": "termine", "reason": "Die Seite hält mehr aus.",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	dict := func(name string) map[string]any { m, _ := got[name].(map[string]any); return m }
	if asked := dict("asked"); len(asked) != 2 || asked["rate"] != int64(600) || asked["message"] != "Gleich." {
		t.Errorf("asked is %v", asked)
	}
	if old := dict("before"); old["rate"] != int64(60) || old["burst"] != int64(2) || old["version"] != seen.Version || old["message"] != "" {
		t.Errorf("before is %v", old)
	}
	if now := dict("after"); now["rate"] != int64(600) || now["burst"] != int64(10) || now["version"] != after.Version || now["mode"] != "run" {
		t.Errorf("after is %v", now)
	}

	for name, c := range map[string]struct {
		do     func() error
		before bool
	}{
		"a newer version": {func() error {
			_, err := h.ask(operator.Change{Rate: ptr[int64](1), IfVersion: seen.Version})
			return err
		}, true},
		"values out of range": {func() error { _, err := h.ask(operator.Change{Rate: ptr[int64](-1)}); return err }, false},
		"a reason that is too long": {func() error {
			_, err := h.ask(operator.Change{Rate: ptr[int64](1), Reason: strings.Repeat("a", operator.MaxReason+1)})
			return err
		}, false},
		"a reason of two lines": {func() error { _, err := h.ask(operator.Change{Rate: ptr[int64](1), Reason: "a\nb"}); return err }, false},
		"an unknown room": {func() error {
			_, err := h.Change(operator.NewContext(t.Context(), staff), "kfz", operator.Change{Rate: ptr[int64](1)})
			return err
		}, false},
		"what could not be read": {func() error {
			return h.Refuse(operator.NewContext(t.Context(), staff), "termine", operator.Change{}, errors.New(strings.Repeat("ä", 5000)))
		}, false},
	} {
		err := c.do()
		if err == nil {
			t.Errorf("%s is not refused", name)
			continue
		}
		all := h.logs.TakeAll()
		if len(all) != 1 || all[0].Message != "operator change failed" || all[0].Level != zapcore.WarnLevel {
			t.Errorf("%s: records %v", name, all)
			continue
		}
		got := all[0].ContextMap()
		text, _ := got["error"].(string)
		if text == "" || len(text) > 2100 || !strings.HasPrefix(err.Error(), strings.TrimSuffix(text, "…")) {
			t.Errorf("%s: error is %q", name, text)
		}
		if _, read := got["before"]; read != c.before || got["after"] != nil {
			t.Errorf("%s: record is %v", name, got)
		}
	}
}

func TestAServiceNeedsRoomsAndALog(t *testing.T) {
	if _, err := operator.New(nil, zap.NewNop()); err == nil {
		t.Error("made without rooms")
	}
	if _, err := operator.New(func() []operator.Room { return nil }, nil); err == nil {
		t.Error("made without a log")
	}
}
