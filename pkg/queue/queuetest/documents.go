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
	switch rapid.IntRange(0, 8).Draw(rt, "part") {
	case 0, 1, 2:
		doc.Pace = drawPace(rt)
	case 3:
		doc.Door = queue.Door{
			Closed: rapid.IntRange(0, 3).Draw(rt, "closed") == 3,
			Limit:  rapid.SampledFrom([]int64{0, 0, 1, 4, queue.MaxInsideLimit}).Draw(rt, "limit"),
		}
	case 4:
		doc.Timing = drawTiming(rt)
	case 5:
		doc.Settings = rapid.SampledFrom([]string{"", `{"message":"Grüße"}`, "\x00\"\\\n\xff"}).Draw(rt, "settings")
	default:
		doc.Plan = d.drawPlan(rt, doc.Plan)
	}
	return doc
}

func drawPace(rt *rapid.T) queue.Pace {
	return queue.Pace{
		Mode:      rapid.SampledFrom([]queue.Mode{queue.ModeRun, queue.ModeRun, queue.ModeRun, queue.ModePause}).Draw(rt, "mode"),
		Rate:      rapid.SampledFrom([]int64{60_000, 6_000, 60, 0, 7, queue.MaxRate}).Draw(rt, "rate"),
		Burst:     rapid.SampledFrom([]int64{5, 1, 2, 1_500, queue.MaxBurst}).Draw(rt, "burst"),
		MaxInside: rapid.SampledFrom([]int64{0, 1, 2, 4, queue.MaxInsideLimit}).Draw(rt, "bound"),
		Strict:    rapid.IntRange(0, 3).Draw(rt, "strict") == 3,
	}
}

// drawPlan draws a plan: none, an opening with its draw, some steps more, or any steps at all.
func (d *history) drawPlan(rt *rapid.T, old []queue.Step) (plan []queue.Step) {
	unit := max(4, d.timing().Idle.Milliseconds()/10)
	at := d.clock.Now() + rapid.Int64Range(-2, 2).Draw(rt, "begins in")*unit
	name := rapid.SampledFrom(openingNames).Draw(rt, "opening")
	switch rapid.IntRange(0, 5).Draw(rt, "plan") {
	case 0:
		return nil
	case 1:
		return d.anySteps(rt, at, unit, old)
	}
	rank := rapid.Uint8Range(1, 9).Draw(rt, "first rank") * 10
	add := func(phase queue.Phase) *queue.Step {
		at += rapid.Int64Range(0, 3).Draw(rt, "then") * unit
		rank++
		plan = append(plan, queue.Step{At: max(1, at), Opening: name, Rank: rank, Phase: phase})
		return &plan[len(plan)-1]
	}
	lobby := add(queue.PhaseLobby)
	if rapid.Bool().Draw(rt, "with quota") {
		drawQuota(rt, lobby)
	}
	opens := add(queue.PhaseOpen)
	opens.Draw = rapid.IntRange(0, 2).Draw(rt, "draw") > 0
	drawShare(rt, opens)
	if rapid.Bool().Draw(rt, "ramp") {
		drawShare(rt, add(queue.PhaseOpen))
	}
	if rapid.Bool().Draw(rt, "end") {
		add(rapid.SampledFrom([]queue.Phase{queue.PhaseLine, queue.PhaseClosed, queue.PhaseThrough}).Draw(rt, "ends in")).Floor = rapid.Bool().Draw(rt, "floor")
	}
	return plan
}

func drawQuota(rt *rapid.T, s *queue.Step) {
	s.SetQuota = true
	s.Quota = rapid.SampledFrom([]int64{3, 1, 0, 10, -1}).Draw(rt, "quota")
	s.Per = rapid.SampledFrom([]int64{1, 2, 7}).Draw(rt, "per")
	s.Standby = rapid.SampledFrom([]int64{0, 2}).Draw(rt, "standby")
	s.Reset = rapid.Bool().Draw(rt, "reset")
}

func drawShare(rt *rapid.T, s *queue.Step) {
	s.SetShare, s.Share = true, rapid.SampledFrom([]int64{1000, 500, 1, 0}).Draw(rt, "share")
}

// anySteps appends steps to a plan, or draws one that no store may accept.
func (d *history) anySteps(rt *rapid.T, at, unit int64, plan []queue.Step) []queue.Step {
	plan = slices.Clone(plan)
	ranks := map[string]uint8{}
	for _, s := range plan {
		ranks[s.Opening] = max(ranks[s.Opening], s.Rank)
		at = max(at, s.At)
	}
	for range rapid.IntRange(1, queue.MaxDue+4).Draw(rt, "steps") {
		at += rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(rt, "then") * unit
		s := queue.Step{
			At: max(1, at), Opening: rapid.SampledFrom(openingNames).Draw(rt, "opening"),
			Phase: queue.Phase(rapid.IntRange(0, int(queue.PhaseThrough)).Draw(rt, "phase")),
			Floor: rapid.IntRange(0, 7).Draw(rt, "floor") == 7,
		}
		if s.Phase == queue.PhaseDrawing && rapid.IntRange(0, 7).Draw(rt, "valid") > 0 {
			s.Phase = queue.PhaseOpen
		}
		ranks[s.Opening]++
		s.Rank = ranks[s.Opening]
		s.Draw = s.Phase == queue.PhaseOpen && rapid.Bool().Draw(rt, "draw")
		switch rapid.IntRange(0, 3).Draw(rt, "sets") {
		case 1:
			drawQuota(rt, &s)
		case 2:
			drawShare(rt, &s)
		case 3:
			s.SetWeights = true
			for lane := range s.Weights {
				s.Weights[lane] = rapid.SampledFrom([]int64{1, 3, 1000}).Draw(rt, "weight")
			}
		}
		plan = append(plan, s)
	}
	return plan
}
