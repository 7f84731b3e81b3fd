package adminapi

import (
	"context"
	"errors"
	"hash/maphash"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Refusals are why a request for operators was refused: without a token or a session, with a wrong token or log-in, with one while too many of
// them waited for their answers, or by somebody whose role may not.
const (
	RefusedMissing = "missing"
	RefusedWrong   = "wrong"
	RefusedCrowd   = "crowd"
	RefusedLogIn   = "login"
	RefusedRole    = "role"
)

var errCrowd = errors.New("too many wrong tokens or log-ins; try again later")

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
	// waitingName is how many log-ins by one name wait, whatever addresses they come from.
	waitingName = 16
	// names is how many names are told apart: what is typed may be any of millions.
	names = 256
	// mostPeers bounds the addresses that are remembered; beyond them, new ones count in all only.
	mostPeers = 1024
	// logEvery is how often the log says how many there were.
	logEvery = time.Minute
)

// suspect is what is guessed from, an address (an IPv6 /64), or a name that is guessed at: one of few that names are sorted into, so that which of
// them exist makes no difference.
type suspect struct {
	net  netip.Prefix
	name int // 1 to names; 0: it is an address
}

// guesser is what is remembered of a suspect, or of all together.
type guesser struct {
	wrong   int
	last    time.Time
	waiting int
}

// guesses slows wrong tokens and log-ins down, counts them, and logs them in short. Safe for concurrent use.
type guesses struct {
	log     *zap.Logger
	refused func(reason string)
	seed    maphash.Seed
	after   func(time.Duration) <-chan time.Time

	mu       sync.Mutex
	peers    map[suspect]*guesser
	sweeping bool // a sweep is due
	all      guesser
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
func peerOf(r *http.Request) suspect { return suspect{net: networkOf(r)} }

// networkOf is the address that a request comes from, of IPv6 its /64; the zero value: from a socket of this machine.
func networkOf(r *http.Request) netip.Prefix {
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

// named is the suspect that a typed name is sorted into.
func (g *guesses) named(name string) suspect {
	return suspect{name: int(maphash.String(g.seed, name)%names) + 1}
}

// most is how many may wait for a suspect.
func (s suspect) most() int {
	if s.name > 0 {
		return waitingName
	}
	return waitingPeer
}

// crowded reports whether too many wait for answers to add another one.
func (g *guesses) crowded(at ...suspect) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.full(at)
}

func (g *guesses) full(at []suspect) bool {
	if g.all.waiting >= waitingAll {
		return true
	}
	for _, one := range at {
		if peer := g.peers[one]; peer != nil && peer.waiting >= one.most() {
			return true
		}
	}
	return false
}

// wrong counts a wrong token or log-in, by the name of why it is refused, and waits as long as it is to be answered later. few means that there
// were few of late, so that each may be told of. errCrowd: nobody waits, too many do already.
func (g *guesses) wrong(ctx context.Context, reason string, at ...suspect) (few bool, err error) {
	g.mu.Lock()
	now := time.Now()
	guessers := []*guesser{&g.all}
	for _, one := range at {
		guessers = append(guessers, g.peer(one, now))
	}
	delay := time.Duration(0)
	for i, one := range guessers {
		one.decay(now)
		one.wrong++
		one.last = now
		if i > 0 {
			delay = max(delay, one.delay(0))
		}
	}
	g.unlogged++
	g.flush(now)
	delay = max(delay, g.all.delay(crowd))
	few = g.all.wrong <= crowd
	if g.full(at) {
		g.mu.Unlock()
		g.refused(RefusedCrowd)
		return few, errCrowd
	}
	for _, one := range guessers {
		one.waiting++
	}
	g.mu.Unlock()
	g.refused(reason)
	g.wait(ctx, delay)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range guessers {
		one.waiting--
	}
	return few, errUnauthorized
}

// right holds what is right back a little if wrong ones come from its address or name, and not at all if they come from others.
func (g *guesses) right(ctx context.Context, at ...suspect) {
	g.mu.Lock()
	delay := time.Duration(0)
	for _, one := range at {
		if peer := g.peers[one]; peer != nil {
			peer.decay(time.Now())
			delay = max(delay, min(peer.delay(0), mildDelay))
		}
	}
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

// peer is what is remembered of a suspect.
func (g *guesses) peer(from suspect, now time.Time) *guesser {
	if p := g.peers[from]; p != nil {
		return p
	}
	if len(g.peers) >= mostPeers {
		g.clear(now)
	}
	p := &guesser{last: now}
	if len(g.peers) < mostPeers {
		g.peers[from] = p
		g.sweepLater()
	}
	return p
}

// clear forgets those of whom nothing is left to be remembered.
func (g *guesses) clear(now time.Time) {
	for at, p := range g.peers {
		if p.decay(now); p.wrong == 0 && p.waiting == 0 {
			delete(g.peers, at)
		}
	}
}

// sweepLater has addresses forgotten that nobody comes from any more, whether anybody asks or not. The lock is held.
func (g *guesses) sweepLater() {
	if g.sweeping || len(g.peers) == 0 {
		return
	}
	g.sweeping = true
	time.AfterFunc(forget, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.sweeping = false
		g.clear(time.Now())
		g.sweepLater()
	})
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
