package model

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestALostRoomIsRebuiltInItsOldOrder(t *testing.T) {
	f := newFixture(t, pause)
	one, two := f.queued(1), f.queued(2)
	f.renew(9, f.now, f.now)
	s := f.advance()
	f.m.Lose()
	_, err := f.m.Snapshot(t.Context())
	f.wants(err, queue.ErrLost)
	f.pass(time.Second)
	f.must(f.m.Restore(t.Context(), watermark(&s)))
	r := f.room()
	if r.epoch <= s.Epoch || r.last != s.Last+1000 || r.credit != 0 || r.hold != f.now+r.timing().hold {
		t.Errorf("epoch %d, last %d, credit %d, hold %d", r.epoch, r.last, r.credit, r.hold)
	}
	new := f.queued(3)
	f.state(f.keep(two), queue.StateWaiting, queue.ReasonNone)
	f.state(f.keep(one), queue.StateWaiting, queue.ReasonNone)
	equal(t, "order", byOrder(r.line)[0], one.Visitor)
	equal(t, "last of the line", byOrder(r.line)[2], new.Visitor)
	equal(t, "curves", r.curves, s.Curves)
}

func TestARoomThatRemembersNothingHoldsForItsGrace(t *testing.T) {
	f := &fixture{t: t, now: start}
	f.m = New(func() int64 { return f.now })
	f.must(f.m.Restore(t.Context(), queue.Watermark{Document: document()}))
	equal(t, "hold", f.room().hold, f.now+f.room().timing().grace)
	equal(t, "made", f.room().made, f.now)
	f.wants(f.m.Restore(t.Context(), queue.Watermark{}), queue.ErrInvalid)
}

func TestARoomBehindAWatermarkIsLostUntilItIsRaised(t *testing.T) {
	for name, ahead := range map[string]func(m *queue.Watermark){
		"epoch":   func(m *queue.Watermark) { m.Epoch++ },
		"last":    func(m *queue.Watermark) { m.Last++ },
		"head":    func(m *queue.Watermark) { m.Heads[3] = 1 },
		"cursor":  func(m *queue.Watermark) { m.Opening.Cursor++ },
		"mapping": func(m *queue.Watermark) { m.Opening.Mapping++ },
		"reports": func(m *queue.Watermark) { m.Opening.Reports++ },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, pause)
			f.queued(1)
			s := f.advance()
			m := watermark(&s)
			ahead(&m)
			_, err := f.m.Advance(t.Context(), m, queue.Sample{}, queue.Verdict{})
			f.wants(err, queue.ErrLost)
			f.must(f.m.Restore(t.Context(), m))
			r := f.room()
			if r.epoch <= m.Epoch || r.last < m.Ceiling || r.credit != 0 || r.hold != f.now+r.timing().hold || len(r.line) != 1 {
				t.Errorf("epoch %d, last %d, credit %d, hold %d, line of %d", r.epoch, r.last, r.credit, r.hold, len(r.line))
			}
			_, err = f.m.Advance(t.Context(), m, queue.Sample{}, queue.Verdict{})
			f.must(err)
		})
	}
}

func TestAnEarlierWatermarkTeachesNumbersAndHeads(t *testing.T) {
	f := newFixture(t, pause)
	m := queue.Watermark{Epoch: 5, Last: 70, Ceiling: 90, Document: document()}
	m.Heads[2], m.HeadNumbers[2] = queue.OrderOf(5, 60), 60
	epoch, hold := f.room().epoch, f.room().hold
	f.must(f.m.Restore(t.Context(), m))
	r := f.room()
	equal(t, "epoch", r.epoch, epoch)
	equal(t, "last", r.last, 90)
	equal(t, "head number", r.headNumbers[2], 60)
	equal(t, "hold", r.hold, hold)
}

func TestTheNewerDocumentStands(t *testing.T) {
	f := newFixture(t, pause)
	d := document()
	d.Version, d.Pace.Rate = 7, 77
	f.must(f.m.Restore(t.Context(), queue.Watermark{Document: d}))
	equal(t, "rate", f.advance().Document.Pace.Rate, 77)
	d.Version, d.Pace.Rate = 6, 66
	f.must(f.m.Restore(t.Context(), queue.Watermark{Document: d}))
	equal(t, "rate", f.advance().Document.Pace.Rate, 77)
}

