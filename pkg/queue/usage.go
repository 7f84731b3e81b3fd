package queue

import "fmt"

// Loss is why an entry that was possible did not take place.
type Loss uint8

const (
	// LossTurns: people whose turn it was had not come yet.
	LossTurns Loss = iota
	// LossFull: the room was full.
	LossFull
	// LossHealth: the pace was held back for the site's health.
	LossHealth
	// LossPaused: an operator had paused the room.
	LossPaused
	// LossHold: places were coming back after a loss or a draw, and nobody was called.
	LossHold
	// LossStore: the store was away, and the room holds its line meanwhile.
	LossStore
	// Losses is how many there are.
	Losses
)

var lossNames = [Losses]string{"turns", "full", "health", "paused", "hold", "store"}

// String is the loss's lower-case name.
func (l Loss) String() string {
	if l < Losses {
		return lossNames[l]
	}
	return fmt.Sprintf("loss(%d)", uint8(l))
}

// UsageSpan is how far a Usage looks back, in milliseconds.
const UsageSpan = 600_000

// Usage is what became of the entries that were possible within UsageSpan: those that operators and plan allowed while somebody
// waited and the room was open. It holds what this process saw. While nobody waits, all is sold out, or the room is closed, no entry
// is possible; the site's health, a full room and a pause make none impossible, so what they cost is seen.
type Usage struct {
	// Possible and Used count entries; Used is at most Possible.
	Possible, Used float64
	// Lost says what became of the rest, in entries.
	Lost [Losses]float64
}

// Ratio is Used by Possible; false: less than one entry was possible.
func (u *Usage) Ratio() (float64, bool) {
	if u.Possible < 1 {
		return 0, false
	}
	return u.Used / u.Possible, true
}

// Main is the loss that cost most entries; false: none was lost.
func (u *Usage) Main() (Loss, bool) {
	worst := LossTurns
	for l, lost := range u.Lost {
		if lost > u.Lost[worst] {
			worst = Loss(l)
		}
	}
	return worst, u.Lost[worst] > 0
}

const (
	usageStep  = 10_000 // ms of one part
	usageParts = UsageSpan / usageStep
)

// usage measures the Usage of a room from one snapshot to the next, by this process's clock. Only Tick touches it.
type usage struct {
	parts [usageParts]usagePart
}

// usagePart is what was possible and used within one step. It is kept by what would be to blame if too few entered, because entries
// come in whole numbers: only the sum over many snapshots shows whether any are missing.
type usagePart struct {
	number         int64 // steps since the clock's zero
	possible, used [Losses]float64
	waiting        float64 // the most people who could have been let in
}

// add takes the next snapshot, of the local time now. v is the view that it makes, except for Usage; old the one before. holds: the
// room lets nobody in while the store is away.
func (u *usage) add(v, old *View, now int64, holds bool) Usage {
	if old.Known && (old.Stale == 0 || holds) {
		u.between(v, old, now)
	}
	return u.answer(now)
}

func (u *usage) between(v, old *View, now int64) {
	a, b := &old.Snapshot, &v.Snapshot
	entered := b.Admitted - a.Admitted
	if entered < 0 {
		entered = b.Admitted // the store was lost and counts from 0
	}
	loss := LossTurns
	switch {
	case old.Stale != 0:
		loss = LossStore
	case a.Document.Pace.Mode != ModeRun:
		loss = LossPaused
	case a.Now < a.Hold:
		loss = LossHold
	case v.Wait.Full || old.Wait.Full:
		loss = LossFull
	}
	switch {
	case entersPossible(a):
		held := 0.0
		if loss == LossTurns || loss == LossFull {
			held = 1 - float64(a.Judgement.Factor)/1000
		}
		u.allow(old.At, now, a.asked(), held, loss)
		p := u.at(now)
		p.waiting = max(p.waiting, float64(a.Waiting+a.Front+a.Calls+a.Asking))
	case a.Calls == 0:
		return // who walks straight in uses nothing that others waited for
	}
	u.at(now).used[loss] += float64(entered)
}

// entersPossible reports whether somebody waits who could be let in if nothing but the pace held people back.
func entersPossible(f *Snapshot) bool {
	return f.Opening.Phase == PhaseOpen && !f.Opening.SoldOut() && f.Waiting+f.Front+f.Asking > 0
}

// allow notes what was possible from one time to another at so many entries a second, of which the site's health held a part back.
func (u *usage) allow(from, to int64, perSecond, held float64, loss Loss) {
	for from = max(from, to-UsageSpan); from < to; {
		end := min(to, (from/usageStep+1)*usageStep)
		possible := perSecond * float64(end-from) / 1000
		p := u.at(from)
		p.possible[LossHealth] += possible * held
		p.possible[loss] += possible * (1 - held)
		from = end
	}
}

// bound is for a pace that is no bound, a million a minute for example: no more people can enter than enter and wait.
func (p *usagePart) bound() {
	possible, used := 0.0, 0.0
	for l := range Losses {
		possible += p.possible[l]
		used += p.used[l]
	}
	if most := used + p.waiting; possible > most {
		for l := range p.possible {
			p.possible[l] *= most / possible
		}
	}
}

// at is the part that a time lies in.
func (u *usage) at(now int64) *usagePart {
	number := now / usageStep
	p := &u.parts[(number%usageParts+usageParts)%usageParts]
	if p.number != number {
		*p = usagePart{number: number}
	}
	return p
}

func (u *usage) answer(now int64) (out Usage) {
	var sum usagePart
	for i := range u.parts {
		p := &u.parts[i]
		if p.number <= now/usageStep-usageParts {
			continue
		}
		for l := range Losses {
			sum.possible[l] += p.possible[l]
			sum.used[l] += p.used[l]
		}
		sum.waiting = max(sum.waiting, p.waiting)
	}
	sum.bound()
	missing := 0.0
	for l := range Losses {
		out.Possible += sum.possible[l]
		out.Used += sum.used[l]
		out.Lost[l] = max(0, sum.possible[l]-sum.used[l])
		missing += out.Lost[l]
	}
	out.Used = min(out.Used, out.Possible)
	// Entries that were paid for at one time and took place at another fill what is missing there.
	for l := range out.Lost {
		if missing > 0 {
			out.Lost[l] *= (out.Possible - out.Used) / missing
		}
	}
	return out
}
