package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Strangers come beside the crowd: programs and browsers that nobody stands behind, and people whose browsers do what the
// waiting page does not expect. They are played in virtual time. The zero value: nobody.
type Strangers struct {
	// Loads are page loads of what keeps no cookie: each takes what it is given and never comes back.
	Loads []Loads
	// Silent tickets poll as the page does, are called, and never go in.
	Silent int
	// Parked tickets are taken in the first minutes. Every other one never comes back, the others poll once in ParkedEvery;
	// those want in when they find that it is their turn, and use nothing of it.
	Parked      int
	ParkedEvery time.Duration

	// Of the crowd: Copied is the share whose cookie is in another browser as well, which polls, goes in when called, and
	// tries once more when the visit is over; AtOnce the share that opens four tabs before any of them has a cookie; Return
	// the share of those who closed the page that opens it again, ReturnIn the mean time until then.
	Copied, AtOnce, Return float64
	ReturnIn               time.Duration
}

// Loads are page loads at a constant rate.
type Loads struct {
	From, To  time.Time
	PerMinute float64
}

// Count is how many there are.
func (l *Loads) Count() int { return int(l.To.Sub(l.From).Minutes() * l.PerMinute) }

// Any reports whether anybody comes.
func (s *Strangers) Any() bool {
	return len(s.Loads) > 0 || s.Silent > 0 || s.Parked > 0 || s.Copied > 0 || s.AtOnce > 0 || s.Return > 0
}

// WithStrangers is the same morning with strangers beside the crowd: for three hours of it twelve page loads a minute, from
// half an hour after the opening on twenty a second for ten minutes, in proportion to the size of the morning. Three of ten
// people leave, and their pages say so as they close.
//
// Such a morning promises what a store guarantees for any crowd. How many places are booked, and how many calls
// nobody takes, is shown and not promised.
func WithStrangers(s Scenario) Scenario {
	opens, n := s.Opens(), s.People()
	late := func(t time.Time) time.Time {
		if t.After(s.Ends) {
			return s.Ends
		}
		return t
	}
	s.Strangers = Strangers{
		Loads: []Loads{
			{From: s.Starts, To: late(s.Starts.Add(3 * time.Hour)), PerMinute: 12 * s.Factor},
			{From: opens.Add(30 * time.Minute), To: late(opens.Add(40 * time.Minute)), PerMinute: 20 * 60 * s.Factor},
		},
		Silent: atLeastOne(n, 0.01), Parked: atLeastOne(n, 0.02), ParkedEvery: 20 * time.Minute,
		Copied: 0.05, AtOnce: 0.03, Return: 0.5, ReturnIn: 15 * time.Minute,
	}
	s.Crowd.Impatient, s.Crowd.Polite = 0.3, 0
	s.Name, s.Title = s.Name+"-strangers", s.Title+", with strangers"
	s.Expect = slices.Clone(strangersExpect)
	return s
}

// strangersExpect is what holds for any crowd.
var strangersExpect = []Expectation{
	{"numbers go on by no more than came", func(r *Result) (bool, string) {
		came := r.People.All + r.People.Devices + r.Nobody.Came()
		return r.Line.Tickets <= came && r.Nobody.Numbers > 0,
			fmt.Sprintf("%d given, %d of them to nobody; %d came", r.Line.Tickets, r.Nobody.Numbers, came)
	}},
	{"a copied cookie buys no second stay", func(r *Result) (bool, string) {
		// What a crash makes a store forget of stays that are over is forgotten.
		return (r.Nobody.SecondStays == 0 || r.Nobody.Crashes > 0) && r.Nobody.Copies > 0,
			fmt.Sprintf("%d of %d copies were let in when the visit was over", r.Nobody.SecondStays, r.Nobody.Copies)
	}},
	// A bound, not a promise: a ticket that nobody stands behind is called once, and once more if it comes back for it.
	{"a number of nobody's costs at most two calls", func(r *Result) (bool, string) {
		most := 2*r.Nobody.Numbers + r.People.NoShows + r.People.Sleeps + r.Nobody.Left
		return r.Nobody.Unclaimed+r.Nobody.Entries <= most,
			fmt.Sprintf("%d calls that nobody took and %d entries that nobody used, of %d calls", r.Nobody.Unclaimed, r.Nobody.Entries, r.Line.Called)
	}},
}

// WithCrashes asks besides what crashes in a row must not cost.
func WithCrashes(s Scenario) Scenario {
	s.Expect = append(slices.Clone(s.Expect), Expectation{
		"a crash costs no more numbers than may have been given since the last save", func(r *Result) (bool, string) {
			return r.Nobody.Overdrawn == 0 && r.Nobody.Crashes > 0,
				fmt.Sprintf("%d skipped by %d crashes, %d beyond that", r.Nobody.Skipped, r.Nobody.Crashes, r.Nobody.Overdrawn)
		},
	})
	return s
}

// Nobody is what came of strangers, and of crashes. All zero when there were none.
type Nobody struct {
	Loads  int64 `json:"loads"`
	AtOnce int64 `json:"at_once"` // more tabs of a browser that opened four
	Silent int64 `json:"silent"`
	Parked int64 `json:"parked"`
	Copies int64 `json:"copies"`
	Left   int64 `json:"left"` // people who closed the page
	Back   int64 `json:"back"` // of these, opened it again

	Numbers     int64 `json:"numbers"` // given to nobody
	Entries     int64 `json:"entries"` // of Line.Entered, that nobody used
	Unclaimed   int64 `json:"unclaimed"`
	SecondStays int64 `json:"second_stays"`

	Crashes    int64 `json:"crashes"`
	Skipped    int64 `json:"skipped"`     // numbers that were given to nobody because of crashes
	Overdrawn  int64 `json:"overdrawn"`   // of these, beyond what may have been given since the last save
	Stayed     int64 `json:"stayed"`      // people who were there for all the time that a gateway was frozen
	PassedOver int64 `json:"passed_over"` // of these, lost their turn to it
}

// Came is how many numbers they may have taken.
func (n *Nobody) Came() int64 { return n.Loads + n.AtOnce + n.Silent + n.Parked }

func (s *Strangers) validate(starts, ends time.Time) error {
	var errs []error
	for i, l := range s.Loads {
		if l.From.Before(starts) || l.To.After(ends) || l.To.Before(l.From) || !(l.PerMinute >= 0 && l.PerMinute < 1e7) {
			errs = append(errs, fmt.Errorf("strangers.loads[%d]: must lie within starts and ends, at 0 to 10000000 a minute", i))
		}
	}
	if s.Silent < 0 || s.Parked < 0 || s.Parked > 0 && s.ParkedEvery < time.Second {
		errs = append(errs, errors.New("strangers.silent, parked, parked_every: must not be negative, and at least 1s"))
	}
	for _, share := range []float64{s.Copied, s.AtOnce, s.Return} {
		if !(share >= 0 && share <= 1) {
			errs = append(errs, fmt.Errorf("strangers.copied, at_once, return: must be a share in [0, 1], is %v", share))
		}
	}
	if s.Return > 0 && s.ReturnIn < time.Second {
		errs = append(errs, errors.New("strangers.return_in: must be at least 1s"))
	}
	return errors.Join(errs...)
}
