package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func TestAStoreFollowsItsServerThroughAKillAndAnEmptyRestart(t *testing.T) {
	server := redistest.Start(t)
	store, _ := filled(t, opened(t, single(server.Addr())), "a", 2)
	server.Kill()
	each(t, store, queue.ErrUnavailable)
	server.Restart(redistest.Empty)
	err := reached(t, store) // go-redis dials a server that has refused often only once a second
	wants(t, err, queue.ErrLost)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	each(t, store, nil)
}

// reached asks for snapshots until the server is there, and answers what it says then.
func reached(t *testing.T, store queue.Store) error {
	t.Helper()
	for again := time.NewTicker(5 * time.Millisecond); ; {
		_, err := store.Snapshot(t.Context())
		if !errors.Is(err, queue.ErrUnavailable) {
			again.Stop()
			return err
		}
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatal(err)
		}
	}
}

func TestAServerThatForgetsItsScriptsIsToldThemAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client(t)
	store, _ := filled(t, client, "a", 2)
	for name, verb := range verbs(store) {
		if err := client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := verb(t.Context()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	stats := must(client.Info(t.Context(), "commandstats").Result())(t)
	for _, want := range []string{"cmdstat_eval:calls=", "cmdstat_evalsha:calls="} {
		if !strings.Contains(stats, want) {
			t.Errorf("no %s in\n%s", want, stats)
		}
	}
}

func TestAServerThatDoesNotAnswerIsUnavailableWhenTheCallerWantsNoMore(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	store, _ := filled(t, opened(t, single(server.Addr())), "a", 2)
	server.Pause()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := store.Snapshot(ctx)
	wants(t, err, queue.ErrUnavailable)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want the caller's deadline in it", err)
	}
	server.Resume()
	if f := must(store.Snapshot(t.Context()))(t); f.Waiting != 2 {
		t.Fatalf("%d places", f.Waiting)
	}
}

func TestACancelledCallerIsAnsweredUnavailable(t *testing.T) {
	t.Parallel()
	server := redistest.Shared(t)
	store, _ := filled(t, server.Client(t), server.Room(t), 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, verb := range verbs(store) {
		err := verb(ctx)
		wants(t, err, queue.ErrUnavailable)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the cancellation in it", err)
		}
	}
}

