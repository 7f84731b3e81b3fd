package queuetest

import (
	"context"
	"errors"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
)

// The verbs about the room, with values that are drawn.

func (d *history) playAdvance(rt *rapid.T) {
	d.rt = rt
	d.advance(rt)
}

// advance ticks as one of a few gateways, one of which may remember more than the store.
func (d *history) advance(rt *rapid.T) {
	gateway := sample(rt, "gateway", []string{"g1", "", "g2", "ü"})
	m := queue.Watermark{}
	if below(rt, "remembers", 3) == 2 {
		m = d.drawWatermark(rt)
	}
	m.Gateway = gateway
	sample, verdict := d.drawHealth(rt)
	f, err := both(d, "advance", func(s queue.Store) (queue.Snapshot, error) {
		return s.Advance(context.Background(), m, sample, verdict)
	}, d.pictures)
	if errors.Is(err, queue.ErrLost) && m.Epoch > 0 && below(rt, "restores", 4) > 0 {
		d.restore(m) // as gateways do
	}
	if err == nil {
		d.see(f)
		d.remember(gateway, f)
		d.ends(nobody, f.Now+d.timing().Window.Milliseconds())
		d.ends(nobody, f.Now+queue.GatewayLife)
	}
}

func (d *history) drawHealth(rt *rapid.T) (s queue.Sample, v queue.Verdict) {
	if below(rt, "health", 5) < 4 {
		return s, v
	}
	s = queue.Sample{Tick: between(rt, "tick", 0, 4), Blob: sample(rt, "sample", []string{"", "s", "\x00\"ü"})}
	v = queue.Verdict{
		Tick:   d.known.Judgement.Tick + between(rt, "tick of verdict", -1, 1),
		Factor: sample(rt, "factor", []int64{1000, 1000, 999, 500, 1, 0}),
		Blob:   sample(rt, "judgement", []string{"", "b", "\xff\n"}),
	}
	if below(rt, "ahead", 6) == 0 {
		v.Tick = max(0, d.known.Now/queue.JudgeTick+between(rt, "ahead by", -1, 2))
		s.Tick = v.Tick
	}
	return s, v
}

// drawWatermark draws what some gateway remembers, perhaps an old one, perhaps more than the store holds.
func (d *history) drawWatermark(rt *rapid.T) queue.Watermark {
	m := queue.Watermark{Document: d.known.Document}
	if n := len(d.marks); n > 0 {
		m = d.marks[n-1-below(rt, "watermark", n)]
	}
	m.Opening = m.Opening.Clone()
	d.exaggerate(rt, &m)
	d.ceiling = max(d.ceiling, m.Last)
	m.Ceiling = d.ceiling + uint64(between(rt, "ceiling", 0, 2))
	d.ceiling = m.Ceiling
	if below(rt, "changed document", 4) == 3 {
		version := m.Document.Version
		m.Document = d.drawDocument(rt, m.Document)
		m.Document.Version = max(0, version+between(rt, "version", -1, 2))
	}
	return m
}

// exaggerate lets a gateway remember what the store may not have.
func (d *history) exaggerate(rt *rapid.T, m *queue.Watermark) {
	if d.honest {
		return
	}
	o, lane := &m.Opening, drawLane(rt)
	switch below(rt, "exaggerates", 40) {
	case 8:
		d.ceiling = min(d.ceiling+farAhead(rt), queue.MaxNumber/2)
	case 9:
		m.Last += uint64(between(rt, "numbers", 1, 3))
	case 10:
		m.Heads[lane] += queue.Order(uint64(between(rt, "orders", 1, 6)))
		m.HeadNumbers[lane]++
	case 11:
		m.Epoch += uint64(between(rt, "epochs", 1, 2))
	case 12:
		o.Mapping += uint64(between(rt, "mapping", 1, 2))
	case 13:
		o.Reports += uint64(between(rt, "reports", 1, 2))
		o.Booked += between(rt, "booked", 0, 5)
	case 20:
		t := queue.Tally{
			Gateway: sample(rt, "gateway", []string{"a", "b", "d"}), Reports: uint64(between(rt, "told", 1, 5)), Booked: between(rt, "booked", -3, 5),
		}
		o.Raise(queue.Reported{Tally: t, Rest: queue.Told{Totals: uint64(between(rt, "totals", 0, 2)), Booked: between(rt, "rest", 0, 9)}})
	case 14:
		o.Floor = m.Heads[lane] + 1
	case 15:
		o.Planned += between(rt, "planned", -5, 5)
	case 21:
		m.Hold += between(rt, "hold", 1, 40_000)
	case 16:
		for i := range o.Draws {
			o.Draws[i].Known, o.Draws[i].Seed = !o.Draws[i].Known, [32]byte{7}
			o.Draws[i].Frozen += between(rt, "frozen", -3, 3)
		}
	case 17:
		for i := range o.Segments {
			o.Segments[i].Open = false
			o.Segments[i].Last = o.Segments[i].First + uint64(between(rt, "numbers in it", 0, 3)) - 1
		}
	case 18:
		m.Curves[below(rt, "curve", int(queue.Curves))].Back[0] = between(rt, "back", 0, 100)
	case 19:
		d.exaggerateSteps(rt, o)
	}
}

