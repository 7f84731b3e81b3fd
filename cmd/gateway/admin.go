package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/secretfile"
)

func (a *app) buildAdmin(cfg *config.Config) error {
	if cfg.Admin.Listen == "" {
		return nil
	}
	token, err := a.open.adminToken(cfg)
	if err != nil {
		return err
	}
	a.token = token
	a.admin, err = adminapi.New(a.operators, adminapi.Config{
		Token: token, ReportToken: cfg.Admin.ReportToken.Reveal(), Hosts: cfg.Admin.Hosts, Gatherer: a.registry, Log: a.often, Ready: a.ready, Refused: a.metrics.AdminRefused,
	})
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	a.adminLn, err = a.open.listen("admin.listen", cfg.Admin.Listen)
	return err
}

// adminToken is the configured token, which Load has read if a file holds it, or one that is made and kept beside the state.
func (o *opener) adminToken(cfg *config.Config) (string, error) {
	if t := cfg.Admin.Token.Reveal(); t != "" {
		return t, nil
	}
	if cfg.State.Dir == "" {
		return "", at("admin.token", errors.New("set admin.token or admin.token_file: there is no state.dir to keep one in"))
	}
	file := statePath(cfg, "admin-token")
	t, err := readToken(file)
	if err == nil {
		return t, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !o.noDir {
		if err := o.refuse("state.dir", fmt.Errorf("the operators' token: %w", err)); err != nil {
			return "", err
		}
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	t = base64.RawURLEncoding.EncodeToString(secret[:])
	if o.look {
		return t, nil // what a start would make
	}
	if err := writeToken(file, t); err != nil {
		return "", o.refuse("state.dir", err)
	}
	o.log.Info("admin token made", zap.String("file", file))
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
	t, err := secretfile.Read(file)
	if errors.Is(err, secretfile.ErrEmpty) {
		err = fmt.Errorf("%s is empty; delete it, and the next start makes another", file)
	}
	return t, err
}

// operated are the rooms as the operator service sees them.
func (a *app) operated() []operator.Room {
	now := a.serving.Load()
	rooms := now.rooms
	all := make([]operator.Room, len(rooms))
	for i, r := range rooms {
		all[i] = operator.Room{
			ID: r.cfg.ID, Title: r.cfg.Title, Line: r.line, Draws: r.line.draws.Records, Undrawn: r.line.draws.Undrawn,
			Backends: r.addresses, Ref: a.references(r.line), Door: r.line.door,
			Places: a.placesOf(r, now.cfg),
		}
	}
	return all
}

func (r *room) addresses() []operator.Backend {
	status := r.backend.Status().Addresses
	all := make([]operator.Backend, len(status))
	for i, at := range status {
		all[i] = operator.Backend{
			Address: at.Address, Up: at.State == proxy.StateOK, State: string(at.State), InFlight: at.InFlight, Detail: at.Detail(),
			Requests: at.Recent.Requests, Failed: at.Recent.Errors + at.Recent.Silent,
			Median: at.Recent.Median.Seconds(), Slow: at.Recent.Slow.Seconds(),
		}
	}
	return all
}
