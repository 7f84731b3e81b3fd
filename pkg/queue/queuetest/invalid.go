package queuetest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// invalid is a call with values that no store accepts.
type invalid struct {
	name string
	call func(context.Context, queue.Store) error
}

// suiteDocument is a valid document: it calls nobody.
func suiteDocument() queue.Document {
	return queue.Document{
		Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Burst: 10}, Timing: suiteTiming(),
		Settings: queue.Settings{Message: "Bitte warten", ValuesHash: "s1", Notes: "n1"}.Encode(),
	}
}

// The times of the suite's rooms, all different, so that none can stand in for another.
const (
	absentMS  = 60_000
	confirmMS = 12_000
	windowMS  = 45_000
	leadMS    = 1_500
	activeMS  = 5_000
	pageMS    = 240_000
	idleMS    = 480_000
	maxMS     = 1_500_000
	resumeMS  = 300_000
	lifeMS    = 3_600_000
	holdMS    = 6_000
	graceMS   = 700
)

func suiteTiming() queue.Timing {
	return queue.Timing{
		Absent: absentMS * time.Millisecond, Confirm: confirmMS * time.Millisecond, Window: windowMS * time.Millisecond,
		Lead: leadMS * time.Millisecond, Active: activeMS * time.Millisecond, Page: pageMS * time.Millisecond,
		Idle: idleMS * time.Millisecond, Max: maxMS * time.Millisecond, Resume: resumeMS * time.Millisecond,
		Life: lifeMS * time.Millisecond, Hold: holdMS * time.Millisecond, Grace: graceMS * time.Millisecond,
	}
}

// invalidVerbs are such calls, always in the same order.
func invalidVerbs() []invalid {
	return slices.Concat(invalidBatches(), invalidEntries(), invalidMoves(), invalidTicks(), invalidDocuments())
}

func placeOf(id queue.VisitorID, n int) queue.Place {
	return queue.Place{Visitor: id, Epoch: 1, Number: uint64(n), Order: queue.OrderOf(1, uint64(n))}
}

func invalidBatches() (all []invalid) {
	for _, n := range []int{0, queue.MaxBatch + 1} {
		ids, what := visitors(0, n), fmt.Sprintf(" of %d entries", n)
		arrivals, beats, places := make([]queue.Arrival, n), make([]queue.Beat, n), make([]queue.Place, n)
		stays, outcomes := make([]queue.Stay, n), make([]queue.Outcome, n)
		for i, id := range ids {
			places[i] = placeOf(id, i+1)
			arrivals[i].Visitor, beats[i].Place = id, places[i]
			stays[i] = queue.Stay{Visitor: id, Started: startMS, At: startMS}
			outcomes[i] = queue.Outcome{Kind: queue.Finished, Visitor: id}
		}
		all = append(all, []invalid{
			{"join" + what, func(ctx context.Context, s queue.Store) error { _, err := s.Join(ctx, arrivals); return err }},
			{"keep" + what, func(ctx context.Context, s queue.Store) error { _, err := s.Keep(ctx, 0, beats); return err }},
			{"claim" + what, func(ctx context.Context, s queue.Store) error { _, err := s.Claim(ctx, 0, places); return err }},
			{"renew" + what, func(ctx context.Context, s queue.Store) error { _, err := s.Renew(ctx, stays); return err }},
			{"report" + what, func(ctx context.Context, s queue.Store) error {
				_, err := s.Report(ctx, queue.Tally{}, outcomes)
				return err
			}},
			{"leave" + what, func(ctx context.Context, s queue.Store) error { return s.Leave(ctx, ids) }},
		}...)
	}
	return all
}

