package scenarios

import (
	"math"
	"slices"
	"time"
)

// Result is what one run of a scenario ended with. Runs in virtual time and on sockets fill it in alike; a figure that a
// run does not measure stays zero and is named in Unmeasured.
type Result struct {
	Scenario string  `json:"scenario"`
	Title    string  `json:"title"`
	Medium   string  `json:"medium"` // "virtual time" or "sockets"
	Gate     bool    `json:"gate"`
	Factor   float64 `json:"factor"` // size beside the morning that happened
	Seed     uint64  `json:"seed"`

	Opens  time.Time `json:"opens"`
	Starts time.Time `json:"starts"`
	Ends   time.Time `json:"ends"`

	People People `json:"people"`
	Nobody Nobody `json:"nobody"`
	Site   Site   `json:"site"`
	Line   Line   `json:"line"`
	// Waits are the times in line of those who were let in, from the number to the entry. Without a gate there is no line.
	Waits Quantiles `json:"waits"`
	// UntilBooked are the times from the first request to the confirmation of those who got a place.
	UntilBooked Quantiles `json:"until_booked"`

	// Checked is what the invariants have seen, Violations what they said.
	Checked    Checked  `json:"checked"`
	Violations []string `json:"violations,omitempty"` // the first hundred

	Samples    []Sample `json:"samples,omitempty"`
	Cost       Cost     `json:"cost"`
	Unmeasured []string `json:"unmeasured,omitempty"`
}

// People are the persons of a run by how it ended for them, and by their habits.
type People struct {
	All     int64 `json:"all"`
	Callers int64 `json:"callers"`
	Booked  int64 `json:"booked"`
	// CallersBooked are those of Booked who came by telephone.
	CallersBooked int64 `json:"callers_booked"`
	// CallersNumbered are the callers for whom the hotline took a place, CallersAssisted those of CallersBooked for whom it booked as
	// well, CallersDue those whose turn had come before everything was over, and nobody of the hotline was free.
	CallersNumbered int64 `json:"callers_numbered,omitempty"`
	CallersAssisted int64 `json:"callers_assisted,omitempty"`
	CallersDue      int64 `json:"callers_due,omitempty"`
	GaveUp          int64 `json:"gave_up"`     // left before it was their turn, or before anything was left
	Told            int64 `json:"told"`        // read that nothing is left and went home
	TurnedAway      int64 `json:"turned_away"` // were let in and found nothing left
	Absent          int64 `json:"absent"`      // asleep or away at the end: there was nobody to tell
	Remaining       int64 `json:"remaining"`   // still there at the end

	Bots     int64 `json:"bots"`
	Tabs     int64 `json:"tabs"`
	Devices  int64 `json:"devices"`
	NoShows  int64 `json:"no_shows"`
	Sleeps   int64 `json:"sleeps"`   // phones that fell asleep in line
	Returned int64 `json:"returned"` // of these and the no-shows, came back after the head had passed
	Resumed  int64 `json:"resumed"`  // stays that had run out and went on
}

// Site is what the site behind the gate counted.
type Site struct {
	Places        int64 `json:"places"`
	Booked        int64 `json:"booked"` // standing at the end
	Made          int64 `json:"made"`   // in all
	Cancelled     int64 `json:"cancelled"`
	DoubleRefused int64 `json:"double_refused"`
	Double        int64 `json:"double"`

	Requests int64         `json:"requests"`
	Served   int64         `json:"served"`
	Refused  int64         `json:"refused"`  // 503 or connection refused
	Lost     int64         `json:"lost"`     // ended by a crash
	Timeouts int64         `json:"timeouts"` // given up by the browser
	Crashes  int64         `json:"crashes"`
	Peak     int64         `json:"peak"` // most in flight at once
	Knee     int64         `json:"knee"` // in flight beyond which less work is done
	PeakRate int64         `json:"peak_rate"`
	Over     time.Duration `json:"over"` // time past the knee
	Down     time.Duration `json:"down"`
}

