package draws

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
	"github.com/einlass/einlass/pkg/token"
)

const (
	// early is how long before its lobby opens an opening is committed to, in ms. The key that the commitment names must be in the keyring
	// until the draw: a rotation leaves it there for a day.
	early = 12 * 60 * 60_000
	// patience is how long after its round began drand is waited for, in ms.
	patience = 30_000
	// typing is how long after the start a line may be typed in, in ms.
	typing = 10 * 60_000
	// latest is how long after the start a line that was typed in is put in force at the latest, in ms: before the draw fails.
	latest = typing + 90_000
	// drandWait is how long after the start the round has begun and arrived, if everything works.
	drandWait = 13_500 * time.Millisecond
)

// Rounds has the signatures of drand's rounds; *Beacons is one.
type Rounds interface {
	// Signature is that of a round, which begins in so long. false: it is not there yet, and is asked for.
	Signature(round uint64, begins time.Duration) (signature []byte, ok bool)
}

// Config is what a Conductor needs.
type Config struct {
	Room   string
	Keys   *token.Source
	Chain  draw.Chain
	Rounds Rounds
	// Archive keeps the records; nil: they are kept in memory alone.
	Archive *Archive
	Log     *zap.Logger
}

// Conductor finds the seeds of one room's draws. It is a queue.Drawer. Make one with New.
type Conductor struct {
	cfg  Config
	rule atomic.Pointer[draw.Rule]

	mu      sync.Mutex
	text    string // of notes
	notes   []note
	keyless bool // it was logged that no key can sign
	checked map[string]draw.Value

	follower follower
}

// New makes the conductor of a room, which begins with the records in its archive.
func New(cfg Config, rule draw.Rule) (*Conductor, error) {
	if cfg.Room == "" || cfg.Keys == nil || cfg.Rounds == nil || cfg.Log == nil {
		return nil, errors.New("draws: room, keys, rounds and log are required")
	}
	c := &Conductor{cfg: cfg, checked: map[string]draw.Value{}}
	c.SetRule(rule)
	if err := c.follower.load(&cfg); err != nil {
		return nil, err
	}
	return c, nil
}

// SetRule says which beacon decides the draws that are committed to from now on.
func (c *Conductor) SetRule(rule draw.Rule) { c.rule.Store(&rule) }

// parsed are the notes of a text. They must not be changed.
func (c *Conductor) parsed(text string) []note {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text != c.text {
		c.text, c.notes = text, parseNotes(text)
	}
	return c.notes
}

// Draws implements queue.Drawer: it commits to openings that come, and notes what the beacon has said.
func (c *Conductor) Draws(text string, d *queue.Document, f *queue.Snapshot) string {
	before := c.parsed(text)
	wanted := comingDraws(d.Plan, f)
	after := slices.Clone(before)
	for i := range after {
		n := &after[i]
		n.Undrawn = !slices.Contains(wanted, n.Opening) && (n.Undrawn || undrawn(d, f, n.Opening))
	}
	after = slices.DeleteFunc(after, func(n note) bool {
		return !slices.Contains(wanted, n.Opening) && !n.Undrawn && drawOf(&f.Opening, n.Opening) == nil
	})
	for _, opening := range wanted {
		if noteOf(after, opening) == nil {
			if n, ok := c.commit(opening, f.Now); ok {
				after = append(after, n)
			}
		}
	}
	for i := range after {
		if frozen := drawOf(&f.Opening, after[i].Opening); frozen != nil && !frozen.Known && !after[i].decided() {
			c.decide(&after[i], frozen, f.Now)
		}
	}
	for i := 0; len(after) > mostNotes && i < len(after); { // of openings that have begun, the oldest first
		if slices.Contains(wanted, after[i].Opening) {
			i++
			continue
		}
		after = slices.Delete(after, i, i+1)
	}
	if slices.EqualFunc(before, after, sameNote) {
		return text
	}
	return encodeNotes(after)
}

func sameNote(a, b note) bool {
	return a.Opening == b.Opening && a.Key == b.Key && a.Beacon == b.Beacon && a.Line == b.Line && a.After == b.After && a.Fallback == b.Fallback && a.Undrawn == b.Undrawn &&
		string(a.Signature) == string(b.Signature)
}

// undrawn reports whether the step that draws an opening took effect, and no draw came of it: there was one number or none in the lobby. A
// draw is kept for the life of a ticket, so it is looked for no longer.
func undrawn(d *queue.Document, f *queue.Snapshot, opening string) bool {
	reached := f.Opening.Done[opening].Rank
	return drawOf(&f.Opening, opening) == nil && slices.ContainsFunc(d.Plan, func(s queue.Step) bool {
		return s.Draw && s.Opening == opening && s.Rank <= reached && s.At+f.Document.Timing.Life.Milliseconds() > f.Now
	})
}