// invalidEntries have a good first entry, which must not take effect.
func invalidEntries() (all []invalid) {
	id := Visitor(1)
	for name, a := range byName(map[string]queue.Arrival{
		"nobody": {}, "lane 8": {Visitor: id, Lane: queue.Lanes}, "no uses": {Visitor: id, Code: queue.Code{1}},
		"17 uses": {Visitor: id, Code: queue.Code{1}, Uses: queue.MaxUses + 1},
	}) {
		all = append(all, invalid{"join of " + name, func(ctx context.Context, s queue.Store) error {
			_, err := s.Join(ctx, []queue.Arrival{{Visitor: Visitor(0)}, a})
			return err
		}})
	}
	good := placeOf(Visitor(0), 1)
	for name, p := range byName(map[string]queue.Place{
		"nobody": placeOf(nobody, 1), "epoch 0": {Visitor: id, Number: 1, Order: 1}, "number 0": {Visitor: id, Epoch: 1, Order: 1},
		"a late epoch": {Visitor: id, Epoch: 1 << 31, Number: 1, Order: 1}, "order 0": {Visitor: id, Epoch: 1, Number: 1},
		"a high number": {Visitor: id, Epoch: 1, Number: queue.MaxNumber + 1, Order: 1},
		"a high order":  {Visitor: id, Epoch: 1, Number: 1, Order: queue.MaxOrder + 1}, "lane 8": {Visitor: id, Epoch: 1, Number: 1, Order: 1, Lane: queue.Lanes},
	}) {
		all = append(all,
			invalid{"keep of " + name, func(ctx context.Context, s queue.Store) error {
				_, err := s.Keep(ctx, 0, []queue.Beat{{Place: good}, {Place: p}})
				return err
			}},
			invalid{"claim of " + name, func(ctx context.Context, s queue.Store) error {
				_, err := s.Claim(ctx, 0, []queue.Place{good, p})
				return err
			}})
	}
	for name, uses := range byName(map[string]uint8{"no uses": 0, "17 uses": queue.MaxUses + 1}) {
		all = append(all, invalid{"keep of a code of " + name, func(ctx context.Context, s queue.Store) error {
			_, err := s.Keep(ctx, 0, []queue.Beat{{Place: good}, {Place: placeOf(id, 2), Code: queue.Code{1}, Uses: uses}})
			return err
		}})
	}
	for name, stay := range byName(map[string]queue.Stay{
		"nobody": {Started: 1, At: 1}, "no beginning": {Visitor: id, At: 1}, "no request": {Visitor: id, Started: 1},
		"a beginning far away": {Visitor: id, Started: int64(queue.MaxOrder) + 1, At: 1}, "a request far away": {Visitor: id, Started: 1, At: int64(queue.MaxOrder) + 1},
	}) {
		all = append(all, invalid{"renew of " + name, func(ctx context.Context, s queue.Store) error {
			_, err := s.Renew(ctx, []queue.Stay{{Visitor: Visitor(0), Started: 1, At: 1}, stay})
			return err
		}})
	}
	ref := queue.Code{1}
	for name, o := range byName(map[string]queue.Outcome{
		"an unknown kind": {Kind: 4, Visitor: id, Ref: ref}, "nobody finished": {Kind: queue.Finished}, "a booking without a reference": {Kind: queue.Booked, Visitor: id, Count: 1},
		"freed without a reference": {Kind: queue.Freed, Count: 1}, "less than nothing": {Kind: queue.Booked, Count: -1, Ref: ref}, "too many": {Kind: queue.Total, Count: queue.MaxInsideLimit + 1},
	}) {
		all = append(all, invalid{"report of " + name, func(ctx context.Context, s queue.Store) error {
			_, err := s.Report(ctx, queue.Tally{}, []queue.Outcome{{Kind: queue.Finished, Visitor: Visitor(0)}, o})
			return err
		}})
	}
	for name, t := range byName(map[string]queue.Tally{
		"a long name": {Gateway: string(make([]byte, 65))}, "too many reports": {Gateway: "a", Reports: 1<<42 + 1}, "too little": {Gateway: "a", Booked: -1<<42 - 1},
	}) {
		all = append(all, invalid{"report by " + name, func(ctx context.Context, s queue.Store) error {
			_, err := s.Report(ctx, t, []queue.Outcome{{Kind: queue.Finished, Visitor: Visitor(0)}})
			return err
		}})
	}
	return append(all, invalid{"leave of nobody", func(ctx context.Context, s queue.Store) error {
		return s.Leave(ctx, []queue.VisitorID{Visitor(0), nobody})
	}})
}

func invalidMoves() (all []invalid) {
	id, ref := Visitor(0), queue.Code{1}
	for name, m := range byName(map[string]queue.Move{
		"an unknown act": {Act: 4, Visitor: id, Ref: ref}, "no reference": {Act: queue.ActRemove, Visitor: id}, "nobody": {Act: queue.ActFront, Ref: ref},
		"nobody removed": {Act: queue.ActRemove, Ref: ref}, "no other id": {Act: queue.ActHand, Visitor: id, Ref: ref}, "the same id": {Act: queue.ActHand, Visitor: id, To: id, Ref: ref},
	}) {
		all = append(all, invalid{"move with " + name, func(ctx context.Context, s queue.Store) error {
			_, err := s.Move(ctx, m)
			return err
		}})
	}
	return all
}

