package queue

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Drawer finds the seeds of a room's draws. What all gateways must agree on about them stands in the document as its notes, which a
// Drawer writes and reads, and the engine keeps. Methods must not block, and are safe for concurrent use.
type Drawer interface {
	// Draws is what the notes should be at a snapshot, by the plan of the document d, as json.Marshal writes it. Notes that are right
	// come back as they are. d and f must not be changed.
	Draws(notes string, d *Document, f *Snapshot) string
	// Seed is the seed of a draw that is frozen and not known, by the notes that are in force. false: it cannot be known yet.
	Seed(notes string, d *Draw) (seed [32]byte, known bool)
	// Wait is how long after the start of an opening the seed of its draw is put in force at the earliest, by its notes. The pages of its lobby
	// ask then, and before in their intervals: where notes bring it forward, it must be by as much as all pages take to ask.
	Wait(notes, opening string) time.Duration
}

// drawFails is how long after the start a draw fails whose seed did not come: the beacon and what stands in for it.
const drawFails = 12 * 60_000 // ms

// noted is the controller that keeps the notes about draws as the Drawer says.
type noted struct {
	drawer Drawer
	view   func() *View
	// settings were read last, and say draws. A tick reads them seldom.
	settings, draws string
	failing         faults
	onEvent         func(Event)
}

func (n *noted) propose(current *Document) Document {
	v := n.view()
	if n.drawer == nil || !v.Known {
		return *current
	}
	if current.Settings != n.settings {
		n.settings, n.draws = current.Settings, current.Draws()
	}
	if after := n.drawer.Draws(n.draws, current, &v.Snapshot); after != n.draws {
		next := *current
		next.SetDraws(after)
		err := next.Validate()
		if err == nil {
			return next
		}
		if n.failing.failed(err) {
			n.onEvent(Event{Kind: EventError, Err: fmt.Errorf("what gateways note about draws: %w", err)})
		}
	}
	return *current
}

func (n *noted) settled(*Document) {}

// reveal puts the seeds in force that are known by the notes, and gives up the draws whose seeds did not come: there the order of
// arrival stands. All gateways do so; the store takes the first.
func (r *Room) reveal(ctx context.Context, f *Snapshot, inForce *Document) {
	for i := range f.Opening.Draws {
		d := &f.Opening.Draws[i]
		if d.Known {
			continue
		}
		seed, known := r.seedOf(d, f.Now, inForce)
		if known || f.Now >= d.Frozen+drawFails {
			r.revealOne(ctx, d.Opening, seed)
		}
	}
}

// seedOf is the seed of a draw whose time has come.
func (r *Room) seedOf(d *Draw, now int64, inForce *Document) (seed [32]byte, known bool) {
	if r.cfg.Drawer == nil {
		return seed, false
	}
	notes := inForce.Draws()
	if now < d.Frozen+r.cfg.Drawer.Wait(notes, d.Opening).Milliseconds() {
		return seed, false
	}
	return r.cfg.Drawer.Seed(notes, d)
}

func (r *Room) revealOne(ctx context.Context, opening string, seed [32]byte) {
	inForce, err := r.Reveal(ctx, opening, seed)
	switch {
	case err == nil:
		r.revealing.worked()
		kind := EventDrawn
		if inForce == ([32]byte{}) {
			kind = EventDrawFailed
		}
		r.cfg.OnEvent(Event{Kind: kind, Opening: opening})
	case !errors.Is(err, ErrUnavailable) && r.revealing.failed(err):
		r.cfg.OnEvent(Event{Kind: EventError, Err: err})
	}
}

// Reveal puts the seed of an opening's draw in force, once, and answers the one that is: that of whoever came first. A zero
// seed: the draw has failed, and the order of arrival stands. ErrUnknown: there is no such draw.
func (r *Room) Reveal(ctx context.Context, opening string, seed [32]byte) (inForce [32]byte, err error) {
	err = r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		inForce, err = r.store.Reveal(ctx, opening, seed)
		return err
	})
	return inForce, err
}

// seedWait is how long after the start the pages of the lobby may hope for the seed, in ms.
func (r *Room) seedWait(v *View) int64 {
	o := &v.Snapshot.Opening
	switch {
	case !v.Start.Draw || o.Phase != PhaseLobby && o.Phase != PhaseDrawing:
		return 0
	case r.cfg.Drawer == nil:
		return beacon
	}
	return r.cfg.Drawer.Wait(v.Snapshot.Document.Draws(), o.Name).Milliseconds()
}
