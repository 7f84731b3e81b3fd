package queue

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// horizons are waits of 1, 2, 4 … 256 minutes.
const horizons = 9

// factor is by how much a wait may be shorter or longer than its estimate, as natural logarithms in millionths, Low below zero.
type factor struct{ Low, High int64 }

// waitKind tells waits apart whose estimates are wrong in different ways.
type waitKind uint8

const (
	byRate waitKind = iota // the rate decides
	byRoom                 // the room is full, and a place is called when somebody leaves the site
	waitKinds
)

// factors are those of all kinds of waits, by horizon.
type factors [waitKinds][horizons]factor

// Promises counts the ranges of the wait that were told, by what came of them. A range is kept if the call comes inside it, both
// sides counted.
type Promises struct {
	Kept, Early, Late int64
	// Of Recent, about the latest thousand, RecentKept were kept.
	Recent, RecentKept int64
}

// Promises says how the ranges were kept that the room's gateways have told, as far as its judgement knows.
func (f *Snapshot) Promises() Promises {
	_, wait, _ := splitJudged(f.Judgement.Blob)
	l, _ := parseLearned(wait)
	return l.Promises
}

// recentPromises is how many recent ones are counted before their number is halved.
const recentPromises = 2000

// learned is what the gateways of a room have learned together about waits.
type learned struct {
	Promises
	factors factors
	// Yield and Leaving are those of the Flow, for a process that starts.
	Yield, Leaving float64
}

const million = 1_000_000

// nothingLearned are the ranges of a first day, wider the further away the turn is, because more people may go or come back until
// then. They held in 93 % of the waits of simulated first mornings, see docs/capacity.md.
func nothingLearned() (l learned) {
	l.Yield = 1
	for kind := range l.factors {
		for b := range l.factors[kind] {
			l.factors[kind][b] = factor{
				Low:  int64(math.Round(million * (-0.205 - 0.018*float64(b)))),
				High: int64(math.Round(million * (0.235 + 0.035*float64(b)))),
			}
		}
	}
	return l
}

// The ranges are learned by online quantile tracking: each wait that ended moves the bound of its horizon by a little, so that in
// the long run a share of missShare misses it on both sides together, whatever the waits do (Gibbs, Candès, "Adaptive conformal
// inference under distribution shift", NeurIPS 2021; Angelopoulos, Candès, Tibshirani, "Conformal PID control", NeurIPS 2023).
const (
	missShare   = 80_000 // α = 0.08, in millionths
	learnRate   = 1000   // η = 0.001, in millionths
	narrowest   = 20_000 // of a factor
	widest      = 3 * million
	missStep    = learnRate * (million - missShare/2) / million // η(1-α/2)
	insideStep  = learnRate * missShare / 2 / million           // η·α/2
	slackBefore = 10 * time.Second
	slackAfter  = 20 * time.Second
)

// learn takes how the promises of a tick were kept.
func (l *learned) learn(s *scores) {
	for kind := range l.factors {
		for b := range l.factors[kind] {
			f, n := &l.factors[kind][b], &s.by[kind][b]
			f.High += missStep*n.late - insideStep*(n.early+n.kept)
			f.Low -= missStep*n.early - insideStep*(n.late+n.kept)
			f.High = min(widest, max(narrowest, f.High))
			f.Low = max(-widest, min(-narrowest, f.Low))
		}
	}
	l.Kept += s.told.kept
	l.Early += s.told.early
	l.Late += s.told.late
	l.Recent += s.told.all()
	l.RecentKept += s.told.kept
	for l.Recent >= recentPromises {
		l.Recent, l.RecentKept = l.Recent/2, l.RecentKept/2
	}
}

// of are the factors of a wait, between those of the horizons around it.
func (f *factors) of(kind waitKind, seconds float64) (low, high float64) {
	at := min(horizons-1, max(0, math.Log2(seconds/60)))
	b := min(horizons-2, int(at))
	part := at - float64(b)
	a, z := f[kind][b], f[kind][b+1]
	low = (float64(a.Low)*(1-part) + float64(z.Low)*part) / million
	high = (float64(a.High)*(1-part) + float64(z.High)*part) / million
	return low, high
}

// span is the range of a wait that is estimated.
func (f *factors) span(kind waitKind, seconds float64) (low, high time.Duration) {
	seconds = min(seconds, 1e7)
	l, h := f.of(kind, seconds)
	low = max(0, time.Duration(seconds*math.Exp(l)*float64(time.Second))-slackBefore)
	high = time.Duration(seconds*math.Exp(h)*float64(time.Second)) + slackAfter
	return low, high
}

// encode is the text of parseLearned.
func (l *learned) encode() string {
	b := make([]byte, 0, 400)
	for _, n := range []int64{
		l.Kept, l.Early, l.Late, l.Recent, l.RecentKept, int64(l.Yield * million), int64(l.Leaving * million * 1000),
	} {
		b = append(strconv.AppendInt(b, n, 10), ',')
	}
	for kind := range l.factors {
		for _, f := range l.factors[kind] {
			b = append(strconv.AppendInt(b, f.Low, 10), ',')
			b = append(strconv.AppendInt(b, f.High, 10), ',')
		}
	}
	return string(b[:len(b)-1])
}

// parseLearned reads it; false: it is of another release, or says what cannot be.
func parseLearned(text string) (l learned, ok bool) {
	n, ok := parseNumbers(text, 7+2*horizons*int(waitKinds))
	if !ok {
		return l, false
	}
	l.Promises = Promises{Kept: n[0], Early: n[1], Late: n[2], Recent: n[3], RecentKept: n[4]}
	l.Yield, l.Leaving = float64(n[5])/million, float64(n[6])/(million*1000)
	for _, count := range n[:7] {
		ok = ok && count >= 0
	}
	n = n[7:]
	for kind := range l.factors {
		for b := range l.factors[kind] {
			f := factor{Low: n[0], High: n[1]}
			ok = ok && f.Low <= -narrowest && f.Low >= -widest && f.High >= narrowest && f.High <= widest
			l.factors[kind][b], n = f, n[2:]
		}
	}
	if !ok || l.Yield <= 0 || l.Yield > 1000 || l.Leaving >= 1 || l.RecentKept > l.Recent {
		return learned{}, false
	}
	return l, true
}

// parseNumbers reads so many whole numbers with commas between them.
func parseNumbers(text string, count int) (numbers []int64, ok bool) {
	if strings.Count(text, ",") != count-1 {
		return nil, false
	}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}
