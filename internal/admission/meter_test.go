package admission

import (
	"sync"
	"testing"
	"time"
)

func TestWhatWasSeenInATick(t *testing.T) {
	p := play()
	p.run(time.Minute, 20, constant, map[Kind]time.Duration{page: 400 * time.Millisecond})
	p.now = morning.Add(2 * time.Minute)
	tick := p.now.UnixMilli() / 5000
	for i := range 10 {
		p.Note(Exchange{Kind: page, Client: uint64(i), Took: 3200 * time.Millisecond, Worked: 400 * time.Millisecond}, p.now.Add(4999*time.Millisecond))
	}
	p.Note(Exchange{Kind: page, Client: 20, Outcome: Failed, Took: time.Millisecond, Worked: time.Millisecond}, p.now)
	p.Note(Exchange{Kind: page, Client: 21, Outcome: TimedOut, Took: 60 * time.Second, Worked: 60 * time.Second}, p.now)
	p.Note(Exchange{Kind: page, Client: 22, Took: time.Second, Worked: time.Second}, p.now.Add(5*time.Second))
	s := p.Sample(tick, 0)
	if s.Requests != 12 || s.Failed != 2 || !s.Up || s.Down {
		t.Errorf("%+v", s)
	}
	usual := p.usually(page) // 400 ms within 9 %
	var want Sample
	for range 10 {
		want.Take(3200*time.Millisecond, usual)
	}
	want.Take(60*time.Second, usual)
	if s.Ratio != want.Ratio || s.Took != want.Took || s.Usual != want.Usual || s.Squares != want.Squares {
		t.Errorf("%+v\n%+v", s, want)
	}
	if s.Slow != 1<<10-1|1<<21 {
		t.Errorf("slow answers of %b", s.Slow)
	}
	if s := p.Sample(tick+1, 0); s.Requests != 1 {
		t.Errorf("the next tick has %d requests", s.Requests)
	}
	if s := p.Sample(tick+3, 15*time.Second); s.Requests != 12 {
		t.Errorf("by a clock 15 s ahead it has %d requests", s.Requests)
	}
	if s := p.Sample(tick+40, 0); s != (Sample{}) {
		t.Errorf("%+v of a tick without requests", s)
	}
}

func TestOldSecondsAreNotCountedAgain(t *testing.T) {
	p := play()
	p.Note(Exchange{Kind: page, Client: 1}, p.now)
	later := p.now.Add(ringSeconds * time.Second)
	p.Note(Exchange{Kind: page, Client: 2}, later)
	if s := p.Sample(later.Unix()/5, 0); s.Requests != 1 {
		t.Errorf("%+v", s)
	}
	if s := p.Sample(p.now.Unix()/5, 0); s.Requests != 0 {
		t.Errorf("%+v", s)
	}
}

// One network must not be able to hold everybody back, however many requests it sends.
func TestOneNetworkIsHeardLittle(t *testing.T) {
	p := play()
	p.run(time.Minute, 8, constant, map[Kind]time.Duration{page: 100 * time.Millisecond})
	p.now = p.now.Truncate(5 * time.Second).Add(10 * time.Second)
	tick := p.now.Unix() / 5
	const attacker = 1 << 50
	for i := range 2000 {
		at := p.now.Add(time.Duration(i) * 2 * time.Millisecond)
		p.Note(Exchange{Kind: page, Client: attacker, Took: 20 * time.Second, Worked: 20 * time.Second}, at)
		p.Note(Exchange{Kind: page, Client: attacker, Outcome: Failed}, at)
		if i%50 == 0 {
			p.Note(Exchange{Kind: page, Client: uint64(i), Took: 100 * time.Millisecond, Worked: 100 * time.Millisecond}, at)
		}
	}
	s := p.Sample(tick, 0)
	if s.Failed > 1 || s.Requests < 40 || s.Requests > 50 {
		t.Errorf("%d of %d failed", s.Failed, s.Requests)
	}
	if m := RatioMedian(&s.Ratio); m > 1.3 {
		t.Errorf("the median is %v", m)
	}
}

