package probe_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/pkg/token"
)

// seal is one of a keyring of its own.
func seal(t *testing.T, now time.Time) (*probe.Seal, *token.Source) {
	t.Helper()
	ring, err := token.NewKeyring(rand.Reader, now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	s, err := probe.NewSeal(source)
	if err != nil {
		t.Fatal(err)
	}
	return s, source
}

func TestASealIsGoodForAMinuteAndForItsOwnEnd(t *testing.T) {
	now := time.Now()
	s, source := seal(t, now)
	other, _ := seal(t, now)
	ask, nonce, err := s.Ask(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		by    *probe.Seal
		after time.Duration
		ok    bool
	}{
		{s, 0, true},
		{s, probe.SealLife - time.Second, true},
		{s, 2 - probe.SealLife, true},
		{s, probe.SealLife, false},
		{s, -2 * probe.SealLife, false},
		{other, 0, false},
	} {
		if got, ok := tt.by.Asked([]byte(ask), now.Add(tt.after)); ok != tt.ok || ok && got != nonce {
			t.Errorf("after %v: %v %v", tt.after, got, ok)
		}
	}
	answer, err := s.Answer(nonce, now)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := s.Answered(answer); !ok || got != nonce {
		t.Errorf("the answer is of %v, %v", got, ok)
	}
	old, err := s.Answer(nonce, now.Add(-10*probe.SealLife))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := s.Answered(old); !ok || got != nonce {
		t.Error("an answer that a cache kept is not known")
	}
	if _, ok := s.Answered(ask); ok {
		t.Error("a question passes for an answer")
	}
	if _, ok := s.Asked([]byte(answer), now); ok {
		t.Error("an answer passes for a question")
	}
	// A visitor's pass is no seal.
	room, err := token.NewAuthority(source, "termine")
	if err != nil {
		t.Fatal(err)
	}
	at := now.Unix()
	pass, err := room.IssuePass(token.Pass{Room: "termine", Visitor: nonce, Epoch: 1, Number: 1, StartedAt: at, IssuedAt: at, ExpiresAt: at + 60})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Asked([]byte(pass), now); ok {
		t.Error("a pass passes for a seal")
	}
}
