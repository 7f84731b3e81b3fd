package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Group is a master with replicas and the Sentinels that watch them.
type Group struct {
	// Name is what the Sentinels call the group.
	Name      string
	Master    *Server // as started; after a failover one of the replicas is
	Replicas  []*Server
	Sentinels []*Server
}

// StartSentinel runs a master with replicas and one Sentinel, which fails over half a second after the master has
// stopped to answer, until the test ends.
func StartSentinel(tb testing.TB, replicas int) *Group {
	tb.Helper()
	g := &Group{Name: "einlass-test", Master: Start(tb)}
	for range replicas {
		r := Start(tb, "--replicaof", fmt.Sprintf("127.0.0.1 %d", g.Master.port))
		r.WaitLog(0, "sync: Finished with success")
		g.Replicas = append(g.Replicas, r)
	}
	s := newServer(tb)
	s.ready = "+monitor master"
	config := filepath.Join(s.dir, "sentinel.conf")
	lines := []string{
		fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 1", g.Name, g.Master.port),
		"sentinel down-after-milliseconds " + g.Name + " 500",
		"sentinel failover-timeout " + g.Name + " 3000",
	}
	if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		tb.Fatalf("redistest: %v", err)
	}
	s.first = []string{config, "--sentinel"}
	s.begin()
	for _, r := range g.Replicas {
		s.WaitLog(0, "+slave slave "+r.Addr())
	}
	g.Sentinels = []*Server{s}
	return g
}
