package redisstore_test

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func TestInAClusterEveryRoomIsInOneSlotAndIsFollowedWhenItMoves(t *testing.T) {
	nodes := redistest.StartCluster(t)
	// The client knows one node only and learns the others.
	client := opened(t, redisstore.Options{Topology: redisstore.Cluster, Addrs: []string{nodes[1].Addr()}})
	if err := redisstore.Check(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{"termine", "impfung", "kita", "kfz"} {
		store, _ := filled(t, client, room, 3)
		each(t, store, nil) // the control document is of version 1 for all of them
	}
	move(t, nodes, "termine")
	store := newStore(t, client, "termine")
	_, err := store.Snapshot(t.Context())
	wants(t, err, queue.ErrLost) // another server, which knows neither the room nor the scripts
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	each(t, store, nil)
}

// move gives the room's slot, without its keys, to the next node: the one that has it forgets it.
func move(t *testing.T, nodes []*redistest.Server, room string) {
	t.Helper()
	admins := make([]*redis.Client, len(nodes))
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		admins[i] = n.Client(t)
		ids[i] = must(admins[i].Do(t.Context(), "CLUSTER", "MYID").Text())(t)
	}
	key := "einlass:{" + room + "}:room"
	slot := must(admins[0].ClusterKeySlot(t.Context(), key).Result())(t)
	owner := int(slot) * len(nodes) / 16384
	next := (owner + 1) % len(nodes)
	if err := redistest.Forget(t.Context(), admins[owner], room); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{next, owner, (next + 1) % len(nodes)} {
		if err := admins[i].Do(t.Context(), "CLUSTER", "SETSLOT", slot, "NODE", ids[next]).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAfterAFailoverTheSentinelsLeadToTheNewMaster(t *testing.T) {
	group := redistest.StartSentinel(t, 1)
	news := make(chan string, 100)
	o := redisstore.Options{Topology: redisstore.Sentinel, Addrs: []string{group.Sentinels[0].Addr()}, Master: group.Name}
	o.Log = func(line string) {
		select {
		case news <- line:
		default: // enough for this test
		}
	}
	client := must(redisstore.Open(o))(t)
	t.Cleanup(func() { _ = client.Close() })
	store, _ := filled(t, client, "termine", 3)
	// WAIT is for the writes of its own connection, and those before them.
	conn := group.Master.Client(t).Conn()
	defer conn.Close()
	if err := conn.Set(t.Context(), "last", "write", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n := must(conn.Wait(t.Context(), 1, 0).Result())(t); n != 1 {
		t.Fatalf("%d replicas have the line", n)
	}
	mark := group.Sentinels[0].LogMark()
	group.Master.Kill()
	_, err := store.Snapshot(t.Context())
	wants(t, err, queue.ErrUnavailable)
	group.Sentinels[0].WaitLog(mark, "+switch-master")
	if err := reached(t, store); err != nil {
		t.Fatal(err)
	}
	before := must(store.Snapshot(t.Context()))(t)
	if before.Waiting != 3 {
		t.Fatalf("%d places came along", before.Waiting)
	}
	// What the old master gave and the new one never heard of must not be given again.
	_, err = store.Join(t.Context(), arrivals(50, 1))
	wants(t, err, queue.ErrLost)
	_, err = tick(t.Context(), store)
	wants(t, err, queue.ErrLost)
	// Nor may what is told before the restore count in a record that the restore replaces.
	wants(t, store.Report(t.Context(), []queue.Outcome{{Kind: queue.Booked, Count: 1, Ref: queue.Code{1}}}), queue.ErrLost)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	after := must(store.Snapshot(t.Context()))(t)
	if after.Epoch <= before.Epoch || after.Waiting != 3 {
		t.Fatalf("epoch %d with %d places, after epoch %d", after.Epoch, after.Waiting, before.Epoch)
	}
	each(t, store, nil)
	for !strings.Contains(<-news, group.Replicas[0].Addr()) { // the log tells of it
	}
}
