package chaos

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

// crowd is everybody who comes in one topology, through the balancer.
type crowd struct {
	room      *visitor.Room
	transport *http.Transport
	dice      *rand.Rand // used by the goroutine that lets them come
	small     bool
	wg        sync.WaitGroup
	tenths    atomic.Int64 // of the usual number of visitors that come
	more      atomic.Int64 // visitors that come besides, at once
	asked     atomic.Int64 // page loads without a ticket: no more numbers can have been given
	strangers strangers

	// When a gateway was frozen for minutes and went on; zero: none was. Read when everybody is done.
	frozen, thawed time.Time

	mu       sync.Mutex
	visitors []*citizen
	keys     map[string]int // tickets and passes by the key that signed them
}

// newCrowd has nobody yet. A small one has a quarter of the visitors, and none who sleep or close the page.
func newCrowd(addr string, seed uint64, small bool) (*crowd, error) {
	room, err := newRoom()
	if err != nil {
		return nil, err
	}
	c := &crowd{
		room: room,
		dice: rand.New(rand.NewPCG(seed, 2)), small: small, keys: map[string]int{},
		transport: &http.Transport{
			DisableCompression: true, MaxIdleConnsPerHost: 256, IdleConnTimeout: 20 * time.Second,
			// Whatever the name in the address, the visitor is at the balancer.
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", addr)
			},
		},
	}
	c.tenths.Store(10)
	return c, nil
}

// usual is how many visitors come a second, a little less than the pace, so that a line that has grown becomes shorter
// again.
const usual = 6.5

// crowdAtFirst is how many come at once in the beginning.
const crowdAtFirst = 60

// come lets n more visitors come at once.
func (c *crowd) come(ctx context.Context, n int) {
	for range n {
		c.mu.Lock()
		v := &citizen{
			browser: c.newBrowser(), crowd: c, figure: -1, failures: map[string]int{}, over: make(chan struct{}),
			rand: rand.New(rand.NewPCG(c.dice.Uint64(), c.dice.Uint64())), habit: c.habit(),
		}
		c.visitors = append(c.visitors, v)
		c.mu.Unlock()
		c.wg.Go(func() { v.live(ctx) })
	}
}

// habit draws one; the lock is held.
func (c *crowd) habit() habit {
	switch percent := c.dice.IntN(100); {
	case percent < 5:
		return leaver
	case percent >= 97:
		return silent
	case percent >= 87:
		return copied
	case percent >= 84:
		return hasty
	case c.small:
		return patient
	case percent < 8:
		return sleeper
	case percent < 14:
		return closer
	default:
		return patient
	}
}

// flow lets visitors come, the usual number or times it, until stop is closed.
func (c *crowd) flow(ctx context.Context, stop <-chan struct{}) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	rate, due, strange := usual, float64(crowdAtFirst), 0.0
	if c.small {
		rate, due = rate/4, due/4
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-stop:
			return
		case <-tick.C:
			due += rate/100*float64(c.tenths.Load()) + float64(c.more.Swap(0))
			c.come(ctx, int(due))
			due -= float64(int(due))
			strange += strangersUsual / 10
			c.loads(ctx, int(strange))
			strange -= float64(int(strange))
		}
	}
}

// wait waits until everybody is done.
func (c *crowd) wait() {
	c.wg.Wait()
	c.transport.CloseIdleConnections()
}

// signed notes the key of a new ticket, or of the pass of somebody who is let straight in, of which a short line has many; "": of none.
func (c *crowd) signed(key string) {
	if key == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[key]++
}

// keysSeen is how many keys have signed what newcomers got.
func (c *crowd) keysSeen() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.keys)
}

// arrived is how many have come.
func (c *crowd) arrived() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.visitors)
}
