package memstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// start is a whole second long after the epochs begin to be counted.
const start = 1_800_000_000_000

// pair is the model and a store, to which the same happens.
type pair struct {
	t      testing.TB
	r      *rand.Rand
	now    int64
	model  *model.Model
	store  *Store
	places []queue.Place
	stays  []queue.Stay
	seen   []queue.Snapshot // what gateways remember
	next   uint32
	log    []string
	// lossless: the room is not lost. steady: neither clock nor timing jumps.
	lossless, steady bool
}

// agree does a verb on both and compares what they say.
func agree[R any](p *pair, what string, verb func(s queue.Store) (R, error)) R {
	p.t.Helper()
	want, wantErr := verb(p.model)
	got, gotErr := verb(p.store)
	for _, class := range []error{
		queue.ErrLost, queue.ErrConflict, queue.ErrInvalid, queue.ErrFormat, queue.ErrClosed, queue.ErrUnknown,
	} {
		if errors.Is(wantErr, class) != errors.Is(gotErr, class) {
			p.fail(what, "error %v, want %v", gotErr, wantErr)
		}
	}
	if (wantErr == nil) != (gotErr == nil) {
		p.fail(what, "error %v, want %v", gotErr, wantErr)
	}
	if !reflect.DeepEqual(got, want) {
		p.fail(what, "%s", difference(reflect.ValueOf(got), reflect.ValueOf(want)))
	}
	p.log = append(p.log, fmt.Sprintf("%d %s: %.300v", p.now-start, what, fmt.Sprint(got)))
	return got
}

// difference names what differs of two structs.
func difference(got, want reflect.Value) (text string) {
	if got.Kind() != reflect.Struct {
		return fmt.Sprintf("\n got %+v\nwant %+v", got, want)
	}
	for i := range got.NumField() {
		if a, b := got.Field(i), want.Field(i); !reflect.DeepEqual(a.Interface(), b.Interface()) {
			text += fmt.Sprintf("\n%s: got %+v, want %+v", got.Type().Field(i).Name, a, b)
		}
	}
	return text
}

func (p *pair) fail(what, format string, args ...any) {
	p.t.Helper()
	for _, line := range p.log[max(0, len(p.log)-30):] {
		p.t.Log(line)
	}
	p.t.Fatalf("%s: %s", what, fmt.Sprintf(format, args...))
}

