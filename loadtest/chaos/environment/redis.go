package environment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/einlass/einlass/loadtest/launch"
)

// Redis is one redis-server, of a Sentinel group or a Cluster, or a Sentinel.
type Redis struct {
	Name string
	Port int
	// Inner is the link by which other servers reach it, nil for a Sentinel.
	Inner *Link

	dir    string
	first  []string // before the options: a Sentinel's file
	args   []string
	log    launch.Log
	proc   *launch.Process
	client *redis.Client
}

// newRedis plans a server in a directory of its own below dir.
func newRedis(name, dir string, args ...string) (*Redis, error) {
	port, err := launch.FreePort()
	if err != nil {
		return nil, err
	}
	r := &Redis{Name: name, Port: port, dir: filepath.Join(dir, name), args: args}
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		return nil, err
	}
	redis.SetLogger(quiet{}) // servers that are away are what this is about
	r.client = redis.NewClient(&redis.Options{
		Addr: launch.Addr(port), MaxRetries: -1, DialTimeout: time.Second, ReadTimeout: time.Second, WriteTimeout: time.Second,
		ContextTimeoutEnabled: true, DialerRetries: 1, DisableIdentity: true, Protocol: 2,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	return r, nil
}

// quiet drops the lines that go-redis logs.
type quiet struct{}

// Printf implements go-redis's logging interface.
func (quiet) Printf(context.Context, string, ...any) {}

// Start runs it, empty but for what its configuration file tells; more options may be given for this life.
func (r *Redis) Start(ctx context.Context, more ...string) error {
	args := append(append([]string{}, r.first...), "--port", strconv.Itoa(r.Port), "--bind", "127.0.0.1", "--dir", r.dir,
		"--daemonize", "no", "--logfile", "")
	var err error
	if r.proc, err = launch.Start(r.Name, r.dir, &r.log, "redis-server", append(append(args, r.args...), more...)...); err != nil {
		return err
	}
	err = launch.Until(ctx, func() error {
		if !r.proc.Alive() {
			return nil
		}
		return r.client.Ping(ctx).Err()
	})
	if err == nil && !r.proc.Alive() {
		err = errors.New("it ended at once")
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", r.Name, err, r.log.Tail())
	}
	return nil
}

// Process is its present life.
func (r *Redis) Process() *launch.Process { return r.proc }

// Close kills it and forgets its client.
func (r *Redis) Close() error {
	if r.proc != nil {
		r.proc.Resume()
		r.proc.Kill()
	}
	return r.client.Close()
}

// Info is one field of INFO.
func (r *Redis) Info(ctx context.Context, field string) (string, error) {
	all, err := r.client.Info(ctx).Result()
	if err != nil {
		return "", fmt.Errorf("%s: %w", r.Name, err)
	}
	for line := range strings.SplitSeq(all, "\r\n") {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("%s: INFO has no %s", r.Name, field)
}

// Keys is how many keys it holds.
func (r *Redis) Keys(ctx context.Context) (int64, error) { return r.client.DBSize(ctx).Result() }

// Flush empties it.
func (r *Redis) Flush(ctx context.Context) error { return r.client.FlushAll(ctx).Err() }

// Save writes what it holds to its disk.
func (r *Redis) Save(ctx context.Context) error {
	if err := r.client.Save(ctx).Err(); err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	return nil
}

// Forget removes what lies on its disk, so that its next life begins empty.
func (r *Redis) Forget() error {
	if err := os.Remove(filepath.Join(r.dir, "dump.rdb")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// memoryOnly are the options of servers that keep nothing on disk and notice soon when a link is dead.
var memoryOnly = []string{"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"}

// Failover asks a replica in a Cluster to take over from its master in order.
func (r *Redis) Failover(ctx context.Context) error { return r.client.ClusterFailover(ctx).Err() }
