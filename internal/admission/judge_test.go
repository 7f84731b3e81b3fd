package admission

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// answers is a sample of n answers that took so many times what is usual, of which some failed; each is of another network.
func answers(n int, ratio float64, failed int64) Sample {
	s := Sample{Requests: int64(n) + failed, Failed: failed, Up: n > 0}
	take(&s, n, ratio, 400*time.Millisecond)
	return s
}

// take adds answers of a kind.
func take(s *Sample, n int, ratio float64, usual time.Duration) {
	took := time.Duration(ratio * float64(usual))
	for i := range n {
		s.Take(took, usual)
		if took > slowRatio*usual {
			s.Slow |= 1 << (i % 64)
		}
	}
}

// course judges ticks one after the other.
type course struct {
	State
	tick int64
}

func (c *course) see(samples ...Sample) { c.seeIn("", samples...) }

func (c *course) seeIn(opening string, samples ...Sample) {
	c.tick++
	c.State = Judge(ReadState(c.Text()), &Input{Tick: c.tick, Last: c.tick - 1, Samples: samples, Opening: opening, Open: true})
}

// well is a course of a site that is known to be well.
func well() *course {
	c := &course{tick: 1000}
	for range 2 * baseWindows {
		c.see(answers(60, 1, 0))
	}
	return c
}

func TestAHealthySiteIsLeftAlone(t *testing.T) {
	if c := well(); c.Pace != fullPace || c.Reason != ReasonNone || c.Words(false) != "" {
		t.Errorf("%+v", c.State)
	}
}

func TestASlowSiteIsSparedAndComesBack(t *testing.T) {
	c := well()
	c.see(answers(60, 3.5, 0))
	if c.Pace != 700 || c.Reason != ReasonLatency {
		t.Fatalf("after one slow window: %+v", c.State)
	}
	c.see(answers(60, 3.5, 0))
	if c.Pace != 700 {
		t.Errorf("cut again after five seconds: %d", c.Pace)
	}
	c.see(answers(60, 3.5, 0))
	if c.Pace != 490 {
		t.Errorf("not cut again after ten seconds: %d", c.Pace)
	}
	if got := c.Words(false); !strings.HasPrefix(got, "held back to 49 %: median 1.") || !strings.HasSuffix(got, "usual 430 ms") {
		t.Errorf("said %q", got)
	}
	for range 100 {
		c.see(answers(60, 6, 0))
	}
	if c.Pace != leastPace {
		t.Errorf("%d after minutes of sickness, want %d", c.Pace, leastPace)
	}
	if base := c.Base; base > 1300 {
		t.Errorf("sickness has become usual: base %d", base)
	}
	for n := 0; c.Pace < fullPace; n++ {
		before := c.Pace
		if c.see(answers(60, 1, 0)); c.Pace > before+raise || n > fullPace/raise {
			t.Fatalf("from %d to %d in tick %d", before, c.Pace, n)
		}
	}
	if c.Reason != ReasonNone {
		t.Errorf("at all of the pace because of %q", c.Reason)
	}
}

func TestFailuresCutThePace(t *testing.T) {
	for name, tt := range map[string]struct {
		sample Sample
		want   Reason
	}{
		"one in ten":            {answers(90, 1, 10), ReasonErrors},
		"one in thirty":         {answers(90, 1, 3), ReasonNone},
		"four of few":           {answers(28, 1, 4), ReasonNone},
		"five of few":           {answers(28, 1, 5), ReasonErrors},
		"all, and none answers": {Sample{Requests: 40, Failed: 40}, ReasonErrors},
	} {
		c := well()
		if c.see(tt.sample); c.Reason != tt.want {
			t.Errorf("%s: %+v", name, c.State)
		}
	}
}

func TestWhatIsSaidOfFailuresThatAreOver(t *testing.T) {
	c := well()
	c.see(answers(30, 1, 30))
	if got, want := c.Words(false), "held back to 70 %: 50 % of requests fail"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	c.see(answers(60, 1, 0))
	if got, want := c.Words(false), "held back to 72 %, rising: too many requests failed"; got != want {
		t.Errorf("then said %q, want %q", got, want)
	}
}

// On a machine that is busy for a moment 3 ms become 13: nobody need wait longer for that.
func TestWhatNobodyNoticesHoldsNobodyBack(t *testing.T) {
	for took, want := range map[time.Duration]int64{13 * time.Millisecond: fullPace, 200 * time.Millisecond: 700} {
		c := well()
		const usual = 3 * time.Millisecond
		s := Sample{Requests: 60}
		take(&s, 60, float64(took)/float64(usual), usual)
		c.see(s)
		if c.Pace != want {
			t.Errorf("%v in place of %v: pace %d, want %d", took, usual, c.Pace, want)
		}
	}
}

