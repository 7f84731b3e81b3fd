package queue

// crowd is how many places there are at least while they come into the line, and the last number when that was counted. It stands from a
// start or a loss until the hold is over: nobody is called meanwhile, so that each number given since is one more.
type crowd struct {
	places int64
	last   uint64
	known  bool
}

// inLine is how many places are in the line, or are coming into it.
func (v *View) inLine() int64 {
	f := &v.Snapshot
	n := f.Waiting + f.Front
	if !v.crowd.known {
		return n
	}
	places := v.crowd.places
	if f.Opening.Phase != PhaseLobby { // there, a number is none of the line
		places += int64(f.Last - min(f.Last, v.crowd.last))
	}
	return max(n, places)
}

// Places are those of the line and of its lobby, as they count for the door: with those that are coming back, and without the
// numbers that a loss left out.
func (v *View) Places() int64 { return v.inLine() + v.Came() }

// keepCrowd counts the places at a start or a loss, and remembers the figure until the hold is over.
func (v *View) keepCrowd(old *View, k *numbers) {
	f, was := &v.Snapshot, &old.Snapshot
	if !old.Known || f.Now >= f.Hold {
		return
	}
	lobby := was.Opening.Phase == PhaseLobby || was.Opening.Phase == PhaseDrawing
	starts, lost := lobby && f.Opening.Phase == PhaseOpen, f.Epoch != was.Epoch
	if !starts && !lost {
		v.crowd = old.crowd
		return
	}
	v.crowd = crowd{places: old.inLine(), last: f.Last, known: true}
	if starts {
		v.crowd.places += old.Came()
	}
	if f.Opening.Phase == PhaseLobby {
		return
	}
	last := f.Last
	if lost { // above it are numbers that nobody has
		last, _ = k.of(was.Epoch)
	}
	v.crowd.places += int64(last - min(last, was.Last))
}