func TestAnOpeningSurvivesALoss(t *testing.T) {
	f := newFixture(t)
	f.lobby(3, true)
	f.pass(time.Minute)
	frozen := f.advance()
	_, err := f.m.Reveal(t.Context(), "one", [32]byte{1})
	f.must(err)
	f.report(queue.Outcome{Kind: queue.Booked, Count: 2, Ref: code(1)})
	s := f.advance()
	f.m.Lose()
	old, late := watermark(&frozen), watermark(&s)
	f.must(f.m.Restore(t.Context(), old))
	equal(t, "phase of what the first gateway knew", f.room().opening.Phase, queue.PhaseDrawing)
	f.must(f.m.Restore(t.Context(), late))
	o := &f.room().opening
	equal(t, "phase", o.Phase, queue.PhaseOpen)
	equal(t, "draws", len(o.Draws), 1)
	equal(t, "known", o.Draws[0].Known, true)
	equal(t, "mapping", o.Mapping, 1)
	equal(t, "booked", o.Booked, 2)
	equal(t, "cursor", o.Cursor, 2)
	f.pass(time.Minute)
	equal(t, "cursor after the hold", f.advance().Opening.Cursor, 2)
}

func TestALobbyThatIsLostGoesOnInAnotherSegment(t *testing.T) {
	f := newFixture(t)
	tickets := f.lobby(2, true)
	s := f.advance()
	tickets = append(tickets, f.join(3)) // the gateway does not know it
	f.m.Lose()
	f.must(f.m.Restore(t.Context(), watermark(&s)))
	late := f.join(4)
	for _, p := range append(tickets, late) {
		f.state(f.keep(p), queue.StateLobby, queue.ReasonNone)
	}
	segments := f.room().opening.Segments
	equal(t, "segments", len(segments), 2)
	equal(t, "first", segments[0], queue.Segment{Epoch: s.Epoch, First: 1, Last: s.Last + 1000})
	equal(t, "second", segments[1], queue.Segment{Epoch: f.room().epoch, First: s.Last + 1001, Open: true})

	other := watermark(&s) // of a gateway that knew of more
	other.Ceiling += 500
	f.must(f.m.Restore(t.Context(), other))
	equal(t, "last of the first", f.room().opening.Segments[0].Last, s.Last+1500)
	equal(t, "segments", len(f.room().opening.Segments), 2)

	f.pass(2 * time.Minute)
	d := f.advance().Opening.Draws[0]
	equal(t, "places", d.N, d.Segments[0].Len()+d.Segments[1].Len())
	if i, ok := d.Index(late.Epoch, late.Number); !ok || i < d.Segments[0].Len() {
		t.Errorf("index of the late place: %d, %v", i, ok)
	}
}

func TestATicketOfALaterEpochRaisesTheRoom(t *testing.T) {
	f := newFixture(t, pause)
	p := queue.Place{Visitor: visitor(1), Epoch: f.room().epoch + 10, Number: 3}
	p.Order = queue.OrderOf(p.Epoch, p.Number)
	f.state(f.keep(p), queue.StateWaiting, queue.ReasonNone)
	if r := f.room(); r.epoch <= p.Epoch || r.born != f.now || r.hold != f.now+r.timing().hold {
		t.Errorf("epoch %d, born %d, hold %d", r.epoch, r.born, r.hold)
	}
	early := queue.Place{Visitor: visitor(2), Epoch: 5, Number: 900, Order: queue.OrderOf(5, 900)}
	f.keep(early)
	equal(t, "last", f.room().last, 900)
}

func TestRecordsOfOneLobbyAreUnited(t *testing.T) {
	mine := []queue.Segment{{Epoch: 5, First: 10, Open: true}}
	theirs := []queue.Segment{{Epoch: 5, First: 10, Last: 40}, {Epoch: 6, First: 41, Open: true}}
	for _, all := range [][]queue.Segment{uniteSegments(mine, theirs), uniteSegments(theirs, mine)} {
		equal(t, "segments", len(all), 2)
		equal(t, "first", all[0], theirs[0])
		equal(t, "second", all[1], theirs[1])
	}
}
