package adminapi

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
)

// Config is what a Server needs to know.
type Config struct {
	// Token is what operators authorise themselves with. Required.
	Token string
	// Hosts are names besides localhost and IP addresses by which the listener may be addressed, in lower case.
	Hosts []string
	// Ready says why the gateway should not get visitors now; nil if it should. Optional.
	Ready func(ctx context.Context) error
	// Gatherer is what /metrics shows. Optional.
	Gatherer prometheus.Gatherer
	// Log is told of changes and of faults. Optional.
	Log *zap.Logger
}

// Validate joins everything that is wrong.
func (c Config) Validate() error {
	var errs []error
	if c.Token == "" {
		errs = append(errs, errors.New("admin.token: is empty"))
	}
	for i, host := range c.Hosts {
		if host == "" || host != strings.ToLower(host) || strings.ContainsAny(host, ":/[]*") {
			errs = append(errs, fmt.Errorf("admin.hosts[%d]: %q is not a plain lower-case name", i, host))
		}
	}
	return errors.Join(errs...)
}

// Server serves the API. Make one with New.
type Server struct {
	rooms Rooms
	cfg   Config
	http  *http.Server
}

// Limits of the listener. A profile takes as long as it was asked to; net/http/pprof moves the deadline for it.
const (
	headTimeout  = 5 * time.Second
	readTimeout  = 10 * time.Second
	writeTimeout = 15 * time.Second
	idleTimeout  = time.Minute
	maxHead      = 16 << 10
	maxBody      = 16 << 10
	readyTimeout = 2 * time.Second
)

// New makes a server over rooms.
func New(rooms Rooms, cfg Config) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("admin API: %w", err)
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	if cfg.Gatherer == nil {
		cfg.Gatherer = prometheus.NewRegistry()
	}
	s := &Server{rooms: rooms, cfg: cfg}
	s.http = &http.Server{
		Handler:           s.guard(s.routes()),
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          stdLog(cfg.Log),
	}
	return s, nil
}

// stdLog is for libraries that know no other logger.
func stdLog(l *zap.Logger) *log.Logger {
	std, err := zap.NewStdLogAt(l, zap.WarnLevel)
	if err != nil { // only for a level that does not exist
		return zap.NewStdLog(l)
	}
	return std
}

// Handler is everything that the server serves.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// Serve answers connections of l until Shutdown, then returns nil. It closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve admin API: %w", err)
	}
	return nil
}

// Shutdown ends Serve when the requests under way are answered; when ctx ends, at once.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop admin API: %w", errors.Join(err, s.http.Close()))
	}
	return nil
}

// routes is the one place where paths are.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	open := func(path string, h http.HandlerFunc) { mux.Handle(path, s.only(h, http.MethodGet)) }
	open("/healthz", s.healthz)
	open("/readyz", s.readyz)
	open("/metrics", promhttp.HandlerFor(s.cfg.Gatherer, promhttp.HandlerOpts{
		ErrorLog: stdLog(s.cfg.Log), Timeout: readTimeout, MaxRequestsInFlight: 8,
	}).ServeHTTP)

	closed := http.NewServeMux()
	closed.Handle("/v1/rooms", s.only(s.listRooms, http.MethodGet))
	closed.Handle("/v1/rooms/{id}", s.only(s.oneRoom, http.MethodGet, http.MethodPatch))
	// Importing net/http/pprof also fills http.DefaultServeMux, which nobody serves.
	closed.Handle("/debug/pprof/", s.only(pprof.Index, http.MethodGet))
	closed.Handle("/debug/pprof/cmdline", s.only(pprof.Cmdline, http.MethodGet))
	closed.Handle("/debug/pprof/profile", s.only(pprof.Profile, http.MethodGet))
	closed.Handle("/debug/pprof/symbol", s.only(pprof.Symbol, http.MethodGet, http.MethodPost))
	closed.Handle("/debug/pprof/trace", s.only(pprof.Trace, http.MethodGet))
	closed.HandleFunc("/", s.nothing)
	mux.Handle("/v1/", s.authorised(closed))
	mux.Handle("/debug/", s.authorised(closed))
	mux.HandleFunc("/", s.nothing)
	return mux
}

func (s *Server) nothing(w http.ResponseWriter, _ *http.Request) { s.fail(w, errNotFound) }

// only refuses other methods with the list of accepted ones. HEAD is a GET whose body net/http leaves out.
func (s *Server) only(next http.HandlerFunc, methods ...string) http.Handler {
	allow := strings.Join(methods, ", ")
	if methods[0] == http.MethodGet {
		allow = "HEAD, " + allow
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, m := range methods {
			if r.Method == m || r.Method == http.MethodHead && m == http.MethodGet {
				next(w, r)
				return
			}
		}
		w.Header().Set("Allow", allow)
		s.fail(w, errMethod)
	})
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { s.plain(w, "ok\n") }

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := s.cfg.Ready(ctx); err != nil {
			s.fail(w, fmt.Errorf("%w: %w", errNotReady, err))
			return
		}
	}
	s.plain(w, "ready\n")
}

func (s *Server) plain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := w.Write([]byte(text)); err != nil {
		s.cfg.Log.Debug("admin answer was not taken", zap.Error(err))
	}
}
