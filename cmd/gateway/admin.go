package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/dashboard"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/secretfile"
	"github.com/einlass/einlass/internal/tlscert"
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
	a.buildStaff(cfg)
	pages, err := dashboard.New()
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	api := adminapi.Config{
		Token: token, ReportToken: cfg.Admin.ReportToken.Reveal(), Hosts: cfg.Admin.Hosts,
		Ready: a.ready, Started: a.started, Gatherer: a.registry, Alerts: a.alarm.watch.Active, Doctor: a.examine, Front: operatedFront{probe.Own{Seal: a.seal}, a},
		Log: a.often, Refused: a.metrics.AdminRefused,
		Dashboard: pages, Network: a.networkName,
	}
	if a.staff != nil {
		api.Staff = a.staff
	}
	a.newAdmin = func() (*adminapi.Server, error) { return adminapi.New(a.operators, api) }
	if a.admin, err = a.newAdmin(); err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	return a.listenAdmin(cfg)
}

// adminAway is how long a successor's predecessor waits for operators' requests under way.
const adminAway = 2 * time.Second

// serveAdmin serves operators until ctx ends: then this process stops, or its successor serves them.
func (a *app) serveAdmin(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- a.admin.Serve(a.adminLn) }()
	select {
	case err := <-ended:
		if err == nil {
			<-ctx.Done() // it is being stopped: wait to be told
		}
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), adminAway)
	defer cancel()
	if err := a.admin.Shutdown(limit); err != nil {
		a.log.Warn("requests of operators were broken off", zap.Error(err))
	}
	return <-ended
}

// socketMode lets owner and group of the admin API's socket use it. They need a token all the same.
const socketMode = 0o660

// listenAdmin opens the listener of the admin API.
func (a *app) listenAdmin(cfg *config.Config) (err error) {
	files := &cfg.Admin.TLS
	if path, ok := cfg.Admin.Socket(); ok {
		a.adminLn, err = a.open.listenUnix("admin.listen", path, socketMode)
		return err
	}
	if files.CertFile != "" {
		a.adminCert, err = tlscert.LoadFiles(files.CertFile, files.KeyFile, a.log)
		if err != nil {
			if err := a.open.refuse(certificateKey(err, "admin.tls", files.KeyFile), err); err != nil {
				return err
			}
		} else {
			a.open.fault("admin.tls.cert_file", tlscert.Valid(a.adminCert.Leaf(), time.Now()))
		}
	}
	if a.adminLn, err = a.open.listen("admin.listen", cfg.Admin.Listen); err != nil || a.adminLn == nil || a.adminCert == nil {
		return err
	}
	a.adminTLS = cfg.TLS.Restrict(a.adminCert.TLS())
	a.adminTLS.NextProtos = []string{"http/1.1"} // the time limits of the listener are those of one request after the other
	a.adminLn = secured(a.adminLn, a.adminTLS)
	return nil
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
			ID: r.cfg.ID, Title: r.cfg.Title, Line: r.line, Languages: r.langs, Draws: r.line.draws.Records, Undrawn: r.line.draws.Undrawn,
			Backends: r.addresses, Ref: a.references(r.line), Door: r.line.door,
			Places: a.placesOf(r, now.cfg), History: r.line.past,
			File: r.cfg.Document, Journals: journalsOf(now.cfg, r.cfg.ID),
			Page: func(tag string) ([]byte, []string, bool) { return a.gate.Preview(r.cfg.ID, tag) },
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
