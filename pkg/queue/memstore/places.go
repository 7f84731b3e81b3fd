package memstore

import (
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/einlass/einlass/pkg/queue"
)

// writePlaces writes a room's places file. It takes the lock for one chunk of entries at a time: arrivals never wait for a
// million places to be copied. Each visitor stays in one slot of the slab, so it appears once, as it was when its chunk was
// copied.
func (r *room) writePlaces(w io.Writer, lead []byte, lock sync.Locker) error {
	if _, err := w.Write(lead); err != nil {
		return err
	}
	var out []byte
	for chunk, more := 0, true; more; chunk++ {
		lock.Lock()
		out, more = r.appendChunk(out[:0], chunk)
		lock.Unlock()
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}

// appendChunk appends the entries of one chunk of visitors, references and uses each; more: there may be others.
func (r *room) appendChunk(b []byte, chunk int) (_ []byte, more bool) {
	from := uint32(chunk) << chunkBits
	to := from + 1<<chunkBits
	for ref := from; ref < min(to, r.slab.used); ref++ {
		if s := r.save(ref); s.id != (queue.VisitorID{}) {
			b = s.append(b)
		}
	}
	refs := &r.refs.slab
	for ref := from; ref < min(to, refs.used); ref++ {
		if rec := refs.at(ref); rec.id != (queue.VisitorID{}) {
			b = appendReference(b, queue.Code(rec.id), rec.at)
		}
	}
	uses := r.codes.uses
	for i := from; i < min(to, uint32(len(uses))); i++ {
		b = appendUse(b, i, &uses[i])
	}
	return b, to < max(r.slab.used, refs.used, uint32(len(uses)))
}

// load puts the contents of the two files into an empty room; where both know something, the marks do. What only the marks
// know is noted as changed.
func (r *room) load(places, marks *contents, c *changes) {
	newer := make(map[queue.VisitorID]bool, len(marks.visitors))
	for i := range marks.visitors {
		newer[marks.visitors[i].id] = true
	}
	r.index = make(map[queue.VisitorID]uint32, len(places.visitors)+len(marks.visitors))
	var lines [queue.Lanes][]keyed
	for i := range places.visitors {
		if s := &places.visitors[i]; len(newer) == 0 || !newer[s.id] {
			r.insert(s, &lines)
		}
	}
	for lane, entries := range lines {
		r.lines[lane].fill(entries)
	}
	uses, refs := map[uint32]use{}, map[queue.Code]int64{}
	merge(uses, marks.uses)
	merge(refs, marks.refs)
	if places.Figures.Resets == marks.Figures.Resets {
		merge(uses, places.uses)
	}
	merge(refs, places.refs)
	for _, i := range slices.Sorted(maps.Keys(uses)) { // as they were given, so that positions stay
		u := uses[i]
		if _, twice := r.codes.find(u.visitor, u.code); !twice {
			r.codes.note(u)
		}
	}
	for code, at := range refs {
		r.refs.note(code, at)
	}
	r.track(c)
	for i := range marks.visitors {
		r.insert(&marks.visitors[i], nil)
	}
	for i := range marks.uses {
		c.use(i)
	}
	for code := range marks.refs {
		c.reference(code)
	}
}

// merge adds what is missing.
func merge[K comparable, V any](to, from map[K]V) {
	for k, v := range from {
		if _, known := to[k]; !known {
			to[k] = v
		}
	}
}

// insert puts a visitor into its sets. Twice is possible: forgotten after one chunk was copied, and back before another was.
// If there are lines, a place in the line is added to them and to no tree: the caller fills the trees with them.
func (r *room) insert(s *saved, lines *[queue.Lanes][]keyed) {
	if _, known := r.index[s.id]; known || s.set() == inNone && s.has&hasAgain == 0 {
		return
	}
	ref := r.slab.take(s.id)
	r.index[s.id] = ref
	in, at := s.set(), s.at
	rec := r.slab.at(ref)
	rec.packed = s.packed
	rec.setSet(inNone)
	if s.has&hasStay != 0 {
		r.begin(ref, s.stay.began)
		if s.stay.group != forgotten {
			r.tell(ref, s.stay.group, s.stay.told)
		}
	}
	if s.has&hasAgain != 0 {
		r.setAgain(ref, s.again)
	}
	if in == inLine && lines != nil {
		rec.setSet(in)
		rec.at = at
		r.moved[rec.lane()]++
		lines[rec.lane()] = append(lines[rec.lane()], keyed{uint64(rec.order()), ref})
	} else {
		r.enter(ref, in, at)
	}
	if in == inAsking {
		r.asked[ref] = s.asked
		r.askedLast.insert(uint64(s.asked), ref)
	}
	r.changed.visitor(ref)
}

// shift moves all times back by what the clock that wrote them was ahead of the time now: a clock that was wrong once must not
// let anybody wait for it.
func (c *contents) shift(now int64) {
	by := min(0, now-c.Saved)
	if by == 0 {
		return
	}
	move := func(t *int64) {
		switch {
		case *t > 0:
			*t = max(1, *t+by)
		case *t < 0: // given then, and never heard of since
			*t = min(-1, *t-by)
		}
	}
	f := &c.Figures
	for _, t := range []*int64{&c.Saved, &f.Mark, &f.Tick, &f.Hold, &f.Born, &f.Made, &f.Opening.Planned} {
		move(t)
	}
	for i := range f.Opening.Draws {
		move(&f.Opening.Draws[i].Frozen)
	}
	for i := range c.visitors {
		v := &c.visitors[i]
		for _, t := range []*int64{&v.at, &v.stay.began, &v.stay.told, &v.asked, &v.again} {
			move(t)
		}
	}
	for code, at := range c.refs {
		move(&at)
		c.refs[code] = at
	}
}
