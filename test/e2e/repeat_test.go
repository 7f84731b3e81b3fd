package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/test/e2e/harness"
)

// repeat lets the same fault happen again and again. Every test that does so has HoweverOften in its name, by which
// `make long-crashes` finds it.
func repeat(fault func(i int)) {
	for i := range often {
		fault(i)
	}
}

// mostSkipped is how many numbers one end of a store or of the only gateway may cost, in good order or not, beside twice those
// that were being given when it came: what a gateway reserves in advance.
const mostSkipped = 1000

// series holds what a line gives to what it gave before, over any number of crashes.
type series struct {
	t     *testing.T
	given map[harness.Token]bool // without the visitor
	last  *harness.Visitor       // with the highest order so far
	// unordered: newcomers may be ahead of those who wait, see where it is set.
	unordered bool
	highest   uint64 // number so far; an older copy of a store goes on below it
	// unanswered is how many asked for a number before the last crash and learned none: theirs may have been given.
	unanswered int
	// numbers are those of last after each crash, for the message.
	numbers []uint64
	skipped bool
}

func newSeries(t *testing.T, first ...*harness.Visitor) *series {
	s := &series{t: t, given: map[harness.Token]bool{}}
	if len(first) > 0 {
		s.add(first)
	}
	return s
}

// add takes those who came since the last crash.
func (s *series) add(came []*harness.Visitor) {
	s.t.Helper()
	s.after(1, len(came), came)
}

// after takes those who came since so many crashes, after which nobody came until then, of so many who asked for a number.
func (s *series) after(crashes, asked int, came []*harness.Visitor) {
	s.t.Helper()
	var before queue.Order
	bound := uint64(0)
	if s.last != nil {
		before = s.last.Order()
		bound = s.highest + uint64(s.unanswered) + uint64(crashes)*mostSkipped + 2*uint64(asked)
	}
	s.unanswered = asked - len(came)
	for _, v := range came {
		place := harness.Token{Epoch: v.Place.Epoch, Number: v.Place.Number}
		if s.given[place] {
			s.t.Errorf("number %d of epoch %d was given twice", place.Number, place.Epoch)
		}
		s.given[place] = true
		if v.Order() <= before && !s.unordered {
			s.t.Errorf("newcomer %+v is ahead of %+v, who waits", v.Place, s.last.Place)
		}
		s.skipped = s.skipped || bound > 0 && v.Place.Number > bound
		s.highest = max(s.highest, v.Place.Number)
		if s.last == nil || v.Order() > s.last.Order() {
			s.last = v
		}
	}
	s.numbers = append(s.numbers, s.last.Place.Number)
}

// check says so once if crashes cost more numbers than they may.
func (s *series) check() {
	s.t.Helper()
	if s.skipped {
		s.t.Errorf("each crash may skip %d numbers; the highest after each were %d", mostSkipped, s.numbers)
	}
}

// goIn lets everybody in who has come and holds that to the promises: nobody lost, nobody overtaken, and nobody called later
// than the hold after the last loss asks for.
func goIn(t *testing.T, c *harness.Crowd, g *harness.Gate) {
	t.Helper()
	goInWith(t, c, g, false)
}

// goInWith is goIn; repeats is that of harness.Expect.
func goInWith(t *testing.T, c *harness.Crowd, g *harness.Gate, repeats bool) {
	t.Helper()
	calm := time.Now().Add(hold)
	g.Set(t, `{"rate": 6000, "burst": 20, "mode": "run"}`)
	until(t, hold+busy, "the first call", func(context.Context) bool {
		info, err := g.Figures(t.Context(), "termine")
		return err == nil && info.Totals.Called > 0
	})
	c.Wait()
	c.Check(harness.Expect{In: len(c.Everybody()), Rate: 6000, Burst: 20, Calm: calm, Repeats: repeats})
}

// busy is what two busy processors add to a time that the line keeps.
const busy = 4 * time.Second

// stillFirst asserts that a visitor from before all crashes keeps the place, with nobody ahead.
func stillFirst(t *testing.T, g *harness.Gate, v *harness.Visitor) {
	t.Helper()
	// Until places had the time to come back it is not known how many are ahead.
	var s harness.Status
	until(t, 20*time.Second, "the figures of the oldest ticket", func(context.Context) bool {
		s = v.Status(t)
		return s.State != "recovering" && s.Ahead >= 0 || s.Number == 0
	})
	if s.Number != v.Place.Number || s.Ahead != 0 || v.Token() != v.Place {
		t.Errorf("the first of the line, with %+v, is told %+v", v.Place, s)
	}
}

func TestASeriesCountsNumbersThatWereBeingGivenWhenTheCrashCame(t *testing.T) {
	with := func(number uint64) []*harness.Visitor {
		return []*harness.Visitor{{Place: harness.Token{Epoch: 1, Number: number}}}
	}
	// Number 10 is the highest of 50 that anybody has learned when the crash comes, and the next is given above the reserve.
	most := 10 + 49 + mostSkipped + 2*uint64(1)
	for number, skipped := range map[uint64]bool{most: false, most + 1: true} {
		s := newSeries(t, with(1)...)
		s.after(0, 50, with(10))
		if s.add(with(number)); s.skipped != skipped {
			t.Errorf("number %d behind number 10 of 50: too many skipped %v", number, s.skipped)
		}
	}
	s := newSeries(t, with(1)...)
	s.after(0, 50, with(10))
	s.add(with(11))
	if s.add(with(most)); !s.skipped {
		t.Error("numbers of an earlier crash are counted again")
	}
}

func TestNumbersAreBoundedHoweverOftenAGatewayIsKilled(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	first := c.Arrive(3)
	s := newSeries(t, first...)
	repeat(func(int) {
		g.Kill()
		g.Start()
		s.add(c.Arrive(1))
	})
	s.check()
	stillFirst(t, g, first[0])
	c.Stay(within(t, 30*time.Second), c.Everybody()...)
	goIn(t, c, g)
}

func TestNumbersAreBoundedHoweverOftenAGatewayIsKilledUnderACrowd(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	first := c.Arrive(1)[0]
	s := newSeries(t, first)
	repeat(func(i int) {
		// The crash comes at another moment of the crowd each time.
		s.after(1, 50, c.Rush(50, 10+(i*7)%40, g.Kill))
		g.Start()
	})
	s.add(c.Arrive(1))
	s.check()
	stillFirst(t, g, first)
}

func TestNumbersAreDenseHoweverOftenAGatewayIsStopped(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	first := c.Arrive(1)[0]
	last := first
	repeat(func(i int) {
		if code := g.Stop(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		g.Start()
		v := c.Arrive(1)[0]
		if v.Order() <= last.Order() || v.Place.Number != uint64(i+2) {
			t.Errorf("%+v after %d clean stops, behind %+v", v.Place, i+1, last.Place)
		}
		last = v
	})
	stillFirst(t, g, first)
	c.Stay(within(t, 30*time.Second), c.Everybody()...)
	goIn(t, c, g)
}

// snapshotAfter waits for a snapshot of the store's time t or later.
func snapshotAfter(t *testing.T, g *harness.Gate, at time.Time) operator.RoomInfo {
	t.Helper()
	var info operator.RoomInfo
	until(t, 20*time.Second, "a snapshot", func(context.Context) bool {
		info = g.Room(t)
		return info.Store.OK && !info.AsOf.Before(at)
	})
	return info
}
