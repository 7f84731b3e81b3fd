package queue_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// physician is a Health that counts: its text is how often was judged, its sample says who saw which tick.
type physician struct {
	name   string
	factor int64
	judged []queue.HealthInput
}

func (p *physician) Sample(tick int64) string { return p.name + strconv.FormatInt(tick, 10) }

func (p *physician) Judge(in queue.HealthInput) queue.HealthVerdict {
	in.Samples = slices.Sorted(slices.Values(in.Samples))
	p.judged = append(p.judged, in)
	n, _ := strconv.Atoi(in.Before)
	return queue.HealthVerdict{Factor: p.factor, Text: strconv.Itoa(n + 1)}
}

func TestEachTickIsJudgedOnceFromWhatAllGatewaysSaw(t *testing.T) {
	one, two := &physician{name: "a", factor: 500}, &physician{name: "b", factor: 500}
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: one})
	other, err := queue.NewRoom(e.store, queue.RoomConfig{
		Gateway: "b", Visitors: 4096, Document: e.room.View().Snapshot.Document, Health: two,
		Clock: func() time.Time { return time.UnixMilli(e.now.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	other.Tick(t.Context())
	for range 4 * 60 {
		e.pass(250 * time.Millisecond)
		other.Tick(t.Context())
	}
	f := &e.room.View().Snapshot
	if f.Judgement.Factor != 500 {
		t.Errorf("the factor in force is %d, want 500", f.Judgement.Factor)
	}
	n, err := strconv.Atoi(e.room.View().Snapshot.HealthText())
	if err != nil || n < 11 || n > 12 {
		t.Errorf("%d judgements in a minute (%v), want one for each five seconds", n, err)
	}
	// Both may have judged a tick, but from the same, and one of them stood.
	for _, p := range []*physician{one, two} {
		for i, in := range p.judged {
			if i > 0 && len(in.Samples) != 2 {
				t.Errorf("%s judged tick %d from %v, want the samples of both", p.name, in.Tick, in.Samples)
			}
			for _, s := range in.Samples {
				if !strings.HasSuffix(s, strconv.FormatInt(in.Tick, 10)) {
					t.Errorf("%s judged tick %d by a sample of another: %s", p.name, in.Tick, s)
				}
			}
			if i > 1 && in.Last != in.Tick-1 {
				t.Errorf("%s judged tick %d after %d", p.name, in.Tick, in.Last)
			}
		}
	}
}

func TestAGatewayThatStandsStillHoldsNoJudgementUp(t *testing.T) {
	one := &physician{name: "a", factor: 1000}
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: one})
	e.beside("b", queue.FailHold) // ticks once, and no more
	e.pass(20 * time.Second)
	if n := len(one.judged); n < 3 || n > 5 {
		t.Errorf("%d ticks of four were judged", n)
	}
}

// What was judged and learned is still known when the store has lost everything.
func TestALostStoreGetsTheJudgementBack(t *testing.T) {
	one := &physician{name: "a", factor: 700}
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: one})
	e.pass(30 * time.Second)
	before, _ := strconv.Atoi(e.room.View().Snapshot.HealthText())
	if before < 4 {
		t.Fatalf("%d judgements in half a minute", before)
	}
	e.store.lose(t)
	e.pass(10 * time.Second)
	after, _ := strconv.Atoi(e.room.View().Snapshot.HealthText())
	if after <= before || e.room.View().Snapshot.Judgement.Factor != 700 {
		t.Errorf("judgement %d with factor %d, want one after %d", after, e.room.View().Snapshot.Judgement.Factor, before)
	}
}

// It gets it back at once, and not when the next tick is over: a site that is down would be sent people until then.
func TestALostStoreIsToldAtOnceThatTheSiteIsNotWell(t *testing.T) {
	for into := range 5 {
		one := &physician{name: "a", factor: 0}
		e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: one})
		e.pass(30*time.Second + time.Duration(into)*time.Second)
		e.store.lose(t)
		e.pass(800 * time.Millisecond)
		if f := &e.room.View().Snapshot; f.Judgement.Factor != 0 || f.HealthText() == "" {
			t.Errorf("lost %d s into a tick: factor %d, judgement %q", into, f.Judgement.Factor, f.HealthText())
		}
	}
}

// A store whose clock was set back is judged again, and does not wait for the old time to come.
func TestAClockThatIsSetBackStopsNoJudgement(t *testing.T) {
	one := &physician{name: "a", factor: 700}
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: one})
	e.pass(30 * time.Second)
	e.stepStoreClock(-time.Hour)
	e.pass(2 * time.Second)
	before := len(one.judged)
	e.pass(20 * time.Second)
	if n := len(one.judged) - before; n < 3 {
		t.Errorf("%d judgements in 20 s after the clock was set back an hour", n)
	}
}

// A judgement of a time to come, which somebody has put into the store, is replaced by the next one.
func TestAJudgementOfATimeToComeStopsNoOther(t *testing.T) {
	one := &physician{name: "a", factor: 700}
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: one})
	e.pass(30 * time.Second)
	const tick = 1 << 52
	forged := queue.Verdict{Tick: tick, Factor: 20, Blob: "1 " + strconv.Itoa(tick) + "\n\n7"}
	if _, err := e.store.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, forged); err != nil {
		t.Fatal(err)
	}
	e.pass(20 * time.Second)
	f := e.room.View().Snapshot
	if now := f.Now / queue.JudgeTick; f.Judgement.Factor != 700 || f.Judgement.Tick > now {
		t.Errorf("factor %d of tick %d, now is %d", f.Judgement.Factor, f.Judgement.Tick, now)
	}
	before := len(one.judged)
	e.pass(20 * time.Second)
	if n := len(one.judged) - before; n < 3 || n > 5 {
		t.Errorf("%d judgements in 20 s", n)
	}
}

// verbose says more than a store may keep.
type verbose struct{ physician }

func (v *verbose) Judge(queue.HealthInput) queue.HealthVerdict {
	return queue.HealthVerdict{Factor: 5000, Text: strings.Repeat("x", 5000)}
}

func TestAHealthThatSaysTooMuchStopsNoTick(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1), Health: &verbose{}})
	e.pass(20 * time.Second)
	if v := e.room.View(); v.Stale != 0 || v.Snapshot.Judgement.Factor != 1000 {
		t.Errorf("stale since %d, factor %d", v.Stale, v.Snapshot.Judgement.Factor)
	}
}

// A process that starts says what the others have learned.
func TestWhatIsLearnedOfWaitsIsSharedAndSurvives(t *testing.T) {
	cfg := pace(60, 0)
	cfg.Gateway = "a"
	c := newCrowd(t, 3, 900, cfg)
	c.leaving(0.3, time.Minute, vanishes)
	c.goOn(10 * time.Minute)
	mine := c.room.View()
	if p := mine.Wait.Promises; p.Kept == 0 || p.Recent == 0 {
		t.Fatalf("no promise was scored in ten minutes: %+v", p)
	}
	other := c.beside("b", queue.FailHold).View()
	if other.Wait.Promises != mine.Wait.Promises {
		t.Errorf("another gateway publishes %+v, want %+v", other.Wait.Promises, mine.Wait.Promises)
	}
	if a, b := mine.Wait.Yield, other.Wait.Yield; a < 1.1 || b < a*0.97 || b > a*1.03 {
		t.Errorf("another gateway thinks that a call takes %.2f places, this one %.2f", b, a)
	}
}
