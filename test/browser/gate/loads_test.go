package gate

import (
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// TestAPageIsOneAnswer is about what a browser asks for to show a page: the page.
func TestAPageIsOneAnswer(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serveSite(t)}
	settings := harness.Settings{Draws: harness.NewDrand(t), Rooms: []harness.Room{
		{ID: "called", Hosts: []string{"called.localhost"}, Site: site, Claim: 3 * time.Minute},
		{ID: "left", Hosts: []string{"left.localhost"}, Site: site},
		{ID: "lost", Hosts: []string{"lost.localhost"}, Site: site, Exclude: []string{"/open"}},
		{ID: "door", Hosts: []string{"door.localhost"}, Site: site},
		{ID: "moved", Hosts: []string{"moved.localhost"}, Site: site},
		{Hosts: []string{"drawn.localhost"}, Site: site},
	}}
	play(t, "loads.test.mjs", settings, loadsPlayed, func(g *harness.Gate) {
		harness.PlanDraw(t, []*harness.Gate{g}, "today", time.Now().Add(time.Hour))
	})
}
