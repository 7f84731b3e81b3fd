package draws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
)

const (
	// askTimeout bounds one question to one server.
	askTimeout = 3 * time.Second
	// askEvery is how long a round is left that no server has had.
	askEvery = 500 * time.Millisecond
	// silentTries is after how many questions it is logged that nobody has it: it comes a moment after its time.
	silentTries = 8
	// maxAnswer is more than any server says of a round, in bytes.
	maxAnswer = 4 << 10
	// mostRounds bounds the rounds that are remembered.
	mostRounds = 64
)

// Beacons asks the servers of drand for rounds of one chain. Run does it; Signature waits for nobody.
type Beacons struct {
	chain   draw.Chain
	servers []string
	client  *http.Client
	log     *zap.Logger
	now     func() time.Time

	mu     sync.Mutex
	rounds map[uint64]*round
	order  []uint64
	wake   chan struct{}
}

// round is one that was asked for.
type round struct {
	begins    time.Time // by now
	signature []byte
	asked     bool
}

// NewBeacons asks servers ("https://api.drand.sh") for rounds of a chain.
func NewBeacons(chain draw.Chain, servers []string, log *zap.Logger) (*Beacons, error) {
	if log == nil || len(servers) == 0 {
		return nil, errors.New("draws: servers and log are required")
	}
	if err := drand.CheckKey(chain.Key); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = 16 << 10
	return &Beacons{
		chain: chain, servers: servers, log: log, now: time.Now, rounds: map[uint64]*round{}, wake: make(chan struct{}, 1),
		client: &http.Client{
			Transport: transport, Timeout: askTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Signature implements Rounds.
func (b *Beacons) Signature(n uint64, begins time.Duration) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rounds[n]
	if r == nil {
		r = &round{begins: b.now().Add(begins)}
		b.rounds[n] = r
		if b.order = append(b.order, n); len(b.order) > mostRounds {
			delete(b.rounds, b.order[0])
			b.order = b.order[1:]
		}
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
	return r.signature, r.signature != nil
}

// Run asks for the rounds until ctx ends, each from its beginning on until a server has it or nobody waits any more.
func (b *Beacons) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		for _, n := range b.unasked() {
			running.Go(func() { b.await(ctx, n) })
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *Beacons) unasked() (rounds []uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for n, r := range b.rounds {
		if !r.asked {
			r.asked = true
			rounds = append(rounds, n)
		}
	}
	return rounds
}

// await asks until a server has the round.
func (b *Beacons) await(ctx context.Context, n uint64) {
	b.mu.Lock()
	begins := b.rounds[n].begins
	b.mu.Unlock()
	wait, failed := begins.Sub(b.now()), 0
	for {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		signature, err := b.ask(ctx, n)
		switch {
		case err == nil:
			b.mu.Lock()
			if r := b.rounds[n]; r != nil {
				r.signature = signature
			}
			b.mu.Unlock()
			return
		case ctx.Err() != nil:
			return
		case failed == silentTries:
			b.log.Warn("drand is silent about the round of a draw, and goes on being asked", zap.Uint64("round", n), zap.Error(err))
		case b.now().Sub(begins) > 2*patience*time.Millisecond:
			b.log.Error("drand has not had the round of a draw", zap.Uint64("round", n), zap.Error(err))
			return
		}
		wait, failed = askEvery, failed+1
	}
}

// ask asks all servers at once, and takes the first good answer.
func (b *Beacons) ask(ctx context.Context, n uint64) ([]byte, error) {
	var asking sync.WaitGroup
	defer asking.Wait() // for those that are cancelled
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	type answer struct {
		signature []byte
		err       error
	}
	answers := make(chan answer, len(b.servers))
	for _, server := range b.servers {
		asking.Go(func() {
			signature, err := b.askOne(ctx, server, n)
			answers <- answer{signature, err}
		})
	}
	errs := []error{errSilent}
	for range b.servers {
		a := <-answers
		if a.err == nil {
			return a.signature, nil
		}
		errs = append(errs, a.err)
	}
	return nil, errors.Join(errs...)
}

var errSilent = errors.New("no server has the round")

// askOne asks one server, and believes nothing that the chain's key has not signed.
func (b *Beacons) askOne(ctx context.Context, server string, n uint64) ([]byte, error) {
	url := fmt.Sprintf("%s/%s/public/%d", strings.TrimSuffix(server, "/"), b.chain.Hash, n)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	a, err := b.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", server, err)
	case len(text) > maxAnswer:
		return nil, fmt.Errorf("%s: the answer has more than %d bytes", server, maxAnswer)
	case a.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: status %d", server, a.StatusCode)
	}
	var says struct {
		Round     uint64     `json:"round"`
		Signature draw.Bytes `json:"signature"`
	}
	if err := json.Unmarshal(text, &says); err != nil {
		return nil, fmt.Errorf("%s: %w", server, err)
	}
	if says.Round != n {
		return nil, fmt.Errorf("%s: it answers with round %d", server, says.Round)
	}
	if _, err := drand.Check(&b.chain, n, says.Signature); err != nil {
		return nil, fmt.Errorf("%s: %w", server, err)
	}
	return says.Signature, nil
}
