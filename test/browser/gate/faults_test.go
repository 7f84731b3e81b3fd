package gate

import (
	"testing"

	"github.com/einlass/einlass/test/e2e/harness"
)

// TestEachFaultIsAPage is about what a person reads whose browser sends what cannot be served, or refuses cookies.
func TestEachFaultIsAPage(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serveSite(t)}
	var settings harness.Settings
	for _, name := range []string{"faults", "refusing", "refusing-scriptless", "again"} {
		settings.Rooms = append(settings.Rooms, harness.Room{ID: name, Hosts: []string{name + ".localhost"}, Site: site})
	}
	play(t, "faults.test.mjs", settings, faultsPlayed)
}
