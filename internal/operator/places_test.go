package operator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/token"
)

// hotline is a room with a desk, on a clock of its own.
type hotline struct {
	t     *testing.T
	now   int64
	line  *queue.Room
	s     *operator.Service
	ctx   context.Context
	logs  *observer.ObservedLogs
	links []queue.Ticket
	taken int
	// places are those of the room, sent what its service was given, which fails.
	places *operator.Places
	sent   []string
	fails  error
}

func newHotline(t *testing.T, plan ...queue.Step) *hotline {
	t.Helper()
	at := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	h := &hotline{t: t, now: at.UnixMilli(), ctx: operator.NewContext(t.Context(), operator.Principal{Name: "token", Role: operator.RoleOperator})}
	ring, err := token.NewKeyring(bytes.NewReader(bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyzABCD"), 8)), at.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	store, err := memstore.New(memstore.Config{Clock: func() int64 { return h.now }})
	if err != nil {
		t.Fatal(err)
	}
	timing := queue.DefaultTiming()
	timing.Grace = 0
	h.line, err = queue.NewRoom(store, queue.RoomConfig{
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}, Timing: timing}, FirstStart: true, Visitors: 1024,
		Clock: func() time.Time { return time.UnixMilli(h.now) },
	})
	if err != nil {
		t.Fatal(err)
	}
	h.line.Tick(t.Context())
	if _, err := h.line.Update(t.Context(), func(d *queue.Document) error { d.Plan = plan; return nil }); err != nil {
		t.Fatal(err)
	}
	names, err := desk.NewNames(keys, "termine", h.line)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := desk.Open("termine", filepath.Join(t.TempDir(), "termine.desk.json"), h.line, names, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	places := &operator.Places{Line: h.line, Desk: kept, Names: names, Taken: func() { h.taken++ }, Link: func(ticket queue.Ticket) (string, time.Time, error) {
		h.links = append(h.links, ticket)
		return "https://termine.example/link-of-a-place", time.UnixMilli(h.now).Add(5 * time.Minute), nil
	}}
	h.places = places
	core, logs := observer.New(zap.InfoLevel)
	h.logs = logs
	if h.s, err = operator.New(func() []operator.Room { return []operator.Room{{ID: "termine", Line: h.line, Places: places}} }, zap.New(core)); err != nil {
		t.Fatal(err)
	}
	h.pass()
	return h
}

func (h *hotline) pass() {
	for range 4 {
		h.now += 250
		h.line.Flush(h.t.Context())
		h.line.Tick(h.t.Context())
	}
}

func (h *hotline) take() operator.PlaceInfo {
	h.t.Helper()
	info, err := h.s.TakePlace(h.ctx, "termine", operator.NewPlace{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.pass()
	return info
}

func (h *hotline) act(act string, of operator.PlaceInfo, reason string) (operator.PlaceInfo, error) {
	a := operator.PlaceAct{Number: of.Number, Code: of.Code, Because: operator.Because{Reason: reason}}
	return agreed(func(code string) (operator.PlaceInfo, error) {
		a.Confirm = code
		return h.s.ActOnPlace(h.ctx, "termine", act, a)
	})
}

func TestStaffTakeFindLinkAndRemoveAPlace(t *testing.T) {
	h := newHotline(t)
	first, second := h.take(), h.take()
	if first.State != "waiting" || !first.Desk || first.Number != 1 || second.Number != 2 || *second.Ahead != 1 || h.taken != 2 {
		t.Errorf("%+v, %+v", first, second)
	}
	list, err := h.s.ListPlaces(h.ctx, "termine")
	if err != nil || len(list.Places) != 2 || list.Places[1].Code != second.Code || list.Places[1].Now {
		t.Errorf("%+v, %v", list, err)
	}
	linked, err := h.act(operator.PlaceLink, second, "")
	if err != nil || linked.URL == "" || linked.Until == nil || len(h.links) != 1 || h.links[0].Number != 2 {
		t.Errorf("%+v, %v", linked, err)
	}
	// Somebody took it over, and lost the phone: the link is for whoever has it now.
	next := queue.VisitorID{9}
	if _, err := h.line.Move(t.Context(), queue.Move{Act: queue.ActHand, Visitor: h.links[0].Visitor, To: next}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.act(operator.PlaceLink, second, ""); err != nil || h.links[1].Visitor != next {
		t.Errorf("%+v, %v", h.links, err)
	}
	// A place of a browser.
	j, err := h.line.Arrive(queue.Arrival{})
	if err != nil {
		t.Fatal(err)
	}
	h.pass()
	front, err := h.act(operator.PlaceFront, first, "a mistake at the counter")
	if err != nil || front.State != "front" || !front.Now {
		t.Errorf("%+v, %v", front, err)
	}
	gone, err := h.act(operator.PlaceRemove, first, "asked for it")
	if err != nil || gone.State != "spent" || gone.Desk {
		t.Errorf("%+v, %v", gone, err)
	}
	if _, err := h.act(operator.PlaceLink, first, ""); !errors.Is(err, operator.ErrPlaceNotNow) {
		t.Errorf("a link to a place that has ended: %v", err)
	}
	if s, err := h.line.Claim(j.Place); err != nil || s.State != queue.StateWaiting {
		t.Errorf("%+v, %v", s, err)
	}
	log := fmt.Sprint(h.logs.All())
	for _, secret := range []string{first.Code, second.Code, "link-of-a-place"} {
		if strings.Contains(log, secret) {
			t.Errorf("the record says %s", secret)
		}
	}
	if n := h.logs.FilterMessage("act on a place made").Len(); n != 6 {
		t.Errorf("%d acts are recorded, want 6", n)
	}
}

func TestWhatCannotBeDoneWithAPlaceIsSaid(t *testing.T) {
	h := newHotline(t)
	one, other := h.take(), h.take()
	for _, c := range []struct {
		act    string
		place  operator.PlaceInfo
		reason string
		want   string
	}{
		{operator.PlaceFind, operator.PlaceInfo{Number: other.Number, Code: one.Code}, "", "no place has this number and this code"},
		{operator.PlaceFind, operator.PlaceInfo{Number: 4711, Code: one.Code}, "", "no place has this number and this code"},
		{operator.PlaceFind, operator.PlaceInfo{Number: 1, Code: "abc"}, "", "code: the code is mistyped"},
		{operator.PlaceFind, operator.PlaceInfo{}, "", "number: is missing"},
		{operator.PlaceFront, one, "", "reason: is missing"},
		{operator.PlaceRemove, one, "two\nlines", "reason"},
	} {
		if _, err := h.act(c.act, c.place, c.reason); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %q", c.act, c.place, err, c.want)
		}
	}
	public := operator.NewContext(t.Context(), operator.Principal{Role: operator.RoleReporter})
	if _, err := h.s.TakePlace(public, "termine", operator.NewPlace{}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("a reporter takes a place: %v", err)
	}
	if _, err := h.s.ListPlaces(public, "termine"); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("a reporter lists places: %v", err)
	}
	if _, err := h.s.ListPlaces(h.ctx, "amt"); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
	if n := h.logs.FilterMessage("act on a place failed").Len(); n != 7 {
		t.Errorf("%d failures are recorded, want 7", n)
	}
}

// A telephone number goes to the service, and nowhere else.
func TestALinkIsSentAndTheNumberOfTheTelephoneIsNotWrittenDown(t *testing.T) {
	h := newHotline(t)
	one := h.take()
	send := func(to string) (operator.PlaceInfo, error) {
		return h.s.SendPlace(h.ctx, "termine", operator.PlaceSend{PlaceAct: operator.PlaceAct{Number: one.Number, Code: one.Code}, To: to})
	}
	if _, err := send("+49 170 1234567"); !errors.Is(err, operator.ErrPlaceNotNow) || !strings.Contains(err.Error(), "sms.url") {
		t.Errorf("without a service: %v", err)
	}
	h.places.SMS = func(_ context.Context, to, link string) error {
		h.sent = append(h.sent, to+" "+link)
		return h.fails
	}
	sent, err := send("+49 170 / 123 45-67")
	if err != nil || sent.URL != "" || sent.Until == nil || len(h.sent) != 1 || h.sent[0] != "+491701234567 https://termine.example/link-of-a-place" {
		t.Errorf("%+v, %v, sent %q", sent, err, h.sent)
	}
	h.fails = errors.New("status 500")
	if _, err := send("+491701234567"); !errors.Is(err, operator.ErrNotSent) {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "0170-CALL-4567890", "+49170\n1234567890"} {
		var invalid *operator.InvalidError
		if _, err := send(bad); !errors.As(err, &invalid) || invalid.Fields[0].Field != "to" || bad != "" && strings.Contains(err.Error(), "4567890") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, secret := range []string{"1701234567", "4567890", "link-of-a-place", one.Code} {
		if log := fmt.Sprint(h.logs.All()); strings.Contains(log, secret) {
			t.Errorf("the record says %s: %s", secret, log)
		}
	}
}

// In a lobby only the desk's own places can be handed over: no store knows whose the others are.
func TestInALobbyOnlyTheDesksPlacesHaveLinks(t *testing.T) {
	at := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC).UnixMilli()
	h := newHotline(t, queue.Step{At: at, Opening: "morning", Rank: 1, Phase: queue.PhaseLobby})
	own := h.take()
	if own.State != "lobby" || own.Lot {
		t.Fatalf("%+v", own)
	}
	if linked, err := h.act(operator.PlaceLink, own, ""); err != nil || linked.URL == "" || h.links[0].Visitor == (queue.VisitorID{}) {
		t.Errorf("%+v, %v", linked, err)
	}
	if _, err := h.act(operator.PlaceFront, own, "why"); !errors.Is(err, operator.ErrPlaceNotNow) {
		t.Errorf("to the front of a lobby: %v", err)
	}
	gone, err := h.act(operator.PlaceRemove, own, "why")
	if err != nil || gone.Desk {
		t.Errorf("%+v, %v", gone, err)
	}
	if _, err := h.act(operator.PlaceLink, own, ""); !errors.Is(err, operator.ErrPlaceNotNow) {
		t.Errorf("a link to a place of nobody: %v", err)
	}
}
