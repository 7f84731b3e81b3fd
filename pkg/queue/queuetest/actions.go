package queuetest

import (
	"context"
	"errors"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func (d *history) freshIDs(n int) []queue.VisitorID {
	ids := visitors(d.fresh, n)
	d.fresh += n
	return ids
}

// drawIDs draws some visitors, new ones and known ones, some of them twice.
func (d *history) drawIDs(rt *rapid.T, most int) (ids []queue.VisitorID) {
	for range rapid.IntRange(1, most).Draw(rt, "entries") {
		if n := len(d.holders); n > 0 && rapid.IntRange(0, 2).Draw(rt, "known") > 0 {
			ids = append(ids, d.holders[rapid.IntRange(0, n-1).Draw(rt, "visitor")])
			continue
		}
		ids = append(ids, d.freshIDs(1)...)
	}
	return ids
}

// drawPlaces draws tickets that were given.
func (d *history) drawPlaces(rt *rapid.T) (places []queue.Place) {
	if len(d.holders) == 0 {
		rt.Skip("nobody holds a ticket")
	}
	for range rapid.IntRange(1, 4).Draw(rt, "entries") {
		i := rapid.IntRange(0, len(d.holders)-1).Draw(rt, "visitor")
		places = append(places, d.tickets[d.holders[i]])
	}
	return places
}

func (d *history) playJoin(rt *rapid.T) {
	d.rt = rt
	d.join(d.drawIDs(rt, 4))
}

func (d *history) playKeep(rt *rapid.T) {
	d.rt = rt
	var beats []queue.Beat
	for _, p := range d.drawPlaces(rt) {
		beats = append(beats, queue.Beat{Place: p, Away: rapid.IntRange(0, 3).Draw(rt, "away") == 3})
	}
	d.keep(beats)
}

func (d *history) keep(beats []queue.Beat) {
	ids := make([]queue.VisitorID, len(beats))
	for i, b := range beats {
		ids[i] = b.Place.Visitor
	}
	d.standings("keep", ids, func(s queue.Store) (queue.KeepReply, error) { return s.Keep(context.Background(), beats) })
}

func (d *history) playClaim(rt *rapid.T) {
	d.rt = rt
	d.claim(d.drawPlaces(rt))
}

func (d *history) claim(places []queue.Place) {
	ids := make([]queue.VisitorID, len(places))
	for i, p := range places {
		ids[i] = p.Visitor
	}
	d.standings("claim", ids, func(s queue.Store) (queue.KeepReply, error) { return s.Claim(context.Background(), places) })
}

func (d *history) playRenew(rt *rapid.T) {
	d.rt = rt
	var stays []queue.Stay
	ids := d.drawIDs(rt, 2)
	for _, id := range ids {
		stay := queue.Stay{Visitor: id}
		if rapid.Bool().Draw(rt, "capped") {
			stay.Cap = d.clock.Now() + rapid.Int64Range(-30, 2*d.timing.Idle.Milliseconds()).Draw(rt, "cap in")
		}
		stays = append(stays, stay)
	}
	d.standings("renew", ids, func(s queue.Store) (queue.KeepReply, error) { return s.Renew(context.Background(), stays) })
}

func (d *history) playEnd(rt *rapid.T) {
	d.rt = rt
	ids := d.drawIDs(rt, 3)
	if rapid.Bool().Draw(rt, "finish") {
		d.end("finish", queue.Store.Finish, ids)
		return
	}
	d.end("leave", queue.Store.Leave, ids)
}

func (d *history) end(verb string, call func(queue.Store, context.Context, []queue.VisitorID) error, ids []queue.VisitorID) {
	_, _ = both(d, verb, func(s queue.Store) (struct{}, error) {
		return only(call(s, context.Background(), ids))
	}, differ)
	for _, id := range ids {
		d.ends(id, d.clock.Now()+d.timing.TicketLife.Milliseconds())
	}
}

// playAdvance ticks as one of a few gateways, one of which may remember more than the store.
func (d *history) playAdvance(rt *rapid.T) {
	d.rt = rt
	gateway := rapid.SampledFrom([]string{"g1", "", "g2", "g3"}).Draw(rt, "gateway")
	m := queue.Watermark{}
	if rapid.IntRange(0, 2).Draw(rt, "remembers") == 2 {
		m = d.drawWatermark(rt)
	}
	m.Gateway = gateway
	f, err := both(d, "advance", func(s queue.Store) (queue.Snapshot, error) {
		return s.Advance(context.Background(), m)
	}, snapshotDiff)
	if errors.Is(err, queue.ErrLost) && m.Epoch > 0 && rapid.IntRange(0, 3).Draw(rt, "restores") > 0 {
		d.restore(m) // as gateways do
	}
	if err == nil {
		d.snapshot(f)
		d.remember(gateway, f)
		d.ends(nobody, f.Now+d.timing.ClaimWindow.Milliseconds())
		d.ends(nobody, f.Now+queue.GatewayLife.Milliseconds())
	}
}

// drawWatermark draws what some gateway remembers, perhaps an old one, perhaps more than the store holds.
func (d *history) drawWatermark(rt *rapid.T) queue.Watermark {
	m := queue.Watermark{Control: d.control}
	if n := len(d.watermarks); n > 0 {
		m = d.watermarks[n-1-rapid.IntRange(0, n-1).Draw(rt, "watermark")]
	}
	switch rapid.IntRange(0, 9).Draw(rt, "exaggerates") {
	case 6:
		d.ceiling += farAhead(rt)
		d.mixed = true
	case 7:
		m.Last += rapid.Uint64Range(1, 3).Draw(rt, "numbers")
	case 8:
		m.Head += queue.Order(rapid.Uint64Range(1, 6).Draw(rt, "orders"))
		m.HeadNumber++
	case 9:
		m.Epoch += rapid.Uint64Range(1, 2).Draw(rt, "epochs")
	}
	d.ceiling = max(d.ceiling, m.Last)
	m.Ceiling = d.ceiling + rapid.Uint64Range(0, 2).Draw(rt, "ceiling")
	d.ceiling = m.Ceiling
	if rapid.IntRange(0, 3).Draw(rt, "changed controls") == 3 {
		m.Control.Version += rapid.Int64Range(-1, 2).Draw(rt, "version")
		m.Control.Pace = d.drawPace(rt)
	}
	return m
}

// farAhead draws so many numbers that they reach into the orders of the next epochs.
func farAhead(rt *rapid.T) uint64 {
	return rapid.SampledFrom([]uint64{1<<22 - 1, 1 << 22, 3 << 22}).Draw(rt, "numbers ahead")
}

func (d *history) drawPace(rt *rapid.T) queue.Pace {
	return queue.Pace{
		Rate:      rapid.SampledFrom([]int64{queue.Units, 6_000, 60, 0, 7, queue.MaxRate}).Draw(rt, "rate"),
		Burst:     rapid.SampledFrom([]int64{5, 1, 2, 1_500, queue.MaxBurst}).Draw(rt, "burst"),
		MaxInside: rapid.SampledFrom([]int64{0, 1, 3, queue.MaxInsideLimit}).Draw(rt, "bound"),
	}
}

func (d *history) playControl(rt *rapid.T) {
	d.rt = rt
	c := d.control
	c.Pace = d.drawPace(rt)
	c.Mode = rapid.SampledFrom([]queue.Mode{queue.ModeRun, queue.ModeRun, queue.ModePause}).Draw(rt, "mode")
	c.Message = rapid.SampledFrom([]string{"", "Grüße", "\x00\"\\\n"}).Draw(rt, "message")
	c.ValuesHash = rapid.SampledFrom([]string{"", "s", "sha256:0"}).Draw(rt, "seed")
	c.Notes = rapid.SampledFrom([]string{"", `{"hash":"ü"}`}).Draw(rt, "notes")
	if rapid.IntRange(0, 4).Draw(rt, "late") == 4 {
		c.Version += rapid.Int64Range(-1, 1).Draw(rt, "version")
	}
	d.setControl(c)
}

func (d *history) setControl(c queue.Control) {
	stored, err := both(d, "control", func(s queue.Store) (queue.Control, error) {
		return s.Control(context.Background(), c)
	}, differ)
	if err == nil || errors.Is(err, queue.ErrConflict) {
		d.control = stored
	}
}

// playTick moves to a moment around one at which something ends, and ticks.
func (d *history) playTick(rt *rapid.T) {
	d.rt = rt
	if len(d.times) == 0 {
		rt.Skip("nothing ends")
	}
	d.atDeadline(rt)
	d.playAdvance(rt)
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
	switch rapid.IntRange(0, 5).Draw(rt, "touch") {
	case 0, 1:
		d.keep([]queue.Beat{{Place: p}})
	case 2, 3:
		d.claim([]queue.Place{p})
	case 4:
		d.end("leave", queue.Store.Leave, []queue.VisitorID{p.Visitor})
	default:
		d.join([]queue.VisitorID{p.Visitor})
	}
}

func (d *history) atDeadline(rt *rapid.T) deadline {
	end := d.times[rapid.IntRange(0, len(d.times)-1).Draw(rt, "deadline")]
	d.clock.Set(max(startMS-1000, end.at+rapid.Int64Range(-1, 1).Draw(rt, "off")))
	return end
}

// playClock moves to a moment around one at which something ends, or by a little, or to another second.
func (d *history) playClock(rt *rapid.T) {
	d.rt = rt
	switch how := rapid.IntRange(0, 9).Draw(rt, "clock"); {
	case how < 5 && len(d.times) > 0:
		d.atDeadline(rt)
	case how < 8:
		d.clock.Step(rapid.Int64Range(0, 20).Draw(rt, "ms"))
	case how == 8:
		d.clock.Step(-rapid.Int64Range(0, 20).Draw(rt, "ms back") * rapid.SampledFrom([]int64{1, 1, 25}).Draw(rt, "times"))
	default:
		d.clock.Step(rapid.Int64Range(500, 3_000).Draw(rt, "ms"))
	}
}

func (d *history) playLose(rt *rapid.T) {
	d.rt = rt
	if rapid.IntRange(0, 1).Draw(rt, "lose") == 0 {
		rt.Skip("a loss is rare")
	}
	d.a.Lose()
	d.b.Lose()
	d.observe(journal.Event{At: d.clock.Now(), Kind: journal.Lose})
	d.lost = true
}

// playRestore restores from a watermark. A gateway that remembers nothing may do so only in a second that has not
// begun a line yet: what numbers were given in it, nobody knows.
func (d *history) playRestore(rt *rapid.T) {
	d.rt = rt
	m := d.drawWatermark(rt)
	if queue.EpochAt(d.clock.Now()) > d.epoch && rapid.IntRange(0, 2).Draw(rt, "nothing") == 2 {
		m = queue.Watermark{Control: m.Control}
	}
	d.restore(m)
}

// playStray brings the ticket of a visitor whom the store has never heard of: of this epoch, an earlier or a later one;
// in histories with ties also of the same order as another's, as no store gives it.
func (d *history) playStray(rt *rapid.T) {
	d.rt = rt
	epoch := int64(d.epoch) + rapid.Int64Range(-2, 1).Draw(rt, "epoch")
	number := max(1, int64(d.ceiling)+rapid.Int64Range(-6, 2).Draw(rt, "number"))
	if rapid.IntRange(0, 15).Draw(rt, "far ahead") == 15 {
		number += int64(farAhead(rt))
		d.mixed = true
	}
	p := queue.Place{Visitor: d.freshIDs(1)[0], Epoch: uint64(max(1, epoch)), Number: uint64(number)}
	if d.ties && len(d.holders) > 0 {
		like := d.tickets[d.holders[rapid.IntRange(0, len(d.holders)-1).Draw(rt, "like visitor")]]
		p.Epoch, p.Number = like.Epoch, like.Number
	} else if d.orders[p.Order()] {
		rt.Skip("somebody holds a ticket of this order")
	}
	d.ceiling = max(d.ceiling, p.Number)
	d.epoch = max(d.epoch, p.Epoch)
	d.hold(p)
	if rapid.Bool().Draw(rt, "claims") {
		d.claim([]queue.Place{p})
		return
	}
	d.keep([]queue.Beat{{Place: p, Away: rapid.IntRange(0, 3).Draw(rt, "away") == 3}})
}

// playInvalid sends what no store accepts.
func (d *history) playInvalid(rt *rapid.T) {
	d.rt = rt
	verbs := invalidVerbs(d.clock.Now())
	v := verbs[rapid.IntRange(0, len(verbs)-1).Draw(rt, "invalid")]
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
	step := max(d.timing.Absent, d.timing.TicketLife, d.timing.Hold, d.timing.Grace).Milliseconds()
	for range 2 {
		for i := 0; i < len(d.holders); i += queue.MaxBatch {
			var places []queue.Place
			for _, id := range d.holders[i:min(len(d.holders), i+queue.MaxBatch)] {
				places = append(places, d.tickets[id])
			}
			d.claim(places)
		}
		d.settled(rt)
		d.clock.Step(step)
		d.playAdvance(rt)
		d.settled(rt)
	}
	d.rules.Close()
}
