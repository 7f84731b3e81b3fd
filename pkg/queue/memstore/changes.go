package memstore

import "github.com/einlass/einlass/pkg/queue"

// changes are what has changed since a write of all places began: the marks hold it until these places are on disk. Places that
// were given meanwhile, and heartbeats, are left out: they come back with the tickets, and would be most of it. A nil pointer
// notes nothing, for a line without files.
type changes struct {
	visitors map[uint32]struct{}
	uses     map[uint32]struct{}
	refs     []queue.Code
}

func newChanges() *changes {
	return &changes{visitors: map[uint32]struct{}{}, uses: map[uint32]struct{}{}}
}

func (c *changes) visitor(ref uint32) {
	if c != nil {
		c.visitors[ref] = struct{}{}
	}
}

func (c *changes) use(i uint32) {
	if c != nil {
		c.uses[i] = struct{}{}
	}
}

func (c *changes) reference(code queue.Code) {
	if c != nil {
		c.refs = append(c.refs, code)
	}
}

// add takes over what another has noted.
func (c *changes) add(from *changes) {
	for ref := range from.visitors {
		c.visitors[ref] = struct{}{}
	}
	for i := range from.uses {
		c.uses[i] = struct{}{}
	}
	c.refs = append(from.refs, c.refs...)
}

// track lets the room note its changes in c.
func (r *room) track(c *changes) { r.changed, r.codes.changed, r.refs.changed = c, c, c }
