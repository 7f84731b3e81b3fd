package queue

import "sync"

// watermark is what this process remembers of the room, so that a lost store can be rebuilt.
type watermark struct {
	mu sync.Mutex
	m  Watermark
	given
	later   uint64 // the highest number that a reply has told of an epoch after m.Epoch
	teller  string // this process's name where it tells of bookings
	counted counted
}

// minMargin is how far above the last number seen a rebuilt line goes on at least. A gateway sees a number one snapshot after
// it was given, so the margin covers what other gateways gave meanwhile.
const minMargin = 1000

// given counts the numbers given to arrivals lately. It does not use how far the last number moved: a rebuilt line goes on
// above a ceiling, and a jump that counted as arrivals would make the next jump larger.
type given struct {
	told   uint64 // Snapshot.Given of the last snapshot
	own    uint64 // given by this process since, or by any process between a loss and that snapshot
	second uint64 // given in the second that began at since, or since the last snapshot if that is longer
	before uint64 // given in the second before
	since  int64  // ms, 0: there was no snapshot yet
}

// snapshot counts the arrivals since the last snapshot. rebuilt says that the line has begun a later epoch since.
func (g *given) snapshot(f *Snapshot, rebuilt bool) {
	n, own := f.Given-min(g.told, f.Given), uint64(0)
	switch {
	case g.since == 0:
		n = 0 // it is not known how many numbers other gateways gave before
	case rebuilt || f.Given < g.told:
		// The store counts anew, or goes on counting as a copy of itself of another time. Arrivals come no faster than before;
		// what an older copy has counted does not belong to this second, and would make the next jump larger by it.
		if f.Given < g.told {
			n = f.Given
		}
		own, n = min(n, max(minMargin, g.lately())), 0
	}
	g.told, g.own = f.Given, own
	if f.Now-g.since >= 1000 || f.Now < g.since {
		g.before, g.second, g.since = g.second, 0, f.Now
	}
	g.second += n
}

// lately is how many numbers were given in the last second or two.
func (g *given) lately() uint64 { return g.before + g.second + g.own }

// joined learns from the reply to arrivals. Numbers of a later epoch only raise the ceiling and are left to the next snapshot:
// until then the store still needs this process's watermark of the earlier epoch.
func (k *watermark) joined(reply *JoinReply) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range reply.Places {
		switch p := &reply.Places[i].Place; {
		case p.Number == 0:
			continue // no number was given
		case p.Epoch == k.m.Epoch:
			k.m.Last = max(k.m.Last, p.Number)
		case p.Epoch > k.m.Epoch:
			k.later = max(k.later, p.Number)
		}
		k.own++
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

// ahead reports whether the plan or the bookings have gone further than in a snapshot of another epoch.
func (k *watermark) ahead(f *Snapshot) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	mine, its := &k.m.Opening, &f.Opening
	return mine.Cursor > its.Cursor || mine.Cursor == its.Cursor && mine.Reports > its.Reports
}

// adopt takes over a snapshot of any epoch.
func (k *watermark) adopt(f *Snapshot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.learn(f)
}

func (k *watermark) learn(f *Snapshot) {
	k.given.snapshot(f, k.m.Epoch != 0 && f.Epoch > k.m.Epoch)
	if f.Epoch > k.m.Epoch {
		k.m.Epoch, k.m.Last, k.later = f.Epoch, 0, 0
		k.m.Heads, k.m.HeadNumbers = [Lanes]Order{}, [Lanes]uint64{}
	}
	if f.Epoch == k.m.Epoch {
		k.m.Last = max(k.m.Last, f.Last)
		for lane, head := range f.Heads {
			if head >= k.m.Heads[lane] {
				k.m.Heads[lane], k.m.HeadNumbers[lane] = head, f.HeadNumbers[lane]
			}
		}
		told := k.m.Opening.Tally(k.teller)
		k.m.Opening, k.m.Curves, k.m.Hold = f.Opening, f.Curves, f.Hold
		k.m.Opening.Raise(Reported{Tally: told})
	}
	if f.Document.Version >= k.m.Document.Version {
		k.m.Document = f.Document
	}
	k.counted.expire(f.Now, f.Document.Timing.Life.Milliseconds())
	k.raise()
}

// raise keeps the ceiling above all numbers that can have been given meanwhile, taken as twice those of the last second.
func (k *watermark) raise() {
	k.m.Ceiling = min(MaxNumber, max(k.m.Last+max(minMargin, 2*k.lately()), k.later))
}

func (k *watermark) document(d *Document) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d.Version > k.m.Document.Version {
		k.m.Document = *d
	}
}

// tally is what this process has told in all.
func (k *watermark) tally() Tally {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m.Opening.Tally(k.teller)
}

// reported notes what the store was told of by this process, at a time of the store, and where that has brought what is booked.
func (k *watermark) reported(them []ending, reply Reported, now int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range them {
		k.counted.add(e, now)
	}
	k.m.Opening.Raise(reply)
}

// get is what the store is to have.
func (k *watermark) get() Watermark {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m
}

// mapping is how many draws the seeds are known of.
func (k *watermark) mapping() uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m.Opening.Mapping
}
