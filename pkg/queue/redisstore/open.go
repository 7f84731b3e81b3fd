package redisstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/einlass/einlass/pkg/queue"
)

// Topology is how the servers behind the addresses belong together.
type Topology string

const (
	// Single is one server, or a name that always leads to the writable one.
	Single Topology = "single"
	// Sentinel is a group of servers whose master the Sentinels at the addresses know.
	Sentinel Topology = "sentinel"
	// Cluster is a Redis Cluster, of which the addresses are some nodes. A room is in one slot of it.
	Cluster Topology = "cluster"
)

// Options say how to reach Redis.
type Options struct {
	// Topology is Single when empty.
	Topology Topology
	// Addrs are host:port each: the server, or Sentinels, or nodes. A Single may also be the path of a Unix socket.
	Addrs []string
	// Master is the name that the Sentinels have for the group. Required for Sentinel, empty otherwise.
	Master string
	// DB is the number of the database, 0 for a Cluster.
	DB int
	// User and Password are sent to servers; both empty for servers that ask for none. A password alone is the
	// default user's.
	User, Password string
	// SentinelUser and SentinelPassword are sent to Sentinels in the same way.
	SentinelUser, SentinelPassword string
	// TLS encrypts all connections, to Sentinels too. Nil sends plain text. Without a ServerName each server's
	// certificate must name the host it is reached by.
	TLS *tls.Config

	// DialTimeout (default 1s), ReadTimeout and WriteTimeout (default 2s) bound the parts of a call; a call is
	// repeated at most once. The caller's context bounds the whole.
	DialTimeout, ReadTimeout, WriteTimeout time.Duration
	// PoolSize is the most connections to one server at a time (default 10 for each processor). Who finds none
	// free waits for at most ReadTimeout.
	PoolSize int

	// Log takes the lines that go-redis logs, such as a Sentinel's news; nil drops them. go-redis has one log in a
	// process: that of the latest Open.
	Log func(line string)
}

const (
	defaultDialTimeout = time.Second
	defaultTimeout     = 2 * time.Second
)

func (o Options) withDefaults() Options {
	if o.Topology == "" {
		o.Topology = Single
	}
	if o.DialTimeout == 0 {
		o.DialTimeout = defaultDialTimeout
	}
	if o.ReadTimeout == 0 {
		o.ReadTimeout = defaultTimeout
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = defaultTimeout
	}
	if o.PoolSize == 0 {
		o.PoolSize = 10 * runtime.GOMAXPROCS(0)
	}
	return o
}

// Validate joins everything that is wrong, each wrapping queue.ErrInvalid and naming the field. Passwords are never
// part of a message.
func (o Options) Validate() error {
	o = o.withDefaults()
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format+": %w", append(args, queue.ErrInvalid)...))
		}
	}
	bad(o.Topology != Single && o.Topology != Sentinel && o.Topology != Cluster,
		"topology %q: want single, sentinel or cluster", o.Topology)
	bad(len(o.Addrs) == 0, "addrs: want at least one")
	bad(o.Topology == Single && len(o.Addrs) > 1, "addrs: %d for one server; sentinel and cluster take more", len(o.Addrs))
	for _, addr := range o.Addrs {
		bad(!o.reachable(addr), "addrs %q: want host:port", addr)
	}
	bad(o.Topology == Sentinel && o.Master == "", "master: want the name that the Sentinels have for the group")
	bad(o.Topology != Sentinel && o.Master != "", "master %q: only for sentinel", o.Master)
	bad(o.DB < 0, "db %d: want 0 or more", o.DB)
	bad(o.Topology == Cluster && o.DB != 0, "db %d: a cluster has only 0", o.DB)
	bad(o.User != "" && o.Password == "", "password: want one for user %q", o.User)
	bad(o.SentinelUser != "" && o.SentinelPassword == "", "sentinel password: want one for user %q", o.SentinelUser)
	bad(o.Topology != Sentinel && o.SentinelPassword != "", "sentinel password: only for sentinel")
	bad(o.DialTimeout < 0, "dial timeout %v: want more than 0s", o.DialTimeout)
	bad(o.ReadTimeout < 0, "read timeout %v: want more than 0s", o.ReadTimeout)
	bad(o.WriteTimeout < 0, "write timeout %v: want more than 0s", o.WriteTimeout)
	bad(o.PoolSize < 0, "pool size %d: want at least 1", o.PoolSize)
	return errors.Join(errs...)
}

// reachable reports whether addr has the form of an address.
func (o Options) reachable(addr string) bool {
	if o.Topology == Single && strings.HasPrefix(addr, "/") {
		return true
	}
	host, port, err := net.SplitHostPort(addr)
	n, perr := strconv.Atoi(port)
	return err == nil && perr == nil && host != "" && n > 0 && n < 1<<16 && !strings.ContainsAny(host, " /@,")
}

// Open makes a client. It does not connect: a gateway may start while Redis is away. The caller closes the client
// after the stores on it.
func Open(o Options) (redis.UniversalClient, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	redis.SetLogger(logger{o.Log})
	u := o.withDefaults().universal()
	switch o.Topology {
	case Sentinel:
		return redis.NewFailoverClient(u.Failover()), nil
	case Cluster:
		return redis.NewClusterClient(u.Cluster()), nil
	default:
		return redis.NewClient(u.Simple()), nil
	}
}

// universal leaves no limit to the client's defaults, which are made for longer waits than a visitor's.
func (o Options) universal() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs: o.Addrs, MasterName: o.Master, DB: o.DB, TLSConfig: o.TLS,
		Username: o.User, Password: o.Password,
		SentinelUsername: o.SentinelUser, SentinelPassword: o.SentinelPassword,

		// Verbs may be repeated, so a connection that died while it was idle costs nothing. More is the caller's
		// business: it knows how long its visitors wait.
		MaxRetries: 1, MinRetryBackoff: 8 * time.Millisecond, MaxRetryBackoff: 64 * time.Millisecond,
		MaxRedirects: 3,
		DialTimeout:  o.DialTimeout, DialerRetries: 1,
		ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout, ContextTimeoutEnabled: true,
		PoolSize: o.PoolSize, PoolTimeout: o.ReadTimeout, ConnMaxIdleTime: 5 * time.Minute,

		// Scripts answer plain arrays, there are no pipelines, and servers need not know what library this is or
		// tell it about maintenance: RESP2 and nothing beside the calls.
		Protocol: 2, PipelinePoolSize: -1, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},

		// A server that wants a password says so to a PING, but calls a script's many arguments a protocol error.
		OnConnect: func(ctx context.Context, conn *redis.Conn) error { return conn.Ping(ctx).Err() },
	}
}

// logger hands go-redis's log lines on.
type logger struct{ to func(line string) }

// Printf implements go-redis's logging interface.
func (l logger) Printf(_ context.Context, format string, args ...any) {
	if l.to != nil {
		l.to(fmt.Sprintf(format, args...))
	}
}
