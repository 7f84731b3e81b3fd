// Package redisstore keeps one room's line in Redis 7 or later, or Valkey, so that any number of gateways share it:
// one server, a Sentinel group or a Cluster.
//
// Every verb is one Lua script, sent as EVALSHA and run by Redis as one atomic step: it reads and decides first and
// writes last, so that a refused call has changed nothing. The scripts (scripts/*.lua, each with a header that names
// its keys, arguments, reply and cost) use the server's clock, and nothing that is not in Redis 7.0: sorted sets,
// hashes, strings, TIME. All keys of a room carry one hash tag and are named in keys.go; see there for what an ACL must
// allow.
//
// Invariants:
//
//   - a verb answers nil or an error that wraps exactly one of queue.ErrLost, ErrUnavailable, ErrConflict, ErrInvalid,
//     ErrFormat, ErrUnknown and ErrClosed, with the verb before it and the cause behind it;
//   - a verb is one round trip; a second one only when the server does not know the script yet;
//   - every number is an integer below 2^53, so that Lua's doubles are exact;
//   - a waiting place takes about 220 bytes (two entries: line and seen);
//   - a room says which of its keys there are, so that a server that evicts is noticed (ErrLost), whichever key it took;
//   - a failover is noticed by the replication id, which each Join, Report and Advance asks for, and the run id (ErrLost until a Restore);
//   - the sketches that Advance answers are kept with the room and shared by all gateways, see scripts/sketch.lua.
//
// A verb's script is put together from the parts in scripts/, what Go's tables say (keys.go, figures.go, script.go), and without
// what it does not use. Parts that few calls need define their functions only then: to define a function costs a call about as
// much as to read a set.
//
// A room of the releases before had other keys (keys.go). The first Restore takes it over (scripts/upgrade.lua) and leaves a
// text in the place of its hash, so that gateways of such a release fail instead of beginning a second line.
//
// Redis must not evict (maxmemory-policy noeviction, its default): a room whose keys are evicted one by one forgets
// which tickets are spent. Persistence is optional, because a lost line is rebuilt from the tickets.
//
// It implements queue.Store; that package's documentation is the specification. It imports pkg/queue and go-redis;
// cmd/gateway and the load tests import it.
package redisstore
