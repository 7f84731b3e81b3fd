package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/operator"
)

// kept is a record in memory.
type kept struct {
	entries []audit.Entry
	asked   audit.Query
}

func (k *kept) Append(e audit.Entry) { k.entries = append(k.entries, e) }

func (k *kept) List(q audit.Query) (audit.Page, error) {
	k.asked = q
	return audit.Page{Entries: k.entries}, nil
}

func (k *kept) last(t *testing.T) audit.Entry {
	t.Helper()
	if len(k.entries) == 0 {
		t.Fatal("nothing was recorded")
	}
	return k.entries[len(k.entries)-1]
}

func recording(t *testing.T) (*house, *kept) {
	t.Helper()
	h, k := newHouse(t), &kept{}
	h.KeepIn(k)
	return h, k
}

func TestAChangeIsRecordedWithWhatWasBeforeAndAfter(t *testing.T) {
	h, k := recording(t)
	if _, err := h.ask(operator.Change{Rate: ptr[int64](90), Reason: "more seats"}); err != nil {
		t.Fatal(err)
	}
	e := k.last(t)
	if e.Act != operator.ActChange || e.Room != "termine" || e.Reason != "more seats" || e.Error != "" || string(e.Asked) != `{"rate":90}` {
		t.Errorf("entry is %+v, asked %s", e, e.Asked)
	}
	if p := e.Principal; p == nil || p.Name != "token" || p.Role != "operator" || p.Method != "bearer" {
		t.Errorf("principal is %+v", p)
	}
	if !strings.Contains(string(e.Before), `"rate":60`) || !strings.Contains(string(e.After), `"rate":90`) || !strings.Contains(string(e.After), `"version"`) {
		t.Errorf("before %s, after %s", e.Before, e.After)
	}
}

func TestARefusedChangeIsRecordedWithWhy(t *testing.T) {
	h, k := recording(t)
	if _, err := h.ask(operator.Change{Rate: ptr[int64](-1)}); err == nil {
		t.Fatal("a rate below zero is taken")
	}
	if e := k.last(t); e.Error == "" || e.After != nil || string(e.Asked) != `{"rate":-1}` {
		t.Errorf("entry is %+v", e)
	}
	if _, err := h.Change(context.Background(), "termine", operator.Change{}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Fatal(err)
	}
	if e := k.last(t); e.Principal.Role != "public" || e.Error == "" {
		t.Errorf("entry is %+v", e)
	}
}

func TestEachKindOfActIsRecordedAndNoneNamesAVisitor(t *testing.T) {
	h, k := recording(t)
	ctx := operator.NewContext(t.Context(), staff)
	for act, do := range map[string]func() error{
		"outcome": func() error {
			_, err := h.Tell(ctx, "termine", operator.Told{Booked: 1, Ref: "Meier-4711"})
			return err
		},
		"draw: line": func() error {
			_, err := h.Type(ctx, "termine", operator.Typed{Opening: "o", Line: "1 2 3"})
			return err
		},
		"debug: plan": func() error { return h.RefuseDebug(ctx, "termine", "plan", errors.New("no")) },
		"codes: make": func() error {
			_, err := h.MakeCodes(ctx, "termine", operator.CodesAsked{Group: "g"})
			return err
		},
		"codes: invite": func() error {
			_, err := h.Invite(ctx, "termine", operator.InviteAsked{Group: "g", Person: "Meier-4711"})
			return err
		},
		"place: new": func() error {
			_, err := h.TakePlace(ctx, "termine", operator.NewPlace{})
			return err
		},
	} {
		k.entries = nil
		err := do()
		e := k.last(t)
		if e.Act != act || len(k.entries) != 1 || (err != nil) != (e.Error != "") {
			t.Errorf("%s: %d entries, %+v, error %v", act, len(k.entries), e, err)
		}
		if text := string(e.Asked) + string(e.After) + e.Error; strings.Contains(text, "Meier") {
			t.Errorf("%s names somebody: %s", act, text)
		}
	}
}

func TestALogInIsNoted(t *testing.T) {
	h, k := recording(t)
	h.Note(operator.NewContext(t.Context(), staff), operator.Noted{Act: "log-in", Err: errors.New("wrong password"), Asked: map[string]string{"user": "anna"}})
	if e := k.last(t); e.Act != "log-in" || e.Error != "wrong password" || string(e.Asked) != `{"user":"anna"}` {
		t.Errorf("entry is %+v", e)
	}
}

func TestTheRecordIsForAdminsAndOfTheirRooms(t *testing.T) {
	h, k := recording(t)
	k.Append(audit.Entry{Act: "change"})
	if _, err := h.Audit(h.as(staff), audit.Query{}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("an operator: %v", err)
	}
	if _, err := h.Audit(h.as(admin), audit.Query{Room: "kfz"}); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
	if page, err := h.Audit(h.as(admin), audit.Query{}); err != nil || len(page.Entries) != 1 || k.asked.Sees != nil {
		t.Errorf("%+v, %v", page, err)
	}
	some := admin
	some.Rooms = []string{"termine"}
	if _, err := h.Audit(h.as(some), audit.Query{}); err != nil || !k.asked.Sees("termine") || k.asked.Sees("kfz") || k.asked.Sees("") {
		t.Errorf("of some rooms: %v", err)
	}
	if _, err := newHouse(t).Audit(h.as(admin), audit.Query{}); !errors.Is(err, operator.ErrNoRecord) {
		t.Errorf("without a record: %v", err)
	}
}
