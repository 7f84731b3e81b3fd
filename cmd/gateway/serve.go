package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/web"
)

func newServe() *cobra.Command {
	var file string
	var settings []string
	cmd := &cobra.Command{
		Use:   "serve -c FILE",
		Short: "Serve the rooms of a configuration file",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			read := func() (*config.Config, error) { return loadConfig(file, settings) }
			cfg, err := read()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), cfg, read, cmd.ErrOrStderr(), nil)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration file (YAML)")
	cmd.Flags().StringArrayVar(&settings, "set", nil, "override one setting, as in --set listen.http=:8080 (repeatable)")
	_ = cmd.MarkFlagRequired("config")
	return cmd
}

func newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at configuration files"}
	var front probing
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "Say everything that is wrong with a configuration file, and with the proxy in front",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			through, err := front.options()
			if err != nil {
				return err
			}
			cfg, err := loadConfig(args[0], nil)
			if err != nil {
				return err
			}
			for _, p := range cfg.Warnings() {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: warning: %v\n", args[0], p)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: ok, %d room(s)\n", args[0], len(cfg.Rooms))
			for _, line := range cfg.Lines() {
				fmt.Fprintln(cmd.OutOrStdout(), line)
			}
			if through != nil {
				return probeFront(cmd.Context(), cfg, through, cmd.OutOrStdout())
			}
			return nil
		},
	}
	front.flags(check)
	cmd.AddCommand(check, &cobra.Command{
		Use:   "reference",
		Short: "Print the commented reference of all settings",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(config.Reference())
			return err
		},
	})
	return cmd
}

// loadConfig reads file, the environment and --set path=value settings, in rising order of precedence.
func loadConfig(file string, settings []string) (*config.Config, error) {
	flags := map[string]string{}
	for _, s := range settings {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, exitError{exitUsage, fmt.Errorf("--set %s: want path=value", s)}
		}
		flags[path] = value
	}
	cfg, err := config.Load(config.Source{File: file, Env: os.Environ(), Flags: flags, Languages: web.Languages()})
	if err != nil {
		return nil, exitError{exitConfig, err}
	}
	return cfg, nil
}

// serve runs a configuration until a signal or ctx ends it. With SIGHUP it reads another one by again, if that is given.
// ready, if given, is called when visitors are served.
func serve(ctx context.Context, cfg *config.Config, again func() (*config.Config, error), stderr io.Writer, ready func(*app)) error {
	log, level, err := newLog(cfg.Log, stderr)
	if err != nil {
		return exitError{exitConfig, err}
	}
	defer func() { _ = log.Sync() }()
	ctx, hurry, release := lifecycle.Signals(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	var a *app
	hangups := lifecycle.Hangups(func(ctx context.Context) { a.reload(ctx, again) }, syscall.SIGHUP)
	if a, err = build(ctx, cfg, log, level); err != nil {
		return exitError{exitStart, fmt.Errorf("cannot start: %w", err)}
	}
	a.onReady = ready
	services := append(a.services(), hangups)
	group, err := lifecycle.New(lifecycle.Config{StopTimeout: cfg.StopTimeout, Hurry: hurry, Log: log}, services...)
	if err != nil {
		return exitError{exitStart, err}
	}
	if err := group.Run(ctx); err != nil {
		return exitError{exitFault, err}
	}
	return nil
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
