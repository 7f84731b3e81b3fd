package main

import (
	"context"
	"errors"
	"net"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/sms"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/lent"
	"github.com/einlass/einlass/pkg/queue/plan"
	"github.com/einlass/einlass/pkg/token"
)

// serving is a configuration in force, with the parts that it asked for. It is immutable.
type serving struct {
	cfg      *config.Config
	since    time.Time       // when it came into force, or was about to
	rooms    []*room         // in the order of the configuration
	arrivals *limit.Arrivals // nil: no limit
	guesses  *limit.Guesses
}

// room is a room of one configuration. Its line and its backend may be those of the configuration before.
type room struct {
	cfg     *config.Room
	line    *line
	backend *backend
	folder  string      // what its pages are made with
	langs   []string    // that they are in
	sms     *sms.Sender // nil: there is none
}

// room is the room of an id, nil if there is none.
func (s *serving) room(id string) *room {
	if s == nil {
		return nil
	}
	if i := slices.IndexFunc(s.rooms, func(r *room) bool { return r.cfg.ID == id }); i >= 0 {
		return s.rooms[i]
	}
	return nil
}

// line is a room's line with its store, for as long as the room is configured.
type line struct {
	*queue.Room
	id      string
	store   queue.Store
	home    *lent.Switch // the store, if it is in this process and can move to a successor; nil: it is elsewhere
	newKeys bool         // the keys that sign tickets were made for it
	metrics *metrics.Room
	health  siteHealth
	draws   *draws.Conductor
	door    *door.Issuer
	lots    limit.Lots
	names   *desk.Names
	desk    *desk.Desk
	odds    chances
	history *history.Ring
	changed func()                  // called when other controls are in force
	version int64                   // of the document of the snapshot before; only snapshots touch it
	backend atomic.Pointer[backend] // whose figures are taken with each snapshot
	members []*lifecycle.Member     // the last one that started first; nil: not started
	users   users                   // guarded by app.applying
}

// backend is a proxy to a room's site, for as long as nothing of its section changes.
type backend struct {
	*proxy.Backend
	counted metrics.RoomConfig
	site    *proxy.Site
	member  *lifecycle.Member // nil: not started
	users   users             // guarded by app.applying
}

// openLine makes the line of a room that was not configured before, and says whether its store remembers nothing of a line.
// first: the process starts, so that what is known of the keys holds.
func (a *app) openLine(cfg *config.Room, first bool) (l *line, forgot bool, err error) {
	l = &line{id: cfg.ID, newKeys: first && a.keys.made, changed: a.operators.Changed}
	l.lots.Limit(lotsOf(cfg))
	late := a.open.await != nil // openLate goes on
	switch {
	case late && a.stores.client == nil:
		l.home = lent.NewHeld()
		l.store = l.home
	default:
		if l.store, forgot, err = a.stores.open(cfg.ID); err != nil {
			return nil, false, err
		}
		if a.stores.client == nil {
			l.home = lent.NewSwitch(l.store)
			l.store = l.home
		}
	}
	l.metrics = a.metrics.OpenRoom(metrics.RoomConfig{ID: cfg.ID})
	log := a.log.With(zap.String("room", cfg.ID))
	qc := l.config(cfg)
	qc.Gateway, qc.FirstStart, qc.Slots = a.name, l.newKeys, a.stores.slots()
	if a.open.planner != nil {
		qc.Planner = a.open.planner
	}
	if l.draws, err = a.draws.conductor(cfg, a.keys.source, log); err != nil {
		return nil, false, errors.Join(at("draws.dir", err), a.closeLine(l))
	}
	qc.Drawer = l.draws
	if l.door, err = door.NewIssuer(a.keys.source, cfg.ID); err != nil {
		return nil, false, errors.Join(err, a.closeLine(l))
	}
	qc.OnEvent = func(e queue.Event) { logEvent(log, l.metrics, e) }
	l.odds.view = func() *queue.View { return l.View() }
	l.health = siteHealth{line: l, log: log, odds: &l.odds, keys: a.keys.source}
	qc.OnSnapshot, qc.OnBeatsDropped, qc.Health = l.onSnapshot, a.metrics.HeartbeatsDropped, &l.health
	if l.Room, err = queue.NewRoom(a.metrics.WatchStore(l.store), qc); err != nil {
		return nil, false, errors.Join(err, a.closeLine(l))
	}
	if l.names, err = desk.NewNames(a.keys.source, l.id, l.Room); err != nil {
		return nil, false, errors.Join(err, a.closeLine(l))
	}
	if late {
		return l, false, nil
	}
	if err = a.openBeside(l); err != nil {
		return nil, false, errors.Join(err, a.closeLine(l))
	}
	return l, forgot, nil
}