// exaggerateSteps: more steps took effect than the store knows.
func (d *history) exaggerateSteps(rt *rapid.T, o *queue.Opening) {
	if o.Cursor == 0 {
		*o = queue.NewOpening()
	}
	o.Cursor += uint64(between(rt, "steps", 1, 2))
	o.Name = sample(rt, "opening", openingNames)
	if o.Done == nil {
		o.Done = map[string]queue.Done{}
	}
	o.Done[o.Name] = queue.Done{Rank: o.Done[o.Name].Rank + 1, Cursor: o.Cursor}
	o.Phase = queue.Phase(below(rt, "phase", int(queue.PhaseThrough)+1))
	if o.Phase == queue.PhaseLobby && len(o.Segments) == 0 {
		o.Segments = []queue.Segment{{Epoch: max(1, d.known.Epoch), First: d.known.Last + 1, Open: true}}
	}
}

// farAhead draws so many numbers that they reach into the orders of the next epochs.
func farAhead(rt *rapid.T) uint64 {
	return sample(rt, "numbers ahead", []uint64{1<<22 - 1, 1 << 22, 3 << 22})
}

func (d *history) playSettle(rt *rapid.T) {
	d.rt = rt
	doc := d.drawDocument(rt, d.known.Document)
	if below(rt, "late", 5) == 4 {
		doc.Version = max(0, doc.Version+between(rt, "version", -1, 1))
	}
	d.settle(doc)
}

func (d *history) settle(doc queue.Document) {
	stored, err := both(d, "settle", func(s queue.Store) (queue.Document, error) {
		return s.Settle(context.Background(), doc)
	}, differ)
	if err == nil || errors.Is(err, queue.ErrConflict) {
		d.known.Document = stored
		for _, s := range stored.Plan {
			d.ends(nobody, s.At)
		}
	}
}

func (d *history) playReveal(rt *rapid.T) {
	d.rt = rt
	name := sample(rt, "opening", openingNames)
	if n := len(d.known.Opening.Draws); n > 0 && below(rt, "drawn", 4) > 0 {
		name = d.known.Opening.Draws[n-1].Opening
	}
	seed := [32]byte{sample(rt, "seed", []byte{1, 2, 0})}
	d.reveal(name, seed)
}

func (d *history) reveal(name string, seed [32]byte) {
	_, err := both(d, "reveal", func(s queue.Store) ([32]byte, error) {
		return s.Reveal(context.Background(), name, seed)
	}, differ)
	if err == nil {
		d.settled(d.rt)
	}
}

// playTick moves to a moment around one at which something ends, and ticks.
func (d *history) playTick(rt *rapid.T) {
	d.rt = rt
	if len(d.times) == 0 {
		rt.Skip("nothing ends")
	}
	d.atDeadline(rt)
	d.advance(rt)
}

// playTouch moves to a moment around one at which something of a visitor ends, and lets that visitor do something.
func (d *history) playTouch(rt *rapid.T) {
	d.rt = rt
	if len(d.times) == 0 {
		rt.Skip("nothing ends")
	}
	p, ok := d.tickets[d.atDeadline(rt).whose]
	if !ok {
		p = d.drawPlaces(rt)[0]
	}
	if !d.valid(p.Visitor) {
		rt.Skip("the ticket has run out")
	}
	p = d.presented(rt, p)
	switch below(rt, "touch", 8) {
	case 0, 1:
		d.keep(d.drawMapping(rt), []queue.Beat{d.drawBeat(rt, p)})
	case 2, 3:
		d.claim(d.drawMapping(rt), []queue.Place{p})
	case 4:
		d.leave([]queue.VisitorID{p.Visitor})
	case 5:
		d.report(queue.Tally{}, []queue.Outcome{{Kind: queue.Booked, Visitor: p.Visitor, Count: 1, Ref: d.drawRef(rt)}})
	case 6:
		d.renew(rt, []queue.VisitorID{p.Visitor})
	default:
		d.join([]queue.Arrival{{Visitor: p.Visitor, Lane: p.Lane, Code: d.codes[p.Visitor].code, Uses: d.codes[p.Visitor].uses}})
	}
}

func (d *history) atDeadline(rt *rapid.T) deadline {
	end := d.times[below(rt, "deadline", len(d.times))]
	d.setClock(max(startMS-1000, end.at+between(rt, "off", -1, 1)))
	return end
}

