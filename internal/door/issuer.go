package door

import (
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// Issuer makes codes and invitations of a room, for its operators. Make one with NewIssuer.
type Issuer struct {
	source      *token.Source
	room        string
	invitations *Invitations
}

// NewIssuer makes codes and invitations by the keys of a source.
func NewIssuer(source *token.Source, room string) (*Issuer, error) {
	invitations, err := NewInvitations(source, room, nil)
	if err != nil {
		return nil, err
	}
	return &Issuer{source: source, room: room, invitations: invitations}, nil
}

// Codes reads and prints the codes of batches.
func (i *Issuer) Codes(b Batches) (*Codes, error) { return NewCodes(i.source, i.room, b) }

// Invite makes an invitation, as Invitations.Make does.
func (i *Issuer) Invite(v Invitation, now int64) (string, error) { return i.invitations.Make(v, now) }

// Add adds a batch that is made at now, by the key that signs then. Its id, kid and time are set.
func (i *Issuer) Add(to Batches, b Batch, now int64) (Batches, uint16, error) {
	b.Kid = i.source.Ring().SigningKid(time.UnixMilli(now))
	b.Made = now
	return to.Add(b)
}
