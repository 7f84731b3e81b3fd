package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.uber.org/zap"
)

// ErrStopping means that a Set takes no more services, because it stops.
var ErrStopping = errors.New("the process stops")

// Set holds services that join and leave while the process runs. In a Group it is one service itself, see Service. The
// methods are safe for concurrent use.
type Set struct {
	cfg   Config
	alive context.Context // ends when a member fails or the set stops
	fail  context.CancelCauseFunc
	hurry context.Context // ends when those that leave have no more time
	cut   context.CancelFunc

	leaves sync.WaitGroup

	mu       sync.Mutex
	members  []*Member // in the order in which they joined
	stopping bool
}

// Member is a service of a Set.
type Member struct{ running *running }

// NewSet makes an empty set. Of cfg it uses StopTimeout, which bounds each leave, and Log.
func NewSet(cfg Config) (*Set, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("lifecycle: %w", err)
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	s := &Set{cfg: cfg}
	s.alive, s.fail = context.WithCancelCause(context.Background())
	s.hurry, s.cut = context.WithCancel(context.Background())
	return s, nil
}

// Join starts a service; ctx bounds its Start. With an error the service does not run and is no member; after the set has
// begun to stop the error is ErrStopping.
func (s *Set) Join(ctx context.Context, service Service) (*Member, error) {
	if service.Name == "" {
		return nil, errors.New("lifecycle: a service has no name")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return nil, fmt.Errorf("start %s: %w", service.Name, ErrStopping)
	}
	if service.Start != nil {
		if err := service.Start(ctx); err != nil {
			return nil, fmt.Errorf("start %s: %w", service.Name, err)
		}
	}
	s.cfg.Log.Debug("service started", zap.String("service", service.Name))
	m := &Member{running: spawn(s.alive, service, s.fail)}
	s.members = append(s.members, m)
	return m, nil
}

// Leave takes members out while the process runs and does not wait for it: it calls drain, which waits until nobody uses
// them any more or its context ends, then stops them in the order given, and closes the channel that it returns. Drain and
// stop have one StopTimeout each, and less when the whole set stops. Faults are logged. A member leaves once; one that has
// left already, or is stopped with the set, is passed over.
func (s *Set) Leave(drain func(context.Context), members ...*Member) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make(chan struct{})
	var going []*Member
	for _, m := range members {
		if i := slices.Index(s.members, m); i >= 0 && !s.stopping {
			s.members = slices.Delete(s.members, i, i+1)
			going = append(going, m)
		}
	}
	if len(going) == 0 {
		close(done)
		return done
	}
	s.leaves.Go(func() {
		defer close(done)
		limit, cancel := context.WithTimeout(s.hurry, s.cfg.StopTimeout)
		drain(limit)
		cancel()
		limit, cancel = context.WithTimeout(s.hurry, s.cfg.StopTimeout)
		defer cancel()
		for _, m := range going {
			s.stopOne(limit, m)
		}
	})
	return done
}

func (s *Set) stopOne(limit context.Context, m *Member) {
	if err := m.running.stop(limit); err != nil {
		s.cfg.Log.Error("service did not stop well", zap.String("service", m.running.Name), zap.Error(err))
		return
	}
	s.cfg.Log.Debug("service stopped", zap.String("service", m.running.Name))
}

// Service is the set as one service of a Group. It fails when a member ends by itself. Its stop waits for members that are
// leaving and stops the others, the last one that joined first.
func (s *Set) Service(name string) Service {
	return Service{Name: name, Run: s.run, Stop: s.stop}
}

func (s *Set) run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.alive.Done():
	}
	var first *failure
	if errors.As(context.Cause(s.alive), &first) {
		return first.err
	}
	<-ctx.Done() // it stops: wait to be told
	return nil
}

func (s *Set) stop(limit context.Context) error {
	s.mu.Lock()
	s.stopping = true
	rest := s.members
	s.members = nil
	s.mu.Unlock()
	s.fail(nil)
	defer s.cut()
	defer context.AfterFunc(limit, s.cut)()
	s.leaves.Wait()
	var errs []error
	for _, m := range slices.Backward(rest) {
		if err := m.running.stop(limit); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
