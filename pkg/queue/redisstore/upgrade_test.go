package redisstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// recorded is a room of an earlier release on a server, and what that release said about it.
type recorded struct {
	client *redis.Client
	room   string
	clock  *queuetest.Clock
	store  *redisstore.Store
	places []queue.Place
	said   struct {
		Line struct {
			Epoch, Last, Head                        uint64
			Waiting, Front, Calls, Inside            int64
			Joined, Called, Admitted, Finished, Left int64
			Orders                                   []queue.Order
			Version, Rate, Burst                     int64
			Mode                                     queue.Mode
			Message                                  string
			HeadNumber                               uint64 `json:"head_number"`
			MaxInside                                int64  `json:"max_inside"`
			ValuesHash                               string `json:"values_hash"`
		}
		Visitors []struct {
			Number uint64
			State  string
			Until  int64
		}
	}
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	if err := json.Unmarshal(must(os.ReadFile(file))(t), into); err != nil {
		t.Fatal(err)
	}
}

// record puts a recorded room on a server.
func record(t *testing.T, dir string) *recorded {
	t.Helper()
	server := redistest.Shared(t)
	r := &recorded{client: server.Client(t), room: server.Room(t)}
	replayCommands(t, r.client, filepath.Join(dir, "keys.txt"), "{termine}", "{"+r.room+"}")
	adopt(t, r.client, r.old("room"))
	var now int64
	readJSON(t, filepath.Join(dir, "now.json"), &now)
	r.clock = queuetest.NewClock(now)
	r.store = must(redisstore.New(r.client, redisstore.Config{Room: r.room, Clock: r.clock.Now}))(t)
	var visitors []struct {
		Visitor       string
		Epoch, Number uint64
	}
	readJSON(t, filepath.Join(dir, "visitors.json"), &visitors)
	for _, v := range visitors {
		id := must(queue.ParseVisitorID(v.Visitor))(t)
		r.places = append(r.places, queue.Place{Visitor: id, Epoch: v.Epoch, Number: v.Number, Order: queue.OrderOf(v.Epoch, v.Number)})
	}
	readJSON(t, filepath.Join(dir, "answers.json"), &r.said)
	return r
}

func (r *recorded) old(name string) string { return "einlass:{" + r.room + "}:" + name }

// document is one with the timing of the recorded room.
func (r *recorded) document() queue.Document {
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 1, Burst: 1}, Timing: queue.DefaultTiming()}
	d.Timing.Window, d.Timing.Hold = 6*time.Second, 1200*time.Millisecond
	return d
}

func recordings(t *testing.T) []string {
	t.Helper()
	dirs := must(filepath.Glob("testdata/20*"))(t)
	if len(dirs) == 0 {
		t.Fatal("no recordings")
	}
	return dirs
}

func TestARoomOfAnEarlierReleaseIsTakenOverByTheFirstRestore(t *testing.T) {
	for _, dir := range recordings(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := record(t, dir)
			for name, verb := range verbs(r.store) {
				if name != "restore" {
					wants(t, verb(t.Context()), queue.ErrLost)
				}
			}
			if err := r.store.Restore(t.Context(), queue.Watermark{Document: r.document()}); err != nil {
				t.Fatal(err)
			}
			r.compareLine(t)
			r.compareVisitors(t)
			for _, name := range []string{"line", "seen", "front", "back", "calls", "missed", "lapsed", "inside", "spent", "ended", "gateways"} {
				if n := must(r.client.Exists(t.Context(), r.old(name)).Result())(t); n != 0 {
					t.Errorf("%s is left over", name)
				}
			}
		})
	}
}

func (r *recorded) compareLine(t *testing.T) {
	t.Helper()
	f, want := must(r.store.Snapshot(t.Context()))(t), &r.said.Line
	for name, pair := range map[string][2]int64{
		"epoch": {int64(f.Epoch), int64(want.Epoch)}, "last": {int64(f.Last), int64(want.Last)}, "head": {int64(f.Heads[0]), int64(want.Head)},
		"its number": {int64(f.HeadNumbers[0]), int64(want.HeadNumber)}, "waiting": {f.Waiting, want.Waiting}, "front": {f.Front, want.Front},
		"calls": {f.Calls, want.Calls}, "live": {f.Live, want.Inside}, "joined": {f.Joined, want.Joined}, "called": {f.Called, want.Called},
		"admitted": {f.Admitted, want.Admitted}, "finished": {f.Finished, want.Finished}, "left": {f.Left, want.Left},
		"version": {f.Document.Version, want.Version}, "rate": {f.Document.Pace.Rate, want.Rate}, "burst": {f.Document.Pace.Burst, want.Burst},
		"max inside": {f.Document.Pace.MaxInside, want.MaxInside}, "credit": {f.Credit, 0},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %d, was %d", name, pair[0], pair[1])
		}
	}
	settings := must(queue.ParseSettings(f.Document.Settings))(t)
	if f.Document.Pace.Mode != want.Mode || settings.Message != want.Message || settings.ValuesHash != want.ValuesHash {
		t.Errorf("document %+v", f.Document)
	}
	if f.Document.Timing != r.document().Timing {
		t.Errorf("timing %+v", f.Document.Timing)
	}
	if !slices.Equal(f.Sketches[0].First, want.Orders) {
		t.Errorf("line %v, was %v", f.Sketches[0].First, want.Orders)
	}
}

