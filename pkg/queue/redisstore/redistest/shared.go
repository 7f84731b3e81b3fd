package redistest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

// shared is the one server of a test binary while any of its tests use it.
var shared struct {
	sync.Mutex
	server *Server
	users  int
	rooms  int
}

// orphan is a testing.TB whose cleanups run when the last user is done, not with the test that came first.
type orphan struct {
	testing.TB
	cleanups []func()
}

func (o *orphan) Cleanup(f func()) { o.cleanups = append(o.cleanups, f) }

// Shared is one server for all tests of a binary that run at the same time. Tests keep apart by Room. It is not for
// tests that kill, pause or flush it.
func Shared(tb testing.TB) *Server {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.users == 0 {
		shared.server = Start(&orphan{TB: tb})
	}
	shared.users++
	tb.Cleanup(release)
	return shared.server
}

func release() {
	shared.Lock()
	defer shared.Unlock()
	if shared.users--; shared.users == 0 {
		for _, f := range shared.server.tb.(*orphan).cleanups {
			f()
		}
		shared.server = nil
	}
}

// Room is a room's name that no other test has. Its keys are removed when the test ends.
func (s *Server) Room(tb testing.TB) string {
	tb.Helper()
	shared.Lock()
	shared.rooms++
	room := fmt.Sprintf("room-%d", shared.rooms)
	shared.Unlock()
	tb.Cleanup(func() {
		client := s.open()
		defer client.Close()
		// A server that the test has stopped has nothing to remove.
		_ = Forget(context.Background(), client, room)
	})
	return room
}

// Forget removes all keys of a room, whatever they are.
func Forget(ctx context.Context, client redis.Cmdable, room string) error {
	keys, err := client.Keys(ctx, "*{"+room+"}*").Result()
	if err != nil || len(keys) == 0 {
		return err
	}
	return client.Unlink(ctx, keys...).Err()
}
