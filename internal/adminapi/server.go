package adminapi

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/report/signed"
)

// Config is what a Server needs to know.
type Config struct {
	// Token authorises operators. Required.
	Token string
	// ReportToken authorises those who may only say what was booked and given back; empty: nobody.
	ReportToken string
	// Staff are those who have a token or log in, besides these two. Optional.
	Staff Staff
	// Network is a name that stands for a network in records, and does not tell it. Optional: all are called "network".
	Network func(netip.Prefix) string
	// Hosts are names besides localhost and IP addresses by which the listener may be addressed, in lower case.
	Hosts []string
	// Ready returns why the gateway should not get visitors now, or nil. Optional.
	Ready func(ctx context.Context) error
	// Started returns why the gateway has not started yet, or nil; once it has, it stays so. Optional.
	Started func(ctx context.Context) error
	// Gatherer is what /metrics shows. Optional.
	Gatherer prometheus.Gatherer
	// Alerts returns the alerts of the moment, in a slice of the caller's. Optional.
	Alerts func() []alerts.Alert
	// Doctor looks at the machine. Optional.
	Doctor func() []doctor.Finding
	// Front is what the probe of the proxies in front needs. Optional.
	Front Front
	// Log gets faults. Optional.
	Log *zap.Logger
	// Refused counts requests without a right token, by one of the Refused constants. Optional.
	Refused func(reason string)
	// Dashboard serves the pages by which operators use the API in a browser. Optional.
	Dashboard Dashboard
	// After waits where wrong tokens are slowed down. Default time.After.
	After func(time.Duration) <-chan time.Time
}

