package redisstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
)

// reader takes a script's reply apart. The first thing that is not as expected is kept for end.
type reader struct {
	values []any
	err    error
	// What the status word has said: a conflict; a room of the releases before, and that it has changed in between; an epoch
	// that gives no numbers yet.
	conflict, old, changed, early bool
}

func (r *reader) next() any {
	if len(r.values) == 0 {
		r.fail("reply is too short")
		return nil
	}
	v := r.values[0]
	r.values = r.values[1:]
	return v
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = outage(fmt.Errorf(format, args...))
	}
}

func (r *reader) int() int64 {
	n, ok := r.next().(int64)
	if !ok {
		r.fail("reply has another value where a number belongs")
	}
	return n
}

func (r *reader) uint() uint64 { return uint64(r.int()) }

func (r *reader) text() string {
	s, ok := r.next().(string)
	if !ok {
		r.fail("reply has another value where a text belongs")
	}
	return s
}

// list is a reply within the reply: texts.
func (r *reader) list() *reader {
	values, ok := r.next().([]any)
	if !ok {
		r.fail("reply has another value where a list belongs")
	}
	return &reader{values: values}
}

// packed are numbers that a script has kept together.
func (r *reader) packed(l layout) packed {
	p, ok := l.unpack(r.text())
	if !ok {
		r.fail("reply has other figures")
		p, _ = l.unpack(string(make([]byte, 8*l.size())))
	}
	return p
}

// record reads a record that a script has kept as one text.
func record[T any](r *reader, read func(*records) T) T {
	text := &records{text: r.text()}
	v := read(text)
	if text.broken || text.text != "" {
		r.fail("reply has a broken record")
	}
	return v
}

// end reports what was wrong with the reply.
func (r *reader) end() error {
	if len(r.values) > 0 {
		r.fail("reply is too long by %d values", len(r.values))
	}
	return r.err
}

func (r *reader) visitor() (id queue.VisitorID) {
	if copy(id[:], r.text()) != len(id) {
		r.fail("reply has another text where a visitor belongs")
	}
	return id
}

// order reads a score as Redis writes it. Large round scores come as 5e+15 from some versions; they are exact all the same.
func (r *reader) order(word string) queue.Order {
	if n, err := strconv.ParseUint(word, 10, 53); err == nil {
		return queue.Order(n)
	}
	f, err := strconv.ParseFloat(word, 64)
	if err != nil || f < 0 || f >= 1<<53 || f != math.Trunc(f) {
		r.fail("reply has an order %q", word)
		return 0
	}
	return queue.Order(f)
}

// orders reads orders joined by blanks. They rise: slices of one sketch may be of different moments.
func (r *reader) orders(line string) (all []queue.Order) {
	for word := range strings.FieldsSeq(line) {
		o := r.order(word)
		if len(all) > 0 {
			o = max(o, all[len(all)-1])
		}
		all = append(all, o)
	}
	return all
}

// sketches reads what sketch.lua writes.
func (r *reader) sketches(text string) (all [queue.Lanes]queue.Sketch) {
	if text == "" { // no Advance has looked at the line yet
		return all
	}
	lines := strings.Split(text, "\n")
	for lane := range all {
		all[lane].End = r.order(lines[0])
	}
	for lines = lines[1:]; len(lines) > 3; lines = lines[3:] {
		head := r.numbers(lines[0])
		if len(head) != 3 || head[0] >= queue.Lanes {
			r.fail("reply has a sketch of %q", lines[0])
			return all
		}
		all[head[0]] = queue.Sketch{
			Waiting: int64(head[1]), End: head[2], First: r.orders(lines[1]), Samples: r.orders(lines[2]),
		}
	}
	if len(lines) != 1 || lines[0] != "" {
		r.fail("reply has %d lines of a sketch left", len(lines))
	}
	return all
}

// numbers reads numbers in any order.
func (r *reader) numbers(line string) (all []queue.Order) {
	for word := range strings.FieldsSeq(line) {
		all = append(all, r.order(word))
	}
	return all
}

// standing reads a state and a reason; their times come behind all standings.
func (r *reader) standing(text string) queue.Standing {
	s := queue.Standing{State: queue.State(text[0]), Reason: queue.Reason(text[1])}
	if s.State > queue.StateTaken || s.Reason > queue.ReasonSoldOut {
		r.fail("reply has a standing %d, %d", s.State, s.Reason)
	}
	return s
}

