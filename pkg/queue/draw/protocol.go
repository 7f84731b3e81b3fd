package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// The protocol of a draw. Before the lobby opens, the gateway publishes Commit of a secret. At the start it publishes which
// numbers are drawn, and which value that nobody knows yet decides with the secret: the beacon. When that is known, Seed follows,
// and the secret is published. So nobody chooses the seed: who knows the secret does not know the beacon while the numbers can
// still change, and the secret was fixed before there was a number.

// Value is a hash, a secret or a seed: 32 bytes, in texts 64 lower-case hexadecimal digits.
type Value [32]byte

// Commit is what is published of a secret before it is.
func Commit(secret Value) Value {
	return sum("einlass/draw/v1/commit\n", secret[:])
}

// Seed is the seed of a draw: of the secret, of the first number and its epoch, of how many numbers are drawn, of the roll, and of
// the beacon's value, which is zero where there is none.
func Seed(secret Value, epoch, first, n uint64, root, beacon Value) Value {
	var numbers [24]byte
	binary.BigEndian.PutUint64(numbers[:8], epoch)
	binary.BigEndian.PutUint64(numbers[8:16], first)
	binary.BigEndian.PutUint64(numbers[16:], n)
	return sum("einlass/draw/v1/seed\n", secret[:], numbers[:], root[:], beacon[:])
}

// NoRoll is the root of a roll of no tickets: the hash of nothing. A lobby keeps no list that could be hashed.
func NoRoll() Value { return sum("") }

// Typed is the beacon's value of a line that an official has typed in, without the space around it.
func Typed(line string) Value { return sum(strings.TrimSpace(line)) }

func sum(prefix string, parts ...[]byte) Value {
	h := sha256.New()
	h.Write([]byte(prefix))
	for _, p := range parts {
		h.Write(p)
	}
	return Value(h.Sum(nil))
}
