package admission

import "math"

// The chance that something is left when it is a place's turn is a beta-binomial in its normal form. How many each place before it takes
// is learned from those that are over, the latest ones most; what no place of this morning can tell, that those behind are less eager or
// more, stands as a tenth of the mean. docs/draw.md has how often the words held.
const (
	chancePrior  = 10.0 // places, at chanceMean each
	chanceMean   = 0.5
	chanceHalf   = 300.0 // places after which one counts half
	chanceLeast  = 30    // places that must be over before anything is said
	chanceUnsure = 0.10  // of the mean: what no data of this morning can know
	leastSpread  = 0.05  // of what one place takes, as a variance
)

// Chance is what the places of one opening have taken so far. The zero value knows nothing.
type Chance struct {
	// Opening is the one that it is of.
	Opening string `json:"o,omitempty"`
	// Over is how many places are over: passed while absent, lapsed, ended, or booked.
	Over int64 `json:"r,omitempty"`
	// Places, Taken and Squares are sums with forgetting: of places, of what each took, and of the squares of that.
	Places  float64 `json:"n,omitempty"`
	Taken   float64 `json:"s,omitempty"`
	Squares float64 `json:"q,omitempty"`
}

// Add notes places that are over, and what they took together. squares is the sum of the squares of what each took. What is given back
// is below zero.
func (c *Chance) Add(places int64, taken, squares float64) {
	keep, weight := 1.0, 1.0
	if places > 0 {
		forget := math.Exp2(-1 / chanceHalf)
		keep = math.Pow(forget, float64(places))
		sum := (1 - keep) / (1 - forget)
		c.Over += places
		c.Places = c.Places*keep + sum
		weight = sum / float64(places)
	}
	c.Taken = math.Max(0, c.Taken*keep+taken*weight)
	c.Squares = math.Max(0, c.Squares*keep+squares*weight)
}

// Of is the chance that something is left of so many when as many places that are not over yet have had their turn; false: it is not
// known yet.
func (c *Chance) Of(ahead, left int64) (p float64, known bool) {
	if c.Over < chanceLeast {
		return 0, false
	}
	if left <= 0 || ahead <= 0 {
		return float64(min(1, max(0, left))), true
	}
	n, a := c.Places+chancePrior, float64(ahead)
	mean := (c.Taken + chancePrior*chanceMean) / n
	spread := math.Max((c.Squares+chancePrior*0.6)/n-mean*mean, leastSpread)
	unsure := spread/n + chanceUnsure*mean*chanceUnsure*mean
	x := (float64(left) - 0.5 - a*mean) / math.Sqrt(a*spread+a*a*unsure)
	return math.Erfc(-x/math.Sqrt2) / 2, true
}

// Word is what a page says of a chance. Nobody is told a percentage: it would be read as a promise.
type Word uint8

const (
	// NoWord: nothing is said.
	NoWord Word = iota
	// Little chance.
	Little
	// Some still get one, most do not.
	Some
	// Most: more than half still get one.
	Most
	// Usually people at this place still get one.
	Usually

	// Words is how many there are, with NoWord.
	Words
)

var wordNames = [Words]string{Little: "little", Some: "some", Most: "most", Usually: "usually"}

// String is empty for NoWord.
func (w Word) String() string {
	if w < Words {
		return wordNames[w]
	}
	return ""
}

// edges are the chances at which the word above Little, Some and Most begins, and by how much a chance must be past one before a word
// that was said is taken back.
var edges = [...]struct{ at, past float64 }{{0.1, 0.03}, {0.5, 0.05}, {0.9, 0.03}}

// WordOf is the word for a chance, where before was said last; NoWord: nothing was.
func WordOf(p float64, before Word) Word {
	w := before
	if w == NoWord || w >= Words {
		w = Little
		for _, e := range edges {
			if p >= e.at {
				w++
			}
		}
		return w
	}
	for w < Usually && p >= edges[w-Little].at+edges[w-Little].past {
		w++
	}
	for w > Little && p < edges[w-Some].at-edges[w-Some].past {
		w--
	}
	return w
}

// Scores is how the words held: by word, how many places were told it and how many of those found something left.
type Scores struct {
	Told [Words]int64 `json:"t"`
	Got  [Words]int64 `json:"g"`
	// Squares is the sum of (p - got)², over all that were told; by their number it is the Brier score.
	Squares float64 `json:"b"`
}

// Note scores one place that was told a chance.
func (s *Scores) Note(p float64, got bool) {
	w, hit := WordOf(p, NoWord), 0.0
	s.Told[w]++
	if got {
		s.Got[w]++
		hit = 1
	}
	s.Squares += (p - hit) * (p - hit)
}

// Add adds others.
func (s *Scores) Add(o *Scores) {
	for w := range s.Told {
		s.Told[w] += o.Told[w]
		s.Got[w] += o.Got[w]
	}
	s.Squares += o.Squares
}

// All is how many were told.
func (s *Scores) All() (n int64) {
	for _, told := range s.Told {
		n += told
	}
	return n
}

// Brier is the mean of (p - got)² (G. W. Brier, Monthly Weather Review 78, 1950): 0 is a seer, 0.25 who says a half of everything;
// false: nobody was told anything.
func (s *Scores) Brier() (score float64, known bool) {
	n := s.All()
	if n == 0 {
		return 0, false
	}
	return s.Squares / float64(n), true
}

// Chances is what gateways hand on to each other: of the opening under way, and how the words held so far.
type Chances struct {
	Chance
	// Tick is the last one that is in it.
	Tick   int64  `json:"k,omitempty"`
	Scores Scores `json:"w"`
}

// Round cuts off what need not travel.
func (c *Chances) Round() {
	for _, x := range []*float64{&c.Places, &c.Taken, &c.Squares, &c.Scores.Squares} {
		*x = math.Round(*x*1e4) / 1e4
	}
}

// valid reports whether it can be.
func (c *Chances) valid() bool {
	most := 1e12
	for _, x := range []float64{c.Places, c.Taken, c.Squares, c.Scores.Squares, float64(c.Over), float64(c.Tick)} {
		if !(x >= 0 && x <= most) {
			return false
		}
	}
	for w := range c.Scores.Told {
		if c.Scores.Got[w] < 0 || c.Scores.Told[w] < c.Scores.Got[w] || float64(c.Scores.Told[w]) > most {
			return false
		}
	}
	return len(c.Opening) <= 64
}
