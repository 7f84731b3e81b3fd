package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// recordings are lines as the release before kept them, of a room "termine".
const recordings = "../../pkg/queue/"

// wantTakenOver checks the line of a room that a gateway of the release before had.
func wantTakenOver(t *testing.T, r *running, recorded string) {
	t.Helper()
	var before struct {
		Line struct {
			Epoch, Last uint64
			Waiting     int64
			Mode        queue.Mode
			Rate, Burst int64
			MaxInside   int64 `json:"max_inside"`
			Message     string
		}
	}
	text, err := os.ReadFile(filepath.Join(recorded, "answers.json"))
	if err == nil {
		err = json.Unmarshal(text, &before)
	}
	if err != nil {
		t.Fatal(err)
	}
	line, want := r.serving.Load().room("termine").line, before.Line
	until(t, "the line is known", func() bool { return line.View().Known })
	f := line.View().Snapshot
	if f.Epoch <= want.Epoch || f.Last < want.Last || f.Waiting != want.Waiting {
		t.Errorf("epoch %d, last %d, %d wait; before %+v", f.Epoch, f.Last, f.Waiting, want)
	}
	joined := f.Joined
	if res, _ := r.get(r.visitor(), "termine", "/"); res.StatusCode != http.StatusOK {
		t.Errorf("an arrival gets %s %s", res.Status, res.Header.Get("Einlass-State"))
	}
	until(t, "the arrival waits behind the others", func() bool {
		f := line.View().Snapshot
		return f.Waiting == want.Waiting+1 && f.Joined == joined+1
	})
	// The configuration is the one that was applied last: what operators had set stays.
	d := line.View().Snapshot.Document
	pace := queue.Pace{Mode: want.Mode, Rate: want.Rate, MaxInside: want.MaxInside, Burst: want.Burst}
	if d.Pace != pace || d.Message() != want.Message {
		t.Errorf("operators had set %+v, it is %+v %q", want, d.Pace, d.Message())
	}
	timing := r.serving.Load().room("termine").cfg.Timing()
	if timing.Grace = d.Timing.Grace; d.Timing != timing {
		t.Errorf("the timing is %+v, want %+v", d.Timing, timing)
	}
}

func TestAStateDirectoryOfTheReleaseBeforeIsTakenOver(t *testing.T) {
	for _, end := range []string{"stopped", "killed"} {
		t.Run(end, func(t *testing.T) {
			recorded := recordings + "memstore/testdata/2026-11-28/" + end
			p := &draft{dir: t.TempDir(), rooms: []planned{{"termine", newSite(t).backend(), closed}}}
			files, err := filepath.Glob(recorded + "/termine.*")
			if err != nil || len(files) < 3 {
				t.Fatal(files, err)
			}
			for _, file := range files {
				data, err := os.ReadFile(file)
				if err == nil {
					err = os.WriteFile(filepath.Join(p.dir, filepath.Base(file)), data, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			wantTakenOver(t, run(t, p), recorded)
		})
	}
}

func TestARoomInRedisOfTheReleaseBeforeIsTakenOver(t *testing.T) {
	store := redistest.Start(t)
	recorded := recordings + "redisstore/testdata/2026-11-28"
	replay(t, store.Client(t), filepath.Join(recorded, "keys.txt"))
	file := filepath.Join(t.TempDir(), "keys.json")
	if code, said := keysCommand("new", file); code != 0 {
		t.Fatal(said)
	}
	p := &draft{
		head:  fmt.Sprintf("store: %s\nkeys: {file: %q}\n", store.URL(), file),
		rooms: []planned{{"termine", newSite(t).backend(), closed}},
	}
	wantTakenOver(t, run(t, p), recorded)
}

// replay runs a file of commands, one a line with each argument in quotes, as redis-cli reads them.
func replay(t *testing.T, client redis.UniversalClient, file string) {
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
				t.Fatalf("%q: %v", rest, err)
			}
			arg, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("%s: %v", quoted, err)
			}
			rest = rest[len(quoted):]
			args = append(args, arg)
		}
		if err := client.Do(t.Context(), args...).Err(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}

// newer is a store whose room needs a newer release.
type newer struct{ queue.Store }

func (newer) Advance(context.Context, queue.Watermark, queue.Sample, queue.Verdict) (queue.Snapshot, error) {
	return queue.Snapshot{}, fmt.Errorf("advance: %w", queue.ErrFormat)
}

// An older release finds a line that a newer one keeps: it holds it, and its log says what to do.
func TestALineOfANewerReleaseIsHeldAndTheLogSaysWhatToDo(t *testing.T) {
	cfg := (&draft{dir: t.TempDir(), rooms: []planned{{"a", newSite(t).backend(), quick}}}).load(t)
	core, logs := observer.New(zap.InfoLevel)
	log := zap.New(core)
	qc := (&line{}).config(&cfg.Rooms[0])
	qc.OnEvent = func(e queue.Event) { logEvent(log, nil, e) }
	room, err := queue.NewRoom(newer{}, qc)
	if err != nil {
		t.Fatal(err)
	}
	room.Tick(t.Context())
	all := logs.FilterMessageSnippet("newer release").All()
	if len(all) != 1 || !strings.Contains(all[0].Message, "run that release on this machine too") {
		t.Errorf("the log says %v", logs.All())
	}
	if _, err := room.Arrive(queue.Arrival{}); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("an arrival: %v", err)
	}
	logEvent(log, nil, queue.Event{Kind: queue.EventDrawFailed, Opening: "o"})
	if all := logs.FilterMessageSnippet("draw failed").All(); len(all) != 1 || all[0].ContextMap()["opening"] != "o" {
		t.Errorf("the log says %v", logs.All())
	}
	logEvent(log, nil, queue.Event{Kind: queue.EventOlder})
	if all := logs.FilterMessageSnippet("schedule of this configuration is left out").All(); len(all) != 1 {
		t.Errorf("the log says %v", logs.All())
	}
	logEvent(log, nil, queue.Event{Kind: queue.EventLanes})
	if all := logs.FilterMessageSnippet("is held while the room has places").All(); len(all) != 1 {
		t.Errorf("the log says %v", logs.All())
	}
}

