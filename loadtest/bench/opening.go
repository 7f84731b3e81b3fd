package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
)

// The openings that are measured: so many, each with so many browsers in the lobby.
const (
	openingsPlayed = 20
	openingCrowd   = 50
	openingEvery   = 5 * time.Second
	openingAhead   = 4 * time.Second
	// A store that is new calls nobody for a while, because it may have forgotten a line.
	openingHold = 45 * time.Second
)

// opened is what one opening came to, after its hour: when the store had called somebody, by the gateway that called, and when
// the first page, and the page of the first number, read it.
type opened struct{ called, heard, first time.Duration }

// openings measures how long after the hour the first call is made and read, with pages that poll as they are told.
func (b *bench) openings() error {
	fmt.Printf("### First call after the hour, %d openings each, %d browsers in the lobby\n\n| | s after the hour | least | median | 90 %% | most |\n|---|---|---|---|---|---|\n",
		openingsPlayed, openingCrowd)
	for _, kind := range []string{"embedded store", "Redis"} {
		store := "memory"
		if kind == "Redis" {
			var err error
			if _, store, err = b.redis(); err != nil {
				return err
			}
		}
		g, hours, err := b.openingGateway(store)
		if err != nil {
			return err
		}
		played, errs := make([]opened, len(hours)), make([]error, len(hours))
		var all sync.WaitGroup
		for i, hour := range hours {
			all.Go(func() {
				time.Sleep(time.Until(hour.Add(-openingAhead)))
				if played[i], errs[i] = opening(g, i, hour); errs[i] != nil {
					errs[i] = fmt.Errorf("%s, opening %d: %w", kind, i+1, errs[i])
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		var called, heard, first []float64
		for _, o := range played {
			called, heard, first = append(called, o.called.Seconds()), append(heard, o.heard.Seconds()), append(first, o.first.Seconds())
		}
		if err := g.Close(); err != nil {
			return err
		}
		for _, row := range []struct {
			name string
			took []float64
		}{{"somebody is called", called}, {"the first page reads it", heard}, {"number 1 reads it", first}} {
			fmt.Printf("| %s | %s | %.2f | %.2f | %.2f | %.2f |\n", kind, row.name,
				slices.Min(row.took), median(row.took), quantile(row.took, 0.9), slices.Max(row.took))
		}
		b.stopAll()
	}
	fmt.Printf("\nOne place a second, two at once. Goal: at most 1 s and the spread, which is 2 s and %.1f ms here. Nobody was called before the hour.\n\n", openingCrowd/20.0)
	return nil
}

// openingGateway has a room for each opening, which start one after another.
func (b *bench) openingGateway(store string) (g *launch.Gateway, hours []time.Time, err error) {
	in, err := b.install()
	if err != nil {
		return nil, nil, err
	}
	site, err := b.backend() // to a site that is away nobody is called
	if err != nil {
		return nil, nil, err
	}
	c := b.configure(b.gatewayBin, in, store, site, 60)
	one := c.Rooms[0]
	c.Rooms = nil
	first := time.Now().Add(openingHold).Truncate(time.Second)
	for i := range openingsPlayed {
		hours = append(hours, first.Add(time.Duration(i)*openingEvery))
		r := one
		r.ID, r.Paths, r.Pace.Burst = openingRoom(i), []string{openingPath(i)}, 2
		if r.Schedule, err = launch.OpensAt(hours[i]); err != nil {
			return nil, nil, err
		}
		c.Rooms = append(c.Rooms, r)
	}
	dir := b.file("gateway")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, nil, err
	}
	if g, err = launch.StartGateway(context.Background(), b.gatewayBin, dir, c); err != nil {
		return nil, nil, err
	}
	b.keep(&process{Process: g.Process()})
	return g, hours, nil
}

func openingRoom(i int) string { return fmt.Sprintf("%s-%d", roomID, i) }

func openingPath(i int) string { return fmt.Sprintf("/opening-%d/", i) }

// opening plays one.
func opening(g *launch.Gateway, n int, hour time.Time) (o opened, err error) {
	ctx, cancel := context.WithDeadline(context.Background(), hour.Add(time.Minute))
	defer cancel()
	var crowd sync.WaitGroup
	heard := make([]time.Duration, openingCrowd)
	numbers := make([]uint64, openingCrowd)
	errs := make([]error, openingCrowd+1)
	some, stop := context.WithCancel(ctx) // until number 1 has read it
	defer stop()
	for i := range openingCrowd {
		crowd.Go(func() {
			heard[i], numbers[i], errs[i] = inLobby(some, g, n, hour)
			if numbers[i] == 1 {
				stop()
			}
		})
	}
	crowd.Go(func() { o.called, errs[openingCrowd] = calledAfter(some, g, openingRoom(n), hour) })
	crowd.Wait()
	if err := errors.Join(errs...); err != nil {
		return o, err
	}
	for i, d := range heard {
		number := numbers[i]
		if number == 1 {
			o.first = d
		}
		if number > 0 && (o.heard == 0 || d < o.heard) {
			o.heard = d
		}
	}
	if o.first == 0 {
		return o, errors.New("number 1 was not called")
	}
	return o, nil
}

// inLobby is one browser from its page to its turn; who has not been called when ctx ends has number 0.
func inLobby(ctx context.Context, g *launch.Gateway, n int, hour time.Time) (heard time.Duration, number uint64, err error) {
	v, err := visitor.New(visitor.Config{Origin: g.URL(), Room: openingRoom(n)})
	if err != nil {
		return 0, 0, err
	}
	rt := &http.Transport{DialContext: (&net.Dialer{}).DialContext}
	defer rt.CloseIdleConnections()
	browser := v.Open(visitor.HTTP(rt))
	page, err := browser.Load(ctx, visitor.Want{For: visitor.Page, Target: openingPath(n)})
	if err != nil {
		return 0, 0, err
	}
	if page.State != "lobby" {
		return 0, 0, fmt.Errorf("somebody who comes %v before the hour reads %q", time.Until(hour), page.State)
	}
	s, err := browser.Wait(ctx, visitor.Script{
		First: page.FirstPoll(),
		Rest: func(ctx context.Context, d time.Duration) error {
			if !launch.Rest(ctx, d) {
				return ctx.Err()
			}
			return nil
		},
	})
	heard = time.Since(hour)
	switch {
	case ctx.Err() != nil:
		return 0, 0, nil
	case err != nil:
		return 0, 0, err
	case s.State != "called" && s.State != "turn":
		return 0, 0, fmt.Errorf("somebody in the lobby reads %q", s.State)
	case heard < 0:
		return 0, 0, fmt.Errorf("somebody is called %v before the hour", -heard)
	}
	return heard, s.Number, nil
}

// calledAfter is when the gateway knows of a call.
func calledAfter(ctx context.Context, g *launch.Gateway, room string, hour time.Time) (time.Duration, error) {
	for {
		info, err := g.Operators.Room(ctx, room)
		now := time.Since(hour)
		switch {
		case err != nil:
			return 0, err
		case info.Totals.Called > 0 && now < 0:
			return 0, fmt.Errorf("somebody is called %v before the hour", -now)
		case info.Totals.Called > 0:
			return now, nil
		}
		wait := 10 * time.Millisecond
		if now < -time.Second {
			wait = time.Second / 2
		}
		if !launch.Rest(ctx, wait) {
			return 0, errors.New("nobody was called")
		}
	}
}
