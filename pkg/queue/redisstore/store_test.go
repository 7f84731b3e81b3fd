package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// sentinels are what errors of stores wrap, exactly one each.
var sentinels = []error{
	queue.ErrLost, queue.ErrUnavailable, queue.ErrConflict, queue.ErrInvalid, queue.ErrClosed,
}

// wants fails unless err wraps want and no other sentinel.
func wants(t *testing.T, err, want error) {
	t.Helper()
	for _, sentinel := range sentinels {
		if errors.Is(err, sentinel) != (sentinel == want) {
			t.Fatalf("got %v, want %v", err, want)
		}
	}
}

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// single says how to reach one server.
func single(addr string) redisstore.Options { return redisstore.Options{Addrs: []string{addr}} }

// opened is a client as gateways have it.
func opened(t *testing.T, o redisstore.Options) redis.UniversalClient {
	t.Helper()
	client := must(redisstore.Open(o))(t)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// newStore is a store with the server's clock.
func newStore(t *testing.T, client redis.UniversalClient, room string) *redisstore.Store {
	t.Helper()
	return must(redisstore.New(client, redisstore.Config{Room: room, Timing: benchTiming}))(t)
}

// quick is a control document that lets many through at once.
var quick = queue.Control{
	Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: queue.MaxRate, Burst: 1000}, Message: "Grüß Gott", ValuesHash: "s",
}

// filled is a store whose room has n places in line, none of them called yet.
func filled(t *testing.T, client redis.UniversalClient, room string, n int) (*redisstore.Store, []queue.Place) {
	t.Helper()
	store := newStore(t, client, room)
	control := quick
	control.Mode = queue.ModePause
	if err := store.Restore(t.Context(), queue.Watermark{Control: control}); err != nil {
		t.Fatal(err)
	}
	var places []queue.Place
	for _, j := range must(store.Join(t.Context(), visitors(1, n)))(t).Places {
		places = append(places, j.Place)
	}
	return store, places
}

// verbs are all verbs, each with something valid to do.
func verbs(store queue.Store) map[string]func(ctx context.Context) error {
	place := queue.Place{Visitor: visitor(7), Epoch: 1, Number: 7}
	return map[string]func(ctx context.Context) error{
		"join":  func(ctx context.Context) error { _, err := store.Join(ctx, visitors(1, 2)); return err },
		"keep":  func(ctx context.Context) error { _, err := store.Keep(ctx, []queue.Beat{{Place: place}}); return err },
		"claim": func(ctx context.Context) error { _, err := store.Claim(ctx, []queue.Place{place}); return err },
		"renew": func(ctx context.Context) error {
			_, err := store.Renew(ctx, []queue.Stay{{Visitor: place.Visitor}})
			return err
		},
		"finish":   func(ctx context.Context) error { return store.Finish(ctx, visitors(1, 1)) },
		"leave":    func(ctx context.Context) error { return store.Leave(ctx, visitors(1, 1)) },
		"advance":  func(ctx context.Context) error { _, err := store.Advance(ctx, queue.Watermark{}); return err },
		"control":  func(ctx context.Context) error { _, err := store.Control(ctx, quick); return err },
		"snapshot": func(ctx context.Context) error { _, err := store.Snapshot(ctx); return err },
		"restore":  func(ctx context.Context) error { return store.Restore(ctx, queue.Watermark{Control: quick}) },
	}
}

// each runs all verbs and wants the same error from all, with the verb at the beginning.
func each(t *testing.T, store queue.Store, want error) {
	t.Helper()
	for name, verb := range verbs(store) {
		err := verb(t.Context())
		wants(t, err, want)
		if err != nil && !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s says %q", name, err)
		}
	}
}

func TestWithoutAClockOfItsOwnTheStoreTakesTheServers(t *testing.T) {
	server := redistest.Shared(t)
	client := server.Client(t)
	store, _ := filled(t, client, server.Room(t), 1)
	before := must(client.Time(t.Context()).Result())(t).UnixMilli()
	snapshot := must(store.Snapshot(t.Context()))(t)
	after := must(client.Time(t.Context()).Result())(t).UnixMilli()
	if snapshot.Now < before || snapshot.Now > after {
		t.Fatalf("snapshot of %d, taken between %d and %d", snapshot.Now, before, after)
	}
}

func TestAPlaceGoesAllTheWayWithTheServersClock(t *testing.T) {
	server := redistest.Shared(t)
	store, places := filled(t, server.Client(t), server.Room(t), 3)
	control := quick
	control = must(store.Control(t.Context(), control))(t)
	if control.Version != 2 || control.Message != quick.Message {
		t.Fatalf("control %+v", control)
	}
	for called := int64(0); called < 3; {
		called = must(store.Advance(t.Context(), queue.Watermark{}))(t).Called
	}
	claimed := must(store.Claim(t.Context(), places))(t)
	for _, st := range claimed.Standings {
		if want := claimed.Now + benchTiming.Idle.Milliseconds(); st.State != queue.StateInside || st.Until != want {
			t.Fatalf("claimed: %+v, want inside until %d", st, want)
		}
	}
	if err := store.Finish(t.Context(), visitors(1, 3)); err != nil {
		t.Fatal(err)
	}
	if f := must(store.Snapshot(t.Context()))(t); f.Finished != 3 || f.Inside != 0 || f.Control.ValuesHash != "s" {
		t.Fatalf("snapshot %+v", f)
	}
}

