package splice

import (
	"hash/crc32"
	"sync"
)

// Block is a text that is always sent as it is. Immutable and safe for concurrent use.
type Block struct {
	text []byte
	crc  uint32
	// behind is what the checksum of a text becomes when this one follows it, for each of its bits.
	behind [32]uint32
	// first is it compressed as the begin of a file. It is made when a template first begins with it.
	first func() bitRun
}

// NewBlock takes a text, which may not be changed any more.
func NewBlock(text []byte) *Block {
	b := &Block{text: text, crc: crc32.ChecksumIEEE(text), behind: zeros(len(text))}
	b.first = sync.OnceValue(func() bitRun {
		if len(text) == 0 {
			return bitRun{bytes: make([]byte, slack)}
		}
		run := newSection(newSource([]part{{text: text}}, 0), 0, 1, fixed, false)
		return bitRun{run.bits, int(run.steps[0].bits)}
	})
	return b
}

// Text is what the block stands for. It may not be changed.
func (b *Block) Text() []byte { return b.text }

// after is the checksum of a text with this one behind it, by that of the text.
func (b *Block) after(crc uint32) uint32 {
	var sum uint32
	for i := range b.behind {
		sum ^= b.behind[i] & -(crc >> i & 1)
	}
	return sum ^ b.crc
}

// zeros is what each bit of a checksum becomes when size bytes of 0 follow. A checksum is a remainder of polynomials over GF(2), so
// what follows acts on each bit by itself (the same is crc32_combine of zlib).
func zeros(size int) [32]uint32 {
	var out [32]uint32
	for i := range out {
		out[i] = 1 << i
	}
	power := oneByte()
	for ; size > 0; size >>= 1 {
		if size&1 != 0 {
			for i := range out {
				out[i] = apply(&power, out[i])
			}
		}
		var twice [32]uint32
		for i := range twice {
			twice[i] = apply(&power, power[i])
		}
		power = twice
	}
	return out
}

func oneByte() [32]uint32 {
	var out [32]uint32
	for i := range out {
		v := uint32(1) << i
		out[i] = crc32.IEEETable[byte(v)] ^ v>>8
	}
	return out
}

func apply(m *[32]uint32, v uint32) uint32 {
	var sum uint32
	for i := range m {
		sum ^= m[i] & -(v >> i & 1)
	}
	return sum
}
