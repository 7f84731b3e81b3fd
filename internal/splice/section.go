package splice

import "slices"

// section is a block of deflate: runs of bits, and between them what is not known before it is sent.
type section struct {
	steps []step
	bits  []byte // the runs of all steps, each from a byte on
	room  int    // how many bytes it takes at most, without values
	encoder
}

// step is a run of bits and what comes behind it: a value, or a repetition whose distance depends on the values between.
type step struct {
	from, bits int32 // the run, from a byte of the section's bits on
	at         int32 // where the repetition is, without values
	distance   int32 // without values
	code       uint32
	count      uint8 // of the bits of the code, which is that of the length
	then       next
	length     uint16
	part, src  uint16 // how many values stand before the repetition and before what it repeats
	value      uint16 // the step of the value behind a lead
}

type next uint8

const (
	thenValue next = iota
	thenLead       // the lead of a value, if that begins so
	thenOn         // the end of a lead
	thenRepeat
	thenEnd
)

// kind is what may stand in a section.
type kind uint8

const (
	fixed kind = iota // no repetition reaches over a value
	open              // values
	moved             // no value, but repetitions that reach over some
)

// newSection makes one of the parts from first on, up to the part behind.
func newSection(s *source, first, behind int, holds kind, final bool) *section {
	tokens := s.parse(s.start(first), s.start(behind))
	literal, distance := s.lengths(tokens, holds)
	b := builder{section: &section{encoder: newEncoder(literal, distance)}}
	b.w.dst = make([]byte, 4*len(s.text)+2048)
	putHeader(&b.w, final, literal, distance)
	b.put(s, tokens, first)
	if holds == open {
		b.values(s, behind-1)
	}
	b.symbol(&b.w, endOfBlock)
	b.add(step{then: thenEnd})
	b.bits = slices.Clip(append(b.bits, make([]byte, slack)...))
	b.room += len(b.bits)
	return b.section
}

// lengths are those of the codes for tokens. What may become necessary has a code, too: any byte of a value, any distance, and the bytes
// of what turns out to be too far away to be repeated. Those that occur have the
// short ones, and figures, which values have many of.
func (s *source) lengths(tokens []token, holds kind) (literal, distance []uint8) {
	const weight, figures = 16, 8
	f := s.count(tokens)
	for d := '0'; holds == open && d <= '9'; d++ {
		f.literal[d] += figures
	}
	for i := range f.literal {
		f.literal[i] *= weight
		if holds == open && i < endOfBlock {
			f.literal[i]++
		}
	}
	for i := range f.distance {
		f.distance[i] *= weight
		if holds != fixed {
			f.distance[i]++
		}
	}
	for _, t := range tokens {
		if holds != moved || t.length == 1 || s.between(t.at, t.src) == 0 {
			continue
		}
		for _, b := range s.text[t.at : t.at+t.length] {
			f.literal[b] = max(f.literal[b], 1)
		}
	}
	return codeLengths(f.literal[:], 15), codeLengths(f.distance[:], 15)
}

// builder makes a section.
type builder struct {
	*section
	w    bitWriter
	part int // whose tokens are put
	lead int // the step where the latest lead begins
}

func (b *builder) put(s *source, tokens []token, first int) {
	b.part = first
	for _, t := range tokens {
		b.values(s, s.of[t.at])
		switch {
		case t.length == 1:
			b.symbol(&b.w, int(s.text[t.at]))
		case s.between(t.at, t.src) == 0:
			b.w.put(b.ofLength(t.length))
			b.w.put(b.ofDistance(t.at - t.src))
		default:
			b.repetition(s, t)
		}
	}
}

// values adds those that stand before a part, and where their leads begin and end.
func (b *builder) values(s *source, part int) {
	for b.part < part {
		switch {
		case s.leads[b.part+1]:
			b.lead = len(b.steps)
			b.add(step{then: thenLead})
		case s.leads[b.part]:
			b.add(step{then: thenOn})
			b.steps[b.lead].value = uint16(len(b.steps))
			fallthrough
		default:
			b.add(step{then: thenValue})
		}
		b.part++
	}
}

func (b *builder) repetition(s *source, t token) {
	const most = 8 // bytes of the codes of a repetition, with their extra bits
	bits, count := b.ofLength(t.length)
	b.add(step{
		then: thenRepeat, part: uint16(s.before(t.at)), src: uint16(s.before(t.src)), at: int32(t.at), distance: int32(t.at - t.src),
		length: uint16(t.length), count: uint8(count), code: uint32(bits),
	})
	b.room += max(most, 2*t.length)
}

func (b *builder) add(st step) {
	run := b.w.bits()
	st.from, st.bits = int32(len(b.bits)), int32(run.count)
	b.bits = append(b.bits, run.bytes[:len(run.bytes)-slack]...)
	b.steps = append(b.steps, st)
	b.w = bitWriter{dst: b.w.dst}
}

// encoder writes symbols by their codes.
type encoder struct {
	codes [symbols]code
	far   [distances]code
}

func newEncoder(literal, distance []uint8) (e encoder) {
	copy(e.codes[:], codesOf(literal))
	copy(e.far[:], codesOf(distance))
	return e
}

func (e *encoder) symbol(w *bitWriter, s int) { w.put(uint64(e.codes[s].bits), uint(e.codes[s].count)) }

// ofLength and ofDistance are a code with its extra bits.
func (e *encoder) ofLength(length int) (bits uint64, count uint) {
	symbol, extra, more := lengthSymbol(length)
	return e.codes[symbol].with(extra, more)
}

func (e *encoder) ofDistance(distance int) (bits uint64, count uint) {
	symbol, extra, more := distanceSymbol(distance)
	return e.far[symbol].with(extra, more)
}

func (e *encoder) literals(c cursor, dst, bytes []byte) cursor {
	var acc uint64
	var held uint
	for _, b := range bytes {
		code := e.codes[b]
		acc |= uint64(code.bits) << (held & 63)
		if held += uint(code.count); held > 56-15 {
			c = c.put(dst, acc, held)
			acc, held = 0, 0
		}
	}
	return c.put(dst, acc, held)
}
