package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

var someTime = time.Date(2026, 12, 1, 8, 0, 3, 0, time.Local)

// Keys answers a ring of two keys.
func (g *gateway) Keys(context.Context) (operator.KeysInfo, error) {
	return operator.KeysInfo{Version: "abc", Gateways: 2, TicketLife: 86400, Told: "2 gateways share the lines", Keys: []operator.Key{
		{ID: "new", Algorithm: "HS256", State: "pending", Activates: &someTime},
		{ID: "old", Algorithm: "HS256", State: "signs", Activates: &someTime, Ends: &someTime},
	}}, nil
}

// RotateKeys asks once whether the other gateway has the keys.
func (g *gateway) RotateKeys(ctx context.Context, asked operator.KeysRotation) (operator.KeysInfo, error) {
	switch {
	case asked.IfVersion != "abc":
		return operator.KeysInfo{}, operator.ErrVersion
	case asked.Confirm == "":
		return operator.KeysInfo{}, &operator.ConfirmError{Kind: operator.EffectKeysCopied, Count: 2, Effect: "2 gateways need the file", Code: "2-x"}
	}
	g.reason = asked.Reason + " " + asked.In
	return g.Keys(ctx)
}

func (g *gateway) Config(context.Context) (operator.ConfigInfo, error) {
	return operator.ConfigInfo{File: "/etc/einlass.yaml", Since: someTime, Text: "rooms: []\n", Version: "1"}, nil
}

// CheckConfig finds something wrong with what has a word of that, and answers what it would change.
func (g *gateway) CheckConfig(_ context.Context, asked operator.ConfigAsked) (operator.ConfigReview, error) {
	r := operator.ConfigReview{
		OK: true, Problems: []operator.ConfigProblem{}, Restart: []operator.ConfigProblem{}, Warnings: []operator.ConfigProblem{{Path: "a", Detail: "odd"}},
		Changes: []operator.ConfigChange{{Path: "drain", Before: "5s", After: "7s"}}, Added: []string{}, Changed: []string{}, Removed: []string{"kfz"},
	}
	if strings.Contains(asked.Text, "wrong") {
		r.OK, r.Problems = false, []operator.ConfigProblem{{Path: "rooms[0].pace.rate", Detail: "is -1", Where: "line 3"}, {Detail: "no rooms"}}
		r.Restart = []operator.ConfigProblem{{Path: "prefix", Detail: "cannot change"}}
	}
	return r, nil
}

func (g *gateway) ReloadConfig(ctx context.Context, asked operator.ReloadAsked) (operator.ConfigReview, error) {
	if asked.Confirm == "" && !asked.Dry {
		return operator.ConfigReview{}, &operator.ConfirmError{Kind: operator.EffectRoomDropped, Effect: "room kfz goes out of service", Code: "1-y"}
	}
	return g.CheckConfig(ctx, operator.ConfigAsked{})
}

func (g *gateway) People(context.Context) (operator.People, error) {
	return operator.People{
		Users:  []operator.Grant{{Name: "anna", Role: "operator", Rooms: []string{"termine", "x"}, Unknown: []string{"x"}, Expires: &someTime, Expired: true}},
		Tokens: []operator.Grant{{Name: "board", Role: "viewer"}},
	}, nil
}

func (g *gateway) LogLevel(context.Context) (operator.LogInfo, error) {
	return operator.LogInfo{Level: "info"}, nil
}

func (g *gateway) ChangeLogLevel(_ context.Context, c operator.LogChange) (operator.LogInfo, error) {
	g.reason = c.Reason
	return operator.LogInfo{Level: c.Level}, nil
}

func (g *gateway) PlaceHistory(_ context.Context, id string, a operator.PlaceAct) (operator.PlaceTold, error) {
	front := journal.Act(queue.ActFront)
	return operator.PlaceTold{ID: id, Number: a.Number, Code: a.Code, State: "inside", Gateways: 2, Steps: []operator.PlaceStep{
		{At: someTime, Until: someTime, Times: 1, What: journal.Join, State: "waiting"},
		{At: someTime, Until: someTime.Add(time.Minute), Times: 30, What: journal.Keep, State: "waiting", Away: true},
		{At: someTime, Until: someTime, Times: 1, What: journal.Moved, Act: &front, Reason: journal.Reason(queue.ReasonMoved)},
	}}, nil
}

