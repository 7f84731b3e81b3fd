package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
)

func newConfig(library libraryMaker) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at configuration files"}
	cmd.AddCommand(newConfigCheck(library), &cobra.Command{
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

func newConfigCheck(library libraryMaker) *cobra.Command {
	var settings []string
	var front probing
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say everything that is wrong with a configuration file, with what it names and with the proxy in front",
		Long: "Say everything that is wrong with a configuration file and with what it names: keyring, certificates, directories, addresses,\n" +
			"store. It opens what serve opens, as this user and from this directory, and leaves no trace; a gateway that runs is not disturbed.\n" +
			"Exit code 0: nothing is wrong, there may be warnings; 1: something is; 2: wrong usage.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			through, err := front.options()
			if err != nil {
				return err
			}
			cfg, err := checkConfig(cmd, args[0], settings, library)
			if err != nil || through == nil {
				return err
			}
			return probeFront(cmd.Context(), cfg, through, cmd.OutOrStdout())
		},
	}
	front.flags(cmd)
	cmd.Flags().StringArrayVar(&settings, "set", nil, "override one setting, as serve does (repeatable)")
	return cmd
}

// checkConfig prints what is wrong with a file, warnings apart from errors, and gives the configuration if nothing is.
func checkConfig(cmd *cobra.Command, file string, settings []string, library libraryMaker) (*config.Config, error) {
	cfg, err := loadConfig(file, settings)
	if exit := (exitError{}); errors.As(err, &exit) && exit.code == exitConfig {
		return nil, exitError{exitFault, exit.err}
	}
	if err != nil {
		return nil, err
	}
	problems, warnings, err := look(cmd.Context(), cfg.Config, library)
	if err != nil {
		return nil, exitError{exitFault, err}
	}
	for _, line := range cfg.places.Error(warnings).Lines() {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: warning: %s\n", file, line)
	}
	if len(problems) > 0 {
		return nil, exitError{exitFault, cfg.places.Error(problems)}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: ok, %d room(s)\n", file, len(cfg.Rooms))
	for _, line := range cfg.Lines() {
		fmt.Fprintln(cmd.OutOrStdout(), line)
	}
	return cfg.Config, nil
}

// look goes the way of a start and says what it met: problems would stop the start or fail visitors, warnings would not. See opener.
func look(ctx context.Context, cfg *config.Config, library libraryMaker) (problems, warnings []*config.Problem, err error) {
	log := zap.NewNop()
	a := newApp(&opener{look: true, log: log, library: library}, log, zap.NewAtomicLevel())
	first := &change{}
	err = a.wire(ctx, cfg, first)
	return a.open.problems, a.open.warnings, errors.Join(err, a.discard(first), a.close())
}
