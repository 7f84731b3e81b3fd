package operator

import (
	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/pkg/queue"
)

// Chances is how well the words held that pages say of the chance that something is left.
type Chances struct {
	// Opening is the one that the chance is learned of, Over how many of its places are over, and Takes how many each of the latest took.
	Opening string  `json:"opening,omitempty"`
	Over    int64   `json:"over"`
	Takes   float64 `json:"takes"`
	// Words are those that were said, from usually to little, and what came of them. Brier is the mean of (chance - result)².
	Words []ChanceWord `json:"words"`
	Brier *float64     `json:"brier,omitempty"`
}

// ChanceWord is one word: how many places along the line were told it, and how many of them had something left at their turn.
type ChanceWord struct {
	Word string `json:"word"`
	Told int64  `json:"told"`
	Left int64  `json:"left"`
}

// chancesOf is what a snapshot says of it; nil: nothing.
func chancesOf(s *queue.Snapshot) *Chances {
	state := admission.ReadState(s.HealthText())
	if state.Chances == nil {
		return nil
	}
	c := state.Chances
	out := &Chances{Opening: c.Opening, Over: c.Over, Words: []ChanceWord{}}
	if c.Places > 0 {
		out.Takes = c.Taken / c.Places
	}
	for w := admission.Usually; w > admission.NoWord; w-- {
		out.Words = append(out.Words, ChanceWord{w.String(), c.Scores.Told[w], c.Scores.Got[w]})
	}
	if score, known := c.Scores.Brier(); known {
		out.Brier = &score
	}
	return out
}
