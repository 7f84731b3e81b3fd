package gateway

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// word is what the head of one answer says about the stay and about what the site has left, by the rules of the room or by the site's
// commands. The zero value says nothing.
type word struct {
	outcomes []queue.Outcome // bookings, then what was given back
	finished bool
	soldOut  bool
	pause    bool
}

func (w *word) empty() bool { return len(w.outcomes) == 0 && !w.finished && !w.soldOut && !w.pause }

// heard reads what the head of an answer says. Where the site gives a command, the rules for the same thing are not asked: what it says
// itself is the better word, and one booking would count by both.
func (s *stayInside) heard(head proxy.Head) (w word) {
	r := s.r
	commands := s.commands(head)
	w.finished = r.obeys(booking.Finish) && head.Has("einlass-finish", "1")
	var booked, freed []booking.Met
	for _, c := range commands {
		switch c.Name {
		case booking.Finish:
			w.finished = true
		case booking.Booked:
			booked = append(booked, c.Met)
		case booking.Freed:
			freed = append(freed, c.Met)
		case booking.SoldOut:
			w.soldOut = true
		case booking.Pause:
			w.pause = true
		}
	}
	if !s.shown() {
		return word{finished: w.finished, soldOut: w.soldOut, pause: w.pause}
	}
	req := booking.Request{Method: s.v.Method(), Path: s.v.Path(), Query: s.v.Query()}
	if met, ok := r.bookings.Match(req, head, r.named); ok && booked == nil {
		booked = append(booked, met)
	}
	if met, ok := r.frees.Match(req, head, r.named); ok && freed == nil {
		freed = append(freed, met)
	}
	w.outcomes = s.outcomes(s.outcomes(nil, queue.Booked, booked), queue.Freed, freed)
	if !w.finished {
		_, w.finished = r.finishes.Match(req, head, r.named)
	}
	return w
}

// commands are those of the site that the room obeys. What is no command is said once in the life of a room's configuration.
func (s *stayInside) commands(head proxy.Head) []booking.Command {
	if head.Field(booking.CommandField) == nil {
		return nil
	}
	all, ok := booking.ParseCommands(head.Values(booking.CommandField))
	if !ok {
		s.r.strange.Do(func() {
			s.g.Log.Warn("the site gave a command that is none", zap.String("room", s.r.ID), zap.Strings("accepted", s.r.Commands))
		})
	}
	return slices.DeleteFunc(all, func(c booking.Command) bool { return !s.r.obeys(c.Name) })
}

func (r *Room) obeys(command string) bool { return slices.Contains(r.Commands, command) }

// shown reports whether an answer is one that its visitor sees, so that it can say what the visitor has done. What a browser fetches ahead
// of a visitor, who may never see it, says nothing, and neither does what a finished stay fetches: its grace would begin anew with each
// load, and its last page would count again. What a page of another site fetches, as a picture or in a frame, brings the visitor's cookies
// and may be of somebody who wants the stay to end; a payment that leads back loads a page. Of a form the site knows itself whether to take
// it. HEAD shows nothing.
func (s *stayInside) shown() bool {
	if s.v == nil || sealed(&s.pass) || s.v.Speculative() || !slices.Contains(booking.Methods(), s.v.Method()) {
		return false
	}
	return s.v.Method() != "GET" || string(s.v.Header("Sec-Fetch-Site")) != "cross-site" || s.v.PageLoad()
}

// outcomes appends what was booked or given back, each with what makes it count once: the site's own name of it. Without one a page that is
// loaded again says nothing new, so it is named by its address and visitor; a form that the site took again is another booking.
func (s *stayInside) outcomes(all []queue.Outcome, kind queue.OutcomeKind, met []booking.Met) []queue.Outcome {
	for i, m := range met {
		if m.Count == 0 {
			continue // of nothing: it does not say that the visitor has booked
		}
		if m.Count == booking.MaxCount {
			s.r.many.Do(func() {
				s.g.Log.Warn("the site said that very many are booked or freed by one answer; more than the bound count as the bound",
					zap.String("room", s.r.ID), zap.Int64("bound", booking.MaxCount))
			})
		}
		o := queue.Outcome{Kind: kind, Visitor: queue.VisitorID(s.pass.Visitor), Count: m.Count}
		switch {
		case m.Ref != "":
			o.Ref = booking.Hash(s.r.RefKey(), s.r.ID, byte(kind), m.Ref)
		case s.v.Method() == "GET":
			at := append([]byte{byte(i)}, s.pass.Visitor[:]...)
			o.Ref = booking.Hash(s.r.RefKey(), s.r.ID, byte(kind)|unnamed, string(append(at, s.v.Target()...)))
		}
		all = append(all, o) // what has no Ref is new to Report
	}
	return all
}

// unnamed marks the kind of what the site has no name for, so that no name is equal to it.
const unnamed = 0x80

// obey does what the site says. The store is told in one call, a booking before the end of its stay.
func (s *stayInside) obey(w *word) {
	r, outcomes := s.r, w.outcomes
	if w.soldOut {
		outcomes = append(outcomes, r.soldOut()...)
	}
	if w.finished {
		outcomes = append(outcomes, queue.Outcome{Kind: queue.Finished, Visitor: queue.VisitorID(s.pass.Visitor)})
	}
	if len(outcomes) > 0 {
		if err := r.Line.Report(context.Background(), outcomes...); err != nil && !errors.Is(err, queue.ErrUnavailable) {
			s.g.Log.Error("what the site said was not told", zap.String("room", r.ID), zap.Error(err))
		}
	}
	if w.finished {
		s.ended()
	}
	if w.pause {
		r.pause()
	}
}

// pauseAgain is how long after the site was obeyed it is not obeyed again: the snapshots say by then whether the room is paused.
const pauseAgain = 2 * time.Second

// pause asks once for a pause that is not in force, of the many answers that may say so at one time.
func (r *Room) pause() {
	now, last := r.now().UnixMilli(), r.pauseAsked.Load()
	if r.Pause == nil || r.Line.View().Snapshot.Document.Pace.Mode == queue.ModePause || now-last < pauseAgain.Milliseconds() {
		return
	}
	if r.pauseAsked.CompareAndSwap(last, now) {
		r.Pause()
	}
}

// soldOut is the word that all of the quota is booked, unless that is known; without a quota there is nothing to be sold out. A part that is
// released later, or what is given back, is free again.
func (r *Room) soldOut() []queue.Outcome {
	v := r.Line.View()
	if o := &v.Snapshot.Opening; v.Known && o.Quota >= 0 && o.Booked < o.Quota {
		return []queue.Outcome{{Kind: queue.Total, Count: o.Quota}}
	}
	return nil
}