// compareVisitors asks for everybody. Ends are those of the room's timing.
func (r *recorded) compareVisitors(t *testing.T) {
	t.Helper()
	var beats []queue.Beat
	for _, p := range r.places {
		beats = append(beats, queue.Beat{Place: p})
	}
	for i, s := range must(r.store.Keep(t.Context(), 0, beats))(t).Standings {
		was := r.said.Visitors[i]
		if s.State.String() != was.State || s.Until != was.Until {
			t.Errorf("number %d is %v until %d, was %s until %d", was.Number, s.State, s.Until, was.State, was.Until)
		}
	}
}

func TestWhereARoomWasTakenOverAGatewayOfTheReleaseBeforeFailsAtEveryVerb(t *testing.T) {
	for _, dir := range recordings(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r := record(t, dir)
			for range 2 { // the second time no old room is found
				if err := r.store.Restore(t.Context(), queue.Watermark{Document: r.document()}); err != nil {
					t.Fatal(err)
				}
				r.failsOldVerbs(t, dir)
				if err := redistest.Forget(t.Context(), r.client, r.room); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// failsOldVerbs runs the scripts of the release before and wants each to fail without a change.
func (r *recorded) failsOldVerbs(t *testing.T, dir string) {
	t.Helper()
	var keys []string
	for _, name := range []string{"room", "line", "seen", "front", "back", "calls", "missed", "lapsed", "inside", "spent", "ended", "gateways"} {
		keys = append(keys, r.old(name))
	}
	batch := strings.Repeat("\x01", 64*29)
	args := map[string][]any{
		"join": {batch[:16]}, "keep": {batch[:29]}, "claim": {batch[:28]}, "renew": {batch[:24]}, "finish": {batch[:16]}, "leave": {batch[:16]},
		"advance": {"k:g", 1, 1, 1}, "snapshot": {}, "control": {4, "run", 1, 1, 1, "", "", ""},
		"restore": {1, 1, 1, 1, 1, 4, "run", 1, 1, 1, "", "", ""},
	}
	before := r.everything(t)
	for verb, more := range args {
		source := "#!lua\n" + oldPart(t, dir, "prelude")
		if verb == "advance" || verb == "snapshot" {
			source += oldRanks() + oldPart(t, dir, "figures")
		}
		source += oldPart(t, dir, verb)
		timing := []any{"", 600_000, 6000, 600_000, 86_400_000, 1200, 2000}
		err := r.client.Eval(t.Context(), source, keys, append(timing, more...)...).Err()
		if err == nil || !strings.Contains(err.Error(), "WRONGTYPE") {
			t.Errorf("%s: %v", verb, err)
		}
	}
	if after := r.everything(t); after != before {
		t.Errorf("the server has changed from\n%s\nto\n%s", before, after)
	}
}

func oldPart(t *testing.T, dir, name string) string {
	t.Helper()
	return string(must(os.ReadFile(filepath.Join(dir, "scripts", name+".lua")))(t))
}

func oldRanks() string {
	var list strings.Builder
	for _, rank := range queue.SketchRanks(math.MaxInt64) {
		fmt.Fprintf(&list, "'%d',", rank)
	}
	return "local RANKS = {" + list.String() + "}\n"
}

// everything is all keys of the room and what they hold.
func (r *recorded) everything(t *testing.T) string {
	t.Helper()
	keys := must(r.client.Keys(t.Context(), "*{"+r.room+"}*").Result())(t)
	slices.Sort(keys)
	var all strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&all, "%s %x\n", key, must(r.client.Dump(t.Context(), key).Result())(t))
	}
	return all.String()
}

// A room that the release before kept on another server may lack what that one acknowledged.
func TestARoomOfAnEarlierReleaseOnAnotherServerBeginsAnEpoch(t *testing.T) {
	r := record(t, recordings(t)[0])
	if err := r.client.HSet(t.Context(), r.old("room"), "server", "another").Err(); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Restore(t.Context(), queue.Watermark{Document: r.document()}); err != nil {
		t.Fatal(err)
	}
	f := must(r.store.Snapshot(t.Context()))(t)
	if f.Epoch <= r.said.Line.Epoch || f.Hold != f.Now+1200 || f.Waiting != r.said.Line.Waiting {
		t.Errorf("epoch %d after %d, held for %d ms, %d waiting", f.Epoch, r.said.Line.Epoch, f.Hold-f.Now, f.Waiting)
	}
}

func TestTheNewerDocumentStandsWhenARoomIsTakenOver(t *testing.T) {
	r := record(t, recordings(t)[0])
	d := r.document()
	d.Version = r.said.Line.Version + 1
	if err := r.store.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
		t.Fatal(err)
	}
	if got := must(r.store.Snapshot(t.Context()))(t).Document; got.Version != d.Version || got.Pace != d.Pace {
		t.Errorf("document %+v", got)
	}
}

