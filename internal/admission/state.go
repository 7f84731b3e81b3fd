package admission

import (
	"encoding/json"
	"math"
	"time"
)

// Reason is why the pace is held back.
type Reason string

// All reasons there are.
const (
	ReasonNone    Reason = ""        // it is not
	ReasonLatency Reason = "latency" // answers take much longer than usual
	ReasonErrors  Reason = "errors"  // too many requests fail
	ReasonDown    Reason = "down"    // the site does not answer
	ReasonStart   Reason = "start"   // an opening has begun, and nobody knows how the site bears it
)

// State is what is known of a site's health, and what the next judgement needs: the text that gateways hand on to each other. The
// zero value knows nothing.
type State struct {
	// Pace is the part of the pace that the site bears, 20 to 1000 permille; 0 before the first judgement.
	Pace int64 `json:"p"`
	// Down: the site does not answer, and nobody is called.
	Down bool `json:"d,omitempty"`
	// Reason is why Pace is not 1000, or was cut last.
	Reason Reason `json:"r,omitempty"`
	// Median and Usual are of the last window, in milliseconds: what answers took, and what they take usually. Failed is the part of the
	// requests that failed, in permille.
	Median int64 `json:"m,omitempty"`
	Usual  int64 `json:"u,omitempty"`
	Failed int64 `json:"f,omitempty"`

	// Base is the median of times by their usual time when the site is well, in thousandths; Windows is of how many windows.
	Base    int64 `json:"b,omitempty"`
	Windows int64 `json:"n,omitempty"`
	// Cut is the tick of the last cut, Bad whether the last window was.
	Cut int64 `json:"c,omitempty"`
	Bad bool  `json:"x,omitempty"`
	// Opening is the one that was open last, Open whether the room is open now.
	Opening string `json:"o,omitempty"`
	Open    bool   `json:"i,omitempty"`
	// Usuals is what the heaviest kinds usually take, see Meter.Usuals.
	Usuals string `json:"k,omitempty"`
	// Window is what was seen since the last window, in Age ticks.
	Window string `json:"w,omitempty"`
	Age    int64  `json:"a,omitempty"`

	// Chances is about what people came for, and not about the site: it travels along. Nil: nothing is known, or a gateway of an older
	// release has written the text.
	Chances *Chances `json:"h,omitempty"`
}

// maxState bounds the text of a State, in bytes: queue.MaxHealthText.
const maxState = 2 << 10

// Factor is the part of the pace in force while the judgement is acted on, in permille.
func (s *State) Factor() int64 {
	if s.Down {
		return 0
	}
	return s.Pace
}

// Rest forgets that the site was not well, for as long as nothing is judged. What is usual stays known.
func (s *State) Rest() {
	if s.Pace != 0 {
		s.Pace = fullPace
	}
	s.Down, s.Bad, s.Reason, s.Window, s.Age = false, false, ReasonNone, "", 0
}

// Text is what ReadState reads.
func (s *State) Text() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "" // numbers and short strings can always be written
	}
	if len(text) > maxState && s.Chances != nil {
		short := *s
		short.Chances = nil
		return short.Text()
	}
	return string(text)
}

// ReadState reads a State. A text that is none, or that says what cannot be, knows nothing.
func ReadState(text string) State {
	var s State
	if json.Unmarshal([]byte(text), &s) != nil || !s.valid() {
		return State{}
	}
	if s.Chances != nil && !s.Chances.valid() {
		s.Chances = nil
	}
	if len(s.Usuals) > maxUsualsText {
		s.Usuals = "" // there must be room for it beside the rest
	}
	return s
}

func (s *State) valid() bool {
	return (s.Pace >= leastPace && s.Pace <= fullPace || s.Pace == 0) && s.Base >= 0 && s.Base <= maxBase && s.Windows >= 0 &&
		s.Cut >= 0 && s.Age >= 0 && s.Median >= 0 && s.Usual >= 0 && s.Failed >= 0 && s.Failed <= 1000
}

// window is what was seen since the last one.
func (s *State) window() Sample {
	w, err := DecodeSample(s.Window)
	if err != nil {
		return Sample{}
	}
	return w
}

// MedianRatio is the median of times by their usual time; false: there was no answer.
func (s *Sample) MedianRatio() (float64, bool) {
	m := RatioMedian(&s.Ratio)
	return m, m > 0
}

// MedianTook is the median of times, MedianUsual that of the usual times of the same answers; 0: there was no answer.
func (s *Sample) MedianTook() time.Duration { return medianTime(&s.Took) }

// MedianUsual is the median of the usual times of the answers that MedianTook is of.
func (s *Sample) MedianUsual() time.Duration { return medianTime(&s.Usual) }

func medianTime(row *[Buckets]int64) time.Duration {
	at, ok := median(row)
	if !ok {
		return 0
	}
	return time.Duration(math.Exp2(at/2) * float64(time.Millisecond))
}