func TestFailuresOfManyNetworksAreHeard(t *testing.T) {
	p := play()
	tick := p.now.Unix() / 5
	for i := range 40 {
		p.Note(Exchange{Kind: page, Client: uint64(i), Outcome: Failed}, p.now)
		p.Note(Exchange{Kind: page, Client: uint64(i), Outcome: Failed}, p.now)
	}
	for range 10 {
		p.Note(Exchange{Kind: page, Client: 1, Outcome: Unreached}, p.now)
	}
	if s := p.Sample(tick, 0); s.Failed != 50 || s.Requests != 50 {
		t.Errorf("%d of %d", s.Failed, s.Requests)
	}
	p.now = p.now.Add(time.Minute)
	p.Note(Exchange{Kind: page, Client: 7, Outcome: TimedOut, Took: time.Minute, Worked: time.Minute}, p.now)
	if s := p.Sample(p.now.Unix()/5, 0); s.Failed != 1 {
		t.Errorf("a minute later: %d", s.Failed)
	}
}

func TestALoneNetworkIsHeardToo(t *testing.T) {
	p := play()
	n := 0
	for i := range 100 {
		if _, counts := p.Note(Exchange{Kind: page, Client: 1, Took: 1, Worked: 1}, p.now.Add(time.Duration(i)*time.Millisecond)); counts {
			n++
		}
	}
	if n < freeShare || n > freeShare+1 {
		t.Errorf("%d", n)
	}
}

func TestWhoLeavesEarlySaysNothing(t *testing.T) {
	p := play()
	p.run(time.Minute, 8, constant, map[Kind]time.Duration{page: time.Second})
	leave := func(after time.Duration) bool {
		_, counts := p.Note(Exchange{Kind: page, Client: 1 << 50, Outcome: Abandoned, Took: after, Worked: after}, p.now)
		return counts
	}
	if leave(time.Millisecond) || leave(1500*time.Millisecond) {
		t.Error("an impatient visitor counts")
	}
	if !leave(10 * time.Second) {
		t.Error("one who waited ten times as long as usual does not count")
	}
}

func TestASiteIsDownIfAProxySaysSoAndNobodyWasAnswered(t *testing.T) {
	m := NewMeter()
	stands := StandingUnknown
	forget := m.Watch(func() Standing { return stands })
	other := StandingUnknown
	m.Watch(func() Standing { return other })
	tick := morning.Unix() / 5
	want := func(what string, up, down bool) {
		t.Helper()
		if s := m.Sample(tick, 0); s.Up != up || s.Down != down {
			t.Errorf("%s: up %v, down %v", what, s.Up, s.Down)
		}
	}
	want("without a word", false, false)
	stands = StandingUp
	want("a check that passed", true, false)
	stands = StandingDown
	want("one that failed", false, true)
	other = StandingUp
	want("one that failed beside one that passed", true, false)
	other = StandingUnknown
	m.Note(Exchange{Kind: page, Outcome: Unreached}, morning)
	m.Note(Exchange{Kind: page, Client: 1, Outcome: Failed}, morning)
	want("failures", false, true)
	m.Note(Exchange{Kind: page, Client: 2}, morning)
	want("an answer", true, false)
	forget()
	tick++
	want("a proxy that is gone", false, false)
}

// What waits for something, as a long poll does, is not a site that is slow, and its time is not the site's.
func TestLongPollsSayNothingOfTheSitesTime(t *testing.T) {
	p := play()
	p.run(time.Minute, 4, constant, map[Kind]time.Duration{page: 100 * time.Millisecond, 77: 6 * time.Second})
	p.now = p.now.Add(10 * time.Second)
	for i := range 20 {
		p.Note(Exchange{Kind: 77, Client: uint64(i), Took: 25 * time.Second, Worked: 25 * time.Second}, p.now)
	}
	if s := p.Sample(p.now.Unix()/5, 0); s.Requests != 20 || s.Squares != 0 || s.Slow != 0 {
		t.Errorf("%+v", s)
	}
}

func TestFilesAreCountedApart(t *testing.T) {
	p := play()
	for i, k := range []Kind{page, KindStyle, KindImage, KindMedia, KindRefused, KindOther} {
		p.Note(Exchange{Kind: k, Client: uint64(2 * i)}, p.now)
		p.Note(Exchange{Kind: k, Client: uint64(2*i + 1), Outcome: Failed}, p.now)
	}
	if s := p.Sample(p.now.Unix()/5, 0); s.Requests != 12 || s.Failed != 6 || s.Files != 6 || s.FailedFiles != 3 {
		t.Errorf("%+v", s)
	}
}

// What a page usually takes is not learned anew while it is slow, however many quick files there are beside it.
func TestQuickFilesDoNotMakeSlowPagesUsual(t *testing.T) {
	p := play()
	files := func(d time.Duration, page_ time.Duration) {
		of := map[Kind]time.Duration{page: page_}
		for k := KindStyle; k < namedKinds; k++ {
			of[k] = 5 * time.Millisecond
		}
		p.run(d, 10, constant, of)
	}
	files(5*time.Minute, 200*time.Millisecond)
	files(20*time.Minute, 1600*time.Millisecond)
	p.want(t, page, 200*time.Millisecond, 1.2)
}

