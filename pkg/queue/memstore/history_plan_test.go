package memstore

import (
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// document is a random one, with a plan of a morning now and then.
func (p *pair) document() queue.Document {
	t := queue.DefaultTiming()
	if p.r.IntN(3) == 0 {
		t.Absent, t.Confirm, t.Window, t.Lead = 40*time.Second, 7*time.Second, 25*time.Second, time.Duration(p.r.IntN(5))*time.Second
		t.Idle, t.Page, t.Max, t.Resume, t.Life = 50*time.Second, 30*time.Second, 4*time.Minute, time.Minute, 6*time.Minute
		t.Active = []time.Duration{0, 5 * time.Second, 50 * time.Second}[p.r.IntN(3)]
		t.Hold, t.Grace = 5*time.Second, time.Second
	}
	d := queue.Document{
		Pace: queue.Pace{
			Mode: queue.ModeRun, Rate: int64(p.r.IntN(4) * 20), Burst: int64(1 + p.r.IntN(5)),
			MaxInside: int64(p.r.IntN(3) * 4), Strict: p.r.IntN(4) == 0,
		},
		Timing: t, Settings: "{}",
	}
	if p.r.IntN(6) == 0 {
		d.Pace.Mode = queue.ModePause
	}
	if p.r.IntN(6) == 0 {
		d.Door = queue.Door{Closed: p.r.IntN(3) == 0, Limit: int64(p.r.IntN(9))}
	}
	if p.r.IntN(2) == 0 {
		d.Plan = p.plan()
	}
	return d
}

func (p *pair) plan() (plan []queue.Step) {
	at := p.now + int64(p.r.IntN(20_000))
	for _, name := range []string{"eight", "nine", "ten"}[:1+p.r.IntN(3)] {
		phases := []queue.Phase{queue.PhaseLobby, queue.PhaseOpen, queue.PhaseOpen, queue.PhaseLine}
		for rank, phase := range phases {
			s := queue.Step{At: at, Opening: name, Rank: uint8(rank + 1 + 4*p.r.IntN(2)*p.r.IntN(2)), Phase: phase}
			if p.r.IntN(12) == 0 {
				s.Phase = []queue.Phase{queue.PhaseClosed, queue.PhaseThrough, queue.PhaseLine}[p.r.IntN(3)]
			}
			s.Draw = s.Phase == queue.PhaseOpen && p.r.IntN(3) > 0
			if p.r.IntN(3) == 0 {
				s.SetQuota, s.Quota, s.Per = true, int64(p.r.IntN(30)-1), int64(1+p.r.IntN(2))
				s.Standby, s.Reset = int64(p.r.IntN(6)), p.r.IntN(2) == 0
			}
			if p.r.IntN(3) == 0 {
				s.SetShare, s.Share = true, int64(p.r.IntN(3)*500)
			}
			if p.r.IntN(4) == 0 {
				s.SetWeights = true
				for i := range s.Weights {
					s.Weights[i] = int64(1 + p.r.IntN(4))
				}
			}
			s.Floor = rank == 3 && p.r.IntN(2) == 0
			plan = append(plan, s)
			at += int64(p.r.IntN(60_000))
		}
	}
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}, Timing: queue.DefaultTiming(), Plan: plan}
	if d.Validate() != nil {
		return nil
	}
	return plan
}