// openBeside opens what stands beside the state of a line.
func (a *app) openBeside(l *line) error {
	log := a.log.With(zap.String("room", l.id))
	if err := a.openDesk(l, log); err != nil {
		return err
	}
	a.openHistory(l, log)
	return nil
}

// openLate waits for the predecessor, if there is one, and opens what it had: all that a start does before is done by then, so that the
// lines stand still for as short as can be.
func (a *app) openLate(ctx context.Context, first *change) error {
	if a.open.await == nil {
		return nil
	}
	left, err := a.open.await(ctx)
	if err == nil {
		err = a.stores.unseal(left)
	}
	if err != nil {
		return err
	}
	a.open.await = nil // of rooms that come later nobody has anything
	anyForgot := false
	for _, l := range first.lines {
		if l.home != nil {
			store, forgot, err := a.stores.open(l.id)
			if err != nil {
				return err
			}
			l.home.Resume(store)
			anyForgot = anyForgot || forgot
		}
		if err := a.openBeside(l); err != nil {
			return err
		}
	}
	if a.staff != nil {
		if err := a.staff.Reread(); err != nil {
			a.log.Error("the staff file, or which one-time codes were used, is not read again", zap.Error(err))
		}
	}
	return awaitEpoch(ctx, anyForgot, a.keys.made, time.Now())
}

// lastCalls is the part of the time of a stop that is left to what comes after a line has waited for its store: its last calls of a store
// that does not answer, and the end of the store.
const lastCalls = 3 * time.Second

// finishing waits for a store that is away while there is something booked of which it does not know.
func (l *line) finishing(ctx context.Context) error {
	if until, bounded := ctx.Deadline(); bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until.Add(-lastCalls))
		defer cancel()
	}
	l.Finishing(ctx)
	return nil
}

// closeLine lets go of the store and the figures of a line that does not run, and says what its store was not told.
func (a *app) closeLine(l *line) error {
	if l.Room != nil {
		if n := l.Untold(); n != (queue.Untold{}) {
			a.log.Error("the store is away and was not told of bookings: correct how many there are with admin booked", zap.String("room", l.id),
				zap.Int64("booked", n.Booked), zap.Int64("freed", n.Freed), zap.Int64("totals", n.Totals))
		}
	}
	a.metrics.CloseRoom(metrics.RoomConfig{ID: l.id})
	return errors.Join(l.closeHistory(), l.store.Close())
}

// config is what the configuration says about the line. A line that begins without memory waits a moment for the tickets of one
// before, unless the keys that sign tickets have just been made: then there is none.
func (l *line) config(cfg *config.Room) queue.RoomConfig {
	d := cfg.Document()
	if l.newKeys {
		d.Timing.Grace = 0
	}
	return queue.RoomConfig{
		Document: d, ConfigHash: cfg.Hash(), Planner: plan.Planner{}, OnFailure: queue.FailureMode(cfg.OnStoreFailure), PollMin: cfg.Poll.Min, PollMax: cfg.Poll.Max,
	}
}

// onSnapshot keeps the figures for metrics fresh.
func (l *line) onSnapshot(f *queue.Snapshot) {
	l.metrics.Snapshot(f)
	l.metrics.Usage(l.View().Usage)
	l.draws.Follow(f)
	l.metrics.StoreUp(true)
	l.odds.look(f, l.View())
	l.lots.See(l.View().DrawLobby(f.Now))
	if f.Document.Version != l.version {
		l.version = f.Document.Version
		l.changed()
	}
	b := l.backend.Load()
	if b == nil { // the first snapshots may come before it is made
		return
	}
	l.health.look(f)
	b.SetHealth(whatToDo(f.Document.HealthMode()))
	b.report(l.metrics)
}

