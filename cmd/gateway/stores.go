package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/tlscert"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

// stores opens one store a room, over one client.
type stores struct {
	by     *opener
	cfg    *config.Config
	log    *zap.Logger
	client redis.UniversalClient // nil for the embedded store

	journals journals
	embedded map[string]*memstore.Store // by room: with state files, the latest that was opened
	seals    seals                      // of the predecessor's
}

// stores opens the client, and asks the server. A look that cannot do so goes on with stores in memory.
func (o *opener) stores(ctx context.Context, cfg *config.Config, log, often *zap.Logger) (*stores, error) {
	s := &stores{by: o, cfg: cfg, log: log, embedded: map[string]*memstore.Store{}}
	if cfg.Store.Memory() {
		return s, nil
	}
	options, err := redisOptions(&cfg.Store)
	if err != nil {
		return s, o.refuse("store", err)
	}
	options.Log = func(line string) { often.Debug("redis client", zap.String("line", line)) }
	if s.client, err = redisstore.Open(options); err != nil {
		return s, o.refuse("store", err)
	}
	if t := options.TLS; t != nil && len(t.Certificates) > 0 {
		o.fault("store.tls.cert_file", tlscert.Valid(t.Certificates[0].Leaf, time.Now()))
	}
	return s, s.check(ctx)
}

// check refuses a server that may evict places, or is too old. One that does not answer is not refused: it may come later,
// and watch looks again.
func (s *stores) check(ctx context.Context) error {
	if s.client == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Store.DialTimeout+s.cfg.Store.CommandTimeout)
	defer cancel()
	err := redisstore.Check(ctx, s.client)
	switch refused := redis.Error(nil); {
	case errors.Is(err, queue.ErrInvalid):
		return s.by.refuse("store.url", err)
	case errors.As(err, &refused) && neverMends(refused.Error()):
		s.by.fault("store.url", err)
	case err != nil:
		s.by.warnf("store.url", "the store does not answer, and cannot be asked whether it evicts keys: %v; a gateway starts without it, "+
			"and gives no number and calls nobody until it is there", err)
	}
	return nil
}

// neverMends reports whether a server's answer is about who asks: waiting does not change it.
func neverMends(answer string) bool {
	kind, _, _ := strings.Cut(answer, " ")
	return kind == "WRONGPASS" || kind == "NOAUTH" || kind == "NOPERM"
}

// checkEvery is how often the server is asked whether it still keeps what it is given.
const checkEvery = 10 * time.Second

