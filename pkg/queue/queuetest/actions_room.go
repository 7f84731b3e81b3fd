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
	gateway := rapid.SampledFrom([]string{"g1", "", "g2", "ü"}).Draw(rt, "gateway")
	m := queue.Watermark{}
	if rapid.IntRange(0, 2).Draw(rt, "remembers") == 2 {
		m = d.drawWatermark(rt)
	}
	m.Gateway = gateway
	sample, verdict := d.drawHealth(rt)
	f, err := both(d, "advance", func(s queue.Store) (queue.Snapshot, error) {
		return s.Advance(context.Background(), m, sample, verdict)
	}, d.pictures)
	if errors.Is(err, queue.ErrLost) && m.Epoch > 0 && rapid.IntRange(0, 3).Draw(rt, "restores") > 0 {
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
	if rapid.IntRange(0, 4).Draw(rt, "health") < 4 {
		return s, v
	}
	s = queue.Sample{Tick: rapid.Int64Range(0, 4).Draw(rt, "tick"), Blob: rapid.SampledFrom([]string{"", "s", "\x00\"ü"}).Draw(rt, "sample")}
	v = queue.Verdict{
		Tick:   d.known.Judgement.Tick + rapid.Int64Range(-1, 1).Draw(rt, "tick of verdict"),
		Factor: rapid.SampledFrom([]int64{1000, 1000, 999, 500, 1, 0}).Draw(rt, "factor"),
		Blob:   rapid.SampledFrom([]string{"", "b", "\xff\n"}).Draw(rt, "judgement"),
	}
	return s, v
}

// drawWatermark draws what some gateway remembers, perhaps an old one, perhaps more than the store holds.
func (d *history) drawWatermark(rt *rapid.T) queue.Watermark {
	m := queue.Watermark{Document: d.known.Document}
	if n := len(d.marks); n > 0 {
		m = d.marks[n-1-rapid.IntRange(0, n-1).Draw(rt, "watermark")]
	}
	m.Opening = m.Opening.Clone()
	d.exaggerate(rt, &m)
	d.ceiling = max(d.ceiling, m.Last)
	m.Ceiling = d.ceiling + rapid.Uint64Range(0, 2).Draw(rt, "ceiling")
	d.ceiling = m.Ceiling
	if rapid.IntRange(0, 3).Draw(rt, "changed document") == 3 {
		version := m.Document.Version
		m.Document = d.drawDocument(rt, m.Document)
		m.Document.Version = max(0, version+rapid.Int64Range(-1, 2).Draw(rt, "version"))
	}
	return m
}

// exaggerate lets a gateway remember what the store may not have.
func (d *history) exaggerate(rt *rapid.T, m *queue.Watermark) {
	o, lane := &m.Opening, drawLane(rt)
	switch rapid.IntRange(0, 19).Draw(rt, "exaggerates") {
	case 8:
		d.ceiling = min(d.ceiling+farAhead(rt), queue.MaxNumber/2)
	case 9:
		m.Last += rapid.Uint64Range(1, 3).Draw(rt, "numbers")
	case 10:
		m.Heads[lane] += queue.Order(rapid.Uint64Range(1, 6).Draw(rt, "orders"))
		m.HeadNumbers[lane]++
	case 11:
		m.Epoch += rapid.Uint64Range(1, 2).Draw(rt, "epochs")
	case 12:
		o.Mapping += rapid.Uint64Range(1, 2).Draw(rt, "mapping")
	case 13:
		o.Reports += rapid.Uint64Range(1, 2).Draw(rt, "reports")
		o.Booked += rapid.Int64Range(0, 5).Draw(rt, "booked")
	case 14:
		o.Floor = m.Heads[lane] + 1
	case 15:
		o.Planned += rapid.Int64Range(-5, 5).Draw(rt, "planned")
	case 16:
		for i := range o.Draws {
			o.Draws[i].Known, o.Draws[i].Seed = !o.Draws[i].Known, [32]byte{7}
			o.Draws[i].Frozen += rapid.Int64Range(-3, 3).Draw(rt, "frozen")
		}
	case 17:
		for i := range o.Segments {
			o.Segments[i].Open = false
			o.Segments[i].Last = o.Segments[i].First + rapid.Uint64Range(0, 3).Draw(rt, "numbers in it") - 1
		}
	case 18:
		m.Curves[rapid.IntRange(0, int(queue.Curves)-1).Draw(rt, "curve")].Back[0] = rapid.Int64Range(0, 100).Draw(rt, "back")
	case 19:
		d.exaggerateSteps(rt, o)
	}
}

// exaggerateSteps: more steps took effect than the store knows.
func (d *history) exaggerateSteps(rt *rapid.T, o *queue.Opening) {
	if o.Cursor == 0 {
		*o = queue.NewOpening()
	}
	o.Cursor += rapid.Uint64Range(1, 2).Draw(rt, "steps")
	o.Name = rapid.SampledFrom(openingNames).Draw(rt, "opening")
	if o.Done == nil {
		o.Done = map[string]queue.Done{}
	}
	o.Done[o.Name] = queue.Done{Rank: o.Done[o.Name].Rank + 1, Cursor: o.Cursor}
	o.Phase = queue.Phase(rapid.IntRange(0, int(queue.PhaseThrough)).Draw(rt, "phase"))
	if o.Phase == queue.PhaseLobby && len(o.Segments) == 0 {
		o.Segments = []queue.Segment{{Epoch: max(1, d.known.Epoch), First: d.known.Last + 1, Open: true}}
	}
}

// farAhead draws so many numbers that they reach into the orders of the next epochs.
func farAhead(rt *rapid.T) uint64 {
	return rapid.SampledFrom([]uint64{1<<22 - 1, 1 << 22, 3 << 22}).Draw(rt, "numbers ahead")
}

