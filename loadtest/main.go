// Command loadtest proves what a waiting room promises, and rehearses an opening.
//
//	go run ./loadtest sim       a morning in virtual time, up to ten million people
//	go run ./loadtest drive     thousands of citizens on real sockets
//	go run ./loadtest rehearse  finds the rate that your site can serve
//	go run ./loadtest capacity  how much of what is possible a room uses
//	go run ./loadtest chaos     breaks everything around a crowd
//	go run ./loadtest mornings  the four mornings in virtual time
//	go run ./loadtest sockets   the four mornings on real sockets, smaller and faster
//	go run ./loadtest fair      what a draw's lots are worth, and how well the words about a chance hold
//	go run ./loadtest check     holds a gateway's journal to the rules of the line
//
// Its packages are its commands; the site they drive crowds at is internal/demo, the benchmarks are loadtest/bench.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/loadtest/capacity"
	"github.com/einlass/einlass/loadtest/chaos"
	"github.com/einlass/einlass/loadtest/check"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/fair"
	"github.com/einlass/einlass/loadtest/mornings"
	"github.com/einlass/einlass/loadtest/rehearse"
	"github.com/einlass/einlass/loadtest/sim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use: "loadtest", Short: "Prove what a waiting room promises, and rehearse an opening",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.AddCommand(sim.Command(), sim.MorningsCommand(), mornings.Command(), drive.Command(), rehearse.Command(), capacity.Command(), chaos.Command(), check.Command(), fair.Command())
	return root
}
