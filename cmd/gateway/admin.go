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

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
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
	operators, err := operator.New(p.operated, p.log)
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	p.admin, err = adminapi.New(operators, adminapi.Config{
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

// operated are the rooms as the operator service sees them.
func (p *plant) operated() []operator.Room {
	all := make([]operator.Room, len(p.rooms))
	for i, r := range p.rooms {
		all[i] = operator.Room{ID: r.cfg.ID, Title: r.cfg.Title, Line: r.line, Backends: r.addresses}
	}
	return all
}

func (r *room) addresses() []operator.Backend {
	status := r.backend.Status().Addresses
	all := make([]operator.Backend, len(status))
	for i, a := range status {
		all[i] = operator.Backend{Address: a.Address, Up: a.Up, InFlight: a.InFlight, Detail: a.Detail()}
	}
	return all
}