func TestKeysAreShownAndRotatedFromTheCommandLine(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	want := "KEY  ALGORITHM  STATE    SIGNS FROM           ACCEPTED UNTIL\n" +
		"new  HS256      pending  2026-12-01 08:00:03  the next rotation\n" +
		"old  HS256      signs    2026-12-01 08:00:03  2026-12-01 08:00:03\n" +
		"2 gateways share the lines.\n"
	if code, out, stderr := command(t, env, "keys"); code != 0 || out != want {
		t.Errorf("%d %q %s", code, out, stderr)
	}
	if code, _, stderr := command(t, env, "keys", "rotate"); code != exitUsage || !strings.Contains(stderr, "2 gateways need the file") || g.reason != "" {
		t.Errorf("%d %s", code, stderr)
	}
	if code, _, stderr := command(t, env, "keys", "rotate", "--yes", "--in", "10m", "--reason", "yearly"); code != 0 || g.reason != "yearly 10m" {
		t.Errorf("%d %s: %q", code, stderr, g.reason)
	}
}

func TestAConfigurationIsShownCheckedAndReadAgainFromTheCommandLine(t *testing.T) {
	env := environment(newGateway().serve(t))
	if code, out, _ := command(t, env, "config", "show"); code != 0 || out != "# In force since 2026-12-01 08:00:03 of /etc/einlass.yaml.\nrooms: []\n" {
		t.Errorf("%d %q", code, out)
	}
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	if err := os.WriteFile(file, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, stderr := command(t, env, "config", "check", file)
	want := "wrong: rooms[0].pace.rate: is -1 (line 3)\nwrong: no rooms\nneeds a start: prefix: cannot change\nwarning: a: odd\n" +
		"room goes out of service: kfz\nKEY    BEFORE  AFTER\ndrain  5s      7s\n"
	if code != exitRefused || out != want || !strings.Contains(stderr, errReview.Error()) {
		t.Errorf("%d %q %s", code, out, stderr)
	}
	if code, _, stderr := command(t, env, "config", "check", file+"x"); code != exitRefused || !strings.Contains(stderr, "no such file") {
		t.Errorf("%d %s", code, stderr)
	}
	if code, out, _ := command(t, env, "config", "reload", "--dry-run"); code != 0 || !strings.Contains(out, "room goes out of service: kfz") {
		t.Errorf("%d %s", code, out)
	}
	if code, _, stderr := command(t, env, "config", "reload"); code != exitUsage || !strings.Contains(stderr, "room kfz goes out of service") {
		t.Errorf("%d %s", code, stderr)
	}
	if code, _, _ := command(t, env, "config", "reload", "--yes"); code != 0 {
		t.Errorf("%d", code)
	}
}

func TestUsersAreListedAndTheLogIsTurned(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	want := "NAME   KIND   ROLE      ROOMS                        ENDS\n" +
		"anna   user   operator  termine, x (there is no x)   2026-12-01 08:00:03 (over)\n" +
		"board  token  viewer    all                          never\n"
	if code, out, stderr := command(t, env, "users"); code != 0 || strings.Join(strings.Fields(out), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("%d %q %s", code, out, stderr)
	}
	if code, out, _ := command(t, env, "log-level"); code != 0 || out != "info\n" {
		t.Errorf("%d %q", code, out)
	}
	if code, out, _ := command(t, env, "log-level", "debug", "--reason", "slow"); code != 0 || out != "debug\n" || g.reason != "slow" {
		t.Errorf("%d %q, %q", code, out, g.reason)
	}
	if code, _, _ := command(t, env, "log-level", "debug", "info"); code != exitUsage {
		t.Errorf("two levels: %d", code)
	}
}

func TestTheHistoryOfAPlaceIsToldInWords(t *testing.T) {
	env := environment(newGateway().serve(t))
	want := "7  7KQ4-M2PX  inside now\n" +
		"FROM                 UNTIL     TIMES  WHAT                  STATE\n" +
		"2026-12-01 08:00:03            1      the number was given  waiting\n" +
		"2026-12-01 08:00:03  08:01:03  30     its page asked        waiting, nobody was there\n" +
		"2026-12-01 08:00:03            1      it was moved (front)   (moved)\n" +
		"2 gateways share the line: what others write into journals elsewhere is not here.\n"
	if code, out, stderr := command(t, env, "place", "history", "termine", "7", "7KQ4-M2PX"); code != 0 || out != want {
		t.Errorf("%d\n%s%s", code, out, stderr)
	}
	if code, _, stderr := command(t, env, "place", "history", "termine", "x", "7KQ4-M2PX"); code != exitUsage || !strings.Contains(stderr, "number of the place") {
		t.Errorf("%d %s", code, stderr)
	}
}
