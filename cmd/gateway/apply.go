package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// change is a configuration on its way into force: what is new of it is open and does not serve yet.
type change struct {
	next     *serving
	set      gateway.RoomSet
	lines    []*line // new
	backends []*backend
	pages    map[string]*web.Library // by their folders
}

// Apply brings another configuration into force while the gateway runs. It refuses a configuration as a whole, with a
// *config.LoadError that names everything that cannot change, and with another error if something new cannot be opened;
// then, and when ctx ends early, everything is as it was. Otherwise new requests find the new rooms when it returns. Rooms that
// stay keep their line; a backend whose section is the same is kept with its connections, WebSockets and what is known of
// its health. Other backends end when their requests have ended, and lines of rooms that are gone when nobody works with
// them; Apply does not wait for it. What the store kept of such a line stays there. Calls wait for each other.
func (a *app) Apply(ctx context.Context, cfg *config.Config) (*diff, error) {
	a.applying.Lock()
	defer a.applying.Unlock()
	if a.own.given() {
		return nil, errHanded
	}
	now := a.serving.Load()
	if problems := refusals(now, cfg); len(problems) > 0 {
		return nil, &config.LoadError{Problems: problems}
	}
	ch := &change{}
	former, err := a.swap(ctx, ch, cfg, now)
	if err != nil {
		return nil, errors.Join(err, a.discard(ch))
	}
	for _, r := range ch.next.rooms {
		r.line.lots.Limit(lotsOf(r.cfg))
		// The line has accepted it before.
		if err := r.line.Reconfigure(r.line.config(r.cfg)); err != nil {
			a.log.Error("line not reconfigured", zap.String("room", r.cfg.ID), zap.Error(err))
		}
		r.line.draws.SetRule(ruleOf(r.cfg))
	}
	if level, parsed := zapcore.ParseLevel(cfg.Log.Level); parsed == nil {
		a.level.SetLevel(level)
	}
	a.access.every.Store(cfg.Log.Access)
	a.retire(now, former)
	return diffOf(now, ch.next), nil
}

var errHanded = errors.New("another process serves visitors now: send it the signal")

// swap does everything that can fail, and then puts the new rooms into service.
func (a *app) swap(ctx context.Context, ch *change, cfg *config.Config, now *serving) (map[string]*gateway.Former, error) {
	if err := a.prepare(ctx, ch, cfg, now); err != nil {
		return nil, err
	}
	if err := a.start(ctx, ch); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	former, err := a.gate.Replace(ch.set)
	if err != nil {
		return nil, err
	}
	a.serving.Store(ch.next)
	a.server.KnowHosts(hostsOf(cfg)...)
	for _, r := range ch.next.rooms {
		r.line.backend.Store(r.backend)
	}
	a.operators.Changed()
	return former, nil
}

// refusals are all reasons why a configuration cannot be brought into force without a restart.
func refusals(now *serving, cfg *config.Config) []*config.Problem {
	problems := config.NeedRestart(now.cfg, cfg)
	for i := range cfg.Rooms {
		r := &cfg.Rooms[i]
		old := now.room(r.ID)
		if old == nil {
			continue
		}
		if err := old.line.Accepts(old.line.config(r)); err != nil {
			problems = append(problems, &config.Problem{Path: fmt.Sprintf("rooms[%d]", i), Text: err.Error()})
		}
		if text := old.movesLanes(r); text != "" {
			problems = append(problems, &config.Problem{Path: fmt.Sprintf("rooms[%d].schedule.groups", i), Text: text})
		}
	}
	return problems
}

// movesLanes says why the schedule of another configuration cannot follow the one in force while the room has the places that it has. One
// that was not edited is not brought.
func (r *room) movesLanes(next *config.Room) string {
	if next.Schedule.Encode() == r.cfg.Schedule.Encode() {
		return ""
	}
	v := r.line.View()
	if !v.Known {
		return plan.MovesLanes(&r.cfg.Schedule, &next.Schedule, nil)
	}
	before, err := plan.Decode(v.Snapshot.Document.Schedule())
	if err != nil {
		return "" // it is of a later release, and has no groups that are known here
	}
	return plan.MovesLanes(&before, &next.Schedule, &v.Snapshot)
}

