package queue

import "context"

// listening reports whether nobody may be called for now because the store was away for so long that it takes people
// for absent who asked all the time. Before they are passed over they have as long as after a loss to be heard of. An
// outage that is older than this process may have been as long as any.
func (r *Room) listening(now int64) bool {
	v := r.view.Load()
	if v.Stale != 0 && (!v.Known || now-v.Stale >= r.cfg.Timing.Absent.Milliseconds()/2) {
		r.resume = now + r.cfg.Timing.Hold.Milliseconds()
	}
	return now < r.resume
}

// look reads the frame in place of Advance, and finds as Advance does that the store is behind.
func (r *Room) look(ctx context.Context, m Memory) (Frame, error) {
	f, err := r.store.Frame(ctx)
	if err != nil {
		return f, err
	}
	if f.Epoch < m.Epoch || f.Epoch == m.Epoch && (f.Last < m.Last || f.Head < m.Head) {
		return Frame{}, ErrLost
	}
	// Nobody who only looks is counted, and all gateways do.
	f.Gateways = max(f.Gateways, r.view.Load().Frame.Gateways)
	return f, nil
}
