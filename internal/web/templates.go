package web

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/einlass/einlass/internal/splice"
)

// mostTemplates bounds the templates that are kept for the next site: some tens of kilobytes each.
const mostTemplates = 256

// templates keeps the compressed templates of pages by what they are made of: to make one takes some ten milliseconds, and the room of an edited
// configuration sends mostly the pages of the one before. Safe for concurrent use.
type templates struct {
	mu   sync.Mutex
	made map[templateKey]func() *splice.Template
	keys []templateKey // the oldest first
}

// templateKey names a template: the blocks around it belong to the library.
type templateKey struct {
	head, tail *splice.Block
	sum        [sha256.Size]byte
}

// of makes a template, or returns the one that was made of the same.
func (t *templates) of(head *splice.Block, constants, leads [][]byte, tail *splice.Block) *splice.Template {
	key := templateKey{head: head, tail: tail, sum: sumOf(constants, leads)}
	t.mu.Lock()
	once, there := t.made[key]
	if !there {
		once = sync.OnceValue(func() *splice.Template {
			made, err := splice.NewTemplate(head, constants, leads, tail)
			if err != nil {
				panic(err) // what it refuses newPage has refused
			}
			return made
		})
		t.add(key, once)
	}
	t.mu.Unlock()
	return once()
}

// add keeps one more, and forgets the oldest beyond the bound: sites that use it keep it all the same.
func (t *templates) add(key templateKey, of func() *splice.Template) {
	if t.made == nil {
		t.made = map[templateKey]func() *splice.Template{}
	}
	if len(t.keys) == mostTemplates {
		delete(t.made, t.keys[0])
		t.keys = t.keys[1:]
	}
	t.made[key] = of
	t.keys = append(t.keys, key)
}

// sumOf is a checksum of texts, each with its length.
func sumOf(lists ...[][]byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	var length [8]byte
	for _, texts := range lists {
		for _, text := range texts {
			binary.BigEndian.PutUint64(length[:], uint64(len(text)))
			h.Write(length[:])
			h.Write(text)
		}
		h.Write([]byte{0xff})
	}
	h.Sum(sum[:0])
	return sum
}
