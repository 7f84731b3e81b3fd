package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

// hostile sets the title of a window, turns the direction of writing, and has a control sequence of one sign (ECMA-48, 8.3.16).
const hostile = "A\x1b]0;owned\x07\u009b31mB\u202eC\U000e0001D"

func TestNothingOfAGatewayReachesTheTerminalAsAControl(t *testing.T) {
	g := newGateway()
	g.rooms[0].Title, g.rooms[0].Message = hostile, hostile
	g.rooms[0].Backends[1].Detail = hostile
	env := environment(g.serve(t))
	for _, args := range [][]string{
		{"rooms"},
		{"rooms", "--wide"},
		{"rooms", "--json"},
		{"rooms", "-o", "yaml"},
		{"rate", "termine", hostile},
		{"rooms", hostile},
		{"pause", hostile},
		{"rooms", "-o", hostile},
		{"message", "termine", hostile},
		{"audit", "list", "--since", hostile},
		{hostile},
	} {
		_, out, stderr := command(t, env, args...)
		if text := out + stderr; text == "" {
			t.Errorf("%q says nothing", args)
		} else if i := strings.IndexFunc(text, unseen); i >= 0 {
			t.Errorf("%q writes a control at byte %d: %q", args, i, text[max(0, i-40):min(len(text), i+20)])
		}
	}
}

// unseen reports whether a terminal could obey a sign.
func unseen(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }

func TestAGatewaysRefusalIsNoControlEither(t *testing.T) {
	g := newGateway()
	g.err = &operator.InvalidError{Fields: []operator.FieldError{{Field: "rate", Detail: hostile}}}
	_, _, stderr := command(t, environment(g.serve(t)), "rate", "termine", "61")
	if !strings.Contains(stderr, "owned") || strings.ContainsFunc(stderr, unseen) {
		t.Errorf("it says %q", stderr)
	}
}

func TestEscapedJSONSaysTheSame(t *testing.T) {
	said := adminapi.RoomList{Rooms: []operator.RoomInfo{{Title: hostile + "<é & 日本 🎟>"}}}
	text, err := jsonText(said, "  ")
	var back adminapi.RoomList
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err != nil || back.Rooms[0].Title != said.Rooms[0].Title || !strings.Contains(string(text), "<é & 日本 🎟>") {
		t.Errorf("%v, %s", err, text)
	}
}