// report sets the figures of the addresses.
func (b *backend) report(m *metrics.Room) {
	status := b.Status()
	m.InFlightLimit(status.Limit)
	for _, at := range status.Addresses {
		m.Backend(at.Address, at.State == proxy.StateOK, at.Reused)
	}
}

// openBackend makes the proxy to a site.
func (a *app) openBackend(id string, cfg config.Backend) (*backend, error) {
	of := zap.String("room", id)
	b := &backend{counted: metrics.RoomConfig{ID: id, Backends: cfg.Addresses}}
	counters := a.metrics.OpenRoom(b.counted)
	b.site = a.sites.take(cfg.Addresses)
	var err error
	b.Backend, err = proxy.New(cfg, proxy.Deps{
		Log: a.log.With(of), Often: a.often.With(of), OnPanic: a.metrics.Panic, Site: b.site,
		OnCheck: func() { b.report(counters) }, // snapshots report it too, but none comes while the store is away
	})
	if err != nil {
		a.metrics.CloseRoom(b.counted)
		a.sites.give(cfg.Addresses)
		return nil, err
	}
	b.report(counters)
	return b, nil
}

// closeBackend stops a backend and lets go of its figures.
func (a *app) closeBackend(ctx context.Context, b *backend) error {
	err := b.Stop(ctx)
	a.sites.give(b.counted.Backends)
	a.metrics.CloseRoom(b.counted)
	return err
}

// sameBackend reports whether another configuration of the room leaves its backend as it is.
func (r *room) sameBackend(cfg *config.Room) bool {
	return reflect.DeepEqual(r.cfg.Backend, cfg.Backend)
}

// publicRoom is a room as the public plane sees it.
func (a *app) publicRoom(r *room, pages *web.Site, cfg *config.Config, guesses *limit.Guesses) (gateway.RoomConfig, error) {
	authority, err := token.NewAuthority(a.keys.source, r.cfg.ID)
	if err != nil {
		return gateway.RoomConfig{}, err
	}
	rc := boundsOf(r.cfg, &cfg.Limits)
	rc.Home, rc.FrameAncestors = homeOf(r.cfg, &cfg.Listen), r.cfg.FrameAncestors
	if len(r.cfg.Paths) > 0 {
		rc.Start = r.cfg.Paths[0]
	}
	rc.Line, rc.Tokens, rc.Backend, rc.Pages, rc.Metrics = r.line.Room, authority, r.backend, pages, r.line.metrics
	rc.Lots, rc.Chances = &r.line.lots, &r.line.odds
	rc.Pause = func() { a.pauseAsked(r.cfg.ID) }
	rc.Draws, rc.Names = r.line.draws, r.line.names
	rc.HandedOver = r.line.desk.Drop // at once: after a crash the desk would put the place back beside the one in the browser
	rc.RefKey = func() [32]byte { return a.bookingKey(r.line) }
	if rc.Door, err = a.doorOf(r.cfg, guesses); err != nil {
		return gateway.RoomConfig{}, err
	}
	return rc, nil
}

// doorOf is what the room reads codes and invitations with.
func (a *app) doorOf(r *config.Room, guesses *limit.Guesses) (d gateway.Door, err error) {
	secret, err := invitationSecret(r)
	if err != nil {
		if secret = nil; !a.open.look {
			return d, at("invitations.secret_file", err) // a look has named it
		}
	}
	d = gateway.Door{Keys: a.keys.source, Guesses: guesses}
	d.Invitations, err = door.NewInvitations(a.keys.source, r.ID, secret)
	return d, err
}

// siteConfig is what the configuration says about a room's pages.
func siteConfig(r *config.Room) web.SiteConfig {
	return web.SiteConfig{
		Title: r.Title, Name: r.SiteName, Room: r.ID, Contact: r.Contact, FrameAncestors: r.FrameAncestors, Languages: r.Languages, Entry: r.Entry,
		Links: web.Links(r.Links),
	}
}

