package capacity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
)

// socketCrowd are the people of a morning, each with a browser of their own.
type socketCrowd struct {
	m    *Morning
	dice Dice
	seed uint64
	room *visitor.Room
	rt   *http.Transport
	all  sync.WaitGroup
	came int

	mu      sync.Mutex
	entries []*socketEntry
	faults  []error
}

// socketEntry is one entry, and how long the visit takes, in milliseconds: what the person has in mind until it is over, and
// then how long it was.
type socketEntry struct {
	at   time.Time
	stay int64
}

func newSocketCrowd(origin string, m *Morning, seed uint64) (*socketCrowd, error) {
	room, err := visitor.New(visitor.Config{Origin: origin, Room: launch.RoomID, Timeout: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	rt := &http.Transport{MaxIdleConns: 10_000, MaxIdleConnsPerHost: 10_000, IdleConnTimeout: time.Minute}
	return &socketCrowd{m: m, dice: NewDice(seed), seed: seed, room: room, rt: rt}, nil
}

// play lets people come as Morning.play does, and opens the room in between. It answers when that was, once the morning is over;
// who is there then goes on until ctx ends.
func (c *socketCrowd) play(ctx context.Context, open func() error) (opened time.Time, err error) {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	before, during := c.m.crowd()
	c.come(ctx, before, c.m.before())
	if !launch.Rest(ctx, ms(c.m.before())) {
		return opened, ctx.Err()
	}
	if err := open(); err != nil {
		return opened, err
	}
	opened = time.Now()
	c.come(ctx, during, c.m.Span)
	if !launch.Rest(ctx, ms(c.m.Span)) {
		return opened, ctx.Err()
	}
	return opened, nil
}

// come lets so many people come at random times of a span that begins now.
func (c *socketCrowd) come(ctx context.Context, n int, span int64) {
	for range n {
		c.came++
		p := &socketPerson{
			crowd: c, habit: c.m.Crowd(c.dice), dice: NewDice(c.seed<<20 + uint64(c.came)), //nolint:gosec // counts people
			browser: c.room.Open(visitor.HTTP(c.rt)),
		}
		wait := time.Duration(c.dice.Int64N(span)) * time.Millisecond
		c.all.Go(func() {
			if launch.Rest(ctx, wait) {
				if err := p.live(ctx); err != nil && ctx.Err() == nil {
					c.mu.Lock()
					c.faults = append(c.faults, err)
					c.mu.Unlock()
				}
			}
		})
	}
}

// entered counts those who came in within a time, and the mean of the visits of all who came in.
func (c *socketCrowd) entered(from, to time.Time) (n int, stay float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.entries {
		if !e.at.Before(from) && e.at.Before(to) {
			n++
		}
		stay += float64(e.stay) / float64(len(c.entries))
	}
	return n, stay
}

// wrongs are the first faults.
func (c *socketCrowd) wrongs() []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.faults[:min(len(c.faults), 5)]
}

// socketPerson is one of them. It belongs to one goroutine.
type socketPerson struct {
	crowd   *socketCrowd
	habit   Habit
	dice    Dice
	browser *visitor.Browser
}

// errNoShow: it is somebody's turn, and nobody presses.
var errNoShow = errors.New("nobody presses")

func (p *socketPerson) rest(ctx context.Context, ms int64) bool {
	return launch.Rest(ctx, time.Duration(ms)*time.Millisecond)
}

// live is a visit from the first request on.
func (p *socketPerson) live(ctx context.Context) error {
	a, err := p.load(ctx, sitePage)
	pressed := false
	for ; err == nil && a.Waiting(); a, err = p.load(ctx, sitePage) {
		err = p.wait(ctx, a.FirstPoll())
		if errors.Is(err, errNoShow) {
			return nil
		}
		if err != nil {
			return err
		}
		if !pressed && !p.rest(ctx, p.habit.Press(p.dice)) {
			return nil
		}
		pressed = true
	}
	if err != nil {
		return err
	}
	return p.visit(ctx)
}

// wait is what the page does until it is somebody's turn.
func (p *socketPerson) wait(ctx context.Context, first time.Duration) error {
	_, err := p.browser.Wait(ctx, visitor.Script{
		First: first,
		Rest: func(ctx context.Context, d time.Duration) error {
			if !launch.Rest(ctx, d) {
				return ctx.Err()
			}
			return nil
		},
		Told: func(s *visitor.Status, next time.Duration) (time.Duration, error) {
			if s.State == "called" && p.habit.NoShow {
				return 0, errNoShow
			}
			return next, nil
		},
	})
	return err
}

// visit asks for the pages of a visit. Each page has a picture, which brings the cookie back at once.
func (p *socketPerson) visit(ctx context.Context) error {
	pages := p.habit.Visit(p.dice)
	e := &socketEntry{at: time.Now()}
	for _, gap := range pages {
		e.stay += gap
	}
	p.crowd.mu.Lock()
	p.crowd.entries = append(p.crowd.entries, e)
	p.crowd.mu.Unlock()
	for i, gap := range pages {
		if picture := PartsAfter(p.dice); gap > picture {
			gap -= picture
			if !p.rest(ctx, picture) {
				return nil
			}
			if _, err := p.browser.Load(ctx, visitor.Want{For: visitor.Fetch, Target: "/picture"}); err != nil {
				return err
			}
		}
		if !p.rest(ctx, gap) {
			return nil
		}
		target := sitePage
		if i == len(pages)-1 && p.habit.Finishes {
			target = siteDone
		}
		a, err := p.load(ctx, target)
		if err != nil {
			return err
		}
		if a.Waiting() {
			return fmt.Errorf("a visit was sent back to the line: %w", ErrRule)
		}
	}
	p.crowd.mu.Lock()
	e.stay = time.Since(e.at).Milliseconds()
	p.crowd.mu.Unlock()
	return nil
}

func (p *socketPerson) load(ctx context.Context, target string) (*visitor.Answer, error) {
	a, err := p.browser.Visit(ctx, visitor.Want{For: visitor.Page, Target: target})
	if err == nil {
		a, _, err = p.browser.Join(ctx, a)
	}
	if err == nil && !a.Waiting() && a.Status != http.StatusOK {
		return a, fmt.Errorf("%s was answered with %d: %w", target, a.Status, ErrRule)
	}
	return a, err
}
