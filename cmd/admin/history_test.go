package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
)

func (g *gateway) History(_ context.Context, id string, asked operator.HistoryAsked) (operator.HistoryInfo, error) {
	if id != "termine" {
		return operator.HistoryInfo{}, g.unknownRoom(id)
	}
	return pastOf(asked.Points), g.err
}

func (g *gateway) Changes() <-chan struct{} { return nil }

// pastOf is the history of a morning of two hours, in so many points: nobody looked in the first tenth.
func pastOf(points int) operator.HistoryInfo {
	if points == 0 {
		points = 240
	}
	info := operator.HistoryInfo{ID: "termine", Answer: history.Answer{
		From: time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC), Step: int64(7200 / points), Columns: map[string][]history.Value{},
	}}
	put := func(name string, v float64) { info.Columns[name] = append(info.Columns[name], history.Value(v)) }
	for i := range points {
		if put("t", float64(info.From.Unix()+int64(i)*info.Step)); i < points/10 {
			for _, row := range pastRows {
				put(row.column, math.NaN())
			}
			continue
		}
		for _, row := range pastRows {
			v := 0.0
			switch row.column {
			case "waiting":
				v = 12000 * math.Sin(math.Pi*float64(i)/float64(points))
			case "inside", "asked", "admitted":
				v = 60
			case "factor":
				v = 0.4 + 0.6*float64(i%2)
			case "wait_high":
				v = 5400
			case "median":
				v = 0.127
			}
			put(row.column, v)
		}
	}
	return info
}

func TestTheHistoryIsATableThatFits(t *testing.T) {
	info := pastOf(2 * sparkWidth)
	info.Columns["waiting"][79] = history.Value(math.NaN()) // the store is away
	view := historyView(&info, time.UTC)
	lines := strings.Split(strings.TrimSuffix(view, "\n"), "\n")
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	for _, want := range []string{
		"termine, a dot is 1m30s", "07:00", "09:00   LEAST    MOST  LATEST", "12000       -\n", "of it in force  ⠀⠀⠀⠀", "   40 %   100 %   100 %\n",
		"wait up to", " 90 min", " 0.13 s",
	} {
		if !strings.Contains(view, want) {
			t.Errorf("%q is not there:\n%s", want, view)
		}
	}
	if strings.Contains(view, "bookings") || strings.Contains(view, "lobby") {
		t.Errorf("what was 0 all the time is there:\n%s", view)
	}
}

func TestASparklineHasADotForWhatIsKnown(t *testing.T) {
	nan := history.Value(math.NaN())
	for _, tt := range []struct {
		values []history.Value
		want   string
	}{
		{nil, ""},
		{[]history.Value{nan, nan}, "⠀"},
		{[]history.Value{0, 0, nan, 0, 0}, "⣀⢀⡀"},
		{[]history.Value{0, 1, 2, 3}, "⣠⣾"},
		{[]history.Value{-5, 5}, "⣸"},
	} {
		if got := sparkline(tt.values); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.values, got, tt.want)
		}
	}
}

func TestTheHistoryIsAskedFor(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	code, out, errs := command(t, env, "history", "termine", "--span", "2h")
	if code != exitOK || !strings.Contains(out, "waiting") || errs != "" {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, _ = command(t, env, "history", "termine", "--json")
	var info operator.HistoryInfo
	if err := json.Unmarshal([]byte(out), &info); code != exitOK || err != nil || len(info.Columns["waiting"]) != 240 {
		t.Errorf("%d %s %v", code, out, err)
	}
	for _, args := range [][]string{{"history"}, {"history", "termine", "--span", "30s"}, {"history", "termine", "--span", "48h"}} {
		if code, _, errs := command(t, env, args...); code != exitUsage || errs == "" {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
	if code, _, errs := command(t, env, "history", "park"); code != exitRefused || !strings.Contains(errs, "termine") {
		t.Errorf("a room that there is not: %d %s", code, errs)
	}
}

func TestEventsAreLinesOfJSON(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	a := &app{out: writer(func(b []byte) (int, error) { cancel(); return out.Write(b) }), err: &errs, getenv: func(k string) string { return env[k] }}
	code := a.run(ctx, []string{"events", "kfz"})
	var list adminapi.RoomList
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || code != exitOK || len(list.Rooms) != 1 || list.Rooms[0].ID != "kfz" || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%d, %v: %s%s", code, err, &out, &errs)
	}
	if code, _, errs := command(t, env, "events", "park"); code != exitRefused || !strings.Contains(errs, "termine") {
		t.Errorf("a room that there is not: %d %s", code, errs)
	}
}

// writer is a function that takes what is written.
type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
