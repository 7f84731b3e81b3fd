package operator

import (
	"fmt"
	"math"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Why compares the pace that is asked for with the one in force.
type Why struct {
	// Asked is how many entries a minute operators and plan allow while the room is open.
	Asked float64 `json:"asked"`
	// InForce is how many can take place now. null: that is not known, or there is no bound.
	InForce *float64 `json:"in_force"`
	// Reason is why they differ: one of the Held constants; empty: they do not.
	Reason string `json:"reason,omitempty"`
	// Words say it for people.
	Words string `json:"words,omitempty"`
}

// Reasons why the pace in force is another than the one asked for, or why it is not used. The first that holds is named.
const (
	HeldStore  = "store"  // it is away
	HeldPaused = "paused" // by an operator
	HeldPhase  = "phase"  // it is no time of an opening
	HeldHold   = "hold"   // places come back after a loss or a draw
	HeldQuota  = "quota"  // all is booked, or as many are inside as can still book
	HeldFull   = "full"   // max inside is reached
	HeldHealth = "health" // of the site
	HeldEmpty  = "empty"  // nobody waits: the pace is as asked for, and nobody takes it
)

// Wait is how long waiting takes, as the latest snapshot has it; null: it is not known.
type Wait struct {
	// Low and High are the seconds that somebody waits who joins now.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	// EndFrom and EndTo are when the last one gets in of those who wait now, if nobody waits there is none.
	EndFrom *time.Time `json:"end_from"`
	EndTo   *time.Time `json:"end_to"`
}

func whyOf(v *queue.View) Why {
	s := &v.Snapshot
	p, o := &s.Document.Pace, &s.Opening
	w := Why{Asked: perMinute(float64(p.Rate) * float64(o.Share) / 1000)}
	none := func(reason, words string) Why {
		w.InForce, w.Reason, w.Words = new(float64), reason, words
		return w
	}
	healthy := w.Asked * float64(s.Judgement.Factor) / 1000
	switch {
	case !v.Known || v.Stale != 0:
		w.Reason, w.Words = HeldStore, "the store is away: what happens is what on_store_failure says"
		return w
	case p.Mode == queue.ModePause:
		return none(HeldPaused, "paused: nobody is called until an operator lets the room run")
	case p.Mode == queue.ModeOpen:
		w.Reason, w.Words = HeldPhase, "open to all: nobody waits, and the line is kept"
		return w
	case o.Phase == queue.PhaseThrough:
		w.Reason, w.Words = HeldPhase, "between openings without a waiting room: everybody goes straight to the site"
		return w
	case o.Phase != queue.PhaseOpen:
		return none(HeldPhase, "no opening is under way: the phase is "+o.Phase.String())
	case s.Now < s.Hold:
		return none(HeldHold, fmt.Sprintf("places are coming back: nobody is called for %d seconds more", (s.Hold-s.Now+999)/1000))
	case o.SoldOut():
		return none(HeldQuota, "everything is booked: nobody is called until something is given back or the quota is raised")
	case takenByThoseInside(s):
		return none(HeldQuota, "those who are inside or called can take all that is left")
	case w.Asked == 0:
		w.InForce = new(float64)
		return w
	}
	return w.held(v, healthy)
}

// held is what a full room and the site's health leave.
func (w Why) held(v *queue.View, healthy float64) Why {
	s := &v.Snapshot
	seats := math.Inf(1)
	if v.Wait.Full && s.Waiting+s.Front+s.Asking > 0 {
		seats = math.NaN()
		if v.Wait.Measured {
			seats = 60 * v.Wait.PerSecond
		}
	}
	switch {
	case math.IsNaN(seats) && healthy > 0, seats < healthy:
		w.Reason = HeldFull
		w.Words = fmt.Sprintf("the room is full (max inside %d): somebody gets in when somebody else leaves", s.Document.Pace.MaxInside)
		if !math.IsNaN(seats) {
			inForce := perMinute(seats)
			w.InForce = &inForce
		}
		return w
	case healthy < w.Asked:
		w.Reason, w.Words = HeldHealth, "held back for the site's health"
		if words := siteOf(s).Words; words != "" {
			w.Words = words
		}
	case s.Waiting+s.Front+s.Calls+s.Asking == 0:
		w.Reason, w.Words = HeldEmpty, "nobody waits: whoever comes goes straight in"
	}
	inForce := perMinute(healthy)
	w.InForce = &inForce
	return w
}

// takenByThoseInside reports whether nobody is called because as many are inside or called as can book what is left.
func takenByThoseInside(s *queue.Snapshot) bool {
	o := &s.Opening
	open := s.Unbooked + s.Calls + s.Asking
	return o.Quota >= 0 && open > 0 && s.Waiting+s.Front > 0 && (o.Quota-o.Booked)/max(1, o.Per) <= open
}

// perMinute rounds entries a minute: more digits say nothing.
func perMinute(entries float64) float64 { return math.Round(10*entries) / 10 }

func waitOf(v *queue.View) (w Wait) {
	low, high, known := v.NewcomersWait()
	if !known {
		return w
	}
	l, h := math.Floor(low.Seconds()), math.Ceil(high.Seconds())
	w.Low, w.High = &l, &h
	if s := &v.Snapshot; s.Waiting+s.Front > 0 {
		from, to := time.UnixMilli(s.Now).Add(low).UTC(), time.UnixMilli(s.Now).Add(high).UTC()
		from, to = from.Truncate(time.Second), to.Truncate(time.Second)
		w.EndFrom, w.EndTo = &from, &to
	}
	return w
}

// leftOf is how many of an opening's quota are not booked; nil: it has none.
func leftOf(o *queue.Opening) *int64 {
	if o.Quota < 0 {
		return nil
	}
	left := max(0, o.Quota-o.Booked)
	return &left
}
