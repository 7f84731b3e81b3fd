package draw

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
)

// Beacon checks the signature of a chain's round, and answers the round's value.
type Beacon func(c *Chain, round uint64, signature []byte) (Value, error)

// Verified is a record that fits, as far as its statements are made: nil are those that are not.
type Verified struct {
	Commitment *Commitment
	Freeze     *Freeze
	Result     *Result
}

// Verify checks a record: keys, signatures, and that each statement follows from the one before. trusted are the keys that somebody
// has from elsewhere; where there are none, those that the record names. The error names the first thing that does not fit.
func Verify(r *Record, trusted []Key, beacon Beacon) (v Verified, err error) {
	if err := checkKeys(r, trusted); err != nil {
		return Verified{}, err
	}
	for _, p := range r.parts() {
		if err := p.signature(r.Keys); err != nil {
			return Verified{}, fmt.Errorf("%s: %w", p.what, err)
		}
	}
	c, err := ParseCommitment(r.Commitment.Statement)
	if err != nil {
		return Verified{}, err
	}
	v.Commitment = &c
	if r.Freeze == nil {
		return v, nil
	}
	f, err := ParseFreeze(r.Freeze.Statement)
	if err == nil {
		err = named("freeze", f.follows(&c))
	}
	if err != nil {
		return Verified{}, err
	}
	v.Freeze = &f
	if r.Result == nil {
		return v, nil
	}
	s, err := ParseResult(r.Result.Statement)
	if err == nil && s.Freeze != hashOf(r.Freeze.Statement) {
		err = errors.New("result: it is about another freeze")
	}
	if err == nil {
		err = named("result", s.follows(&c, &f, beacon))
	}
	if err != nil {
		return Verified{}, err
	}
	v.Result = &s
	return v, nil
}

// checkKeys holds the record's keys to those that are trusted.
func checkKeys(r *Record, trusted []Key) error {
	for i, k := range r.Keys {
		if len(k.Key) != ed25519.PublicKeySize {
			return fmt.Errorf("keys: %q has %d bytes: want %d", k.Kid, len(k.Key), ed25519.PublicKeySize)
		}
		if slices.ContainsFunc(r.Keys[:i], func(o Key) bool { return o.Kid == k.Kid }) {
			return fmt.Errorf("keys: %q is there twice", k.Kid)
		}
		if !slices.ContainsFunc(r.parts(), func(p part) bool { return p.Kid == k.Kid }) {
			return fmt.Errorf("keys: %q has signed nothing", k.Kid)
		}
		if len(trusted) > 0 && !slices.ContainsFunc(trusted, func(o Key) bool { return o.Kid == k.Kid && string(o.Key) == string(k.Key) }) {
			return fmt.Errorf("keys: %q is none of those that are trusted", k.Kid)
		}
	}
	return nil
}

func (p part) signature(keys []Key) error {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Kid == p.Kid })
	if i < 0 {
		return fmt.Errorf("key %q is not in the record", p.Kid)
	}
	if !ed25519.Verify(ed25519.PublicKey(keys[i].Key), p.Statement, p.Signature) {
		return fmt.Errorf("the signature by key %q does not fit the statement", p.Kid)
	}
	return nil
}

// follows says what in a freeze does not follow from the commitment.
func (f *Freeze) follows(c *Commitment) error {
	round := uint64(0)
	if c.Chain != nil {
		round = c.Chain.Round(f.Frozen)
	}
	switch {
	case f.Room != c.Room || f.Opening != c.Opening:
		return fmt.Errorf("it is about %s of %s, the commitment about %s of %s", f.Opening, f.Room, c.Opening, c.Room)
	case f.Commit != c.Commit:
		return errors.New("commit: it is not that of the commitment")
	case f.Root != NoRoll():
		return errors.New("root: it is not that of a roll of no tickets")
	case f.Round != round:
		return fmt.Errorf("round %d: by the time of the freeze it is %d", f.Round, round)
	}
	return nil
}

// follows says what in a result does not follow from the statements before.
func (r *Result) follows(c *Commitment, f *Freeze, beacon Beacon) error {
	if r.Room != c.Room || r.Opening != c.Opening {
		return fmt.Errorf("it is about %s of %s, the commitment about %s of %s", r.Opening, r.Room, c.Opening, c.Room)
	}
	if r.Secret != nil && Commit(*r.Secret) != c.Commit {
		return errors.New("secret: it is not the one of the commitment")
	}
	if err := r.fallsBack(c.Beacon); err != nil {
		return err
	}
	value, err := r.value(c, f, beacon)
	switch {
	case err != nil:
		return err
	case value != r.Value:
		return fmt.Errorf("value: %s is the beacon's", value)
	case r.Fallback == NoSeed:
		if r.Seed != (Value{}) || r.Algorithm != Arrival {
			return errors.New("seed, algorithm: a draw that has failed has a zero seed and the order of arrival")
		}
		return nil
	case r.Secret == nil:
		return errors.New("secret: it is missing")
	case r.Algorithm != SwapOrNot:
		return fmt.Errorf("algorithm %q: want %q", r.Algorithm, SwapOrNot)
	}
	if seed := Seed(*r.Secret, f.Epoch, f.First, f.N, f.Root, value); seed != r.Seed {
		return fmt.Errorf("seed: %s follows from the secret, the numbers and the beacon", seed)
	}
	return nil
}

// fallsBack checks that a beacon other than the rule's has its reason.
func (r *Result) fallsBack(rule Rule) error {
	want := map[Fallback][2]Rule{ // the rule, and what was used instead
		DrandSilent: {Drand, None}, NothingTyped: {ByHand, None}, NoSeed: {rule, None}, "": {rule, rule},
	}
	as, known := want[r.Fallback]
	switch {
	case !known:
		return fmt.Errorf("fallback %q: want none, %s, %s or %s", r.Fallback, DrandSilent, NothingTyped, NoSeed)
	case rule != as[0] || r.Beacon != as[1]:
		return fmt.Errorf("beacon %s, fallback %q: the commitment says %s", r.Beacon, r.Fallback, rule)
	}
	return nil
}

// value is what the beacon's value must be.
func (r *Result) value(c *Commitment, f *Freeze, beacon Beacon) (Value, error) {
	switch r.Beacon {
	case Drand:
		v, err := beacon(c.Chain, f.Round, r.Signature)
		if err != nil {
			return v, fmt.Errorf("signature: it is not that of round %d of the chain: %w", f.Round, err)
		}
		return v, nil
	case ByHand:
		return Typed(r.Line), nil
	case None:
	}
	return Value{}, nil
}
