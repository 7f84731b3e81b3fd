package queue

// A loss in a lobby leaves numbers out: its numbers go on above the highest one that can have been given, and a busy lobby leaves out
// thousands. Places that nobody has must not close the door, so gateways note in the document how many numbers were given in the
// epochs before, as far as the first of them knows that has seen the next epoch. It does not know what others were answered since its
// last snapshot: the door may close so much later.

// keepPast bounds for how many epochs a process remembers the highest number.
const keepPast = 64

// past is the highest number that a process knew of when an epoch was over.
type past struct{ epoch, last uint64 }

// leaves remembers the epoch that is over.
func (k *watermark) leaves() {
	if k.m.Epoch == 0 {
		return
	}
	k.past = append(k.past, past{k.m.Epoch, k.m.Last})
	k.past = k.past[max(0, len(k.past)-keepPast):]
}

// lastOf is the highest number of an epoch that is over; false: this process does not know it.
func (k *watermark) lastOf(epoch uint64) (last uint64, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.past {
		if p.epoch == epoch {
			return p.last, true
		}
	}
	return 0, false
}

// gathered are the runs of numbers of the lobby that is open, or is being drawn, or whose places come into the line.
func (v *View) gathered() []Segment {
	f := &v.Snapshot
	switch {
	case f.Opening.Phase == PhaseDrawing:
		if d := f.drawing(); d != nil {
			return d.Segments
		}
	case v.Starting:
		return v.opened
	}
	return f.Opening.Segments
}

// count adds the numbers that were given in the epochs of an open lobby that are over. If a process does not know, another one may.
func (d *Doorway) count(f *Snapshot, lastOf func(epoch uint64) (uint64, bool)) {
	came, over := int64(0), false
	if f.Opening.Phase != PhaseLobby {
		return
	}
	for _, s := range f.Opening.Segments {
		if s.Open || s.Epoch < d.Epoch {
			continue
		}
		last, known := lastOf(s.Epoch)
		if !known {
			return
		}
		s.Last, over = min(s.Last, last), true
		came += int64(s.Len())
	}
	if over {
		d.Came, d.Epoch = d.Came+came, f.Epoch
	}
}

// skipped is how many numbers of a lobby nobody was given, as far as that has been counted.
func (d *Doorway) skipped(lobby []Segment) int64 {
	n := -d.Came
	for _, s := range lobby {
		if s.Epoch < d.Epoch {
			n += int64(s.Len())
		}
	}
	return max(0, n)
}

// skips is how many numbers of the lobby nobody was given, by the document.
func (v *View) skips() int64 {
	lobby, o := v.gathered(), &v.Snapshot.Opening
	if len(lobby) < 2 {
		return 0 // there was no loss, and the settings need not be read at each tick
	}
	s := v.Snapshot.Document.settings()
	if s.Doorway == nil || s.Doorway.Opening != o.Name {
		return 0
	}
	return s.Doorway.skipped(lobby)
}
