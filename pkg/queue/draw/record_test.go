package draw_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
)

const vectorSignature = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"

// key signs statements of a test.
type key struct {
	kid     string
	private ed25519.PrivateKey
}

func newKey(kid string, fill byte) key {
	return key{kid, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{fill}, ed25519.SeedSize))}
}

func (k key) Kid() string               { return k.kid }
func (k key) Public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }
func (k key) Sign(text []byte) []byte   { return ed25519.Sign(k.private, text) }

// round1000 is when a lobby was frozen that round 1000 of quicknet decides.
const round1000 = (1692803367 + 999*3 - 10) * 1000

// statements are those of a draw by each rule.
type statements struct {
	commitment draw.Commitment
	freeze     draw.Freeze
	result     draw.Result
}

func made(t testing.TB, rule draw.Rule) statements {
	t.Helper()
	s := secret()
	all := statements{
		draw.Commitment{Room: "termine", Opening: "2026-12-01 08:00", Beacon: rule, Commit: draw.Commit(s)},
		draw.Freeze{
			Room: "termine", Opening: "2026-12-01 08:00", Commit: draw.Commit(s), Frozen: round1000,
			Segments: []draw.Segment{{Epoch: 7, First: 1, Last: 8000}, {Epoch: 9, First: 4, Last: 1003}}, N: 9000, Epoch: 7, First: 1, Root: draw.NoRoll(),
		},
		draw.Result{Room: "termine", Opening: "2026-12-01 08:00", Beacon: rule, Secret: &s, Algorithm: draw.SwapOrNot},
	}
	switch rule {
	case draw.Drand:
		chain := drand.Quicknet()
		all.commitment.Chain, all.freeze.Round = &chain, 1000
		if err := all.result.Signature.UnmarshalText([]byte(vectorSignature)); err != nil {
			t.Fatal(err)
		}
		all.result.Value = seed(t, vectorBeacon)
	case draw.ByHand:
		all.result.Line = "3 17 22 31 40 49 ö"
		all.result.Value = draw.Typed(all.result.Line)
	case draw.None:
	}
	all.result.Seed = draw.Seed(s, 7, 1, 9000, draw.NoRoll(), all.result.Value)
	return all
}

func (s *statements) record(by draw.Signer) draw.Record {
	var r draw.Record
	r.SetCommitment(&s.commitment, by)
	r.SetFreeze(&s.freeze, by)
	r.SetResult(s.result, by)
	return r
}

// verify is what somebody does who has a record as a text.
func verify(text []byte, trusted ...draw.Key) error {
	r, err := draw.ParseRecord(text)
	if err == nil {
		_, err = draw.Verify(&r, trusted, drand.Check)
	}
	return err
}

