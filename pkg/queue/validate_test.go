package queue

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func validDocument() Document {
	return Document{Pace: Pace{Mode: ModeRun, Rate: 60, Burst: 5}, Timing: DefaultTiming()}
}

func TestTheDefaultsAreValid(t *testing.T) {
	d := validDocument()
	if err := d.Validate(); err != nil {
		t.Error(err)
	}
	if err := new(Watermark).Validate(); err != nil {
		t.Error(err)
	}
}

func TestEachProblemOfADocumentIsNamed(t *testing.T) {
	step := Step{At: 1, Opening: "one", Rank: 1, Phase: PhaseClosed}
	with := func(edit func(*Step)) func(*Document) {
		s := step
		edit(&s)
		return func(d *Document) { d.Plan = []Step{s} }
	}
	for want, edit := range map[string]func(*Document){
		"version":         func(d *Document) { d.Version = -1 },
		"settings":        func(d *Document) { d.Settings = strings.Repeat("x", MaxSettings+1) },
		"door.limit":      func(d *Document) { d.Door.Limit = -1 },
		"pace.mode":       func(d *Document) { d.Pace.Mode = "walk" },
		"pace.rate":       func(d *Document) { d.Pace.Rate = MaxRate + 1 },
		"pace.max_inside": func(d *Document) { d.Pace.MaxInside = -1 },
		"pace.burst":      func(d *Document) { d.Pace.Burst = 0 },
		"confirm":         func(d *Document) { d.Timing.Confirm = d.Timing.Absent },
		"lead":            func(d *Document) { d.Timing.Lead = time.Hour },
		"active 4s":       func(d *Document) { d.Timing.Active = 4 * time.Second },
		"resume":          func(d *Document) { d.Timing.Resume = d.Timing.Life },
		"max":             func(d *Document) { d.Timing.Max = d.Timing.Idle - 1 },
		"at 0":            with(func(s *Step) { s.At = 0 }),
		"length":          with(func(s *Step) { s.Opening = "" }),
		"rank 0":          with(func(s *Step) { s.Rank = 0 }),
		"phase":           with(func(s *Step) { s.Phase = PhaseDrawing }),
		"draw":            with(func(s *Step) { s.Draw = true }),
		"quota":           with(func(s *Step) { s.SetQuota, s.Quota, s.Per = true, -2, 1 }),
		"per":             with(func(s *Step) { s.SetQuota = true }),
		"reset":           with(func(s *Step) { s.Reset = true }),
		"share":           with(func(s *Step) { s.SetShare, s.Share = true, 1001 }),
		"weight of lane":  with(func(s *Step) { s.SetWeights = true }),
		"does not rise":   func(d *Document) { d.Plan = []Step{step, step} },
		"257 steps":       func(d *Document) { d.Plan = make([]Step, MaxSteps+1) },
		"65 openings":     func(d *Document) { d.Plan = openings(MaxOpenings+1, PhaseClosed, false) },
		"33 draws":        func(d *Document) { d.Plan = openings(MaxDraws+1, PhaseOpen, true) },
	} {
		d := validDocument()
		edit(&d)
		if err := d.Validate(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	idle := validDocument() // Active may end where the stay does
	idle.Timing.Active, idle.Timing.Idle, idle.Timing.Page = 4*time.Second, 4*time.Second, 4*time.Second
	if err := idle.Validate(); err != nil {
		t.Error(err)
	}
}

func openings(n int, phase Phase, draw bool) (plan []Step) {
	for i := range n {
		plan = append(plan, Step{At: 1, Opening: fmt.Sprint(i), Rank: 1, Phase: phase, Draw: draw})
	}
	return plan
}

func TestStepsTakeEffectByTimeThenByPosition(t *testing.T) {
	plan := []Step{{At: 5, Rank: 1}, {At: 3, Rank: 2}, {At: 5, Rank: 3}}
	for i, want := range []uint8{2, 1, 3} {
		if got := InOrder(plan)[i].Rank; got != want {
			t.Errorf("step %d: rank %d, want %d", i, got, want)
		}
	}
	if plan[0].Rank != 1 {
		t.Error("the plan itself was sorted")
	}
}

func TestWhatADocumentNeedsOfARelease(t *testing.T) {
	for want, step := range map[int]Step{1: {}, 2: {Draw: true}} {
		if got := (&Document{Plan: []Step{step}}).Format(); got != want {
			t.Errorf("%+v: format %d, want %d", step, got, want)
		}
	}
	if got := (&Document{Plan: []Step{{SetWeights: true}}}).Format(); got != 2 {
		t.Errorf("weights: format %d", got)
	}
}

func TestEachProblemOfAWatermarkIsNamed(t *testing.T) {
	for want, edit := range map[string]func(*Watermark){
		"epoch":    func(m *Watermark) { m.Epoch = 1 << 31 },
		"ceiling":  func(m *Watermark) { m.Last = 1 },
		"gateway":  func(m *Watermark) { m.Gateway = strings.Repeat("x", 65) },
		"head":     func(m *Watermark) { m.Heads[1] = MaxOrder + 1 },
		"curve":    func(m *Watermark) { m.Curves[1].Back[2] = curveFull },
		"booked":   func(m *Watermark) { m.Opening.Booked = -maxCount - 1 },
		"totals":   func(m *Watermark) { m.Opening.Totals = maxCount + 1 },
		"tallies":  func(m *Watermark) { m.Opening.Tallies = make([]Tally, MaxTallies+1) },
		"tally 0":  func(m *Watermark) { m.Opening.Tallies = make([]Tally, 1) },
		"tally 1":  func(m *Watermark) { m.Opening.Tallies = []Tally{{Gateway: "b"}, {Gateway: "b"}} },
		"tally of": func(m *Watermark) { m.Opening.Tallies = []Tally{{Gateway: "b", Reports: maxTally + 1}} },
		"tally":    func(m *Watermark) { m.Opening.Tallies = []Tally{{Gateway: "b", Booked: -maxTally - 1}} },
		"floor":    func(m *Watermark) { m.Opening.Floor = MaxOrder + 1 },
		"draws":    func(m *Watermark) { m.Opening.Draws = make([]Draw, MaxDraws+1) },
		"draw of":  func(m *Watermark) { m.Opening.Draws = make([]Draw, 1) },
		"segment":  func(m *Watermark) { m.Opening.Segments = []Segment{{Epoch: 1}} },
		"openings": func(m *Watermark) { m.Opening.Done = manyDone() },
		"phase":    func(m *Watermark) { m.Opening = Opening{Cursor: 1, Phase: phases} },
		"share":    func(m *Watermark) { m.Opening = Opening{Cursor: 1, Share: 1001} },
		"weight":   func(m *Watermark) { m.Opening.Cursor = 1 },
	} {
		var m Watermark
		edit(&m)
		if err := m.Validate(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func manyDone() map[string]Done {
	done := map[string]Done{}
	for i := range 2*MaxOpenings + 1 {
		done[strings.Repeat("x", i)] = Done{}
	}
	return done
}

func TestEntriesThatNoStoreTakes(t *testing.T) {
	one := VisitorID{1}
	place := Place{Visitor: one, Epoch: 1, Number: 1, Order: OrderOf(1, 1)}
	for name, err := range map[string]error{
		"arrival without an id":   (&Arrival{}).Validate(),
		"arrival in lane 8":       (&Arrival{Visitor: one, Lane: Lanes}).Validate(),
		"code for nobody":         (&Arrival{Visitor: one, Code: Code{1}}).Validate(),
		"code for 17":             (&Beat{Place: place, Code: Code{1}, Uses: MaxUses + 1}).Validate(),
		"no place":                (&Beat{}).Validate(),
		"stay without an id":      (&Stay{Started: 1, At: 1}).Validate(),
		"stay without a begin":    (&Stay{Visitor: one, At: 1}).Validate(),
		"unknown outcome":         (&Outcome{Kind: outcomeKinds}).Validate(),
		"finished by nobody":      (&Outcome{Kind: Finished}).Validate(),
		"booked without a ref":    (&Outcome{Kind: Booked, Visitor: one}).Validate(),
		"less than none booked":   (&Outcome{Kind: Total, Count: -1}).Validate(),
		"act without a ref":       (&Move{Act: ActFront, Visitor: one}).Validate(),
		"act on nobody":           (&Move{Act: ActRemove, Ref: Code{1}}).Validate(),
		"unknown act":             (&Move{Act: acts, Visitor: one, Ref: Code{1}}).Validate(),
		"hand-over to oneself":    (&Move{Act: ActHand, Visitor: one, To: one, Ref: Code{1}}).Validate(),
		"factor above 1000":       (&Verdict{Factor: 1001}).Validate(),
		"sample that is too long": (&Sample{Blob: strings.Repeat("x", maxBlob+1)}).Validate(),
	} {
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
