package journal

import "github.com/einlass/einlass/pkg/queue"

// silent is how long nothing has to be heard of a store that is asked several times a second before it counts as
// stopped. What had been sent to it may take effect when it goes on, however long that takes.
const silent = 1_000

// silence remembers the verbs without an answer that the store may still have before it.
type silence struct{ sent []unanswered }

type unanswered struct {
	at   int64
	id   queue.VisitorID
	tick bool
}

func (s *silence) note(u unanswered) {
	if n := len(s.sent); n > 0 && s.sent[0].at+slack < u.at {
		keep := 0
		for keep < n && s.sent[keep].at+slack < u.at {
			keep++
		}
		s.sent = append(s.sent[:0], s.sent[keep:]...)
	}
	s.sent = append(s.sent, u)
}

// broken: the store is heard again at a time.
func (v *Invariants) broken(at int64) {
	for _, u := range v.silence.sent {
		if u.at+slack < v.at {
			continue // from before it fell silent
		}
		if u.tick {
			v.pace.missing, v.front.loose = true, at+slack
			continue
		}
		if p := v.places.find(u.id); p != nil {
			p.looseUntil = at + slack
		}
	}
}
