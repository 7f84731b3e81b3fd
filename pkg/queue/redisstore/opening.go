package redisstore

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// An opening record is kept as numbers, and as records that opening.lua and steps.lua describe.

func packSegments(segments []queue.Segment) (text []byte) {
	for _, s := range segments {
		text = binary.BigEndian.AppendUint32(text, uint32(s.Epoch))
		text = binary.BigEndian.AppendUint64(text, s.First)
		text = binary.BigEndian.AppendUint64(text, s.Last)
		text = append(text, byte(flag(s.Open)))
	}
	return text
}

func packDraws(draws []queue.Draw) (text []byte) {
	for i := range draws {
		d := &draws[i]
		text = append(append(text, byte(len(d.Opening))), d.Opening...)
		for _, n := range []uint64{d.N, uint64(d.Base), uint64(d.Frozen), uint64(d.Spread)} {
			text = binary.BigEndian.AppendUint64(text, n)
		}
		text = append(append(text, byte(flag(d.Known))), d.Seed[:]...)
		text = binary.BigEndian.AppendUint16(text, uint16(len(d.Segments)))
		text = append(text, packSegments(d.Segments)...)
	}
	return text
}

func packDone(done map[string]queue.Done) (text []byte) {
	names := make([]string, 0, len(done))
	for name := range done {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text = append(append(text, byte(len(name))), name...)
		text = binary.BigEndian.AppendUint64(append(text, done[name].Rank), done[name].Cursor)
	}
	return text
}

// packTallies is as tally.lua keeps them.
func packTallies(o *queue.Opening) []byte {
	text := appendDouble(nil, int64(o.Totals))
	for _, t := range o.Tallies {
		text = append(append(text, byte(len(t.Gateway))), t.Gateway...)
		text = appendDouble(appendDouble(text, int64(t.Reports)), t.Booked)
	}
	return text
}

func appendDouble(text []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(text, math.Float64bits(float64(n)))
}

// packCurves is a byte a count, see curves.lua.
func packCurves(curves *[queue.Curves]queue.Curve) []byte {
	text := make([]byte, 0, 2*queue.CurveBuckets*len(curves))
	for i := range curves {
		for _, counts := range [][queue.CurveBuckets]int64{curves[i].Back, curves[i].Surv} {
			for _, n := range counts {
				text = append(text, byte(n))
			}
		}
	}
	return text
}

// packWatermark is what a gateway remembers in numbers.
func packWatermark(m *queue.Watermark) []byte {
	p, o := packed{}, &m.Opening
	for name, n := range map[string]int64{
		"epoch": int64(m.Epoch), "last": int64(m.Last), "ceiling": int64(m.Ceiling), "hold": m.Hold, "cursor": int64(o.Cursor),
		"phase": int64(o.Phase), "quota": o.Quota, "per": o.Per, "standby": o.Standby, "booked": o.Booked,
		"reports": int64(o.Reports), "share": o.Share, "floor": int64(o.Floor), "mapping": int64(o.Mapping), "planned": o.Planned,
	} {
		p.set(name, n)
	}
	setAll(p, "weight", o.Weights[:])
	setAll(p, "head", m.Heads[:])
	setAll(p, "number", m.HeadNumbers[:])
	return watermark.pack(p)
}

// records reads packed records. The first thing that is not as expected is kept.
type records struct {
	text   string
	broken bool
}

func (r *records) take(n int) string {
	if len(r.text) < n {
		r.text, r.broken = "", true
		return string(make([]byte, n))
	}
	part := r.text[:n]
	r.text = r.text[n:]
	return part
}

func (r *records) uint(bytes int) (n uint64) {
	for _, b := range []byte(r.take(bytes)) {
		n = n<<8 | uint64(b)
	}
	return n
}

func (r *records) name() string { return r.take(int(r.uint(1))) }

func (r *records) double() int64 { return int64(math.Float64frombits(r.uint(8))) }

// tallies reads what packTallies packs; nothing: there are none.
func (r *records) tallies(o *queue.Opening) {
	if r.text == "" {
		return
	}
	o.Totals = uint64(r.double())
	for r.text != "" && !r.broken {
		o.Tallies = append(o.Tallies, queue.Tally{Gateway: r.name(), Reports: uint64(r.double()), Booked: r.double()})
	}
	slices.SortFunc(o.Tallies, func(a, b queue.Tally) int { return cmp.Compare(a.Gateway, b.Gateway) })
}

func (r *records) segment() queue.Segment {
	return queue.Segment{Epoch: r.uint(4), First: r.uint(8), Last: r.uint(8), Open: r.uint(1) == 1}
}

// segments reads n of them; with a negative n all that there are.
func (r *records) segments(n int) (all []queue.Segment) {
	for n != 0 && (n > 0 || r.text != "") && !r.broken {
		all = append(all, r.segment())
		n--
	}
	return all
}

func (r *records) draws() (all []queue.Draw) {
	for r.text != "" {
		d := queue.Draw{Opening: r.name(), N: r.uint(8), Base: queue.Order(r.uint(8))}
		d.Frozen, d.Spread, d.Known = int64(r.uint(8)), int64(r.uint(8)), r.uint(1) == 1
		copy(d.Seed[:], r.take(len(d.Seed)))
		d.Segments = r.segments(int(r.uint(2)))
		all = append(all, d)
	}
	return all
}

func (r *records) done() map[string]queue.Done {
	all := map[string]queue.Done{}
	for r.text != "" {
		name := r.name()
		all[name] = queue.Done{Rank: uint8(r.uint(1)), Cursor: r.uint(8)}
	}
	return all
}

func (r *records) curves() (all [queue.Curves]queue.Curve) {
	for i := range all {
		for _, counts := range []*[queue.CurveBuckets]int64{&all[i].Back, &all[i].Surv} {
			for j := range counts {
				counts[j] = int64(r.uint(1))
			}
		}
	}
	return all
}
