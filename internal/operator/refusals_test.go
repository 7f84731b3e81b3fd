package operator_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/operator"
)

// count is how many entries of a record there are of each act.
func (k *kept) count() map[string]int {
	of := map[string]int{}
	for i := range k.entries {
		of[k.entries[i].Act]++
	}
	return of
}

func TestRefusalsDoNotFillTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, k := recording(t)
		refuse := func(times int, from string) {
			for range times {
				h.NoteAccess(&operator.Access{
					Act: operator.Refused, Principal: operator.Principal{Name: "viewer", Role: operator.RoleViewer, From: from},
					Asked: "POST /v1/keys/rotate", Err: operator.ErrNotAllowed,
				})
			}
		}
		refuse(10_000, "network a")
		if n := k.count(); n[operator.Refused] != 60 || n[operator.ActUntold] != 1 {
			t.Fatalf("10,000 refusals: the record has %v, want 60, and once that there are more", n)
		}
		if last := k.last(t); last.Principal.Name != "viewer" || !strings.Contains(string(last.After), "1m0s") {
			t.Errorf("it says %+v %s", last, last.After)
		}
		refuse(1, "network b") // the owner of a name that others use up
		if n := k.count(); n[operator.Refused] != 61 {
			t.Errorf("one from elsewhere is not told: %v", n)
		}
		if _, err := h.ask(operator.Change{Rate: ptr[int64](90)}); err != nil || k.last(t).Act != operator.ActChange {
			t.Errorf("an act that was done: %v, %+v", err, k.last(t))
		}
		time.Sleep(time.Minute)
		refuse(1, "network a")
		if n := k.count(); n[operator.Refused] != 62 || n[operator.ActUntold] != 2 {
			t.Errorf("a minute later: %v", n)
		}
		var told audit.Entry
		for i := range k.entries {
			if k.entries[i].Act == operator.ActUntold {
				told = k.entries[i]
			}
		}
		if string(told.After) != `{"were":9940}` {
			t.Errorf("it says %s, want 9,940", told.After)
		}
	})
}

func TestRefusalsOfManyPrincipalsAreBoundedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, k := recording(t)
		for i := range 5000 {
			h.NoteAccess(&operator.Access{Act: operator.Refused, Principal: operator.Principal{Name: strconv.Itoa(i)}, Err: operator.ErrNotAllowed})
		}
		if n := k.count()[operator.Refused]; n > 1024+60 {
			t.Errorf("%d are told, want at most 1,024 and those of one more", n)
		}
	})
}

func TestRefusalsDoNotFillTheLogEither(t *testing.T) {
	ctx := operator.NewContext(t.Context(), viewer)
	for name, refuse := range map[string]func(h *house) error{
		"access": func(h *house) error {
			h.NoteAccess(&operator.Access{Act: operator.Refused, Principal: viewer, Asked: "POST /v1/keys/rotate", Err: operator.ErrNotAllowed})
			return operator.ErrNotAllowed
		},
		"change":  func(h *house) error { return h.Refuse(ctx, "termine", operator.Change{}, operator.ErrNotAllowed) },
		"codes":   func(h *house) error { return h.RefuseCodes(ctx, "termine", "create", operator.ErrNotAllowed) },
		"reload":  func(h *house) error { return h.RefuseReload(ctx, operator.ErrNotAllowed) },
		"debug":   func(h *house) error { return h.RefuseDebug(ctx, "termine", "lose", operator.ErrNotAllowed) },
		"typed":   func(h *house) error { return h.RefuseTyped(ctx, "termine", operator.ErrNotAllowed) },
		"keys":    func(h *house) error { return h.RefuseKeys(ctx, operator.ErrNotAllowed) },
		"outcome": func(h *house) error { return h.RefuseTold(ctx, "termine", operator.ErrNotAllowed) },
		"place":   func(h *house) error { return h.RefusePlace(ctx, "termine", "remove", operator.ErrNotAllowed) },
		"report":  func(h *house) error { return h.RefuseReport(ctx, "termine", operator.ErrNotAllowed) },
		"stays":   func(h *house) error { return h.RefuseStays(ctx, "termine", operator.ErrNotAllowed) },
	} {
		for _, with := range []string{"with", "without"} {
			t.Run(name+" "+with+" a record", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := newHouse(t)
					if with == "with" {
						h.KeepIn(&kept{})
					}
					before := h.logs.Len()
					for range 1000 {
						if err := refuse(h); err == nil {
							t.Fatal("it is not refused")
						}
					}
					if n := h.logs.Len() - before; n != 61 {
						t.Errorf("1,000 refusals have %d lines in the log, want 60, and one that there are more", n)
					}
					last := h.logs.All()[h.logs.Len()-1]
					if said := last.ContextMap(); last.Message != "refusals are counted only" || said["principal"] != "screen" || said["for"] != time.Minute {
						t.Errorf("the last line is %s %v", last.Message, said)
					}
					time.Sleep(time.Minute)
					_ = refuse(h)
					all := h.logs.All()
					if len(all) != before+63 || all[before+61].Message != "refusals were counted only" || all[before+61].ContextMap()["count"] != int64(940) {
						t.Errorf("a minute later the log has %d lines more: %v", len(all)-before-61, all[before+61:])
					}
				})
			})
		}
	}
}