// prepare opens what is new in a configuration. now is nil when the process starts. What it has opened stands in ch also when it
// fails; discard closes it.
func (a *app) prepare(ctx context.Context, ch *change, cfg *config.Config, now *serving) error {
	ch.next = &serving{cfg: cfg, since: time.Now()}
	if err := ch.boundGuesses(cfg.Limits.Codes, now); err != nil {
		return err
	}
	anyForgot := false
	for i := range cfg.Rooms {
		r, forgot, err := a.prepareRoom(ctx, ch, &cfg.Rooms[i], now)
		if err != nil {
			if err := a.open.refuse(fmt.Sprintf("rooms[%d]", i), inBackend(err, i)); err != nil {
				return err
			}
			continue
		}
		if old := now.room(cfg.Rooms[i].ID); old == nil || r.backend != old.backend {
			if err := a.open.clientCertificate(&cfg.Rooms[i].Backend.TLS, i, now != nil); err != nil {
				return err
			}
		}
		anyForgot = anyForgot || forgot
		ch.next.rooms = append(ch.next.rooms, r)
		pages, folder, err := a.pagesOf(ch, cfg, i)
		if err != nil {
			if err := a.open.refuse(fmt.Sprintf("rooms[%d].pages", i), err); err != nil {
				return err
			}
			continue
		}
		r.folder, r.langs = folder, pages.Languages()
		public, err := a.publicRoom(r, pages, cfg, ch.next.guesses)
		if err != nil {
			return fmt.Errorf("room %s: %w", r.cfg.ID, err)
		}
		ch.set.Rooms = append(ch.set.Rooms, public)
	}
	if a.open.look {
		a.open.resolve(ctx, cfg)
		anyForgot = false // no epoch begins
	}
	if err := awaitEpoch(ctx, anyForgot, now == nil && a.keys.made, time.Now()); err != nil {
		return err
	}
	var err error
	if ch.set.Router, err = route.New(cfg.Routes()); err != nil {
		return err
	}
	return ch.limit(cfg.Limits.ArrivalsPerPrefix, now)
}

func (a *app) prepareRoom(ctx context.Context, ch *change, cfg *config.Room, now *serving) (r *room, forgot bool, err error) {
	r = &room{cfg: cfg}
	if r.sms, err = smsSender(cfg); err != nil && !a.open.look {
		return nil, false, at("sms.secret_file", err) // a look has named it
	}
	old := now.room(cfg.ID)
	if old != nil {
		r.line = old.line
	} else {
		if err := a.awaitLeft(ctx, cfg.ID); err != nil {
			return nil, false, err
		}
		if r.line, forgot, err = a.openLine(cfg, now == nil); err != nil && !a.open.look {
			return nil, false, err
		} else if err != nil { // the backend is looked at all the same
			b, backendErr := a.openBackend(cfg.ID, cfg.Backend)
			if backendErr == nil {
				ch.backends = append(ch.backends, b)
			}
			return nil, false, errors.Join(err, backendErr)
		}
		ch.lines = append(ch.lines, r.line)
	}
	if old != nil && old.sameBackend(cfg) {
		r.backend = old.backend
		return r, forgot, nil
	}
	if r.backend, err = a.openBackend(cfg.ID, cfg.Backend); err != nil {
		return nil, false, err
	}
	ch.backends = append(ch.backends, r.backend)
	if old == nil {
		r.line.backend.Store(r.backend)
	}
	return r, forgot, nil
}

