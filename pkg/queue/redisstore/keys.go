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
	"room", "line", "seen", "front", "back", "calls", "missed", "lapsed", "inside", "spent", "ended", "gateways",
}

// keys are the room's keys: <prefix>:{<room>}:<name>. The braces make the room Redis Cluster's hash tag, so all of
// them are in one slot. A user restricted by ACL needs ~<prefix>:* and
// +eval +evalsha +time +hmget +hset +hdel +zadd +zrem +zcard +zcount +zscore +zmscore +zrange +zrangebyscore
// +zremrangebyrank +zremrangebyscore +unlink +info +hlen +exists, beside +hello, +ping and what the topology needs
// (+select, +cluster|slots). Without +info a failover that loses numbers is noticed only when a gateway remembers them,
// and without +hlen and +exists a server that evicts keys is not noticed by what is missing.
func keys(prefix, room string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = prefix + ":{" + room + "}:" + name
	}
	return all
}

// Longest names; they only keep keys short, since every call carries twelve of them.
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
