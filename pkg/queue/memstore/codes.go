package memstore

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// number is a number with its epoch.
type number struct{ epoch, number uint64 }

// codes are who has used which code of the door.
type codes struct {
	users map[queue.Code]map[queue.VisitorID]number
	of    map[queue.VisitorID][]queue.Code
	// touched are the uses since the last write of all places.
	touched []use
}

// use is one use of a code.
type use struct {
	code    queue.Code
	visitor queue.VisitorID
	number
}

func newCodes() *codes {
	return &codes{users: map[queue.Code]map[queue.VisitorID]number{}, of: map[queue.VisitorID][]queue.Code{}}
}

// note notes a use.
func (c *codes) note(u use) {
	if c.users[u.code] == nil {
		c.users[u.code] = map[queue.VisitorID]number{}
	}
	c.users[u.code][u.visitor] = u.number
	c.of[u.visitor] = append(c.of[u.visitor], u.code)
	c.touched = append(c.touched, u)
}

// usedUp reports whether so many others as may use a code have used it.
func (c *codes) usedUp(id queue.VisitorID, code queue.Code, uses uint8) bool {
	users := c.users[code]
	others := len(users)
	if _, ok := users[id]; ok {
		others--
	}
	return code != (queue.Code{}) && others >= int(uses)
}

// use notes that a visitor uses a code, unless so many others do. A visitor without a code may always pass.
func (c *codes) use(id queue.VisitorID, code queue.Code, uses uint8, n number) bool {
	if _, known := c.users[code][id]; known || code == (queue.Code{}) {
		return true
	}
	if c.usedUp(id, code, uses) {
		return false
	}
	c.note(use{code: code, visitor: id, number: n})
	return true
}

// hand lets another visitor be the user of what one has used.
func (c *codes) hand(id, to queue.VisitorID) {
	for _, code := range c.of[id] {
		n := c.users[code][id]
		delete(c.users[code], id)
		c.note(use{code: code, visitor: to, number: n})
	}
	delete(c.of, id)
	c.touched = slices.DeleteFunc(c.touched, func(u use) bool { return u.visitor == id })
}

// references are those of outcomes and acts that have been counted, in the order in which they are forgotten.
type references struct {
	slab   slab
	index  map[queue.Code]uint32
	byTime *tree
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

// note notes a reference that is not known.
func (f *references) note(c queue.Code, at int64) {
	ref := f.slab.take(queue.VisitorID(c))
	f.slab.at(ref).at = at
	f.index[c] = ref
	f.byTime.insert(uint64(at), ref)
}

// forget forgets the first, by time.
func (f *references) forget() {
	key, ref, _ := f.byTime.first()
	f.byTime.remove(key, ref)
	delete(f.index, queue.Code(f.slab.at(ref).id))
	f.slab.give(ref)
}
