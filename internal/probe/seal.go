package probe

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// SealLife is how long a seal is good, and how far the two clocks may be apart.
const SealLife = time.Minute

// Audiences of the tokens. No room's id begins with an underscore, so no token of a visitor is a seal, nor the other way round.
const (
	askRoom    = "_probe.ask"
	answerRoom = "_probe.answer"
)

// Seal signs and checks the two ends of a probe. Safe for concurrent use.
type Seal struct{ ask, answer *token.Authority }

// NewSeal makes a seal with the keyring in source.
func NewSeal(source *token.Source) (*Seal, error) {
	ask, err := token.NewAuthority(source, askRoom)
	if err != nil {
		return nil, err
	}
	answer, err := token.NewAuthority(source, answerRoom)
	if err != nil {
		return nil, err
	}
	return &Seal{ask, answer}, nil
}

// Ask makes the seal of a request with a nonce of its own.
func (s *Seal) Ask(now time.Time) (seal string, nonce token.ID, err error) {
	if nonce, err = token.NewID(rand.Reader); err != nil {
		return "", nonce, err
	}
	seal, err = issue(s.ask, nonce, now)
	return seal, nonce, err
}

// Asked reports whether a request carries a fresh seal, and its nonce.
func (s *Seal) Asked(seal []byte, now time.Time) (nonce token.ID, ok bool) {
	return verify(s.ask, seal, now)
}

// Answer makes the seal of the answer to the request with this nonce.
func (s *Seal) Answer(nonce token.ID, now time.Time) (string, error) {
	return issue(s.answer, nonce, now)
}

// Answered reports whether an answer is sealed, and the nonce of the request that it answers. An answer that a cache has kept is
// known by its nonce, so its age does not matter.
func (s *Seal) Answered(seal string) (nonce token.ID, ok bool) {
	// With ErrExpired the pass is set, with any other error it is not.
	p, err := s.answer.VerifyPass([]byte(seal), time.Now())
	return p.Visitor, err == nil || p.ExpiresAt > 0
}

// Own is a [Sealer] with the keyring at hand.
type Own struct{ *Seal }

// Question makes the seal of a request.
func (o Own) Question(context.Context) (seal, nonce string, err error) {
	seal, id, err := o.Ask(time.Now())
	return seal, id.String(), err
}

// Answered knows the seal of an answer.
func (o Own) Answered(_ context.Context, seal string) (nonce string, err error) {
	if id, ok := o.Seal.Answered(seal); ok {
		nonce = id.String()
	}
	return nonce, nil
}

func issue(a *token.Authority, nonce token.ID, now time.Time) (string, error) {
	at := now.Unix()
	return a.IssuePass(token.Pass{
		Room: a.Room(), Visitor: nonce, Epoch: 1, Number: 1, StartedAt: at, IssuedAt: at, ExpiresAt: at + int64(SealLife/time.Second),
	})
}

// verify refuses what was signed more than SealLife ago or ahead.
func verify(a *token.Authority, seal []byte, now time.Time) (token.ID, bool) {
	p, err := a.VerifyPass(seal, now)
	if err != nil || p.IssuedAt > now.Add(SealLife).Unix() {
		return token.ID{}, false
	}
	return p.Visitor, true
}
