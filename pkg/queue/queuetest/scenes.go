package queuetest

import (
	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
)

// Scenes lead where single actions seldom do: an opening with its draw, a full room with visitors at its door, calls that are
// not claimed. Between their verbs other things happen now and then.

// playOpening opens a lobby, lets arrivals in, freezes it, and reveals the seed.
func (d *history) playOpening(rt *rapid.T) {
	d.rt = rt
	d.after(rt, d.known.Hold)
	doc := d.known.Document
	now, name := d.clock.Now(), sample(rt, "opening", openingNames)
	rank := d.known.Opening.Done[name].Rank
	if rank > 250 {
		rt.Skip("no rank is left")
	}
	lobby := queue.Step{At: now, Opening: name, Rank: rank + 1, Phase: queue.PhaseLobby}
	if below(rt, "with quota", 3) == 2 {
		drawQuota(rt, &lobby)
	}
	opens := queue.Step{At: now + between(rt, "lasts", 1, 9), Opening: name, Rank: rank + 2, Phase: queue.PhaseOpen}
	opens.Draw = below(rt, "draw", 4) > 0
	doc.Plan = []queue.Step{lobby, opens}
	d.settle(doc)
	d.advance(rt)
	d.arrive(rt, 4)
	d.perhaps(rt)
	d.after(rt, opens.At)
	d.after(rt, d.known.Hold)
	d.advance(rt)
	d.perhaps(rt)
	d.showAll(rt)
	d.reveal(name, [32]byte{sample(rt, "seed", []byte{1, 2, 0})})
	d.perhaps(rt)
	d.showAll(rt)
	d.after(rt, d.known.Hold)
	d.advance(rt)
	d.showAll(rt)
}

// playDoor fills a small room and lets more visitors ask.
func (d *history) playDoor(rt *rapid.T) {
	d.rt = rt
	doc := d.known.Document
	doc.Pace = queue.Pace{Mode: queue.ModeRun, Rate: 60_000, Burst: 9, MaxInside: int64(1 + below(rt, "bound", 3)), Strict: below(rt, "strict", 2) == 1}
	d.settle(doc)
	d.after(rt, d.known.Hold)
	d.arrive(rt, 3)
	d.advance(rt)
	for range 4 {
		d.claim(d.known.Opening.Mapping, d.shown(6))
		d.perhaps(rt)
		d.clock.Step(between(rt, "then", 0, max(1, d.timing().Confirm.Milliseconds()/2)))
		if below(rt, "tick", 2) == 1 {
			d.advance(rt)
		}
	}
}

// playLapse lets calls lapse, twice.
func (d *history) playLapse(rt *rapid.T) {
	d.rt = rt
	d.after(rt, d.known.Hold)
	d.arrive(rt, 2)
	for range 2 {
		d.clock.Step(d.timing().Lead.Milliseconds())
		d.advance(rt)
		d.perhaps(rt)
		d.clock.Step(d.timing().Window.Milliseconds() + between(rt, "off", -1, 1))
		if below(rt, "ticks", 2) == 1 {
			d.advance(rt)
		}
		d.claim(d.known.Opening.Mapping, d.shown(4))
	}
}

// after moves the clock on to a time, if it is not there yet.
func (d *history) after(rt *rapid.T, at int64) {
	if now := d.clock.Now(); at > now && at < now+d.timing().Life.Milliseconds() {
		d.clock.Set(at + between(rt, "late", 0, 1))
	}
}

// arrive joins some new visitors.
func (d *history) arrive(rt *rapid.T, most int) {
	var arrivals []queue.Arrival
	for range 1 + below(rt, "arrivals", most) {
		u := drawCode(rt)
		arrivals = append(arrivals, queue.Arrival{Visitor: d.freshID(), Lane: drawLane(rt), Code: u.code, Uses: u.uses})
	}
	d.join(arrivals)
}

// shown are the latest tickets, as the engine sends them.
func (d *history) shown(most int) (places []queue.Place) {
	for _, id := range d.holders[max(0, len(d.holders)-most):] {
		if d.valid(id) {
			places = append(places, d.ordered(d.tickets[id]))
		}
	}
	if len(places) == 0 {
		d.rt.Skip("nobody holds a ticket")
	}
	return places
}

// showAll shows the latest tickets: those that can be lost, as drawn tickets are after the reveal.
func (d *history) showAll(rt *rapid.T) {
	var beats []queue.Beat
	for _, p := range d.shown(5) {
		beats = append(beats, d.drawBeat(rt, p))
	}
	d.keep(d.drawMapping(rt), beats)
}

// perhaps does something else now and then.
func (d *history) perhaps(rt *rapid.T) {
	others := []func(*rapid.T){d.playAdvance, d.playJoin, d.playKeep, d.playClaim, d.playMove, d.playRestore, d.playClock, d.playReport}
	if below(rt, "meanwhile", 3) == 2 {
		sample(rt, "something", others)(rt)
	}
}
