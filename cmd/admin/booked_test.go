package main

import (
	"strings"
	"testing"
)

func TestWhatIsBookedIsShownAndCorrected(t *testing.T) {
	g := newGateway()
	g.rooms[0].Opening.Quota = nil
	env := environment(g.serve(t))
	said := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, stderr := command(t, env, append([]string{"booked"}, args...)...)
		if code != wantCode || !strings.Contains(out+stderr, want) {
			t.Errorf("booked %q: exit code %d, %q %q, want %d, %q", args, code, out, stderr, wantCode, want)
		}
	}
	said(0, "booked of termine: 0, without a quota\n", "termine")
	quota := int64(625)
	g.rooms[0].Opening.Quota = &quota
	said(0, "booked of termine: 412 of 625, 213 left (was 0)\n", "termine", "412", "--reason", "as the list says")
	if g.reason != "as the list says" {
		t.Errorf("the reason is %q", g.reason)
	}
	said(0, "booked of termine: 412 of 625, 213 left\n", "termine")
	said(0, "booked of termine: 625 of 625, nothing left (was 412)\n", "termine", "625")
	said(0, `"booked": 625`, "termine", "--json")
	said(2, "ROOM is missing")
	said(2, "want a whole number, 0 to", "termine", "many")
	said(2, "want a whole number, 0 to", "termine", "--", "-1")
	said(2, `"3" is too much`, "termine", "1", "3")
	said(1, "does not exist", "nowhere", "1")
}
