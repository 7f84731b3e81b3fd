package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/cloudflare/circl/sign/bls"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// chain is one of drand's kind whose key the run has: its rounds are signed when they are asked for.
type chain struct {
	draw.Chain
	key *bls.PrivateKey[bls.KeyG2SigG1]
}

// arrives is how long a round of drand takes to come.
const arrives = 300 * time.Millisecond

func newChain(random io.Reader, genesis int64) (*chain, error) {
	material := make([]byte, 32)
	if _, err := io.ReadFull(random, material); err != nil {
		return nil, err
	}
	key, err := bls.KeyGen[bls.KeyG2SigG1](material, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	public, err := key.PublicKey().MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return &chain{draw.Chain{Hash: sha256.Sum256(public), Key: public, Genesis: genesis, Period: 3}, key}, nil
}

// Signature implements draws.Rounds.
func (c *chain) Signature(round uint64, begins time.Duration) (signature []byte, ok bool) {
	if begins > -arrives {
		return nil, false
	}
	message := sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
	return bls.Sign(c.key, message[:]), true
}