func TestASiteThatIsDownGetsNobodyAndKeepsItsPlace(t *testing.T) {
	c := well()
	for range 4 {
		c.see(Sample{Down: true})
	}
	if c.Factor() != 0 || c.Reason != ReasonDown || c.Pace != 62 {
		t.Errorf("%+v", c.State)
	}
	if got := c.Words(false); got != "stopped: the site does not answer" {
		t.Errorf("said %q", got)
	}
	if c.see(); c.Factor() == 0 {
		t.Error("stopped although nothing says that the site is down")
	}
	if got := c.Words(false); !strings.Contains(got, "rising: the site did not answer") {
		t.Errorf("said %q", got)
	}
}

// One gateway whose own network is cut sees a site that is down; the others have answers of it.
func TestOneGatewayWithoutANetworkStopsNobody(t *testing.T) {
	c := well()
	c.see(Sample{Down: true, Requests: 0}, answers(60, 1, 0), answers(60, 1, 0))
	if c.Factor() != fullPace {
		t.Errorf("%+v", c.State)
	}
}

// A gateway that has asked nothing has nothing to say against the one that cannot reach the site.
func TestAnIdleGatewayDoesNotSayThatTheSiteIsUp(t *testing.T) {
	c := well()
	if c.see(Sample{Down: true, Requests: 2, Failed: 2}, Sample{}); c.Factor() != 0 {
		t.Errorf("%+v", c.State)
	}
	if c.see(Sample{Down: true, Requests: 2, Failed: 2}, Sample{Up: true}); c.Factor() == 0 { // its check has passed
		t.Errorf("%+v", c.State)
	}
}

// Ten quick files a page must not hide that pages are slow, and one page that always is must not hide that the others are quick.
func TestKindsWeighByTheTimeThatTheyTake(t *testing.T) {
	const page, file = 200 * time.Millisecond, 5 * time.Millisecond
	load := func(pages, files float64) (s Sample) {
		s = Sample{Requests: 330, Files: 300, Up: true}
		take(&s, 30, pages, page)
		take(&s, 300, files, file)
		return s
	}
	c := &course{tick: 1000}
	for range 2 * baseWindows {
		c.see(load(1, 1))
	}
	if c.see(load(1, 8)); c.Pace != fullPace {
		t.Errorf("slow files: %+v", c.State)
	}
	if c.see(load(8, 1)); c.Pace != 700 || c.Median < 1000 || c.Usual < 150 {
		t.Errorf("slow pages: %+v", c.State)
	}
	c = well()
	s := answers(100, 1, 0)
	s.Requests += 12
	take(&s, 12, 8, 5*time.Second)
	if c.see(s); c.Pace != fullPace || c.Age != 0 {
		t.Errorf("twelve of a very slow kind: %+v", c.State)
	}
}

// A page that fails loads no files; the files of those that do not must not hide it.
func TestFilesDoNotHideFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		requests, failed, files, failedFiles int64
		want                                 int64
	}{
		"one page in ten":     {1050, 5, 1000, 0, 700},
		"an image of each":    {550, 50, 500, 50, fullPace},
		"only files, failing": {50, 10, 45, 10, 700},
	} {
		c := well()
		s := Sample{Requests: tt.requests, Failed: tt.failed, Files: tt.files, FailedFiles: tt.failedFiles, Up: true}
		take(&s, 60, 1, 400*time.Millisecond)
		if c.see(s); c.Pace != tt.want {
			t.Errorf("%s: %+v", name, c.State)
		}
	}
}

// On a quiet site three people who ask for a page that is slow for them are most of what is seen.
func TestAFewNetworksDoNotHoldAQuietSiteBack(t *testing.T) {
	c := well()
	s := answers(60, 30, 0)
	if s.Slow = 1<<3 | 1<<7 | 1<<9 | 1<<60; true {
		c.see(s)
	}
	if c.Pace != fullPace {
		t.Errorf("four networks: %+v", c.State)
	}
	a, b := answers(30, 30, 0), answers(30, 30, 0)
	a.Slow, b.Slow = 1<<3|1<<7|1<<9|1<<60, 1<<60|1<<61
	if c.see(a, b); c.Pace != 700 {
		t.Errorf("five of two gateways: %+v", c.State)
	}
}

func TestFewRequestsMakeNoWindow(t *testing.T) {
	c := well()
	c.see(answers(1, 30, 0)) // one answer in five seconds that took long
	if c.Pace != fullPace || c.Age != 1 {
		t.Errorf("%+v", c.State)
	}
	c.see(answers(1, 30, 0))
	c.see(answers(9, 30, 0))
	if c.Pace != 700 {
		t.Errorf("eleven slow answers of fifteen seconds: %+v", c.State)
	}
}

