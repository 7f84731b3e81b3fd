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
