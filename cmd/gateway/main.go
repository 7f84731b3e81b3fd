// Command gateway is Einlass: the waiting room in front of a booking site.
//
// Exit codes: 0 stopped as asked; 1 a fault while running or stopping, or a probe that found errors; 2 wrong usage; 3 the
// configuration is refused; 4 it could not start (address in use, state directory, keyring, …).
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/buildinfo"
)

const (
	exitFault  = 1
	exitUsage  = 2
	exitConfig = 3
	exitStart  = 4
)

// exitError carries an exit code to main.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

func main() {
	err := newRoot(nil).Execute()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	var exit exitError
	if errors.As(err, &exit) {
		os.Exit(exit.code)
	}
	os.Exit(exitUsage)
}

// newRoot makes the commands. Those that look at a configuration make pages by library; nil: as a gateway does.
func newRoot(library libraryMaker) *cobra.Command {
	root := &cobra.Command{
		Use:           "gateway",
		Short:         "Einlass, a fair waiting room in front of a booking site",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       buildinfo.Version(),
	}
	root.AddCommand(newServe(), newUpgrade(), newDemo(), newInit(), newRehearse(), newConfig(library), newPages(), newKeys(), newTokens(), newUsers(), newBackup(),
		newRestore())
	return root
}