func TestValuesThatAreReadAsOthersAreWarnedOf(t *testing.T) {
	p := &draft{rooms: []planned{{"a", newSite(t).backend(), quick + "    session: {max: 0}\n"}}}
	r := run(t, p)
	all := r.logs.FilterMessageSnippet("may not be what was meant").All()
	if len(all) != 1 || all[0].ContextMap()["key"] != "rooms[0].session.max" {
		t.Errorf("the log says %v", all)
	}
	r.reload(t.Context(), func() (*config.Config, error) { return p.load(t), nil })
	if all := r.logs.FilterMessageSnippet("may not be what was meant").All(); len(all) != 2 {
		t.Errorf("after a reload the log says %v", all)
	}
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	if err := os.WriteFile(file, []byte(p.text()), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, said strings.Builder
	check := newRoot(sharedLibrary)
	check.SetArgs([]string{"config", "check", file})
	check.SetOut(&out)
	check.SetErr(&said)
	if err := check.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), "ok, 1 room") ||
		!strings.Contains(said.String(), "warning: line 11: rooms[0].session.max: 0s is read as 24h0m0s") {
		t.Errorf("%v: %s%s", err, out.String(), said.String())
	}
}

// The signal came while the successor began to serve: it meant both.
func TestASuccessorStopsIfItsPredecessorWasAskedToBefore(t *testing.T) {
	start := func() *exec.Cmd {
		cmd := exec.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return cmd
	}
	stopping, stop := context.WithCancelCause(t.Context())
	stop(lifecycle.Signal{Signal: syscall.SIGTERM})
	stop(handed{})
	one := start()
	if err := stopToo(stopping, one.Process.Pid); !errors.Is(err, errStops) {
		t.Error(err)
	}
	if err := one.Wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("it ends with %v", err)
	}
	stopping, stop = context.WithCancelCause(t.Context())
	stop(handed{})
	stop(lifecycle.Signal{Signal: syscall.SIGTERM})
	other := start()
	if err := stopToo(stopping, other.Process.Pid); err != nil {
		t.Error(err)
	}
	if err := errors.Join(other.Process.Kill(), other.Wait()); err == nil || err.Error() != "signal: killed" {
		t.Errorf("one that serves ends with %v", err)
	}
}
