package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/report/signed"
)

// Acts of the gateway itself in the record.
const (
	actStarted = "gateway: started"
	actStopped = "gateway: stopped"
	actHanded  = "gateway: handed over"
	actBack    = "gateway: took back"
)

// buildAudit makes the record of what operators did. Nothing is opened before the gateway starts.
func (a *app) buildAudit(cfg *config.Config) (err error) {
	a.operators.SignReports(func(at time.Time) (signed.Signer, bool) {
		by, ok := a.keys.source.Ring().Signer(at)
		return by, ok
	})
	if cfg.State.Dir == "" {
		return nil
	}
	a.audit, err = audit.New(audit.Config{
		Dir: statePath(cfg, "audit"), Gateway: a.name, Retention: cfg.Audit.Retention,
		Signer: func(at time.Time) (audit.Signer, bool) {
			by, ok := a.keys.source.Ring().Signer(at)
			return by, ok
		},
		Moved: func(s audit.State) { a.metrics.Audit(s.Last, s.Signed, s.Waiting, s.Lost) },
		Signed: func(h audit.Head) {
			a.log.Info("record of acts signed", zap.Uint64("line", h.Seq), zap.Stringer("hash", h.Hash), zap.String("key", h.Kid))
		},
		Report: func(err error) {
			if err != nil {
				a.log.Error("record of acts: what is done stands in this log, and is recorded as soon as it can be", zap.Error(err))
				return
			}
			a.log.Info("record of acts is written again")
		},
	})
	if err == nil {
		a.operators.KeepIn(a.audit)
		a.operators.NameErrors(adminapi.CodeOf)
	}
	return err
}

// auditService runs the record. It says when the gateway starts and stops, so that a time without entries is told from one without a gateway.
func (a *app) auditService() lifecycle.Service {
	return lifecycle.Service{
		Name:  "record of acts",
		Start: func(context.Context) error { a.noteAct(actStarted); return nil },
		Run:   a.own.while(a.audit.Run),
		Stop: func(context.Context) error {
			if !a.own.given() { // else it said so when it handed over
				a.noteAct(actStopped)
			}
			return a.audit.Close()
		},
	}
}

// noteAct writes an act of the gateway itself into the record.
func (a *app) noteAct(act string) {
	a.operators.Note(context.Background(), operator.Noted{Act: act, After: map[string]string{"version": buildinfo.Version()}})
}