func TestADemotedServerIsUnavailableAndUnchangedUntilItIsMasterAgain(t *testing.T) {
	t.Parallel()
	master, server := redistest.Start(t), redistest.Start(t)
	admin := server.Client(t)
	store, _ := filled(t, opened(t, single(server.Addr())), "a", 2)
	mark := server.LogMark()
	if err := admin.Do(t.Context(), "REPLICAOF", "127.0.0.1", strings.TrimPrefix(master.Addr(), "127.0.0.1:")).Err(); err != nil {
		t.Fatal(err)
	}
	server.WaitLog(mark, "sync: Finished with success") // and so it has lost the room
	_, err := store.Join(t.Context(), arrivals(10, 1))
	wants(t, err, queue.ErrUnavailable)
	if !strings.Contains(err.Error(), "READONLY") {
		t.Fatalf("got %v", err)
	}
	_, err = store.Snapshot(t.Context()) // reads, so a replica answers it
	wants(t, err, queue.ErrLost)
	if err := admin.Do(t.Context(), "REPLICAOF", "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
}

func TestAServerWithoutMemoryRefusesBeforeAnythingIsChanged(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client(t)
	store, places := filled(t, client, "a", 3)
	before := must(store.Snapshot(t.Context()))(t)
	if err := client.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := tick(t.Context(), store)
	wants(t, err, queue.ErrUnavailable)
	_, err = store.Claim(t.Context(), 0, places)
	wants(t, err, queue.ErrUnavailable)
	wants(t, store.Leave(t.Context(), visitors(1, 1)), queue.ErrUnavailable)
	if err := client.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	after := must(store.Snapshot(t.Context()))(t)
	if after.Waiting != before.Waiting || after.Left != before.Left {
		t.Fatalf("%+v\nbecame %+v", before, after)
	}
}

func TestABusyServerIsUnavailable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--busy-reply-threshold", "1")
	client := server.Client(t)
	store, _ := filled(t, opened(t, single(server.Addr())), "a", 2)
	stopped := make(chan error)
	go func() { stopped <- client.Eval(context.Background(), "while true do end", nil).Err() }()
	var err error
	for err == nil { // until the endless script has begun
		_, err = store.Snapshot(t.Context())
	}
	wants(t, err, queue.ErrUnavailable)
	if !strings.Contains(err.Error(), "BUSY") {
		t.Fatalf("got %v", err)
	}
	if err := server.Client(t).ScriptKill(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := <-stopped; err == nil {
		t.Fatal("the endless script has ended")
	}
	must(store.Snapshot(t.Context()))(t)
}

func TestSomebodyElsesKeyIsAnErrorThatNamesTheCause(t *testing.T) {
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	store := newStore(t, client, room)
	if err := client.Set(t.Context(), "einlass:{"+room+"}:2:room", "mine", 0).Err(); err != nil {
		t.Fatal(err)
	}
	_, err := store.Snapshot(t.Context())
	wants(t, err, queue.ErrUnavailable)
	if !strings.Contains(err.Error(), "WRONGTYPE") {
		t.Fatalf("got %v", err)
	}
}

func TestAWrongPasswordIsUnavailableWithTheCauseAndWithoutThePassword(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "right")
	for _, password := range []string{"", "wrong@pass"} {
		o := single(server.Addr())
		o.Password = password
		_, err := newStore(t, opened(t, o), "a").Snapshot(t.Context())
		wants(t, err, queue.ErrUnavailable)
		if !strings.Contains(err.Error(), "NOAUTH") && !strings.Contains(err.Error(), "WRONGPASS") {
			t.Fatalf("got %v", err)
		}
		if strings.Contains(err.Error(), "wrong@pass") {
			t.Fatalf("the password is in %v", err)
		}
	}
}

func TestServerErrorsOfAllKindsAreUnavailableWithTheCause(t *testing.T) {
	for _, answer := range []string{
		"LOADING Redis is loading the dataset in memory",
		"READONLY You can't write against a read only replica.",
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
		"CLUSTERDOWN The cluster is down",
		"TRYAGAIN Multiple keys request during rehashing of slot",
		"MOVED 3999 127.0.0.1:1",
		"ASK 3999 127.0.0.1:1",
		"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
		"NOREPLICAS Not enough good replicas to write.",
		"NOSCRIPT No matching script.",
		"NOPERM this user has no permissions to run the 'evalsha' command",
		"ERR max number of clients reached",
	} {
		code, _, _ := strings.Cut(answer, " ")
		t.Run(code, func(t *testing.T) {
			store := newStore(t, opened(t, single(fakeServer(t, "-"+answer+"\r\n"))), "a")
			_, err := store.Join(t.Context(), arrivals(1, 1))
			wants(t, err, queue.ErrUnavailable)
			if !strings.HasPrefix(err.Error(), "join: ") || !strings.Contains(err.Error(), answer) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestAnswersThatNoScriptGivesAreRefused(t *testing.T) {
	for name, answer := range map[string]string{
		"another shape":     "+OK\r\n",
		"nothing":           "*0\r\n",
		"another status":    "*1\r\n$4\r\nwhat\r\n",
		"too short":         "*1\r\n$2\r\nok\r\n",
		"a text for number": "*2\r\n$2\r\nok\r\n$1\r\nx\r\n",
		"too long":          "*40\r\n$2\r\nok\r\n" + strings.Repeat(":1\r\n", 39),
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t, opened(t, single(fakeServer(t, answer))), "a")
			for verb, call := range verbs(store) {
				if verb == "report" || verb == "leave" || verb == "restore" {
					continue // take no values from the answer
				}
				wants(t, call(t.Context()), queue.ErrUnavailable)
			}
		})
	}
}
