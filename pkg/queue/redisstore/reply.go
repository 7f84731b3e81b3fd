package redisstore

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
)

// reader takes a script's reply apart. The first thing that is not as expected is kept for end.
type reader struct {
	values []any
	err    error
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

// end reports what was wrong with the reply.
func (r *reader) end() error {
	if len(r.values) > 0 {
		r.fail("reply is too long by %d values", len(r.values))
	}
	return r.err
}

func (r *reader) control() queue.Control {
	c := queue.Control{Version: r.int(), Mode: queue.Mode(r.text())}
	c.Pace = queue.Pace{Rate: r.int(), MaxInside: r.int(), Burst: r.int()}
	c.Message, c.ValuesHash, c.Notes = r.text(), r.text(), r.text()
	return c
}

// orders reads decimal orders joined by blanks, as Redis writes scores.
func (r *reader) orders(into []queue.Order) []queue.Order {
	for text := r.text(); text != ""; {
		var word string
		word, text, _ = strings.Cut(text, " ")
		n, err := strconv.ParseUint(word, 10, 53)
		if err != nil {
			// Large round scores come as 5e+15 from some versions; they are exact all the same.
			f, ferr := strconv.ParseFloat(word, 64)
			if ferr != nil || f < 0 || f >= 1<<53 || f != float64(uint64(f)) {
				r.fail("reply has an order %q", word)
				return into
			}
			n = uint64(f)
		}
		into = append(into, queue.Order(n))
	}
	return into
}

// letters are the states as the scripts write them.
var letters = map[byte]queue.State{
	't': queue.StateTaken, 'w': queue.StateWaiting, 'f': queue.StateFront, 'c': queue.StateCalled,
	'm': queue.StateMissed, 'i': queue.StateInside, 's': queue.StateSpent,
}

// visitors reads ids that stand one behind the other.
func (r *reader) visitors() (ids []queue.VisitorID) {
	text := r.text()
	if len(text)%len(queue.VisitorID{}) != 0 {
		r.fail("reply has %d bytes of visitors", len(text))
		return nil
	}
	for ; text != ""; text = text[16:] {
		ids = append(ids, queue.VisitorID([]byte(text[:16])))
	}
	return ids
}

func (r *reader) states(n int) string {
	states := r.text()
	if len(states) != n {
		r.fail("reply has %d states for %d entries", len(states), n)
		return ""
	}
	return states
}

func (r *reader) state(letter byte) queue.State {
	state, ok := letters[letter]
	if !ok {
		r.fail("reply has a state %q", letter)
	}
	return state
}

func (r *reader) joined(ids []queue.VisitorID) (queue.JoinReply, error) {
	reply := queue.JoinReply{Now: r.int(), Places: make([]queue.Joined, 0, len(ids))}
	epoch, until, last := r.uint(), r.int(), r.uint()
	reply.Waiting = r.int()
	states := r.states(len(ids))
	for i := range len(states) {
		place := queue.Place{Visitor: ids[i], Epoch: epoch}
		var j queue.Joined
		switch letter := states[i]; letter {
		case 't':
			j.State = queue.StateTaken
		case 'r':
			place.Number = r.uint()
			j = queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: place}
		default:
			last++
			place.Number = last
			j = queue.Joined{Standing: queue.Standing{State: r.state(letter)}, Place: place}
			if j.State == queue.StateInside {
				j.Until = until
			}
		}
		reply.Places = append(reply.Places, j)
	}
	return reply, r.end()
}

func (r *reader) standings(n int) (queue.KeepReply, error) {
	reply := queue.KeepReply{Now: r.int(), Standings: make([]queue.Standing, 0, n)}
	states := r.states(n)
	for i := range len(states) {
		st := queue.Standing{State: r.state(states[i])}
		if st.State == queue.StateCalled || st.State == queue.StateInside {
			st.Until = r.int()
		}
		reply.Standings = append(reply.Standings, st)
	}
	return reply, r.end()
}

func (r *reader) snapshot() (queue.Snapshot, error) {
	f := queue.Snapshot{Now: r.int(), Epoch: r.uint(), Last: r.uint(), Head: queue.Order(r.uint()), HeadNum: r.uint()}
	f.Hold, f.Born, f.Control = r.int(), r.int(), r.control()
	f.Waiting, f.Front, f.Calls, f.Inside = r.int(), r.int(), r.int(), r.int()
	f.Joined, f.Called, f.Admitted, f.Finished, f.Left = r.int(), r.int(), r.int(), r.int(), r.int()
	f.Gateways, f.Ended = r.int(), r.visitors()
	f.Sketch = queue.Sketch{Waiting: f.Waiting, End: queue.OrderOf(f.Epoch, f.Last)}
	f.Sketch.First = r.orders(make([]queue.Order, 0, min(max(0, f.Waiting), queue.SketchExact)))
	f.Sketch.Samples = r.orders(nil)
	return f, r.end()
}
