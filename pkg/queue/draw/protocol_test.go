package draw_test

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// The vector of the method, of round 1000 of quicknet.
const (
	vectorCommit = "6d1f6dddb5ae0343afa5bc62306b82bf6667a73f501c7f84c191926e9ce30ddb"
	vectorSeed   = "d1829639290b0ad7a3ab383e4250e809905862ed8a960449396458092852cb34"
	vectorBeacon = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
)

func secret() (s draw.Value) {
	for i := range s {
		s[i] = byte(i)
	}
	return s
}

func TestCommitAndSeedAreThoseThatOthersCompute(t *testing.T) {
	if c := draw.Commit(secret()); c.String() != vectorCommit {
		t.Errorf("commit %v, want %s", c, vectorCommit)
	}
	if s := draw.Seed(secret(), 7, 1, 9000, draw.NoRoll(), seed(t, vectorBeacon)); s.String() != vectorSeed {
		t.Errorf("seed %v, want %s", s, vectorSeed)
	}
}

func TestEveryInputOfASeedCounts(t *testing.T) {
	base := draw.Seed(secret(), 7, 1, 9000, draw.NoRoll(), draw.Value{})
	other := secret()
	other[31]++
	for what, s := range map[string]draw.Value{
		"secret": draw.Seed(other, 7, 1, 9000, draw.NoRoll(), draw.Value{}),
		"epoch":  draw.Seed(secret(), 8, 1, 9000, draw.NoRoll(), draw.Value{}),
		"first":  draw.Seed(secret(), 7, 2, 9000, draw.NoRoll(), draw.Value{}),
		"n":      draw.Seed(secret(), 7, 1, 9001, draw.NoRoll(), draw.Value{}),
		"root":   draw.Seed(secret(), 7, 1, 9000, draw.Value{}, draw.Value{}),
		"beacon": draw.Seed(secret(), 7, 1, 9000, draw.NoRoll(), draw.Value{31: 1}),
	} {
		if s == base {
			t.Errorf("another %s gives the same seed", what)
		}
	}
}

func TestALineIsTypedWithoutTheSpaceAroundIt(t *testing.T) {
	if draw.Typed(" 3 17 22\n") != draw.Typed("3 17 22") || draw.Typed("3 17 22") == draw.Typed("3  17 22") {
		t.Error("the space around a line counts, or the one within it does not")
	}
	// sha256sum of the same text.
	if got := draw.Typed("4 8 15 16 23 42").String(); got != "21f2049d5b7a94430621acbc5f6c467c134d368a2c69a8283cc08b1f6183962c" {
		t.Errorf("typed: %s", got)
	}
	if got := draw.NoRoll().String(); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("no roll: %s", got)
	}
}

// What is published is what the witnesses read: nothing that nobody sees, and nothing that shows the digits in another order.
func TestALineIsWhatPeopleRead(t *testing.T) {
	for _, line := range []string{"3 17 22", "Würfel: 3, 1", "\u0663 \u0661", "a\u200db"} {
		if err := draw.CheckLine(line); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
	for line, want := range map[string]string{
		"": "empty", " \u00a0": "empty", "\u200b": "empty", "\ufeff\u2060": "empty", "1\n2": "one line", "\xff": "one line",
		"1 \u202e23": "turns the order", "\u20661 2\u2069": "turns the order", "1\u200f2": "turns the order",
	} {
		if err := draw.CheckLine(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
}

// The round is the first that begins ten seconds after the freeze or later.
func TestTheRoundBeginsTenSecondsLater(t *testing.T) {
	c := draw.Chain{Genesis: 1000, Period: 3}
	for _, tt := range []struct {
		frozen int64
		round  uint64
	}{{0, 1}, {989_999, 1}, {990_000, 1}, {990_001, 2}, {993_000, 2}, {993_001, 3}, {1_000_000, 5}, {1_002_001, 6}} {
		round := c.Round(tt.frozen)
		if round != tt.round {
			t.Errorf("frozen at %d: round %d, want %d", tt.frozen, round, tt.round)
		}
		begins := c.Begins(round)
		if begins < tt.frozen+10_000 || round > 1 && begins >= tt.frozen+13_000 {
			t.Errorf("frozen at %d: round %d begins at %d", tt.frozen, round, begins)
		}
	}
}
