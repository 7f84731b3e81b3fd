package handover

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// slowness is how long a successor stands still: longer than a verb of a line may take.
const slowness = 3 * time.Second

// A successor that stands still for a while at a step of its start fails nobody. Until it is ready for the lines, the old process serves
// everybody meanwhile; while the lines are on their way, they wait.
func TestNobodyFailsHoweverSlowlyASuccessorStarts(t *testing.T) {
	for _, step := range []string{"started", "ready", "given"} {
		t.Run(step, func(t *testing.T) {
			g := newGate(t, newSite(t), false, "")
			g.start()
			c := usual(t, g)
			i := slices.IndexFunc(steps, func(s handoverStep) bool { return s.name == step })
			come := c.connected(5)
			asked := make(chan string, 1)
			go func() {
				pid, said := g.upgrade()
				if pid != 0 {
					said = ""
				}
				asked <- said
			}()
			g.until(steps[i].says, 1)
			g.until("a new process starts", 1)
			next := g.successors()[0]
			if err := syscall.Kill(next, syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			if step == "started" {
				c.settled(2)
			}
			launch.Rest(t.Context(), slowness/6)
			come() // at the old process, which has no lines any more at the later steps
			launch.Rest(t.Context(), slowness)
			if err := syscall.Kill(next, syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			if why := <-asked; why != "" {
				t.Fatal(why)
			}
			c.end()
		})
	}
}