func TestARecordOfEachRuleVerifies(t *testing.T) {
	by := newKey("k1", 1)
	for _, rule := range draw.Rules() {
		s := made(t, rule)
		r := s.record(by)
		if err := verify(r.Encode(), draw.Key{Kid: "k1", Key: draw.Bytes(by.Public())}); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// Others build on these texts: they change with a new version of the statements alone.
func TestTheTextOfARecord(t *testing.T) {
	for _, rule := range draw.Rules() {
		s := made(t, rule)
		r := s.record(newKey("k1", 1))
		name := "testdata/record-" + string(rule) + ".json"
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Encode(); !bytes.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestARecordGrows(t *testing.T) {
	s := made(t, draw.Drand)
	full := s.record(newKey("k1", 1))
	for _, r := range []draw.Record{
		{Keys: full.Keys, Commitment: full.Commitment},
		{Keys: full.Keys, Commitment: full.Commitment, Freeze: full.Freeze},
	} {
		if err := verify(r.Encode()); err != nil {
			t.Errorf("%d statements: %v", len(r.Encode()), err)
		}
	}
	without := draw.Record{Keys: full.Keys, Commitment: full.Commitment, Result: full.Result}
	if err := verify(without.Encode()); err == nil {
		t.Error("a record without the freeze verifies")
	}
}

func TestEveryChangedByteIsNamed(t *testing.T) {
	by, bits := newKey("k1", 1), []byte{0x01, 0x20, 0x80}
	for _, rule := range draw.Rules() {
		s := made(t, rule)
		r := s.record(by)
		text := r.Encode()
		trusted := draw.Key{Kid: "k1", Key: draw.Bytes(by.Public())}
		for i := range text {
			for turn := range changedBits {
				bit := bits[(i+turn)%len(bits)]
				changed := bytes.Clone(text)
				changed[i] ^= bit
				if err := verify(changed, trusted); err == nil || err.Error() == "" {
					t.Fatalf("%s: byte %d of %q changed by %#x, and nothing is named", rule, i, text[max(0, i-20):i+1], bit)
				}
			}
		}
	}
}

// Whoever has the key can sign anything: what does not follow is named all the same.
func TestWhatDoesNotFollowIsNamed(t *testing.T) {
	none := draw.Value{}
	other := secret()
	other[0] = 9
	for what, tt := range map[string]struct {
		rule   draw.Rule
		change func(*statements)
		names  string
	}{
		"another room":             {draw.None, func(s *statements) { s.freeze.Room = "other" }, "freeze: it is about"},
		"another opening":          {draw.None, func(s *statements) { s.result.Opening = "2026-12-02 08:00" }, "result: it is about"},
		"another commit":           {draw.None, func(s *statements) { s.freeze.Commit = none }, "freeze: commit"},
		"another round":            {draw.Drand, func(s *statements) { s.freeze.Round = 1001 }, "freeze: round 1001"},
		"a roll":                   {draw.None, func(s *statements) { s.freeze.Root = none }, "freeze: root"},
		"another secret":           {draw.None, func(s *statements) { s.result.Secret = &other }, "result: secret"},
		"no secret":                {draw.None, func(s *statements) { s.result.Secret = nil }, "result: secret"},
		"another seed":             {draw.None, func(s *statements) { s.result.Seed = other }, "result: seed"},
		"another algorithm":        {draw.None, func(s *statements) { s.result.Algorithm = draw.Arrival }, "result: algorithm"},
		"another line":             {draw.ByHand, func(s *statements) { s.result.Line = "1" }, "result: value"},
		"another value":            {draw.None, func(s *statements) { s.result.Value = other }, "result: value"},
		"another signature":        {draw.Drand, func(s *statements) { s.result.Signature[5] ^= 1 }, "result: signature"},
		"none instead of drand":    {draw.Drand, func(s *statements) { s.fallBack(""); s.reseed() }, "result: beacon none"},
		"typed instead of drand":   {draw.Drand, func(s *statements) { s.result.Beacon, s.result.Signature, s.result.Line = draw.ByHand, nil, "1" }, "result: beacon typed"},
		"a reason of another rule": {draw.Drand, func(s *statements) { s.fallBack(draw.NothingTyped); s.reseed() }, "result: beacon none"},
		"an unknown reason":        {draw.Drand, func(s *statements) { s.fallBack("bored"); s.reseed() }, "result: fallback"},
		"a seed of a failed draw":  {draw.Drand, func(s *statements) { s.fallBack(draw.NoSeed) }, "result: seed"},
	} {
		t.Run(what, func(t *testing.T) {
			s := made(t, tt.rule)
			tt.change(&s)
			r := s.record(newKey("k1", 1))
			err := verify(r.Encode())
			if err == nil || !strings.HasPrefix(err.Error(), tt.names) {
				t.Errorf("%v; want %s…", err, tt.names)
			}
		})
	}
}

// fallBack leaves the beacon out.
func (s *statements) fallBack(why draw.Fallback) {
	s.result.Beacon, s.result.Fallback, s.result.Signature, s.result.Value = draw.None, why, nil, draw.Value{}
}

func (s *statements) reseed() {
	s.result.Seed = draw.Seed(secret(), 7, 1, 9000, draw.NoRoll(), s.result.Value)
}

func TestADrawThatFallsBackVerifies(t *testing.T) {
	silent, failed, lost := made(t, draw.Drand), made(t, draw.Drand), made(t, draw.ByHand)
	silent.fallBack(draw.DrandSilent)
	silent.reseed()
	failed.fallBack(draw.NoSeed)
	failed.result.Seed, failed.result.Algorithm = draw.Value{}, draw.Arrival
	lost.fallBack(draw.NoSeed)
	lost.result.Line, lost.result.Secret = "", nil
	lost.result.Seed, lost.result.Algorithm = draw.Value{}, draw.Arrival
	for i, s := range []statements{silent, failed, lost} {
		r := s.record(newKey("k1", 1))
		if err := verify(r.Encode()); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestKeysMustBeTrusted(t *testing.T) {
	s := made(t, draw.None)
	r := s.record(newKey("k1", 1))
	other := newKey("k1", 2)
	if err := verify(r.Encode(), draw.Key{Kid: "k1", Key: draw.Bytes(other.Public())}); err == nil || !strings.HasPrefix(err.Error(), "keys:") {
		t.Errorf("another key of this name is trusted: %v", err)
	}
	// A key was rotated in between: each statement names its own.
	next := newKey("k2", 3)
	r.SetResult(s.result, next)
	if err := verify(r.Encode()); err != nil {
		t.Errorf("two keys: %v", err)
	}
}

// anySignature believes each: to check one takes milliseconds, and is drand's to try.
func anySignature(_ *draw.Chain, _ uint64, signature []byte) (draw.Value, error) {
	return draw.Typed(string(signature)), nil
}

func FuzzParseRecord(f *testing.F) {
	for _, rule := range draw.Rules() {
		s := made(f, rule)
		r := s.record(newKey("k1", 1))
		f.Add(r.Encode())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := draw.ParseRecord(text)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Encode(), text) {
			t.Errorf("%q is read as %q", text, r.Encode())
		}
		_, _ = draw.Verify(&r, nil, anySignature) // it must not panic
	})
}

func FuzzParseStatement(f *testing.F) {
	for _, rule := range draw.Rules() {
		s := made(f, rule)
		f.Add(s.commitment.Text())
		f.Add(s.freeze.Text())
		f.Add(s.result.Text())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := draw.ParseCommitment(text); err == nil && !bytes.Equal(c.Text(), text) {
			t.Errorf("commitment %q is read as %q", text, c.Text())
		}
		if s, err := draw.ParseFreeze(text); err == nil && !bytes.Equal(s.Text(), text) {
			t.Errorf("freeze %q is read as %q", text, s.Text())
		}
		if s, err := draw.ParseResult(text); err == nil && !bytes.Equal(s.Text(), text) {
			t.Errorf("result %q is read as %q", text, s.Text())
		}
	})
}
