package redistest_test

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func get(t *testing.T, client *redis.Client) string {
	t.Helper()
	value, err := client.Get(t.Context(), "key").Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		t.Fatal(err)
	}
	return value
}

func set(t *testing.T, client *redis.Client, value string) {
	t.Helper()
	if err := client.Set(t.Context(), "key", value, 0).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAServerForgetsEverythingWithoutPersistence(t *testing.T) {
	s := redistest.Start(t)
	client := s.Client(t)
	set(t, client, "a")
	s.Restart(redistest.Keep)
	if got := get(t, s.Client(t)); got != "" {
		t.Fatalf("it remembers %q", got)
	}
}

func TestASavedServerComesBackWithAnOlderCopy(t *testing.T) {
	s := redistest.Start(t)
	set(t, s.Client(t), "older")
	s.Save()
	set(t, s.Client(t), "newer")
	s.Restart(redistest.Keep)
	if got := get(t, s.Client(t)); got != "older" {
		t.Fatalf("it remembers %q", got)
	}
	s.Restart(redistest.Empty)
	if got := get(t, s.Client(t)); got != "" {
		t.Fatalf("it remembers %q", got)
	}
}

func TestAServerWithAnAppendOnlyFileRemembersEverything(t *testing.T) {
	s := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always")
	addr := s.Addr()
	set(t, s.Client(t), "a")
	s.Restart(redistest.Keep)
	if got := get(t, s.Client(t)); got != "a" || s.Addr() != addr {
		t.Fatalf("it remembers %q at %s, was at %s", got, s.Addr(), addr)
	}
	s.Restart(redistest.Empty)
	if got := get(t, s.Client(t)); got != "" {
		t.Fatalf("it remembers %q", got)
	}
}

func TestAServerKeepsItsDataUnderAnotherClock(t *testing.T) {
	s := redistest.Start(t)
	set(t, s.Client(t), "a")
	for _, ahead := range []time.Duration{-24 * time.Hour, time.Hour, 0} {
		s.Save()
		s.Clock(ahead)
		s.Restart(redistest.Keep)
		client := s.Client(t)
		now, err := client.Time(t.Context()).Result()
		if off := time.Until(now) - ahead; err != nil || off.Abs() > time.Minute {
			t.Errorf("the server's clock is off by %v from what it was set to, %v", off, err)
		}
		if got := get(t, client); got != "a" {
			t.Errorf("with a clock ahead by %v it remembers %q", ahead, got)
		}
	}
}

func TestAPausedServerDoesNotAnswerUntilItIsResumed(t *testing.T) {
	s := redistest.Start(t)
	client := s.Client(t)
	set(t, client, "a")
	s.Pause()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := client.Get(ctx, "key").Err(); err == nil {
		t.Fatal("a paused server answers")
	}
	s.Resume()
	if got := get(t, client); got != "a" {
		t.Fatalf("it remembers %q", got)
	}
}

func TestAServerListensOnAPortAndASocketUntilItIsKilled(t *testing.T) {
	s := redistest.Start(t)
	addresses := map[string]string{"tcp": s.Addr(), "unix": s.Socket()}
	for network, address := range addresses {
		conn, err := net.Dial(network, address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	if want := "redis://" + s.Addr(); s.URL() != want {
		t.Fatalf("url %s, want %s", s.URL(), want)
	}
	s.Kill()
	for network, address := range addresses {
		if conn, err := net.Dial(network, address); err == nil {
			conn.Close()
			t.Fatalf("it still listens on %s", address)
		}
	}
}

func TestAServersFilesGoWithIt(t *testing.T) {
	var socket string
	t.Run("while it lasts", func(t *testing.T) {
		socket = redistest.Start(t).Socket()
		if _, err := os.Stat(socket); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the socket is still there: %v", err)
	}
}

func TestRoomsOfTheSharedServerAreApartAndForgotten(t *testing.T) {
	s := redistest.Shared(t)
	client := s.Client(t)
	var room string
	t.Run("one test", func(t *testing.T) {
		other := redistest.Shared(t)
		if other.Addr() != s.Addr() {
			t.Fatalf("two servers, at %s and %s", s.Addr(), other.Addr())
		}
		room = other.Room(t)
		if room == s.Room(t) {
			t.Fatalf("two rooms %q", room)
		}
		if err := client.Set(t.Context(), "x:{"+room+"}:line", "a", 0).Err(); err != nil {
			t.Fatal(err)
		}
	})
	if n, err := client.Exists(t.Context(), "x:{"+room+"}:line").Result(); n != 0 || err != nil {
		t.Fatalf("%d keys of the room are left: %v", n, err)
	}
}
