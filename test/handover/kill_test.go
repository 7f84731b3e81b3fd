package handover

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// successors are the ids of the processes that were started as successors, the latest last.
func (g *gate) successors() (all []int) {
	for _, m := range regexp.MustCompile(`"a new process starts, this one serves on","process":(\d+)`).FindAllStringSubmatch(g.said(), -1) {
		pid, _ := strconv.Atoi(m[1])
		all = append(all, pid)
	}
	return all
}

// steps are what the log says at the steps of a handover, in their order.
var steps = []handoverStep{
	{"started", "a new process starts"},
	{"ready", "this process is a successor, and ready for the lines"},
	{"given", "the new process is ready, the lines go to it"},
	{"taken", "line continued"},
	{"serving", "visitors are served"},
}

type handoverStep struct{ name, says string }

// The one that is left, or the next one that is started, goes on with the line: nobody has lost a place, and no number is given twice.
func TestTheLineGoesOnWhoeverIsKilledAtAHandover(t *testing.T) {
	for _, victim := range []string{"old", "new"} {
		for _, step := range steps {
			t.Run(victim+" when "+step.name, func(t *testing.T) {
				g := newGate(t, newSite(t), false, "")
				g.start()
				c := usual(t, g)
				c.kills = victim == "old" || step.name == "serving" // until then a new one may die and nobody sees it
				for range killsEach {
					if said := g.killOne(victim, step.says); victim == "new" && strings.HasPrefix(said, "upgraded") {
						c.kills = true // it was quicker, and visitors were served by it alone
					}
					c.settled(2)
				}
				c.end()
			})
		}
	}
}

// killOne kills the process that is replaced, or its successor, when the log says something once more, and starts another one if none is
// left. It answers what the command said.
func (g *gate) killOne(victim, when string) (said string) {
	g.t.Helper()
	before, seen, known := g.processes(), g.count(when), len(g.successors())
	if len(before) != 1 {
		g.t.Fatalf("%v run", before)
	}
	asked := make(chan string, 1)
	go func() { _, said := g.upgrade(); asked <- said }()
	g.until(when, seen+1)
	g.until("a new process starts", known+1)
	pid := before[0]
	if victim == "new" {
		pid = g.successors()[known]
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		g.t.Error(err)
	}
	g.gone(pid)
	said = <-asked
	g.t.Logf("%d was killed; the command says %q", pid, said)
	g.settle()
	return said
}

// settle waits until one process serves operators; if none is left it starts one, as a service manager does.
func (g *gate) settle() {
	g.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		switch all := g.processes(); {
		case len(all) == 0:
			g.start()
			return
		case len(all) == 1 && g.ready():
			return
		}
		select {
		case <-tick.C:
		case <-g.t.Context().Done():
			g.t.Fatalf("%v run", g.processes())
		}
	}
}

// ready reports whether a process that serves says so.
func (g *gate) ready() bool {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + g.admin + "/readyz")
	if err != nil {
		return false
	}
	return res.StatusCode == http.StatusOK && res.Body.Close() == nil
}
