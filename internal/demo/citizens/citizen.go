package citizens

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

// attempts at getting a place before a citizen calls it a failure. Being sent
// back to the line and pages that fail do not count: they cost patience.
const attempts = 8

// citizen is one person with one browser.
type citizen struct {
	crowd   *Crowd
	n       int
	browser *visitor.Browser
	random  *rand.Rand

	patience time.Duration // 0: endless
	waited   time.Duration
	inLine   bool // was shown a waiting page and not let in yet
	inside   bool // on the site
	hindered bool // a page did not come, or the waiting room's in its place
}

func newCitizen(c *Crowd, n int) *citizen {
	random := rand.New(rand.NewPCG(c.cfg.Seed, uint64(n)))
	person := &citizen{crowd: c, n: n, random: random, browser: c.room.Open(c.transport)}
	person.browser.Observe = func(context.Context, *visitor.Request, *visitor.Answer, error) {
		c.meter.count(func(s *Stats) { s.Requests++ })
	}
	if p := c.cfg.Patience; p > 0 {
		person.patience = p/2 + person.about(p)/2
	}
	return person
}

// live is the citizen's whole visit. It returns how it ended, and where.
func (c *citizen) live(ctx context.Context) (outcome, bool) {
	end := c.seek(ctx)
	return end, c.inside
}

// seek looks for a place until the citizen has one or there is no hope.
func (c *citizen) seek(ctx context.Context) outcome {
	p, end := c.visit(ctx, "/")
	if end != none {
		return end
	}
	if len(p.free("/termine")) == 0 {
		return failed // not the site that we know
	}
	for left := attempts; left > 0; left-- {
		if end := c.think(ctx); end != none {
			return end
		}
		c.hindered = false
		if end := c.try(ctx); end != none {
			return end
		}
		if c.hindered {
			left++
		}
	}
	return failed
}

// try goes once from the calendar to the confirmation. none: somebody else was
// quicker, or the session was lost; from the calendar again.
func (c *citizen) try(ctx context.Context) outcome {
	choice, end := c.choose(ctx)
	if end != none {
		return end
	}
	details, end := c.submit(ctx, choice.form, map[string]string{"slot": choice.slot})
	if end != none || details == nil {
		return end
	}
	f := details.form("/termine/angaben")
	if f == nil {
		return none
	}
	if end := c.pause(ctx, c.crowd.cfg.Typing); end != none {
		return end
	}
	last, end := c.submit(ctx, f, c.details())
	switch {
	case end != none || last == nil:
		return end
	case strings.HasPrefix(last.Target, "/buchung/"), last.Status == http.StatusConflict && last.has("/buchung", "button"):
		return booked // or told that a form before, whose answer was lost, has done it
	case last.Status == http.StatusUnprocessableEntity:
		return failed // the form has changed
	}
	return none
}

type choice struct {
	form *form
	slot string
}

// choose picks a day with free places and an appointment on it.
func (c *citizen) choose(ctx context.Context) (choice, outcome) {
	p, end := c.visit(ctx, "/termine")
	if end != none {
		return choice{}, end
	}
	if days := p.free("/termine?tag="); len(days) > 1 {
		if end := c.think(ctx); end != none {
			return choice{}, end
		}
		if p, end = c.visit(ctx, days[c.random.IntN(len(days))]); end != none {
			return choice{}, end
		}
	}
	f := p.form("/termine/waehlen")
	if f == nil {
		return choice{}, failed
	}
	slots := f.slots()
	if len(slots) == 0 {
		return choice{}, soldOut
	}
	if end := c.think(ctx); end != none {
		return choice{}, end
	}
	return choice{f, slots[c.random.IntN(len(slots))]}, none
}

// submit sends a form. A nil page without an end means that it did not get
// through; forms are not sent twice, people look at the calendar again.
func (c *citizen) submit(ctx context.Context, f *form, values map[string]string) (*page, outcome) {
	p, err := c.post(ctx, f, values)
	p, end, _ := c.settle(ctx, p, err)
	return p, end
}

// details is what the citizen types into the booking form.
func (c *citizen) details() map[string]string {
	return map[string]string{
		"name":    fmt.Sprintf("%s %s-%s", pick(c.random, firstNames), pick(c.random, lastNames), letters(c.n)),
		"birth":   time.Date(1940+c.random.IntN(65), 1, 1+c.random.IntN(365), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		"email":   fmt.Sprintf("citizen%d@example.org", c.n),
		"consent": "ja",
	}
}

func (c *citizen) think(ctx context.Context) outcome { return c.pause(ctx, c.crowd.cfg.Think) }

// pause takes time that costs no patience: there is something to read or to do.
func (c *citizen) pause(ctx context.Context, mean time.Duration) outcome {
	if c.crowd.cfg.Sleep(ctx, c.about(mean)) != nil || ctx.Err() != nil {
		return stopped
	}
	return none
}

// about draws a time around the mean: between half of it and twice of it, so
// that nobody is a machine and nobody falls asleep.
func (c *citizen) about(mean time.Duration) time.Duration {
	return mean/2 + min(time.Duration(c.random.ExpFloat64()*float64(mean)/2), mean*3/2)
}

// lineUp notes that a waiting page came.
func (c *citizen) lineUp() {
	if !c.inLine {
		c.crowd.meter.count(func(s *Stats) { s.Lined++ })
	}
	if c.inside {
		c.crowd.meter.count(func(s *Stats) { s.LinedOut++ })
		c.crowd.meter.move(true, false)
	}
	c.inLine, c.inside = true, false
}

// comeIn notes that a page of the site came.
func (c *citizen) comeIn() {
	if c.inLine {
		c.crowd.meter.count(func(s *Stats) { s.LetIn++ })
	}
	if !c.inside {
		c.crowd.meter.move(false, true)
	}
	c.inLine, c.inside = false, true
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// letters writes a number as a name: the site takes people's names only.
func letters(n int) string {
	const vowels, consonants = "aeiou", "bdfgklmnprstvw"
	s := []byte{consonants[n%len(consonants)] - 'a' + 'A', vowels[n/len(consonants)%len(vowels)]}
	for n /= len(consonants) * len(vowels); n > 0; n /= len(consonants) * len(vowels) {
		s = append(s, consonants[n%len(consonants)], vowels[n/len(consonants)%len(vowels)])
	}
	return string(append(s, 'n'))
}

var (
	firstNames = []string{"Anna", "Ayşe", "Bernd", "Carla", "David", "Elif", "Erika", "Fatima", "Georg", "Hanna", "Ivan", "Jonas", "Karin", "Lena", "Max", "Nele", "Olga", "Paul", "Rosa", "Tim"}
	lastNames  = []string{"Arslan", "Becker", "Costa", "Fischer", "Hoffmann", "Kaya", "Klein", "Koch", "Krüger", "Meyer", "Nowak", "Petrov", "Richter", "Schäfer", "Schulz", "Wagner", "Weber", "Wolf", "Yılmaz", "Zimmer"}
)
