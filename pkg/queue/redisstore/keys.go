package redisstore

import (
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// DefaultPrefix begins every key unless Config.Prefix says otherwise.
const DefaultPrefix = "einlass"

// names are a room's keys in the order in which every script has them in KEYS; scripts/prelude.lua says what each
// holds. Scripts compose no keys of their own.
var names = [...]string{
	"room",
	"line0", "line1", "line2", "line3", "line4", "line5", "line6", "line7", "seen", "front", "back",
	"calls", "asking", "asked", "missed", "lapsed", "again", "spent",
	"fresh", "inside1", "inside2", "inside3", "inside4", "inside5", "inside6", "inside7", "inside8", "served",
	"ended", "orders", "lanes", "refs", "codes", "curves", "samples", "gateways",
	// What can be made again from the others:
	"sketch", "growing",
}

// constants name keys in scripts by their position in KEYS. Lines and insides are counted from the first.
var constants = []struct{ name, key string }{
	{"ROOM", "room"},
	{"LINE", "line0"},
	{"SEEN", "seen"},
	{"FRONT", "front"},
	{"BACK", "back"},
	{"CALLS", "calls"},
	{"ASKING", "asking"},
	{"ASKED", "asked"},
	{"MISSED", "missed"},
	{"LAPSED", "lapsed"},
	{"AGAIN", "again"},
	{"SPENT", "spent"},
	{"FRESH", "fresh"},
	{"INSIDE", "inside1"},
	{"SERVED", "served"},
	{"ENDED", "ended"},
	{"ORDERS", "orders"},
	{"LANES", "lanes"},
	{"REFS", "refs"},
	{"CODES", "codes"},
	{"CURVES", "curves"},
	{"SAMPLES", "samples"},
	{"GATEWAYS", "gateways"},
	{"SKETCH", "sketch"},
	{"GROWING", "growing"},
	{"COUNTED", "gateways"},
}

// generation stands before the names: releases before had other keys.
const generation = "2:"

// oldNames are the keys of a room of the releases before. Only Restore knows them, behind all others in KEYS: the room,
// OLD_ROOM in scripts, and what it takes over.
var oldNames = [...]string{
	"room", "line", "seen", "front", "back", "calls", "missed", "lapsed", "inside", "spent", "ended", "gateways",
}

// keys are the room's keys: <prefix>:{<room>}:2:<name>. The braces make the room Redis Cluster's hash tag, so all of
// them are in one slot. A user restricted by ACL needs ~<prefix>:* and
// +eval +evalsha +time +hget +hmget +hgetall +hset +hdel +hlen +zadd +zrem +zcard +zcount +zscore +zmscore +zrank +zrange
// +zrangebyscore +zremrangebyrank +get +set +getrange +setrange +append +rename +exists +unlink +info, beside +hello, +ping and what the topology
// needs (+select, +cluster|slots). Without +info a failover that loses numbers is noticed only when a gateway remembers them.
func keys(prefix, room string) []string {
	all := make([]string, 0, len(names)+len(oldNames))
	for _, name := range names {
		all = append(all, prefix+":{"+room+"}:"+generation+name)
	}
	for _, name := range oldNames {
		all = append(all, prefix+":{"+room+"}:"+name)
	}
	return all
}

// taken is what stands in the place of a room of the releases before.
const taken = "this room is kept by a newer release of Einlass: stop this gateway and start the newer release"

// Longest names; they only keep keys short, since every call carries all of them.
const (
	maxPrefix = 64
	maxRoom   = 64
)

// checkName accepts what can stand in a key without confusing a hash tag, an ACL pattern or a person.
func checkName(what, name string, longest int, also string) error {
	if len(name) < 1 || len(name) > longest {
		return fmt.Errorf("%s of %d bytes: want 1 to %d: %w", what, len(name), longest, queue.ErrInvalid)
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		case also != "" && c == also[0]:
		default:
			return fmt.Errorf("%s %q: want A-Z a-z 0-9 . _ -%s only: %w", what, name, also, queue.ErrInvalid)
		}
	}
	return nil
}

func checkNames(prefix, room string) error {
	return errors.Join(checkName("prefix", prefix, maxPrefix, ":"), checkName("room", room, maxRoom, ""))
}