// adopt makes a line one of this server, as if the server had been running all the time.
func adopt(t *testing.T, client *redis.Client, key string) {
	t.Helper()
	info := must(client.Info(t.Context(), "server").Result())(t)
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

// bigger fills the sets of a recorded room, so that it takes several calls to take it over. The times are those of its own
// members.
func (r *recorded) bigger(t *testing.T, n int) {
	t.Helper()
	for at, name := range []string{"calls", "missed", "lapsed", "inside", "spent", "ended"} {
		var more []redis.Z
		for i, id := range visitors(uint64(1+at)<<40, n) {
			more = append(more, redis.Z{Score: float64(r.clock.Now() + 1000 + int64(i)), Member: string(id[:])})
		}
		must(r.client.ZAdd(t.Context(), r.old(name), more...).Result())(t)
	}
}

// sizes are how many members the sets of the room that is taken over have.
func (r *recorded) sizes(t *testing.T) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for _, name := range []string{"calls", "missed", "lapsed", "again", "inside1", "spent", "ended"} {
		all[name] = must(r.client.ZCard(t.Context(), r.old("2:"+name)).Result())(t)
	}
	return all
}

// A gateway that takes over a big room is stopped after each of its calls, and another one goes on.
func TestARoomIsTakenOverInStepsWhoeverStopsBetweenThem(t *testing.T) {
	const many = 3000
	dir := recordings(t)[0]
	r := record(t, dir)
	r.bigger(t, many)
	want := map[string]int64{"again": many + 1}
	for name, old := range map[string]string{
		"calls": "calls", "missed": "missed", "lapsed": "lapsed", "inside1": "inside", "spent": "spent", "ended": "ended",
	} {
		want[name] = must(r.client.ZCard(t.Context(), r.old(old)).Result())(t)
	}
	steps := 0
	for ; ; steps++ {
		ctx, stop := context.WithCancel(t.Context())
		stopping := must(redisstore.New(&stopsAfter{UniversalClient: r.client, calls: 2, stop: stop}, redisstore.Config{
			Room: r.room, Clock: r.clock.Now,
		}))(t)
		d := r.document()
		d.Timing.Window += time.Duration(steps) * time.Second // the timing of the first call stands
		wants(t, stopping.Restore(ctx, queue.Watermark{Document: d}), queue.ErrUnavailable)
		stop()
		r.failsOldVerbs(t, dir)
		if must(r.client.HExists(t.Context(), r.old("2:room"), "figures").Result())(t) {
			break
		}
		for name, verb := range verbs(r.store) {
			if name != "restore" {
				wants(t, verb(t.Context()), queue.ErrLost)
			}
		}
		r.clock.Step(1)
	}
	if least := 6 * many / 2048; steps < least {
		t.Errorf("taken over in %d steps, which are at least %d of 2,048 members", steps, least)
	}
	if got := r.sizes(t); !maps.Equal(got, want) {
		t.Errorf("sets have %v, want %v", got, want)
	}
	if f := must(r.store.Snapshot(t.Context()))(t); f.Document.Timing.Window != r.document().Timing.Window {
		t.Errorf("the window is %v", f.Document.Timing.Window)
	}
}

// stopsAfter is a client that is stopped after some calls of scripts.
type stopsAfter struct {
	redis.UniversalClient
	calls int
	stop  context.CancelFunc
}

func (c *stopsAfter) EvalSha(ctx context.Context, digest string, keys []string, args ...any) *redis.Cmd {
	if c.calls == 0 {
		c.stop()
	}
	c.calls--
	return c.UniversalClient.EvalSha(ctx, digest, keys, args...)
}

func TestTwoGatewaysTakeOverOneRoomAtOnce(t *testing.T) {
	r := record(t, recordings(t)[0])
	r.bigger(t, 5000)
	errs := make(chan error)
	for range 2 {
		store := must(redisstore.New(r.client, redisstore.Config{Room: r.room, Clock: r.clock.Now}))(t)
		go func() { errs <- store.Restore(t.Context(), queue.Watermark{Document: r.document()}) }()
	}
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Fatal(err)
	}
	f := must(r.store.Snapshot(t.Context()))(t)
	if f.Epoch != r.said.Line.Epoch || f.Live != r.said.Line.Inside+5000 || f.Waiting != r.said.Line.Waiting {
		t.Errorf("epoch %d, %d inside, %d waiting", f.Epoch, f.Live, f.Waiting)
	}
}
