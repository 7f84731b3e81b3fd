package sim

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
	"github.com/einlass/einlass/pkg/token"
)

// drawing is what the gateway does about draws, by the product's own conductor, and the orders that follow.
type drawing struct {
	conductor *draws.Conductor
	known     int           // how many draws of the snapshot have been applied
	mapping   uint64        // and what the store is told of it
	orders    []queue.Order // by citizen: what was drawn, 0: the order is the number's own
}

// buildDraws makes the gateway's keys and a chain of drand's kind. All follow from the seed of the run.
func (s *sim) buildDraws() error {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], s.seed)
	copy(seed[8:], "draws")
	random := rand.NewChaCha8(seed)
	ring, err := token.NewKeyring(random, s.start.Add(-time.Hour))
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	keys, err := token.NewSource(ring)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	chain, err := newChain(random, s.start.Unix()-86_400)
	if err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	s.draws.conductor, err = draws.New(draws.Config{
		Room: "sim", Keys: keys, Chain: chain.Chain, Rounds: chain, Log: zap.NewNop(),
	}, s.cfg.Scenario.Gate.Beacon)
	return err
}

// notes are what is noted about draws, in a document that is about to be set; where a line decides, an official types it in.
func (s *sim) notes(next *queue.Document) {
	f := &s.room.snapshot
	next.SetDraws(s.draws.conductor.Draws(next.Draws(), next, f))
	for i := range f.Opening.Draws {
		d := &f.Opening.Draws[i]
		if s.cfg.Scenario.Gate.Beacon == draw.ByHand && !d.Known && f.Now >= d.Frozen+scenarios.TypedIn.Milliseconds() {
			// Once it is typed in it stands, and is not typed in again.
			_, _ = draws.Type(next, f, d.Opening, fmt.Sprintf("dice of run %d: 3 1 6 6 2 5 4 1", s.seed))
		}
	}
}

// reveal puts the seeds in force that are known by now, as the product's engine does.
func (s *sim) reveal(ctx context.Context) error {
	f := &s.room.snapshot
	s.draws.conductor.Follow(f)
	for i := range f.Opening.Draws {
		d := &f.Opening.Draws[i]
		notes := f.Document.Draws()
		if d.Known || f.Now < d.Frozen+s.draws.conductor.Wait(notes, d.Opening).Milliseconds() {
			continue
		}
		seed, known := s.draws.conductor.Seed(notes, d)
		if !known {
			continue
		}
		if _, err := s.room.store.Reveal(ctx, d.Opening, seed); err != nil {
			return fmt.Errorf("reveal: %w", err)
		}
		s.line.Seed = time.Duration(f.Now-d.Frozen) * time.Millisecond
	}
	return nil
}

// drawn gives tickets the orders of the draws whose seeds a snapshot knows.
func (s *sim) drawn() error {
	o := &s.room.snapshot.Opening
	s.draws.mapping = o.Mapping
	known := 0
	for i := range o.Draws {
		d := &o.Draws[i]
		if !d.Known {
			continue
		}
		if known++; known <= s.draws.known {
			continue
		}
		if err := s.apply(d); err != nil {
			return fmt.Errorf("draw of %s: %w", d.Opening, err)
		}
	}
	s.draws.known = max(s.draws.known, known)
	return nil
}

func (s *sim) apply(d *queue.Draw) error {
	p, err := draw.New(d.Seed, d.N)
	if err != nil {
		return err
	}
	if s.draws.orders == nil {
		s.draws.orders = make([]queue.Order, len(s.people))
	}
	for _, who := range s.inOrder {
		c := &s.people[who]
		index, in := d.Index(s.room.epochs[c.epoch], c.number)
		if !in {
			continue
		}
		place, err := p.Place(index)
		if err != nil {
			return err
		}
		s.draws.orders[who] = d.Base + queue.Order(place)
	}
	slices.SortStableFunc(s.inOrder, func(a, b uint32) int { return cmp.Compare(s.order(a), s.order(b)) })
	return nil
}

// writeRecord writes the record of the latest draw, which has to be as the product verifies it.
func (s *sim) writeRecord() error {
	all := s.room.snapshot.Opening.Draws
	if len(all) == 0 {
		return nil
	}
	text := s.draws.conductor.Of(all[len(all)-1].Opening)
	r, err := draw.ParseRecord(text)
	if err == nil {
		_, err = draw.Verify(&r, nil, drand.Check)
	}
	if err == nil && s.cfg.Record != nil {
		_, err = s.cfg.Record.Write(text)
	}
	if err != nil {
		return fmt.Errorf("record of the draw: %w", err)
	}
	return nil
}