// comingDraws are the next openings that are to be drawn: those that wait for their seed, and those whose lobby is open or opens soon. They
// are at most mostNotes.
func comingDraws(plan []queue.Step, f *queue.Snapshot) []string {
	type coming struct {
		opening string
		at      int64
	}
	var all []coming
	for i := range f.Opening.Draws {
		if d := &f.Opening.Draws[i]; !d.Known {
			all = append(all, coming{d.Opening, d.Frozen})
		}
	}
	for i := range plan {
		s := &plan[i]
		if !s.Draw || s.Rank <= f.Opening.Done[s.Opening].Rank {
			continue
		}
		if at := begins(plan, s); at-early <= f.Now {
			all = append(all, coming{s.Opening, at})
		}
	}
	slices.SortStableFunc(all, func(a, b coming) int { return cmp.Compare(a.at, b.at) })
	var openings []string
	for _, c := range all {
		if !slices.Contains(openings, c.opening) && len(openings) < mostNotes {
			openings = append(openings, c.opening)
		}
	}
	return openings
}

// begins is when the lobby opens before a step that draws, or when the step is due where the plan does not say any more.
func begins(plan []queue.Step, draws *queue.Step) int64 {
	at := draws.At
	for i := range plan {
		if s := &plan[i]; s.Opening == draws.Opening && s.Phase == queue.PhaseLobby {
			at = min(at, s.At)
		}
	}
	return at
}

// drawOf is the frozen draw of an opening, nil if there is none.
func drawOf(o *queue.Opening, opening string) *queue.Draw {
	if i := slices.IndexFunc(o.Draws, func(d queue.Draw) bool { return d.Opening == opening }); i >= 0 {
		return &o.Draws[i]
	}
	return nil
}

// commit is the note of an opening that is not committed to. false: no key can sign.
func (c *Conductor) commit(opening string, now int64) (note, bool) {
	by, ok := c.cfg.Keys.Ring().Signer(time.UnixMilli(now))
	if !ok {
		if c.mu.Lock(); !c.keyless {
			c.keyless = true
			c.cfg.Log.Error("a draw cannot be signed, and its lobby will go in the order of arrival: the keyring has no Ed25519 key; "+
				"make one with gateway keys rotate", zap.String("opening", opening))
		}
		c.mu.Unlock()
		return note{}, false
	}
	n := note{Opening: opening, Key: by.Kid(), Beacon: *c.rule.Load()}
	if n.Beacon == draw.Drand {
		n.Chain = &c.cfg.Chain.Hash
	}
	return n, true
}

// decide notes what the beacon has said, or that it was silent for too long.
func (c *Conductor) decide(n *note, d *queue.Draw, now int64) {
	switch n.Beacon {
	case draw.Drand:
		if !c.sameChain(n) {
			return // a gateway that knows the chain does it
		}
		round := c.cfg.Chain.Round(d.Frozen)
		begins := c.cfg.Chain.Begins(round)
		if signature, ok := c.cfg.Rounds.Signature(round, time.Duration(begins-now)*time.Millisecond); ok {
			n.Signature = signature
		} else if now >= begins+patience {
			n.Fallback = draw.DrandSilent
		}
	case draw.ByHand:
		if now >= d.Frozen+typing {
			n.Fallback = draw.NothingTyped
		}
	case draw.None:
	}
}

func (c *Conductor) sameChain(n *note) bool { return n.Chain != nil && *n.Chain == c.cfg.Chain.Hash }

// Wait implements queue.Drawer.
func (c *Conductor) Wait(text, opening string) time.Duration {
	n := noteOf(c.parsed(text), opening)
	if n == nil {
		n = &note{Beacon: *c.rule.Load()}
	}
	switch {
	case n.Beacon == draw.Drand:
		return drandWait
	case n.Line != "":
		return time.Duration(n.After) * time.Millisecond
	case n.Beacon == draw.ByHand:
		return typing * time.Millisecond
	}
	return 0
}

// Seed implements queue.Drawer.
func (c *Conductor) Seed(text string, d *queue.Draw) (seed [32]byte, known bool) {
	n := noteOf(c.parsed(text), d.Opening)
	if n == nil || !n.decided() || len(d.Segments) == 0 {
		return seed, false
	}
	by, ok := c.cfg.Keys.Ring().SignerBy(n.Key)
	if !ok {
		return seed, false
	}
	value, err := c.value(n, d)
	if err != nil {
		return seed, false
	}
	return c.seed(by, d, value), true
}

func (c *Conductor) seed(by *token.Signer, d *queue.Draw, value draw.Value) draw.Value {
	first := d.Segments[0]
	return draw.Seed(c.secret(by, d.Opening), first.Epoch, first.First, d.N, draw.NoRoll(), value)
}

// secret is what the opening's commitment commits to.
func (c *Conductor) secret(by *token.Signer, opening string) draw.Value {
	return by.Derive("draw/v1\n" + c.cfg.Room + "\n" + opening)
}

// errChain: the draw is of another chain than the configuration's.
var errChain = errors.New("the draw's round is of another chain than draws.drand says")

// value is the beacon's value by a note that is decided. A signature is checked once.
func (c *Conductor) value(n *note, d *queue.Draw) (draw.Value, error) {
	switch {
	case n.Fallback != "" || n.Beacon == draw.None:
		return draw.Value{}, nil
	case n.Beacon == draw.ByHand:
		return draw.Typed(n.Line), nil
	case !c.sameChain(n):
		return draw.Value{}, errChain
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.checked[string(n.Signature)]; ok {
		return v, nil
	}
	v, err := drand.Check(&c.cfg.Chain, c.cfg.Chain.Round(d.Frozen), n.Signature)
	if err == nil {
		clear(c.checked) // one draw at a time
		c.checked[string(n.Signature)] = v
	}
	return v, err
}