// boundsOf is what the configuration says about a room's visitors.
func boundsOf(r *config.Room, limits *config.Limits) gateway.RoomConfig {
	return gateway.RoomConfig{
		ID: r.ID, FormGrace: r.Session.FormGrace, StayInFlight: limits.Stay.InFlight, StayNetworks: limits.Stay.Networks,
		Quiet: r.Session.Quiet, Once: r.Once, Files: r.Files(), Open: r.Links.Open(), Finish: r.FinishRules(),
		Bookings: r.BookingRules(), Frees: r.FreeRules(), Commands: r.Commands,
	}
}

// lotsOf is how many lots of a draw one network has.
func lotsOf(r *config.Room) limit.LotsOf {
	return limit.LotsOf{IPv4: r.Draw.Lots.IPv4, IPv6: r.Draw.Lots.IPv6}
}

// homeOf is where a room gives its numbers. Without a word on that, it does so by TLS if the gateway has it.
func homeOf(r *config.Room, listen *config.Listen) gateway.Home {
	if r.Canonical != "" {
		tls, host, port := config.SplitOrigin(r.Canonical)
		return gateway.Home{Host: host, TLS: tls, Port: port}
	}
	if listen.HTTPS == "" {
		return gateway.Home{}
	}
	_, port, _ := net.SplitHostPort(listen.HTTPS)
	if port == "443" {
		port = ""
	}
	return gateway.Home{TLS: true, Port: port}
}

func logEvent(log *zap.Logger, m *metrics.Room, e queue.Event) {
	switch e.Kind {
	case queue.EventStoreDown:
		m.StoreUp(false)
		if errors.Is(e.Err, queue.ErrFormat) {
			log.Error("the line is kept by gateways of a newer release and is held here: run that release on this machine too, "+
				"or take this gateway out of service", zap.Error(e.Err))
			return
		}
		log.Error("store does not answer, the line is held", zap.Error(e.Err))
	case queue.EventStoreUp:
		m.StoreUp(true)
		log.Info("store answers again")
	case queue.EventLost:
		log.Warn("line lost by the store, rebuilding it from memory and tickets", zap.Error(e.Err))
	case queue.EventControl:
		log.Info("controls set from the configuration", zap.Any("keys", e.Keys))
	case queue.EventOlder:
		log.Warn("the schedule of this configuration is left out: it was in force before, and another gateway has brought a later one; " +
			"if it is the right one, put it in force with admin plan set")
	case queue.EventLanes:
		log.Error("the schedule of this configuration is held while the room has places: they would stand in the lanes of other groups; " +
			"append groups, or take them away from the end")
	case queue.EventDrawn:
		log.Info("lobby drawn", zap.String("opening", e.Opening))
	case queue.EventDrawFailed:
		log.Error("draw failed, its lobby goes in the order of arrival", zap.String("opening", e.Opening), zap.Error(e.Err))
	case queue.EventErrorOver:
		log.Info("store fault is over")
	default:
		log.Error("store fault", zap.Error(e.Err))
	}
}

// lineServices are the parts of a line in the order in which they start.
func (a *app) lineServices(l *line) []lifecycle.Service {
	return []lifecycle.Service{
		{Name: "store of " + l.id, Stop: func(context.Context) error { return a.closeLine(l) }},
		{Name: "line of " + l.id, Start: func(ctx context.Context) error { l.Tick(ctx); return nil }, Run: l.Run, Stop: l.finishing},
		{Name: "desk of " + l.id, Run: a.own.while(l.desk.Run)},
		{Name: "history of " + l.id, Run: a.own.while(l.watch)},
	}
}

func (a *app) backendService(b *backend) lifecycle.Service {
	return lifecycle.Service{
		Name:  "backend of " + b.counted.ID,
		Start: func(context.Context) error { return b.Start() },
		Stop:  func(ctx context.Context) error { return a.closeBackend(ctx, b) },
	}
}
