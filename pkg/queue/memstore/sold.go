package memstore

import (
	"context"
	"sync"
	"sync/atomic"
)

// sold makes sure that no slot is offered again because a process died: a visitor whose booking or entry is answered is in the files.
// Whoever fills in a form for minutes is told of to no other process before the next request.
type sold struct {
	asked atomic.Uint64 // callers that wait, or have waited, for a write
	write sync.Mutex    // one writes at a time, for all who ask before it begins
	done  uint64        // asked when the last write began; under write
}

// sell is do for a verb that may take slots. It answers when they are on disk, if there are files.
func (s *Store) sell(ctx context.Context, name string, invalid error, verb func(r *room) error) error {
	took := false
	err := s.do(ctx, name, invalid, func(r *room) error {
		reports, admitted := r.Opening.Reports, r.Admitted
		err := verb(r)
		took = r.Opening.Reports != reports || r.Opening.Quota >= 0 && r.Admitted != admitted
		return err
	})
	if took && s.keeper != nil {
		s.saveSold()
	}
	return err
}

func (s *Store) saveSold() {
	k := &s.keeper.sold
	mine := k.asked.Add(1)
	k.write.Lock()
	defer k.write.Unlock()
	if k.done >= mine {
		return // a write that began later has it
	}
	k.done = k.asked.Load()
	s.saveMarksNow()
}
