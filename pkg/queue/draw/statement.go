package draw

import (
	"crypto/sha256"
	"fmt"
)

// A statement is what a gateway says of a draw, and signs. Its text is JSON without spaces, with the members in the order of the
// fields, in which each value has one spelling: JSON.stringify of what JSON.parse reads is the same text. All integers are below
// 2^53.

// The names of the statements, and of the record of all three.
const (
	commitmentName = "einlass/draw/v1/commitment"
	freezeName     = "einlass/draw/v1/freeze"
	resultName     = "einlass/draw/v1/result"
	recordName     = "einlass/draw/v1/record"
)

// The algorithms that place the numbers.
const (
	// SwapOrNot is the permutation of this package.
	SwapOrNot = "swap-or-not-90-sha256"
	// Arrival leaves the order of arrival: the draw has failed.
	Arrival = "arrival"
)

// Fallback is why another value decided than the rule says.
type Fallback string

const (
	// DrandSilent: no server has answered with the round within 30 s of its beginning. The secret alone decided.
	DrandSilent Fallback = "drand-silent"
	// NothingTyped: no line was typed in within ten minutes. The secret alone decided.
	NothingTyped Fallback = "nothing-typed"
	// NoSeed: no gateway had a seed within twelve minutes. The order of arrival stands.
	NoSeed Fallback = "no-seed"
)

// Commitment is the first statement, made before the lobby opens.
type Commitment struct {
	Name    string `json:"statement"`
	Room    string `json:"room"`
	Opening string `json:"opening"`
	Beacon  Rule   `json:"beacon"`
	// Chain is that of the rule Drand.
	Chain  *Chain `json:"chain,omitempty"`
	Commit Value  `json:"commit"`
}

// Segment is a run of numbers that were given in the lobby in one epoch. Last is First - 1 where there are none.
type Segment struct {
	Epoch uint64 `json:"epoch"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// Freeze is the second statement, made at the start: what is drawn, before the beacon's value exists.
type Freeze struct {
	Name    string `json:"statement"`
	Room    string `json:"room"`
	Opening string `json:"opening"`
	// Commit is that of the Commitment.
	Commit Value `json:"commit"`
	// Frozen is when, in Unix milliseconds.
	Frozen int64 `json:"frozen"`
	// Segments are the numbers in the order of arrival, N how many they are, Epoch and First those of the first segment.
	Segments []Segment `json:"segments"`
	N        uint64    `json:"n"`
	Epoch    uint64    `json:"epoch"`
	First    uint64    `json:"n0"`
	// Root is NoRoll.
	Root Value `json:"root"`
	// Round is that of the rule Drand, else 0 and left out.
	Round uint64 `json:"round,omitempty"`
}

// Result is the third statement: what has decided.
type Result struct {
	Name    string `json:"statement"`
	Room    string `json:"room"`
	Opening string `json:"opening"`
	// Freeze is SHA-256 of the text of the Freeze.
	Freeze Value `json:"freeze"`
	// Beacon is whose value was used; None where it is zero.
	Beacon   Rule     `json:"beacon"`
	Fallback Fallback `json:"fallback,omitempty"`
	// Secret is what the Commitment commits to; left out where the gateway could not make it, and the draw has failed.
	Secret *Value `json:"secret,omitempty"`
	// Signature is that of the beacon's round (Drand), Line what was typed in (ByHand).
	Signature Bytes  `json:"signature,omitempty"`
	Line      string `json:"line,omitempty"`
	// Value is that of the beacon, Seed what follows; zero leaves the order of arrival.
	Value     Value  `json:"value"`
	Seed      Value  `json:"seed"`
	Algorithm string `json:"algorithm"`
}

// Text is what is signed.
func (c Commitment) Text() []byte { c.Name = commitmentName; return encode(&c) }

// Text is what is signed.
func (f Freeze) Text() []byte { f.Name = freezeName; return encode(&f) }

// Text is what is signed.
func (r Result) Text() []byte { r.Name = resultName; return encode(&r) }

// ParseCommitment reads what Text wrote. It takes nothing else.
func ParseCommitment(text []byte) (c Commitment, err error) {
	if err = decode(text, &c); err == nil {
		err = c.check()
	}
	return c, named("commitment", err)
}

// ParseFreeze reads what Text wrote. It takes nothing else.
func ParseFreeze(text []byte) (f Freeze, err error) {
	if err = decode(text, &f); err == nil {
		err = f.check()
	}
	return f, named("freeze", err)
}

// ParseResult reads what Text wrote. It takes nothing else.
func ParseResult(text []byte) (r Result, err error) {
	if err = decode(text, &r); err == nil {
		err = r.check()
	}
	return r, named("result", err)
}

// hashOf is what a statement names another by.
func hashOf(text []byte) Value { return sha256.Sum256(text) }

func named(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
