package main

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

// Origins answers one control of each kind.
func (g *gateway) Origins(_ context.Context, id string) (operator.OriginsInfo, error) {
	if id != "termine" {
		return operator.OriginsInfo{}, &operator.UnknownRoomError{ID: id}
	}
	at := time.Date(2026, 12, 1, 8, 0, 3, 0, time.Local)
	return operator.OriginsInfo{ID: id, Version: 3, Origins: []operator.Origin{
		{Name: "rate", File: json.RawMessage("60"), Now: json.RawMessage("120"), From: operator.FromOperator, Change: &operator.ChangedBy{Time: at, By: "anna", Reason: "more seats"}},
		{Name: "burst", File: json.RawMessage("1"), Now: json.RawMessage("1"), From: operator.FromFile},
		{Name: "mode", File: json.RawMessage(`"run"`), Now: json.RawMessage(`"pause"`), From: operator.FromOperator},
	}}, nil
}

func TestFileAndLiveValuesAreShown(t *testing.T) {
	env := environment(newGateway().serve(t))
	want := "CONTROL  FILE   IN FORCE  WHY\n" +
		"rate     60     120       changed by anna at 2026-12-01 08:00:03: more seats\n" +
		"burst    1      1         as the file says\n" +
		"mode     \"run\"  \"pause\"   changed, by another gateway or before its record\n"
	if code, out, stderr := command(t, env, "origins", "termine"); code != 0 || out != want {
		t.Errorf("%d %q %q", code, out, stderr)
	}
	if code, _, _ := command(t, env, "origins", "nowhere"); code != exitRefused {
		t.Errorf("no such room: %d", code)
	}
}