// The histories of the tests of the files are compared as they are made; these go over losses, too. queuetest's differential test
// draws others, and shrinks what it finds.
func TestTheHistoriesOfTheTestsOfFilesAreThoseOfTheModel(t *testing.T) {
	const steps = 800
	for seed := range uint64(compared) {
		p := &pair{t: t, r: rand.New(rand.NewPCG(seed, 7)), now: start + int64(seed)}
		clock := func() int64 { return p.now }
		store, err := New(Config{Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		p.model, p.store = model.New(clock), store
		p.log = append(p.log, fmt.Sprint("seed ", seed))
		p.restore(queue.Watermark{Document: p.document()})
		for range steps {
			p.step()
		}
	}
}

func (p *pair) restore(m queue.Watermark) {
	p.t.Helper()
	agree(p, fmt.Sprintf("restore epoch %d last %d cursor %d", m.Epoch, m.Last, m.Opening.Cursor), func(s queue.Store) (struct{}, error) {
		return struct{}{}, s.Restore(p.t.Context(), m)
	})
}

func (p *pair) step() {
	if p.r.IntN(3) == 0 {
		p.now += int64(p.r.IntN(4000))
	}
	switch jump := p.r.IntN(400); {
	case p.steady:
	case jump == 0:
		p.now += int64(p.r.IntN(400_000))
	case jump == 1:
		p.now -= int64(p.r.IntN(5_000))
	}
	switch n := p.r.IntN(100); {
	case n < 22:
		p.join()
	case n < 40:
		p.keep()
	case n < 56:
		p.claim()
	case n < 66:
		p.renew()
	case n < 70:
		p.report()
	case n < 72:
		ids := some(p, func() queue.VisitorID { return p.any().Visitor })
		agree(p, "leave", func(s queue.Store) (int, error) { return 0, s.Leave(p.t.Context(), ids) })
	case n < 74:
		o := p.any().Order
		agree(p, "find", func(s queue.Store) (queue.Found, error) { return s.Find(p.t.Context(), o) })
	case n < 77:
		p.move()
	case n < 79:
		p.reveal()
	case n < 81:
		p.settle()
	case n < 82:
		p.lose()
	case n < 83:
		agree(p, "release", func(s queue.Store) (queue.Snapshot, error) {
			if m, ok := s.(*model.Model); ok {
				return m.Release(1).Snapshot(p.t.Context())
			}
			return p.store.Release(1).Snapshot(p.t.Context())
		})
	default:
		p.advance()
	}
	f := agree(p, "snapshot", func(s queue.Store) (queue.Snapshot, error) { return s.Snapshot(p.t.Context()) })
	if p.r.IntN(8) == 0 {
		p.seen = append(p.seen, f)
	}
	p.log = append(p.log[:len(p.log)-1], fmt.Sprintf("    phase %v waiting %d hold %d floor %d", f.Opening.Phase, f.Waiting, f.Hold-f.Now, f.Opening.Floor))
}

func some[T any](p *pair, one func() T) (all []T) {
	for range 1 + p.r.IntN(3)*p.r.IntN(3) {
		all = append(all, one())
	}
	return all
}

func numbered(n uint32) (id queue.VisitorID) {
	binary.BigEndian.PutUint32(id[:], n*2_654_435_761) // in no order
	binary.BigEndian.PutUint32(id[12:], n)
	return id
}

// any is a place that was given, mostly one of the latest, or one that never was.
func (p *pair) any() queue.Place {
	if len(p.places) == 0 || p.r.IntN(30) == 0 {
		n := uint64(1 + p.r.IntN(60))
		epoch := queue.EpochAt(start) + uint64(p.r.IntN(40))
		return queue.Place{
			Visitor: numbered(uint32(p.r.IntN(int(p.next) + 5))), Epoch: epoch, Number: n, Order: queue.OrderOf(epoch, n), Lane: p.lane(),
		}
	}
	from := 0
	if p.r.IntN(4) > 0 {
		from = max(0, len(p.places)-30)
	}
	return p.drawn(p.places[from+p.r.IntN(len(p.places)-from)])
}

// drawn maps a ticket to its order, as an engine does that has seen the seed, mostly.
func (p *pair) drawn(place queue.Place) queue.Place {
	if len(p.seen) == 0 || p.r.IntN(20) == 0 {
		return place
	}
	draws := p.seen[len(p.seen)-1].Opening.Draws
	for i := range draws {
		if index, ok := draws[i].Index(place.Epoch, place.Number); ok && draws[i].Known {
			permutation, err := draw.New(draws[i].Seed, draws[i].N)
			if err != nil {
				p.t.Fatal(err)
			}
			at, err := permutation.Place(index)
			if err != nil {
				p.t.Fatal(err)
			}
			place.Order = draws[i].Base + queue.Order(at)
		}
	}
	return place
}

func (p *pair) lane() uint8 { return uint8(max(0, p.r.IntN(8)-4)) }

func (p *pair) code() (queue.Code, uint8) {
	if p.r.IntN(6) > 0 {
		return queue.Code{}, 0
	}
	return queue.Code{15: byte(1 + p.r.IntN(4))}, uint8(1 + p.r.IntN(3))
}

func (p *pair) join() {
	arrivals := some(p, func() (a queue.Arrival) {
		p.next++
		a = queue.Arrival{Visitor: numbered(p.next), Lane: p.lane()}
		if p.r.IntN(8) == 0 {
			a.Visitor = p.any().Visitor
		}
		a.Code, a.Uses = p.code()
		return a
	})
	reply := agree(p, fmt.Sprintf("join %d", len(arrivals)), func(s queue.Store) (queue.JoinReply, error) {
		return s.Join(p.t.Context(), arrivals)
	})
	for _, j := range reply.Places {
		if j.Place.Valid() {
			p.places = append(p.places, j.Place)
		}
		if j.State == queue.StateInside {
			p.stays = append(p.stays, queue.Stay{Visitor: j.Place.Visitor, Started: j.Started})
		}
	}
}

// mapping is mostly what the room has.
func (p *pair) mapping() uint64 {
	f, err := p.model.Snapshot(p.t.Context())
	if err != nil || p.r.IntN(20) > 0 {
		return f.Opening.Mapping
	}
	return f.Opening.Mapping + uint64(p.r.IntN(2)) - min(f.Opening.Mapping, uint64(p.r.IntN(2)))
}

func (p *pair) keep() {
	beats := some(p, func() (b queue.Beat) {
		b = queue.Beat{Place: p.any(), Away: p.r.IntN(5) == 0}
		b.Code, b.Uses = p.code()
		return b
	})
	mapping := p.mapping()
	agree(p, fmt.Sprintf("keep %+v", beats), func(s queue.Store) (queue.KeepReply, error) { return s.Keep(p.t.Context(), mapping, beats) })
}

func (p *pair) claim() {
	places := some(p, p.any)
	mapping := p.mapping()
	reply := agree(p, fmt.Sprintf("claim %+v", places), func(s queue.Store) (queue.KeepReply, error) {
		return s.Claim(p.t.Context(), mapping, places)
	})
	for i, s := range reply.Standings {
		if s.State == queue.StateInside {
			p.stays = append(p.stays, queue.Stay{Visitor: places[i].Visitor, Started: s.Started})
		}
	}
}

func (p *pair) renew() {
	var stays []queue.Stay
	for _, s := range p.stays[max(0, len(p.stays)-20):] {
		if p.r.IntN(4) == 0 {
			s.At = p.now - int64(p.r.IntN(9_000)) + 500
			stays = append(stays, s)
		}
	}
	if p.r.IntN(6) == 0 || len(stays) == 0 {
		stays = append(stays, queue.Stay{Visitor: p.any().Visitor, Started: p.now - int64(p.r.IntN(900_000)), At: p.now - int64(p.r.IntN(90_000))})
	}
	agree(p, fmt.Sprintf("renew %+v", stays), func(s queue.Store) (queue.KeepReply, error) { return s.Renew(p.t.Context(), stays) })
}

func (p *pair) report() {
	outcomes := some(p, func() queue.Outcome {
		return queue.Outcome{
			Kind: queue.OutcomeKind(p.r.IntN(4)), Visitor: p.any().Visitor, Count: int64(p.r.IntN(3)),
			Ref: queue.Code{0: 9, 15: byte(1 + p.r.IntN(200))},
		}
	})
	teller := queue.Tally{Gateway: []string{"", "a", "b"}[p.r.IntN(3)], Reports: uint64(p.r.IntN(2) * p.r.IntN(20))}
	agree(p, fmt.Sprintf("report %+v", outcomes), func(s queue.Store) (queue.Reported, error) { return s.Report(p.t.Context(), teller, outcomes) })
}

func (p *pair) move() {
	m := queue.Move{
		Act: queue.Act(p.r.IntN(4)), Visitor: p.any().Visitor, Ref: queue.Code{1: byte(p.r.IntN(256)), 15: byte(1 + p.r.IntN(200))},
	}
	if m.Act == queue.ActEnd && p.r.IntN(4) == 0 {
		m.Visitor = queue.VisitorID{}
	}
	if m.Act == queue.ActHand {
		p.next++
		m.To = numbered(p.next)
		if p.r.IntN(6) == 0 {
			m.To = p.any().Visitor
		}
		for _, place := range p.places {
			if place.Visitor == m.Visitor {
				place.Visitor = m.To
				p.places = append(p.places, place)
				break
			}
		}
	}
	agree(p, fmt.Sprintf("move %+v", m), func(s queue.Store) (queue.Moved, error) { return s.Move(p.t.Context(), m) })
}

func (p *pair) reveal() {
	name, seed := []string{"eight", "nine", "ten"}[p.r.IntN(3)], [32]byte{byte(p.r.IntN(3)), 1}
	if p.r.IntN(4) == 0 {
		seed = [32]byte{}
	}
	agree(p, "reveal "+name, func(s queue.Store) ([32]byte, error) { return s.Reveal(p.t.Context(), name, seed) })
}

func (p *pair) settle() {
	f, err := p.model.Snapshot(p.t.Context())
	if err != nil {
		return
	}
	d := p.document()
	if p.r.IntN(3) > 0 {
		d.Plan = f.Document.Plan
	}
	if p.steady {
		d.Timing = f.Document.Timing
	}
	if d.Version = f.Document.Version; p.r.IntN(8) == 0 {
		d.Version++
	}
	agree(p, fmt.Sprintf("settle %+v", d), func(s queue.Store) (queue.Document, error) { return s.Settle(p.t.Context(), d) })
}

// remembered is a watermark of some moment.
func (p *pair) remembered(i int) queue.Watermark {
	s := &p.seen[i]
	m := queue.Watermark{
		Gateway: []string{"", "one", "two"}[p.r.IntN(3)], Epoch: s.Epoch, Last: s.Last, Heads: s.Heads, HeadNumbers: s.HeadNumbers,
		Ceiling: s.Last + uint64(p.r.IntN(20)), Document: s.Document, Opening: s.Opening, Curves: s.Curves,
	}
	return m
}

func (p *pair) lose() {
	if len(p.seen) == 0 {
		return
	}
	if !p.lossless && p.r.IntN(2) == 0 {
		p.model.Lose()
		p.store.Lose()
		agree(p, "lost", func(s queue.Store) (queue.Snapshot, error) { return s.Snapshot(p.t.Context()) })
		if p.r.IntN(4) == 0 {
			p.restore(queue.Watermark{Document: p.document()})
		}
	}
	p.restore(p.remembered(max(0, len(p.seen)-1-p.r.IntN(6))))
}

func (p *pair) advance() {
	var m queue.Watermark
	if len(p.seen) > 0 && p.r.IntN(2) == 0 {
		m = p.remembered(max(0, len(p.seen)-1-p.r.IntN(3)))
	}
	sample := queue.Sample{Tick: p.now / 250, Blob: "s"}
	verdict := queue.Verdict{Tick: p.now / 250, Factor: int64(1000 - 250*p.r.IntN(2)*p.r.IntN(2)), Blob: "v"}
	agree(p, "advance", func(s queue.Store) (queue.Snapshot, error) { return s.Advance(p.t.Context(), m, sample, verdict) })
}
