package capacity

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// SocketRow is a row that is played twice, with the same short settings: in virtual time, and by a real gateway in front of a
// real site, with a client on a socket for each person.
type SocketRow struct {
	Name, Site string
	Morning    Morning
}

// socketSpan is how long a room on sockets is open.
const socketSpan = 4 * Minute

// swiftly is a visit of half a minute with a page each two to four seconds. Pages of one length beat with the five seconds in which requests
// of a stay are told: by a tenth of a second more or less a room used 88 or 105 % of what was possible.
func swiftly(d Dice) []int64 {
	visit := make([]int64, 10)
	for i := range visit {
		visit[i] = d.Between(2*Second, 4*Second)
	}
	return visit
}

// SocketRows are four rows with short clocks: 80 a minute, 40 inside, visits of half a minute, a stay of two minutes without a
// request.
func SocketRows() []SocketRow {
	m := Morning{
		Pace: queue.Pace{Rate: 80, MaxInside: 40, Burst: queue.DefaultBurst(80)}, Idle: 2 * Minute,
		Crowd: Visitor(swiftly), Come: 100, Span: socketSpan, Before: 20 * Second,
	}
	unmodified, page, noShows := m, m, m
	unmodified.Silent = true
	page.Silent, page.Page = true, 5*Second
	noShows.Crowd, noShows.Come = NoShows(40, m.Crowd), 60
	return []SocketRow{
		{"all finish", tells, m},
		{"nobody finishes", silent, unmodified},
		{"nobody finishes", stated, page},
		{"40 % of the called never come", tells, noShows},
	}
}

// SocketResult is what both gave, in percent of the possible entries.
type SocketResult struct {
	SocketRow
	Virtual Figures // a seed each
	Sockets float64
	People  int
}

// Apart is how far the real gateway is from the median of the plays.
func (r *SocketResult) Apart() float64 { return math.Abs(r.Sockets - r.Virtual.Median()) }

// Sockets plays all rows on sockets, at the same time, and then in virtual time. program is the gateway.
func Sockets(ctx context.Context, program string, rows []SocketRow, seed uint64) ([]SocketResult, error) {
	dir, err := os.MkdirTemp("", "capacity")
	if err != nil {
		return nil, fmt.Errorf("capacity: %w", err)
	}
	defer os.RemoveAll(dir)
	results := make([]SocketResult, len(rows))
	errs := make([]error, len(rows))
	var all sync.WaitGroup
	for i := range rows {
		results[i].SocketRow = rows[i]
		all.Go(func() {
			own := filepath.Join(dir, fmt.Sprint(i))
			errs[i] = os.Mkdir(own, 0o700)
			if errs[i] == nil {
				results[i].Sockets, results[i].People, errs[i] = rows[i].Morning.onSockets(ctx, program, own, seed)
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i := range rows {
		c := rows[i].Morning.of(rows[i].Name, rows[i].Site, Row{Unit: Percent, Of: func(p *Played) float64 { return p.used(socketSpan) }})
		c.Learn = nil
		virtual, err := Measure(ctx, []Case{c}, seedsFrom(seed, printedSeeds), func(*Result) {})
		if err != nil {
			return nil, err
		}
		results[i].Virtual = virtual[0].First[0]
	}
	return results, nil
}

// onSockets plays the morning by a real gateway, and answers the share of the possible entries and how many people came.
func (m *Morning) onSockets(ctx context.Context, program, dir string, seed uint64) (used float64, people int, err error) {
	site, err := newSocketSite(m.Silent)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, site.close()) }()
	t := m.timing()
	cfg := launch.OneRoom(dir, launch.Settings{Backend: site.url(), Pace: m.Pace, Paused: true, Timing: queue.Timing{Idle: t.Idle}})
	cfg.Journal = launch.Journal{}
	if m.Page > 0 {
		cfg.Rooms[0].Session.Page = t.Page
	}
	g, err := launch.StartGateway(ctx, program, dir, cfg)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	c, err := newSocketCrowd(g.URL(), m, seed)
	if err != nil {
		return 0, 0, err
	}
	playing, stop := context.WithCancel(ctx)
	defer stop()
	opened, err := c.play(playing, func() error {
		run := queue.ModeRun
		_, err := g.Operators.Update(ctx, launch.RoomID, operator.Change{Mode: &run})
		return err
	})
	stop()
	c.all.Wait()
	if err != nil {
		return 0, 0, err
	}
	entries, stay := c.entered(opened, opened.Add(time.Duration(m.Span)*time.Millisecond))
	return 100 * float64(entries) / Possible(m.Pace, m.Span, stay), c.came, errors.Join(c.wrongs()...)
}

// SocketTable is the rows as a table. far counts those that are more than 5 points apart.
func SocketTable(results []SocketResult) (text string, far int) {
	var b strings.Builder
	b.WriteString("| case | site | people | in virtual time, 5 seeds | on sockets | apart |\n|---|---|---|---|---|---|\n")
	for i := range results {
		r := &results[i]
		mark := ""
		if r.Apart() > distant {
			far++
			mark = "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %s%.1f%s |\n", r.Name, r.Site, r.People, figure(r.Virtual, Percent, Goal{}),
			number(r.Sockets, Percent), mark, r.Apart(), mark)
	}
	return b.String(), far
}
