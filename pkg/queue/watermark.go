package queue

import "sync"

// watermark is what this process remembers of the room, so that a lost store can be rebuilt.
type watermark struct {
	mu sync.Mutex
	m  Watermark
	given
}

// minMargin is how far above the last number seen a rebuilt line goes on at least. A gateway sees a number one snapshot after
// it was given, so the margin covers what other gateways gave meanwhile.
const minMargin = 1000

// given counts the numbers given to arrivals lately. It does not use how far the last number moved: a rebuilt line goes on
// above a ceiling, and a jump that counted as arrivals would make the next jump larger.
type given struct {
	joined uint64 // Snapshot.Joined of the last snapshot
	own    uint64 // given by this process since, or by any process between a loss and that snapshot
	second uint64 // given in the second that began at since, or since the last snapshot if that is longer
	before uint64 // given in the second before
	since  int64  // ms, 0: there was no snapshot yet
}

// snapshot counts the arrivals since the last snapshot. ceiling is the one that was known before; rebuilt says that the line
// has begun a later epoch since.
func (g *given) snapshot(f *Snapshot, ceiling uint64, rebuilt bool) {
	joined, lately, own := uint64(f.Joined), g.lately(), uint64(0)
	n := joined - min(g.joined, joined)
	switch {
	case g.since == 0:
		n = 0 // it is not known how many numbers other gateways gave before
	case rebuilt || joined < g.joined:
		// The store counts anew, or goes on counting as an older copy of itself, in a room that went on above the ceiling of
		// some gateway. Arrivals come no faster than before; the rest of the increase is that ceiling. It does not count as
		// arrivals of the second, since the next jump would grow by it.
		own, n = min(joined, f.Last-min(ceiling, f.Last), max(minMargin, lately)), 0
	}
	g.joined, g.own = joined, own
	if f.Now-g.since >= 1000 || f.Now < g.since {
		g.before, g.second, g.since = g.second, 0, f.Now
	}
	g.second += n
}

// lately is how many numbers were given in the last second or two.
func (g *given) lately() uint64 { return g.before + g.second + g.own }

// joined learns from the reply to arrivals. Of numbers of a later epoch it takes the ceiling only and leaves the
// rest to the next snapshot: until then the store still needs this process's watermark of the earlier epoch.
func (k *watermark) joined(reply JoinReply) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.own += uint64(len(reply.Places))
	for _, j := range reply.Places {
		switch {
		case j.Place.Epoch == k.m.Epoch:
			k.m.Last = max(k.m.Last, j.Place.Number)
		case j.Place.Epoch > k.m.Epoch:
			// The store may be lost again before there is a snapshot.
			k.m.Ceiling = max(k.m.Ceiling, j.Place.Number)
		}
	}
	k.raise()
}

// snapshot takes over a snapshot, unless it is of a later epoch than the one remembered: then it reports that, and the caller
// restores the remembered watermark first.
func (k *watermark) snapshot(f *Snapshot) (later bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m.Epoch != 0 && f.Epoch > k.m.Epoch {
		return true
	}
	k.learn(f)
	return false
}

// adopt takes over a snapshot of any epoch.
func (k *watermark) adopt(f *Snapshot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.learn(f)
}

func (k *watermark) learn(f *Snapshot) {
	k.given.snapshot(f, k.m.Ceiling, k.m.Epoch != 0 && f.Epoch > k.m.Epoch)
	if f.Epoch > k.m.Epoch {
		k.m.Epoch, k.m.Last, k.m.Head = f.Epoch, 0, 0
		if k.m.Ceiling > MaxCarried {
			k.m.Ceiling = 0 // the line that follows counts from 1 again
		}
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
	k.raise()
}

// raise keeps the ceiling above all numbers that can have been given meanwhile, taken as twice those of the last second.
func (k *watermark) raise() {
	k.m.Ceiling = max(k.m.Ceiling, min(maxNumber, k.m.Last+max(minMargin, 2*k.lately())))
}

func (k *watermark) controls(c Control) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c.Version > k.m.Control.Version {
		k.m.Control = c
	}
}

func (k *watermark) get() Watermark {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m
}
