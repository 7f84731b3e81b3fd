package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/internal/demo"
)

// Scenario is one morning. The zero value is not valid; take one of All.
type Scenario struct {
	// Name is short, lower-case ASCII: what --scenario takes.
	Name string
	// Title is for headings.
	Title string
	// Happened is what is known of the day, Assumed what had to be made up to play it, and why.
	Happened, Assumed string

	// Starts and Ends bound what is played. Nobody comes before Starts; citizens that still wait at Ends go home.
	Starts, Ends time.Time
	// Counted is the hour that the known figure is of. A run without a gate ends then.
	Counted time.Time
	// Crowd is the citizens that come.
	Crowd Crowd
	// Door is who of the crowd may come.
	Door Door
	// Hotline answers the callers of the crowd.
	Hotline Hotline
	// Strangers come beside it.
	Strangers Strangers
	// Portal is the site behind the gate.
	Portal demo.Config
	// Gate is how the waiting room is set.
	Gate Gate
	// Expect is what must hold at the end of a run with the gate, besides what holds of every morning.
	Expect []Expectation
	// Factor is the size of this morning beside the one that happened: 1 as All gives it, else set by Scale.
	Factor float64
}

// All are the four mornings in full size, in the order in which documents name them.
func All() []Scenario { return []Scenario{Memmingen(), Speyer(), Hessen(), Goeppingen()} }

// Drawn are the mornings on which the lobby's order is drawn.
func Drawn() []Scenario { return []Scenario{WithDraw(Memmingen()), WithDraw(Speyer())} }

// Named is the scenario of that name in full size; the error lists the names there are.
func Named(name string) (Scenario, error) {
	var names []string
	for _, s := range slices.Concat(All(), Drawn(), []Scenario{SpeyerLetters()}) {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scenario{}, fmt.Errorf("scenario %q: want one of %q", name, names)
}

// People is how many persons come in all, callers included.
func (s *Scenario) People() int {
	n := 0
	for _, w := range s.Crowd.Waves {
		n += w.People
	}
	return n
}

// Opens is when the first places can be had.
func (s *Scenario) Opens() time.Time {
	if c := s.Portal.Calendar.Contingents; len(c) > 0 {
		return c[0].Opens
	}
	return s.Starts
}

// Validate joins everything that is wrong, each with its path.
func (s *Scenario) Validate() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(s.Name == "" || s.Title == "", "name, title: must not be empty")
	bad(s.Happened == "" || s.Assumed == "", "happened, assumed: must not be empty")
	bad(!s.Ends.After(s.Starts) || s.Ends.Sub(s.Starts) > 24*time.Hour,
		"starts, ends: must be at most a day apart and in order, are %v and %v", s.Starts, s.Ends)
	bad(!s.Counted.After(s.Starts) || s.Counted.After(s.Ends), "counted: must lie between starts and ends")
	bad(!(s.Factor > 0), "factor: must be above 0, is %v", s.Factor)
	bad(len(s.Portal.Calendar.Contingents) == 0, "portal.calendar.contingents: the places must open at an hour")
	bad(s.Opens().Before(s.Starts), "starts: must not be after the first opening")
	for i, e := range s.Expect {
		bad(e.Promise == "" || e.Holds == nil, "expect[%d]: must have a promise and a predicate", i)
	}
	errs = append(errs, s.Crowd.validate(s.Starts, s.Ends), s.Hotline.validate(), s.Door.validate(&s.Gate), s.Strangers.validate(s.Starts, s.Ends), s.Gate.validate(s.Starts, s.Ends, s.Opens(), s.Portal.Calendar.Places), s.Portal.Validate())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	return nil
}
