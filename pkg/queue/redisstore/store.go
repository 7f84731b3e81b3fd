package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
)

// Config says which room a store keeps.
type Config struct {
	// Room names the line: 1 to 64 of A-Z a-z 0-9 . _ -. Required. Stores with the same room, prefix and server share
	// the line.
	Room string
	// Prefix begins the keys, 1 to 64 of the same characters and ':'; DefaultPrefix when empty. Installations that
	// share a server need different ones.
	Prefix string
	// Clock gives the time in milliseconds since 1970 in place of the server's. It is for tests, which cannot turn
	// the server's clock; gateways leave it nil, so that their own clocks do not matter. With it the verbs of a
	// store wait for each other, since reading the time is part of the step.
	Clock func() int64
}

// Validate joins everything that is wrong, each wrapping queue.ErrInvalid and naming the field.
func (c Config) Validate() error {
	return checkNames(c.prefix(), c.Room)
}

func (c Config) prefix() string {
	if c.Prefix == "" {
		return DefaultPrefix
	}
	return c.Prefix
}

// Store is one room's line in Redis. Safe for concurrent use.
type Store struct {
	client  redis.UniversalClient
	keys    []string
	format  int // newest that this release reads
	clock   func() int64
	step    sync.Mutex // held by calls with an injected clock
	scripts *scripts
	memory  memory
	closed  atomic.Bool
}

var _ queue.Store = (*Store)(nil)

// New makes a store on a client that Open has made, or any other that does not retry for longer than its callers can
// wait. It does not call Redis. The client stays the caller's: several rooms share one, and Close leaves it open.
func New(client redis.UniversalClient, cfg Config) (*Store, error) {
	if client == nil {
		return nil, fmt.Errorf("redis store: no client: %w", queue.ErrInvalid)
	}
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("redis store: %w", err)
	}
	scripts, err := oneScripts()
	if err != nil {
		return nil, fmt.Errorf("redis store: %w", err)
	}
	return &Store{
		client: client, keys: keys(cfg.prefix(), cfg.Room), clock: cfg.Clock, format: queue.Format, scripts: scripts,
	}, nil
}

// verb runs a verb's script, and read on its reply. Errors have the verb's name before them and wrap one sentinel of package
// queue each. invalid is why the caller's values are refused; args are made only if they are not.
func (s *Store) verb(
	ctx context.Context, name string, invalid error, sc script, read func(*reader) error, args func() []any,
) error {
	err := invalid
	if err == nil && s.closed.Load() {
		err = queue.ErrClosed
	}
	if err == nil {
		var r *reader
		if r, err = s.call(ctx, sc, args()); err == nil {
			err = read(r)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// call runs a script. The reader is behind the status word.
func (s *Store) call(ctx context.Context, sc script, args []any) (*reader, error) {
	all := make([]any, 2, 2+len(args))
	all[0], all[1] = "", s.format
	if s.clock != nil {
		s.step.Lock()
		defer s.step.Unlock()
		all[0] = strconv.FormatInt(s.clock(), 10)
	}
	reply, err := sc.run(ctx, s.client, s.keys, append(all, args...)...)
	if err != nil {
		if done := ctx.Err(); done != nil && !errors.Is(err, done) {
			err = fmt.Errorf("%w: %w", done, err) // go-redis reports a passed deadline as a network error
		}
		return nil, outage(err)
	}
	r := &reader{values: reply}
	switch status := r.text(); status {
	case "ok":
	case "changed":
		r.changed = true
	case "conflict":
		r.conflict = true
	case "old":
		r.old = true
	case "early":
		r.early = true
	case "lost":
		return nil, queue.ErrLost
	case "format":
		return nil, queue.ErrFormat
	case "unknown":
		return nil, queue.ErrUnknown
	default:
		return nil, outage(fmt.Errorf("reply begins with %q", status))
	}
	return r, nil
}

// outage is queue.ErrUnavailable with its cause.
func outage(cause error) error {
	if errors.Is(cause, redis.ErrClosed) {
		return fmt.Errorf("%w: %w", queue.ErrClosed, cause)
	}
	return fmt.Errorf("%w: %w", queue.ErrUnavailable, cause)
}

// Close ends this store. It leaves the client, which other rooms may use, and calls under way alone.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}
