package memstore

import (
	"fmt"
	"io"
	"sync"
)

// encode makes the marks file's payload; the store's lock is held.
func (k *keeper) encode(r *room, now int64, clean bool) encoded {
	k.seq++
	k.reserve.raise(r, 0)
	h := k.head(r, now)
	h.Clean = clean
	data := r.appendChanges(h.encode(), k.changed)
	if k.writing != nil {
		data = r.appendChanges(data, k.writing)
	}
	return encoded{seq: k.seq, epoch: r.Epoch, reserved: h.Reserved, unused: h.Unused, data: data}
}

func (k *keeper) head(r *room, now int64) head {
	return head{Seq: k.seq, Saved: now, Reserved: k.reserve.upTo, Unused: k.reserve.unused(r), Figures: r.figures}
}

// savePlaces writes everybody who is known. The store's lock is taken as often as it takes; a caller that holds it
// gives another.
func (s *Store) savePlaces(lock sync.Locker) error {
	k := s.keeper
	lock.Lock()
	r := s.room
	if r == nil {
		lock.Unlock()
		return nil
	}
	k.reserve.raise(r, 0)
	h := k.head(r, s.clock())
	k.writing, k.changed = k.changed, newChanges()
	r.track(k.changed)
	lead := h.encode()
	lock.Unlock()
	err := writeSealed(k.files.Path+".places", kindPlaces, func(w io.Writer) error { return r.writePlaces(w, lead, lock) })
	lock.Lock()
	if err != nil { // the places on disk are the old ones
		k.changed.add(k.writing)
	}
	k.writing = nil
	lock.Unlock()
	if err != nil {
		return fmt.Errorf("write %s.places: %w", k.files.Path, err)
	}
	k.write.Lock()
	k.before = false
	k.write.Unlock()
	return nil
}