// awaitEpoch waits for the next second if a line that remembers nothing begins, while tickets of a line before may exist.
// Epochs count seconds: a process that began one, died and was started again within a second would give its numbers twice.
func awaitEpoch(ctx context.Context, forgot, newKeys bool, now time.Time) error {
	if !forgot || newKeys {
		return nil
	}
	next := time.NewTimer(now.Truncate(time.Second).Add(time.Second).Sub(now))
	defer next.Stop()
	select {
	case <-next.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slots is how many batches of a room may be in flight.
func (s *stores) slots() int {
	if s.client == nil {
		return 1
	}
	return 4
}

// watch notices when the server's set-up changes while it is in use. It goes on using it: people wait.
func (s *stores) watch(ctx context.Context, m *metrics.Metrics) error {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	bad := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := redisstore.Check(ctx, s.client)
		if err != nil && !errors.Is(err, queue.ErrInvalid) {
			continue // it does not answer: the rooms say so
		}
		if bad != (err != nil) {
			bad = err != nil
			m.StoreEvicts(bad)
			if bad {
				s.log.Error("store is not safe any more: places can be lost", zap.Error(err))
			} else {
				s.log.Info("store is safe again")
			}
		}
	}
}

// open makes the store of a room, and its journal if one is wanted. forgot: it is an embedded store that found nothing of a line
// before.
func (s *stores) open(room string) (store queue.Store, forgot bool, err error) {
	store, forgot, err = s.openBare(room)
	if err != nil || s.cfg.Journal.Dir == "" {
		return store, forgot, err
	}
	if s.by.look {
		return store, forgot, at("journal.dir", writable(s.cfg.Journal.Dir))
	}
	log := s.log.With(zap.String("room", room))
	file, err := journal.Create(s.cfg.Journal.Dir, room, s.cfg.Store.Memory(), time.Now(), func(err error) {
		log.Error("journal cannot be written and is off until the next start", zap.Error(err))
	})
	if memstore.DiskFails(err) {
		log.Error("journal cannot be made and is off until the next start", zap.Error(err))
		return store, forgot, nil
	}
	if err != nil {
		return nil, false, errors.Join(at("journal.dir", fmt.Errorf("room %s: %w", room, err)), store.Close())
	}
	s.journals.add(file)
	return &journal.Recorder{Store: store, Log: file}, forgot, nil
}

func (s *stores) openBare(room string) (store queue.Store, forgot bool, err error) {
	if s.client != nil {
		store, err = redisstore.New(s.client, redisstore.Config{Room: room, Prefix: s.cfg.Store.KeyPrefix})
		return store, false, err
	}
	cfg := memstore.Config{}
	if s.by.look {
		return s.lookAt(room)
	}
	if s.cfg.State.Dir != "" {
		log := s.log.With(zap.String("room", room))
		cfg.Files = &memstore.Files{
			Path: statePath(s.cfg, room), Every: s.cfg.State.Interval, PlacesEvery: s.cfg.State.PlacesInterval,
			Report: func(err error) { reportState(log, err) }, After: s.seals.take(room),
		}
	}
	embedded, err := memstore.New(cfg)
	if err != nil {
		return nil, false, at("state.dir", fmt.Errorf("room %s: %w", room, err))
	}
	s.embedded[room] = embedded
	logRecovery(s.log.With(zap.String("room", room)), embedded.Recovery())
	return embedded, !embedded.Recovery().Found, nil
}

// lookAt looks at a room's state files and answers a store without any.
func (s *stores) lookAt(room string) (store queue.Store, forgot bool, err error) {
	if s.cfg.State.Dir != "" && !s.by.noDir {
		files := &memstore.Files{Path: statePath(s.cfg, room)}
		damaged, found := files.Look()
		for _, one := range damaged {
			if s.by.successor {
				s.by.fault("state.dir", fmt.Errorf("%w: the gateway that runs has written it, and this release cannot read it", one))
				continue
			}
			s.by.warnf("state.dir", "%v; a start sets it aside, and what it held comes back with the visitors' tickets", one)
		}
		err = at("state.dir", found)
	}
	bare, bareErr := memstore.New(memstore.Config{})
	return bare, false, errors.Join(err, bareErr)
}

func reportState(log *zap.Logger, err error) {
	if err != nil {
		log.Error("state files cannot be written, the line would not survive a restart", zap.Error(err))
		return
	}
	log.Info("state files are written again")
}

func logRecovery(log *zap.Logger, r memstore.Recovery) {
	for _, err := range r.Damaged {
		log.Error("state file refused, what it held comes back with the visitors' tickets", zap.Error(err))
	}
	switch {
	case r.Found && r.Clean:
		log.Info("line continued", zap.Int("visitors", r.Places))
	case r.Found:
		log.Warn("line continued after an unclean stop, nobody is called for one poll interval", zap.Int("visitors", r.Places))
	}
}

func (s *stores) close() error {
	if s.client == nil {
		return nil
	}
	return s.client.Close()
}

// redisOptions maps the configuration's store section.
func redisOptions(c *config.Store) (redisstore.Options, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return redisstore.Options{}, at("store.url", errors.New("not a URL"))
	}
	o := redisstore.Options{
		User: c.Username, Password: c.Password.Reveal(),
		DialTimeout: c.DialTimeout, ReadTimeout: c.CommandTimeout, WriteTimeout: c.CommandTimeout, PoolSize: c.Connections,
	}
	switch {
	case c.Sentinel.Master != "":
		o.Topology, o.Master, o.Addrs = redisstore.Sentinel, c.Sentinel.Master, c.Sentinel.Addresses
		o.SentinelUser, o.SentinelPassword = c.Sentinel.Username, c.Sentinel.Password.Reveal()
	case c.Cluster:
		o.Topology, o.Addrs = redisstore.Cluster, append([]string{withPort(u.Host)}, c.Addresses...)
	case u.Scheme == "unix":
		o.Addrs = []string{u.Path}
	default:
		o.Addrs = []string{withPort(u.Host)}
	}
	if db := strings.Trim(u.Path, "/"); db != "" && u.Scheme != "unix" {
		if o.DB, err = strconv.Atoi(db); err != nil {
			return o, at("store.url", fmt.Errorf("%q is not the number of a database", db))
		}
	}
	if u.Scheme == "rediss" {
		o.TLS, err = storeTLS(&c.TLS)
	}
	return o, err
}

func withPort(host string) string {
	if u := (&url.URL{Host: host}); u.Port() == "" {
		return host + ":6379"
	}
	return host
}

func storeTLS(c *config.StoreTLS) (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.ServerName}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, at("store.tls.ca_file", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, at("store.tls.ca_file", fmt.Errorf("%s holds no certificate", c.CAFile))
		}
	}
	if c.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, at("store.tls.cert_file", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}
