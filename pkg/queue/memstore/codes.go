package memstore

import "github.com/einlass/einlass/pkg/queue"

// number is a number with its epoch.
type number struct{ epoch, number uint64 }

// use is one use of a code.
type use struct {
	code    queue.Code
	visitor queue.VisitorID
	number
}

// codes are who has used which code of the door. Uses are never taken back, so that they are known by their positions.
type codes struct {
	uses    []use
	byCode  map[queue.Code][]uint32
	of      map[queue.VisitorID][]uint32
	changed *changes
}

func newCodes(c *changes) *codes {
	return &codes{byCode: map[queue.Code][]uint32{}, of: map[queue.VisitorID][]uint32{}, changed: c}
}

// find is the number with which a visitor has used a code.
func (c *codes) find(id queue.VisitorID, code queue.Code) (number, bool) {
	for _, i := range c.byCode[code] { // as many as may use a code
		if c.uses[i].visitor == id {
			return c.uses[i].number, true
		}
	}
	return number{}, false
}

// note notes a use.
func (c *codes) note(u use) {
	i := uint32(len(c.uses))
	c.uses = append(c.uses, u)
	c.byCode[u.code] = append(c.byCode[u.code], i)
	c.of[u.visitor] = append(c.of[u.visitor], i)
	c.changed.use(i)
}

// usedUp reports whether as many as may use a code have used it.
func (c *codes) usedUp(code queue.Code, uses uint8) bool {
	return code != (queue.Code{}) && len(c.byCode[code]) >= int(uses)
}

// use notes that a visitor uses a code, unless so many others do. A visitor without a code may always pass.
func (c *codes) use(id queue.VisitorID, code queue.Code, uses uint8, n number) bool {
	if _, used := c.find(id, code); used || code == (queue.Code{}) {
		return true
	}
	if c.usedUp(code, uses) {
		return false
	}
	c.note(use{code: code, visitor: id, number: n})
	return true
}

// hand lets another visitor be the user of what one has used.
func (c *codes) hand(id, to queue.VisitorID) {
	mine, used := c.of[id]
	if !used {
		return
	}
	for _, i := range mine {
		c.uses[i].visitor = to
		c.changed.use(i)
	}
	delete(c.of, id)
	c.of[to] = mine
}

// references are those of outcomes and acts that have been counted, in the order in which they are forgotten.
type references struct {
	slab    slab
	index   map[queue.Code]uint32
	byTime  *tree
	changed *changes
}

func newReferences() *references {
	f := &references{index: map[queue.Code]uint32{}}
	f.byTime = newTree(&f.slab)
	return f
}

func (f *references) has(c queue.Code) bool {
	_, ok := f.index[c]
	return ok
}

// note notes a reference; one that is known is forgotten later.
func (f *references) note(c queue.Code, at int64) {
	ref, known := f.index[c]
	if known {
		f.byTime.remove(uint64(f.slab.at(ref).at), ref)
	} else {
		ref = f.slab.take(queue.VisitorID(c))
		f.index[c] = ref
	}
	f.slab.at(ref).at = at
	f.byTime.insert(uint64(at), ref)
	f.changed.reference(c)
}

// forget forgets the first, by time.
func (f *references) forget() {
	key, ref, _ := f.byTime.first()
	f.byTime.remove(key, ref)
	delete(f.index, queue.Code(f.slab.at(ref).id))
	f.slab.give(ref)
}
