package history

import (
	"errors"
	"sync"
	"time"
)

const (
	// Step is how much time one record is about.
	Step = 10 * time.Second
	// Kept is how far back a ring reaches.
	Kept = 26 * time.Hour

	slots  = int64(Kept / Step)
	stepMS = int64(Step / time.Millisecond)
)

// record is what one step has come to. step counts steps of Unix time; 0: there is none.
type record struct {
	step    int64
	figures packed
}

// Ring holds the figures of one room. It is safe for concurrent use. Make one with New or Open.
type Ring struct {
	mu      sync.Mutex
	records []record // by step modulo slots
	step    int64    // the one under way
	now     Figures  // of it so far
	file    *file    // nil: nothing is kept over a restart
	failing bool
	report  func(error)
}

// New makes a ring that its process forgets.
func New() *Ring { return &Ring{records: make([]record, slots), report: func(error) {}} }

// Note takes a look at the room at a time, in Unix milliseconds.
func (r *Ring) Note(at int64, f Figures) {
	r.mu.Lock()
	defer r.mu.Unlock()
	step := at / stepMS
	if step <= 0 {
		return
	}
	if step == r.step {
		r.now.add(&f)
		return
	}
	r.finish()
	r.step, r.now = step, f
	if old := &r.records[step%slots]; old.step == step { // the process, or the clock, has been here before
		r.now = old.figures.open()
		r.now.add(&f)
	}
}

// finish keeps the step under way.
func (r *Ring) finish() {
	if r.step == 0 {
		return
	}
	rec := record{r.step, r.now.pack()}
	r.records[r.step%slots] = rec
	if r.file == nil {
		return
	}
	err := r.file.write(&rec)
	if failing := err != nil; failing != r.failing {
		r.failing = failing
		r.report(err)
	}
}

// at is what is known of a step.
func (r *Ring) at(step int64) (Figures, bool) {
	if step == r.step {
		return r.now, step != 0
	}
	rec := &r.records[((step%slots)+slots)%slots]
	if rec.step != step || step == 0 {
		return Figures{}, false
	}
	return rec.figures.open(), true
}

// Close keeps what there is of the step under way, and lets go of the file.
func (r *Ring) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	r.finish()
	err := r.file.close()
	r.file, r.step = nil, 0
	if r.failing {
		return nil // it was said when it began
	}
	return errors.Join(err)
}
