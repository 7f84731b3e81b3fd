package splice

import "encoding/binary"

// bitRun is a number of bits, the first one in the lowest bit of the first byte (RFC 1951 section 3.1.1). Eight more bytes stand
// behind it, so that it can be read eight at a time.
type bitRun struct {
	bytes []byte
	count int
}

// cursor is where bits are appended to a buffer, which has been made large enough before. It is a value that is handed on, so that it stays
// in registers.
type cursor struct {
	pos  int    // of the next byte
	acc  uint64 // bits that are not in the buffer yet
	held uint   // how many, below 8 between two calls
}

// put appends at most 56 bits. Those of value above count are 0.
func (c cursor) put(dst []byte, value uint64, count uint) cursor {
	acc, held := c.acc|value<<(c.held&7), c.held+count
	binary.LittleEndian.PutUint64(dst[c.pos:], acc)
	return cursor{c.pos + int(held>>3), acc >> (held &^ 7 & 63), held & 7}
}

// few appends at most 56 bits that begin with the first bit of a byte.
func (c cursor) few(dst, bytes []byte, count uint) cursor {
	return c.put(dst, binary.LittleEndian.Uint64(bytes)&(1<<(count&63)-1), count)
}

// run appends count bits that begin with the first bit of a byte.
func (c cursor) run(dst, bytes []byte, count int) cursor {
	acc, held := c.acc, c.held&7
	for ; count >= 64; count -= 64 {
		next := binary.LittleEndian.Uint64(bytes)
		binary.LittleEndian.PutUint64(dst[c.pos:], acc|next<<held)
		acc = next >> (64 - held)
		c.pos += 8
		bytes = bytes[8:]
	}
	c.acc = acc
	if count > 56 {
		c = c.few(dst, bytes, 56)
		bytes, count = bytes[7:], count-56
	}
	return c.few(dst, bytes, uint(count))
}

// bitWriter appends bits to a buffer.
type bitWriter struct {
	dst []byte
	cursor
}

func (w *bitWriter) put(value uint64, count uint) { w.cursor = w.cursor.put(w.dst, value, count) }

// finish appends bits of 0 up to the end of a byte and answers what was written.
func (w *bitWriter) finish() []byte {
	if w.held > 0 {
		w.pos++
	}
	return w.dst[:w.pos]
}

// slack is how much longer than what is written a buffer must be.
const slack = 8

func (w *bitWriter) bits() bitRun {
	count := w.pos*8 + int(w.held)
	return bitRun{append(append([]byte{}, w.finish()...), make([]byte, slack)...), count}
}
