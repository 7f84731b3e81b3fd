package drive

import (
	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/pkg/queue"
)

// credential is what a room's cookie says, with the place as the journal has it.
type credential struct {
	place queue.Place
	pass  bool
	until int64 // when it runs out, ms
}

// known reports whether there is one at all.
func (c credential) known() bool { return c.place.Number != 0 }

// credential reads the room's cookie; the zero value if there is none. Decoding takes time, so it is done once a cookie.
func (c *citizen) credential() credential {
	raw := c.browser.Ticket()
	if raw == c.ticket {
		return c.holds
	}
	c.ticket, c.holds = raw, credential{}
	t := visitor.ReadCredential(raw)
	if id, err := queue.ParseVisitorID(t.Visitor); err == nil {
		c.holds = credential{queue.Place{Visitor: id, Epoch: t.Epoch, Number: t.Number, Order: queue.OrderOf(t.Epoch, t.Number)}, t.Pass, t.Until * 1000}
	}
	return c.holds
}
