package splice

import "math"

// frequencies of the symbols of tokens.
type frequencies struct {
	literal  [symbols]int
	distance [distances]int
}

func (s *source) count(tokens []token) *frequencies {
	f := &frequencies{}
	f.literal[endOfBlock] = 1
	for _, t := range tokens {
		if t.length == 1 {
			f.literal[s.text[t.at]]++
			continue
		}
		symbol, _, _ := lengthSymbol(t.length)
		f.literal[symbol]++
		symbol, _, _ = distanceSymbol(s.distance(t.at, t.src))
		f.distance[symbol]++
	}
	return f
}

// bitsFor is what each symbol takes in a code for such frequencies. One that has not occurred takes as much as one that occurs once.
func bitsFor(often []int) []float64 {
	sum := 0
	for _, n := range often {
		sum += max(n, 1)
	}
	out := make([]float64, len(often))
	for i, n := range often {
		out[i] = math.Log2(float64(sum) / float64(max(n, 1)))
	}
	return out
}

// parse finds tokens for the bytes from one on up to another one that take few bits: the cheapest ones by what symbols took in the parse
// before, a few times over.
func (s *source) parse(from, to int) []token {
	const rounds = 4
	var tokens []token
	for range rounds {
		tokens = s.cheapest(from, to, s.count(tokens))
	}
	return tokens
}

func (s *source) cheapest(from, to int, f *frequencies) []token {
	literal, distance := bitsFor(f.literal[:]), bitsFor(f.distance[:])
	var lengths [longest + 1]float64
	for n := shortest; n <= longest; n++ {
		symbol, _, extra := lengthSymbol(n)
		lengths[n] = literal[symbol] + float64(extra)
	}
	cost := make([]float64, to-from+1) // of all from a byte on
	best := make([]token, to-from)
	for at := to - 1; at >= from; at-- {
		i := at - from
		cost[i] = literal[s.text[at]] + cost[i+1]
		best[i] = token{at: at, length: 1}
		shorter := shortest
		for _, c := range s.repeats[at] {
			symbol, _, extra := distanceSymbol(s.distance(at, c.src))
			far := distance[symbol] + float64(extra)
			for n := shorter; n <= c.length; n++ {
				if sum := far + lengths[n] + cost[i+n]; sum < cost[i] {
					cost[i] = sum
					best[i] = token{at, n, c.src}
				}
			}
			shorter = c.length + 1
		}
	}
	var tokens []token
	for i := 0; i < len(best); i += best[i].length {
		tokens = append(tokens, best[i])
	}
	return tokens
}
