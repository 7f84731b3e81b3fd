package config

import (
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// schedule checks what a room does when.
func (ch *checker) schedule(at string, s *plan.Schedule) {
	text := s.Encode()
	if text == "" {
		return
	}
	_, problems := plan.Parse(s)
	for _, p := range problems {
		ch.bad(at+"."+p.Path, "%s", p.Text)
	}
	if most := queue.MaxSettings / 2; len(text) > most {
		ch.bad(at, "takes %d bytes as JSON; want at most %d: fewer openings, or weekly rules instead of dates", len(text), most)
	}
}
