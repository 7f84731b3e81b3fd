package memstore

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/einlass/einlass/pkg/queue"
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

// ErrUnkept: a line is kept in memory alone, though files were wanted; the disk failed when they were opened.
var ErrUnkept = errors.New("this process keeps no state files")

// Save writes the files now. Without an error, a Close that follows has the room on the disk that it needs; with one, the line that is in
// memory is more than the files know, and Close would lose what they miss. Without files it does nothing; after Close it answers
// queue.ErrClosed.
func (s *Store) Save() error {
	if s.unkept {
		return ErrUnkept
	}
	k := s.keeper
	if k == nil {
		return nil
	}
	k.saves.Lock()
	defer k.saves.Unlock()
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return queue.ErrClosed
	}
	return s.savePlaces(&s.mu)
}

// savePlaces writes everybody who is known. The store's lock is taken as often as it takes; a caller that holds it
// gives another. One caller at a time.
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
