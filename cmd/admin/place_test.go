package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func (g *gateway) ListPlaces(_ context.Context, id string) (operator.PlaceList, error) {
	ahead, low, high, at := int64(12), 240.0, 420.0, time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	return operator.PlaceList{ID: id, Places: []operator.PlaceInfo{
		{ID: id, Number: 7, Code: "7KQ4-M2PX", State: "missed", Now: true, Desk: true, Taken: &at},
		{ID: id, Number: 8, Code: "8KQ4-M2PX", State: "waiting", Desk: true, Ahead: &ahead, Low: &low, High: &high},
	}}, g.err
}

func (g *gateway) TakePlace(_ context.Context, id string, _ operator.NewPlace) (operator.PlaceInfo, error) {
	return operator.PlaceInfo{ID: id, Number: 9, Code: "9KQ4-M2PX", State: "lobby", Lot: true}, g.err
}

func (g *gateway) ActOnPlace(_ context.Context, id, act string, a operator.PlaceAct) (operator.PlaceInfo, error) {
	g.reason = act + " " + a.Reason
	info := operator.PlaceInfo{ID: id, Number: a.Number, Code: a.Code, State: "waiting"}
	if act == operator.PlaceRemove {
		info.State, info.Reason = "spent", journal.Reason(queue.ReasonRemoved)
	}
	if act == operator.PlaceLink {
		info.URL = "https://termine.example/.einlass/take?room=termine&t=x"
		if a.Number == 8 {
			info.URL = "/.einlass/take?room=termine&t=x"
		}
	}
	return info, g.err
}

func (g *gateway) SendPlace(_ context.Context, id string, a operator.PlaceSend) (operator.PlaceInfo, error) {
	g.reason = a.To
	return operator.PlaceInfo{ID: id, Number: a.Number, Code: a.Code, State: "missed", Now: true}, g.err
}

func (g *gateway) RefusePlace(_ context.Context, _, _ string, why error) error { return why }

func TestPlacesAreTakenListedAndActedOn(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	for _, tt := range []struct{ args, want string }{
		{"place new termine", "9  9KQ4-M2PX  lobby, a lot: the draw gives the number\n"},
		{"place now termine", "7  7KQ4-M2PX  missed, it is their turn, taken at " + time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC).Local().Format("15:04:05") + "\n"},
		{"place show termine 7 7kq4m2px", "7  7kq4m2px  waiting\n"},
		{"place link termine 7 7KQ4-M2PX", "7  7KQ4-M2PX  waiting\nhttps://termine.example/.einlass/take?room=termine&t=x\n"},
		{"place link termine 8 7KQ4-M2PX", "put the site's address before it; with rooms[].canonical the gateway knows it\n"},
		{"place front termine 7 7KQ4-M2PX --reason mistake", "waiting\n"},
		{"place remove termine 7 7KQ4-M2PX --reason asked", "spent (removed)\n"},
		{"place list termine", "8  8KQ4-M2PX  waiting, 12 ahead, about 4 to 7 min\n"},
	} {
		code, out, stderr := command(t, env, strings.Fields(tt.args)...)
		if code != 0 || !strings.HasSuffix(out, tt.want) || stderr != "" {
			t.Errorf("admin %s: exit code %d, %q %q, want %q", tt.args, code, out, stderr, tt.want)
		}
		if strings.Contains(tt.args, "--reason") && g.reason != strings.Fields(tt.args)[1]+" "+strings.Fields(tt.args)[6] {
			t.Errorf("admin %s: %q arrived", tt.args, g.reason)
		}
	}
	if code, _, stderr := command(t, env, "place", "show", "termine", "x", "7KQ4-M2PX"); code != 2 || !strings.Contains(stderr, "want the number") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, out, _ := command(t, env, "place", "sms", "termine", "7", "7KQ4-M2PX", "--to", "+49 170 1234567"); code != 0 || g.reason != "+49 170 1234567" || strings.Contains(out, "170") || !strings.Contains(out, "the link was sent") {
		t.Errorf("exit code %d, %q arrived, it says %s", code, g.reason, out)
	}
	if code, _, stderr := command(t, env, "place", "sms", "termine", "7", "7KQ4-M2PX"); code != 2 || !strings.Contains(stderr, "--to is missing") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	g.err = queue.ErrUnknown
	if code, _, stderr := command(t, env, "place", "show", "termine", "7", "7KQ4-M2PX"); code != 1 || !strings.Contains(stderr, "unknown place") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestTheDeskReadsALineACaller(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	var stdout, stderr bytes.Buffer
	a := &app{
		in:  strings.NewReader("\n\nn\n7 7KQ4-M2PX\n7 7kq4 m2px l\nwhat\n?\nl\nq\n\n"),
		out: &stdout, err: &stderr, getenv: func(k string) string { return env[k] }, readFile: os.ReadFile,
	}
	if code := a.run(t.Context(), []string{"desk", "termine"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if n := strings.Count(stdout.String(), "9KQ4-M2PX"); n != 2 {
		t.Errorf("%d places were taken, want two:\n%s", n, stdout.String())
	}
	for _, want := range []string{"7  7KQ4-M2PX  missed, it is their turn", "7  7KQ4-M2PX  waiting\n", "7  7kq4m2px  waiting\nhttps://", "8  8KQ4-M2PX  waiting, 12 ahead"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, stdout.String())
		}
	}
	if !strings.Contains(stderr.String(), `"what": want Enter, n, l, ?, q`) || !strings.Contains(stderr.String(), "NUMBER CODE l  a link to it") {
		t.Errorf("it says %q", stderr.String())
	}
}
