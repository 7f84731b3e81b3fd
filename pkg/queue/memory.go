package queue

import "sync"

// memory is what this process remembers of the room, so that a lost store can be rebuilt.
type memory struct {
	mu sync.Mutex
	m  Memory
	// lastBefore is Last about a second ago: how fast numbers are being given.
	lastBefore uint64
	beforeAt   int64
}

// minMargin is how far above the last number seen a rebuilt line goes on at least. A gateway sees every number
// given a frame later, so the margin covers what others gave meanwhile.
const minMargin = 1000

// joined learns from the reply to arrivals. Of numbers of a later epoch only the ceiling is learnt, the rest is left for
// the next frame: until then this process still has something to tell the store about the earlier one.
func (k *memory) joined(reply JoinReply) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, j := range reply.Places {
		switch {
		case j.Place.Epoch == k.m.Epoch:
			k.m.Last = max(k.m.Last, j.Place.Number)
		case j.Place.Epoch > k.m.Epoch:
			// The store may be lost again before there is a frame.
			k.m.Ceiling = max(k.m.Ceiling, j.Place.Number)
		}
	}
	k.raise(reply.Now)
}

// frame learns from a frame and reports whether the line has begun a later epoch than the one remembered; then
// nothing was learnt, and the store should be told first what was remembered.
func (k *memory) frame(f *Frame) (later bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m.Epoch != 0 && f.Epoch > k.m.Epoch {
		return true
	}
	k.learn(f)
	return false
}

// adopt learns from a frame whatever its epoch.
func (k *memory) adopt(f *Frame) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.learn(f)
}

func (k *memory) learn(f *Frame) {
	if f.Epoch > k.m.Epoch {
		k.m.Epoch, k.m.Last, k.m.Head = f.Epoch, 0, 0
	}
	if f.Epoch == k.m.Epoch {
		k.m.Last = max(k.m.Last, f.Last)
		if f.Head >= k.m.Head {
			k.m.Head, k.m.HeadNumber = f.Head, f.HeadNum
		}
	}
	if f.Control.Version >= k.m.Control.Version {
		k.m.Control = f.Control
	}
	k.raise(f.Now)
}

// raise keeps the ceiling above everything that can have been given meanwhile: twice the numbers of the last second.
func (k *memory) raise(now int64) {
	if now-k.beforeAt >= 1000 || now < k.beforeAt {
		k.lastBefore, k.beforeAt = k.m.Last, now
	}
	k.m.Ceiling = max(k.m.Ceiling, k.m.Last+max(minMargin, 2*(k.m.Last-min(k.lastBefore, k.m.Last))))
}

func (k *memory) controls(c Control) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c.Version > k.m.Control.Version {
		k.m.Control = c
	}
}

func (k *memory) get() Memory {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m
}
