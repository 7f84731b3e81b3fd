package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/backup"
	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// standard is the name for the input or the output.
const standard = "-"

const backupHelp = "The backup holds the line of each room with what operators have set, the keyring, the people and tokens of the staff file, the operators'\n" +
	"token, the places that staff took, the record of acts, the records of draws and the configuration file. It does not hold what the configuration\n" +
	"names elsewhere (certificates, secrets, pages), a keyring of the environment, journals and the charts of the last day; with Redis the line is\n" +
	"Redis's own to back up.\n\n" +
	"It may be made while the gateway runs, and is at most some seconds older than the line. Whoever reads it can make tickets and passes for\n" +
	"anybody, and act as the operators: keep it where only they can read it, or encrypt it. The file is made with mode 0600 and never\n" +
	"replaces another one; - writes to the standard output, for a program that encrypts it."

func newBackup() *cobra.Command {
	var file string
	var settings []string
	cmd := &cobra.Command{
		Use:     "backup FILE -c CONFIGURATION",
		Short:   "Write line, keys, staff and records into one file, while the gateway runs or not",
		Long:    backupHelp,
		Example: "  gateway backup /var/backups/einlass/monday.backup -c /etc/einlass/einlass.yaml\n  gateway backup - -c /etc/einlass/einlass.yaml | age -r age1… >monday.backup.age",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(file, settings)
			if err != nil {
				return err
			}
			if err := makeBackup(cmd, cfg.Config, file, args[0]); err != nil {
				return exitError{exitFault, fmt.Errorf("no backup was made: %w", err)}
			}
			return nil
		},
	}
	configFlags(cmd, &file, &settings)
	return cmd
}

func configFlags(cmd *cobra.Command, file *string, settings *[]string) {
	cmd.Flags().StringVarP(file, "config", "c", "", "configuration file (YAML) of the gateway")
	cmd.Flags().StringArrayVar(settings, "set", nil, "override one setting, as serve does (repeatable)")
	_ = cmd.MarkFlagRequired("config")
}

func makeBackup(cmd *cobra.Command, cfg *config.Config, file, to string) error {
	parts, err := backedUp(cfg, file)
	if err != nil {
		return err
	}
	if err := soundLines(cfg); err != nil {
		return err
	}
	about := backup.About{Made: time.Now().UTC().Truncate(time.Second), Version: buildinfo.Version(), Line: cfg.Store.Memory(), Rooms: roomIDs(cfg)}
	work := progressOf(cmd.ErrOrStderr(), "reading", sizeOf(parts), time.Now)
	var n int
	if to == standard {
		if isTerminal(cmd.OutOrStdout()) {
			return errors.New("the standard output is a terminal; name a file, or send it to a program that encrypts it")
		}
		n, err = backup.Write(cmd.OutOrStdout(), &about, parts, work.Add)
	} else {
		n, err = backup.Create(to, &about, parts, work.Add)
	}
	work.End()
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d files of %s. They hold keys: whoever reads them can make tickets and act as the operators.\n", n, roomsOf(about.Rooms))
	switch {
	case !cfg.Store.Memory():
		fmt.Fprintln(cmd.ErrOrStderr(), "The line is in Redis, and not in this backup: back Redis up too.")
	case cfg.State.Dir == "":
		fmt.Fprintln(cmd.ErrOrStderr(), "state.dir is empty: the line is kept in memory alone, and not in this backup.")
	}
	return nil
}

// soundLines refuses state files that a start would set aside or not begin with: a backup of them would be one of nothing.
func soundLines(cfg *config.Config) error {
	if cfg.State.Dir != "" {
		if err := whole(cfg.State.Dir); err != nil {
			return err
		}
	}
	if !cfg.Store.Memory() || cfg.State.Dir == "" {
		return nil
	}
	var errs []error
	for i := range cfg.Rooms {
		damaged, err := (&memstore.Files{Path: statePath(cfg, cfg.Rooms[i].ID)}).Look()
		errs = append(append(errs, damaged...), err)
	}
	return errors.Join(errs...)
}

func roomIDs(cfg *config.Config) (ids []string) {
	for i := range cfg.Rooms {
		ids = append(ids, cfg.Rooms[i].ID)
	}
	return ids
}

func roomsOf(ids []string) string {
	if len(ids) == 1 {
		return "room " + ids[0]
	}
	return "rooms " + strings.Join(ids, ", ")
}

// openBackup opens a backup; - is the standard input.
func openBackup(cmd *cobra.Command, name string) (io.ReadCloser, error) {
	if name == standard {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(name)
}