// awaitLeft waits until the line of a room that was removed has let go of its store.
func (a *app) awaitLeft(ctx context.Context, id string) error {
	left := a.leaving[id]
	if left == nil {
		return nil
	}
	select {
	case <-left:
		delete(a.leaving, id)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// limit makes the limit of arrivals, or keeps the one there is with all that it knows.
func (ch *change) limit(c config.Arrivals, now *serving) (err error) {
	switch {
	case c.Rate == 0:
		return nil
	case now != nil && now.arrivals != nil && now.cfg.Limits.ArrivalsPerPrefix == c:
		ch.next.arrivals = now.arrivals
	default:
		if ch.next.arrivals, err = limit.NewArrivals(c.Rate, c.Burst, time.Now()); err != nil {
			return err
		}
	}
	ch.set.Arrivals = ch.next.arrivals
	return nil
}

// boundGuesses makes the bound of wrong codes, or keeps the one there is with all that it knows.
func (ch *change) boundGuesses(c config.Codes, now *serving) (err error) {
	if now != nil && now.cfg.Limits.Codes == c {
		ch.next.guesses = now.guesses
		return nil
	}
	ch.next.guesses, err = limit.NewGuesses(c.Wrong, c.WrongInAll, time.Now())
	return err
}

// start starts what is new.
func (a *app) start(ctx context.Context, ch *change) error {
	for _, l := range ch.lines {
		for _, service := range a.lineServices(l) {
			m, err := a.rooms.Join(ctx, service)
			if err != nil {
				return err
			}
			l.members = slices.Insert(l.members, 0, m)
		}
	}
	for _, b := range ch.backends {
		var err error
		if b.member, err = a.rooms.Join(ctx, a.backendService(b)); err != nil {
			return err
		}
	}
	return nil
}

// discard stops and closes what is new in a change that does not come into force.
func (a *app) discard(ch *change) error {
	at := func(context.Context) {}
	var errs []error
	for _, b := range ch.backends {
		if b.member != nil {
			<-a.rooms.Leave(at, b.member)
			continue
		}
		errs = append(errs, a.closeBackend(context.Background(), b))
	}
	for _, l := range ch.lines {
		if l.members != nil {
			<-a.rooms.Leave(at, l.members...)
			continue
		}
		errs = append(errs, a.closeLine(l))
	}
	return errors.Join(errs...)
}

// retire lets what is no longer in force end: a backend when the answers of its requests have been sent, a line when no request works
// with it. Neither is waited for.
func (a *app) retire(before *serving, former map[string]*gateway.Former) {
	now := a.serving.Load()
	maps.DeleteFunc(a.leaving, func(_ string, left <-chan struct{}) bool { return isClosed(left) })
	for _, old := range before.rooms {
		id := old.cfg.ID
		old.backend.users.add(former[id].Idle())
		old.line.users.add(former[id].Idle())
		next := now.room(id)
		if next == nil || next.backend != old.backend {
			users := old.backend.users
			a.rooms.Leave(func(ctx context.Context) { a.drain(ctx, old.backend, users) }, old.backend.member)
		}
		if next == nil {
			users := old.line.users
			a.leaving[id] = a.rooms.Leave(users.await, old.line.members...)
		}
	}
}

// drain waits for the requests of a backend. WebSockets are told to close as soon as no more can be opened.
func (a *app) drain(ctx context.Context, b *backend, users users) {
	users.await(ctx)
	b.CloseTunnels()
	if err := b.Drain(ctx); err != nil {
		a.log.Warn("a backend that was replaced still has requests under way", zap.String("room", b.counted.ID),
			zap.Int("requests", b.Status().InFlight))
	}
}

func isClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// users are the rooms of former configurations that used one line or one backend. Each channel is closed when no request works with
// its room any more: a part that outlived several configurations is in use until all of them are closed.
type users []<-chan struct{}

// add notes one room more, and forgets those that no request works with.
func (u *users) add(idle <-chan struct{}) { *u = append(slices.DeleteFunc(*u, isClosed), idle) }

// await returns when no request works with any of the rooms, or ctx ends.
func (u users) await(ctx context.Context) {
	for _, idle := range u {
		select {
		case <-idle:
		case <-ctx.Done():
			return
		}
	}
}
