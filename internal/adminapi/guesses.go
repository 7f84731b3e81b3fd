package adminapi

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Refusals are why a request for operators was refused: without a token, with a wrong one, or with a wrong one while too many of them
// waited for their answers.
const (
	RefusedMissing = "missing"
	RefusedWrong   = "wrong"
	RefusedCrowd   = "crowd"
)

var errCrowd = errors.New("too many wrong tokens; try again later")

// Bounds of the wrong tokens.
const (
	// A wrong token is answered after firstDelay, then twice as long each time, up to longestDelay.
	firstDelay, longestDelay = 50 * time.Millisecond, 3 * time.Second
	// mildDelay is the longest for the right token from an address that wrong ones come from. Without any, an answer that comes at once
	// would tell the right one.
	mildDelay = 200 * time.Millisecond
	// From crowd wrong tokens on, all addresses together, every wrong one is delayed, as if crowd were one of its own.
	crowd = 50
	// forget halves what is remembered.
	forget = time.Minute
	// So many wait for their answers at once; what is beyond is answered at once, with 429.
	waitingAll, waitingPeer = 64, 4
	// mostPeers bounds the addresses that are remembered; beyond them, new ones count in all only.
	mostPeers = 1024
	// logEvery is how often the log says how many there were.
	logEvery = time.Minute
)

// guesser is an address, an IPv6 /64, that wrong tokens come from; or all together.
type guesser struct {
	wrong   int
	last    time.Time
	waiting int
}

// guesses slows wrong tokens down, counts them, and logs them in short. Safe for concurrent use.
type guesses struct {
	log     *zap.Logger
	refused func(reason string)
	after   func(time.Duration) <-chan time.Time

	mu    sync.Mutex
	peers map[netip.Prefix]*guesser
	all   guesser
	// unlogged counts since said, when the log was told last.
	unlogged int
	said     time.Time
}

// decay forgets a half for each minute without a wrong token.
func (g *guesser) decay(now time.Time) {
	if halves := now.Sub(g.last) / forget; halves > 0 {
		g.wrong >>= min(halves, 62)
		g.last = g.last.Add(halves * forget)
	}
}

// delay is that of the next wrong token.
func (g *guesser) delay(free int) time.Duration {
	if g.wrong <= free {
		return 0
	}
	return min(firstDelay<<min(g.wrong-free-1, 6), longestDelay)
}

// peerOf is the network that a request counts for.
func peerOf(r *http.Request) netip.Prefix {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := at.Addr().Unmap().WithZone(""), 64
	if addr.Is4() {
		bits = 32
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// wrong counts a wrong token and waits as long as it is to be answered later. errCrowd: nobody waits, too many do already.
func (g *guesses) wrong(ctx context.Context, from netip.Prefix) error {
	g.mu.Lock()
	now := time.Now()
	peer := g.peer(from, now)
	for _, one := range []*guesser{peer, &g.all} {
		one.decay(now)
		one.wrong++
		one.last = now
	}
	g.unlogged++
	g.flush(now)
	delay := max(peer.delay(0), g.all.delay(crowd))
	if g.all.waiting >= waitingAll || peer.waiting >= waitingPeer {
		g.mu.Unlock()
		g.refused(RefusedCrowd)
		return errCrowd
	}
	peer.waiting++
	g.all.waiting++
	g.mu.Unlock()
	g.refused(RefusedWrong)
	g.wait(ctx, delay)
	g.mu.Lock()
	defer g.mu.Unlock()
	peer.waiting--
	g.all.waiting--
	return errUnauthorized
}

// right holds a right token back a little if wrong ones come from its address, and not at all if they come from others.
func (g *guesses) right(ctx context.Context, from netip.Prefix) {
	g.mu.Lock()
	peer := g.peers[from]
	if peer == nil {
		g.mu.Unlock()
		return
	}
	peer.decay(time.Now())
	delay := min(peer.delay(0), mildDelay)
	g.mu.Unlock()
	g.wait(ctx, delay)
}

func (g *guesses) wait(ctx context.Context, delay time.Duration) {
	if delay <= 0 {
		return
	}
	select {
	case <-g.after(delay):
	case <-ctx.Done():
	}
}

// peer is what is remembered of an address.
func (g *guesses) peer(from netip.Prefix, now time.Time) *guesser {
	if p := g.peers[from]; p != nil {
		return p
	}
	if len(g.peers) >= mostPeers {
		for at, p := range g.peers {
			if p.decay(now); p.wrong == 0 && p.waiting == 0 {
				delete(g.peers, at)
			}
		}
	}
	p := &guesser{last: now}
	if len(g.peers) < mostPeers {
		g.peers[from] = p
	}
	return p
}

// tell logs how many there were, if the time has come; last: whether it has or not.
func (g *guesses) tell(last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if last {
		g.said = time.Time{}
	}
	g.flush(time.Now())
}

// flush logs the first wrong token at once, and then each minute how many there were since.
func (g *guesses) flush(now time.Time) {
	if g.unlogged == 0 || !g.said.IsZero() && now.Sub(g.said) < logEvery {
		return
	}
	g.log.Warn("wrong tokens at the admin API", zap.Int("count", g.unlogged))
	g.unlogged, g.said = 0, now
}
