package drive

import (
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Result is what a run has measured. Durations are nanoseconds in JSON.
type Result struct {
	Target string        `json:"target"`
	Began  time.Time     `json:"began"`
	Took   time.Duration `json:"took"`

	// Arrived people; Ends counts how their visits ended, by name.
	Arrived int64            `json:"arrived"`
	Ends    map[string]int64 `json:"ends"`
	// Numbers were given to them, Claims turned into a stay, Straight of these without waiting.
	Numbers  int64 `json:"numbers"`
	Claims   int64 `json:"claims"`
	Straight int64 `json:"straight"`
	// Lost places: a ticket was replaced by another one although nobody had said that it was used up.
	Lost       int64 `json:"lost"`
	MostInLine int64 `json:"most_in_line"`
	MostInside int64 `json:"most_inside"`
	// Waits are from the moment of coming to the pass, of those who waited and came in.
	Waits Quantiles `json:"waits"`
	// LongestSilence is how long anybody was without any answer to what they asked.
	LongestSilence time.Duration `json:"longest_silence"`

	Requests int64 `json:"requests"`
	// Late requests started more than 50 ms after they were due: this driver's own fault.
	Late         int64        `json:"late"`
	MostRequests int64        `json:"most_requests_second"`
	MostPolls    int64        `json:"most_polls_second"`
	Kinds        []KindResult `json:"kinds"`

	Every time.Duration `json:"every"`
	Times []Time        `json:"times"`

	// Callers are those of Arrived who came by telephone, nil without a hotline.
	Callers *Callers `json:"callers,omitempty"`
	// Line is what the admin API told, nil without.
	Line *Line `json:"line,omitempty"`
	// Portal is what the site counted during the run, nil without.
	Portal *demo.Stats `json:"portal,omitempty"`

	Checked    journal.Summary `json:"checked"`
	Broken     map[string]int  `json:"broken,omitempty"` // violations by rule
	Violations []string        `json:"violations,omitempty"`
	// Sworn is what was checked: the gateway's journal or the clients' testimony. Empty: nothing was.
	Sworn string `json:"sworn,omitempty"`
}

// Quantiles of a distribution; the maximum is exact to three digits as the others are.
type Quantiles struct {
	Count int64         `json:"count"`
	P50   time.Duration `json:"p50"`
	P90   time.Duration `json:"p90"`
	P99   time.Duration `json:"p99"`
	Max   time.Duration `json:"max"`
}

// KindResult is what became of one kind of request.
type KindResult struct {
	Kind string `json:"kind"`
	Quantiles
	Late   int64            `json:"late"`
	Status map[string]int64 `json:"status"`
	Errors map[string]int64 `json:"errors"`
}

// Time is one line of the table over time.
type Time struct {
	At       time.Duration `json:"at"`
	Arrived  int64         `json:"arrived"`
	Requests int64         `json:"requests"`
	Polls    int64         `json:"polls"`
	Errors   int64         `json:"errors"` // no answer, 429 or 5xx
	Claims   int64         `json:"claims"`
	Inside   int64         `json:"inside"`  // at its end, of the citizens of this run
	InLine   int64         `json:"in_line"` // the same
	// Rate is the pace that was set, in calls a minute, at its end; -1 unknown or paused.
	Rate int64 `json:"rate"`
}

// Line is what the admin API told during the run.
type Line struct {
	Snapshots int64 `json:"snapshots"`
	// Rate, Burst and Bound are the highest that were set.
	Rate  int64 `json:"rate"`
	Burst int64 `json:"burst"`
	Bound int64 `json:"bound"`
	// MostInside counts stays and open calls together; MostMinute is the most calls in any 60 s.
	MostInside int64 `json:"most_inside"`
	MostMinute int64 `json:"most_calls_minute"`
	Called     int64 `json:"called"`
	Admitted   int64 `json:"admitted"`
	// Opened is how often the room began to let people in, by its plan, and First the store's time of the first snapshot in which somebody
	// had been let in; the zero time: nobody was. Booked is what the room counted at the end, Beyond the most above its quota.
	Opened int64     `json:"opened,omitempty"`
	First  time.Time `json:"first,omitzero"`
	Booked int64     `json:"booked,omitempty"`
	Beyond int64     `json:"beyond,omitempty"`
	// Oldest is the age of the oldest snapshot that the API gave, by this machine's clock.
	Oldest time.Duration `json:"oldest_frame"`
	// Failed asks of the admin API.
	Failed int64 `json:"failed"`
}

// ErrEmpty is what the command ends with when a run has shown nothing: no rule was broken, but none could be.
var ErrEmpty = errors.New("the run proves nothing")

// empty says what was missing altogether.
func (r *Result) empty() error {
	answered := false
	for _, k := range r.Kinds {
		answered = answered || len(k.Status) > 0
	}
	switch {
	case !answered:
		return fmt.Errorf("%w: none of %d requests to %s was answered", ErrEmpty, r.Requests, r.Target)
	case r.Line != nil && r.Line.Snapshots == 0:
		return fmt.Errorf("%w: the admin API gave no snapshot, %d asks failed", ErrEmpty, r.Line.Failed)
	}
	return nil
}

// Kept reports whether no rule of the line was broken and nobody lost a place.
func (r *Result) Kept() bool { return r.Checked.Violations == 0 && r.Lost == 0 }