// A kind that is asked for now and then keeps what is known of it, whatever else comes.
func TestARareKindIsNotForgottenForOthers(t *testing.T) {
	p := play()
	p.run(time.Minute, 1, constant, map[Kind]time.Duration{page: 6 * time.Second})
	for i := range 500 {
		p.now = p.now.Add(100 * time.Millisecond)
		p.client++
		p.Note(Exchange{Kind: Kind(1000 + i), Client: p.client, Took: 1, Worked: 1}, p.now)
	}
	p.want(t, page, 6*time.Second, 1.1)
}

// Whoever asks for thousands of patterns of paths neither takes memory nor the places of real pages.
func TestKindsAreBounded(t *testing.T) {
	p := play()
	real := map[Kind]time.Duration{page: 100 * time.Millisecond, form: 700 * time.Millisecond}
	for i := range 3600 {
		p.run(time.Second, 4, constant, real)
		for n := range 4 {
			p.Note(Exchange{Kind: Kind(1000 + 4*i + n), Client: 1 << 50, Took: 1, Worked: 1}, p.now)
		}
	}
	if n := len(p.kinds); n != maxKinds {
		t.Errorf("%d kinds", n)
	}
	p.want(t, page, real[page], 1.1)
	p.want(t, form, real[form], 1.1)
	p.run(time.Hour, 1, constant, map[Kind]time.Duration{page: 100 * time.Millisecond, 77: 6 * time.Second})
	p.want(t, 77, 6*time.Second, 1.1) // a page that was not asked for meanwhile
}

func TestWhatIsLongIsKnown(t *testing.T) {
	p := play()
	if p.Long(77) {
		t.Error("a kind that was never seen is long")
	}
	p.run(time.Minute, 4, constant, map[Kind]time.Duration{page: 100 * time.Millisecond, 77: 6 * time.Second})
	if !p.Long(77) || p.Long(page) {
		t.Errorf("the long poll %v, the page %v", p.Long(77), p.Long(page))
	}
	p.run(20*time.Minute, 4, constant, map[Kind]time.Duration{77: 100 * time.Millisecond})
	if p.Long(77) {
		t.Error("it is long although it became quick")
	}
	p.run(20*time.Minute, 4, constant, map[Kind]time.Duration{78: 6 * time.Second})
	if !p.Long(78) {
		t.Error("a second one is not")
	}
	for i := range 2 * maxKinds {
		p.now = p.now.Add(kindMemory / 4)
		p.Note(Exchange{Kind: Kind(1000 + i), Client: uint64(i), Took: 1, Worked: 1}, p.now)
	}
	if p.Long(78) {
		t.Error("what was forgotten is long")
	}
}

func TestAClockThatGoesBackBreaksNothing(t *testing.T) {
	p := play()
	p.run(time.Minute, 20, constant, map[Kind]time.Duration{page: time.Second})
	p.now = morning.Add(-time.Hour)
	p.run(time.Minute, 20, constant, map[Kind]time.Duration{page: time.Second})
	p.want(t, page, time.Second, 1.1)
}

func TestAMeterCostsNoMemoryAndMayBeShared(t *testing.T) {
	m := NewMeter()
	e := Exchange{Kind: page, Client: 1, Took: time.Second, Worked: time.Second}
	now := morning
	if n := testing.AllocsPerRun(1000, func() { now = now.Add(time.Millisecond); m.Note(e, now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 500 {
				m.Note(Exchange{Kind: page, Client: uint64(n), Took: time.Second, Worked: time.Second}, now.Add(time.Duration(n)*10*time.Millisecond))
				m.Long(page)
				if n%100 == i {
					m.Sample(now.Unix()/5, 0)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkNote(b *testing.B) {
	m := NewMeter()
	paths := [][]byte{[]byte("/"), []byte("/termine/2021-06-14/buchen"), []byte("/assets/portal.css"), []byte("/api/slots")}
	begun := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			m.Note(Exchange{
				Kind: m.AskedFor("GET", paths[n%4]).Kind(200), Client: uint64(n), Took: 30 * time.Millisecond, Worked: 20 * time.Millisecond,
			}, begun.Add(time.Duration(n)*20*time.Microsecond))
		}
	})
}
