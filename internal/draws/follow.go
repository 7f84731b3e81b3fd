package draws

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// mostPublished is how many records are published; the archive has more.
const mostPublished = 64

// follower is what a conductor has published, and by what.
type follower struct {
	mu       sync.Mutex
	settings string
	draws    []seen
	records  map[string]*draw.Record
	undrawn  map[string]bool   // the openings of which nothing was drawn
	told     map[string]string // by opening: the fault that was logged last

	published atomic.Pointer[published]
}

// seen is a draw as it was when its statements were made.
type seen struct {
	opening string
	frozen  int64
	known   bool
}

// published are texts as they are answered.
type published struct {
	all     []byte
	records [][]byte
	of      map[string][]byte
	undrawn []string
}

func (f *follower) load(cfg *Config) error {
	f.records, f.undrawn, f.told = map[string]*draw.Record{}, map[string]bool{}, map[string]string{}
	if cfg.Archive != nil {
		var err error
		if f.records, f.undrawn, err = cfg.Archive.load(cfg.Room, cfg.Log); err != nil {
			return err
		}
	}
	f.publish(cfg.Room)
	return nil
}

// Follow publishes what follows from a snapshot. It is called with each, does not block, and does nothing where nothing has changed.
func (c *Conductor) Follow(f *queue.Snapshot) {
	w := &c.follower
	w.mu.Lock()
	defer w.mu.Unlock()
	o := &f.Opening
	if f.Document.Settings == w.settings && slices.EqualFunc(w.draws, o.Draws, func(s seen, d queue.Draw) bool { return s == seenOf(&d) }) {
		return
	}
	w.settings, w.draws = f.Document.Settings, w.draws[:0]
	for i := range o.Draws {
		w.draws = append(w.draws, seenOf(&o.Draws[i]))
	}
	notes := c.parsed(f.Document.Draws())
	changed := false
	for i := range notes {
		changed = c.renew(&notes[i], drawOf(o, notes[i].Opening)) || changed
		changed = c.leaves(&notes[i]) || changed
	}
	if changed {
		w.publish(c.cfg.Room)
	}
}

func seenOf(d *queue.Draw) seen { return seen{d.Opening, d.Frozen, d.Known} }

// renew makes the record of an opening again, and reports whether it has changed.
func (c *Conductor) renew(n *note, d *queue.Draw) bool {
	w := &c.follower
	before := w.records[n.Opening]
	if before == nil {
		before = &draw.Record{}
	}
	r, err := c.record(n, d, before)
	c.tell(n.Opening, err)
	if r.Commitment == nil || bytes.Equal(r.Encode(), before.Encode()) {
		return false
	}
	c.log(n, before, &r)
	w.records[n.Opening] = &r
	if c.cfg.Archive != nil {
		c.cfg.Archive.keep(c.cfg.Room, n.Opening, r.Encode())
	}
	return true
}

// leaves notes whether nothing was drawn of an opening, and reports whether that is new.
func (c *Conductor) leaves(n *note) bool {
	w := &c.follower
	if w.undrawn[n.Opening] == n.Undrawn {
		return false
	}
	if !n.Undrawn { // its lobby opens once more
		delete(w.undrawn, n.Opening)
		return true
	}
	w.undrawn[n.Opening] = true
	c.cfg.Log.Info("nothing was drawn, of one number or none in a lobby", zap.String("opening", n.Opening), zap.String("key", n.Key))
	if c.cfg.Archive != nil {
		c.cfg.Archive.keepUndrawn(c.cfg.Room, n.Opening)
	}
	return true
}

// tell logs why a record cannot be made, each reason once.
func (c *Conductor) tell(opening string, err error) {
	w := &c.follower
	if err == nil {
		delete(w.told, opening)
		return
	}
	if w.told[opening] != err.Error() {
		w.told[opening] = err.Error()
		c.cfg.Log.Error("the record of a draw is not complete", zap.String("opening", opening), zap.Error(err))
	}
}

// log says what is published for the first time, and what differs from what was published.
func (c *Conductor) log(n *note, before, now *draw.Record) {
	of := []zap.Field{zap.String("opening", n.Opening), zap.String("key", n.Key)}
	for _, s := range []struct {
		what        string
		before, now *draw.Signed
	}{
		{"draw committed to", before.Commitment, now.Commitment},
		{"lobby frozen for its draw", before.Freeze, now.Freeze},
		{"result of a draw", before.Result, now.Result},
	} {
		switch {
		case s.before == nil && s.now != nil:
			c.cfg.Log.Info(s.what, append(of, zap.ByteString("statement", s.now.Statement))...)
		case s.before != nil && s.now != nil && !bytes.Equal(s.before.Statement, s.now.Statement):
			c.cfg.Log.Error("a statement about a draw differs from the one that was published", append(of,
				zap.ByteString("published", s.before.Statement), zap.ByteString("statement", s.now.Statement))...)
		}
	}
}

// publish makes the texts of the latest records.
func (f *follower) publish(room string) {
	var openings []string
	for opening := range f.records {
		openings = append(openings, opening)
	}
	slices.SortFunc(openings, func(a, b string) int { return strings.Compare(b, a) }) // names begin with the date
	for _, opening := range openings[min(len(openings), mostPublished):] {
		delete(f.records, opening)
		delete(f.undrawn, opening)
	}
	openings = openings[:min(len(openings), mostPublished)]
	p := &published{of: map[string][]byte{}}
	p.all = append(p.all, `{"room":"`+room+`","records":[`...)
	for i, opening := range openings {
		text := f.records[opening].Encode()
		p.of[opening], p.records = text, append(p.records, text)
		if f.undrawn[opening] && f.records[opening].Freeze == nil {
			p.undrawn = append(p.undrawn, opening)
		}
		if i > 0 {
			p.all = append(p.all, ',')
		}
		p.all = append(p.all, '\n')
		p.all = append(p.all, bytes.TrimSuffix(text, []byte("\n"))...)
	}
	p.all = append(p.all, ']')
	if len(p.undrawn) > 0 {
		names, err := json.Marshal(p.undrawn)
		if err != nil {
			panic("draws: names cannot be encoded: " + err.Error()) // texts always can
		}
		p.all = append(append(p.all, ",\n\"undrawn\":"...), names...)
	}
	p.all = append(p.all, "}\n"...)
	if len(openings) == 0 {
		p.all = nil
	}
	f.published.Store(p)
}

// Undrawn are the openings with a published record of which nothing was drawn, because there was one number or none in the lobby: the record
// ends with the commitment. It must not be changed.
func (c *Conductor) Undrawn() []string { return c.follower.published.Load().undrawn }

// All are the published records of the room, the latest first, as JSON; nil: there are none. It must not be changed.
func (c *Conductor) All() []byte { return c.follower.published.Load().all }

// Records are the same, each as it is verified. They must not be changed.
func (c *Conductor) Records() [][]byte { return c.follower.published.Load().records }

// Of is the record of an opening, as it is verified; nil: there is none. It must not be changed.
func (c *Conductor) Of(opening string) []byte { return c.follower.published.Load().of[opening] }
