package redisstore_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func TestTheKeysOfEarlierReleasesAreTheSameLine(t *testing.T) {
	dirs, err := filepath.Glob("testdata/20*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("recordings: %v, %v", dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := queuetest.LoadRecording(t, dir)
			server := redistest.Shared(t)
			client, room := server.Client(t), server.Room(t)
			replayCommands(t, client, filepath.Join(dir, "keys.txt"), "{termine}", "{"+room+"}")
			adopt(t, client, "einlass:{"+room+"}:room")
			clock := queuetest.NewClock(r.Now)
			s, err := redisstore.New(client, redisstore.Config{Room: room, Timing: r.Timing(), Clock: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			queuetest.Replay(t, r, s, clock)
		})
	}
}

// adopt makes a line one of this server, as if the server had been running all the time.
func adopt(t *testing.T, client *redis.Client, key string) {
	t.Helper()
	info, err := client.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, behind, _ := strings.Cut(info, "run_id:")
	id, _, found := strings.Cut(behind, "\r\n")
	if !found {
		t.Fatalf("the server does not say its run_id: %q", info)
	}
	if set, err := client.HSet(t.Context(), key, "server", id).Result(); err != nil || set != 0 {
		t.Fatalf("the recorded line does not name its server: %d fields added, %v", set, err)
	}
}

// replayCommands runs a file of commands, one a line with each argument in quotes, as redis-cli reads them. In keys, tag
// takes the place of old.
func replayCommands(t *testing.T, client *redis.Client, file, old, tag string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var args []any
		for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				t.Fatalf("%s: %q: %v", file, rest, err)
			}
			arg, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("%s: %s: %v", file, quoted, err)
			}
			rest = rest[len(quoted):]
			if len(args) == 1 {
				arg = strings.Replace(arg, old, tag, 1)
			}
			args = append(args, arg)
		}
		if err := client.Do(t.Context(), args...).Err(); err != nil {
			t.Fatalf("%s: %s: %v", file, line, err)
		}
	}
}
