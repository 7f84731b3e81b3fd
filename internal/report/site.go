package report

import (
	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal/summary"
)

// Promises are ranges of the wait that pages told, and how they ended.
type Promises struct {
	Kept  int64 `json:"kept"`
	Early int64 `json:"early"`
	Late  int64 `json:"late"`
}

// Chance is how often a word about the chance was told, and how often something was left then.
type Chance struct {
	Word string `json:"word"`
	Told int64  `json:"told"`
	Left int64  `json:"left"`
}

// Site is how the site did.
type Site struct {
	// Judged is how many windows of five seconds were judged.
	Judged int64 `json:"judged"`
	// Median is the largest time in ms in which half of the answers of a window came, Failed the largest part of failed requests, permille.
	Median int64 `json:"worst_median"`
	Failed int64 `json:"worst_failed"`
	// Least is the lowest part of the pace that was used for the site's sake, permille.
	Least int64 `json:"least_pace"`
	// Spans are when the pace was held back, and why.
	Spans []Span `json:"spans"`
}

// Span is a time in which the site held the pace back.
type Span struct {
	From   int64  `json:"from"`
	To     int64  `json:"to"`
	Reason string `json:"reason"`
	Least  int64  `json:"least_pace"` // permille; 0: stopped
}

// snapshotOf is a snapshot that shows one judgement.
func snapshotOf(j *summary.Judged) *queue.Snapshot {
	return &queue.Snapshot{Judgement: queue.Verdict{Tick: j.Tick, Factor: j.Factor, Blob: j.Blob}}
}

// promisesOf are those that ended between the first and the last judgement. Totals that fell were begun anew.
func promisesOf(all []summary.Judged) (sum Promises) {
	var last queue.Promises
	for i := range all {
		now := snapshotOf(&all[i]).Promises()
		if i > 0 {
			sum.Kept += grown(last.Kept, now.Kept)
			sum.Early += grown(last.Early, now.Early)
			sum.Late += grown(last.Late, now.Late)
		}
		last = now
	}
	return sum
}

func grown(before, now int64) int64 { return max(0, now-before) }

// chancesOf are the words that were told and scored between the first and the last judgement.
func chancesOf(all []summary.Judged) []Chance {
	var told, left [admission.Words]int64
	var last admission.Scores
	for i := range all {
		s := admission.ReadState(snapshotOf(&all[i]).HealthText())
		if s.Chances == nil {
			continue
		}
		now := s.Chances.Scores
		for w := range told {
			if i > 0 {
				told[w] += grown(last.Told[w], now.Told[w])
				left[w] += grown(last.Got[w], now.Got[w])
			}
		}
		last = now
	}
	chances := []Chance{}
	for w := admission.Usually; w > admission.NoWord; w-- {
		if told[w] > 0 {
			chances = append(chances, Chance{Word: w.String(), Told: told[w], Left: left[w]})
		}
	}
	return chances
}

// siteOf is how the site did in all judgements but the first, which was in force before.
func siteOf(all []summary.Judged) Site {
	site := Site{Least: 1000, Spans: []Span{}}
	var open *Span
	for i := range all {
		j := &all[i]
		s := admission.ReadState(snapshotOf(j).HealthText())
		site.Judged++
		site.Median, site.Failed, site.Least = max(site.Median, s.Median), max(site.Failed, s.Failed), min(site.Least, j.Factor)
		reason := string(s.Reason)
		if s.Down {
			reason = string(admission.ReasonDown)
		}
		switch {
		case j.Factor >= 1000:
			open = nil
		case open != nil && open.Reason == reason:
			open.To, open.Least = j.At, min(open.Least, j.Factor)
		default:
			site.Spans = append(site.Spans, Span{From: j.At, To: j.At, Reason: reason, Least: j.Factor})
			open = &site.Spans[len(site.Spans)-1]
		}
	}
	return site
}
