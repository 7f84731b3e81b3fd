package admission

import "time"

// kindState is a kind and when it was last asked for.
type kindState struct {
	usual
	pattern pattern
	seen    time.Duration
	load    float64 // the time that it took of the site lately, in seconds; it falls by a hundredth each tick
	long    bool    // it is in Meter.long
}

// mark notes whether a kind is long.
func (m *Meter) mark(k *kindState) {
	if long := k.time() >= LongUsual; long != k.long {
		k.long = long
		m.tellLong()
	}
}

// tellLong makes known which kinds are long.
func (m *Meter) tellLong() {
	var long map[Kind]struct{}
	for kind, k := range m.kinds {
		if k.long {
			if long == nil {
				long = map[Kind]struct{}{}
			}
			long[kind] = struct{}{}
		}
	}
	if long == nil {
		m.long.Store(nil)
		return
	}
	m.long.Store(&long)
}

// usually is the usual time of a kind, or, if it is nil, of those that have none of their own; 0: it is not known.
func (m *Meter) usually(k *kindState) time.Duration {
	switch {
	case k != nil:
		return k.time()
	case len(m.kinds) < maxKinds:
		return 0
	}
	return m.other.time()
}

// makeKind makes room for an exchange's kind.
func (m *Meter) makeKind(e *Exchange) *kindState {
	if len(m.kinds) >= maxKinds && !m.forget() {
		return m.other
	}
	s := new(kindState)
	m.kinds[e.Kind] = s
	if e.Path != nil {
		s.pattern = patternOf(e)
		m.adopt(s)
	}
	return s
}

// ask notes that somebody asked for a kind.
func (m *Meter) ask(k *kindState) {
	k.seen = m.now
	if !k.known() {
		m.learn(k, m.illNow()) // nothing is gained by the end of the tick
	}
}

// forget makes room by what was not asked for for longest, if that is long.
func (m *Meter) forget() bool {
	if m.now < m.full {
		return false
	}
	var oldest Kind
	at := m.now + 1
	for k, s := range m.kinds {
		if s.seen < at {
			oldest, at = k, s.seen
		}
	}
	if m.full = at + kindMemory; m.now < m.full {
		return false
	}
	gone := m.kinds[oldest]
	delete(m.kinds, oldest)
	if gone.long {
		m.tellLong()
	}
	return true
}

// Long reports whether answers of a kind are known to take so long that they wait for something. It takes no lock.
func (m *Meter) Long(k Kind) bool {
	long := m.long.Load()
	if long == nil {
		return false
	}
	_, is := (*long)[k]
	return is
}
