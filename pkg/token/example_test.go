package token_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// A visitor gets a ticket and shows it again.
func ExampleAuthority_AppendTicket() {
	now := time.Date(2026, time.June, 14, 8, 0, 0, 0, time.UTC)
	ring, err := token.NewKeyring(rand.Reader, now)
	if err != nil {
		panic(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		panic(err)
	}
	authority, err := token.NewAuthority(source, "termine")
	if err != nil {
		panic(err)
	}

	visitor, err := token.NewID(rand.Reader)
	if err != nil {
		panic(err)
	}
	cookie := make([]byte, 0, token.MaxLength)
	cookie, err = authority.AppendTicket(cookie, token.Ticket{
		Room: "termine", Visitor: visitor, Epoch: 1, Number: 48213,
		IssuedAt: now.Unix(), ExpiresAt: now.Add(12 * time.Hour).Unix(),
	})
	if err != nil {
		panic(err)
	}

	ticket, err := authority.VerifyTicket(cookie, now.Add(time.Minute))
	fmt.Println(ticket.Number, ticket.Visitor == visitor, err)
	// Output: 48213 true <nil>
}

// A pass that has expired comes with its claims, so that a form can still be
// sent within a period of grace.
func ExampleAuthority_VerifyPass() {
	now := time.Date(2026, time.June, 14, 8, 0, 0, 0, time.UTC)
	ring, err := token.NewKeyring(rand.Reader, now)
	if err != nil {
		panic(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		panic(err)
	}
	authority, err := token.NewAuthority(source, "termine")
	if err != nil {
		panic(err)
	}
	raw, err := authority.AppendPass(nil, token.Pass{
		Room: "termine", Epoch: 1, Number: 7,
		StartedAt: now.Unix(), IssuedAt: now.Unix(), ExpiresAt: now.Add(10 * time.Minute).Unix(),
	})
	if err != nil {
		panic(err)
	}

	late := now.Add(11 * time.Minute)
	pass, err := authority.VerifyPass(raw, late)
	if errors.Is(err, token.ErrExpired) {
		fmt.Println("expired for", late.Sub(time.Unix(pass.ExpiresAt, 0)))
	}
	// Output: expired for 1m0s
}

// A gateway makes its keyring at the first start and finds it at the next.
func ExampleLoadOrCreate() {
	dir, err := os.MkdirTemp("", "einlass")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keyring.json")

	for range 2 {
		ring, created, err := token.LoadOrCreate(path, rand.Reader, time.Now())
		fmt.Println(ring, created, err)
	}
	// Output:
	// keyring(1 HS256, 1 EdDSA) true <nil>
	// keyring(1 HS256, 1 EdDSA) false <nil>
}

// A rotation while the line is open: the new keys reach every gateway before
// they sign, and the old ones stay as long as a ticket lives.
func ExampleKeyring_Rotate() {
	now := time.Date(2026, time.June, 14, 8, 0, 0, 0, time.UTC)
	ring, err := token.NewKeyring(rand.Reader, now.AddDate(0, -3, 0))
	if err != nil {
		panic(err)
	}
	ring, err = ring.Rotate(rand.Reader, token.Rotation{
		Now: now, ActivatesAt: now.Add(10 * time.Minute), Overlap: 12 * time.Hour,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(ring)
	// Output: keyring(2 HS256, 2 EdDSA)
}

// With a keyring in the environment, the first key signs and all verify.
func ExampleLoadEnv() {
	ring, err := token.LoadEnv("2026b:bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBzbyBrZWVwIGl0IQ," +
		"2026a:dGhpcyBvbmUgd2FzIGEgc2VjcmV0IGFsbCB0aHJvdWdoIE1heSE")
	fmt.Println(ring, err)

	_, err = token.LoadEnv("2026b:hunter2")
	fmt.Println(err)
	// Output:
	// keyring(2 HS256, 0 EdDSA) <nil>
	// read keyring from environment: invalid keyring: keys[0]: secret must be base64
}
