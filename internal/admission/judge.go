package admission

import (
	"math/bits"
	"time"
)

// The pace follows the site's health by additive increase and multiplicative decrease (D.-M. Chiu, R. Jain, "Analysis of the increase
// and decrease algorithms for congestion avoidance in computer networks", Computer Networks and ISDN Systems 17, 1989). ADR 19 has what
// was tried beside it. Everything is integers or plain IEEE arithmetic, so all gateways conclude alike.
const (
	fullPace  = 1000 // permille
	leastPace = 20   // it is never below, so that a site that is well again is seen
	startPace = 300  // at the start of an opening of which nobody knows how the site bears it
	raise     = 20   // each tick in which the site is not bad, of the full pace
	cutTo     = 700  // permille of the pace, when it is bad
	cutEvery  = 2    // ticks between two cuts: the first must have had time to show
	badRatio  = 2.5  // times the base
	badShare  = 50   // permille of failed requests
	// leastFails failures, of as many networks since one counts once a minute, and slow answers of leastSlow networks, say something: on a
	// quiet site three people who know a page that is slow, or that breaks, must not hold everybody back.
	leastFails, leastSlow = 5, 5
	// noticed is the median below which nobody notices that answers are slow, and a busy machine says more than the site.
	noticed = 50 * time.Millisecond

	windowAnswers = 30 // make a window, or
	longWindow    = 3  // so many ticks and fewAnswers, or longestWindow ticks
	fewAnswers    = 10
	longestWindow = 12

	baseWindows = 10 // the base is the mean of the first so many windows, and follows slowly from then on
	baseFall    = 0.05
	baseRise    = 0.005
	maxBase     = 1_000_000
)

// Input is what a tick is judged by.
type Input struct {
	// Tick counts five seconds; Last is the one that was judged before, 0: none.
	Tick, Last int64
	// Samples are those of the processes that saw something.
	Samples []Sample
	// Opening is the one that is open; empty with Open: the room is always open. Open: visitors are called.
	Opening string
	Open    bool
}

// Judge answers what is known after a tick. It is pure.
func Judge(s State, in *Input) State {
	fresh := s.Pace == 0
	if fresh {
		s.Pace = fullPace
	}
	if !in.Open {
		s.Open, s.Down = false, false
		s.Window, s.Age = "", 0
		return s
	}
	s.open(in, fresh)
	var seen Sample
	for i := range in.Samples {
		seen.Add(&in.Samples[i])
	}
	if seen.Down {
		s.Down, s.Bad, s.Reason = true, true, ReasonDown
		s.Pace = max(leastPace, s.Pace/2)
		s.Window, s.Age = "", 0
		return s
	}
	s.Down = false
	w := s.window()
	w.Add(&seen)
	s.Age++
	if size := w.size(); size < windowAnswers && (s.Age < longWindow || size < fewAnswers) && s.Age < longestWindow {
		s.Window = w.Encode()
		s.quiet()
		return s
	}
	s.Window, s.Age = "", 0
	s.judge(&w, in)
	return s
}

// open notes which opening is open. A new one begins at a part of the pace, unless the last one ended at all of it: a room that is always
// open, one that is judged for the first time, and a gateway that has started go on with what there is.
func (s *State) open(in *Input, fresh bool) {
	began := in.Opening != "" && (!s.Open || s.Opening != in.Opening) && !(fresh && in.Last == 0)
	healthy := s.Pace == fullPace && s.Windows >= baseWindows
	s.Open, s.Opening = true, in.Opening
	if began && !healthy {
		s.Pace, s.Reason, s.Bad = startPace, ReasonStart, false
	}
}

// quiet is a tick that is no window of its own: the pace goes on rising unless the last window was bad and there are requests still to
// be judged.
func (s *State) quiet() {
	if !s.Bad {
		s.rise()
	}
}

// size is how much a window says, in answers of one weight and failures.
func (s *Sample) size() float64 {
	if s.Squares == 0 {
		return float64(s.Requests) // it is not known yet what is usual
	}
	return min(s.Answers()+float64(s.Failed), float64(s.Requests))
}

// failures is how many of how many requests failed: those for files are left out if there are enough others, since a page that fails loads
// none, and the files of those that do not would hide it.
func (s *Sample) failures() (failed, of int64) {
	if others := s.Requests - s.Files; others >= fewAnswers {
		return s.Failed - s.FailedFiles, others
	}
	return s.Failed, s.Requests
}

// judge takes a window.
func (s *State) judge(w *Sample, in *Input) {
	fails, of := w.failures()
	failed := fails*1000 > badShare*of && fails >= leastFails
	ratio, _ := w.MedianRatio()
	answered := w.Answers() >= fewAnswers
	slow := answered && ratio > badRatio*s.base() && w.MedianTook() >= noticed && bits.OnesCount64(w.Slow) >= leastSlow
	if of > 0 {
		s.Median, s.Usual = w.MedianTook().Milliseconds(), w.MedianUsual().Milliseconds()
		s.Failed = fails * 1000 / of
	}
	if s.Bad = failed || slow; !s.Bad {
		if answered {
			s.learn(ratio)
		}
		s.rise()
		return
	}
	if s.Reason = ReasonLatency; failed {
		s.Reason = ReasonErrors
	}
	if in.Tick-s.Cut >= cutEvery || s.Cut > in.Tick {
		s.Pace, s.Cut = max(leastPace, s.Pace*cutTo/1000), in.Tick
	}
}

func (s *State) rise() {
	if s.Pace = min(fullPace, s.Pace+raise); s.Pace == fullPace {
		s.Reason = ReasonNone
	}
}

// base is what the median ratio is while the site is well. Before it is known it is about 1, since a usual time is the usual one.
func (s *State) base() float64 {
	base := float64(s.Base) / 1000
	if s.Windows < baseWindows {
		base = max(1, base)
	}
	return base
}

// learn moves the base: quickly down, slowly up, and not at all while the site is bad.
func (s *State) learn(ratio float64) {
	base := float64(s.Base) / 1000
	switch s.Windows++; {
	case s.Windows <= baseWindows:
		base += (ratio - base) / float64(s.Windows)
	case ratio < base:
		base += baseFall * (ratio - base)
	default:
		base += baseRise * (ratio - base)
	}
	s.Windows = min(s.Windows, baseWindows+1)
	s.Base = min(maxBase, max(1, int64(base*1000+0.5)))
}
