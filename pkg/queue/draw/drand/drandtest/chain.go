// Package drandtest is a chain of drand of a test's own, and a server that has its rounds.
package drandtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"testing"
	"time"

	"github.com/cloudflare/circl/sign/bls"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// Chain is a chain whose key the test has.
type Chain struct {
	draw.Chain
	key *bls.PrivateKey[bls.KeyG2SigG1]
}

// New makes a chain that begins at a Unix second.
func New(tb testing.TB, genesis, period int64) *Chain {
	tb.Helper()
	ikm := make([]byte, 32)
	if _, err := rand.Read(ikm); err != nil {
		tb.Fatal(err)
	}
	key, err := bls.KeyGen[bls.KeyG2SigG1](ikm, nil, nil)
	if err != nil {
		tb.Fatal(err)
	}
	public, err := key.PublicKey().MarshalBinary()
	if err != nil {
		tb.Fatal(err)
	}
	return &Chain{draw.Chain{Hash: sha256.Sum256(public), Key: public, Genesis: genesis, Period: period}, key}
}

// Sign is the signature of a round.
func (c *Chain) Sign(round uint64) []byte {
	message := sha256.Sum256(binary.BigEndian.AppendUint64(nil, round))
	return bls.Sign(c.key, message[:])
}

// ServeHTTP answers with a round as drand's servers do, once it has begun.
func (c *Chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	round, err := strconv.ParseUint(path.Base(r.URL.Path), 10, 64)
	if err != nil || r.URL.Path != fmt.Sprintf("/%s/public/%d", c.Hash, round) || c.Begins(round) > time.Now().UnixMilli() {
		http.NotFound(w, r)
		return
	}
	signature := c.Sign(round)
	randomness := sha256.Sum256(signature)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"round":%d,"randomness":"%x","signature":"%x"}`, round, randomness, signature)
}
