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

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/secretfile"
)

func (a *app) buildAdmin(cfg *config.Config) error {
	if cfg.Admin.Listen == "" {
		return nil
	}
	token, err := adminToken(cfg, a.log)
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	a.token = token
	operators, err := operator.New(a.operated, a.log)
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	a.admin, err = adminapi.New(operators, adminapi.Config{
		Token: token, Hosts: cfg.Admin.Hosts, Gatherer: a.registry, Log: a.log, Ready: a.ready, Refused: a.metrics.AdminRefused,
	})
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	if a.adminLn, err = net.Listen("tcp", cfg.Admin.Listen); err != nil {
		return fmt.Errorf("admin.listen: %w", err)
	}
	return nil
}

// ready says why this gateway should get no visitors. A store that is away is no reason: who waits is answered from
// memory, and the other gateways would be no better off. For the same reason a gateway that was ready once stays ready: a room
// that Apply adds while the store is away must not take the others out of service.
func (a *app) ready(context.Context) error {
	if a.wasReady.Load() {
		return nil
	}
	for _, r := range a.serving.Load().rooms {
		if !r.line.View().Known {
			return fmt.Errorf("room %s has not heard of its store yet", r.cfg.ID)
		}
	}
	a.wasReady.Store(true)
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
	data, err := secretfile.Bytes(file)
	if err != nil {
		return "", err
	}
	t := strings.TrimSpace(string(data))
	if t == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return t, nil
}

// operated are the rooms as the operator service sees them.
func (a *app) operated() []operator.Room {
	rooms := a.serving.Load().rooms
	all := make([]operator.Room, len(rooms))
	for i, r := range rooms {
		all[i] = operator.Room{ID: r.cfg.ID, Title: r.cfg.Title, Line: r.line, Backends: r.addresses}
	}
	return all
}

func (r *room) addresses() []operator.Backend {
	status := r.backend.Status().Addresses
	all := make([]operator.Backend, len(status))
	for i, at := range status {
		all[i] = operator.Backend{Address: at.Address, Up: at.Up, InFlight: at.InFlight, Detail: at.Detail()}
	}
	return all
}