// Dashboard is what is served beside the API; *dashboard.Dashboard is one. Paths are patterns of http.ServeMux without method.
type Dashboard interface {
	http.Handler
	Paths() []string
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

// Operators is what the API is an interface to; *operator.Service is one.
type Operators interface {
	List(ctx context.Context) ([]operator.RoomInfo, error)
	Sites() []operator.SiteInfo
	Get(ctx context.Context, id string) (operator.RoomInfo, error)
	Change(ctx context.Context, id string, change operator.Change) (operator.RoomInfo, error)
	Refuse(ctx context.Context, id string, change operator.Change, why error) error
	Plan(ctx context.Context, id string) (operator.PlanInfo, error)
	PreviewPlan(ctx context.Context, id string, change operator.Change) (operator.PlanPreview, error)
	Tell(ctx context.Context, id string, told operator.Told) (operator.Heard, error)
	RefuseTold(ctx context.Context, id string, why error) error
	Draws(ctx context.Context, id string) (operator.DrawsInfo, error)
	Type(ctx context.Context, id string, typed operator.Typed) (operator.DrawTyped, error)
	RefuseTyped(ctx context.Context, id string, why error) error
	ListPlaces(ctx context.Context, id string) (operator.PlaceList, error)
	TakePlace(ctx context.Context, id string, asked operator.NewPlace) (operator.PlaceInfo, error)
	ActOnPlace(ctx context.Context, id, act string, asked operator.PlaceAct) (operator.PlaceInfo, error)
	PlaceHistory(ctx context.Context, id string, asked operator.PlaceAct) (operator.PlaceTold, error)
	SendPlace(ctx context.Context, id string, asked operator.PlaceSend) (operator.PlaceInfo, error)
	SetMode(ctx context.Context, id string, act operator.ModeAct) (operator.ModeInfo, error)
	EndStays(ctx context.Context, id string, asked operator.StaysEnd) (operator.StaysEnded, error)
	RefuseStays(ctx context.Context, id string, why error) error
	RefusePlace(ctx context.Context, id, act string, why error) error
	CodesOperators
	LogLevel(ctx context.Context) (operator.LogInfo, error)
	RefuseLogLevel(ctx context.Context, why error) error
	ChangeLogLevel(ctx context.Context, c operator.LogChange) (operator.LogInfo, error)
	GatewayOperators
	Page(ctx context.Context, id, tag string) (operator.Page, error)
	History(ctx context.Context, id string, asked operator.HistoryAsked) (operator.HistoryInfo, error)
	// Changes is closed when controls, or which rooms there are, change after the call.
	Changes() <-chan struct{}
	Audit(ctx context.Context, q audit.Query) (audit.Page, error)
	Origins(ctx context.Context, id string) (operator.OriginsInfo, error)
	RefuseReport(ctx context.Context, id string, why error) error
	SignReport(ctx context.Context, id string, asked signed.Asked) (signed.Signature, error)
	Debug(ctx context.Context, id string, act operator.DebugAct) (answer any, err error)
	RefuseDebug(ctx context.Context, id, name string, why error) error
	NoteAccess(a *operator.Access)
}

// GatewayOperators is the part about the gateway itself.
type GatewayOperators interface {
	Keys(ctx context.Context) (operator.KeysInfo, error)
	RotateKeys(ctx context.Context, asked operator.KeysRotation) (operator.KeysInfo, error)
	RefuseKeys(ctx context.Context, why error) error
	Config(ctx context.Context) (operator.ConfigInfo, error)
	CheckConfig(ctx context.Context, asked operator.ConfigAsked) (operator.ConfigReview, error)
	ReloadConfig(ctx context.Context, asked operator.ReloadAsked) (operator.ConfigReview, error)
	RefuseReload(ctx context.Context, why error) error
	People(ctx context.Context) (operator.People, error)
}

// CodesOperators is the part about codes and invitations.
type CodesOperators interface {
	Codes(ctx context.Context, id string) (operator.CodesInfo, error)
	MakeCodes(ctx context.Context, id string, asked operator.CodesAsked) (operator.CodesPrinted, error)
	PrintCodes(ctx context.Context, id string, asked operator.CodesAgain) (operator.CodesPrinted, error)
	RevokeCodes(ctx context.Context, id string, asked operator.CodesRevoked) (operator.CodesInfo, error)
	RestoreCodes(ctx context.Context, id string, asked operator.CodesRestored) (operator.CodesInfo, error)
	RemoveCodes(ctx context.Context, id string, asked operator.CodesRemoved) (operator.CodesInfo, error)
	Invite(ctx context.Context, id string, asked operator.InviteAsked) (operator.Invited, error)
	RefuseCodes(ctx context.Context, id, act string, why error) error
}

// Server serves the API. Make one with New.
type Server struct {
	operators Operators
	cfg       Config
	handler   http.Handler
	origins   *http.CrossOriginProtection
	http      *http.Server
	guesses   *guesses
	events    events

	connections *connections
}

// Limits of the listener. The time that a handler may take stands in the table of routes.
const (
	headTimeout  = 5 * time.Second
	readTimeout  = 10 * time.Second
	writeTimeout = 15 * time.Second
	idleTimeout  = time.Minute
	maxHead      = 16 << 10
	maxBody      = 32 << 10
)

// New makes a server.
func New(operators Operators, cfg Config) (*Server, error) {
	if operators == nil {
		return nil, errors.New("admin API: the operator service is required")
	}
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("admin API: %w", err)
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	if cfg.Gatherer == nil {
		cfg.Gatherer = prometheus.NewRegistry()
	}
	if cfg.Staff == nil {
		cfg.Staff = noStaff{}
	}
	if cfg.Network == nil {
		cfg.Network = func(netip.Prefix) string { return "network" }
	}
	if cfg.Refused == nil {
		cfg.Refused = func(string) {}
	}
	if cfg.After == nil {
		cfg.After = time.After
	}
	s := &Server{operators: operators, cfg: cfg, events: newEvents(), origins: http.NewCrossOriginProtection(), guesses: &guesses{
		log: cfg.Log, refused: cfg.Refused, after: cfg.After, seed: maphash.MakeSeed(), peers: map[suspect]*guesser{},
	}, connections: newConnections(maxConnections)}
	s.handler = s.guard(s.mux(append(s.routes(), s.pages()...)))
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          log.New(connectionLog{cfg.Log}, "", 0),
		ConnState:         s.connections.moved,
	}
	s.http.RegisterOnShutdown(sync.OnceFunc(func() { close(s.events.stop) })) // it waits for answers that are under way
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

// ServeHTTP answers one request; Serve calls it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers connections of l until Shutdown, then returns nil. It closes l.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve admin API: %w", err)
	}
	return nil
}

// Shutdown ends Serve when the requests under way are answered; when ctx ends, at once.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.guesses.tell(true)
	if err := s.http.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop admin API: %w", errors.Join(err, s.http.Close()))
	}
	return nil
}
