package queuetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
)

var openingNames = []string{"eight", "eleven", "ü\x00|:{\"", "d"}

// drawDocument draws a change of a document, mostly of one part of it.
func (d *history) drawDocument(rt *rapid.T, doc queue.Document) queue.Document {
	doc.Plan = slices.Clone(doc.Plan)
	switch below(rt, "part", 9) {
	case 0, 1, 2:
		doc.Pace = drawPace(rt)
	case 3:
		doc.Door = queue.Door{
			Closed: below(rt, "closed", 4) == 3,
			Limit:  sample(rt, "limit", []int64{0, 0, 1, 4, queue.MaxInsideLimit}),
		}
	case 4:
		if timing := drawTiming(rt); !d.honest { // what has run out stays so
			doc.Timing = timing
		}
	case 5:
		doc.Settings = sample(rt, "settings", []string{"", `{"message":"Grüße"}`, "\x00\"\\\n\xff"})
	default:
		doc.Plan = d.drawPlan(rt, doc.Plan)
	}
	return doc
}

func drawPace(rt *rapid.T) queue.Pace {
	return queue.Pace{
		Mode:      sample(rt, "mode", []queue.Mode{queue.ModeRun, queue.ModeRun, queue.ModeRun, queue.ModePause, queue.ModeOpen}),
		Rate:      sample(rt, "rate", []int64{60_000, 6_000, 60, 0, 7, queue.MaxRate}),
		Burst:     sample(rt, "burst", []int64{5, 1, 2, 1_500, queue.MaxBurst}),
		MaxInside: sample(rt, "bound", []int64{0, 1, 2, 4, queue.MaxInsideLimit}),
		Strict:    below(rt, "strict", 4) == 3,
	}
}

// drawPlan draws a plan: none, an opening with its draw, some steps more, or any steps at all.
func (d *history) drawPlan(rt *rapid.T, old []queue.Step) (plan []queue.Step) {
	unit := max(4, d.timing().Idle.Milliseconds()/10)
	at := d.clock.Now() + between(rt, "begins in", -2, 2)*unit
	name := sample(rt, "opening", openingNames)
	switch below(rt, "plan", 6) {
	case 0:
		return nil
	case 1:
		return d.anySteps(rt, at, unit, old)
	}
	rank := uint8(between(rt, "first rank", 1, 9)) * 10
	add := func(phase queue.Phase) *queue.Step {
		at += between(rt, "then", 0, 3) * unit
		rank++
		plan = append(plan, queue.Step{At: max(1, at), Opening: name, Rank: rank, Phase: phase})
		return &plan[len(plan)-1]
	}
	lobby := add(queue.PhaseLobby)
	if rapid.Bool().Draw(rt, "with quota") {
		drawQuota(rt, lobby)
	}
	opens := add(queue.PhaseOpen)
	opens.Draw = below(rt, "draw", 3) > 0
	drawShare(rt, opens)
	if rapid.Bool().Draw(rt, "ramp") {
		drawShare(rt, add(queue.PhaseOpen))
	}
	if rapid.Bool().Draw(rt, "end") {
		add(sample(rt, "ends in", []queue.Phase{queue.PhaseLine, queue.PhaseClosed, queue.PhaseThrough})).Floor = rapid.Bool().Draw(rt, "floor")
	}
	return plan
}

func drawQuota(rt *rapid.T, s *queue.Step) {
	s.SetQuota = true
	s.Quota = sample(rt, "quota", []int64{3, 1, 0, 10, -1})
	s.Per = sample(rt, "per", []int64{1, 2, 7})
	s.Standby = sample(rt, "standby", []int64{0, 2})
	s.Reset = rapid.Bool().Draw(rt, "reset")
}

func drawShare(rt *rapid.T, s *queue.Step) {
	s.SetShare, s.Share = true, sample(rt, "share", []int64{1000, 500, 1, 0})
}

// anySteps appends steps to a plan, or draws one that no store may accept.
func (d *history) anySteps(rt *rapid.T, at, unit int64, plan []queue.Step) []queue.Step {
	plan = slices.Clone(plan)
	ranks := map[string]uint8{}
	for _, s := range plan {
		ranks[s.Opening] = max(ranks[s.Opening], s.Rank)
		at = max(at, s.At)
	}
	for range 1 + below(rt, "steps", queue.MaxDue+4) {
		at += sample(rt, "then", []int64{0, 0, 0, 1}) * unit
		s := queue.Step{
			At: max(1, at), Opening: sample(rt, "opening", openingNames),
			Phase: queue.Phase(below(rt, "phase", int(queue.PhaseThrough)+1)),
			Floor: below(rt, "floor", 8) == 7,
		}
		if s.Phase == queue.PhaseDrawing && below(rt, "valid", 8) > 0 {
			s.Phase = queue.PhaseOpen
		}
		ranks[s.Opening]++
		s.Rank = ranks[s.Opening]
		s.Draw = s.Phase == queue.PhaseOpen && rapid.Bool().Draw(rt, "draw")
		switch below(rt, "sets", 4) {
		case 1:
			drawQuota(rt, &s)
		case 2:
			drawShare(rt, &s)
		case 3:
			s.SetWeights = true
			for lane := range s.Weights {
				s.Weights[lane] = sample(rt, "weight", []int64{1, 3, 1000})
			}
		}
		plan = append(plan, s)
	}
	return plan
}
