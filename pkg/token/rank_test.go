package token_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

// acceptedRanks are what epoch and number do not tell of a place, in the one
// right spelling.
var acceptedRanks = []string{
	`"order":1`,
	`"order":9007199254740991`,
	`"lane":1`,
	`"lane":7`,
	`"code":"AAECAwQFBgcICQoLDA0ODw","uses":1`,
	`"order":12582960,"lane":3,"code":"AAECAwQFBgcICQoLDA0ODw","uses":16`,
	`"order":12582960,"x":1`,
}

// refusedRanks are out of bounds, out of order, or not in the one right spelling.
var refusedRanks = []string{
	`"order":0`,
	`"order":9007199254740992`,
	`"order":"1"`,
	`"order":-1`,
	`"lane":0`,
	`"lane":8`,
	`"lane":1,"order":1`,
	`"order":1,"order":1`,
	`"code":"AAECAwQFBgcICQoLDA0ODw"`,
	`"code":"AAECAwQFBgcICQoLDA0ODw","uses":0`,
	`"code":"AAECAwQFBgcICQoLDA0ODw","uses":17`,
	`"code":"AAECAwQFBgcICQoLDA0ODx","uses":1`,
	`"code":"AAAAAAAAAAAAAAAAAAAAAA","uses":1`,
	`"code":"","uses":1`,
	`"uses":1`,
	`"x":1,"order":1`,
}

func drawRank(t *rapid.T) token.Rank {
	r := token.Rank{
		Order: rapid.Uint64Range(0, 1<<53-1).Draw(t, "order"),
		Lane:  rapid.Uint8Range(0, 7).Draw(t, "lane"),
		Uses:  rapid.Uint8Range(0, 16).Draw(t, "uses"),
	}
	if r.Uses > 0 {
		copy(r.Code[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "code"))
		r.Code[0] |= 1 // never zero
	}
	return r
}

func TestAnExplicitRankIsRead(t *testing.T) {
	authority := authorityOver("k1")
	for _, rank := range acceptedRanks {
		ticket, err := authority.VerifyTicket([]byte(forge(header("k1", ticketType), withExtra(goodClaims(), rank), "k1")), noon)
		if err != nil || ticket.Rank == (token.Rank{}) {
			t.Errorf("a ticket with %s: %+v, %v", rank, ticket, err)
		}
		pass, err := authority.VerifyPass([]byte(forge(header("k1", passType), withExtra(goodPassClaims(), rank), "k1")), noon)
		if err != nil || pass.Rank != ticket.Rank {
			t.Errorf("a pass with %s: %+v, %v", rank, pass, err)
		}
	}
	for _, rank := range refusedRanks {
		_, err := authority.VerifyTicket([]byte(forge(header("k1", ticketType), withExtra(goodClaims(), rank), "k1")), noon)
		if err != token.ErrMalformed {
			t.Errorf("a ticket with %s: %v", rank, err)
		}
	}
}

func TestATicketIsIssuedWithoutClaimsThatSayNothing(t *testing.T) {
	raw := must(authorityOver("k1").IssueTicket(someTicket()))
	if want := forge(header("k1", ticketType), goodClaims(), "k1"); raw != want {
		t.Errorf("issued %s, want %s", raw, want)
	}
}

func TestARankThatNoPlaceHasIsNotIssued(t *testing.T) {
	authority := authorityOver("k1")
	for _, rank := range []token.Rank{
		{Order: 1 << 53}, {Lane: 8}, {Uses: 17, Code: token.ID{1}}, {Uses: 1}, {Code: token.ID{1}},
	} {
		ticket := someTicket()
		ticket.Rank = rank
		_, slow := authority.IssueTicket(ticket)
		_, fast := authority.AppendTicket(nil, ticket)
		wantError(t, slow, token.ErrInvalidClaims)
		wantError(t, fast, token.ErrInvalidClaims)
	}
}