func (d *history) playSettle(rt *rapid.T) {
	d.rt = rt
	doc := d.drawDocument(rt, d.known.Document)
	if rapid.IntRange(0, 4).Draw(rt, "late") == 4 {
		doc.Version = max(0, doc.Version+rapid.Int64Range(-1, 1).Draw(rt, "version"))
	}
	d.settle(doc)
}

func (d *history) settle(doc queue.Document) {
	stored, err := both(d, "settle", func(s queue.Store) (queue.Document, error) {
		return s.Settle(context.Background(), doc)
	}, differ)
	if err == nil || errors.Is(err, queue.ErrConflict) {
		d.known.Document = stored
	}
}

func (d *history) playReveal(rt *rapid.T) {
	d.rt = rt
	name := rapid.SampledFrom(openingNames).Draw(rt, "opening")
	if n := len(d.known.Opening.Draws); n > 0 && rapid.IntRange(0, 3).Draw(rt, "drawn") > 0 {
		name = d.known.Opening.Draws[n-1].Opening
	}
	seed := [32]byte{rapid.SampledFrom([]byte{1, 2, 0}).Draw(rt, "seed")}
	_, err := both(d, "reveal", func(s queue.Store) ([32]byte, error) {
		return s.Reveal(context.Background(), name, seed)
	}, differ)
	if err == nil {
		d.settled(rt)
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
	p = d.presented(rt, p)
	switch rapid.IntRange(0, 7).Draw(rt, "touch") {
	case 0, 1:
		d.keep(d.drawMapping(rt), []queue.Beat{d.drawBeat(rt, p)})
	case 2, 3:
		d.claim(d.drawMapping(rt), []queue.Place{p})
	case 4:
		d.leave([]queue.VisitorID{p.Visitor})
	case 5:
		d.report([]queue.Outcome{{Kind: queue.Booked, Visitor: p.Visitor, Count: 1, Ref: d.drawRef(rt)}})
	case 6:
		d.renew(rt, []queue.VisitorID{p.Visitor})
	default:
		d.join([]queue.Arrival{{Visitor: p.Visitor, Lane: p.Lane, Code: d.codes[p.Visitor].code, Uses: d.codes[p.Visitor].uses}})
	}
}

func (d *history) atDeadline(rt *rapid.T) deadline {
	end := d.times[rapid.IntRange(0, len(d.times)-1).Draw(rt, "deadline")]
	d.clock.Set(max(startMS-1000, end.at+rapid.Int64Range(-1, 1).Draw(rt, "off")))
	return end
}

// playClock moves to a moment around one at which something ends, or by a little, or to another second, or far.
func (d *history) playClock(rt *rapid.T) {
	d.rt = rt
	unit := max(20, d.timing().Idle.Milliseconds()/20)
	switch how := rapid.IntRange(0, 11).Draw(rt, "clock"); {
	case how < 5 && len(d.times) > 0:
		d.atDeadline(rt)
	case how < 8:
		d.clock.Step(rapid.Int64Range(0, unit).Draw(rt, "ms"))
	case how == 8:
		d.clock.Step(-rapid.Int64Range(0, unit).Draw(rt, "ms back") * rapid.SampledFrom([]int64{1, 1, 25}).Draw(rt, "times"))
	case how < 11:
		d.clock.Step(rapid.Int64Range(500, 3_000).Draw(rt, "ms"))
	default:
		d.clock.Step(rapid.SampledFrom([]int64{1, 2, 400 * 24}).Draw(rt, "times") * d.timing().Life.Milliseconds())
	}
}

func (d *history) playLose(rt *rapid.T) {
	d.rt = rt
	if rapid.IntRange(0, 1).Draw(rt, "lose") == 0 {
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
	if rapid.IntRange(0, 5).Draw(rt, "nothing") == 5 {
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
	epoch := int64(d.known.Epoch) + rapid.Int64Range(-2, 1).Draw(rt, "epoch")
	number := max(1, int64(d.ceiling)+rapid.Int64Range(-6, 2).Draw(rt, "number"))
	if rapid.IntRange(0, 15).Draw(rt, "far ahead") == 15 {
		number = min(number+int64(farAhead(rt)), queue.MaxNumber/2)
	}
	p := queue.Place{Visitor: d.freshID(), Epoch: uint64(max(1, epoch)), Number: uint64(number), Lane: drawLane(rt)}
	p.Order = queue.OrderOf(p.Epoch, p.Number)
	if len(d.holders) > 0 && rapid.IntRange(0, 3).Draw(rt, "like another") == 3 {
		like := d.tickets[d.holders[rapid.IntRange(0, len(d.holders)-1).Draw(rt, "like visitor")]]
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
	v := verbs[rapid.IntRange(0, len(verbs)-1).Draw(rt, "invalid")]
	_, err := both(d, v.name, func(s queue.Store) (struct{}, error) {
		return only(v.call(context.Background(), s))
	}, differ)
	if !errors.Is(err, queue.ErrInvalid) {
		rt.Fatalf("%s: %v", v.name, err)
	}
}

// playRelease changes the release that the next calls come from.
func (d *history) playRelease(rt *rapid.T) {
	d.old = rapid.IntRange(0, 1).Draw(rt, "format 1") == 1
}

// epilogue asks for everybody once more, now and when all is over, so that what differs inside comes to light.
func (d *history) epilogue(rt *rapid.T) {
	d.rt, d.old = rt, false
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
				places = append(places, d.ordered(d.tickets[id]))
			}
			d.claim(d.known.Opening.Mapping, places)
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
