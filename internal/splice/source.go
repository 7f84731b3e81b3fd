package splice

// part is some of a text; a value may stand before it. A lead is there only if the value behind it begins so.
type part struct {
	text         []byte
	valued, lead bool
}

// source is a text in which values will stand between its parts.
type source struct {
	text   []byte
	of     []int // the part of each byte
	ends   []int // of each part
	values []int // how many stand before each part
	leads  []bool
	// repeats are the repetitions that a token at each byte may be, each longer than the one before it and from farther away. None reaches over
	// the end of a part: a value may stand there.
	repeats [][]token
}

// token is a literal, length 1, or a repetition of what stands at src.
type token struct{ at, length, src int }

// newSource takes the parts of a text, of which those before the part from are only repeated.
func newSource(parts []part, from int) *source {
	s := &source{}
	values := 0
	for i, p := range parts {
		if p.valued {
			values++
		}
		s.text = append(s.text, p.text...)
		for range p.text {
			s.of = append(s.of, i)
		}
		s.ends, s.values, s.leads = append(s.ends, len(s.text)), append(s.values, values), append(s.leads, p.lead)
	}
	s.find(s.start(from))
	return s
}

func (s *source) start(part int) int {
	if part == 0 {
		return 0
	}
	return s.ends[part-1]
}

// usual is how long a value is taken to be where its length is not known yet.
const usual = 8

// distance is that of a repetition, as far as it is known before the values are.
func (s *source) distance(at, src int) int { return at - src + usual*s.between(at, src) }

// between is how many values stand between two bytes.
func (s *source) between(at, src int) int { return s.before(at) - s.before(src) }

// before is how many stand before a byte.
func (s *source) before(at int) int { return s.values[s.of[at]] }

// find finds the repetitions from a byte on.
func (s *source) find(from int) {
	const tries, enough, reach = 64, 96, farthest - 8192
	latest := make([]int, 1<<13) // one more than where a hash was met last
	before := make([]int, len(s.text))
	s.repeats = make([][]token, len(s.text))
	for at := range max(0, len(s.text)-shortest+1) {
		key := hash(s.text[at:])
		before[at] = latest[key] - 1
		if !s.leads[s.of[at]] { // what may be missing cannot be repeated
			latest[key] = at + 1
		}
		if at < from {
			continue
		}
		best := shortest - 1
		for src, n := before[at], 0; src >= 0 && n < tries && best < enough; src, n = before[src], n+1 {
			if s.distance(at, src) > reach {
				break
			}
			if at+best < len(s.text) && s.text[src+best] != s.text[at+best] {
				continue
			}
			if n := s.alike(at, src); n > best {
				best = n
				s.repeats[at] = append(s.repeats[at], token{at, n, src})
			}
		}
	}
}

func hash(b []byte) uint32 {
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) * 0x9e3779b1 >> 19
}

// alike is for how many bytes the text repeats what is at src.
func (s *source) alike(at, src int) int {
	most := min(longest, s.ends[s.of[at]]-at)
	if s.of[src] != s.of[at] {
		most = min(most, s.ends[s.of[src]]-src)
	}
	n := 0
	for n < most && s.text[at+n] == s.text[src+n] {
		n++
	}
	return n
}
