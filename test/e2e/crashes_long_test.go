//go:build long

package e2e

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// crashing is a line before its opening, with a crowd that waits at it while what keeps it crashes again and again.
type crashing struct {
	t      *testing.T
	ctx    context.Context
	crowd  *harness.Crowd
	series *series
	chance *rand.Rand
	wrong  int // the crash after which the clock is an hour ahead until the next one
	ends   int // of the store or the only gateway, in good order or not
	before int // of these, up to the last one after which somebody is known to have come
}

// newCrashing lets a crowd arrive, behind those who came earlier. What happens to it follows from the seed.
func newCrashing(t *testing.T, seed uint64, earlier []*harness.Visitor, gates ...*harness.Gate) *crashing {
	t.Helper()
	c := &crashing{t: t, crowd: harness.NewCrowd(t, gates...), chance: rand.New(rand.NewPCG(seed, 0)), ctx: within(t, 10*time.Minute)}
	c.wrong = c.chance.IntN(often)
	c.series = newSeries(t, earlier...)
	c.came(c.crowd.Arrive(20))
	return c
}

// came takes newcomers of the time since the last end.
func (c *crashing) came(fresh []*harness.Visitor) {
	c.t.Helper()
	if len(fresh) == 0 {
		return
	}
	c.series.after(c.ends-c.before, len(fresh), fresh)
	c.before = c.ends
	c.crowd.Stay(c.ctx, fresh...)
}

// comesAhead waits until gateways show the line's time, which is an hour ahead, and lets some come meanwhile.
func (c *crashing) comesAhead(gates ...*harness.Gate) {
	c.t.Helper()
	for _, g := range gates {
		snapshotAfter(c.t, g, time.Now().Add(59*time.Minute))
	}
	c.came(c.crowd.Insist(3, 20*time.Second))
}

// few are as many as come between two crashes.
func (c *crashing) few() int { return c.chance.IntN(4) }

// let lets the pages of the crowd ask for a moment, which is shorter than all of them need, or not.
func (c *crashing) let() {
	c.t.Helper()
	let(c.t, time.Duration(100+c.chance.IntN(1500))*time.Millisecond)
}

// oneIn reports true once in n times.
func (c *crashing) oneIn(n int) bool { return c.chance.IntN(n) == 0 }

// opens lets everybody in, and holds all that happened to the promises.
func (c *crashing) opens(g *harness.Gate) {
	c.t.Helper()
	goInWith(c.t, c.crowd, g, true)
	c.series.check()
	all, highest := len(c.crowd.Everybody()), c.series.highest
	c.t.Logf("%d visitors and %d ends, the highest number is %d", all, c.ends, highest)
	if most := uint64(c.ends*mostSkipped + 2*all); highest > most {
		c.t.Errorf("the highest number is %d, up to %d may be", highest, most)
	}
}

func TestALineIsKeptHoweverOftenAGatewayIsKilledAndBackupsArePutBack(t *testing.T) {
	t.Parallel()
	ahead := harness.Ahead(t, time.Hour)
	g, _ := one(t, harness.Room{})
	c := newCrashing(t, 1, nil, g)
	var backups []string
	repeat(func(i int) {
		c.came(c.crowd.Arrive(c.few()))
		if c.oneIn(3) {
			if code := g.Stop(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			backups = append(backups, copied(t, g.State))
			g.Start()
			c.ends++
		}
		c.let()
		g.Kill()
		c.ends++
		backups = append(backups, copied(t, g.State))
		if c.oneIn(4) {
			putBack(t, backups[c.chance.IntN(len(backups))], g.State)
		}
		g.Use(&program)
		if i == c.wrong {
			g.Use(ahead)
			// From now on there are tickets of an epoch that is still to come. A backup from before knows nothing of them, until one
			// of them is shown.
			c.series.unordered = true
		}
		g.Start()
		if i == c.wrong {
			c.comesAhead(g)
		}
	})
	g.Kill()
	g.Use(&program)
	g.Start()
	c.opens(g)
}

func TestALineIsKeptHoweverOftenRedisIsKilledAndOlderFilesArePutBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Clock(-24 * time.Hour)
	server.Restart(redistest.Empty)
	s := harness.NewTrioAt(t, &program, server, harness.Room{})
	yesterday := harness.NewCrowd(t, s.Gates...).Arrive(20)
	var files [][]byte
	save := func() {
		server.Save()
		data, err := os.ReadFile(server.Saved())
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
	}
	save()
	for _, g := range s.Gates {
		g.Stop()
	}
	server.Clock(0)
	server.Restart(redistest.Keep)
	for _, g := range s.Gates {
		g.Start()
	}
	c := newCrashing(t, 2, yesterday, s.Gates...)
	repeat(func(i int) {
		c.came(c.crowd.Insist(c.few(), 20*time.Second))
		if c.oneIn(3) {
			save()
		}
		c.let()
		server.Kill()
		c.ends++
		memory := redistest.Empty
		if c.oneIn(2) {
			memory = redistest.Keep
			file := files[c.chance.IntN(len(files))]
			if c.oneIn(3) {
				file = files[0] // of the day before
			}
			if err := os.WriteFile(server.Saved(), file, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		server.Clock(0)
		if i == c.wrong {
			server.Clock(time.Hour)
		}
		server.Restart(memory)
		if i == c.wrong {
			c.comesAhead(s.Gates...)
		}
	})
	server.Kill()
	s.Stale(t)
	server.Clock(0)
	server.Restart(redistest.Empty)
	s.Healthy(t, 0)
	c.opens(s.Gates[0])
}

func TestALineIsKeptHoweverOftenRedisIsFlushedEachSecond(t *testing.T) {
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{})
	c := newCrashing(t, 3, nil, s.Gates...)
	repeat(func(int) {
		second := time.Now().Add(time.Second)
		before := c.ends
		fresh := c.crowd.Rush(4, 1+c.few()/2, func() {
			s.Flush(t)
			c.ends++
		})
		c.came(fresh)
		c.before = before // it may be that all of them came before it
		let(t, time.Until(second))
	})
	s.Healthy(t, 0)
	c.opens(s.Gates[0])
}

// Redis keeps everything, and no gateway remembers anything. By default it does not write while it waits for the disk, for up to two
// seconds, and its death loses what it has acknowledged since.
func TestAnOpeningHappensOnceHoweverOftenRedisAndAllGatewaysAreKilled(t *testing.T) {
	t.Parallel()
	opensOnce(t, soonOr(moments...), func(t *testing.T) ([]*harness.Gate, func(int)) {
		s := harness.NewTrioAt(t, &program, redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always"), opening())
		return s.Gates, func(int) {
			for _, g := range s.Gates {
				g.Kill()
			}
			s.Redis.Restart(redistest.Keep)
			for _, g := range s.Gates {
				g.Start()
			}
		}
	})
}
