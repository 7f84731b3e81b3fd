// Package drand checks the rounds of a chain of the drand network, of the scheme bls-unchained-g1-rfc9380: signatures in G1, keys in
// G2 of BLS12-381. It has no clock and asks nobody.
package drand

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/ecc/bls12381"
	"github.com/cloudflare/circl/sign/bls"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// The chain that the League of Entropy runs for all: a round each three seconds.
const (
	quicknetHash = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
	quicknetKey  = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
		"0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
	quicknetGenesis = 1692803367
	quicknetPeriod  = 3
)

// Quicknet is that chain.
func Quicknet() draw.Chain {
	c := draw.Chain{Genesis: quicknetGenesis, Period: quicknetPeriod}
	if err := c.Hash.UnmarshalText([]byte(quicknetHash)); err != nil {
		panic(err) // it is a constant
	}
	var err error
	if c.Key, err = hex.DecodeString(quicknetKey); err != nil {
		panic(err)
	}
	return c
}

// errSignature: a signature that the chain's key has not made of the round.
var errSignature = errors.New("the signature does not fit the round and the chain's key")

// Check checks the signature of a round, and answers the round's randomness.
func Check(c *draw.Chain, round uint64, signature []byte) (draw.Value, error) {
	var key bls.PublicKey[bls.KeyG2SigG1]
	if err := key.UnmarshalBinary(c.Key); err != nil {
		return draw.Value{}, fmt.Errorf("key of the chain: %w", err)
	}
	if !oneSpelling(signature) || !bls.Verify(&key, message(round), signature) {
		return draw.Value{}, errSignature
	}
	return sha256.Sum256(signature), nil
}

// oneSpelling reports whether a signature is spelled as chains spell it. A point has others, which verify as well: whoever could take
// one of those would choose between several values of the same round.
func oneSpelling(signature []byte) bool {
	var point bls12381.G1
	return point.SetBytes(signature) == nil && bytes.Equal(point.BytesCompressed(), signature)
}

// CheckKey says why bytes are no key of a chain; nil: they are.
func CheckKey(raw []byte) error {
	var key bls.PublicKey[bls.KeyG2SigG1]
	if err := key.UnmarshalBinary(raw); err != nil {
		return fmt.Errorf("key of the chain: %w", err)
	}
	return nil
}

// message is what a chain signs for a round.
func message(round uint64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
	return sum[:]
}
