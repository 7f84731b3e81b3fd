package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestExitCodesAndWordsTellWhatIsWrong(t *testing.T) {
	g := newGateway()
	server := g.serve(t)
	env := environment(server)
	with := func(key, value string) map[string]string {
		return map[string]string{"EINLASS_ADMIN_URL": env["EINLASS_ADMIN_URL"], "EINLASS_ADMIN_TOKEN": token, key: value}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	page := httptest.NewServer(http.NotFoundHandler())
	defer page.Close()
	tests := []struct {
		name string
		env  map[string]string
		args []string
		code int
		want string
	}{
		{"an unknown room", env, []string{"rate", "termin", "1"}, 1, "admin: room »termin« does not exist; did you mean termine?\nRooms: termine, kfz\n"},
		{"a rate beyond the bounds", env, []string{"rate", "termine", "10000001"}, 2, "admin: \"10000001\": want a whole number of people a minute, 1 to 10000000\n\nUsage:\n  admin rate ROOM N\n"},
		{"a negative rate", env, []string{"rate", "termine", "-5"}, 2, "admin: \"-5\": want a whole number of people a minute, 1 to 10000000\n\nUsage:\n  admin rate ROOM N\n"},
		{"a negative rate behind --", env, []string{"rate", "termine", "--", "-5"}, 2, "admin: \"-5\": want a whole number of people a minute, 1 to 10000000\n"},
		{"a negative fraction", env, []string{"rate", "termine", "-.5"}, 2, "admin: \"-.5\": want a whole number of people a minute, 1 to"},
		{"a rate that is a word", env, []string{"rate", "termine", "fast"}, 2, "admin: \"fast\": want a whole number of people a minute, 1 to 10000000\n"},
		{"a rate that is no number", env, []string{"rate", "termine", "NaN"}, 2, "admin: \"NaN\": want a whole number of people a minute, 1 to"},
		{"a rate with an exponent", env, []string{"rate", "termine", "1e9"}, 2, "admin: \"1e9\": want a whole number of people a minute, 1 to"},
		{"a rate with a unit", env, []string{"rate", "termine", "30/min"}, 2, "admin: \"30/min\": want a whole number of people a minute, 1 to"},
		{"an empty rate", env, []string{"rate", "termine", ""}, 2, "admin: \"\": want a whole number of people a minute, 1 to"},
		{"a rate that no machine holds", env, []string{"rate", "termine", "99999999999999999999"}, 2, "admin: \"99999999999999999999\": want a whole number"},
		{"a burst of nobody", env, []string{"burst", "termine", "0"}, 2, "admin: \"0\": want a whole number of people, 1 to 1000000: did you mean `admin burst termine 1`?\n"},
		{"a rate at which nobody enters", env, []string{"rate", "termine", "0", "--yes"}, 2, "admin: \"0\": want a whole number of people a minute, 1 to 10000000: did you mean `admin pause termine`?\n"},
		{"a rate of ten times as much that nobody confirms", env, []string{"rate", "termine", "600"}, 2, "admin: rate of termine from 60 a minute to 600 a minute (10 times as much):\nnothing was changed; give --yes"},
		{"a tenth that nobody confirms", env, []string{"max-inside", "termine", "10"}, 2, "admin: max inside of termine from 100 people to 10 people (10 times less):\nnothing was changed; give --yes"},
		{"no bound that nobody confirms", env, []string{"max-inside", "termine", "0"}, 2, "admin: max inside of termine from 100 people to no bound (all or nothing):\nnothing was changed; give --yes"},
		{"a burst of ten times as much that nobody confirms", env, []string{"burst", "termine", "20"}, 2, "admin: burst of termine from 2 at once to 20 at once (10 times as much):\nnothing was changed; give --yes"},
		{"a word that is none", env, []string{"strict", "termine", "yes"}, 2, "admin: \"yes\": want on or off: did you mean `admin strict termine on`?\n"},
		{"a long message", env, []string{"message", "termine", strings.Repeat("a", 2001)}, 2, "admin: message: of 2001 bytes: want at most 2000\n"},
		{"a message that clears the screen", env, []string{"message", "termine", "a\x1b[2J"}, 2, "admin: message: has a control character or broken UTF-8 at byte 1; want plain text\n"},
		{"a message that looks like a flag", env, []string{"message", "termine", "- bitte warten"}, 2, "admin: \"- bitte warten\": a text that begins with - goes behind --"},
		{"a version that cannot be", env, []string{"pause", "termine", "--if-version", "0"}, 2, "admin: --if-version 0: want 1 or more\n"},
		{"an address that is none", with("EINLASS_ADMIN_URL", "gate:8081"), []string{"rooms"}, 1, "admin: the address must be http://host:port, https://host:port or unix:/path\n"},
		{"a token file that is not there", env, []string{"rooms", "--token-file", "/nowhere/token"}, 1, "admin: read the token: open /nowhere/token: "},
		{"a short interval", env, []string{"watch", "--interval", "1ms"}, 2, "admin: --interval 1ms: want at least 100ms\n"},
		{"an unknown command", env, []string{"rate-limit"}, 2, "admin: there is no command \"rate-limit\"\n\nUsage:\n  admin\n"},
		{"a misspelled command", env, []string{"puase", "termine"}, 2, "admin: there is no command \"puase\"; did you mean pause?\n\nUsage:"},
		{"a misspelled trial", env, []string{"debug", "revael", "termine"}, 2, "admin: there is no command \"debug revael\"; did you mean reveal?\n\nUsage:"},
		{"help about an unknown command", env, []string{"help", "puase"}, 2, "admin: there is no command \"puase\"; did you mean pause?\n\nUsage:"},
		{"a missing argument", env, []string{"rate", "termine"}, 2, "admin: N is missing\n\nUsage:\n  admin rate ROOM N\n"},
		{"missing arguments", env, []string{"rate"}, 2, "admin: ROOM and N is missing\n\nUsage:\n  admin rate ROOM N\n"},
		{"an argument too many", env, []string{"rooms", "x"}, 2, "admin: \"x\" is too much: admin rooms takes no argument\n\nUsage:\n  admin rooms\n"},
		{"an argument too many of two", env, []string{"rate", "termine", "60", "x"}, 2, "admin: \"x\" is too much: admin rate takes 2 arguments\n"},
		{"an unknown flag", env, []string{"rooms", "--jason"}, 2, "admin: unknown flag: --jason\n\nUsage:\n  admin rooms\n"},
		{"nobody there", with("EINLASS_ADMIN_URL", gone.URL), []string{"rooms"}, 3, "admin: cannot reach the gateway at " + gone.URL + ": dial tcp"},
		{"something else there", with("EINLASS_ADMIN_URL", page.URL), []string{"rooms"}, 1, "admin: this is not the gate's admin API at " + page.URL + ": status 404, type text/plain"},
		{"no token", with("EINLASS_ADMIN_TOKEN", ""), []string{"rooms"}, 4, "admin: there is no token: set EINLASS_ADMIN_TOKEN or use --token-file\n"},
		{"a wrong token", with("EINLASS_ADMIN_TOKEN", "wrong"), []string{"rooms"}, 4, "admin: the gateway at " + server.URL + " does not accept this token\n"},
		{"a token that may not", with("EINLASS_ADMIN_TOKEN", "of-a-site"), []string{"rooms"}, 4, "admin: the gateway refused: not allowed: it needs the role viewer, and this is the role reporter\n"},
		{"an old version", env, []string{"pause", "termine", "--if-version", "2"}, 5, "admin: nothing was changed: the controls have changed since: they are of version 3, not 2\n"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s is exit code %d", tt.name, tt.code), func(t *testing.T) {
			code, out, stderr := command(t, tt.env, tt.args...)
			if code != tt.code || !strings.HasPrefix(stderr, tt.want) || out != "" || strings.Contains(stderr, token) {
				t.Errorf("exit code %d, %q %q, want %d %q", code, out, stderr, tt.code, tt.want)
			}
		})
	}
	if r, _ := g.Get(t.Context(), "termine"); r.Version != 3 {
		t.Errorf("a refused command changed the room: %+v", r)
	}
	g.mu.Lock()
	g.err = queue.ErrUnavailable
	g.mu.Unlock()
	if code, _, stderr := command(t, env, "pause", "termine"); code != 3 || stderr != "admin: the gateway cannot do it now: the store is unavailable\n" {
		t.Errorf("without a store: %d %q", code, stderr)
	}
}
