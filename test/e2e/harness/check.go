package harness

import (
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Expect is what a crowd's journal is held against.
type Expect struct {
	// In is how many must have got in.
	In int
	// Rate and Burst are the fastest pace that was set while people were let in.
	Rate, Burst int
	// Calm is when the last fault was over and calling went on; zero if there was none.
	Calm time.Time
	// Repeats: a number may be given again in a later epoch, because a backup was put back, or because a store was lost before
	// all gateways had heard of it. In an epoch numbers are unique always.
	Repeats bool
}

// lag bounds how much later than its call a visitor may hear of it and claim: one poll, one frame, and what two busy
// processors add.
const lag = 4 * time.Second

// Check holds the journal to the promises. It is called after Wait.
func (c *Crowd) Check(e Expect) {
	c.tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, err := range c.breaches {
		c.tb.Error(err)
	}
	c.noPlaceLost(e)
	c.noNumberTwice(e.Repeats)
	c.nobodyOvertaken(e.Calm)
	c.paceHeld(e)
}

func (c *Crowd) noPlaceLost(e Expect) {
	c.tb.Helper()
	in := 0
	for _, v := range c.visitors {
		if v.lost != "" {
			c.tb.Errorf("the visitor at place %+v stayed and got %s instead", v.Place, v.lost)
		}
		if !v.in.IsZero() {
			in++
		}
	}
	if in != e.In {
		c.tb.Errorf("%d of %d visitors got in, want %d", in, len(c.visitors), e.In)
	}
}

func (c *Crowd) noNumberTwice(repeats bool) {
	c.tb.Helper()
	orders, shown := map[queue.Order]bool{}, map[uint64]bool{}
	for _, v := range c.visitors {
		if orders[v.Order()] || shown[v.Place.Number] && !repeats {
			c.tb.Errorf("number %d was given twice (%+v)", v.Place.Number, v.Place)
		}
		orders[v.Order()], shown[v.Place.Number] = true, true
	}
}

// nobodyOvertaken: once somebody is inside, everybody before them who asks must hear of a call, within the lag. After a
// fault calls that were lost are made again, in order, so that only what is heard after the calm counts.
func (c *Crowd) nobodyOvertaken(calm time.Time) {
	c.tb.Helper()
	line := slices.Clone(c.visitors)
	slices.SortFunc(line, func(a, b *Visitor) int { return int(int64(a.Order()) - int64(b.Order())) })
	// The earliest entry of anybody behind, from the end of the line to its beginning.
	var first *Visitor
	for _, v := range slices.Backward(line) {
		if first != nil {
			from := first.in
			if from.Before(calm) {
				from = calm
			}
			if over := v.lastWait.Sub(from); over > lag {
				c.tb.Errorf("place %+v was still waiting %v after %+v went in", v.Place, over, first.Place)
			}
		}
		if !v.in.IsZero() && (first == nil || v.in.Before(first.in)) {
			first = v
		}
	}
}

// paceHeld: in no span can more go in than in it, ten seconds more, and the lag in which a client hears of it.
func (c *Crowd) paceHeld(e Expect) {
	c.tb.Helper()
	var in []time.Time
	for _, v := range c.visitors {
		if !v.in.IsZero() {
			in = append(in, v.in)
		}
	}
	slices.SortFunc(in, time.Time.Compare)
	for i := range in {
		for j := i; j < len(in); j++ {
			span := in[j].Sub(in[i]) + lag + saved*time.Millisecond
			if allowed := float64(e.Burst) + float64(e.Rate)/60*span.Seconds(); float64(j-i+1) > allowed {
				c.tb.Errorf("%d went in within %v, the pace allows %.0f", j-i+1, in[j].Sub(in[i]), allowed)
				return
			}
		}
	}
}
