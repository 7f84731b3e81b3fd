package rehearse

import (
	"fmt"
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// judge says whether a step was bad, by what the site did in the quiet ones before. It has no clock.
//
// A quiet site is asked a dozen times a minute, and the 90th percentile of a dozen answers is a matter of chance: a step
// is bad only when the difference is none.
type judge struct {
	slower, errors float64
	paced          bool                    // by a gate, which might not keep the pace
	quiet          *hdrhistogram.Histogram // answers of the first good steps, µs
}

func newJudge(c *Config, paced bool) *judge {
	return &judge{slower: c.Slower, errors: c.Errors, paced: paced, quiet: newTimes()}
}

// enoughQuiet is from how many answers on the 90th percentile is known to some 10 %, if answers vary as much as
// they usually do; until then the answers of every good step are taken in.
const enoughQuiet = 300

// tooSlow is a 90th percentile that is bad even if the site was as slow when it was quiet: after ten seconds people leave
// or press reload (J. Nielsen, Usability Engineering, 1993, section 5.5).
const tooSlow = 10 * time.Second

// reached is the share of a step's sessions from which on its rate was tried, give or take chance.
const reached = 0.9

// step says why a step was bad, "" if it was not; then it may count as quiet.
func (j *judge) step(s *Step, took *hdrhistogram.Histogram) string {
	why := j.why(s, took)
	if why == "" && j.quiet.TotalCount() < enoughQuiet {
		j.quiet.Merge(took)
	}
	return why
}

func (j *judge) why(s *Step, took *hdrhistogram.Histogram) string {
	share := float64(s.Errors) / float64(max(s.Requests, 1))
	// How many are inside of a steady site at one time varies as a Poisson count does, so that the difference of two
	// such counts has the variance of their sum.
	chance := 0.1*float64(s.Sessions) + 3*math.Sqrt(float64(max(0, 2*s.Inside-s.Piled)))
	least, _ := p90(took)
	_, quiet := p90(j.quiet)
	switch {
	case s.Requests == 0:
		return "no request reached the site"
	case share > j.errors && s.Errors > 1: // of a few dozen requests, one is more than 1 %
		return fmt.Sprintf("%.1f %% errors, mostly %s", share*100, s.Mostly)
	case j.paced && float64(s.Sessions) < reached*s.wanted()-2.5*math.Sqrt(s.wanted()):
		return fmt.Sprintf("only %d of %.0f sessions came in: the rate was not reached", s.Sessions, s.wanted())
	case float64(s.Piled) > chance:
		// Requests without any answer do not show in latencies.
		return fmt.Sprintf("sessions pile up: %d of %d", s.Piled, s.Sessions)
	case least > tooSlow:
		return fmt.Sprintf("p90 at least %v: people do not wait for that", least.Round(time.Second))
	case j.quiet.TotalCount() > 0 && float64(least) > j.slower*float64(quiet):
		return fmt.Sprintf("p90 at least %.1f times the quiet one", float64(least)/float64(quiet))
	}
	return ""
}

// ordinary is what an answer of the site in its quiet state takes at most.
func (j *judge) ordinary() time.Duration {
	_, quiet := p90(j.quiet)
	return time.Duration(j.slower * float64(quiet))
}

// p90 is between which of the measured times the 90th percentile of all that might have been lies, with 95 %: those
// whose ranks are two standard deviations of a binomial count apart from the percentile's (W. J. Conover, Practical
// Nonparametric Statistics, 3rd ed. 1999, section 3.2).
func p90(took *hdrhistogram.Histogram) (low, high time.Duration) {
	const q = 0.9
	n := float64(took.TotalCount())
	if n == 0 {
		return 0, 0
	}
	d := 2 * math.Sqrt(n*q*(1-q))
	at := func(rank float64) time.Duration {
		return time.Duration(took.ValueAtQuantile(100*min(max(rank, 1), n)/n)) * time.Microsecond
	}
	return at(math.Floor(n*q - d)), at(math.Ceil(n*q + d))
}
