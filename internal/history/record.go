package history

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// packed are figures as they are kept: whole numbers of the units of their columns.
type packed [width]uint32

// none is a figure that is not known.
const none = math.MaxUint32

func (f *Figures) pack() (p packed) {
	for c := range f {
		p[c] = none
		if !math.IsNaN(f[c]) {
			p[c] = uint32(min(max(0, math.Round(f[c]/columns[c].unit)), none-1))
		}
	}
	return p
}

func (p *packed) open() (f Figures) {
	for c := range p {
		f[c] = math.NaN()
		if p[c] != none {
			f[c] = float64(p[c]) * columns[c].unit
		}
	}
	return f
}

// castagnoli is a constant table.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sizeOf is the length of a record of so many columns: a checksum, the step, the figures.
func sizeOf(width int) int { return 4 + 8 + 4*width }

// encode is a record in a file.
func (r *record) encode() []byte {
	b := make([]byte, 4, sizeOf(width))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.step))
	for _, value := range r.figures {
		b = binary.LittleEndian.AppendUint32(b, value)
	}
	return seal(b)
}

// seal sets the checksum.
func seal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return b
}

// decode reads a record whose columns are those with the given indexes, -1: of another release. false: it was never written whole.
func decode(b []byte, order []int) (r record, ok bool) {
	r.step = int64(binary.LittleEndian.Uint64(b[4:]))
	if r.step <= 0 || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return record{}, false
	}
	for c := range r.figures {
		r.figures[c] = none
	}
	for i, c := range order {
		if c >= 0 {
			r.figures[c] = binary.LittleEndian.Uint32(b[12+4*i:])
		}
	}
	return r, true
}
