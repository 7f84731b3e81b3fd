package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/handover"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/systemd"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/lent"
)

// host is what is around a process that serves a configuration file: what it was given, and how it reads and starts itself again. Nil: it
// is a demo or a rehearsal.
type host struct {
	source      *config.Source // of the configuration
	manager     *systemd.Notifier
	sockets     given
	predecessor *handover.Predecessor // nil: there is none
	program     *handover.Program
	upgrades    chan os.Signal // each asks for an upgrade
}

// newHost reads what the process was given.
func newHost(args, env []string, getenv func(string) string, pid int) (h *host, err error) {
	h = &host{upgrades: make(chan os.Signal, 1)}
	signal.Notify(h.upgrades, sigUpgrade) // also before the process serves: it would end it
	if h.predecessor, err = handover.FromEnvironment(getenv); err != nil {
		return h, err
	}
	if h.program, err = programOf(args, env); err != nil {
		return h, err
	}
	if h.manager, err = systemd.NewNotifier(getenv, pid); err != nil {
		return h, err
	}
	if h.predecessor != nil {
		h.sockets = ofPredecessor(h.predecessor.Sockets())
		return h, nil
	}
	sockets, err := systemd.Sockets(getenv, pid)
	h.sockets = ofManager(sockets)
	return h, err
}

// src is the source of the configuration; nil: there is none that could be read again.
func (h *host) src() *config.Source {
	if h == nil {
		return nil
	}
	return h.source
}

// refuse tells the predecessor why this process does not start.
func (h *host) refuse(why error) error {
	if h == nil || h.predecessor == nil {
		return why
	}
	return errors.Join(why, h.predecessor.Refuse(why))
}

// look looks, in a successor, at all that a start would open: what is wrong is said at once, while the predecessor serves on.
func (h *host) look(ctx context.Context, cfg loaded) error {
	if h == nil || h.predecessor == nil {
		return nil
	}
	problems, err := lookAsSuccessor(ctx, cfg)
	if err != nil {
		return err
	}
	if p := leftBehind(h.predecessor.Kept(), cfg.Config); p != nil {
		problems = append(problems, p)
	}
	if len(problems) > 0 {
		return cfg.places.Error(problems)
	}
	return nil
}

// leftBehind is why a successor does not go on with the lines, which its predecessor keeps in a directory, or nil. Both have one working directory.
func leftBehind(kept string, cfg *config.Config) *config.Problem {
	if kept == "" || !cfg.Store.Memory() || sameDir(kept, cfg.State.Dir) {
		return nil
	}
	return &config.Problem{Path: "state.dir", Text: fmt.Sprintf("the gateway that runs keeps its lines in %s, and they would stay behind: stop it, move the directory, and start it again", kept)}
}

func sameDir(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	x, err := os.Stat(a)
	y, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && os.SameFile(x, y)
}

// awaits is how a successor, which has made everything else ready, waits until the predecessor has let go of the lines; nil: there is none.
func (h *host) awaits(log *zap.Logger) func(context.Context) (json.RawMessage, error) {
	if h.predecessor == nil {
		return nil
	}
	return func(ctx context.Context) (json.RawMessage, error) {
		log.Info("this process is a successor, and ready for the lines")
		left, alone, err := h.predecessor.Take(ctx, buildinfo.Version())
		if err != nil {
			return nil, err
		}
		if alone {
			log.Warn("the process before has ended without handing over; this one goes on in its place")
		}
		return left, nil
	}
}

// lookAsSuccessor is look, for which a state file that this release cannot read is a problem: the predecessor reads it.
func lookAsSuccessor(ctx context.Context, cfg loaded) ([]*config.Problem, error) {
	log := zap.NewNop()
	a := newApp(&opener{look: true, successor: true, log: log, library: cfg.library}, log, zap.NewAtomicLevel())
	first := &change{}
	err := a.wire(ctx, cfg.Config, first)
	return a.open.problems, errors.Join(err, a.discard(first), a.close())
}

// services are those of a process with a host: they start last. asked ends when the process is asked to stop, by handedOver or otherwise.
func (h *host) services(a *app, asked context.Context, handedOver func(handed)) []lifecycle.Service {
	if h == nil {
		return nil
	}
	all := []lifecycle.Service{a.supervised(h.predecessor == nil)}
	if h.predecessor != nil {
		a.share(true)
		all = append(all, a.succeeds(h.predecessor))
	}
	return append(all, a.upgrades(h, asked, handedOver)...)
}

// succeeds tells the predecessor that visitors are served, and lends it the lines for what it has under way.
func (a *app) succeeds(p *handover.Predecessor) lifecycle.Service {
	return lifecycle.Service{
		Name: "predecessor",
		Start: func(context.Context) error {
			if err := p.Serves(); err != nil {
				return err
			}
			a.share(false)
			return nil
		},
		Run: func(ctx context.Context) error {
			defer context.AfterFunc(ctx, func() { _ = p.Lines().Close() })()
			err := lent.Serve(p.Lines(), func(id string) queue.Store {
				if home := a.lineOf(id); home != nil {
					return home
				}
				return nil
			})
			if err == nil {
				a.log.Info("the process before has ended")
			}
			<-ctx.Done()
			return err
		},
	}
}

// startError is why a process that has read its configuration does not start.
func startError(err error) error {
	return exitError{exitStart, fmt.Errorf("cannot start: %w", err)}
}

// hostOf is that of this process.
func hostOf() (*host, error) { return newHost(os.Args, os.Environ(), os.Getenv, os.Getpid()) }
