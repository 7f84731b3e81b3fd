package operator_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/report/signed"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// The hash of a report is signed for admins of its room, by the key that signs at the time, and each request for it is recorded.
func TestAReportIsSignedForAdminsAndRecorded(t *testing.T) {
	h := newHouse(t)
	k := &kept{}
	h.KeepIn(k)
	admin := operator.Principal{Name: "it", Method: "bearer", Role: operator.RoleAdmin}
	other := operator.Principal{Name: "kfz", Role: operator.RoleAdmin, Rooms: []string{"kfz"}}
	body := []byte(`{"room":"termine"}`)
	asked := signed.Asked{Opening: "eight", Hash: signed.HashOf(body)}
	sign := func(who operator.Principal, asked signed.Asked) (signed.Signature, error) {
		before := len(k.entries)
		s, err := h.SignReport(h.as(who), "termine", asked)
		if len(k.entries) != before+1 {
			t.Fatalf("%d entries of the record", len(k.entries)-before)
		}
		e := k.entries[before]
		if e.Act != operator.ActReport || e.Room != "termine" || e.Principal.Name != who.Name || (e.Error != "") != (err != nil) || !strings.Contains(string(e.Asked), asked.Hash) {
			t.Errorf("the record says %+v of %v", e, err)
		}
		return s, err
	}
	if _, err := sign(admin, asked); !errors.Is(err, operator.ErrNoKey) {
		t.Errorf("without keys: %v", err)
	}
	ring, err := token.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h.SignReports(func(at time.Time) (signed.Signer, bool) {
		by, ok := ring.Signer(at)
		return by, ok
	})
	if _, err := sign(staff, asked); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("an operator: %v", err)
	}
	if _, err := sign(other, asked); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("an admin of another room: %v", err)
	}
	if _, err := sign(admin, signed.Asked{Opening: "eight", Hash: strings.ToUpper(asked.Hash)}); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("a hash in capitals: %v", err)
	}
	s, err := sign(admin, asked)
	if err != nil || s.Room != "termine" || s.Opening != "eight" || s.Hash != asked.Hash {
		t.Fatalf("%+v, %v", s, err)
	}
	file, err := signed.JSON(body, &s)
	if err != nil {
		t.Fatal(err)
	}
	by, _ := ring.Signer(time.Now())
	if _, err := signed.Verify(file, []signed.Key{{Kid: by.Kid(), Key: by.Public()}}); err != nil {
		t.Error(err)
	}
	if err := h.RefuseReport(h.as(admin), "termine", errors.New("no JSON")); err == nil || k.entries[len(k.entries)-1].Error != "no JSON" {
		t.Errorf("what cannot be read: %v, %+v", err, k.entries)
	}
}

// What cannot be read is recorded as well as what is refused.
func TestALogLevelThatCannotBeReadIsRecorded(t *testing.T) {
	h := newHouse(t)
	k := &kept{}
	h.KeepIn(k)
	why := errors.New("the body is not one JSON object")
	if err := h.RefuseLogLevel(h.as(operator.Principal{Name: "it", Role: operator.RoleAdmin}), why); !errors.Is(err, why) {
		t.Error(err)
	}
	if len(k.entries) != 1 || k.entries[0].Act != operator.ActLog || k.entries[0].Principal.Name != "it" || k.entries[0].Error != why.Error() {
		t.Errorf("the record says %+v", k.entries)
	}
}
