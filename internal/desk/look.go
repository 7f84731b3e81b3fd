package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
)

// Times of a look.
const (
	// lookTick is how often a desk sees whether it has to look. A line is held for 2 s at least when a lobby ends or the store was lost.
	lookTick = 500 * time.Millisecond
	// lookEvery is how often it looks without a cause, in ms: what it has told the store may have been lost on the way.
	lookEvery = 60_000
)

// looked is what a desk has last looked at. Only Look uses it.
type looked struct {
	seen  moment
	at    int64 // ms
	again bool  // the store did not know a place, and was told of it
}

// moment tells apart what a look depends on: the line since a loss, what the room is doing, and the draws.
type moment struct {
	epoch   uint64
	phase   queue.Phase
	opening string
	mapping uint64
}

// Run looks after the places until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(lookTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			d.Look(ctx)
		}
	}
}

// Look brings places back that the store does not know, after a lobby or a loss, and lets go of those that have ended or have gone on in a
// browser.
func (d *Desk) Look(ctx context.Context) {
	v := d.line.View()
	f := &v.Snapshot
	now, is := d.line.Now(), moment{f.Epoch, f.Opening.Phase, f.Opening.Name, f.Opening.Mapping}
	if !v.Known || v.Stale != 0 || is == d.seen && !d.again && now-d.at < lookEvery && now >= d.at {
		return
	}
	d.mu.Lock()
	places := slices.Clone(d.places)
	d.mu.Unlock()
	d.again = false
	gone, renewed := map[visitorText]bool{}, map[visitorText]bool{}
	for i := range places {
		switch d.look(ctx, &places[i], now) {
		case letGo:
			gone[places[i].Visitor] = true
		case renew:
			renewed[places[i].Visitor] = true
		case leave:
		}
	}
	d.seen, d.at = is, now
	if len(gone)+len(renewed) > 0 && d.update(gone, renewed, now) != nil {
		d.again = true
	}
}

type verdict uint8

const (
	leave verdict = iota
	// letGo: the place has ended, or goes on in a browser.
	letGo
	// renew: it waits, and its ticket is past half its life.
	renew
)

// look looks after one place.
func (d *Desk) look(ctx context.Context, e *entry, now int64) verdict {
	life := d.line.Timing().Life.Milliseconds()
	if now >= e.Renewed+life {
		return letGo
	}
	v := leave
	if now >= e.Renewed+life/2 {
		v = renew
	}
	p, _ := d.line.Place(e.ticket())
	if a := d.line.Glance(p); a.State == queue.StateLobby {
		return v
	}
	found, err := d.line.FindPlace(ctx, p)
	switch {
	case errors.Is(err, queue.ErrUnknown):
		if p.Order <= d.line.View().Snapshot.Opening.Floor {
			return letGo // the line has ended with its opening
		}
		d.line.Away(p)
		d.again = true
	case err != nil:
		d.again = true
	case found.Visitor != p.Visitor, found.State == queue.StateSpent:
		return letGo
	case found.State == queue.StateWaiting:
		if found.Set == "line" && found.At > 0 {
			return letGo // a browser has it: a link was opened in a lobby, where both have the same ticket
		}
		if found.At < 0 {
			d.line.Away(p) // given just now, and somebody may come yet as far as the store knows
		}
		return v
	}
	return leave // its turn has come: it is good for as long as a ticket that was passed over then
}

// update takes over what a look has found. What cannot be written is tried with the next look.
func (d *Desk) update(gone, renewed map[visitorText]bool, now int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	places := make([]entry, 0, len(d.places))
	for _, e := range d.places {
		if renewed[e.Visitor] {
			e.Renewed = now
		}
		if !gone[e.Visitor] {
			places = append(places, e)
		}
	}
	err := d.keep(places)
	if failed := err != nil; failed != d.failed {
		if d.failed = failed; failed {
			d.log.Error("the places taken by telephone cannot be written", zap.Error(err))
		} else {
			d.log.Info("the places taken by telephone are written again")
		}
	}
	return err
}
