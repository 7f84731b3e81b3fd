package gate

import (
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// ways are the names of the rooms of ways.test.mjs, one for a test. Nobody is let in until the test says so.
var ways = []string{"absent", "asleep", "both", "restart", "back", "offline", "keys", "bare"}

func TestAPlaceIsKeptOnTheWaysThatPeopleTake(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serveSite(t)}
	var settings harness.Settings
	for _, name := range ways {
		room := harness.Room{ID: name, Hosts: []string{name + ".localhost"}, Site: site, Exclude: []string{"/open"}}
		switch name {
		case "absent", "asleep":
			// A call that is over while a test looks on.
			room.Claim = 8 * time.Second
		case "both":
			room.Entry = 3 * time.Second
		default:
			room.Claim = 3 * time.Minute
		}
		settings.Rooms = append(settings.Rooms, room)
	}
	play(t, "ways.test.mjs", settings, waysPlayed)
}
