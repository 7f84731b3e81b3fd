package sim

// stepMS is how far the clock moves at a time.
const stepMS = 50

// wheel holds which citizens are due in which step: a ring of lists for the next three minutes, and one list for each three minutes
// after that. Citizens due in the same step come out in the order in which they were put in, so runs repeat exactly.
type wheel struct {
	near [nearSteps][]uint32
	far  [][]due
	step int32 // the latest that was taken
}

type due struct {
	step int32
	who  uint32
}

const nearSteps = 4096

// put makes who due at the millisecond at, or in the next step after it, at the earliest in the next one. It returns the
// step; who knows by it which of several turns still counts.
func (w *wheel) put(at int32, who uint32) int32 {
	step := max((min(at, never-stepMS)+stepMS-1)/stepMS, w.step+1)
	if step/nearSteps == w.step/nearSteps {
		w.near[step%nearSteps] = append(w.near[step%nearSteps], who)
		return step
	}
	block := int(step / nearSteps)
	for block >= len(w.far) {
		w.far = append(w.far, nil)
	}
	w.far[block] = append(w.far[block], due{step, who})
	return step
}

// take moves on to the next step and returns the citizens due in it. The slice is valid until the step comes round again.
func (w *wheel) take() []uint32 {
	w.step++
	if block := int(w.step / nearSteps); w.step%nearSteps == 0 && block < len(w.far) {
		for _, d := range w.far[block] {
			w.near[d.step%nearSteps] = append(w.near[d.step%nearSteps], d.who)
		}
		w.far[block] = nil
	}
	slot := &w.near[w.step%nearSteps]
	out := *slot
	*slot = out[:0]
	return out
}
