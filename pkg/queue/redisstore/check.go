package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
)

// Check asks the servers whether a line is safe with them: version 7 or later (any Valkey), and no eviction of keys
// when memory runs out. It is for starting up and for diagnoses; stores work without it, and its user needs +info
// beside what keys needs. The error wraps queue.ErrInvalid for a server that should be set up otherwise, and
// queue.ErrUnavailable when it does not say.
func Check(ctx context.Context, client redis.UniversalClient) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return checkServer(ctx, client)
	}
	var mu sync.Mutex
	var first error
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		err := checkServer(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		if first == nil {
			first = err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("redis: %w", outage(err))
	}
	return first
}

func checkServer(ctx context.Context, client redis.Cmdable) error {
	info, err := client.Info(ctx, "everything").Result()
	if err != nil {
		return fmt.Errorf("redis: %w", outage(err))
	}
	facts := map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		facts[name] = value
	}
	version := facts["redis_version"]
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < 7 {
		return fmt.Errorf("redis: version %q: want 7.0 or later, or Valkey: %w", version, queue.ErrInvalid)
	}
	if policy := facts["maxmemory_policy"]; facts["maxmemory"] != "0" && policy != "noeviction" {
		return fmt.Errorf("redis: maxmemory-policy %s: want noeviction, places must not be evicted: %w",
			policy, queue.ErrInvalid)
	}
	return nil
}