// playClock moves to a moment around one at which something ends, or by a little, or to another second, or far.
func (d *history) playClock(rt *rapid.T) {
	d.rt = rt
	unit := max(20, d.timing().Idle.Milliseconds()/20)
	switch how := below(rt, "clock", 12); {
	case how < 5 && len(d.times) > 0:
		d.atDeadline(rt)
	case how < 8:
		d.clock.Step(between(rt, "ms", 0, unit))
	case how == 8:
		d.setClock(d.clock.Now() - between(rt, "ms back", 0, unit)*sample(rt, "times", []int64{1, 1, 25}))
	case how < 11:
		d.clock.Step(between(rt, "ms", 500, 3_000))
	default:
		d.clock.Step(sample(rt, "times", []int64{1, 2, 400 * 24}) * d.timing().Life.Milliseconds())
	}
}

func (d *history) playLose(rt *rapid.T) {
	d.rt = rt
	if below(rt, "lose", 3) > 0 {
		rt.Skip("a loss is rare")
	}
	d.a.Lose()
	d.b.Lose()
	d.sketches = sketches{}
	d.lost = true
}

// playRestore restores from a watermark, perhaps from one that remembers nothing.
func (d *history) playRestore(rt *rapid.T) {
	d.rt = rt
	m := d.drawWatermark(rt)
	if !d.honest && below(rt, "nothing", 6) == 5 {
		m = queue.Watermark{Document: m.Document}
	}
	d.restore(m)
}

func (d *history) restore(m queue.Watermark) {
	_, err := both(d, "restore", func(s queue.Store) (struct{}, error) {
		return only(s.Restore(context.Background(), m))
	}, differ)
	if err == nil {
		d.lost = false
		d.settled(d.rt)
	}
}

// playStray brings the ticket of a visitor whom the store has never heard of: of this epoch, an earlier or a later one, or with
// the order of another's.
func (d *history) playStray(rt *rapid.T) {
	d.rt = rt
	d.sincere(rt, "no ticket is forged")
	epoch := int64(d.known.Epoch) + between(rt, "epoch", -2, 1)
	number := max(1, int64(d.ceiling)+between(rt, "number", -6, 2))
	if below(rt, "far ahead", 16) == 15 {
		number = min(number+int64(farAhead(rt)), queue.MaxNumber/2)
	}
	p := queue.Place{Visitor: d.freshID(), Epoch: uint64(max(1, epoch)), Number: uint64(number), Lane: drawLane(rt)}
	p.Order = queue.OrderOf(p.Epoch, p.Number)
	if len(d.holders) > 0 && below(rt, "like another", 4) == 3 {
		like := d.tickets[d.holders[below(rt, "like visitor", len(d.holders))]]
		p.Epoch, p.Number, p.Order = like.Epoch, like.Number, like.Order
	}
	d.codes[p.Visitor] = drawCode(rt)
	d.hold(p)
	p = d.presented(rt, p)
	if rapid.Bool().Draw(rt, "claims") {
		d.claim(d.drawMapping(rt), []queue.Place{p})
		return
	}
	d.keep(d.drawMapping(rt), []queue.Beat{d.drawBeat(rt, p)})
}

// playInvalid sends what no store accepts.
func (d *history) playInvalid(rt *rapid.T) {
	d.rt = rt
	verbs := invalidVerbs()
	v := verbs[below(rt, "invalid", len(verbs))]
	_, err := both(d, v.name, func(s queue.Store) (struct{}, error) {
		return only(v.call(context.Background(), s))
	}, differ)
	if !errors.Is(err, queue.ErrInvalid) {
		rt.Fatalf("%s: %v", v.name, err)
	}
}

// epilogue asks for everybody once more, now and when all is over, so that what differs inside comes to light.
func (d *history) epilogue(rt *rapid.T) {
	d.rt = rt
	if d.lost {
		d.restore(d.drawWatermark(rt))
	}
	d.settled(rt)
	t := d.timing()
	step := max(t.Absent, t.Life+t.Resume, t.Hold, t.Grace).Milliseconds()
	for range 2 {
		for i := 0; i < len(d.holders); i += queue.MaxBatch {
			var places []queue.Place
			for _, id := range d.holders[i:min(len(d.holders), i+queue.MaxBatch)] {
				if d.valid(id) {
					places = append(places, d.ordered(d.tickets[id]))
				}
			}
			if len(places) > 0 {
				d.claim(d.known.Opening.Mapping, places)
			}
		}
		for _, id := range d.holders[max(0, len(d.holders)-20):] {
			d.find(d.tickets[id].Order)
		}
		d.settled(rt)
		d.clock.Step(step)
		d.advance(rt)
		d.settled(rt)
	}
}
