package proxy

import "context"

// Drain waits until no request is under way or waits for a place: all answers have been sent to their last byte. It is for a
// Backend that gets no more requests while the server goes on; WebSockets are not waited for, see CloseTunnels. It returns
// ctx's error if ctx ends before.
func (b *Backend) Drain(ctx context.Context) error {
	select {
	case <-b.limiter.empty():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// empty is closed when nobody is inside or waits.
func (t *limiter) empty() <-chan struct{} {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.emptied == nil {
		t.emptied = make(chan struct{})
	}
	emptied := t.emptied
	t.noteEmpty()
	return emptied
}

// noteEmpty tells who waits for it that the limiter is empty. The lock is held.
func (t *limiter) noteEmpty() {
	if t.emptied != nil && t.inside == 0 && t.waiting == 0 {
		close(t.emptied)
		t.emptied = nil
	}
}
