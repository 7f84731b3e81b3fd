package memstore

import (
	"bytes"
	"slices"
	"sort"

	"github.com/einlass/einlass/pkg/queue"
)

const (
	leafMax  = 128 // entries in a leaf
	innerMax = 64  // children of an inner node
)

// tree is an ordered multiset of slab references by (key, visitor id) that knows ranks: a B+tree whose inner
// nodes count what lies below them. Insert, remove and at cost O(log n). Not safe for concurrent use.
//
// Appending in ascending order leaves full leaves behind, which is how a line grows; leaves that run empty or
// nearly so are dropped or merged, which is how a line is served.
type tree struct {
	slab *slab
	root *node
}

// node is a leaf (kids nil: keys and refs are its entries) or an inner node (low holds a lower bound of each
// child; bounds may be smaller than the child's first entry, never larger, except for the first child).
type node struct {
	size int
	keys []uint64
	refs []uint32
	kids []*node
	low  []bound
}

// bound is a position between entries. It copies the id because the entry it was made from may be gone.
type bound struct {
	key uint64
	id  queue.VisitorID
}

func newTree(s *slab) *tree { return &tree{slab: s, root: newLeaf()} }

func newLeaf() *node {
	return &node{keys: make([]uint64, 0, leafMax), refs: make([]uint32, 0, leafMax)}
}

func (t *tree) len() int { return t.root.size }

func (t *tree) insert(key uint64, ref uint32) {
	if right := t.insertAt(t.root, key, ref); right != nil {
		left := t.root
		t.root = &node{
			size: left.size + right.size,
			kids: append(make([]*node, 0, innerMax), left, right),
			low:  append(make([]bound, 0, innerMax), t.lowOf(left), t.lowOf(right)),
		}
	}
}

// insertAt puts the entry below n and returns the new right sibling if n had to split.
func (t *tree) insertAt(n *node, key uint64, ref uint32) *node {
	b := bound{key, t.slab.at(ref).id}
	n.size++
	if n.kids == nil {
		return n.insertLeaf(t.search(n, b), key, ref)
	}
	i := n.childFor(b)
	right := t.insertAt(n.kids[i], key, ref)
	if right == nil {
		return nil
	}
	n.kids = slices.Insert(n.kids, i+1, right)
	n.low = slices.Insert(n.low, i+1, t.lowOf(right))
	if len(n.kids) < innerMax {
		return nil
	}
	return n.splitInner()
}

func (n *node) insertLeaf(i int, key uint64, ref uint32) *node {
	if len(n.keys) < leafMax {
		n.keys = slices.Insert(n.keys, i, key)
		n.refs = slices.Insert(n.refs, i, ref)
		return nil
	}
	at := leafMax / 2
	if i == leafMax {
		at = leafMax // appended: keep this leaf full and begin a new one
	}
	right := newLeaf()
	right.keys = append(right.keys, n.keys[at:]...)
	right.refs = append(right.refs, n.refs[at:]...)
	n.keys, n.refs = n.keys[:at], n.refs[:at]
	if i < at {
		n.keys = slices.Insert(n.keys, i, key)
		n.refs = slices.Insert(n.refs, i, ref)
	} else {
		right.keys = slices.Insert(right.keys, i-at, key)
		right.refs = slices.Insert(right.refs, i-at, ref)
	}
	n.size, right.size = len(n.keys), len(right.keys)
	return right
}

func (n *node) splitInner() *node {
	at := len(n.kids) / 2
	right := &node{
		kids: append(make([]*node, 0, innerMax), n.kids[at:]...),
		low:  append(make([]bound, 0, innerMax), n.low[at:]...),
	}
	for _, k := range right.kids {
		right.size += k.size
	}
	clear(n.kids[at:])
	n.kids, n.low = n.kids[:at], n.low[:at]
	n.size -= right.size
	return right
}

// remove takes the entry out and reports whether it was there.
func (t *tree) remove(key uint64, ref uint32) bool {
	if !t.removeAt(t.root, bound{key, t.slab.at(ref).id}) {
		return false
	}
	for len(t.root.kids) == 1 {
		t.root = t.root.kids[0]
	}
	return true
}

