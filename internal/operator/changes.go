package operator

import "sync"

// changes tells many that something has changed. The zero value is ready.
type changes struct {
	mu   sync.Mutex
	next chan struct{} // closed at the next change; nil: nobody waits for it
}

// Changes returns a channel that is closed when the controls of a room, or which rooms there are, change after the call.
func (s *Service) Changes() <-chan struct{} {
	c := &s.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = make(chan struct{})
	}
	return c.next
}

// Changed says that a snapshot shows other controls than the one before, or that other rooms are in service. It does not block.
func (s *Service) Changed() {
	c := &s.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
	}
}
