package admission

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var morning = time.Date(2021, 6, 14, 8, 0, 0, 0, time.UTC)

// played is a site whose answers are drawn, and the meter before it.
type played struct {
	*Meter
	r      *rand.Rand
	now    time.Time
	client uint64
}

func play() *played { return &played{NewMeter(), rand.New(rand.NewPCG(1, 2)), morning, 0} }

// draws of an answer whose median is 1.
func exponential(r *rand.Rand) float64 { return r.ExpFloat64() / math.Ln2 }

func lognormal(sigma float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return math.Exp(sigma * r.NormFloat64()) }
}

func constant(*rand.Rand) float64 { return 1 }

// run lets answers of a kind come for some time, so many a second, each from another network.
func (p *played) run(d time.Duration, rate float64, shape func(*rand.Rand) float64, of map[Kind]time.Duration) {
	for end := p.now.Add(d); p.now.Before(end); {
		p.now = p.now.Add(time.Duration(p.r.ExpFloat64() / rate * 1e9))
		for k, median := range of {
			took := time.Duration(float64(median) * shape(p.r))
			p.client++
			p.Note(Exchange{Kind: k, Client: p.client, Took: took, Worked: took}, p.now)
		}
	}
}

// usually is what the meter takes for usual.
func (p *played) usually(k Kind) time.Duration {
	if s := p.kinds[k]; s != nil {
		return s.time()
	}
	return 0
}

func (p *played) want(t *testing.T, k Kind, want time.Duration, factor float64) {
	t.Helper()
	got := p.usually(k)
	if off := math.Abs(math.Log(float64(got) / float64(want))); !(off <= math.Log(factor)) {
		t.Errorf("kind %d usually takes %v, not %v within %v", k, got, want, factor)
	}
}

const page, form Kind = 100, 101

func TestUsualIsTheMedianWhateverTheShape(t *testing.T) {
	for name, shape := range map[string]func(*rand.Rand) float64{
		"constant": constant, "exponential": exponential, "lognormal": lognormal(1), "wide": lognormal(1.6),
	} {
		for _, rate := range []float64{0.2, 1, 20, 300} {
			for _, median := range []time.Duration{time.Millisecond, 80 * time.Millisecond, 2 * time.Second} {
				p := play()
				p.run(min(12*time.Hour, time.Duration(12_000/rate)*time.Second), rate, shape, map[Kind]time.Duration{page: median})
				t.Logf("%s, %v a second: %v of %v", name, rate, p.usually(page), median)
				p.want(t, page, median, 1.35)
			}
		}
	}
}

func TestUsualIsNotLearnedFromASiteThatIsIll(t *testing.T) {
	p := play()
	p.run(20*time.Minute, 10, exponential, map[Kind]time.Duration{page: 100 * time.Millisecond, form: 400 * time.Millisecond})
	p.run(20*time.Minute, 10, exponential, map[Kind]time.Duration{page: 600 * time.Millisecond, form: 2400 * time.Millisecond})
	p.want(t, page, 100*time.Millisecond, 1.4)
	p.want(t, form, 400*time.Millisecond, 1.4)
}

func TestAKindFirstSeenWhileTheSiteIsIllIsIllToo(t *testing.T) {
	p := play()
	p.run(20*time.Minute, 10, lognormal(0.5), map[Kind]time.Duration{page: 100 * time.Millisecond})
	p.run(10*time.Second, 10, lognormal(0.5), map[Kind]time.Duration{page: 500 * time.Millisecond})
	p.run(time.Minute, 10, lognormal(0.5), map[Kind]time.Duration{page: 500 * time.Millisecond, form: 2500 * time.Millisecond})
	p.want(t, form, 500*time.Millisecond, 1.5)
}

func TestTheFirstAnswersNeedNotBeTypical(t *testing.T) {
	for _, first := range []time.Duration{30 * time.Millisecond, 3 * time.Second} {
		p := play()
		p.run(3*time.Second, 10, exponential, map[Kind]time.Duration{page: first})
		p.run(30*time.Minute, 10, exponential, map[Kind]time.Duration{page: 300 * time.Millisecond})
		p.want(t, page, 300*time.Millisecond, 1.6)
	}
}

func TestUsualFollowsASiteThatWasMadeFaster(t *testing.T) {
	p := play()
	p.run(20*time.Minute, 5, exponential, map[Kind]time.Duration{page: 900 * time.Millisecond})
	p.run(10*time.Minute, 5, exponential, map[Kind]time.Duration{page: 300 * time.Millisecond})
	p.want(t, page, 300*time.Millisecond, 1.5)
}

func TestASiteThatWasIllAtTheStartIsNotTakenForWellForEver(t *testing.T) {
	p := play()
	p.run(10*time.Minute, 5, exponential, map[Kind]time.Duration{page: 4 * time.Second})
	p.run(5*time.Minute, 5, exponential, map[Kind]time.Duration{page: 500 * time.Millisecond}) // a lull
	p.want(t, page, 500*time.Millisecond, 1.8)
}

func TestUsualFollowsAPageThatChangesSlowly(t *testing.T) {
	p := play()
	others := map[Kind]time.Duration{form: 300 * time.Millisecond, form + 1: 50 * time.Millisecond, page: 0}
	for minute := range 360 {
		others[page] = time.Duration(float64(200*time.Millisecond) * math.Exp2(float64(minute)/180)) // fourfold in six hours
		p.run(time.Minute, 6, lognormal(0.5), others)
	}
	p.want(t, page, 800*time.Millisecond, 1.6)
	p.want(t, form, 300*time.Millisecond, 1.2)
}

func TestASiteThatStaysSlowerIsNotHeldBackForEver(t *testing.T) {
	p := play()
	p.run(20*time.Minute, 5, exponential, map[Kind]time.Duration{page: 100 * time.Millisecond})
	p.run(time.Hour, 5, exponential, map[Kind]time.Duration{page: 500 * time.Millisecond})
	p.want(t, page, 100*time.Millisecond, 1.7) // still ill
	p.run(5*time.Hour, 5, exponential, map[Kind]time.Duration{page: 500 * time.Millisecond})
	p.want(t, page, 500*time.Millisecond, 2.2)
}

func TestFewRequestsTeachToo(t *testing.T) {
	p := play()
	p.run(6*time.Hour, 1.0/60, lognormal(0.7), map[Kind]time.Duration{page: 400 * time.Millisecond})
	p.want(t, page, 400*time.Millisecond, 1.5)
}
