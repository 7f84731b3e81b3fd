package splice

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// mostParts is how many constants a template may have.
const mostParts = 256

// Template is constants with values between them, between two blocks. Immutable and safe for concurrent use.
type Template struct {
	head, tail *Block
	ends       []int    // of the constants, one behind another
	leads      [][]byte // of the values
	behind     int      // where the tail begins, if no value is longer than its lead
	begin      bitRun
	middle     *section // its parts are the constants, from 1 on
	end        *section
	room       int
}

// NewTemplate makes a template of at most 256 constants: a value follows each but the last. Leads are what these values begin with, as a rule:
// a value that does so costs no more than what is behind its lead. None is there for a value whose lead is empty or beyond the last lead. It takes
// some milliseconds for 30 kB.
func NewTemplate(head *Block, constants, leads [][]byte, tail *Block) (*Template, error) {
	n := len(constants)
	if n == 0 || n > mostParts {
		return nil, fmt.Errorf("splice: %d constants: must be 1 to %d", n, mostParts)
	}
	t := &Template{head: head, tail: tail, begin: head.first(), leads: make([][]byte, n-1)}
	copy(t.leads, leads)
	parts, end := []part{{text: head.text}}, 0
	for i, c := range constants {
		parts = append(parts, part{text: c, valued: i > 0})
		if i < n-1 && len(t.leads[i]) > 0 {
			parts = append(parts, part{text: t.leads[i], lead: true})
		}
		end += len(c)
		t.ends = append(t.ends, end)
	}
	last := len(parts)
	s := newSource(append(parts, part{text: tail.text}), 1)
	t.behind = s.start(last) - len(head.text)
	t.middle, t.end = newSection(s, 1, last, open, false), newSection(s, last, last+1, moved, true)
	t.room = len(gzipHeader) + len(t.begin.bytes) + t.middle.room + t.end.room + gzipTrailer + 2*slack
	return t, nil
}

// Fixed parts of a file (RFC 1952 section 2.3): the header, without a time, and behind the last block the checksum and the size.
const (
	gzipHeader  = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
	gzipTrailer = 8
)

// Append appends a file to dst: the gzip of the head, text and the tail. Text is the template's constants with the values, whose lengths
// are values in their order. It does not allocate if dst has room for twice the text and all of both blocks. What is neither this
// template's text nor has its number of values panics: it is a fault of the program.
func (t *Template) Append(dst, text []byte, values []int) []byte {
	f := filling{t: t, text: text, values: values}
	f.measure()
	start, room := len(dst), t.room+2*len(text)
	dst = append(slices.Grow(dst, room), gzipHeader...)
	w := bitWriter{dst[:start+room], cursor{pos: len(dst)}}
	w.cursor = w.run(w.dst, t.begin.bytes, t.begin.count)
	w.cursor = f.put(w.cursor, w.dst, t.middle)
	w.cursor = f.put(w.cursor, w.dst, t.end)
	crc := t.tail.after(crc32.Update(t.head.crc, crc32.IEEETable, text))
	dst = binary.LittleEndian.AppendUint32(w.finish(), crc)
	return binary.LittleEndian.AppendUint32(dst, uint32(len(t.head.text)+len(text)+len(t.tail.text)))
}

// filling is a template with its values.
type filling struct {
	t      *Template
	text   []byte
	values []int
	skips  [mostParts]int32 // how long the lead is with which each value begins
	starts [mostParts]int32 // where it begins
	shifts [mostParts]int32 // how much longer than their leads the values are that stand before each one, and before the end
}

func (f *filling) measure() {
	if len(f.values) != len(f.t.ends)-1 {
		panic("splice: not as many values as the template has")
	}
	sum, leads := 0, 0
	for i, n := range f.values {
		from, lead := f.t.ends[i]+sum, f.t.leads[i]
		sum += n
		leads += len(lead)
		f.starts[i], f.shifts[i+1] = int32(from), int32(sum-leads)
		if from+n <= len(f.text) && bytes.HasPrefix(f.text[from:from+n], lead) {
			f.skips[i] = int32(len(lead))
		}
	}
	if sum+f.t.ends[len(f.t.ends)-1] != len(f.text) {
		panic("splice: not the template's text")
	}
}

func (f *filling) put(c cursor, dst []byte, s *section) cursor {
	value := 0
	for i := 0; i < len(s.steps); i++ {
		st := &s.steps[i]
		if bits := s.bits[st.from:]; st.bits <= 56 {
			c = c.few(dst, bits, uint(st.bits))
		} else {
			c = c.run(dst, bits, int(st.bits))
		}
		switch st.then {
		case thenValue:
			from := int(f.starts[value])
			c = s.literals(c, dst, f.text[from+int(f.skips[value]):from+f.values[value]])
			value++
		case thenLead:
			if f.skips[value] == 0 {
				i = int(st.value) - 1
			}
		case thenRepeat:
			distance := int(st.distance + f.shifts[st.part] - f.shifts[st.src])
			if distance > farthest {
				// Values have moved it too far away, so it is written once more.
				c = s.literals(c, dst, f.at(st))
				continue
			}
			symbol, extra, more := distanceSymbol(distance)
			bits, count := s.far[symbol].with(extra, more)
			c = c.put(dst, uint64(st.code)|bits<<(st.count&31), uint(st.count)+count)
		}
	}
	return c
}

// at is what stands where a step is.
func (f *filling) at(st *step) []byte {
	from, text := int(st.at)-len(f.t.head.text), f.text
	if from >= f.t.behind {
		from, text = from-f.t.behind, f.t.tail.text
	} else {
		from += int(f.shifts[st.part])
	}
	return text[from : from+int(st.length)]
}