func (t *tree) removeAt(n *node, b bound) bool {
	if n.kids == nil {
		i := t.search(n, b)
		if i == len(n.keys) || n.keys[i] != b.key || t.slab.at(n.refs[i]).id != b.id {
			return false
		}
		n.keys = slices.Delete(n.keys, i, i+1)
		n.refs = slices.Delete(n.refs, i, i+1)
		n.size--
		return true
	}
	i := n.childFor(b)
	if !t.removeAt(n.kids[i], b) {
		return false
	}
	n.size--
	n.tidy(i)
	return true
}

// tidy drops child i if it is empty and merges it with its right neighbour if both together are less than half
// full.
func (n *node) tidy(i int) {
	k := n.kids[i]
	if k.size == 0 && len(n.kids) > 1 {
		n.kids = slices.Delete(n.kids, i, i+1)
		n.low = slices.Delete(n.low, i, i+1)
		return
	}
	if k.kids != nil || i+1 == len(n.kids) || len(k.keys)+len(n.kids[i+1].keys) > leafMax/2 {
		return
	}
	next := n.kids[i+1]
	k.keys, k.refs = append(k.keys, next.keys...), append(k.refs, next.refs...)
	k.size = len(k.keys)
	n.kids = slices.Delete(n.kids, i+1, i+2)
	n.low = slices.Delete(n.low, i+1, i+2)
}

// at is the entry with i entries before it. 0 <= i < len.
func (t *tree) at(i int) (key uint64, ref uint32) {
	n := t.root
	for n.kids != nil {
		j := 0
		for i >= n.kids[j].size {
			i -= n.kids[j].size
			j++
		}
		n = n.kids[j]
	}
	return n.keys[i], n.refs[i]
}

// first is the smallest entry.
func (t *tree) first() (key uint64, ref uint32, ok bool) {
	if t.root.size == 0 {
		return 0, 0, false
	}
	key, ref = t.at(0)
	return key, ref, true
}

// upTo is the number of entries with a key of at most max.
func (t *tree) upTo(max uint64) int { return t.before(bound{max + 1, queue.VisitorID{}}) }

// rank is the number of entries before one.
func (t *tree) rank(key uint64, ref uint32) int { return t.before(bound{key, t.slab.at(ref).id}) }

// before is the number of entries before a position.
func (t *tree) before(b bound) int {
	n, count := t.root, 0
	for n.kids != nil {
		i := n.childFor(b)
		for _, k := range n.kids[:i] {
			count += k.size
		}
		n = n.kids[i]
	}
	return count + t.search(n, b)
}

// from calls yield with the entries in order, without the first skip, until it returns false. The tree must not be changed
// meanwhile.
func (t *tree) from(skip int, yield func(key uint64, ref uint32) bool) { t.root.from(skip, yield) }

func (n *node) from(skip int, yield func(key uint64, ref uint32) bool) bool {
	if skip >= n.size {
		return true
	}
	for i := skip; i < len(n.keys); i++ {
		if !yield(n.keys[i], n.refs[i]) {
			return false
		}
	}
	for _, k := range n.kids {
		if !k.from(skip, yield) {
			return false
		}
		skip = max(0, skip-k.size)
	}
	return true
}

// search is the index of the first entry of leaf n that is not before b.
func (t *tree) search(n *node, b bound) int {
	return sort.Search(len(n.keys), func(i int) bool {
		if n.keys[i] != b.key {
			return n.keys[i] > b.key
		}
		id := t.slab.at(n.refs[i]).id
		return bytes.Compare(id[:], b.id[:]) >= 0
	})
}

// childFor is the index of the child of n that holds b's position.
func (n *node) childFor(b bound) int {
	return sort.Search(len(n.low)-1, func(i int) bool { return b.before(n.low[i+1]) })
}

func (b bound) before(c bound) bool {
	if b.key != c.key {
		return b.key < c.key
	}
	return bytes.Compare(b.id[:], c.id[:]) < 0
}

func (t *tree) lowOf(n *node) bound {
	if n.kids != nil {
		return n.low[0]
	}
	return bound{n.keys[0], t.slab.at(n.refs[0]).id}
}
