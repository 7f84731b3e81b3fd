package model

import (
	"maps"
	"reflect"

	"github.com/einlass/einlass/pkg/queue"
)

// Clone is a model of its own in the same state, with the same clock.
func (m *Model) Clone() *Model {
	m.shared.mu.Lock()
	defer m.shared.mu.Unlock()
	c := &Model{shared: &shared{clock: m.shared.clock, closed: m.shared.closed}, format: m.format}
	if m.shared.room != nil {
		c.shared.room = m.shared.room.clone()
	}
	return c
}

// Equal reports whether two models are in the same state.
func (m *Model) Equal(o *Model) bool {
	return m.shared.closed == o.shared.closed && m.format == o.format && reflect.DeepEqual(m.shared.room, o.shared.room)
}

// clone is a copy that shares nothing that a verb changes.
func (r *room) clone() *room {
	c := *r
	c.document = cloneDocument(&r.document)
	c.opening = r.opening.Clone()
	c.line, c.front = maps.Clone(r.line), maps.Clone(r.front)
	c.calls, c.missed, c.lapsed, c.again = maps.Clone(r.calls), maps.Clone(r.missed), maps.Clone(r.lapsed), maps.Clone(r.again)
	c.asking, c.spent, c.ended, c.orders = maps.Clone(r.asking), maps.Clone(r.spent), maps.Clone(r.ended), maps.Clone(r.orders)
	for g := range r.stays {
		c.stays[g] = maps.Clone(r.stays[g])
	}
	c.refs, c.gateways, c.samples = maps.Clone(r.refs), maps.Clone(r.gateways), maps.Clone(r.samples)
	c.codes = map[queue.Code]map[queue.VisitorID]number{}
	for code, users := range r.codes {
		c.codes[code] = maps.Clone(users)
	}
	return &c
}
