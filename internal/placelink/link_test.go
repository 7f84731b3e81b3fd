package placelink

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// noon is when the links of the tests are made.
var noon = time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)

func authorities(t *testing.T, rooms ...string) []*token.Authority {
	t.Helper()
	ring, err := token.NewKeyring(bytes.NewReader(bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyzABCD"), 8)), noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	var all []*token.Authority
	for _, room := range rooms {
		a, err := token.NewAuthority(source, room)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func linksOf(t *testing.T, a *token.Authority) *Links {
	t.Helper()
	l, err := New(a)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var place = token.Ticket{Visitor: token.ID{1, 2, 3}, Epoch: 33_000_000, Number: 17, Rank: token.Rank{Order: 99, Lane: 2, Code: token.ID{4}, Uses: 3}}

func TestALinkCarriesThePlaceForFiveMinutes(t *testing.T) {
	l := linksOf(t, authorities(t, "termine")[0])
	raw, err := l.Make(place, noon)
	if err != nil {
		t.Fatal(err)
	}
	k, err := l.Read([]byte(raw), noon.Add(Life-time.Second))
	if err != nil || k.Ticket.Visitor != place.Visitor || k.Ticket.Epoch != place.Epoch || k.Ticket.Number != place.Number || k.Ticket.Rank != place.Rank {
		t.Fatalf("%+v, %v", k, err)
	}
	if _, err := l.Read([]byte(raw), noon.Add(Life)); !errors.Is(err, token.ErrExpired) {
		t.Errorf("after five minutes: %v", err)
	}
	if len(raw) > 440 {
		t.Errorf("%d characters", len(raw))
	}
}

func TestALinkIsNoTicketAndATicketNoLink(t *testing.T) {
	all := authorities(t, "termine", "andere")
	l, other := linksOf(t, all[0]), linksOf(t, all[1])
	raw, err := l.Make(place, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all[0].VerifyTicket([]byte(raw), noon); !errors.Is(err, token.ErrWrongRoom) {
		t.Errorf("the line takes a link for a ticket: %v", err)
	}
	if _, err := other.Read([]byte(raw), noon); !errors.Is(err, token.ErrWrongRoom) {
		t.Errorf("another room takes it: %v", err)
	}
	ticket := place
	ticket.Room, ticket.IssuedAt, ticket.ExpiresAt = "termine", noon.Unix(), noon.Unix()+60
	if text, err := all[0].IssueTicket(ticket); err != nil {
		t.Fatal(err)
	} else if _, err := l.Read([]byte(text), noon); !errors.Is(err, token.ErrWrongRoom) {
		t.Errorf("a ticket is taken for a link: %v", err)
	}
	forged := []byte(raw)
	forged[len(forged)-3] ^= 1
	if _, err := l.Read(forged, noon); err == nil {
		t.Error("a forged link is read")
	}
}

func TestABrowserComesToOneIdAndAnotherToAnother(t *testing.T) {
	l := linksOf(t, authorities(t, "termine")[0])
	read := func(p token.Ticket, at time.Time) *Link {
		raw, err := l.Make(p, at)
		if err != nil {
			t.Fatal(err)
		}
		k, err := l.Read([]byte(raw), at)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	one, again, later := read(place, noon), read(place, noon), read(place, noon.Add(time.Second))
	if one.Ref() != again.Ref() || one.To([]byte("a")) != again.To([]byte("a")) {
		t.Error("the same browser comes to another id")
	}
	seen := map[[16]byte]bool{one.Ref(): true, later.Ref(): true, one.To([]byte("a")): true, one.To([]byte("b")): true, later.To([]byte("a")): true, place.Visitor: true}
	if len(seen) != 6 {
		t.Errorf("%d different ids, want 6", len(seen))
	}
}

func TestALinkIsGoodNoLongerThanItsTicket(t *testing.T) {
	l, short := linksOf(t, authorities(t, "termine")[0]), place
	short.ExpiresAt = noon.Add(time.Minute).Unix()
	raw, err := l.Make(short, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read([]byte(raw), noon.Add(59*time.Second)); err != nil {
		t.Error(err)
	}
	if _, err := l.Read([]byte(raw), noon.Add(time.Minute)); !errors.Is(err, token.ErrExpired) {
		t.Errorf("when the ticket is over: %v", err)
	}
}
