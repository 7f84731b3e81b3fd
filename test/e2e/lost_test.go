package e2e

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

func TestAGatewayStartsHoweverOftenItIsKilledOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := harness.NewDisk(t)
	g := harness.NewGate(t, &program, harness.Settings{State: disk.Dir, Rooms: []harness.Room{{Site: harness.NewSite(t)}}})
	c := harness.NewCrowd(t, g)
	last := c.Arrive(1)[0]
	disk.Fill(t)
	first := last
	repeat(func(int) {
		g.Kill()
		said := strings.Count(g.Log(), "state files cannot be written")
		g.Start()
		until(t, 10*time.Second, "the log says that state files cannot be written", func(context.Context) bool {
			return strings.Count(g.Log(), "state files cannot be written") > said
		})
		v := c.Arrive(1)[0]
		if v.Order() <= last.Order() || v.Place.Number <= last.Place.Number {
			t.Errorf("newcomer %+v is ahead of %+v, who waits", v.Place, last.Place)
		}
		last = v
		// What the disk did not take comes back with the tickets of the pages that are open.
		for _, v := range c.Everybody() {
			v.Status(t)
		}
		until(t, 10*time.Second, "the line", func(context.Context) bool { return g.Room(t).Waiting == int64(len(c.Everybody())) })
	})
	stillFirst(t, g, first)
	disk.Empty(t)
	until(t, 10*time.Second, "the state files are written again", func(context.Context) bool {
		return strings.Contains(g.Log(), "state files are written again")
	})
	c.Stay(within(t, 30*time.Second), c.Everybody()...)
	goIn(t, c, g)
}

func TestASiteIsNeverOverfilledHoweverOftenRedisForgetsWhoIsInside(t *testing.T) {
	t.Parallel()
	const most = 30
	s := harness.NewTrio(t, &program, harness.Room{PollMax: 500 * time.Millisecond, MaxInside: most, Strict: true, Rate: 6000, Burst: most})
	var inside, waiting []*harness.Browser
	for i := range most + 20 {
		b := harness.NewBrowser(s.Gates[i%3])
		if i >= most {
			if page := b.Get(t, "/"); !page.Waiting() {
				t.Fatalf("%d inside and one more: %d %s", most, page.StatusCode, page.Body)
			}
			waiting = append(waiting, b)
			continue
		}
		until(t, 10*time.Second, "somebody inside", func(ctx context.Context) bool {
			a, err := b.Load(ctx, "GET", "/")
			return err == nil && a.FromSite()
		})
		b.Get(t, "/") // the cookie comes back: what keeps none counts for seconds only
		inside = append(inside, b)
	}
	epoch := snapshotAfter(t, s.Gates[0], time.Now()).Epoch
	entered := make([]int, 0, often)
	repeat(func(i int) {
		for j, b := range inside { // each asks for a page, and reads it while Redis loses everything
			b.Move(s.Gates[(i+j)%3])
			if a := b.Get(t, "/"); !a.FromSite() {
				t.Fatalf("somebody inside got %d %s", a.StatusCode, a.Body)
			}
		}
		s.Flush(t)
		epoch = s.Healthy(t, epoch+1)
		for j, b := range waiting { // each wait goes on: there is somebody to be called
			b.Move(s.Gates[(i+j)%3])
			b.Status(t)
		}
		// Calls are made from 0.6 s after the loss, and everybody claims.
		snapshotAfter(t, s.Gates[i%3], s.Gates[i%3].Room(t).AsOf.Add(1200*time.Millisecond))
		in := 0
		for _, b := range waiting {
			if page := b.Get(t, "/"); !page.Waiting() {
				in++
			}
		}
		entered = append(entered, in)
	})
	for _, n := range entered {
		if n > 0 {
			t.Fatalf("%d are inside where %d may be; let in beside them after each loss: %d", most, most, entered)
		}
	}
}

func TestNobodyIsShownTooFewAheadHoweverOftenAGatewayForgets(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name   string
		forget func(dir string) error
		keeps  bool
	}{
		{name: "it keeps nothing", forget: func(string) error { return nil }},
		{name: "its state is lost", keeps: true, forget: func(dir string) error {
			files, err := filepath.Glob(filepath.Join(dir, "termine.*"))
			for _, f := range files {
				err = errors.Join(err, os.Remove(f))
			}
			return err
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			const people = 60
			g := harness.NewGate(t, &program, harness.Settings{
				Keys: program.Keys(t), Forgets: !way.keeps, Rooms: []harness.Room{{Site: harness.NewSite(t), PollMax: 500 * time.Millisecond}},
			})
			all := harness.NewCrowd(t, g).Arrive(people)
			low := map[uint64]harness.Status{}
			// poll lets everybody ask, and reports whether all were told how many are ahead.
			poll := func() (known bool) {
				known = true
				for i := range all {
					v := all[(i*23+55)%people] // in no order, number 56 first
					v.Shown = -1               // somebody who has just loaded the page
					s := v.Status(t)
					if s.Number != v.Place.Number {
						t.Fatalf("the ticket with %+v is told %+v", v.Place, s)
					}
					// All the others are there, so that this is the truth.
					if s.Ahead >= 0 && s.Ahead != int64(v.Place.Number)-1 {
						low[s.Number] = s
					}
					known = known && s.Ahead >= 0
				}
				return known
			}
			repeat(func(i int) {
				if i > 0 && !way.keeps {
					return // it knows as little the second time
				}
				g.Kill()
				if err := way.forget(g.State); err != nil {
					t.Fatal(err)
				}
				g.Start()
				until(t, 20*time.Second, "the figures are known again", func(context.Context) bool { return poll() })
			})
			if len(low) > 0 {
				t.Errorf("%d of %d people were shown a wrong number ahead, number 56: %+v", len(low), people, low[56])
			}
		})
	}
}

func TestARateOfNothingLetsNobodyIn(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{Rate: 6000, Burst: 50})
	until(t, 10*time.Second, "an arrival that goes straight through", func(ctx context.Context) bool {
		return harness.NewBrowser(g).Get(t, "/").FromSite()
	})
	snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second)) // the bucket is full again
	g.Edit("rate: 6000\n", "rate: 0\n")                  // the API takes none
	if said := g.Reload(); !strings.Contains(said, "in force") {
		t.Fatal(said)
	}
	until(t, 10*time.Second, "the rate", func(context.Context) bool { return g.Room(t).Rate == 0 })
	before := site.Seen()
	in := 0
	for range 30 {
		if a := harness.NewBrowser(g).Get(t, "/"); !a.Waiting() {
			in++
		}
	}
	if in > 0 || site.Seen() != before {
		t.Errorf("%d of 30 arrivals went in at a rate of 0", in)
	}
}
