package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff"
)

// staffFile is where those stand who may operate the gateway: beside the keyring; empty: there is no directory for it.
func staffFile(cfg *config.Config) string {
	switch {
	case cfg.Keys.File != "":
		return filepath.Join(filepath.Dir(cfg.Keys.File), staff.FileName)
	case cfg.State.Dir != "":
		return statePath(cfg, staff.FileName)
	}
	return ""
}

// buildStaff opens the staff file. One that is broken does not stop a start: the token of the configuration works all the same.
func (a *app) buildStaff(cfg *config.Config) {
	file := staffFile(cfg)
	if file == "" || a.open.noDir {
		return
	}
	used := ""
	if cfg.State.Dir != "" {
		used = statePath(cfg, "staff-codes.json")
	}
	book, err := staff.Open(staff.Config{Path: file, Used: used, Keys: a.keys.source, Log: a.log})
	a.open.fault("admin", err)
	a.staff = book
	if tokens, users := book.Size(); tokens+users > 0 {
		a.log.Info("staff file read", zap.String("file", file), zap.Int("tokens", tokens), zap.Int("users", users))
	}
}

// warnOfGrants says which rooms that somebody is given in the staff file there are not: a room that was renamed leaves its clerks outside. A file
// that is not there, or cannot be read, is said elsewhere.
func (a *app) warnOfGrants(cfg *config.Config) {
	file := staffFile(cfg)
	if file == "" {
		return
	}
	roll, err := staff.Load(file)
	if err != nil {
		return
	}
	warn := func(kind string, g *staff.Grant) {
		for _, id := range g.Rooms {
			if !slices.ContainsFunc(cfg.Rooms, func(r config.Room) bool { return r.ID == id }) {
				a.open.warnf("rooms", "%s names the room %q for the %s %q, and there is no room with this id", file, id, kind, g.Name)
			}
		}
	}
	for i := range roll.Users {
		warn("user", &roll.Users[i].Grant)
	}
	for i := range roll.Tokens {
		warn("token", &roll.Tokens[i].Grant)
	}
}

// people are those who are in the staff file.
func (a *app) people() (all operator.People) {
	if a.staff == nil {
		return all
	}
	now, roll := time.Now(), a.staff.Roll()
	grant := func(g *staff.Grant) operator.Grant {
		return operator.Grant{
			Name: g.Name, Role: g.Role, Rooms: slices.Clone(g.Rooms), Made: timeOrNone(g.Made), Expires: timeOrNone(g.Expires), Expired: g.Expired(now),
		}
	}
	for i := range roll.Users {
		all.Users = append(all.Users, grant(&roll.Users[i].Grant))
	}
	for i := range roll.Tokens {
		all.Tokens = append(all.Tokens, grant(&roll.Tokens[i].Grant))
	}
	return all
}

// followStaff brings changes of the staff file into force.
func (a *app) followStaff(ctx context.Context) error {
	return follow(ctx, a.staff.Poll,
		func(err error) {
			a.log.Error("the staff file is not read, the last good one stays in force", zap.Error(err))
		},
		func() {
			tokens, users := a.staff.Size()
			a.log.Info("staff file read", zap.Int("tokens", tokens), zap.Int("users", users))
		})
}

// networkName stands for a network in records: whoever has no key of the ring cannot tell which one it is.
func (a *app) networkName(net netip.Prefix) string {
	key := a.keys.source.Ring().Derive("operator network", time.Now())
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(net.String()))
	return "net-" + hex.EncodeToString(mac.Sum(nil)[:6])
}
