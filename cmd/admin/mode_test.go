package main

import (
	"context"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// These are the confirmations that a gateway asks for before it opens to all, and before it ends stays.
const openCode, endCode = "1234-aa", "95-bb"

func (g *gateway) SetMode(ctx context.Context, id string, act operator.ModeAct) (operator.ModeInfo, error) {
	if act.Mode == operator.WordOpen && act.Confirm != openCode {
		return operator.ModeInfo{}, &operator.ConfirmError{Kind: operator.EffectOpenAll, Count: 1234, Effect: "everybody gets in at once", Code: openCode}
	}
	m, door := queue.ModeRun, queue.DoorClosed
	if act.Mode == operator.WordOpen {
		m, door = queue.ModeOpen, queue.DoorOpen
	}
	info, err := g.Change(ctx, id, operator.Change{Mode: &m, Door: &door, Reason: act.Reason, Confirm: act.Confirm, IfVersion: act.Version()})
	return operator.ModeInfo{RoomInfo: info, ToServe: 1329}, err
}

func (g *gateway) EndStays(_ context.Context, id string, asked operator.StaysEnd) (operator.StaysEnded, error) {
	if asked.All && asked.Confirm != endCode {
		return operator.StaysEnded{}, &operator.ConfirmError{Kind: operator.EffectStaysEnd, Count: 95, Effect: "95 people inside lose their stay", Code: endCode}
	}
	g.reason = asked.Reason
	return operator.StaysEnded{ID: id, Ended: 95}, g.err
}

func (g *gateway) RefuseStays(_ context.Context, _ string, why error) error { return why }

func TestWhatTakesSomethingFromPeopleIsAskedAboutFirst(t *testing.T) {
	open := []string{"mode", "termine", "open"}
	end := []string{"stays", "end", "termine", "--all", "--reason", "the site starts anew"}
	for _, c := range []struct {
		typed string
		asks  bool
		args  []string
		code  int
		out   string
		err   string
	}{
		{"y\n", true, open, 0, "termine is open to all, its door is open; 1,329 people are still to be served; version 4\n", "everybody gets in at once.\nChange it? [y/N]"},
		{"n\n", true, open, 1, "", "nothing was changed"},
		{"", false, open, 2, "", "everybody gets in at once:\nnothing was changed; give --yes"},
		{"", false, append(open, "--yes"), 0, "termine is open to all, its door is open; 1,329 people are still to be served; version 4\n", ""},
		{"", false, []string{"mode", "termine", "drain"}, 0, "termine is running, its door is closed; 1,329 people are still to be served; version 4\n", ""},
		{"", false, []string{"mode", "termine", "shut"}, 2, "", "want one of run, pause, close, drain, open"},
		{"", false, []string{"mode", "nowhere", "drain"}, 1, "", "nowhere"},
		{"y\n", true, end, 0, "stays of termine ended: 95\n", "95 people inside lose their stay"},
		{"", false, end, 2, "", "95 people inside lose their stay"},
		{"", false, []string{"stays", "end", "termine", "--all"}, 2, "", "--reason is missing"},
		{"", false, []string{"stays", "end", "termine"}, 2, "", "want ROOM NUMBER CODE, or ROOM --all"},
		{"", false, []string{"stays", "end", "termine", "17", "7KQ4", "--all"}, 2, "", "want ROOM NUMBER CODE, or ROOM --all"},
		{"", false, []string{"stays", "end", "termine", "x", "7KQ4", "--reason", "r"}, 2, "", "want the number of the place"},
	} {
		g := newGateway()
		code, out, stderr := typing(t, g, strings.NewReader(c.typed), c.asks, c.args...)
		if code != c.code || out != c.out || !strings.Contains(stderr, c.err) {
			t.Errorf("%q typed at admin %q: exit code %d, %q %q", c.typed, c.args, code, out, stderr)
		}
		if c.code == 2 && (g.reason != "" || g.asked.Mode != nil) {
			t.Errorf("admin %q: done all the same", c.args)
		}
	}
}
