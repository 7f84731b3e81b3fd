package redistest

import (
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"
)

// slots is how many a Redis Cluster has.
const slots = 16384

// StartCluster runs a Redis Cluster of three masters without replicas until the test ends.
func StartCluster(tb testing.TB) []*Server {
	tb.Helper()
	nodes, buses := make([]*Server, 3), make([]int, 3)
	for i := range nodes {
		s := newServer(tb)
		bus, err := freePort()
		if err != nil {
			tb.Fatalf("redistest: %v", err)
		}
		s.args = []string{
			"--save", "", "--appendonly", "no", "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus),
			"--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000",
		}
		s.begin()
		nodes[i], buses[i] = s, bus
		client := s.Client(tb)
		first, last := i*slots/len(nodes), (i+1)*slots/len(nodes)-1
		do(tb, client, "CLUSTER", "ADDSLOTSRANGE", first, last)
		do(tb, client, "CLUSTER", "SET-CONFIG-EPOCH", i+1)
		if i > 0 {
			do(tb, client, "CLUSTER", "MEET", "127.0.0.1", nodes[0].port, buses[0])
		}
	}
	for _, s := range nodes {
		s.WaitLog(0, "Cluster state changed: ok")
	}
	return nodes
}

func do(tb testing.TB, client *redis.Client, args ...any) {
	tb.Helper()
	if err := client.Do(tb.Context(), args...).Err(); err != nil {
		tb.Fatalf("redistest: %v: %v", args, err)
	}
}