func invalidTicks() (all []invalid) {
	document := suiteDocument()
	for name, edit := range byName(map[string]func(*queue.Watermark){
		"a late epoch": func(m *queue.Watermark) { m.Epoch = 1 << 31 }, "a ceiling below last": func(m *queue.Watermark) { m.Last, m.Ceiling = 2, 1 },
		"a high ceiling": func(m *queue.Watermark) { m.Ceiling = queue.MaxNumber + 1 }, "a high head": func(m *queue.Watermark) { m.Heads[7] = queue.MaxOrder + 1 },
		"a hold before all time": func(m *queue.Watermark) { m.Hold = -1 },
		"a long name":            func(m *queue.Watermark) { m.Gateway = strings.Repeat("g", 65) }, "a curve below zero": func(m *queue.Watermark) { m.Curves[10].Surv[15] = -1 },
		"a full curve": func(m *queue.Watermark) { m.Curves[0].Back[0], m.Curves[0].Surv[0] = 200, 56 }, "too many draws": func(m *queue.Watermark) { m.Opening.Draws = make([]queue.Draw, queue.MaxDraws+1) },
		"an empty draw": func(m *queue.Watermark) { m.Opening.Draws = []queue.Draw{{Opening: "a"}} }, "an empty segment": func(m *queue.Watermark) { m.Opening.Segments = []queue.Segment{{}} },
		"a record without a share": func(m *queue.Watermark) { m.Opening.Cursor = 1; m.Opening.Per = 1 }, "too little booked": func(m *queue.Watermark) { m.Opening.Booked = -1<<52 - 1 },
		"a tally without a name": func(m *queue.Watermark) { m.Opening.Tallies = make([]queue.Tally, 1) },
		"a high floor":           func(m *queue.Watermark) { m.Opening.Floor = queue.MaxOrder + 1 },
	}) {
		m := queue.Watermark{Document: document}
		edit(&m)
		all = append(all,
			invalid{"restore with " + name, func(ctx context.Context, s queue.Store) error { return s.Restore(ctx, m) }},
			invalid{"advance with " + name, func(ctx context.Context, s queue.Store) error {
				_, err := s.Advance(ctx, m, queue.Sample{}, queue.Verdict{})
				return err
			}})
	}
	long := strings.Repeat("x", 4<<10+1)
	return append(all,
		invalid{"advance with a long sample", func(ctx context.Context, s queue.Store) error {
			_, err := s.Advance(ctx, queue.Watermark{}, queue.Sample{Blob: long}, queue.Verdict{})
			return err
		}},
		invalid{"advance with a long judgement", func(ctx context.Context, s queue.Store) error {
			_, err := s.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 1, Blob: long})
			return err
		}},
		invalid{"advance with a factor above 1000", func(ctx context.Context, s queue.Store) error {
			_, err := s.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 1, Factor: 1001})
			return err
		}})
}

func invalidDocuments() (all []invalid) {
	step := func(s queue.Step) func(*queue.Document) {
		return func(d *queue.Document) { d.Plan = []queue.Step{s} }
	}
	for name, edit := range byName(map[string]func(*queue.Document){
		"a negative version": func(d *queue.Document) { d.Version = -1 }, "long settings": func(d *queue.Document) { d.Settings = strings.Repeat("x", queue.MaxSettings+1) },
		"an unknown mode": func(d *queue.Document) { d.Pace.Mode = "walk" }, "a high rate": func(d *queue.Document) { d.Pace.Rate = queue.MaxRate + 1 },
		"no burst": func(d *queue.Document) { d.Pace.Burst = 0 }, "a negative bound": func(d *queue.Document) { d.Pace.MaxInside = -1 }, "a negative limit": func(d *queue.Document) { d.Door.Limit = -1 },
		"half a millisecond": func(d *queue.Document) { d.Timing.Window += time.Microsecond }, "confirm as long as absent": func(d *queue.Document) { d.Timing.Confirm = d.Timing.Absent },
		"max below idle": func(d *queue.Document) { d.Timing.Max = d.Timing.Idle - time.Millisecond }, "active between the edges": func(d *queue.Document) { d.Timing.Active += time.Millisecond },
		"resume beyond life":      func(d *queue.Document) { d.Timing.Resume = d.Timing.Life },
		"a step without a time":   step(queue.Step{Opening: "a", Rank: 1}),
		"a step of no opening":    step(queue.Step{At: 1, Rank: 1}),
		"a step of rank 0":        step(queue.Step{At: 1, Opening: "a"}),
		"a step to drawing":       step(queue.Step{At: 1, Opening: "a", Rank: 1, Phase: queue.PhaseDrawing}),
		"a draw without an open":  step(queue.Step{At: 1, Opening: "a", Rank: 1, Phase: queue.PhaseLine, Draw: true}),
		"a reset without a quota": step(queue.Step{At: 1, Opening: "a", Rank: 1, Reset: true}),
		"nothing per stay":        step(queue.Step{At: 1, Opening: "a", Rank: 1, SetQuota: true}),
		"a share above 1000":      step(queue.Step{At: 1, Opening: "a", Rank: 1, SetShare: true, Share: 1001}),
		"weights of 0":            step(queue.Step{At: 1, Opening: "a", Rank: 1, SetWeights: true}),
		"a rank twice": func(d *queue.Document) {
			d.Plan = []queue.Step{{At: 1, Opening: "a", Rank: 1}, {At: 1, Opening: "a", Rank: 1}}
		},
	}) {
		d := suiteDocument()
		edit(&d)
		all = append(all,
			invalid{"settle with " + name, func(ctx context.Context, s queue.Store) error { _, err := s.Settle(ctx, d); return err }},
			invalid{"restore with " + name, func(ctx context.Context, s queue.Store) error { return s.Restore(ctx, queue.Watermark{Document: d}) }})
	}
	return all
}

// byName goes through a map by its names, so that the order is always the same.
func byName[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}
