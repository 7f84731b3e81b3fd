package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

func newServe() *cobra.Command {
	var file string
	var settings []string
	cmd := &cobra.Command{
		Use:   "serve -c FILE",
		Short: "Serve the rooms of a configuration file",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%q: want the configuration file as -c FILE", args[0]) // config check takes it without
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := hostOf()
			if err != nil {
				return startError(err)
			}
			first, err := loadConfig(file, settings)
			if err != nil {
				return h.refuse(err)
			}
			src, err := sourceOf(file, settings)
			if err != nil {
				return h.refuse(err)
			}
			h.source = &src
			return serve(cmd.Context(), first, h, cmd.ErrOrStderr(), nil)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration file (YAML)")
	cmd.Flags().StringArrayVar(&settings, "set", nil, "override one setting, as in --set listen.http=:8080 (repeatable)")
	_ = cmd.MarkFlagRequired("config")
	return cmd
}

// loaded is a configuration, and where its values were given.
type loaded struct {
	*config.Config
	places *config.Places
	// planner makes the plans of all rooms; nil: plan.Planner.
	planner queue.Planner
	library libraryMaker // nil: that of an opener
}

// sourceOf names file, the environment and --set path=value settings, in rising order of precedence.
func sourceOf(file string, settings []string) (config.Source, error) {
	flags := map[string]string{}
	for _, s := range settings {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			return config.Source{}, exitError{exitUsage, fmt.Errorf("--set %s: want path=value", s)}
		}
		flags[path] = value
	}
	return config.Source{File: file, Env: os.Environ(), Flags: flags, Languages: web.Languages(), Pages: folderProblems}, nil
}

// loadConfig reads the configuration of a source.
func loadConfig(file string, settings []string) (loaded, error) {
	src, err := sourceOf(file, settings)
	if err != nil {
		return loaded{}, err
	}
	cfg, places, err := config.LoadPlaced(src)
	if err != nil {
		return loaded{}, exitError{exitConfig, err}
	}
	return loaded{Config: cfg, places: places}, nil
}

// serve runs a configuration until a signal or ctx ends it, or another process has taken over. With SIGHUP, or when an operator asks for it, it
// reads another one from the source of h, which may be nil. ready, if given, is called when visitors are served.
func serve(ctx context.Context, cfg loaded, h *host, stderr io.Writer, ready func(*app)) error {
	log, level, err := newLog(cfg.Log, stderr)
	if err != nil {
		return h.refuse(exitError{exitConfig, err})
	}
	defer func() { _ = log.Sync() }()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	ctx, hurry, release := lifecycle.Signals(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	var a *app
	hangups := lifecycle.Hangups(func(ctx context.Context) { a.reloaded(func() { a.reload(ctx, readingOf(h.src())) }) }, sigReload)
	log.Info("gateway starts", zap.String("version", buildinfo.Version()), zap.String("configuration", cfg.places.File()))
	if err := h.look(ctx, cfg); err != nil {
		return h.refuse(startError(err))
	}
	open := &opener{log: log, planner: cfg.planner, library: cfg.library}
	if h != nil {
		open.given, open.manager, open.await = h.sockets, h.manager, h.awaits(log)
	}
	if a, err = build(ctx, open, cfg.Config, level); err != nil {
		if refused := (*refusal)(nil); errors.As(err, &refused) {
			err = cfg.places.Error(refused.problems)
		}
		return h.refuse(startError(err))
	}
	a.onReady, a.source = ready, h.src()
	services := append(append(a.services(), hangups), h.services(a, ctx, func(to handed) { end(to) })...)
	group, err := lifecycle.New(lifecycle.Config{Drain: a.leave, StopTimeout: cfg.StopTimeout, Hurry: hurry, Log: log}, services...)
	if err != nil {
		return h.refuse(startError(err))
	}
	if err := group.Run(ctx); err != nil {
		return exitError{exitFault, err}
	}
	log.Info("stopped")
	return nil
}

// readingOf reads the configuration of a source; nil if there is none.
func readingOf(src *config.Source) func() (*config.Config, error) {
	if src == nil {
		return nil
	}
	return func() (*config.Config, error) { return config.Load(*src) }
}

// newLog makes the log, and the level that can be changed while it is in use.
func newLog(cfg config.Log, out io.Writer) (*zap.Logger, zap.AtomicLevel, error) {
	level, err := zap.ParseAtomicLevel(cfg.Level)
	if err != nil {
		return nil, level, fmt.Errorf("log.level: %w", err)
	}
	enc := zap.NewProductionEncoderConfig()
	enc.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(enc)
	if cfg.Format == "console" {
		enc.EncodeLevel = zapcore.CapitalLevelEncoder
		encoder = zapcore.NewConsoleEncoder(enc)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(out)), level)), level, nil
}