func TestRoomsAndPrefixesOnOneServerAreApart(t *testing.T) {
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	filled(t, client, room, 2)
	other := must(redisstore.New(client, redisstore.Config{Room: room, Prefix: "other:place", Timing: benchTiming}))(t)
	_, err := other.Snapshot(t.Context())
	wants(t, err, queue.ErrLost)
	_, err = newStore(t, client, server.Room(t)).Snapshot(t.Context())
	wants(t, err, queue.ErrLost)
	if f := must(newStore(t, client, room).Snapshot(t.Context()))(t); f.Waiting != 2 {
		t.Fatalf("a second store of the room sees %d places", f.Waiting)
	}
}

func TestARoomWhoseFiguresAreGoneBeginsEmpty(t *testing.T) {
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	store, _ := filled(t, client, room, 3)
	if err := client.Del(t.Context(), "einlass:{"+room+"}:room").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := store.Advance(t.Context(), queue.Watermark{})
	wants(t, err, queue.ErrLost)
	if err := store.Restore(t.Context(), queue.Watermark{Control: quick}); err != nil {
		t.Fatal(err)
	}
	if f := must(store.Snapshot(t.Context()))(t); f.Waiting != 0 || f.Last != 0 || len(f.Sketch.First) != 0 {
		t.Fatalf("snapshot %+v", f)
	}
}

func TestAllVerbsButRestoreAnswerLostWithoutARoom(t *testing.T) {
	server := redistest.Shared(t)
	store := newStore(t, server.Client(t), server.Room(t))
	for name, verb := range verbs(store) {
		if name != "restore" {
			wants(t, verb(t.Context()), queue.ErrLost)
		}
	}
}

func TestAClosedStoreAnswersClosedAndLeavesItsClientOpen(t *testing.T) {
	server := redistest.Shared(t)
	client := server.Client(t)
	store, _ := filled(t, client, server.Room(t), 1)
	for range 2 {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	each(t, store, queue.ErrClosed)
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreOnAClosedClientAnswersClosed(t *testing.T) {
	server := redistest.Shared(t)
	client := opened(t, single(server.Addr()))
	store, _ := filled(t, client, server.Room(t), 1)
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	each(t, store, queue.ErrClosed)
}

func TestAConfigurationNamesAllThatIsWrong(t *testing.T) {
	client := redistest.Shared(t).Client(t)
	_, err := redisstore.New(client, redisstore.Config{Room: "a{b}", Prefix: "p q", Timing: queue.Timing{Absent: time.Second}})
	wants(t, err, queue.ErrInvalid)
	for _, want := range []string{`room "a{b}"`, `prefix "p q"`, "claim window", "idle", "ticket life"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s: %v", want, err)
		}
	}
	_, err = redisstore.New(client, redisstore.Config{Timing: benchTiming})
	wants(t, err, queue.ErrInvalid)
	_, err = redisstore.New(nil, redisstore.Config{Room: "a", Timing: benchTiming})
	wants(t, err, queue.ErrInvalid)
}

func TestAMemoryThatNoStoreCanHaveGivenIsRefused(t *testing.T) {
	server := redistest.Shared(t)
	store := newStore(t, server.Client(t), server.Room(t))
	for name, m := range map[string]queue.Watermark{
		"epoch":       {Epoch: 1 << 31},
		"last":        {Epoch: 1, Last: 1 << 51},
		"head":        {Epoch: 1, Head: queue.MaxOrder + 1},
		"head number": {Epoch: 1, HeadNumber: 1 << 51},
		"ceiling":     {Epoch: 1, Ceiling: 1 << 51},
		"order":       {Epoch: 1<<31 - 1, Ceiling: 1 << 50},
	} {
		m.Control = quick
		if err := store.Restore(t.Context(), m); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := store.Snapshot(t.Context())
	wants(t, err, queue.ErrLost)
}

func TestAWaitingPlaceTakesAtMost260Bytes(t *testing.T) {
	client := redistest.Start(t).Client(t)
	used := func() int64 {
		info := must(client.InfoMap(t.Context(), "memory").Result())(t)
		var n int64
		for _, c := range info["Memory"]["used_memory"] {
			n = n*10 + int64(c-'0')
		}
		return n
	}
	store, _ := filled(t, client, "full", 1)
	before := used()
	// Just behind a power of two, where the hash tables have doubled, a place takes the most.
	const n = 66_048
	for i := range n / queue.MaxBatch {
		must(store.Join(t.Context(), visitors(uint64(1000+i*queue.MaxBatch), queue.MaxBatch)))(t)
	}
	if bytes := (used() - before) / n; bytes < 100 || bytes > 260 {
		t.Fatalf("%d bytes a place", bytes)
	}
}

func TestADocumentOfAnEarlierReleaseHasNoNotes(t *testing.T) {
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	store := newStore(t, client, room)
	control := quick
	control.Notes = "n"
	if err := store.Restore(t.Context(), queue.Watermark{Control: control}); err != nil {
		t.Fatal(err)
	}
	if err := client.HDel(t.Context(), "einlass:{"+room+"}:room", "notes").Err(); err != nil {
		t.Fatal(err)
	}
	f := must(store.Snapshot(t.Context()))(t)
	if f.Control != quick {
		t.Errorf("got %+v", f.Control)
	}
	// What a conflict answers is read in another place.
	stale := quick
	stale.Version = 7
	current, err := store.Control(t.Context(), stale)
	wants(t, err, queue.ErrConflict)
	if current != quick {
		t.Errorf("got %+v", current)
	}
}