// In a lull, and with kinds of pages that differ by a hundred times, and with times that spread widely, a healthy site is not held back.
func TestHealthySitesOfAllKindsAreNotHeldBack(t *testing.T) {
	for name, n := range map[string]func(r *rand.Rand) int{
		"busy":                 func(r *rand.Rand) int { return 100 + r.IntN(100) },
		"six a minute":         func(r *rand.Rand) int { return r.IntN(2) },
		"one a minute":         func(r *rand.Rand) int { return r.IntN(12) / 11 },
		"busy, with long gaps": func(r *rand.Rand) int { return r.IntN(2) * r.IntN(200) },
	} {
		var sum, ticks int64
		r := rand.New(rand.NewPCG(11, 11))
		c := &course{tick: 1000}
		for tick := range 4 * 720 {
			drift := 1 + 0.5*float64(tick)/(4*720) // in four hours everything takes half as long again
			var s Sample
			for range n(r) {
				ratio := drift * r.NormFloat64() * 0.8
				one := answers(1, expOf(ratio), 0)
				s.Add(&one)
			}
			c.see(s)
			sum, ticks = sum+c.Pace, ticks+1
		}
		if share := float64(sum) / float64(ticks) / fullPace; share < 0.95 {
			t.Errorf("%s: %.3f of the pace", name, share)
		}
	}
}

func expOf(x float64) float64 {
	r := 1.0
	for range 16 {
		r *= 1 + x/16
	}
	return max(0.02, r)
}

func TestAnOpeningBeginsGentlyUnlessTheLastOneEndedWell(t *testing.T) {
	closed := func(c *course) {
		c.tick++
		c.State = Judge(c.State, &Input{Tick: c.tick, Last: c.tick - 1})
	}
	c := &course{tick: 1000}
	closed(c)
	if c.seeIn("monday"); c.Pace != startPace+raise || c.Reason != ReasonStart {
		t.Errorf("the first opening: %+v", c.State)
	}
	for range fullPace / raise {
		c.seeIn("monday", answers(60, 1, 0))
	}
	closed(c)
	if c.seeIn("tuesday"); c.Pace != fullPace {
		t.Errorf("after an opening that ended well: %+v", c.State)
	}
	c.seeIn("tuesday", answers(60, 9, 0))
	closed(c)
	if c.seeIn("wednesday"); c.Pace != startPace+raise || c.Reason != ReasonStart {
		t.Errorf("after one that ended badly: %+v", c.State)
	}
}

func TestARoomThatGoesOnDoesNotBeginAnew(t *testing.T) {
	for name, opening := range map[string]string{"always open": "", "in the middle of an opening": "monday"} {
		c := &course{tick: 1000}
		c.State = Judge(State{}, &Input{Tick: c.tick, Opening: opening, Open: true})
		if c.Pace != fullPace {
			t.Errorf("%s: %+v", name, c.State)
		}
	}
	c := well()
	c.see(answers(60, 9, 0))
	if again := Judge(ReadState(c.Text()), &Input{Tick: c.tick + 500, Last: c.tick, Open: true}); again.Pace > c.Pace+raise {
		t.Errorf("a gateway that was away for long begins at %d, want what there was: %d", again.Pace, c.Pace)
	}
}

func TestAClockThatWasSetBackStopsNoCut(t *testing.T) {
	c := well()
	c.see(answers(60, 9, 0))
	c.tick -= 100_000
	if before := c.Pace; true {
		if c.see(answers(60, 9, 0)); c.Pace >= before {
			t.Errorf("from %d to %d", before, c.Pace)
		}
	}
}

func TestWhateverIsSeenThePaceStaysInItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &course{tick: 10}
		for range rapid.IntRange(1, 60).Draw(t, "ticks") {
			n := rapid.IntRange(0, 80).Draw(t, "answers")
			s := answers(n, rapid.Float64Range(0.01, 100).Draw(t, "ratio"), int64(rapid.IntRange(0, 20).Draw(t, "failed")))
			s.Down = rapid.IntRange(0, 9).Draw(t, "down") == 0 && !s.Up
			before := c.Pace
			if before == 0 {
				before = fullPace
			}
			if c.see(s); c.Pace < leastPace || c.Pace > fullPace || c.Pace > before+raise || c.Factor() != 0 && c.Down {
				t.Fatalf("from %d to %+v", before, c.State)
			}
			if text := c.Text(); len(text) > 1500 || ReadState(text) != c.State {
				t.Fatalf("%d bytes; %+v is read as %+v", len(text), c.State, ReadState(text))
			}
		}
	})
}

func FuzzReadState(f *testing.F) {
	f.Add(well().Text())
	f.Add(`{"p":5000}`)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		s := ReadState(text)
		if after := Judge(s, &Input{Tick: 5, Open: true, Samples: []Sample{answers(40, 3, 9)}}); after.Pace < leastPace || after.Pace > fullPace {
			t.Errorf("%+v after %q", after, text)
		}
	})
}