// times reads the times of a standing.
func (r *reader) times(s *queue.Standing) {
	if s.State == queue.StateCalled || s.State == queue.StateInside {
		s.Until = r.int()
	}
	if s.State == queue.StateInside {
		s.Started = r.int()
	}
}

// one reads a single standing, whose times come at the end of the reply.
func (r *reader) one() queue.Standing {
	text := r.text()
	if len(text) != 2 {
		r.fail("reply has a standing of %d bytes", len(text))
		return queue.Standing{}
	}
	return r.standing(text)
}

// several reads as many standings as the batch has entries.
func (r *reader) several(n int) []queue.Standing {
	text := r.text()
	if len(text) != 2*n {
		r.fail("reply has %d bytes of standings for %d entries", len(text), n)
		return nil
	}
	all := make([]queue.Standing, n)
	for i := range all {
		all[i] = r.standing(text[2*i:])
	}
	return all
}

func (r *reader) joined(arrivals []queue.Arrival) (queue.JoinReply, error) {
	reply := queue.JoinReply{Now: r.int(), Places: make([]queue.Joined, len(arrivals))}
	epoch, last := r.uint(), r.uint()
	standings, kinds := r.several(len(arrivals)), r.text()
	if len(kinds) != len(standings) {
		r.fail("reply has %d places for %d entries", len(kinds), len(standings))
		return reply, r.end()
	}
	for i := range standings {
		place := queue.Place{Visitor: arrivals[i].Visitor, Epoch: epoch, Lane: arrivals[i].Lane}
		switch kinds[i] {
		case 'n':
			last++
			place.Number = last
		case 'r':
			place.Number, place.Lane = r.uint(), uint8(r.uint())
		case 'c':
			place.Epoch, place.Number = r.uint(), r.uint()
		case '-':
			place = queue.Place{}
		default:
			r.fail("reply has a place of kind %q", kinds[i])
		}
		if place.Number > 0 {
			place.Order = queue.OrderOf(place.Epoch, place.Number)
		}
		reply.Places[i] = queue.Joined{Standing: standings[i], Place: place}
	}
	for i := range reply.Places {
		r.times(&reply.Places[i].Standing)
	}
	return reply, r.end()
}

func (r *reader) standings(n int) (queue.KeepReply, error) {
	reply := queue.KeepReply{Now: r.int(), Standings: r.several(n)}
	for i := range reply.Standings {
		r.times(&reply.Standings[i])
	}
	return reply, r.end()
}

func (r *reader) found() (queue.Found, error) {
	f := queue.Found{Visitor: r.visitor(), Standing: r.one(), Set: r.text(), At: r.int()}
	r.times(&f.Standing)
	return f, r.end()
}

func (r *reader) moved() (queue.Moved, error) {
	m := queue.Moved{Standing: r.one(), Left: r.int()}
	r.times(&m.Standing)
	return m, r.end()
}

// ended reads visitors with their scores in the set; those of one millisecond stand in the order of their ids.
func (r *reader) ended() (ids []queue.VisitorID) {
	type ending struct {
		id queue.VisitorID
		at queue.Order
	}
	var all []ending
	for len(r.values) > 0 {
		id := r.visitor()
		all = append(all, ending{id: id, at: r.order(r.text()) / 16})
	}
	slices.SortFunc(all, func(a, b ending) int { return cmp.Or(cmp.Compare(b.at, a.at), bytes.Compare(b.id[:], a.id[:])) })
	for _, e := range all {
		ids = append(ids, e.id)
	}
	return ids
}

// samples reads the samples of gateways, each with its tick before it. What is too short for that is left out.
func (r *reader) samples() map[string]queue.Sample {
	all := map[string]queue.Sample{}
	for len(r.values) > 0 {
		name, text := r.text(), r.text()
		if len(text) < 8 {
			continue // nobody of ours wrote it, and a line need not stand for it
		}
		all[name] = queue.Sample{Tick: int64(math.Float64frombits(binary.BigEndian.Uint64([]byte(text[:8])))), Blob: text[8:]}
	}
	return all
}
