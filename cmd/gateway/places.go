package main

import (
	"errors"
	"net"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/placelink"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// openDesk opens what is for people without a browser. The places of a desk stand beside the state of the line, or in memory alone.
func (a *app) openDesk(l *line, log *zap.Logger) (err error) {
	path := ""
	if a.stores.cfg.State.Dir != "" && !a.open.noDir {
		path = statePath(a.stores.cfg, l.id+".desk.json")
	}
	if a.open.look && path != "" {
		if err := desk.Check(l.id, path); err != nil && !errors.Is(err, desk.ErrDamaged) {
			return at("state.dir", err)
		} else if err != nil {
			a.open.warnf("state.dir", "%v; a start sets it aside, and the list of places taken by telephone is empty", err)
		}
		path = ""
	}
	l.desk, err = desk.Open(l.id, path, l.Room, l.names, log)
	return at("state.dir", err)
}

// placesOf is what operators do with the places of a room.
func (a *app) placesOf(r *room, cfg *config.Config) *operator.Places {
	return &operator.Places{
		Line: r.line.Room, Desk: r.line.desk, Names: r.line.names, Taken: func() { r.line.metrics.Visit(metrics.Desk) },
		SMS:  r.sendLink(),
		Link: func(t queue.Ticket) (string, time.Time, error) { return a.linkTo(r, cfg, t) },
	}
}

// linkTo is a link to the place of a ticket. Where the room's address is not known it begins with the path.
func (a *app) linkTo(r *room, cfg *config.Config, t queue.Ticket) (string, time.Time, error) {
	authority, err := token.NewAuthority(a.keys.source, r.cfg.ID)
	if err != nil {
		return "", time.Time{}, err
	}
	links, err := placelink.New(authority)
	if err != nil {
		return "", time.Time{}, err
	}
	now := time.UnixMilli(r.line.Now())
	raw, err := links.Make(token.Ticket{
		Visitor: token.ID(t.Visitor), Epoch: t.Epoch, Number: t.Number, Rank: token.Rank{Order: uint64(t.Order), Lane: t.Lane},
	}, now)
	if err != nil {
		return "", time.Time{}, err
	}
	return originOf(r.cfg, &cfg.Listen) + cfg.Prefix + "/take?room=" + r.cfg.ID + "&t=" + raw + "&to=/", now.Add(placelink.Life), nil
}

// originOf is where a room's visitors find it: canonical, else its first host by name, by TLS if the gateway has it; empty: it is not known.
func originOf(r *config.Room, listen *config.Listen) string {
	if r.Canonical != "" {
		return r.Canonical
	}
	if len(r.Hosts) == 0 || strings.Contains(r.Hosts[0], "*") || listen.HTTPS == "" {
		return "" // what is in front of the gateway decides by which scheme and port it is reached
	}
	origin := "https://" + r.Hosts[0]
	if _, port, _ := net.SplitHostPort(listen.HTTPS); port != "443" {
		origin += ":" + port
	}
	return origin
}
