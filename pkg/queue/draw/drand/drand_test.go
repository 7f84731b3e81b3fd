package drand_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/cloudflare/circl/ecc/bls12381"

	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
	"github.com/einlass/einlass/pkg/queue/draw/drand/drandtest"
)

const (
	signature1000 = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
	value1000     = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestRound1000OfQuicknet(t *testing.T) {
	c := drand.Quicknet()
	value, err := drand.Check(&c, 1000, unhex(t, signature1000))
	if err != nil || value.String() != value1000 {
		t.Fatalf("value %v, %v; want %s", value, err, value1000)
	}
}

func TestAnotherSignatureOrRoundIsRefused(t *testing.T) {
	c := drand.Quicknet()
	good := unhex(t, signature1000)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := drand.Check(&c, 1000, bad); err == nil {
			t.Fatalf("byte %d changed, and the signature is accepted", i)
		}
	}
	if _, err := drand.Check(&c, 1001, good); err == nil {
		t.Error("the signature of round 1000 is accepted for round 1001")
	}
	for _, length := range []int{0, 1, 47} {
		if _, err := drand.Check(&c, 1000, good[:length]); err == nil {
			t.Errorf("%d bytes of the signature are accepted", length)
		}
	}
}

// One point of the curve has several spellings, of which each has another hash.
func TestASignatureHasOneSpelling(t *testing.T) {
	c := drand.Quicknet()
	good := unhex(t, signature1000)
	var point bls12381.G1
	if err := point.SetBytes(good); err != nil {
		t.Fatal(err)
	}
	if _, err := drand.Check(&c, 1000, point.Bytes()); err == nil {
		t.Error("the uncompressed point is accepted")
	}
	// A chain of the test's own, until a signature's x leaves room for the field's order.
	order, ok := new(big.Int).SetString("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16)
	if !ok {
		t.Fatal("no number")
	}
	own := drandtest.New(t, 0, 3)
	for round := uint64(1); ; round++ {
		signature := own.Sign(round)
		x := new(big.Int).SetBytes(append([]byte{signature[0] & 0x1f}, signature[1:]...))
		if x.Add(x, order); x.BitLen() > 381 {
			continue
		}
		other := x.FillBytes(make([]byte, 48))
		other[0] |= signature[0] & 0xe0
		if _, err := drand.Check(&own.Chain, round, other); err == nil {
			t.Error("x plus the field's order is accepted")
		}
		return
	}
}

func TestAChainOfItsOwn(t *testing.T) {
	own := drandtest.New(t, 1_800_000_000, 3)
	signature := own.Sign(7)
	value, err := drand.Check(&own.Chain, 7, signature)
	if err != nil || value != sha256.Sum256(signature) {
		t.Fatalf("value %v, %v", value, err)
	}
	quicknet := drand.Quicknet()
	if _, err := drand.Check(&quicknet, 7, signature); err == nil {
		t.Error("another chain's signature is accepted")
	}
}

func TestAKeyThatIsNoneIsRefused(t *testing.T) {
	c := draw.Chain{Key: make([]byte, 96), Period: 3}
	if drand.CheckKey(c.Key) == nil {
		t.Error("96 zero bytes are a key")
	}
	if _, err := drand.Check(&c, 1000, unhex(t, signature1000)); err == nil {
		t.Error("a signature is checked by no key")
	}
}

func BenchmarkCheck(b *testing.B) {
	c := drand.Quicknet()
	signature, err := hex.DecodeString(signature1000)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := drand.Check(&c, 1000, signature); err != nil {
			b.Fatal(err)
		}
	}
}
