package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue"
)

func (p *plant) buildAdmin(registry *prometheus.Registry) error {
	if p.cfg.Admin.Listen == "" {
		return nil
	}
	token, err := adminToken(p.cfg, p.log)
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	p.token = token
	p.admin, err = adminapi.New(adminRooms(p.rooms), adminapi.Config{
		Token: token, Hosts: p.cfg.Admin.Hosts, Gatherer: registry, Log: p.log, Ready: p.ready,
	})
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	if p.adminLn, err = net.Listen("tcp", p.cfg.Admin.Listen); err != nil {
		return fmt.Errorf("admin.listen: %w", err)
	}
	return nil
}

// ready says why this gateway should get no visitors. A store that is away is no reason: who waits is answered from
// memory, and the other gateways would be no better off.
func (p *plant) ready(context.Context) error {
	for _, r := range p.rooms {
		if !r.line.View().Known {
			return fmt.Errorf("room %s has not heard of its store yet", r.cfg.ID)
		}
	}
	return nil
}

// adminToken is the configured token, or one that is made and kept beside the state.
func adminToken(cfg *config.Config, log *zap.Logger) (string, error) {
	if t := cfg.Admin.Token.Reveal(); t != "" {
		return t, nil
	}
	if cfg.Admin.TokenFile != "" {
		return readToken(cfg.Admin.TokenFile)
	}
	if cfg.State.Dir == "" {
		return "", errors.New("set admin.token or admin.token_file: there is no state.dir to keep one in")
	}
	file := statePath(cfg, "admin-token")
	t, err := readToken(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return t, err
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	t = base64.RawURLEncoding.EncodeToString(secret[:])
	if err := writeToken(file, t); err != nil {
		return "", err
	}
	log.Info("admin token made", zap.String("file", file))
	return t, nil
}

// writeToken leaves no empty file behind when the disk is full or the process dies: the next start would refuse it.
func writeToken(file, token string) error {
	part := file + ".new"
	err := os.WriteFile(part, []byte(token+"\n"), 0o600)
	if err == nil {
		err = os.Rename(part, file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}

func readToken(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	t := strings.TrimSpace(string(data))
	if t == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return t, nil
}

// adminRooms shows rooms to the admin API.
type adminRooms []*room

func (rooms adminRooms) List() []adminapi.RoomInfo {
	all := make([]adminapi.RoomInfo, 0, len(rooms))
	for _, r := range rooms {
		all = append(all, r.info())
	}
	return all
}

func (rooms adminRooms) find(id string) *room {
	for _, r := range rooms {
		if r.cfg.ID == id {
			return r
		}
	}
	return nil
}

func (rooms adminRooms) Get(id string) (adminapi.RoomInfo, bool) {
	r := rooms.find(id)
	if r == nil {
		return adminapi.RoomInfo{}, false
	}
	return r.info(), true
}

func (rooms adminRooms) Update(ctx context.Context, id string, change adminapi.Change) (adminapi.RoomInfo, error) {
	r := rooms.find(id)
	if r == nil {
		return adminapi.RoomInfo{}, adminapi.ErrUnknownRoom
	}
	c, err := r.line.Update(ctx, func(c *queue.Control) error { return change.Apply(c) })
	info := r.info()
	if err == nil {
		info.SetControl(c)
	}
	return info, err
}

func (r *room) info() adminapi.RoomInfo {
	v := r.line.View()
	info := adminapi.RoomInfo{ID: r.cfg.ID, Title: r.cfg.Title, Store: adminapi.Store{OK: v.Known && v.Stale == 0}}
	if v.Known {
		info.SetFrame(&v.Snapshot)
	}
	if v.Stale != 0 {
		since := time.UnixMilli(v.Stale).UTC()
		info.Store.StaleSince = &since
	}
	for _, a := range r.backend.Status().Addresses {
		info.Backends = append(info.Backends, adminapi.Backend{Address: a.Address, Up: a.Up, InFlight: a.InFlight, Detail: a.Detail()})
	}
	return info
}
