package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/test/e2e/harness"
)

func TestAGatewayThatIsKilledInMidLineGoesOnInTheOldOrder(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{PollMin: 500 * time.Millisecond})
	c := harness.NewCrowd(t, g)
	old := c.Arrive(300)
	w := harness.NewWatch(t, g)
	ctx := within(t, 60*time.Second)
	g.Set(t, `{"rate": 1200, "burst": 20}`)
	c.Stay(ctx, old...)
	let(t, 2*time.Second)
	g.Kill()
	g.Start()
	calm := time.Now().Add(1200 * time.Millisecond) // nobody is called before that
	fresh := c.Follow(10)
	for _, v := range fresh {
		if last := old[len(old)-1]; v.Order() <= last.Order() || v.Place.Number <= last.Place.Number {
			t.Errorf("newcomer %+v after %+v", v.Place, last.Place)
		}
	}
	c.Stay(ctx, fresh...)
	c.Wait()
	w.Check(200)
	c.Check(harness.Expect{In: 310, Rate: 1200, Burst: 20, Calm: calm})
	if !strings.Contains(g.Log(), "line continued after an unclean stop") {
		t.Error("the log does not tell of the unclean stop")
	}
}

func TestAGatewayThatIsStoppedAndStartedGoesOnWithoutAHold(t *testing.T) {
	t.Parallel()
	// A poll interval of a minute would be a hold of more than a minute.
	g, _ := one(t, harness.Room{PollMax: time.Minute, Claim: 2 * time.Minute})
	c := harness.NewCrowd(t, g)
	old := c.Arrive(30)
	before := old[29]
	if code := g.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	g.Start()
	fresh := c.Arrive(1)[0]
	if fresh.Order() <= before.Order() || fresh.Place.Number != 31 {
		t.Errorf("a newcomer at %+v after a clean stop, behind %+v", fresh.Place, before.Place)
	}
	w := harness.NewWatch(t, g)
	g.Set(t, `{"rate": 1200, "burst": 5}`)
	took := until(t, 15*time.Second, "the first call", func(context.Context) bool { return g.Room(t).Totals.Called > 0 })
	t.Logf("the first was called %v after the restart", took)
	c.Stay(within(t, 40*time.Second), append(old, fresh)...)
	c.Wait()
	w.Check(20)
	c.Check(harness.Expect{In: 31, Rate: 1200, Burst: 5})
	if log := g.Log(); strings.Contains(log, "unclean") || strings.Contains(log, "refused") || !strings.Contains(log, "line continued") {
		t.Errorf("the log of a clean stop:\n%s", log)
	}
}

func TestDamagedStateFilesAreKeptAsideAndTheOrderComesBackFromTickets(t *testing.T) {
	t.Parallel()
	cut := func(data []byte) []byte { return data[:len(data)*2/3] }
	flip := func(data []byte) []byte {
		data[len(data)/2] ^= 0x40
		return data
	}
	empty := func([]byte) []byte { return nil }
	for _, damage := range first(damages, []struct {
		name   string
		marks  func([]byte) []byte
		places func([]byte) []byte
		kept   int
	}{
		{"both with a flipped bit", flip, flip, 2},
		{"marks emptied by a full disk", empty, nil, 1},
		{"both truncated", cut, cut, 2},
		{"only the places truncated", nil, cut, 1},
	}) {
		t.Run(damage.name, func(t *testing.T) {
			t.Parallel()
			g, _ := one(t, harness.Room{})
			c := harness.NewCrowd(t, g)
			old := c.Arrive(40)
			g.Stop()
			breakFile(t, filepath.Join(g.State, "termine.marks"), damage.marks)
			breakFile(t, filepath.Join(g.State, "termine.places"), damage.places)
			g.Start()
			if kept, err := filepath.Glob(filepath.Join(g.State, "termine.*.damaged-*")); err != nil || len(kept) != damage.kept {
				t.Errorf("kept aside: %v, %v", kept, err)
			}
			if n := strings.Count(g.Log(), "state file refused, what it held comes back with the visitors' tickets"); n != damage.kept {
				t.Errorf("%d of %d damaged files are named in the log:\n%s", n, damage.kept, g.Log())
			}
			ctx := within(t, 40*time.Second)
			// The old visitors' pages ask again before anybody new is given a number or called.
			c.Stay(ctx, old...)
			until(t, 20*time.Second, "the old line", func(context.Context) bool { return g.Room(t).Waiting == 40 })
			w := harness.NewWatch(t, g)
			g.Set(t, `{"rate": 600, "burst": 5}`)
			calm := time.Now().Add(1200 * time.Millisecond)
			fresh := c.Follow(3)
			for _, v := range fresh {
				if v.Order() <= old[39].Order() {
					t.Errorf("newcomer %+v before %+v", v.Place, old[39].Place)
				}
			}
			c.Stay(ctx, fresh...)
			c.Wait()
			w.Check(20)
			c.Check(harness.Expect{In: 43, Rate: 600, Burst: 5, Calm: calm})
		})
	}
}

func breakFile(t *testing.T, file string, damage func([]byte) []byte) {
	t.Helper()
	if damage == nil {
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, damage(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPlacesGivenJustBeforeAKillAreNotGivenAgain(t *testing.T) {
	t.Parallel()
	site := harness.NewSite(t)
	// The places are written once an hour, so that the tickets alone know of them.
	g := harness.NewGate(t, &program, harness.Settings{Places: time.Hour, Rooms: []harness.Room{{Site: site}}})
	c := harness.NewCrowd(t, g)
	last := queue.Order(0)
	for range 3 {
		for _, v := range c.Arrive(20) {
			if v.Order() <= last {
				t.Errorf("%+v was given after a kill, behind an order of %d", v.Place, last)
			}
			last = v.Order()
		}
		g.Kill()
		g.Start()
	}
	all := c.Everybody()
	c.Stay(within(t, 40*time.Second), all...)
	until(t, 20*time.Second, "all of the line", func(context.Context) bool { return g.Room(t).Waiting == 60 })
	g.Set(t, `{"rate": 1200, "burst": 20}`)
	calm := time.Now().Add(1200 * time.Millisecond)
	c.Wait()
	c.Check(harness.Expect{In: 60, Rate: 1200, Burst: 20, Calm: calm})
}