// Line is what the waiting room counted. All zero without a gate.
type Line struct {
	Tickets    int64         `json:"tickets"` // numbers given
	Called     int64         `json:"called"`
	Entered    int64         `json:"entered"`
	Early      int64         `json:"early"`                 // entries before the first opening
	Opened     int64         `json:"opened"`                // how often the room began to let people in
	Lobby      int64         `json:"lobby"`                 // numbers given before the opening
	First      time.Duration `json:"first"`                 // from the opening to the first call
	Spread     time.Duration `json:"spread"`                // of it, how long the pages of the lobby had to ask
	Seed       time.Duration `json:"seed"`                  // of it, how long the seed of the draw took, if there was one
	Booked     int64         `json:"booked"`                // as the room counts, at the end
	Beyond     int64         `json:"beyond"`                // the most that were booked beyond the quota of the moment
	Told       int64         `json:"told"`                  // arrivals that read at the door why there is no place for them
	AtDoor     int64         `json:"at_door,omitempty"`     // of these, read that they are not among those who may come
	CodeUsed   int64         `json:"code_used,omitempty"`   // and that their code has been used
	Outsiders  int64         `json:"outsiders,omitempty"`   // entries without the code that is needed
	Borrowed   int64         `json:"borrowed,omitempty"`    // entries by a code of somebody else
	CodesTwice int64         `json:"codes_twice,omitempty"` // codes of one use that two were let in by
	ToldIn     time.Duration `json:"told_in"`               // the longest from the last booking until somebody who waited read of it
	ClosedAt   int64         `json:"closed_at"`             // places when the door was closed early; 0: it was not
	Carried    int64         `json:"carried"`               // entries of people who had come for an earlier contingent
	StoodBy    int64         `json:"stood_by"`              // entries of people who had stood by
	Pages      int64         `json:"pages"`                 // waiting pages loaded
	Polls      int64         `json:"polls"`
	Hits       int64         `json:"hits"`       // everything that browsers asked the waiting room
	PeakHits   int64         `json:"peak_hits"`  // most in one second
	PeakJoins  int64         `json:"peak_joins"` // most numbers given in one second
	Longest    int64         `json:"longest"`    // most places in line
	Refused    int64         `json:"refused"`    // arrivals that got neither a number nor a word
	StoreOps   int64         `json:"store_ops"`  // calls of the store's verbs, batches counted as one
	Entries    int64         `json:"entries"`    // entries of these batches
	StaleMax   time.Duration `json:"stale_max"`  // oldest snapshot that a poll was answered from

	Rate      int64 `json:"rate"`       // entries a minute that were allowed, at most
	Burst     int64 `json:"burst"`      // and at once
	MaxMinute int64 `json:"max_minute"` // entries in the busiest minute
	MaxInside int64 `json:"max_inside"` // the most that counted as inside at once
	Bound     int64 `json:"bound"`      // and what was allowed, 0: no bound
	// Overtaken are violations of order: somebody with a higher number was called before somebody who was there.
	Overtaken int64 `json:"overtaken"`
}

// Checked is what the invariants have seen of a run.
type Checked struct {
	Events     int64 `json:"events"`
	Visitors   int64 `json:"visitors"` // followed, of all
	Shown      int64 `json:"shown"`    // shown positions among the events
	Violations int64 `json:"violations"`
}

// Cost is what the run itself took.
type Cost struct {
	Wall   time.Duration `json:"wall"`
	Events int64         `json:"events"` // of the simulation, or requests of the driver
	RSS    int64         `json:"rss"`    // peak of the process so far, bytes
}

// Sample is the state at one moment; the sums are since the sample before, the peaks since then too.
type Sample struct {
	At       int64   `json:"at"` // Unix seconds
	Waiting  int64   `json:"waiting"`
	Inside   int64   `json:"inside"`  // stays
	Called   int64   `json:"called"`  // a minute
	Allowed  int64   `json:"allowed"` // a minute; less while the room was paused for a part of it
	InFlight int64   `json:"in_flight"`
	Booked   int64   `json:"booked"` // standing
	Requests int64   `json:"requests"`
	Hits     int64   `json:"hits"`   // at the waiting room, a minute
	Wait     float64 `json:"wait"`   // median wait of those let in since, seconds; 0: nobody
	Errors   int64   `json:"errors"` // at the site
	Down     bool    `json:"down"`
}

// Quantiles of a number of durations; all zero when there are none.
type Quantiles struct {
	N   int64         `json:"n"`
	P50 time.Duration `json:"p50"`
	P90 time.Duration `json:"p90"`
	P99 time.Duration `json:"p99"`
	Max time.Duration `json:"max"`
}

// QuantilesOf sorts seconds and takes the quantiles by rank: the smallest value that at least that share is not above.
func QuantilesOf(seconds []float32) Quantiles {
	if len(seconds) == 0 {
		return Quantiles{}
	}
	slices.Sort(seconds)
	at := func(q float64) time.Duration {
		i := max(0, int(math.Ceil(q*float64(len(seconds))))-1)
		return time.Duration(float64(seconds[i]) * float64(time.Second)).Round(time.Millisecond)
	}
	return Quantiles{N: int64(len(seconds)), P50: at(0.5), P90: at(0.9), P99: at(0.99), Max: at(1)}
}
