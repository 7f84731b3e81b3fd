// Package placelink makes and reads the links by which a place goes on in another browser.
//
// A link is a ticket of an authority of its own, so that it is none for the line, and good for Life. Whoever opens it first, and presses
// the button on its page, has the place from then on: [Link.Ref] is the same for everybody who opens it, and lets a store do the hand-over
// once, and [Link.To] is the id under which the place goes on in one browser. A browser that comes again, because it did not get the answer,
// comes to the same id and so to the same place; another one cannot.
//
// The gateway and the operators' plane import it. It has no clock.
package placelink

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// Life is how long a link is good for.
const Life = 5 * time.Minute

// purpose names the authority of links within that of the room.
const purpose = "device"

// Links makes and reads the links of one room. Safe for concurrent use.
type Links struct{ authority *token.Authority }

// New makes those of the room that the authority is of.
func New(tokens *token.Authority) (*Links, error) {
	authority, err := tokens.Within(purpose)
	if err != nil {
		return nil, fmt.Errorf("links to places: %w", err)
	}
	return &Links{authority}, nil
}

// Make is the link for the place of a ticket. It is good no longer than the ticket, if that says how long it lives: behind it nobody may remember
// that it was used.
func (l *Links) Make(t token.Ticket, now time.Time) (string, error) {
	ends := now.Add(Life).Unix()
	if t.ExpiresAt != 0 {
		ends = min(ends, t.ExpiresAt)
	}
	t.Room, t.IssuedAt, t.ExpiresAt = l.authority.Room(), now.Unix(), ends
	raw, err := l.authority.AppendTicket(nil, t)
	if err != nil {
		return "", fmt.Errorf("link to a place: %w", err)
	}
	return string(raw), nil
}

// Read reads a link. Errors are those of token.Authority.VerifyTicket.
func (l *Links) Read(raw []byte, now time.Time) (*Link, error) {
	t, err := l.authority.VerifyTicket(raw, now)
	if err != nil {
		return nil, err
	}
	return &Link{Ticket: t, sum: sha256.Sum256(raw)}, nil
}

// Link is one that was read.
type Link struct {
	// Ticket is that of the place, but for its room and its times.
	Ticket token.Ticket
	sum    [sha256.Size]byte
}

// Ref names the hand-over by this link.
func (k *Link) Ref() [16]byte { return k.derive("ref", nil) }

// To is the id under which the place goes on in the browser that has the secret. It follows from the link too, which is signed and so known
// to nobody who has not seen it.
func (k *Link) To(secret []byte) [16]byte { return k.derive("to", secret) }

func (k *Link) derive(what string, secret []byte) [16]byte {
	h := sha256.New()
	h.Write([]byte("einlass place link " + what + "\x00"))
	h.Write(k.sum[:])
	h.Write(secret)
	return [16]byte(h.Sum(nil))
}
