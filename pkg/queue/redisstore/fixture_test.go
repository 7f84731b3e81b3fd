package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

// sentinels are what errors of stores wrap, exactly one each.
var sentinels = []error{
	queue.ErrLost, queue.ErrUnavailable, queue.ErrConflict, queue.ErrInvalid, queue.ErrClosed, queue.ErrFormat, queue.ErrUnknown,
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
	return must(redisstore.New(client, redisstore.Config{Room: room}))(t)
}

// quick is a document that lets many through at once.
var quick = func() queue.Document {
	d := document(queue.ModeRun, queue.Pace{Rate: queue.MaxRate, Burst: 1000})
	d.Settings = queue.Settings{Message: "Grüß Gott", ValuesHash: "s"}.Encode()
	return d
}()

// filled is a store whose room has n places in line, none of them called yet.
func filled(t *testing.T, client redis.UniversalClient, room string, n int) (*redisstore.Store, []queue.Place) {
	t.Helper()
	store := newStore(t, client, room)
	d := quick
	d.Pace.Mode = queue.ModePause
	if err := store.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
		t.Fatal(err)
	}
	var places []queue.Place
	for _, j := range must(store.Join(t.Context(), arrivals(1, n)))(t).Places {
		places = append(places, j.Place)
	}
	return store, places
}

// tick is an Advance of a gateway that remembers nothing.
func tick(ctx context.Context, store queue.Store) (queue.Snapshot, error) {
	return store.Advance(ctx, queue.Watermark{Gateway: "g"}, queue.Sample{}, queue.Verdict{})
}

// verbs are all verbs, each with something valid to do.
func verbs(store queue.Store) map[string]func(ctx context.Context) error {
	place := queue.Place{Visitor: visitor(7), Epoch: 1, Number: 7, Order: queue.OrderOf(1, 7)}
	ref := queue.Code{1: 1}
	return map[string]func(ctx context.Context) error{
		"join": func(ctx context.Context) error { _, err := store.Join(ctx, arrivals(1, 2)); return err },
		"keep": func(ctx context.Context) error {
			_, err := store.Keep(ctx, 0, []queue.Beat{{Place: place}})
			return err
		},
		"claim": func(ctx context.Context) error { _, err := store.Claim(ctx, 0, []queue.Place{place}); return err },
		"renew": func(ctx context.Context) error {
			_, err := store.Renew(ctx, []queue.Stay{{Visitor: place.Visitor, Started: 1, At: 1}})
			return err
		},
		"report": func(ctx context.Context) error {
			_, err := store.Report(ctx, queue.Tally{Gateway: "a"}, []queue.Outcome{{Kind: queue.Total, Ref: ref}})
			return err
		},
		"leave": func(ctx context.Context) error { return store.Leave(ctx, visitors(1, 1)) },
		"find": func(ctx context.Context) error {
			_, err := store.Find(ctx, 1)
			return except(err, queue.ErrUnknown)
		},
		"move": func(ctx context.Context) error {
			_, err := store.Move(ctx, queue.Move{Act: queue.ActRemove, Visitor: place.Visitor, Ref: queue.Code{1: 2}})
			return err
		},
		"advance": func(ctx context.Context) error { _, err := tick(ctx, store); return err },
		"settle": func(ctx context.Context) error {
			_, err := store.Settle(ctx, quick)
			return except(err, queue.ErrConflict)
		},
		"reveal": func(ctx context.Context) error {
			_, err := store.Reveal(ctx, "eight", [32]byte{})
			return except(err, queue.ErrUnknown)
		},
		"snapshot": func(ctx context.Context) error { _, err := store.Snapshot(ctx); return err },
		"restore":  func(ctx context.Context) error { return store.Restore(ctx, queue.Watermark{Document: quick}) },
	}
}

// except is an error that is not the one that the verb is right to answer.
func except(err, right error) error {
	if errors.Is(err, right) {
		return nil
	}
	return err
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
