package draws

import (
	"errors"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/token"
)

// errKey: the key that a commitment names is not in the keyring any more.
var errKey = errors.New("the key of its commitment is not in the keyring any more")

// errSeed: the seed in force does not follow from what is noted.
var errSeed = errors.New("the seed in force does not follow from its commitment: somebody has revealed it by hand")

// record makes the statements of a draw, as far as they can be made: before is what was published, d is nil before the freeze.
func (c *Conductor) record(n *note, d *queue.Draw, before *draw.Record) (draw.Record, error) {
	if n.Beacon == draw.Drand && !c.sameChain(n) {
		return *before, errChain
	}
	by, ok := c.cfg.Keys.Ring().SignerBy(n.Key)
	if !ok {
		return c.orphan(d, before)
	}
	var r draw.Record
	s := c.secret(by, n.Opening)
	commitment := draw.Commitment{Room: c.cfg.Room, Opening: n.Opening, Beacon: n.Beacon, Commit: draw.Commit(s)}
	if n.Beacon == draw.Drand {
		commitment.Chain = &c.cfg.Chain
	}
	r.SetCommitment(&commitment, by)
	if d == nil || len(d.Segments) == 0 {
		return r, nil
	}
	r.SetFreeze(freeze(&commitment, d), by)
	if !d.Known {
		return r, nil
	}
	result, err := c.result(n, d, by)
	if err != nil {
		return r, err
	}
	r.SetResult(result, by)
	return r, nil
}

// orphan goes on with a record whose secret is lost with its key: the draw fails, and another key says so.
func (c *Conductor) orphan(d *queue.Draw, before *draw.Record) (draw.Record, error) {
	r := *before
	if r.Commitment == nil || d == nil || len(d.Segments) == 0 {
		return r, errKey
	}
	commitment, err := draw.ParseCommitment(r.Commitment.Statement)
	if err != nil {
		return r, err
	}
	by, ok := c.cfg.Keys.Ring().Signer(time.UnixMilli(d.Frozen))
	if !ok {
		return r, errKey
	}
	r.Keys = slices.Clone(r.Keys)
	if r.Freeze == nil {
		r.SetFreeze(freeze(&commitment, d), by)
	}
	if d.Known && d.Seed == ([32]byte{}) && r.Result == nil {
		r.SetResult(failed(&commitment), by)
	}
	return r, errKey
}

// failed is the result of a draw whose seed did not come.
func failed(of *draw.Commitment) draw.Result {
	return draw.Result{Room: of.Room, Opening: of.Opening, Beacon: draw.None, Fallback: draw.NoSeed, Algorithm: draw.Arrival}
}

func freeze(of *draw.Commitment, d *queue.Draw) *draw.Freeze {
	f := &draw.Freeze{
		Room: of.Room, Opening: of.Opening, Commit: of.Commit, Frozen: d.Frozen,
		N: d.N, Epoch: d.Segments[0].Epoch, First: d.Segments[0].First, Root: draw.NoRoll(),
	}
	for _, s := range d.Segments {
		last := s.First - 1
		if s.Len() > 0 {
			last = s.Last
		}
		f.Segments = append(f.Segments, draw.Segment{Epoch: s.Epoch, First: s.First, Last: last})
	}
	if of.Chain != nil {
		f.Round = of.Chain.Round(d.Frozen)
	}
	return f
}

func (c *Conductor) result(n *note, d *queue.Draw, by *token.Signer) (draw.Result, error) {
	s := c.secret(by, n.Opening)
	r := failed(&draw.Commitment{Room: c.cfg.Room, Opening: n.Opening})
	r.Secret = &s
	if d.Seed == ([32]byte{}) {
		return r, nil
	}
	if !n.decided() {
		return r, errSeed
	}
	value, err := c.value(n, d)
	if err != nil {
		return r, err
	}
	r.Value, r.Seed, r.Algorithm, r.Fallback = value, c.seed(by, d, value), draw.SwapOrNot, n.Fallback
	if n.Fallback == "" {
		r.Beacon, r.Signature, r.Line = n.Beacon, n.Signature, n.Line
	}
	if r.Seed != draw.Value(d.Seed) {
		return r, errSeed
	}
	return r, nil
}
